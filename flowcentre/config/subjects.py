"""What a rule watches one by one: places or feeds, each named or "each" of a kind."""

from __future__ import annotations

from collections.abc import Sequence

from flowcentre.config.alert_shapes import RuleShape
from flowcentre.config.document import Document
from flowcentre.config.lines import KeyPath
from flowcentre.config.mistakes import suggest
from flowcentre.config.watchable import Watchable
from flowcentre.measures import ALL
from flowcentre.model import Level, Place, PlaceKind, Places

_EACH = "each "
EACH_FEED = "each feed"
_WORDS = frozenset({*(str(kind) for kind in PlaceKind), *(str(level) for level in Level)})


def resolve_places(
    document: Document, path: KeyPath, shape: RuleShape, measure: str | None, watched: Watchable | None
) -> tuple[str, ...]:
    """The ids that ``places`` stands for, in the order of the configuration where it says "each"."""
    given, where = shape.places, (*path, "places")
    if isinstance(given, str) and given.startswith(_EACH):
        return _each(document, where, given.removeprefix(_EACH).strip(), measure, watched)
    named = _listed(document, where, shape, given, 'places = ["northgate"], or places = "each acute hospital"')
    if watched is None:
        return named
    for index, place in enumerate(named):
        if place not in watched.places:
            ids = [each.id for each in watched.places]
            document.wrong((*where, index), f'no place "{place}"', suggest(place, ids))
        elif measure is not None and place not in watched.at(measure):
            what = f'{ALL[measure].label} ("{measure}") is not known at "{place}": "{shape.id}" could never be raised'
            document.wrong((*where, index), what, _where_known(measure, watched))
    return named


def resolve_scored(
    document: Document, path: KeyPath, rules: str | None, given: object, watched: Watchable | None
) -> tuple[str, ...]:
    """The ids of the places that scoring rules score, each named or "each" of a kind; the system is scored by no rules."""
    where = (*path, "places")
    if isinstance(given, str) and given.startswith(_EACH):
        word = given.removeprefix(_EACH).strip()
        if word not in _WORDS:
            options = suggest(given, [f"{_EACH}{each}" for each in sorted(_WORDS)])
            document.wrong(where, f'there is no kind or level of place "{word}"', options)
            return ()
        found = [] if watched is None else [place for place in watched.places if word in (place.kind, place.level)]
        if watched is not None and not found:
            document.wrong(where, f'"{rules}" scores each {word}, and there is none', "a kind of place that there is")
        named = tuple(place.id for place in found)
    else:
        named = _ids(document, where, f'"{rules}" scores', given, 'places = ["northgate"], or "each acute hospital"')
    if watched is None:
        return named
    for index, place in enumerate(named):
        at = (*where, index) if isinstance(given, list) else where
        if place not in watched.places:
            document.wrong(at, f'no place "{place}"', suggest(place, [each.id for each in watched.places]))
        elif place == watched.places.system.id:
            what = f'"{rules}" scores the system, whose score is the mean of the pillars'
            document.wrong(at, what, "places below the system")
    return named


def _each(
    document: Document, where: KeyPath, word: str, measure: str | None, watched: Watchable | None
) -> tuple[str, ...]:
    if word not in _WORDS:
        options = suggest(f"{_EACH}{word}", [f"{_EACH}{each}" for each in _WORDS])
        document.wrong(where, f'there is no kind or level of place "{word}"', options)
        return ()
    if watched is None or measure is None:
        return ()
    meant = [place for place in watched.places if word in (place.kind, place.level)]
    known = set(watched.at(measure))
    found = tuple(place.id for place in meant if place.id in known)
    if not found:
        what = f'{ALL[measure].label} ("{measure}") is known at no {word}'
        document.wrong(where, what, _where_known(measure, watched))
    return found


def _where_known(measure: str, watched: Watchable) -> str:
    known = watched.at(measure)
    if not known:
        return "a measure that some feed of this county reports"
    kinds = sorted({str(_place(watched.places, place).kind) for place in known})
    return f"a place of the kind {', '.join(kinds)}" + (f': "{known[0]}"' if len(known) == 1 else "")


def _place(places: Places, id: str) -> Place:
    return places[id]


def resolve_feeds(document: Document, path: KeyPath, shape: RuleShape, watched: Watchable | None) -> tuple[str, ...]:
    """The ids that ``feeds`` of a rule of silence stands for; "each feed" is each that is polled."""
    given, where = shape.feeds, (*path, "feeds")
    if given == EACH_FEED:
        # Nobody need type anything in: what was typed expires, and that is no silence.
        return () if watched is None else tuple(feed.id for feed in watched.feeds.values() if feed.polled)
    named = _listed(document, where, shape, given, f'feeds = ["northgate-beds"], or feeds = "{EACH_FEED}"')
    for index, feed in enumerate(named):
        if watched is not None and feed not in watched.feeds:
            document.wrong((*where, index), f'no feed "{feed}"', suggest(feed, watched.feeds))
    return named


def _listed(document: Document, where: KeyPath, shape: RuleShape, given: object, right: str) -> tuple[str, ...]:
    """Ids in a list, each once; what is none of that is noted."""
    return _ids(document, where, f'"{shape.id}" watches', given, right)


def _ids(document: Document, where: KeyPath, does: str, given: object, right: str) -> tuple[str, ...]:
    """The same; ``does`` says who does what with them: "ae-crowded watches"."""
    if given is None:
        return ()
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        document.wrong(where, f"{does.rpartition(' ')[0]}: {where[-1]} is not a list of ids", right)
        return ()
    if not given:
        document.wrong(where, f"{does} nothing: {where[-1]} is empty", right)
    ids: Sequence[str] = given
    for index, each in enumerate(ids):
        if each in ids[:index]:
            document.wrong((*where, index), f'"{each}" is listed twice', "each once")
    return tuple(dict.fromkeys(ids))
