"""What is granted to whom: ``[[grant]]`` and ``[[machine]]`` of ``access.toml``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from flowcentre.config.access_shapes import GrantShape, MachineShape
from flowcentre.config.document import Document
from flowcentre.config.lines import KeyPath
from flowcentre.config.mistakes import suggest
from flowcentre.config.places import PlacesFound
from flowcentre.config.shapes import read_each
from flowcentre.model import EVERYWHERE, NOWHERE, Grant, Machine, Permission, Role, Scope, is_account_name
from flowcentre.model.access import ACCOUNT_NAME

_TO = {"account": '"account:ward.lead"', "group": '"group:flow-leads"', "subject": '"subject:7c1f"'}
_TOS = f'to = {", ".join(_TO.values())} or "everybody"'
_NEEDS = {
    "account": "local = true below [sign_in]",
    "subject": "[oidc] or [proxy]",
    "group": "[oidc], or [proxy] with a groups_header",
}
_BY_PLACE = frozenset({Role.MANAGER, Role.LEAD, Role.EDITOR})
_ROLES = tuple(role for role in Role if role is not Role.DISPLAY)
_MAY = (Permission.AGGREGATES, Permission.PEOPLE)  # a machine reads


def read_grants(document: Document, found: PlacesFound, ways: Collection[str], *, by_groups: bool) -> tuple[Grant, ...]:
    """The grants of a file; what is wrong with them is noted in the document.

    ``ways`` are those to sign in ("local", "oidc", "proxy"); ``by_groups`` says whether one of them tells of groups.
    """
    entries = read_each(document, ("grant",), document.tables.get("grant", []), GrantShape)
    if not entries and document.read:
        right = '[[grant]] with to = "account:...", roles = ["administrator"]'
        document.wrong((), "nothing is granted to anybody: whoever signs in would be refused", right)
    known = {"account": "local" in ways, "subject": bool({"oidc", "proxy"} & set(ways)), "group": by_groups}
    grants = []
    for path, shape in entries:
        roles = _roles(document, path, shape)
        if shape.to is not None:
            _check_to(document, path, shape.to, roles, known)
        scope = _scope(document, path, shape.places, shape.everywhere, found)
        _check_scope(document, path, shape, roles, scope)
        if shape.to is not None and roles:
            grants.append(Grant(shape.to, roles, scope if roles & _BY_PLACE else EVERYWHERE))
    return tuple(grants)


def _roles(document: Document, path: KeyPath, shape: GrantShape) -> frozenset[Role]:
    roles = set()
    if shape.roles is not None and not shape.roles:
        document.wrong((*path, "roles"), f'"{shape.to}" is granted no role', 'roles = ["viewer"]')
    for index, name in enumerate(shape.roles or ()):
        if name == Role.DISPLAY:
            what = "no person is a display: a screen has a token, which an administrator makes"
            document.wrong((*path, "roles", index), what, 'roles = ["viewer"]')
        elif name not in _ROLES:
            document.wrong((*path, "roles", index), f'there is no role "{name}"', suggest(name, _ROLES))
        else:
            roles.add(Role(name))
    return frozenset(roles)


def _check_to(document: Document, path: KeyPath, to: str, roles: frozenset[Role], known: Mapping[str, bool]) -> None:
    where = (*path, "to")
    if to == "everybody":
        if more := sorted(roles - {Role.VIEWER}):
            # Of a national provider everybody is a great many people.
            what = f"everybody who can sign in would be {', '.join(more)}"
            document.wrong(where, what, 'roles = ["viewer"] for everybody, and those to a group or a person')
        return
    kind, colon, name = to.partition(":")
    if not colon or kind not in _TO:
        document.wrong(where, f'"{to}" is nobody to grant something to', _TOS)
    elif not name.strip() or name != name.strip():
        document.wrong(where, f'"{to}" grants something to nobody', f"to = {_TO[kind]}")
    elif kind == "account" and not is_account_name(name):
        what = f'"{name}" can be no account\'s name'
        document.wrong(where, what, f"to = {_TO[kind]}: {ACCOUNT_NAME}")
    elif not known[kind]:
        what = f'"{to}" can never sign in: there is no way that tells of {"an" if kind == "account" else "a"} {kind}'
        document.wrong(where, what, _NEEDS[kind])


def _scope(
    document: Document, path: KeyPath, places: list[str] | None, everywhere: bool | None, found: PlacesFound
) -> Scope:
    for index, place in enumerate(places or ()):
        if found.ids and place not in found.ids:
            document.wrong((*path, "places", index), f'no place "{place}"', suggest(place, found.ids))
    if everywhere and places is not None:
        what = "places, and everywhere as well"
        document.wrong((*path, "everywhere"), what, "the one of the two that is meant")
        return NOWHERE
    return EVERYWHERE if everywhere else Scope(frozenset(places or ()))


def _check_scope(document: Document, path: KeyPath, shape: GrantShape, roles: frozenset[Role], scope: Scope) -> None:
    by_place = sorted(roles & _BY_PLACE)
    if by_place and scope == NOWHERE and not (shape.everywhere and shape.places is not None):
        what = f'"{shape.to}" is {", ".join(by_place)} of nowhere'
        document.wrong(path, what, 'places = ["northgate"], or everywhere = true')
    if roles and not by_place and shape.places is not None:
        what = f"places narrow nothing for {', '.join(sorted(roles))}: what they see is of the whole county"
        document.wrong((*path, "places"), what, f"no places; they are for {', '.join(sorted(_BY_PLACE))}")


def read_machines(document: Document, found: PlacesFound) -> tuple[Machine, ...]:
    """What reads by itself, with a token; what is wrong is noted in the document."""
    entries = read_each(document, ("machine",), document.tables.get("machine", []), MachineShape)
    _check_once(document, "id", ((path, shape.id) for path, shape in entries))
    _check_once(document, "token_env", ((path, shape.token_env) for path, shape in entries))
    machines = []
    for path, shape in entries:
        may = set()
        for index, name in enumerate(shape.may or ()):
            if name in _MAY:
                may.add(Permission(name))
            else:
                document.wrong((*path, "may", index), f'a machine may not "{name}"', suggest(name, _MAY))
        scope = _scope(document, path, shape.places, shape.everywhere, found)
        if Permission.PEOPLE in may and scope == NOWHERE:
            what = f'"{shape.id}" may read rows of people of nowhere'
            document.wrong((*path, "may"), what, 'places = ["northgate"], or everywhere = true, beside it')
        if Permission.PEOPLE not in may and scope != NOWHERE:
            key = "places" if shape.places is not None else "everywhere"
            what = f'"{shape.id}" reads aggregates, and those are of the whole county'
            document.wrong((*path, key), what, f'no {key}, or may = ["aggregates", "people"]')
        if shape.id is not None and shape.token_env is not None:
            machines.append(Machine(shape.id, shape.token_env, frozenset(may) or Machine("", "").permissions, scope))
    return tuple(machines)


def _check_once(document: Document, key: str, entries: Iterable[tuple[KeyPath, str | None]]) -> None:
    first: dict[str, KeyPath] = {}
    for path, given in entries:
        if given in first:
            line = document.line(*first[given], key)
            document.wrong((*path, key), f'a second machine with the {key} "{given}"', f"another (line {line} has it)")
        elif given is not None:
            first[given] = path
