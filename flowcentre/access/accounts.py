"""Local accounts at sign-in: a password by argon2, a code by TOTP, and a lock against whoever tries many.

Whatever is wrong is said in the same words and takes as long, so that nobody learns which accounts there are.
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

from flowcentre.model import Account, is_account_name
from flowcentre.store import Store

MOST_FAILURES = 5  # the fifth in a row locks
LOCKED_FOR, LOCKED_AT_MOST = timedelta(minutes=15), timedelta(hours=24)  # each lock is twice as long as the one before
STEP = 30  # seconds that a code holds: RFC 6238, and what every authenticator does
LONGEST_PASSWORD = 1024  # signs: to hash a book would cost us and not whoever sent it
WORDS = (
    "That did not let you in. The name, the password or the code is not right, or there were too many tries: "
    "then wait a quarter of an hour, or ask an administrator."
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


def sign_in(store: Store, name: str, password: str, code: str, at: datetime) -> Account | Refused:
    """The account, where name, password and code are right and none of that is used up; else why not.

    Each try is counted before it is judged, so that many at the same moment are no more tries than one after another.
    """
    account = store.account(name) if is_account_name(name) else None
    reason = _why_not(account, at)
    if account is not None and not reason:
        counted = store.note_failure(name, at, MOST_FAILURES, LOCKED_FOR, longest=LOCKED_AT_MOST)
        if counted.failures >= MOST_FAILURES and not _is_own_lock(counted, at):
            reason = "locked by a try at the same moment"
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
    return now


def _why_not(account: Account | None, at: datetime) -> str:
    """Why nobody can sign in by an account just now, whatever they know; "" where they can."""
    if account is None:
        return NO_SUCH
    if account.closed_at is not None:
        return "the account is closed"
    if account.locked_until is not None and at < account.locked_until:
        return f"the account is locked until {account.locked_until:%Y-%m-%d %H:%M} UTC"
    return ""


def _is_own_lock(counted: Account, at: datetime) -> bool:
    """Is it this very try that has locked the account? That one is still judged, and those are not that came beside it."""
    lock = min(LOCKED_FOR * 2 ** min(counted.failures - MOST_FAILURES, 10), LOCKED_AT_MOST)
    until = counted.locked_until
    return until is not None and abs(until - (at + lock)) < timedelta(milliseconds=1)


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
