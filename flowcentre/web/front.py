"""What a county with sign-in has at its door: by what people, screens and machines are known, and what they sign in by."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from flowcentre.access.accounts import ways_to_try
from flowcentre.access.addresses import Addresses
from flowcentre.access.displays import Displays
from flowcentre.access.machines import Machines
from flowcentre.access.proxied import Proxied, must_not_be_reached_directly
from flowcentre.access.sessions import Sessions
from flowcentre.access.tries import Tries
from flowcentre.model import Access, Oidc
from flowcentre.web.asker import Asker, Ways

if TYPE_CHECKING:
    from starlette.requests import Request

    from flowcentre.access.oidc import Provider
    from flowcentre.store import Store

Secret = Callable[[str], str]  # what a variable holds; raises LookupError where that is nothing


@dataclass
class Front:
    """Everything that signing in needs. ``access`` gives the configuration as it is now."""

    store: Store
    access: Callable[[], Access]
    now: Callable[[], datetime]
    sessions: Sessions
    displays: Displays
    asker: Asker
    secret: Secret
    public_url: str
    tries: Tries = field(default_factory=ways_to_try)
    _provider: tuple[Oidc, Provider] | None = field(default=None)

    def forget(self) -> None:
        """Believe nothing of before: what has just been ended or revoked is so at once on this server."""
        self.asker.forget()

    def provider(self) -> Provider | None:
        """The identity provider that is configured now. Raises LookupError where its secret is not there."""
        oidc = self.access().oidc
        if oidc is None:
            return None
        if self._provider is None or self._provider[0] != oidc:
            from flowcentre.access.oidc import Provider, http_client

            secret = self.secret(oidc.client_secret_env) if oidc.client_secret_env else ""
            self._provider = oidc, Provider(oidc, secret, http_client(), self.now)
        return self._provider[1]

    def address_of(self, request: Request) -> str:
        """From where somebody asks, as their tries are counted."""
        return self.asker.addresses.of(request.headers, request.client.host if request.client is not None else "")


def front_of(
    store: Store, configured: Callable[[], Access], now: Callable[[], datetime], *, host: str, secret: Secret
) -> Front:
    """The front of a county that has sign-in, served on ``host``. Raises ReachableDirectly, WeakToken and LookupError.

    ``configured`` gives its configuration; once there was sign-in, a configuration without any lets nobody in, and opens nothing.
    """
    started = configured()

    def access() -> Access:
        found = configured()
        return found if found.configured else Access(configured=True, public_url=started.public_url)

    machines = Machines(access, secret)
    machines.check()
    proxied, key = None, secrets.token_bytes(32)
    if started.proxy is not None:
        proved = must_not_be_reached_directly(started.proxy, host, secret)
        key = hashlib.sha256(f"marks of forms\n{proved}".encode()).digest()  # the same on every server behind the proxy
        proxied = Proxied(access, started.proxy, proved)
    sessions, displays = Sessions(store, access), Displays(store, access)
    by_proxy = proxied.who if proxied is not None else None
    ways = Ways(sessions.who, sessions.active, displays.who, machines.who, store.accounts, by_proxy)
    asker = Asker(ways, now, key, Addresses(started.forwarded_by))
    front = Front(store, access, now, sessions, displays, asker, secret, started.public_url.rstrip("/"))
    front.provider()  # what can never work is said at the start
    return front
