"""Flow Centre's command line: the commands with their options, and what is said where one cannot be done.

Everything is imported inside the functions that need it: the processes of the demonstration run this module too,
and must not carry the web server and the charts.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any


def command_line() -> Any:
    """The commands and their options."""
    import typer

    from running.commands import check, rehearse, run, run_engine, run_published, run_web
    from running.setting import ROOT

    a_port = typer.Option(8050, min=1, max=65535, help="On 127.0.0.1: without sign-in no other address is served.")
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
        demo_port: int = typer.Option(8051, min=1, max=65535, help="Where the demonstration's HTTP feeds answer."),
        past: int = typer.Option(28, min=1, max=28, help="Days that Westshire lives through at its first start."),
    ) -> None:
        """Serve and poll in one process tree."""
        run(config, store, port, demo_port, past)

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
    def _web(config: Path = a_county, store: str = a_shared_store, port: int = a_port) -> None:
        """Serve only, on PostgreSQL."""
        run_web(config, store, port)

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
    ) -> None:
        """Say of every mistake in a configuration where it is and what would be right."""
        check(folder, published)

    return commands


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
