"""An identity provider, or a proxy in front, that says who asks: ``[oidc]`` and ``[proxy]`` of ``access.toml``."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from flowcentre.config.access_shapes import OidcShape, ProxyShape
from flowcentre.config.document import Document
from flowcentre.config.mistakes import suggest
from flowcentre.config.shapes import Shape, read_shape
from flowcentre.model import Oidc, TrustedProxy

# Signatures by a key that the provider alone has. By HS256 whoever knows our secret could sign, and "none" is nobody's.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,79}", re.ASCII)
# What says something else already, or what a browser can send: none of them says who asks.
_TAKEN = re.compile(
    r"host|cookie|authorization|origin|referer|user-agent|accept(-.+)?|connection|content-.+|forwarded|sec-.+"
    r"|x-forwarded-(for|proto|host|port)|x-real-ip|x-flow-proxy-secret"
)
_USUAL = Oidc("", "")  # what is not given is so
_WIDEST = {4: 16, 6: 64}  # bits of a network's address, by version: wider than this it is no one's own


def is_own_address(text: str) -> bool:
    """Is it where a server of ours can be: https and a host without a path, or http on this machine?"""
    return _is_safe(text) and urlsplit(text).path in ("", "/")


def _is_safe(text: str) -> bool:
    """Is it an address by https, or on this machine, with nothing in it but where?"""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        _ = parts.port  # raises where it is none
    except ValueError:
        return False
    if not host or parts.username is not None or parts.query or parts.fragment or re.search(r"[\s\\?#]", text):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_oidc(document: Document) -> Oidc | None:
    """The identity provider, where there is one; what is wrong with it is noted in the document."""
    if (table := _table(document, "oidc")) is None:
        return None
    shape = read_shape(document, ("oidc",), table, OidcShape)
    if shape.issuer is not None and not _is_safe(shape.issuer):
        what = "issuer is no address by https"
        document.wrong(("oidc", "issuer"), what, f"issuer = {_example(OidcShape, 'issuer')}, as the provider writes it")
    if shape.scopes is not None and "openid" not in shape.scopes.split():
        what = f'scopes "{shape.scopes}" lack openid: the provider would not say who somebody is'
        document.wrong(("oidc", "scopes"), what, f"scopes = {_example(OidcShape, 'scopes')}")
    for index, name in enumerate(shape.algorithms or ()):
        if name not in _ALGORITHMS:
            what = f'"{name}" is no signature that the provider alone can make'
            document.wrong(("oidc", "algorithms", index), what, suggest(name, _ALGORITHMS))
    if shape.algorithms is not None and not shape.algorithms:
        document.wrong(("oidc", "algorithms"), "no algorithm is allowed", 'algorithms = ["RS256"]')
    if shape.issuer is None or shape.client_id is None:
        return None
    return Oidc(
        issuer=shape.issuer,
        client_id=shape.client_id,
        client_secret_env=shape.client_secret_env or _USUAL.client_secret_env,
        title=shape.title or _USUAL.title,
        scopes=shape.scopes or _USUAL.scopes,
        groups_claim=shape.groups_claim or _USUAL.groups_claim,
        title_claim=shape.title_claim or _USUAL.title_claim,
        algorithms=tuple(shape.algorithms or _USUAL.algorithms),
        acr=tuple(shape.acr or ()),
    )


def read_proxy(document: Document) -> TrustedProxy | None:
    """The proxy that signs people in, where there is one; what is wrong with it is noted in the document.

    It must prove itself by a secret wherever it is: on one machine, too, every account could reach the port and say
    who it is.
    """
    if (table := _table(document, "proxy")) is None:
        return None
    shape = read_shape(document, ("proxy",), table, ProxyShape)
    if shape.peers is not None and not shape.peers:
        document.wrong(("proxy", "peers"), "there is no peer to trust", f"peers = {_example(ProxyShape, 'peers')}")
    for index, peer in enumerate(shape.peers or ()):
        _check_peer(document, index, peer)
    for key, name in (("user_header", shape.user_header), ("groups_header", shape.groups_header)):
        if name is None:
            continue
        if not _HEADER.fullmatch(name) or _TAKEN.fullmatch(name.lower()):
            what = f'{key} "{name}" is no header in which a proxy can say who asks'
            document.wrong(("proxy", key), what, f"{key} = {_example(ProxyShape, key)}")
    if shape.groups_header is not None and shape.groups_header.lower() == (shape.user_header or "").lower():
        what = "groups_header is the user_header"
        document.wrong(("proxy", "groups_header"), what, f"groups_header = {_example(ProxyShape, 'groups_header')}")
    if shape.peers is None or shape.user_header is None or shape.secret_env is None:
        return None
    return TrustedProxy(tuple(shape.peers), shape.user_header, shape.groups_header or "", shape.secret_env)


def tells_groups(document: Document) -> bool:
    """Does the proxy, sound or not, say which groups somebody is in?"""
    table = document.tables.get("proxy")
    return isinstance(table, dict) and "groups_header" in table


def _check_peer(document: Document, index: int, peer: str) -> None:
    if wrong := peer_mistake(peer, "who they are"):
        right = f"peers = {_example(ProxyShape, 'peers')}, the proxy alone, or a small network: 10.1.2.0/28"
        document.wrong(("proxy", "peers", index), wrong, right)


def peer_mistake(peer: str, what: str) -> str:
    """Why it is not where a proxy of ours can be, "" where it is; ``what`` is what a proxy is believed when it says it."""
    try:
        network = ipaddress.ip_network(peer)
    except ValueError:
        return f'"{peer}" is no address, nor a network'
    if network.prefixlen < _WIDEST[network.version]:
        return f"{peer} takes in {network.num_addresses:,} addresses: whoever is at one of them could say {what}"
    return ""


def _table(document: Document, name: str) -> dict[str, object] | None:
    table = document.tables.get(name)
    if table is not None and not isinstance(table, dict):
        document.wrong((name,), f'"{name}" is no table', f"[{name}], in single brackets")
        return None
    return table


def _example(shape: type[Shape], key: str) -> str:
    return str((shape.model_fields[key].examples or [""])[0])
