"""Local accounts at sign-in: a password by argon2, a code by TOTP, and a bound on tries that keeps nobody out for good.

Whatever is wrong is said in the same words and takes as long, so that nobody learns which accounts there are.

Tries from a browser in which the account has signed in before are counted for that browser. All others are counted twice:
by their address, and for the account, whoever sends them from wherever. So somebody who guesses shuts out themselves, then
whoever comes from their address, then every browser that is new to the account; never one that is known to it.
"""

from __future__ import annotations

import hmac
import threading
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from flowcentre.access.devices import known_device
from flowcentre.access.tries import Tries
from flowcentre.model import Account, is_account_name
from flowcentre.store import Store

MOST_FAILURES = 20  # in a row, by browsers that are not known: that many lock the account for all of these
MOST_ON_ONE_WAY = 5  # from one address, or from one known browser
LOCKED_FOR = timedelta(minutes=15)  # by each failure from that on, and never longer
STEP = 30  # seconds that a code holds: RFC 6238, and what every authenticator does
LONGEST_PASSWORD = 1024  # signs: to hash a book would cost us and not whoever sent it
WORDS = (
    "That did not let you in. The name, the password or the code is not right, or there were too many tries: "
    "then wait a quarter of an hour, use a browser in which you have signed in before, or ask an administrator."
)
NO_SUCH = "no such account"
BUSY = "Too many people are signing in at this moment. Please try again."

_HASHER = PasswordHasher()  # RFC 9106's second choice: 64 MiB, three passes
# Each takes 64 MiB and a core: a flood of sign-ins must not take the machine from those who look at the wall.
_HASHING = threading.BoundedSemaphore(2)
_WAITS = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Refused:
    """A sign-in that failed: ``words`` for whoever tried, ``reason`` for the log and the audit alone."""

    words: str
    reason: str


def ways_to_try() -> Tries:
    """The tries of one server, by the way on which they come."""
    return Tries(MOST_ON_ONE_WAY, LOCKED_FOR)


def sign_in(
    store: Store,
    tries: Tries,
    name: str,
    password: str,
    code: str,
    at: datetime,
    *,
    address: str = "",
    device: str = "",
) -> Account | Refused:
    """The account, where name, password and code are right and none of that is used up; else why not.

    ``address`` is where the try comes from, ``device`` the cookie of a known browser. Each try is counted before it is judged,
    so that many at the same moment are no more tries than one after another.
    """
    account = store.account(name) if is_account_name(name) else None
    reason, way = _why_not(account), ""
    if account is not None and not reason:
        reason, way = _counted(store, tries, account, at, address, device)
    if not _HASHING.acquire(timeout=_WAITS):
        return Refused(BUSY, "too many sign-ins at once")
    try:
        right = is_password(account.password if account is not None else None, password)
    finally:
        _HASHING.release()
    if account is None or reason:
        return Refused(WORDS, reason)
    step = None if account.totp is None else code_step(account.totp, code, at)
    if not right:
        return Refused(WORDS, "wrong password")
    if account.totp is not None and step is None:
        return Refused(WORDS, "wrong code")
    if not store.note_success(name, step):
        return Refused(WORDS, "a code that was used before")
    now = store.account(name)
    if now is None or (now.password, now.totp, now.closed_at) != (account.password, account.totp, None):
        # Whoever changed it has ended the sessions that were there: none may begin by what was good before.
        return Refused(WORDS, "the account was changed at the same moment")
    if _HASHER.check_needs_rehash(account.password):
        now = store.set_account(name, password=hashed(password))
    tries.forget(name, way)
    return now


def _why_not(account: Account | None) -> str:
    """Why nobody can ever sign in by an account, whatever they know; "" where they can."""
    if account is None:
        return NO_SUCH
    return "the account is closed" if account.closed_at is not None else ""


def _counted(store: Store, tries: Tries, account: Account, at: datetime, address: str, device: str) -> tuple[str, str]:
    """Why a try is not judged, "" where it is, and the way on which it was counted."""
    browser = known_device(device, account)
    if browser and tries.take(account.name, way := f"browser {browser}", at):
        return "", way
    # A known browser that failed too often is one like any other.
    if account.locked_until is not None and at < account.locked_until:
        return f"the account is locked until {account.locked_until:%Y-%m-%d %H:%M} UTC", ""
    if not tries.take(account.name, way := f"address {address}", at):
        return "too many tries from one address", ""
    if not store.note_failure(account.name, at, MOST_FAILURES, LOCKED_FOR):
        return "locked by a try at the same moment", ""
    return "", way


def hashed(password: str) -> str:
    """A password as it is kept: argon2id, with its salt and what it was made with."""
    return _HASHER.hash(_normal(password))


def is_password(kept: str | None, password: str) -> bool:
    """Is it the password of this hash? Where there is none, nothing is, and that takes as long to say."""
    if kept is None or len(password) > LONGEST_PASSWORD:
        _HASHER.hash(_normal(password[:LONGEST_PASSWORD]))  # as long as to verify one
        return False
    try:
        return _HASHER.verify(kept, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


def code_step(key: str, code: str, at: datetime) -> int | None:
    """The time step of a code, that of now or one to either side for clocks that differ; None where it is no code of these.

    ``key`` is base32. Every step is compared, however soon one fits.
    """
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit()):
        digits = ""
    now, totp = int(at.timestamp()) // STEP, pyotp.TOTP(key, interval=STEP)
    fits = [step for step in (now - 1, now, now + 1) if hmac.compare_digest(totp.generate_otp(step), digits)]
    return max(fits, default=None)


def _normal(password: str) -> str:
    """One form for what keyboards write in several: NFKC, as NIST SP 800-63B 3.1.1.2 asks."""
    return unicodedata.normalize("NFKC", password)
