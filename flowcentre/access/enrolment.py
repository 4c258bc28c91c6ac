"""Making local accounts, and what is done with them later: passwords, codes, unlocking and closing.

Whatever takes something from somebody ends their sessions, so that it holds from that moment.
"""

from __future__ import annotations

from datetime import datetime

import pyotp

from flowcentre.access.accounts import LONGEST_PASSWORD, hashed
from flowcentre.access.grants import LOCAL
from flowcentre.model import Account, Audited, is_account_name
from flowcentre.model.access import ACCOUNT_NAME
from flowcentre.store import Store

SHORTEST_PASSWORD = 12  # signs
_FEWEST_DIFFERENT = 5  # of them
_LONGEST_TITLE = 60


class CannotEnrol(ValueError):
    """What is wrong with an account as it is asked for, in words for whoever asks."""


def make_account(
    store: Store, name: str, title: str, password: str, at: datetime, *, by: str, with_code: bool = True
) -> Account:
    """A new account, with a key for codes unless it is to have none. Raises CannotEnrol.

    ``title`` is what stands beside what they do: a role or initials, no patient and no secret. ``by`` is the id of who
    makes it.
    """
    title = check_new(store, name, title)
    check_password(name, password)
    account = Account(name, title, hashed(password), pyotp.random_base32() if with_code else None, at)
    store.audit(by, by, Audited.ADMINISTERED, f"account {name}: made", at=at)
    store.add_account(account)
    return account


def check_new(store: Store, name: str, title: str) -> str:
    """What is known of a new account before its password: its title as it will be kept. Raises CannotEnrol."""
    if not is_account_name(name):
        raise CannotEnrol(f"{name!r} can be no account's name: it is {ACCOUNT_NAME}")
    title = title.strip() or name
    if len(title) > _LONGEST_TITLE or not title.isprintable():
        raise CannotEnrol(f"the title is longer than {_LONGEST_TITLE} signs, or has some that do not print")
    if store.account(name) is not None:
        raise CannotEnrol(
            f"there is an account {name!r} already; what its holder did stays theirs: choose another name"
        )
    return title


def check_password(name: str, password: str) -> None:
    """Raises CannotEnrol for a password that is too easy to guess.

    Length is what counts (NIST SP 800-63B), and neither signs of a certain kind nor a change every month.
    """
    beside = password.casefold().replace(name.casefold(), "")
    if len(password) > LONGEST_PASSWORD:
        raise CannotEnrol(f"the password is longer than {LONGEST_PASSWORD} signs")
    if len(password) < SHORTEST_PASSWORD:
        raise CannotEnrol(
            f"the password is shorter than {SHORTEST_PASSWORD} signs: three or four words make a good one"
        )
    if len(beside) < SHORTEST_PASSWORD:
        raise CannotEnrol(f"without the account's name in it the password is shorter than {SHORTEST_PASSWORD} signs")
    if len(set(password.casefold())) < _FEWEST_DIFFERENT:
        raise CannotEnrol(f"the password has fewer than {_FEWEST_DIFFERENT} different signs")


def change_password(store: Store, name: str, password: str, at: datetime, *, by: str) -> None:
    """Another password; the account is unlocked, and its sessions end. Raises CannotEnrol."""
    there(store, name)
    check_password(name, password)
    store.audit(by, by, Audited.ADMINISTERED, f"account {name}: another password", at=at)
    store.set_account(name, password=hashed(password), failures=0, locked_until=None)
    store.end_sessions(f"{LOCAL}|{name}", at, by)


def change_code_key(store: Store, name: str, at: datetime, *, by: str) -> Account:
    """Another key for codes: that of a telephone which is lost counts no more. Sessions end. Raises CannotEnrol."""
    there(store, name)
    store.audit(by, by, Audited.ADMINISTERED, f"account {name}: another key for codes", at=at)
    store.set_account(name, totp=pyotp.random_base32())
    store.end_sessions(f"{LOCAL}|{name}", at, by)
    return there(store, name)


def unlock(store: Store, name: str, at: datetime, *, by: str, title: str = "") -> None:
    """Let somebody try again who failed too often; ``title`` is that of who does. Raises CannotEnrol."""
    there(store, name)
    store.audit(by, title or by, Audited.ADMINISTERED, f"account {name}: unlocked", at=at)
    store.set_account(name, failures=0, locked_until=None)


def close(store: Store, name: str, at: datetime, *, by: str, title: str = "") -> None:
    """Nobody signs in by an account any more, and whoever has ends at once. It is never deleted. Raises CannotEnrol.

    ``title`` is that of who closes it.
    """
    there(store, name)
    store.audit(by, title or by, Audited.ADMINISTERED, f"account {name}: closed", at=at)
    store.set_account(name, closed_at=at)
    store.end_sessions(f"{LOCAL}|{name}", at, by)


def code_uri(account: Account, county: str) -> str:
    """What an authenticator makes a code of, as a link or as a picture of it: shown once, and never written down."""
    if account.totp is None:
        raise CannotEnrol(f"the account {account.name!r} has no key for codes")
    return pyotp.TOTP(account.totp).provisioning_uri(name=account.name, issuer_name=f"Flow Centre {county}")


def there(store: Store, name: str) -> Account:
    account = store.account(name)
    if account is None:
        raise CannotEnrol(f"there is no account {name!r}")
    if account.closed_at is not None:
        raise CannotEnrol(f"the account {name!r} was closed on {account.closed_at:%Y-%m-%d}")
    return account
