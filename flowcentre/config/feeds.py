"""The feeds, out of ``feeds.toml``: checked against the places, the connectors and one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from pydantic import BaseModel, ValidationError

from flowcentre.config.document import Document
from flowcentre.config.lines import KeyPath
from flowcentre.config.mistakes import suggest
from flowcentre.config.places import PlacesFound
from flowcentre.config.rhythm import (
    EXPIRES_AFTER,
    ConnectorKind,
    check_lengths,
    check_rhythm,
    is_polled,
    unmoving_after,
)
from flowcentre.config.secrets import find_secrets
from flowcentre.config.shapes import FeedShape, read_entries
from flowcentre.measures import ALL
from flowcentre.model import Feed, Places

OF_THE_PICTURE = "picture"  # the store keeps totals and shares under this name
DEADLINE = timedelta(seconds=30)


def read_feeds(
    document: Document,
    found: PlacesFound,
    connectors: Mapping[str, ConnectorKind],
    demonstration: bool | None,
) -> tuple[Feed, ...]:
    """The feeds of a file; what is wrong with them is noted in the document.

    ``demonstration`` says what kind of county this is; None where that could not be read.
    """
    entries = read_entries(document, "feed", FeedShape)
    _check_ids(document, entries)
    for path, shape in entries:
        check_rhythm(document, path, shape, connectors)
        check_lengths(document, path, shape)
        _check_connector(document, path, shape, connectors)
        _check_left_out(document, path, shape, connectors)
        _check_places(document, path, shape, found, connectors)
        _check_demonstration(document, path, shape, demonstration)
    _check_doubles(document, entries, found.places, connectors)
    return tuple(feed for _, shape in entries if (feed := _feed(shape, found.places, connectors)) is not None)


def _check_ids(document: Document, entries: Sequence[tuple[KeyPath, FeedShape]]) -> None:
    first: dict[str, KeyPath] = {}
    for path, shape in entries:
        if shape.id is None:
            continue
        if shape.id == OF_THE_PICTURE:
            document.wrong((*path, "id"), f'the id "{OF_THE_PICTURE}" is kept for totals', "another id")
        if shape.id in first:
            line = document.line(*first[shape.id])
            document.wrong((*path, "id"), f'a second feed with the id "{shape.id}"', f"another id (line {line} has it)")
        first.setdefault(shape.id, path)


def _check_connector(
    document: Document, path: KeyPath, shape: FeedShape, connectors: Mapping[str, ConnectorKind]
) -> None:
    settings = shape.settings or {}
    for where, what, right in find_secrets(settings):
        document.wrong((*path, "settings", *where), what, right)
    if shape.connector is None:
        return
    kind = connectors.get(shape.connector)
    if kind is None:
        right = suggest(shape.connector, connectors)
        document.wrong((*path, "connector"), f'there is no connector "{shape.connector}"', right)
        return
    try:
        kind.Settings.model_validate(settings)
    except ValidationError as error:
        for one in error.errors(include_url=False, include_input=False, include_context=False):
            key = str(one["loc"][0]) if one["loc"] else "settings"
            named = ".".join(str(step) for step in one["loc"]) or "settings"
            here = (*path, "settings", *one["loc"])
            if one["type"] == "missing":
                document.wrong(
                    here, f'the settings of {shape.connector} need "{named}"', f"[feed.settings] with {named} = ..."
                )
            elif one["type"] == "extra_forbidden":
                document.wrong(
                    here, f'{shape.connector} has no setting "{named}"', suggest(key, kind.Settings.model_fields)
                )
            else:
                # Only what pydantic says, never the value: a setting may be private.
                document.wrong(here, f'setting "{named}": {one["msg"]}', _expected(kind.Settings, key))


def _expected(settings: type[BaseModel], key: str) -> str:
    field = settings.model_fields.get(key)
    if field is None:
        return "settings as the connector's documentation gives them"
    kind = getattr(field.annotation, "__name__", str(field.annotation))
    return field.description or f"{key} of the type {kind}"


def _check_left_out(
    document: Document, path: KeyPath, shape: FeedShape, connectors: Mapping[str, ConnectorKind]
) -> None:
    kind = connectors.get(shape.connector or "")
    for index, measure in enumerate(shape.leaves_out or ()):
        if kind is not None and measure not in kind.provides:
            document.wrong(
                (*path, "leaves_out", index),
                f'{shape.connector} does not report "{measure}", so it cannot be left out',
                suggest(measure, kind.provides),
            )


def _provided(shape: FeedShape, kind: ConnectorKind) -> tuple[str, ...]:
    return tuple(measure for measure in kind.provides if measure not in (shape.leaves_out or ()))


def _check_places(
    document: Document,
    path: KeyPath,
    shape: FeedShape,
    found: PlacesFound,
    connectors: Mapping[str, ConnectorKind],
) -> None:
    if shape.places is None:
        return
    if not shape.places:
        document.wrong((*path, "places"), f'"{shape.id}" is expected to report no place', 'places = ["northgate"]')
        return
    for index, place in enumerate(shape.places):
        if place in shape.places[:index]:
            document.wrong((*path, "places", index), f'"{place}" is listed twice', "each place once")
        elif found.ids and place not in found.ids:
            document.wrong((*path, "places", index), f'no place "{place}"', suggest(place, found.ids))
    kind = connectors.get(shape.connector or "")
    all_known = all(place in found.places for place in shape.places)
    if kind is None or not found.whole or not all_known or _reports(shape, found.places, kind):
        return
    kinds = sorted({str(kind) for id in kind.provides if id in ALL for kind in ALL[id].reported_by})
    document.wrong(
        (*path, "places"),
        f'"{shape.id}" could report nothing: {shape.connector} reports of other kinds of place than these',
        f"places of the kind {', '.join(kinds) or '(the connector provides no measure)'}, or whoever runs them",
    )


def _reports(shape: FeedShape, places: Places, kind: ConnectorKind) -> dict[tuple[str, str], None]:
    """Every (place, measure) that a feed is expected to report, in the order of the configuration."""
    within = {place.id: place for top in shape.places or () if top in places for place in places.within(top)}
    return {
        (place.id, id): None
        for place in within.values()
        for id in _provided(shape, kind)
        if id in ALL and place.kind in ALL[id].reported_by
    }


def _check_doubles(
    document: Document,
    entries: Sequence[tuple[KeyPath, FeedShape]],
    places: Places,
    connectors: Mapping[str, ConnectorKind],
) -> None:
    """Two sources of one number: one of them is a slip, unless the later feed says ``also = true``."""
    owners: dict[tuple[str, str], FeedShape] = {}
    for path, shape in entries:
        kind = connectors.get(shape.connector or "")
        if kind is None:
            continue
        reports = _reports(shape, places, kind)
        clashes = {} if shape.also else {key: owners[key] for key in reports if key in owners}
        for other in dict.fromkeys(owner.id for owner in clashes.values()):
            place, measure = next(key for key, owner in clashes.items() if owner.id == other)
            count = sum(owner.id == other for owner in clashes.values())
            more = f" and {count - 1} more" if count > 1 else ""
            document.wrong(
                (*path, "places"),
                f'"{shape.id}" and "{other}" would both report {measure} of {place}{more}',
                f'each number from one feed: leaves_out = ["{measure}"] on the one that is not to count, '
                "or also = true on the second, where both are wanted",
            )
        for key in reports:
            owners.setdefault(key, shape)


def _count_figures(shape: FeedShape, places: Places, connectors: Mapping[str, ConnectorKind]) -> int:
    kind = connectors.get(shape.connector or "")
    return 0 if kind is None else len(_reports(shape, places, kind))


def _check_demonstration(document: Document, path: KeyPath, shape: FeedShape, demonstration: bool | None) -> None:
    if demonstration is None:
        return
    if demonstration and not shape.demonstration:
        document.wrong(
            (*path, "demonstration"),
            f'"{shape.id}" is a real feed in a demonstration: invented and real figures would stand side by side',
            "demonstration = true here, or demonstration = false in county.toml with real feeds only",
        )
    if not demonstration and shape.demonstration:
        document.wrong(
            (*path, "demonstration"),
            f'"{shape.id}" is a demonstration feed in a real county',
            "a real feed, or demonstration = true in county.toml with demonstration feeds only",
        )


def _feed(shape: FeedShape, places: Places, connectors: Mapping[str, ConnectorKind]) -> Feed | None:
    if shape.id is None or shape.name is None or shape.connector is None or shape.places is None:
        return None
    polled = is_polled(shape, connectors)
    every, late_after, stale_after = shape.every, shape.late_after, shape.stale_after
    if not polled:
        every = late_after = stale_after = shape.expires_after or EXPIRES_AFTER
    if not every or late_after is None or stale_after is None:
        return None
    return Feed(
        id=shape.id,
        name=shape.name,
        connector=shape.connector,
        every=every,
        late_after=late_after,
        stale_after=stale_after,
        places=tuple(shape.places),
        provides=_provided(shape, connectors[shape.connector]) if shape.connector in connectors else (),
        settings=shape.settings or {},
        # A poll must be over before the next is due.
        deadline=shape.deadline or min(DEADLINE, every / 2),
        offset=shape.offset or timedelta(0),
        demonstration=bool(shape.demonstration),
        leaves_out=tuple(shape.leaves_out or ()),
        polled=polled,
        unmoving_after=unmoving_after(shape, _count_figures(shape, places, connectors)) if polled else None,
        doubt_below=shape.doubt_below,
    )
