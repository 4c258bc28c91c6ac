"""What is done about local accounts and the audit at a terminal: where nobody can sign in yet, or any more."""

from __future__ import annotations

import getpass
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from running.clock import utc_now
from running.setting import opened, setting_of
from running.start import CannotStart
from running.terminal import counted, say

if TYPE_CHECKING:
    from flowcentre.model import Access, Account, County
    from flowcentre.store import Store

Ask = Callable[[], str]  # asks for a password twice, and shows nothing of it


def add_account(folder: Path, store_url: str | None, name: str, title: str, ask: Ask, *, with_code: bool) -> None:
    """Make a local account, and tell once what its authenticator needs. Raises CannotStart."""
    from flowcentre.access import enrolment

    with accounts_of(folder, store_url) as (store, county):
        enrolment.check_new(store, name, title)  # before anybody types a password
        account = enrolment.make_account(store, name, title, ask(), utc_now(), by=by(), with_code=with_code)
        say(f"The account {name} is made.")
        _tell_code(account, county)
        if not any(grant.to in (f"account:{name}", "everybody") for grant in county.access.grants):
            say(
                f'Nothing is granted to it yet, so it will be refused: access.toml needs [[grant]] with to = "account:{name}".'
            )


def change_password(folder: Path, store_url: str | None, name: str, ask: Ask) -> None:
    """Give an account another password, and unlock it. Raises CannotStart."""
    from flowcentre.access import enrolment

    with accounts_of(folder, store_url) as (store, _):
        enrolment.there(store, name)
        enrolment.change_password(store, name, ask(), utc_now(), by=by())
        say(f"The account {name} has another password, and is signed out everywhere.")


def change_code(folder: Path, store_url: str | None, name: str) -> None:
    """Give an account another key for codes, told once. Raises CannotStart."""
    from flowcentre.access import enrolment

    with accounts_of(folder, store_url) as (store, county):
        account = enrolment.change_code_key(store, name, utc_now(), by=by())
        say(f"The account {name} has another key for codes, and is signed out everywhere.")
        _tell_code(account, county)


def unlock_account(folder: Path, store_url: str | None, name: str) -> None:
    """Let an account try again that failed too often. Raises CannotStart."""
    from flowcentre.access import enrolment

    with accounts_of(folder, store_url) as (store, _):
        enrolment.unlock(store, name, utc_now(), by=by())
        say(f"The account {name} may try again.")


def close_account(folder: Path, store_url: str | None, name: str) -> None:
    """Close an account for ever. Raises CannotStart."""
    from flowcentre.access import enrolment

    with accounts_of(folder, store_url) as (store, _):
        enrolment.close(store, name, utc_now(), by=by())
        say(f"The account {name} is closed, and signed out everywhere. Its name is given to nobody else.")


def list_accounts(folder: Path, store_url: str | None) -> None:
    """Say which local accounts there are, and how each stands."""
    with accounts_of(folder, store_url, writer=False) as (store, _):
        accounts = store.accounts()
        for account in accounts:
            say(f"  {account.name:<24}{account.title:<32}{_standing(account)}")
        say(f"{counted(len(accounts), 'account')}.")


def verify_audit(folder: Path, store_url: str | None, head: str | None = None) -> None:
    """Say whether the audit is whole, and what its newest entry is. Raises CannotStart where it is not.

    ``head`` is "number:hash" of an entry that was the newest once, as it was written down elsewhere.
    """
    setting = setting_of(folder, store_url, demo_port=0)
    with opened(setting, setting.load(), writer=False) as store:
        number, newest = store.audit_head()
        broken = store.verify_audit()
        against = _against(store, head, number) if head is not None else ""
    if broken is not None:
        raise CannotStart(
            f"The audit is broken at entry {broken}: it, or an entry before it, is not as it was written. Keep a copy of the "
            "store as it is, and tell whoever answers for information governance."
        )
    if not number:
        say("The audit is whole: it has no entries yet.")
        return
    say(f"The audit is whole: {number:,} {'entry' if number == 1 else 'entries'}, and the newest is {newest}.")
    say(
        against
        or "Entries that were cut off at the end leave no trace here: ask with --head and a number:hash that was kept elsewhere."
    )


def _against(store: Store, head: str, newest: int) -> str:
    """What an entry kept elsewhere says of the audit. Raises CannotStart where they differ."""
    written = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", head.strip().lower())
    if written is None:
        raise CannotStart(
            f"--head {head} is no number and hash of an entry: they are written 17:9f86d0..., of 64 signs."
        )
    number = int(written[1])
    keep = "Keep a copy of the store as it is, and tell whoever answers for information governance."
    if number > newest:
        raise CannotStart(
            f"Entries were cut off the audit: {number:,} was written down elsewhere, and the newest here is {newest:,}. {keep}"
        )
    entry = next(iter(store.audit_entries(before=number + 1, limit=1)), None)
    if entry is None or entry.number != number:
        raise CannotStart(f"Entry {number:,} is no longer kept, so nothing can be compared with it: give a newer one.")
    if entry.hash != written[2]:
        raise CannotStart(f"Entry {number:,} is another than the one that was written down elsewhere. {keep}")
    return f"Entry {number:,} is the one that was written down elsewhere: until there nothing was cut off or made anew."


def by() -> str:
    """Who does something at a terminal, as the audit names them: the account of this machine."""
    try:
        return f"terminal|{getpass.getuser()}"
    except (KeyError, OSError):  # a container's user may have no name
        return "terminal|nobody known"


@contextmanager
def accounts_of(folder: Path, store_url: str | None, *, writer: bool = True) -> Iterator[tuple[Store, County]]:
    """The store of a county with local accounts. Raises CannotStart, also for what cannot be done to an account."""
    from flowcentre.access.enrolment import CannotEnrol
    from flowcentre.store import StoreBusy

    setting = setting_of(folder, store_url, demo_port=0)
    county = setting.load()
    if not county.access.local:
        raise CannotStart(
            f"{county.name} has no local accounts: local = true below [sign_in] of access.toml makes them good."
        )
    # On PostgreSQL it is the engine that brings the schema up to date. A SQLite file has one writer, whoever that is.
    migrates = setting.store_url.startswith("sqlite")
    try:
        with opened(setting, county, writer=writer, migrates=migrates) as store:
            yield store, county
    except CannotEnrol as why:
        raise CannotStart(f"{str(why)[0].upper()}{str(why)[1:]}.") from None
    except StoreBusy as why:
        raise CannotStart(
            f"{why} While it runs, an administrator unlocks and closes accounts on its page {county.access.public_url}/access."
        ) from None


def access_words(county: County) -> list[str]:
    """Who may see a county, in a few lines for whoever checks its configuration."""
    access = county.access
    if not access.configured:
        end = (
            "shown on this machine alone"
            if county.demonstration
            else "served by run-published alone: docs/sign-in.md says what to write"
        )
        return [f"There is no access.toml: it is {end}."]
    grants, machines = counted(len(access.grants), "grant"), counted(len(access.machines), "machine")
    words = [f"People sign in by {' or '.join(_ways(access))} at {access.public_url}; {grants}, {machines}."]
    return words + [f"Not set here: {variable}, or {variable}_FILE." for variable in _unset(access)]


def _ways(access: Access) -> Iterator[str]:
    if access.local:
        yield "local accounts"
    if access.oidc is not None:
        yield access.oidc.issuer
    if access.proxy is not None:
        yield f"the proxy at {', '.join(access.proxy.peers)}"


def _unset(access: Access) -> Iterator[str]:
    """The variables that are named and hold nothing where this is asked: perhaps they do where it will run."""
    from flowcentre.secret import NoSecret, secret_of

    named = [machine.token_env for machine in access.machines]
    named += [access.oidc.client_secret_env] if access.oidc is not None else []
    named += [access.proxy.secret_env] if access.proxy is not None else []
    for variable in filter(None, named):
        try:
            secret_of(variable)
        except NoSecret:
            yield variable


def _tell_code(account: Account, county: County) -> None:
    from flowcentre.access.enrolment import code_uri

    if account.totp is None:
        say("It asks for no code: whoever learns its password is let in.")
        return
    say("Its authenticator takes this, which is told once; hand it over in person, and keep no copy:")
    say(f"    {code_uri(account, county.name)}")


def _standing(account: Account) -> str:
    if account.closed_at is not None:
        return f"closed on {account.closed_at:%Y-%m-%d}"
    if account.locked_until is not None and account.locked_until > utc_now():
        return f"locked until {account.locked_until:%Y-%m-%d %H:%M} UTC"
    return "open" if account.totp is not None else "open, without codes"
