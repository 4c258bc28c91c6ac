"""Who may sign in, by which way, and what they may, out of ``access.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flowcentre.config.access_grants import read_grants, read_machines
from flowcentre.config.access_shapes import DisplaysShape, SignInShape, SmallNumbersShape
from flowcentre.config.access_ways import is_own_address, peer_mistake, read_oidc, read_proxy, tells_groups
from flowcentre.config.document import Document
from flowcentre.config.lengths import write_length
from flowcentre.config.mistakes import suggest
from flowcentre.config.places import PlacesFound
from flowcentre.config.secrets import find_secrets
from flowcentre.config.shapes import read_shape
from flowcentre.model import NO_SIGN_IN, Access, SmallNumbers

_TABLES = ("sign_in", "oidc", "proxy", "grant", "machine", "displays")
_PUBLIC_URL = 'public_url = "https://flow.westshire.example"'
_LONGEST_DAY = timedelta(days=7)
_USUAL = SmallNumbers()
_YEAR = timedelta(days=366)


def read_access(document: Document, found: PlacesFound) -> Access:
    """The access of a county that has such a file; what is wrong with it is noted in the document.

    What is not said is as the model has it, but for small numbers: displays hide them unless the file says otherwise.
    """
    for key in document.tables:
        if key not in _TABLES:
            document.wrong((key,), f'unknown table or key "{key}"', suggest(key, _TABLES))
    for where, what, right in find_secrets(document.tables):
        document.wrong(where, what, right)
    signing = _read_sign_in(document)
    oidc, proxy = read_oidc(document), read_proxy(document)
    local = bool(signing.local)
    if document.read and not local and "oidc" not in document.tables and "proxy" not in document.tables:
        where = ("sign_in",) if "sign_in" in document.tables else ()
        what = "there is no way to sign in"
        document.wrong(where, what, "local = true below [sign_in], or a table [oidc] or [proxy]")
    if "oidc" in document.tables and "proxy" in document.tables:
        what = "[proxy] and [oidc] would both say who asks"
        document.wrong(("proxy",), what, "the one of the two that signs people in")
    ways = frozenset(
        way for way, there in (("local", local), ("oidc", oidc), ("proxy", proxy)) if there or way in document.tables
    )
    by_groups = "oidc" in ways or tells_groups(document)
    grants = read_grants(document, found, ways, by_groups=by_groups)
    limits = _limits(document, signing)
    unseen, small_numbers = _read_displays(document)
    return Access(
        configured=True,
        public_url=(signing.public_url or "").rstrip("/"),
        forwarded_by=tuple(signing.forwarded_by or ()),
        local=local,
        oidc=oidc,
        proxy=proxy,
        grants=grants,
        machines=read_machines(document, found),
        idle=limits["idle"],
        idle_people=limits["idle_people"],
        absolute=limits["absolute"],
        display_unseen=unseen,
        small_numbers=small_numbers,
    )


def _read_sign_in(document: Document) -> SignInShape:
    table = document.tables.get("sign_in")
    if table is None:
        if document.read:
            document.wrong((), "the file has no [sign_in]", f"[sign_in] with {_PUBLIC_URL}")
        return SignInShape()
    if not isinstance(table, dict):
        document.wrong(("sign_in",), '"sign_in" is no table', "[sign_in], in single brackets")
        return SignInShape()
    shape = read_shape(document, ("sign_in",), table, SignInShape)
    if shape.public_url is not None and not is_own_address(shape.public_url):
        # In the clear, whoever is on the way reads passwords and takes sessions.
        what = "public_url is not the address of a server by https"
        document.wrong(("sign_in", "public_url"), what, f"{_PUBLIC_URL}, without a path; http on this machine alone")
    for index, proxy in enumerate(shape.forwarded_by or ()):
        if wrong := peer_mistake(proxy, "where they are"):
            right = 'forwarded_by = ["127.0.0.1"], the address of the proxy'
            document.wrong(("sign_in", "forwarded_by", index), wrong, right)
    return shape


def _limits(document: Document, shape: SignInShape) -> Mapping[str, timedelta]:
    """How long a session lasts; each limit is no longer than the next."""
    absolute = shape.absolute or NO_SIGN_IN.absolute
    idle = shape.idle or min(NO_SIGN_IN.idle, absolute)
    people = shape.idle_people or min(NO_SIGN_IN.idle_people, idle)
    found = {"idle_people": people, "idle": idle, "absolute": absolute}
    longest = {"idle_people": idle, "idle": absolute, "absolute": _LONGEST_DAY}
    for key, length in found.items():
        if not timedelta(minutes=1) <= length <= longest[key]:
            what = f"[sign_in] {key} {write_length(length)} is no limit of a session"
            right = f'{key} = "{write_length(getattr(NO_SIGN_IN, key))}", from 1m to {write_length(longest[key])}'
            document.wrong(("sign_in", key), what, right)
    return found


def _read_displays(document: Document) -> tuple[timedelta, SmallNumbers | None]:
    table = document.tables.get("displays", {})
    if not isinstance(table, dict):
        document.wrong(("displays",), '"displays" is no table', "[displays], in single brackets")
        return NO_SIGN_IN.display_unseen, _USUAL
    shape = read_shape(document, ("displays",), table, DisplaysShape)
    unseen = NO_SIGN_IN.display_unseen if shape.unseen is None else shape.unseen
    if not timedelta(hours=1) <= unseen <= _YEAR:
        what = f"[displays] unseen {write_length(unseen)} is no time after which a screen is forgotten"
        document.wrong(("displays", "unseen"), what, 'unseen = "30d", from 1h to a year')
    return unseen, _small_numbers(document, shape.small_numbers)


def _small_numbers(document: Document, given: object) -> SmallNumbers | None:
    if given is None:
        return _USUAL
    if given is False:
        return None
    path = ("displays", "small_numbers")
    if not isinstance(given, dict):
        what = "small_numbers is neither false nor a table"
        document.wrong(path, what, "small_numbers = { hide_to = 7, round_to = 5 }, or false to show them as they are")
        return _USUAL
    shape = read_shape(document, path, given, SmallNumbersShape)
    hide_to = _USUAL.hide_to if shape.hide_to is None else shape.hide_to
    round_to = _USUAL.round_to if shape.round_to is None else shape.round_to
    if not 1 <= hide_to <= 100:
        what = f"hide_to {hide_to} hides no counts that are small"
        document.wrong((*path, "hide_to"), what, "hide_to = 7, the largest count that is hidden")
    if not 1 <= round_to <= 100:
        what = f"round_to {round_to} is nothing to round to"
        document.wrong((*path, "round_to"), what, "round_to = 5, or 1 to leave the others as they are")
    return SmallNumbers(hide_to, round_to)
