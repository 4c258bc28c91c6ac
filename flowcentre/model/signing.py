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
    signed_in_as: str = ""  # whoever is signed in in this browser already
    mark: str = ""  # of the form that signs them out; "" where that is not ours to do


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
class Refusal:
    """That somebody is not given what they asked for, as a page says it."""

    status: int  # 401, 403 or 404; of a form 408, 413, 429 or 503 too
    words: str  # why, as it was answered
    path: str  # what was asked for
    open: bool = False  # there is no sign-in here
    who: str = ""  # who is signed in; "" where nobody is
    board: str | None = None  # of a screen, the one board that it may show
    screen: bool = False  # it is a screen, whether or not its address is good still
    written: tuple[tuple[str, str], ...] = ()  # what was typed into the form that was refused, by field


MOST_OF_A_SCREEN = 8  # screens that use one address at once


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
    own_account: str = ""  # by which the asker is signed in; "" where it is by none of ours
    closing: str = ""  # the account of which is asked once more whether it is to be closed
    address: str = ""  # of a screen that was just made: shown once
    done: str = ""  # what became of what was sent
    mistake: str = ""
    crowded: frozenset[int] = frozenset()  # the screens whose address more use than may, by their ids


@dataclass(frozen=True, slots=True)
class AuditShown:
    """What an administrator asked of the audit, and what it says."""

    asked: str = ""  # "person": who saw them; "asker": what they saw and did; "verify"; "older"; "" the newest entries
    of: str = ""  # the reference, or the asker
    entries: tuple[AuditEntry, ...] = ()  # the newest first
    before: int | None = None  # older ones than this number are there to be gone on to
    broken_at: int | None = None  # the first entry that does not fit
    mistake: str = ""
