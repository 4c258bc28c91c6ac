"""Flow Centre's command line: the commands with their options, and what is said where one cannot be done.

Everything is imported inside the functions that need it: the processes of the demonstration run this module too,
and must not carry the web server and the charts.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typer import Typer


def command_line() -> Any:
    """The commands and their options."""
    import typer

    from running.commands import check, rehearse, run, run_engine, run_published, run_web
    from running.setting import ROOT
    from running.start import HOST

    a_port = typer.Option(8050, min=1, max=65535, help="Where it is served.")
    a_host = typer.Option(HOST, help="The address to be served on; without sign-in that of this machine alone.")
    a_store = typer.Option(None, "--store", help="sqlite:///file.db or postgresql+psycopg://user@host/database.")
    a_shared_store = typer.Option(..., "--store", help="postgresql+psycopg://user@host/database.")
    a_county = typer.Option(..., "--config", help="Folder of TOML files.")
    commands = typer.Typer(
        help="Flow Centre: one honest, live picture of a health and care system's flow.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )

    @commands.command("run")
    def _run(
        config: Path | None = typer.Option(None, help="Folder of TOML files; Westshire unless given."),
        store: str | None = a_store,
        port: int = a_port,
        host: str = a_host,
        demo_port: int = typer.Option(8051, min=1, max=65535, help="Where the demonstration's HTTP feeds answer."),
        past: int = typer.Option(28, min=1, max=28, help="Days that Westshire lives through at its first start."),
    ) -> None:
        """Serve and poll in one process tree."""
        run(config, store, port, demo_port, past, host=host)

    @commands.command("run-published")
    def _run_published(
        folder: Path = typer.Option(ROOT.parent / "shared" / "data", help="Folder of NHS England's files."),
        store: str | None = a_store,
        port: int = a_port,
        as_at: str | None = typer.Option(None, help="Show a past moment, London time: 2025-02-14T09:00."),
    ) -> None:
        """Show real figures that NHS England has published."""
        run_published(folder, store, port, london_moment(as_at) if as_at else None)

    @commands.command("web")
    def _web(config: Path = a_county, store: str = a_shared_store, port: int = a_port, host: str = a_host) -> None:
        """Serve only, on PostgreSQL."""
        run_web(config, store, port, host=host)

    @commands.command("engine")
    def _engine(config: Path = a_county, store: str = a_shared_store) -> None:
        """Poll only, on PostgreSQL."""
        run_engine(config, store)

    @commands.command("rehearse")
    def _rehearse(
        config: Path | None = typer.Option(None, help="Folder of TOML files; Westshire unless given."),
        store: str | None = a_store,
        rule: str | None = typer.Option(None, help="One rule by its id; every rule unless given."),
        days: int = typer.Option(28, min=1, max=366, help="How far back."),
    ) -> None:
        """Say how often rules of alerts would have been raised over stored history."""
        rehearse(config, store, rule, days)

    @commands.command("check")
    def _check(
        folder: Path = typer.Argument(help="Folder of TOML files."),
        published: Path | None = typer.Option(None, help="What ${published} stands for."),
        store: str | None = a_store,
    ) -> None:
        """Say of every mistake in a configuration where it is and what would be right, and whether others may read the store."""
        check(folder, published, store)

    @commands.command("compare")
    def _compare(
        config: Path = a_county,
        store: str | None = a_store,
        feed: str | None = typer.Option(None, help="One feed by its id; every feed unless given."),
    ) -> None:
        """Say what each feed last said of which place, by which code, to be held beside its source."""
        from running.comparing import compare

        compare(config, store, feed)

    @commands.command("purge")
    def _purge(
        config: Path = a_county,
        store: str | None = a_store,
        dry_run: bool = typer.Option(False, "--dry-run", help="Say what would go, and delete nothing."),
    ) -> None:
        """Delete what is older than it is kept: an engine does so each night by itself."""
        from running.purging import purge

        purge(config, store, dry_run=dry_run)

    _join_accounts(commands, a_county, a_store)
    _join_copies(commands, a_store)
    return commands


def _join_copies(commands: Typer, a_store: Any) -> None:
    """The commands about backups."""
    import typer

    from running import copies

    a_config = typer.Option(None, "--config", help="Folder of TOML files; Westshire unless given.")
    about = typer.Typer(help="Backups of a SQLite store.", no_args_is_help=True)
    commands.add_typer(about, name="backup")

    @about.command("make")
    def _make(
        folder: Path = typer.Argument(help="Folder to put it in."),
        config: Path | None = a_config,
        store: str | None = a_store,
        keep: int | None = typer.Option(
            None, min=1, help="Delete all but the newest so many, once this one is proved."
        ),
    ) -> None:
        """Copy the store as it is now, also while it is written, and prove the copy."""
        copies.back_up(config, store, folder, keep)

    @about.command("verify")
    def _verify(file: Path = typer.Argument(help="A backup.")) -> None:
        """See that a backup is whole, and tell what it holds."""
        copies.verify(file)

    @commands.command("restore")
    def _restore(
        file: Path = typer.Argument(help="A backup."),
        config: Path | None = a_config,
        store: str | None = a_store,
        over: bool = typer.Option(False, "--over", help="Replace the store that is there; it is kept beside."),
    ) -> None:
        """Put a backup where the store is to be, while nothing runs."""
        copies.restore(config, store, file, over=over)


def _join_accounts(commands: Any, a_county: Any, a_store: Any) -> None:
    """The commands about local accounts and the audit."""
    import typer

    from flowcentre.model.access import ACCOUNT_NAME
    from running import accounts

    about = typer.Typer(help="Local accounts, where nobody can sign in yet, or any more.", no_args_is_help=True)
    commands.add_typer(about, name="account")
    audit = typer.Typer(help="Who saw and did what.", no_args_is_help=True)
    commands.add_typer(audit, name="audit")
    a_name = typer.Argument(help=f"The account's name: {ACCOUNT_NAME}.")

    def ask() -> str:
        """A password, typed twice and never shown."""
        return str(typer.prompt("Password, 12 signs at least", hide_input=True, confirmation_prompt="Once more"))

    @about.command("add")
    def _add(
        name: str = a_name,
        config: Path = a_county,
        store: str | None = a_store,
        title: str = typer.Option(
            "", help="What stands beside what they do: a role or initials; the name unless given."
        ),
        code: bool = typer.Option(True, help="Whether an authenticator's code is asked for beside the password."),
    ) -> None:
        """Make one: asks for its password, and tells once what its authenticator needs."""
        accounts.add_account(config, store, name, title, ask, with_code=code)

    @about.command("password")
    def _password(name: str = a_name, config: Path = a_county, store: str | None = a_store) -> None:
        """Give one another password, unlock it, and sign it out."""
        accounts.change_password(config, store, name, ask)

    @about.command("totp")
    def _totp(name: str = a_name, config: Path = a_county, store: str | None = a_store) -> None:
        """Give one another key for codes, as when a telephone is lost, and sign it out."""
        accounts.change_code(config, store, name)

    @about.command("unlock")
    def _unlock(name: str = a_name, config: Path = a_county, store: str | None = a_store) -> None:
        """Let one try again that failed too often."""
        accounts.unlock_account(config, store, name)

    @about.command("close")
    def _close(name: str = a_name, config: Path = a_county, store: str | None = a_store) -> None:
        """Close one for ever, and sign it out."""
        accounts.close_account(config, store, name)

    @about.command("list")
    def _list(config: Path = a_county, store: str | None = a_store) -> None:
        """Say which there are."""
        accounts.list_accounts(config, store)

    @audit.command("verify")
    def _verify(
        config: Path = a_county,
        store: str | None = a_store,
        head: str | None = typer.Option(
            None, help="number:hash of an entry, as a log or a backup told it once: none since may be gone."
        ),
    ) -> None:
        """See that no entry was changed or taken out, and tell the newest."""
        accounts.verify_audit(config, store, head)


def london_moment(text: str) -> datetime:
    """A moment as typed, in London time unless it has an offset. Raises CannotStart."""
    from flowcentre.feeds.contract import RowHeld
    from flowcentre.feeds.tables import moment
    from running.start import CannotStart

    try:
        return moment(text)
    except RowHeld as why:
        raise CannotStart(f"--as-at {text} {why}") from None


def main() -> None:
    """Run a command; what a person can put right is said in plain words, without a traceback."""
    from flowcentre.config import ConfigurationMistakes
    from flowcentre.store import StoreError
    from flowcentre.web import NotLoopback, PortTaken
    from running.logs import configure_logging
    from running.start import CannotStart

    configure_logging()
    try:
        command_line()(standalone_mode=True)
    except ConfigurationMistakes as mistakes:
        for mistake in mistakes.mistakes:
            print(mistake, file=sys.stderr)
        sys.exit(f"{len(mistakes.mistakes)} to put right; nothing was started or changed.")
    except (CannotStart, StoreError, NotLoopback, PortTaken) as why:
        sys.exit(str(why))


if __name__ == "__main__":
    main()
