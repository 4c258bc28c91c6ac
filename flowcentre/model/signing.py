"""What stands on the pages of signing in and of administering access."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flowcentre.model.access import Account, AuditEntry, Display, Identity, Session


@dataclass(frozen=True, slots=True)
class SignIn:
    """The page by which people sign in."""

    county: str  # whose pages these are
    demonstration: bool
    local: bool  # by a local account
    provider: str = ""  # what the way by an identity provider is called; "" where there is none
    proxy: bool = False  # a proxy in front signs people in, and this page is seen by whoever came past it
    name: str = ""
    then: str = "/"  # where they were going
    mistake: str = ""


@dataclass(frozen=True, slots=True)
class SignedOut:
    """The page that says that nobody is signed in any more."""

    county: str
    demonstration: bool
    provider: str = ""  # whose own session may still be open
    provider_address: str = ""  # where the browser ends that


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What somebody may, since when they are signed in and for how long, with the form that signs them out."""

    identity: Identity
    mark: str
    session: Session | None  # None where a proxy has signed them in
    until: datetime | None  # however much they do
    at: datetime


@dataclass(frozen=True, slots=True)
class AccessNow:
    """What administrators see: the screens, who is signed in, and the local accounts."""

    at: datetime
    boards: tuple[tuple[str, str], ...]  # id and title
    displays: tuple[Display, ...]
    sessions: tuple[Session, ...]
    accounts: tuple[Account, ...]
    local: bool
    mark: str
    own: str = ""  # the hash of the asker's own session
    address: str = ""  # of a screen that was just made: shown once
    done: str = ""  # what became of what was sent
    mistake: str = ""


@dataclass(frozen=True, slots=True)
class AuditShown:
    """What an administrator asked of the audit, and what it says."""

    asked: str = ""  # "person": who saw them; "asker": what they saw and did; "verify"; "" the newest entries
    of: str = ""  # the reference, or the asker
    entries: tuple[AuditEntry, ...] = ()  # the newest first
    broken_at: int | None = None  # the first entry that does not fit
    mistake: str = ""
