"""A proxy in front that has signed people in: it is believed for its address and for its secret, never for one of them."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Callable
from typing import Protocol

from flowcentre.access.grants import PROXY, identity_of
from flowcentre.model import Access, Identity, TrustedProxy

SECRET_HEADER = "X-Flow-Proxy-Secret"
SHORTEST_SECRET = 32  # signs
_LONGEST_USER = 200


class ReachableDirectly(Exception):
    """A server that must not start: whoever reached it past the proxy could say who they are."""


class Headers(Protocol):
    """The headers of a request: every value that was sent under a name, whatever its case."""

    def getlist(self, key: str) -> list[str]: ...


def must_not_be_reached_directly(proxy: TrustedProxy, host: str, secret: Callable[[str], str]) -> str:
    """What the proxy proves itself by. Raises ReachableDirectly where anybody else could come in its place.

    ``host`` is the address to be served on; ``secret`` looks up what a variable holds and raises LookupError.
    """
    if not proxy.secret_env:
        where = "this machine could" if _is_loopback(host) else f"the network could, for it is served on {host},"
        raise ReachableDirectly(
            f"[proxy] of access.toml has no secret_env: anybody on {where} say who they are. Give it one, and have the "
            f"proxy send what the variable holds as {SECRET_HEADER}."
        )
    try:
        held = secret(proxy.secret_env)
    except LookupError as why:
        raise ReachableDirectly(f"the proxy has nothing to prove itself by: {why}") from None
    if len(held) < SHORTEST_SECRET or not held.isascii():
        raise ReachableDirectly(
            f"the proxy's secret in {proxy.secret_env} can be guessed: it needs {SHORTEST_SECRET} signs of chance"
        )
    return held


class Proxied:
    """Who asks, by what the proxy says of them. ``secret`` is what ``must_not_be_reached_directly`` gave.

    A proxy must set each of its headers itself and take away any that a browser sends: one that is there twice is
    therefore none at all.
    """

    def __init__(self, access: Callable[[], Access], proxy: TrustedProxy, secret: str) -> None:
        self._access = access
        self._proxy = proxy
        self._secret = hashlib.sha256(secret.encode()).digest()
        self._peers = [ipaddress.ip_network(peer) for peer in proxy.peers]

    def who(self, headers: Headers, peer: str) -> Identity | None:
        """Who asks; None where the proxy does not say, or where it is not the proxy who says so."""
        if not self._is_proxy(headers, peer):
            return None
        user = _only(headers, self._proxy.user_header)
        if not user or len(user) > _LONGEST_USER or not user.isprintable():
            return None
        groups: list[str] = []
        if self._proxy.groups_header and (said := headers.getlist(self._proxy.groups_header)):
            if len(said) > 1:
                return None
            groups = [group for part in _text(said[0]).replace(";", ",").split(",") if (group := part.strip())]
        return identity_of(self._access(), PROXY, user, user, groups)

    def _is_proxy(self, headers: Headers, peer: str) -> bool:
        # Both are looked at each time: how long it takes says nothing of the one.
        given = hashlib.sha256(_only(headers, SECRET_HEADER).encode()).digest()
        proved = hmac.compare_digest(given, self._secret)
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)  # as a server that listens by IPv6 sees those by IPv4
        return proved and any((mapped or address) in network for network in self._peers)


def _only(headers: Headers, name: str) -> str:
    """What is sent under a name, where that is one thing; else nothing."""
    said = headers.getlist(name)
    return _text(said[0]).strip() if len(said) == 1 else ""


def _text(value: str) -> str:
    """A header as it was meant: proxies write UTF-8, and headers are read as Latin-1."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
