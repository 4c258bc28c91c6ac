"""From where a request comes: the other end of its connection, or what a proxy in front says of it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Protocol

FORWARDED = "x-forwarded-for"
_OF_ONE_NETWORK = 64  # bits: by IPv6 whoever has one address has all of its network's


class Headers(Protocol):
    """The headers of a request: every value that was sent under a name, whatever its case."""

    def getlist(self, key: str) -> list[str]: ...


class Addresses:
    """Where requests come from. ``proxies`` are the addresses or networks of those whose X-Forwarded-For is believed."""

    def __init__(self, proxies: Iterable[str] = ()) -> None:
        self._proxies = [ipaddress.ip_network(each) for each in proxies]

    def of(self, headers: Headers, peer: str) -> str:
        """The address by which what somebody asks is counted; by IPv6 that of their network.

        Of what is forwarded the last counts that is no proxy of ours: what stands before it, anybody can have written.
        """
        found = _address(peer)
        said = [part for line in headers.getlist(FORWARDED) for part in line.split(",")] if self._proxies else []
        while said and found is not None and any(found in network for network in self._proxies):
            before = _address(said.pop())
            if before is None:
                break
            found = before
        return _counted(found)

    def of_peer(self, peer: str) -> str:
        """The address by which the other end of a connection is counted; "" where it is this machine or a proxy of ours."""
        found = _address(peer)
        ours = found is None or found.is_loopback or any(found in network for network in self._proxies)
        return "" if ours else _counted(found)


def _counted(found: ipaddress.IPv4Address | ipaddress.IPv6Address | None) -> str:
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, _OF_ONE_NETWORK), strict=False))
    return str(found) if found is not None else ""


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address, with or without a port behind it, as some proxies write one."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
