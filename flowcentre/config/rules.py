"""The rules that raise alerts, out of ``alerts.toml``: checked against measures, places, feeds, routes and cards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, replace
from datetime import timedelta

from flowcentre.config.agreed import check_agreed
from flowcentre.config.alert_shapes import RuleShape
from flowcentre.config.document import Document
from flowcentre.config.lengths import write_length
from flowcentre.config.limits import check_limits, check_looking_back
from flowcentre.config.lines import KeyPath
from flowcentre.config.mistakes import suggest
from flowcentre.config.mornings import read_flapping, read_mornings
from flowcentre.config.shapes import read_entries
from flowcentre.config.subjects import resolve_feeds, resolve_places
from flowcentre.config.watchable import Watchable
from flowcentre.measures import ALL
from flowcentre.measures.watched import ROWS_HELD
from flowcentre.model import OF_FEEDS, Rule, RuleKind

Prove = Callable[[Rule], Iterable[tuple[int, str, str]]]  # the mornings that fail, by number: how, and what is right

CARDS = "action_cards"
LONGEST = timedelta(days=7)
MOST_LENGTHS = 8  # that steps may look back over
_LENGTHS = ("hold_for", "clear_for", "over")
# What a rule of each kind must say beside what every rule says, and what would say nothing in it.
_NEEDED = {
    RuleKind.LEVEL: ("measure", "places", "raise_at", "stand_down_at", "hold_for", "clear_for"),
    RuleKind.STEP: ("measure", "places", "raise_at", "stand_down_at", "over"),
    RuleKind.TIME_AT_LEVEL: ("measure", "places", "raise_at", "stand_down_at", "hold_for", "over"),
    RuleKind.SILENCE: ("feeds",),
    RuleKind.HELD: ("feeds", "raise_at", "stand_down_at", "hold_for", "clear_for"),
}
_IDLE = {
    RuleKind.LEVEL: ("feeds", "unmoving", "over"),
    RuleKind.STEP: ("feeds", "unmoving"),
    RuleKind.TIME_AT_LEVEL: ("feeds", "unmoving"),
    RuleKind.SILENCE: ("measure", "places", "raise_at", "stand_down_at", "over"),
    RuleKind.HELD: ("measure", "places", "unmoving", "over"),
}


def read_rules(
    document: Document,
    watched: Watchable | None,
    routes: Collection[str] | None,
    cards: Collection[str] | None,
    prove: Prove | None = None,
    *,
    two_people: bool = False,
) -> tuple[Rule, ...]:
    """The rules of a file; what is wrong with them is noted in the document. ``prove`` plays the mornings of what else is sound.

    ``watched`` is None where places or feeds are not sound, ``routes`` where they could not be read, and ``cards``
    where the folder of action cards is not known: what hangs on them is then not checked.
    With ``two_people`` each critical rule says who agreed to it as it is.
    """
    entries = read_entries(document, "rule", RuleShape, at_least=0)
    _check_ids(document, entries)
    rules = []
    for path, shape in entries:
        kind = _kind(document, path, shape)
        if kind is not None:
            _check_kind(document, path, shape, kind)
        _check_lengths(document, path, shape)
        measure = _check_measure(document, path, shape)
        if kind is RuleKind.HELD:
            check_limits(document, path, shape, kind, ROWS_HELD)
        elif kind not in (None, RuleKind.SILENCE) and measure is not None:
            most = watched.score_at_most if watched is not None else None
            check_limits(document, path, shape, kind, ALL[measure], most)
        if kind is RuleKind.TIME_AT_LEVEL:
            check_looking_back(document, path, shape)
        places = () if kind in OF_FEEDS else resolve_places(document, path, shape, measure, watched)
        feeds = resolve_feeds(document, path, shape, watched) if kind in OF_FEEDS else ()
        _check_over(document, path, shape, places, watched)
        _check_routes(document, path, shape, routes)
        _check_card(document, path, shape, cards)
        check_agreed(document, path, shape, two_people=two_people)
        flapping, mornings = read_flapping(document, path, shape), read_mornings(document, path, shape, kind)
        if kind is None or None in (shape.id, shape.title, shape.severity, shape.action_card):
            continue
        assert shape.id is not None
        assert shape.title is not None
        assert shape.severity is not None
        rule = Rule(
            id=shape.id,
            title=shape.title,
            kind=kind,
            severity=shape.severity,
            routes=tuple(shape.routes or ()),
            action_card=shape.action_card or "",
            measure=measure or "",
            places=places,
            feeds=feeds,
            unmoving=bool(shape.unmoving),
            raise_at=shape.raise_at,
            stand_down_at=shape.stand_down_at,
            hold_for=shape.hold_for or timedelta(0),
            clear_for=shape.clear_for or timedelta(0),
            over=shape.over,
            words=shape.words or "",
            on_trial=bool(shape.on_trial),
            flapping=flapping,
            mornings=mornings,
        )
        rules.append(replace(rule, edition=edition_of(rule)))
        if prove is not None and _is_sound(document, path):
            for number, what, right in prove(rule):
                document.wrong((*path, "morning", number, "gives"), what, right)
    _check_steps(document, rules)
    return tuple(rules)


def _is_sound(document: Document, path: KeyPath) -> bool:
    """Is nothing wrong from the line on which a rule begins to the one on which the next does?"""
    begins, number = document.line(*path), int(path[-1])
    following = (*path[:-1], number + 1)
    ends = document.line(*following) if following in document.lines else None
    return not any(
        begins <= (mistake.line or 0) and (ends is None or (mistake.line or 0) < ends) for mistake in document.mistakes
    )


def _check_steps(document: Document, rules: Sequence[Rule]) -> None:
    """Of each length that a step looks back over, a picture of the past is made each minute."""
    lengths = dict.fromkeys(rule.over for rule in rules if rule.kind is RuleKind.STEP and rule.over is not None)
    if len(lengths) > MOST_LENGTHS:
        named = ", ".join(write_length(length) for length in sorted(lengths))
        what = f"steps look back over {len(lengths)} different lengths: {named}"
        document.wrong((), what, f"{MOST_LENGTHS} different lengths of over at most, of all rules of a step together")


def edition_of(rule: Rule) -> str:
    """A short mark of what a rule watches, a dot, and one of all that it says: another where anything of that is changed."""
    said = asdict(replace(rule, edition=""))
    return f"{_mark([rule.kind, rule.measure])[:6]}.{_mark(said)[:12]}"


def _mark(said: object) -> str:
    return hashlib.sha256(json.dumps(said, default=str, sort_keys=True).encode()).hexdigest()


def _written(document: Document, path: KeyPath) -> Collection[str]:
    """The keys of a rule as they stand in the file: what is there and cannot be used is not missing."""
    entries = document.tables[str(path[0])]
    assert isinstance(entries, list)
    return entries[int(path[1])].keys()  # type: ignore[no-any-return]


def _kind(document: Document, path: KeyPath, shape: RuleShape) -> RuleKind | None:
    """A level, unless it says otherwise; None where it says something else that is none."""
    return RuleKind.LEVEL if "kind" not in _written(document, path) else shape.kind


def _check_ids(document: Document, entries: Sequence[tuple[KeyPath, RuleShape]]) -> None:
    first: dict[str, KeyPath] = {}
    for path, shape in entries:
        if shape.id in first:
            line = document.line(*first[shape.id])
            document.wrong((*path, "id"), f'a second rule with the id "{shape.id}"', f"another id (line {line} has it)")
        elif shape.id is not None:
            first[shape.id] = path


def _check_kind(document: Document, path: KeyPath, shape: RuleShape, kind: RuleKind) -> None:
    written = _written(document, path)
    for key in _NEEDED[kind]:
        if key not in written:
            example = (RuleShape.model_fields[key].examples or [""])[0]
            document.wrong(path, f'[[rule]] "{shape.id}" has no "{key}"', f"{key} = {example}")
    for key in _IDLE[kind]:
        if key in written:
            of_kind = f'"{shape.id}" is a rule of {kind}: {key} says nothing'
            document.wrong((*path, key), of_kind, f"no {key}, or another kind of rule")


def _check_lengths(document: Document, path: KeyPath, shape: RuleShape) -> None:
    for key in _LENGTHS:
        length: timedelta | None = getattr(shape, key)
        if length is not None and length > LONGEST:
            what = f'"{shape.id}": {key} {write_length(length)} is longer than {write_length(LONGEST)}'
            document.wrong((*path, key), what, f'{key} = "2h", a length in which somebody would act')
    if shape.over is not None and not shape.over:
        document.wrong((*path, "over"), f'"{shape.id}": over is no time at all', 'over = "3h"')


def _check_measure(document: Document, path: KeyPath, shape: RuleShape) -> str | None:
    if shape.measure is None or shape.measure in ALL:
        return shape.measure
    document.wrong((*path, "measure"), f'there is no measure "{shape.measure}"', suggest(shape.measure, ALL))
    return None


def _check_over(
    document: Document, path: KeyPath, shape: RuleShape, places: Collection[str], watched: Watchable | None
) -> None:
    """Nothing can change in less time than a feed takes to speak again."""
    if watched is None or not shape.over:
        return
    for place in places:
        feed = watched.slowest(shape.measure or "", place)
        if feed is not None and shape.over < feed.every:
            document.wrong(
                (*path, "over"),
                f'"{shape.id}" looks back over {write_length(shape.over)}, and "{feed.id}" speaks every '
                f"{write_length(feed.every)}: between, nothing changes",
                f'over = "{write_length(2 * feed.every)}" or longer',
            )
            return


def _check_routes(document: Document, path: KeyPath, shape: RuleShape, routes: Collection[str] | None) -> None:
    if not shape.routes:
        if shape.routes is not None or "routes" not in _written(document, path):
            if shape.on_trial:
                return  # nobody is told of it yet
            where = (*path, "routes") if shape.routes is not None else path
            document.wrong(where, f'nobody is told of "{shape.id}"', 'routes = ["northgate"], or on_trial = true')
        return
    for index, route in enumerate(shape.routes):
        if route in shape.routes[:index]:
            document.wrong((*path, "routes", index), f'"{route}" is listed twice', "each route once")
        elif routes is not None and route not in routes:
            document.wrong((*path, "routes", index), f'no route "{route}" in leads.toml', suggest(route, routes))


def _check_card(document: Document, path: KeyPath, shape: RuleShape, cards: Collection[str] | None) -> None:
    card = shape.action_card
    if card is None or cards is None or card in cards:
        return
    near = f", or {suggest(card, cards)}" if cards else ""
    what = f'there is no action card "{card}": nobody would know what to do'
    document.wrong((*path, "action_card"), what, f"a file {CARDS}/{card}.md{near}")
