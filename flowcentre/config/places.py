"""The tree of places, out of ``places.toml``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flowcentre.config.document import Document
from flowcentre.config.lines import KeyPath
from flowcentre.config.mistakes import suggest
from flowcentre.config.shapes import PlaceShape, read_entries
from flowcentre.model import LEVELS, Level, Place, PlaceKind, Places

_ONLY_AT = {PlaceKind.SYSTEM: Level.SYSTEM, PlaceKind.LOCALITY: Level.LOCALITY}
_HAVE_STAYS = (PlaceKind.RECOVERY_UNIT, PlaceKind.COMMUNITY_HOSPITAL)
_Entry = tuple[KeyPath, PlaceShape]


@dataclass(frozen=True)
class PlacesFound:
    """The places that stand in a sound tree; ``ids`` are all that were named, so that one mistake is told once."""

    places: Places
    ids: frozenset[str]
    whole: bool  # every place that was written is in the tree


def read_places(document: Document) -> PlacesFound:
    """The places of a file; what is wrong with them is noted in the document."""
    entries = read_entries(document, "place", PlaceShape)
    first: dict[str, _Entry] = {}
    for path, shape in entries:
        if shape.id is None:
            continue
        if shape.id in first:
            line = document.line(*first[shape.id][0])
            document.wrong(
                (*path, "id"), f'a second place with the id "{shape.id}"', f"another id (line {line} has it)"
            )
        else:
            first[shape.id] = (path, shape)
    _check_system(document, entries)
    for path, shape in first.values():
        _check_parent(document, path, shape, first)
        _check_locality(document, path, shape, first)
        _check_alone(document, path, shape)
    _check_circles(document, first)
    _check_codes(document, first)
    sound = _in_a_tree([place for _, shape in first.values() if (place := _place(shape)) is not None])
    whole = document.read and len(sound) == len(entries)
    return PlacesFound(Places(sound), frozenset(first), whole)


def _check_system(document: Document, entries: Sequence[_Entry]) -> None:
    systems = [(path, shape) for path, shape in entries if shape.level is Level.SYSTEM]
    if not systems and document.read and entries and all(shape.level is not None for _, shape in entries):
        document.wrong((), "no place is the system at the top of the tree", 'one place with level = "system"')
    for path, shape in systems[1:]:
        line = document.line(*systems[0][0])
        document.wrong(
            (*path, "level"),
            f'"{shape.id}" is a second system (line {line} has the first)',
            "one system a county; make this a locality or an organisation",
        )


def _check_parent(document: Document, path: KeyPath, shape: PlaceShape, places: dict[str, _Entry]) -> None:
    if shape.level is Level.SYSTEM:
        if shape.parent is not None:
            document.wrong((*path, "parent"), f'the system "{shape.id}" has a parent', "no parent: nothing is above it")
        return
    if shape.parent is None:
        if shape.level is not None and "parent" not in _written(document, path):
            document.wrong(path, f'[[place]] "{shape.id}" has no "parent"', 'parent = "the id of who runs it"')
        return
    if shape.parent not in places:
        document.wrong(
            (*path, "parent"), f'no place "{shape.parent}"', suggest(shape.parent, set(places) - {shape.id or ""})
        )
        return
    above = places[shape.parent][1].level
    if above is not None and shape.level is not None and LEVELS.index(above) > LEVELS.index(shape.level):
        document.wrong(
            (*path, "parent"),
            f'"{shape.id}" ({shape.level}) is under "{shape.parent}" ({above}), which is lower',
            f"a parent of level {', '.join(LEVELS[: LEVELS.index(shape.level) + 1])}",
        )


def _check_locality(document: Document, path: KeyPath, shape: PlaceShape, places: dict[str, _Entry]) -> None:
    if shape.locality is None:
        return
    localities = {id for id, (_, other) in places.items() if other.level is Level.LOCALITY}
    if shape.locality not in places:
        document.wrong((*path, "locality"), f'no place "{shape.locality}"', suggest(shape.locality, localities))
    elif shape.locality not in localities and places[shape.locality][1].level is not None:
        level = places[shape.locality][1].level
        document.wrong(
            (*path, "locality"),
            f'"{shape.locality}" is a {level}, not a locality',
            suggest(shape.locality, localities),
        )


def _check_alone(document: Document, path: KeyPath, shape: PlaceShape) -> None:
    """What one place says against itself."""
    if shape.valid_from and shape.valid_to and shape.valid_to < shape.valid_from:
        document.wrong(
            (*path, "valid_to"), f'"{shape.id}" ends before it begins', f"valid_to = {shape.valid_from} or later"
        )
    _check_stay_limit(document, path, shape)
    if shape.kind is None or shape.level is None:
        return
    for kind, level in _ONLY_AT.items():
        if (shape.kind is kind) != (shape.level is level):
            document.wrong(
                (*path, "kind"),
                f'"{shape.id}" has level {shape.level} and kind {shape.kind}',
                f'level = "{level}" and kind = "{kind}" together',
            )


def _check_stay_limit(document: Document, path: KeyPath, shape: PlaceShape) -> None:
    days, where = shape.stay_limit_days, (*path, "stay_limit_days")
    if days is None:
        return
    if not 1 <= days <= 3650:
        what = f'"{shape.id}" has a stay_limit_days of {days}, which is no length of a stay'
        document.wrong(where, what, "stay_limit_days = 28, the first day counted")
    if shape.kind is not None and shape.kind not in _HAVE_STAYS:
        kinds = " or ".join(f'"{kind}"' for kind in _HAVE_STAYS)
        what = f'"{shape.id}" has a stay_limit_days and is no place of short stays ({shape.kind})'
        document.wrong(where, what, f"none, or kind = {kinds}")


def _check_circles(document: Document, places: dict[str, _Entry]) -> None:
    told: set[str] = set()
    for start in places:
        way: list[str] = []
        here: str | None = start
        while here is not None and here in places and here not in way and here not in told:
            way.append(here)
            here = places[here][1].parent
        if here in way:
            circle = way[way.index(here) :]
            told.update(way)
            if len({places[id][1].level for id in circle}) > 1:
                continue  # some parent in it is lower than its child, which has been told
            path, _ = places[circle[0]]
            around = " under ".join(f'"{id}"' for id in [*circle, circle[0]])
            document.wrong(
                (*path, "parent"), f"places go round in a circle: {around}", "parents that end at the system"
            )
        told.update(way)


def _check_codes(document: Document, places: dict[str, _Entry]) -> None:
    """A feed finds a place by id, code or ODS code below its parent, so there each may mean one place only."""
    names: dict[tuple[str | None, str], str] = {}
    ods: dict[str, str] = {}
    for id, (path, shape) in places.items():
        named: list[tuple[KeyPath, str]] = [((*path, "id"), id)]
        named += [((*path, "codes", index), code) for index, code in enumerate(shape.codes or [])]
        if shape.ods is not None:
            named.append(((*path, "ods"), shape.ods))
        for where, code in named:
            owner = names.setdefault((shape.parent, code), id)
            if owner != id:
                document.wrong(where, f'"{id}" and "{owner}" have one parent and one code, "{code}"', "a code for each")
        if shape.ods is not None:
            owner = ods.setdefault(shape.ods, id)
            if owner != id and names.get((shape.parent, shape.ods)) == id:
                document.wrong((*path, "ods"), f'"{id}" and "{owner}" have one ODS code, "{shape.ods}"', "its own")


def _written(document: Document, path: KeyPath) -> Iterable[str]:
    """The keys of a table as they were written, usable or not."""
    found: object = document.tables
    for step in path:
        found = found[step]  # type: ignore[index]  # the path was made from these very tables
    return found if isinstance(found, dict) else ()


def _place(shape: PlaceShape) -> Place | None:
    if shape.id is None or shape.name is None or shape.level is None or shape.kind is None:
        return None
    return Place(
        id=shape.id,
        name=shape.name,
        level=shape.level,
        kind=shape.kind,
        short_name=shape.short_name or "",
        parent=shape.parent,
        locality=shape.locality,
        ods=shape.ods,
        codes=tuple(shape.codes or ()),
        valid_from=shape.valid_from,
        valid_to=shape.valid_to,
        stay_limit_days=shape.stay_limit_days,
    )


def _in_a_tree(places: Sequence[Place]) -> list[Place]:
    """Those whose parents lead up to the top; whoever hangs in the air or in a circle is left out."""
    held: set[str] = set()
    while True:
        more = {p.id for p in places if p.id not in held and ((p.level is Level.SYSTEM) or (p.parent in held))}
        if not more:
            return [place for place in places if place.id in held]
        held |= more
