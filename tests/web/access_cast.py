"""A Westshire with sign-in: a real store of accounts, sessions, screens and the audit, and somebody of each role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from flowcentre.access import displays
from flowcentre.access.grants import identity_of
from flowcentre.access.strangers import Strangers
from flowcentre.model import Access, Account, Grant, Machine, Permission, Role, Scope, SmallNumbers
from flowcentre.store import Store
from flowcentre.web import slips
from flowcentre.web.asker import DISPLAY, SESSION
from flowcentre.web.front import Front, front_of
from tests.web.cast import AT

TOKEN = "m" * 40
NORTHGATE = Scope(frozenset({"northgate"}))
EVERYWHERE = Scope(everywhere=True)
ROLES = {
    "viewer": (Role.VIEWER, EVERYWHERE),
    "manager": (Role.MANAGER, NORTHGATE),
    "lead": (Role.LEAD, NORTHGATE),
    "editor": (Role.EDITOR, NORTHGATE),
    "admin": (Role.ADMINISTRATOR, EVERYWHERE),
}
ACCESS = Access(
    configured=True,
    public_url="http://127.0.0.1:8050",
    local=True,
    grants=tuple(Grant(f"account:{name}", frozenset({role}), scope) for name, (role, scope) in ROLES.items()),
    machines=(Machine("metrics", "METRICS_TOKEN", frozenset({Permission.AGGREGATES})),),
    small_numbers=SmallNumbers(),
)


@dataclass
class Clock:
    """The time, as a test says it is."""

    at: datetime = AT

    def now(self) -> datetime:
        return self.at

    def pass_by(self, length: timedelta) -> None:
        self.at += length


@dataclass
class Door:
    """The front of a county on a real store, with what a test needs of it."""

    store: Store
    clock: Clock = field(default_factory=Clock)
    access: Access = ACCESS

    def __post_init__(self) -> None:
        secrets = {"METRICS_TOKEN": TOKEN, "PROXY_SECRET": "p" * 40}
        self.front: Front = front_of(
            self.store, lambda: self.access, self.clock.now, host="127.0.0.1", secret=secrets.__getitem__
        )
        for each in ("strangers", "signing_in", "signing_out"):  # tests come from one address, in no time
            setattr(self.front.asker, each, Strangers(self.clock.now, at_once=10**6))

    def session_of(self, name: str) -> tuple[str, str]:
        """The token and the key of a new session of somebody."""
        identity = identity_of(self.access, "local", name, name)
        assert identity is not None
        token, session = self.front.sessions.begin(identity, self.clock.at)
        return token, session.key

    def screen(self, board: str = "county") -> str:
        """The token of a new screen."""
        return displays.make(self.store, board, "the control room", "admin", self.clock.at)[0]

    def later(self) -> None:
        """Let what was believed of a token for a moment be looked up anew."""
        self.front.forget()
        self.clock.pass_by(timedelta(seconds=2))


def as_person(token: str) -> dict[str, str]:
    """The headers of somebody with a session."""
    return {"cookie": f"{SESSION}={token}"}


def as_screen(token: str) -> dict[str, str]:
    """The headers of a screen."""
    return {"cookie": f"{DISPLAY}={token}"}


def callback_headers(token: str, key: str) -> dict[str, str]:
    """The headers with which a page's script asks, for somebody with a session."""
    return as_person(token) | {"x-flow-mark": slips.page_mark(key), "sec-fetch-site": "same-origin"}


def form_mark(key: str) -> str:
    """The mark of a form that was drawn for a session."""
    nonce = "0123456789abcdef"
    return nonce + slips._signed(key, nonce)


def account(name: str, password_hash: str, *, totp: str | None = None) -> Account:
    """A local account as it is kept."""
    return Account(name, name, password_hash, totp, AT)


@contextmanager
def asking_at(url: str) -> Iterator[httpx.Client]:
    """A client that follows nothing and keeps no cookie."""
    with httpx.Client(base_url=url, timeout=10, follow_redirects=False) as client:
        yield client
