"""Who may see and do what: roles, scopes, identities, sessions, displays, and what the audit keeps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Role(StrEnum):
    """What somebody is trusted with. Whoever has any role but that of a display sees aggregates."""

    DISPLAY = "display"  # the aggregates of one board, and nothing else
    VIEWER = "viewer"
    MANAGER = "manager"  # rows of people, of their own organisations and localities
    LEAD = "lead"  # acknowledges, silences, acts, declares
    EDITOR = "editor"  # types values in
    ADMINISTRATOR = "administrator"  # displays, sessions, accounts, the audit; no rows of people by that


class Permission(StrEnum):
    """What a route, or a function that reads rows, asks for."""

    BOARD = "board"  # one board of the wall
    AGGREGATES = "aggregates"
    PEOPLE = "people"
    ACT = "act"
    TYPE_IN = "type in"
    ADMINISTER = "administer"


_OF_A_PERSON = frozenset({Permission.BOARD, Permission.AGGREGATES})
PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.DISPLAY: frozenset({Permission.BOARD}),
    Role.VIEWER: _OF_A_PERSON,
    Role.MANAGER: _OF_A_PERSON | {Permission.PEOPLE},
    Role.LEAD: _OF_A_PERSON | {Permission.ACT},
    Role.EDITOR: _OF_A_PERSON | {Permission.TYPE_IN},
    Role.ADMINISTRATOR: _OF_A_PERSON | {Permission.ADMINISTER},
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a grant holds: the ids of organisations and localities, or ``everywhere``. Nothing named is nowhere."""

    places: frozenset[str] = frozenset()
    everywhere: bool = False

    def __or__(self, other: Scope) -> Scope:
        return Scope(self.places | other.places, self.everywhere or other.everywhere)


EVERYWHERE = Scope(everywhere=True)
NOWHERE = Scope()


@dataclass(frozen=True, slots=True)
class RowScope:
    """A scope as the store asks for it: rows of lists of these places, and of people of these localities."""

    places: frozenset[str] = frozenset()  # ids: those of the scope and all that lies beneath them
    localities: frozenset[str] = frozenset()  # ids
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """What one person, or each member of a group of the identity provider, is granted."""

    to: str  # "account:ward.lead", "group:flow-leads", "subject:..." of the provider, "everybody" who signs in
    roles: frozenset[Role]
    scope: Scope


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks. ``issuer`` and ``subject`` name them for ever; ``title`` is what stands beside what they do.

    ``scopes`` are where each permission holds: a lead of one hospital may be a viewer of the whole county.
    """

    issuer: str  # the provider's address, "local", "proxy", "display", "machine", or "open" where there is no sign-in
    subject: str
    title: str  # a role, initials or an account's name: kept as author
    scopes: Mapping[Permission, Scope] = field(default_factory=dict)
    board: str | None = None  # of a display, the one board that it may show
    groups: frozenset[str] = (
        frozenset()
    )  # of the provider, at sign-in: what is granted to them is looked up again at each request

    @property
    def id(self) -> str:
        """How the audit and sessions name them."""
        return f"{self.issuer}|{self.subject}"

    def may(self, permission: Permission) -> bool:
        """Is it permitted anywhere?"""
        return self.scope(permission) != NOWHERE

    def scope(self, permission: Permission) -> Scope:
        """Where it is permitted."""
        return self.scopes.get(permission, NOWHERE)


# Who asks where a county has no sign-in: a demonstration, on this machine alone.
OPEN = Identity("open", "anybody", "", dict.fromkeys(Permission, EVERYWHERE))


_DARK_AFTER = timedelta(minutes=10)  # a screen asks each few seconds, and that is written down each minute
_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}", re.ASCII)
# The same in words, wherever somebody is told.
ACCOUNT_NAME = "two to 64 lower-case letters, digits, dots, hyphens and underscores, a letter or a digit first"


def is_account_name(text: str) -> bool:
    """Can a local account have this name? It is made of what ``ACCOUNT_NAME`` says."""
    return _ACCOUNT.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Account:
    """A local account. Its password is kept as an argon2 hash, its TOTP key as it was made."""

    name: str
    title: str
    password: str  # the hash
    totp: str | None  # base32; None until it is enrolled
    made_at: datetime
    closed_at: datetime | None = None
    failures: int = 0  # since the last success
    locked_until: datetime | None = None
    totp_used: int = 0  # the number of the last time step that was taken: none is taken twice


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in, kept in the store. Whoever holds its token, of which the store has the hash alone, is ``identity``."""

    token_hash: str
    identity: Identity
    key: str  # what forms are marked with, so that no other site can send one
    began_at: datetime
    active_at: datetime  # when a person last did something; a page that refreshes itself is none
    ended_at: datetime | None = None
    ended_by: str = ""  # "idle", "absolute", "signed out", or the administrator
    provider_session: str = ""  # the provider's own id of it, by which it can end it
    id_token: str = ""  # what a provider wants back at sign-out; "" otherwise


@dataclass(frozen=True, slots=True)
class Display:
    """A screen with a token, of which the store has the hash alone, bound to one board."""

    id: int
    token_hash: str
    board: str
    title: str  # where it hangs
    made_by: str
    made_at: datetime
    seen_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_dark(self, at: datetime) -> bool:
        """Has no screen asked with it for so long that nothing can be shown there?"""
        return at - (self.seen_at or self.made_at) > _DARK_AFTER


class Audited(StrEnum):
    """What the audit keeps."""

    SAW = "saw rows"
    SAW_PERSON = "saw one person"
    EXPORTED = "exported rows"
    DID = "did"  # acknowledged, silenced, acted, declared, typed in, minuted: ``what`` says
    SIGNED_IN = "signed in"
    SIGNED_OUT = "signed out"
    REFUSED_SIGN_IN = "refused sign-in"
    ADMINISTERED = "administered"
    PURGED = "purged"  # what was kept long enough


@dataclass(frozen=True, slots=True)
class Leaving:
    """Rows of people that are about to leave, as the audit keeps them."""

    act: Audited
    what: str
    refs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit: written before what it tells of leaves. ``refs`` are pseudonyms."""

    number: int
    at: datetime
    who: str  # the id of an identity
    title: str
    act: Audited
    what: str  # the list and its filter, the path of a form, the account: never a person's name, never a secret
    refs: frozenset[str]
    before: str  # the hash of the entry before
    hash: str


@dataclass(frozen=True, slots=True)
class Oidc:
    """An identity provider: OpenID Connect, code flow with PKCE."""

    issuer: str
    client_id: str
    client_secret_env: str = ""
    title: str = "your organisation's account"
    scopes: str = "openid profile"
    groups_claim: str = "groups"
    title_claim: str = "preferred_username"
    algorithms: tuple[str, ...] = ("RS256",)
    acr: tuple[str, ...] = ()  # how strongly somebody must have signed in; any where empty


@dataclass(frozen=True, slots=True)
class TrustedProxy:
    """A proxy in front that has signed people in, and says who asks in headers."""

    peers: tuple[str, ...]  # addresses or networks from which its requests come
    user_header: str
    groups_header: str = ""
    secret_env: str = ""  # the variable with what it proves itself by, in X-Flow-Proxy-Secret


@dataclass(frozen=True, slots=True)
class Machine:
    """Something that reads the API or the metrics, with a bearer token from a variable."""

    id: str
    token_env: str
    permissions: frozenset[Permission] = frozenset({Permission.AGGREGATES})
    scope: Scope = NOWHERE  # of the rows of people that it may read


@dataclass(frozen=True, slots=True)
class SmallNumbers:
    """Which counts of people displays hide: those from 1 to ``hide_to``, and the rest to the nearest ``round_to``."""

    hide_to: int = 7
    round_to: int = 5


@dataclass(frozen=True, slots=True)
class Access:
    """How people sign in and what they may, as ``access.toml`` says. Without it a county is open, on this machine alone."""

    configured: bool = False
    public_url: str = ""  # https, or this machine
    forwarded_by: tuple[str, ...] = ()  # addresses or networks of proxies in front, whose X-Forwarded-For is believed
    local: bool = False
    oidc: Oidc | None = None
    proxy: TrustedProxy | None = None
    grants: tuple[Grant, ...] = ()
    machines: tuple[Machine, ...] = ()
    idle: timedelta = timedelta(minutes=60)
    idle_people: timedelta = timedelta(minutes=15)  # of whoever may see rows of people
    absolute: timedelta = timedelta(hours=12)
    display_unseen: timedelta = timedelta(days=30)  # after which a token that nobody used is no good
    small_numbers: SmallNumbers | None = None


NO_SIGN_IN = Access()
