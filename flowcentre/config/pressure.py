"""How a county scores its pressure, out of ``pressure.toml``: checked against measures, places, feeds and one another."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from itertools import combinations

from flowcentre.config.document import Document
from flowcentre.config.lines import KeyPath
from flowcentre.config.mistakes import suggest
from flowcentre.config.pressure_parameters import LIGHTEST, read_parameters
from flowcentre.config.pressure_shapes import ScoringShape
from flowcentre.config.shapes import read_each
from flowcentre.config.subjects import resolve_scored
from flowcentre.config.watchable import Watchable
from flowcentre.model import Parameter, Pillar, PressureRules, ScoringRules

TABLES = ("rules", "pillar_weights")
_HEAVIEST = 1000.0
_ALWAYS = date.max
_Entry = tuple[KeyPath, ScoringShape]
MissingCards = Callable[
    [Collection[str]], Sequence[str]
]  # of the kinds of place that are scored: cards that are not there


def read_pressure(document: Document, watched: Watchable | None) -> PressureRules:
    """The rules of a file; what is wrong with them is noted in the document.

    ``watched`` is None where places or feeds are not sound: what hangs on them is then not checked.
    """
    for key in document.tables:
        if key not in TABLES:
            document.wrong((key,), f'unknown table or key "{key}"', "[[rules]] and [pillar_weights]")
    found = document.tables.get("rules", [])
    if document.tables and not found:  # a comment alone says that there are none
        document.wrong((), "the file has no [[rules]]", "at least one [[rules]], or a comment alone")
    entries = read_each(document, ("rules",), found, ScoringShape)
    _check_ids(document, entries)
    made: list[tuple[KeyPath, ScoringRules]] = []
    for path, shape in entries:
        parameters = read_parameters(document, path, shape.id)
        places = resolve_scored(document, path, shape.id, shape.places, watched)
        _check_scale(document, path, shape)
        _check_dates(document, path, shape)
        weights = _weights(document, (*path, "weights"), shape.weights, places, f'"{shape.id}"')
        if watched is not None:
            _check_known(document, path, shape, parameters, places, watched)
        rules = _rules(shape, parameters, places, weights)
        if rules is not None:
            made.append((path, rules))
    _check_together(document, made)
    names = {str(pillar): pillar for pillar in Pillar}
    pillar_weights = _weights(
        document, ("pillar_weights",), document.tables.get("pillar_weights"), names, "the system's mean"
    )
    return PressureRules(
        tuple(rules for _, rules in made), tuple((names[name], weight) for name, weight in pillar_weights)
    )


def check_cards(document: Document, pressure: PressureRules, watched: Watchable | None, missing: MissingCards) -> None:
    """Note each kind of place that is scored, and of which a level has no action card: nobody would know what to do."""
    if watched is None or not pressure.rules:
        return
    places = watched.places
    kinds = {str(places[p].kind) for each in pressure.rules for p in each.places if p in places}
    for card in missing([str(places.system.kind), *sorted(kinds)]):
        what = f'there is no action card "{card}": at that level nobody would know what to do'
        document.wrong((), what, f"a file action_cards/{card}.md")


def _rules(
    shape: ScoringShape,
    parameters: tuple[Parameter, ...],
    places: tuple[str, ...],
    weights: tuple[tuple[str, float], ...],
) -> ScoringRules | None:
    """The rules, where everything that they need could be read."""
    if shape.id is None or shape.title is None or shape.pillar is None or shape.effective_from is None:
        return None
    if shape.out_of is None or shape.cut_offs is None or len(shape.cut_offs) != 3 or shape.source is None:
        return None
    first, second, third = shape.cut_offs
    return ScoringRules(
        id=shape.id,
        title=shape.title,
        pillar=shape.pillar,
        places=places,
        parameters=parameters,
        cut_offs=(first, second, third),
        out_of=shape.out_of,
        source=shape.source,
        effective_from=shape.effective_from,
        effective_to=shape.effective_to,
        verified_by=shape.verified_by or "",
        verified_on=shape.verified_on,
        weights=weights,
    )


def _check_ids(document: Document, entries: Sequence[_Entry]) -> None:
    first: dict[str, KeyPath] = {}
    for path, shape in entries:
        if shape.id in first:
            line = document.line(*first[shape.id])
            document.wrong((*path, "id"), f'second rules with the id "{shape.id}"', f"another id (line {line} has it)")
        elif shape.id is not None:
            first[shape.id] = path


def _check_scale(document: Document, path: KeyPath, shape: ScoringShape) -> None:
    out_of, cut_offs = shape.out_of, shape.cut_offs
    if out_of is not None and not (math.isfinite(out_of) and 1 <= out_of <= 10_000):
        what = f'"{shape.id}": out_of {out_of:g} is no scale'
        document.wrong((*path, "out_of"), what, "out_of = 44, what a score is at most")
        return
    if cut_offs is None:
        return
    where = (*path, "cut_offs")
    right = "cut_offs = [11, 22, 33], the highest score of level 1, of level 2 and of level 3"
    if len(cut_offs) != 3:
        document.wrong(where, f'"{shape.id}" has {len(cut_offs)} cut-offs, and four levels have three between', right)
    elif not all(math.isfinite(each) for each in cut_offs) or not 0 <= cut_offs[0] < cut_offs[1] < cut_offs[2]:
        document.wrong(where, f'"{shape.id}": the cut-offs do not rise from 0 or more', right)
    elif out_of is not None and cut_offs[2] >= out_of:
        what = f'"{shape.id}": no score is above {cut_offs[2]:g} out of {out_of:g}, so that level 4 is never reached'
        document.wrong(where, what, f"cut_offs below out_of = {out_of:g}")


def _check_dates(document: Document, path: KeyPath, shape: ScoringShape) -> None:
    begins, ends = shape.effective_from, shape.effective_to
    if begins is not None and ends is not None and ends < begins:
        what = f'"{shape.id}" holds until {ends}, before it begins on {begins}'
        document.wrong((*path, "effective_to"), what, "effective_to on the last day on which it holds")
    if shape.verified_by is not None and shape.verified_on is None:
        what = f'"{shape.id}" is verified by somebody on no day'
        document.wrong((*path, "verified_by"), what, "verified_on = 2026-04-01, the day on which they did")
    if shape.verified_on is not None and shape.verified_by is None:
        what = f'"{shape.id}" is verified by nobody'
        document.wrong((*path, "verified_on"), what, 'verified_by = "J. Bell, chief operating officer"')


def _weights(
    document: Document, path: KeyPath, given: object, names: Collection[str], of: str
) -> tuple[tuple[str, float], ...]:
    if given is None:
        return ()
    if not isinstance(given, dict):
        document.wrong(path, f"the weights of {of} are no table", f"{path[-1]} = {{ name = 0.6 }}")
        return ()
    weights = []
    for name, weight in given.items():
        if name not in names:
            document.wrong((*path, name), f'{of} has no "{name}" to weigh', suggest(name, names))
        elif isinstance(weight, bool) or not isinstance(weight, int | float) or not LIGHTEST <= weight <= _HEAVIEST:
            what = f'{of}: "{name}" has no weight of {LIGHTEST:g} or more'
            document.wrong((*path, name), what, f"{name} = 1, or any number up to {_HEAVIEST:g}")
        else:
            weights.append((name, float(weight)))
    return tuple(weights)


def _check_known(
    document: Document,
    path: KeyPath,
    shape: ScoringShape,
    parameters: Sequence[Parameter],
    places: Sequence[str],
    watched: Watchable,
) -> None:
    """Each parameter is known somewhere, and of each place something."""
    if not places or not parameters:
        return
    known = {each.measure: set(watched.at(each.measure)) for each in parameters}
    for index, each in enumerate(parameters):
        if known[each.measure].isdisjoint(places):
            what = f'"{shape.id}": no feed of this county reports "{each.measure}" at any of its places'
            right = "a measure that is reported there"
            document.wrong((*path, "parameter", index, "measure"), what, right)
    for place in places:
        if not any(place in found for found in known.values()):
            what = f'"{shape.id}": nothing that it looks at is reported at "{place}"'
            document.wrong((*path, "places"), what, "places of which a parameter is known")


def _check_together(document: Document, made: Sequence[tuple[KeyPath, ScoringRules]]) -> None:
    """Of rules that hold on one day: a place is scored once, and one scale holds for the mean."""
    for (_, before), (path, later) in combinations(made, 2):
        if not _overlap(before, later):
            continue
        for place in _both(before.places, later.places):
            what = f'"{later.id}" and "{before.id}" both score "{place}" on one day'
            right = f'effective_to on "{before.id}" before effective_from here, or the place in one of them'
            document.wrong((*path, "places"), what, right)
        if (before.out_of, before.cut_offs) != (later.out_of, later.cut_offs):
            what = f'"{later.id}" has another scale than "{before.id}", which holds on the same day: no mean of both is'
            words = ", ".join(f"{each:g}" for each in before.cut_offs)
            document.wrong((*path, "cut_offs"), what, f"out_of = {before.out_of:g} and cut_offs = [{words}], as there")


def _overlap(one: ScoringRules, other: ScoringRules) -> bool:
    starts = max(one.effective_from, other.effective_from)
    return starts <= min(one.effective_to or _ALWAYS, other.effective_to or _ALWAYS)


def _both(one: Collection[str], other: Sequence[str]) -> Iterator[str]:
    return (place for place in other if place in one)
