"""Which rows of an answer are believed. The others are held with their reason, never dropped.

Pure functions of what came, what was said last, and now.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flowcentre.feeds.answers import Parsed
from flowcentre.feeds.columns import ColumnRules
from flowcentre.feeds.people import KINDS, kind_of
from flowcentre.feeds.remembered import Key, Said
from flowcentre.feeds.visits import believe, hold_export
from flowcentre.measures import ALL
from flowcentre.measures.derive import local_midnight
from flowcentre.model import Held, Listed, PeopleList, Period, Place, Reading, RosterExport, Visit, WholeList

FELL = "counted since midnight, and fell"  # how each reason for holding such a reading begins
_SINCE_MIDNIGHT = frozenset(measure.id for measure in ALL.values() if measure.period is Period.SINCE_MIDNIGHT)


@dataclass(frozen=True, slots=True)
class Rules:
    """Where doubt begins."""

    ahead: timedelta = timedelta(minutes=2)  # of now, that a source's clock may be
    half_size: float = 0.6  # of the last list
    enough: int = 8  # places or people, for a share of them to say anything
    believe_at: int = 3  # times running that a half-size list comes
    like_with_like: timedelta = timedelta(hours=1)  # lists further apart are not compared by size
    columns: ColumnRules = field(default_factory=ColumnRules)


@dataclass(slots=True)
class Sorted:
    """One document's facts, sorted, with the rows not believed set apart."""

    name: str
    readings: list[Reading] = field(default_factory=list)
    lists: list[PeopleList] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    nobody: set[Key] = field(default_factory=set)  # lists that the source itself counts as 0
    export: RosterExport | None = None  # with the visits that are believed


def sort_facts(
    document: Parsed, places: Mapping[str, Place], now: datetime, rules: Rules, left_out: Collection[str] = ()
) -> Sorted:
    """Sort one document's facts and hold the rows that cannot be: other places, the future, twice told.

    Measures ``left_out`` are passed over like columns that nobody asked for: another feed counts them.
    """
    found = Sorted(document.name)
    latest_possible = now + rules.ahead
    persons: dict[Key, list[Listed]] = {}
    whole_lists: list[WholeList] = []
    roster: list[Visit | RosterExport] = []
    told: dict[tuple[str, str, datetime], Reading] = {}
    contradicted: set[tuple[str, str, datetime]] = set()
    for fact in document.facts:
        if isinstance(fact, Reading):
            if fact.measure in left_out:
                continue
            key = (fact.place, fact.measure, fact.observed_at)
            before = told.setdefault(key, fact)
            if fact.place not in places or fact.measure not in ALL:
                # Told without its words: a wrong file may hold anything where a code should be.
                wrong = "place" if fact.place not in places else "measure"
                found.held.append(Held(document.name, f"not a {wrong} of this feed"))
            elif why := _impossible(fact, latest_possible, now):
                found.held.append(_held(document.name, why, fact))
            elif before is not fact and before.value != fact.value:
                contradicted.add(key)
                found.held.append(_held(document.name, "said twice, with different values", fact))
            else:
                found.readings.append(fact)
        elif isinstance(fact, Held):
            found.held.append(fact)
        elif isinstance(fact, WholeList):
            whole_lists.append(fact)
        elif isinstance(fact, Visit | RosterExport):
            roster.append(fact)
        else:
            persons.setdefault((kind_of(fact).people, fact.place), []).append(fact)
    found.export, held = believe(document.name, roster, places, latest_possible)
    found.held += held
    if contradicted:
        # Neither of the two can be told to be the right one.
        for reading in [r for r in found.readings if (r.place, r.measure, r.observed_at) in contradicted]:
            found.readings.remove(reading)
            found.held.append(_held(document.name, "said twice, with different values", reading))
    for whole in whole_lists:
        _take_list(found, whole, persons.pop((whole.people, whole.place), []), places, latest_possible, now)
    for (people, place), left in persons.items():
        ours = place if place in places else None
        found.held += [Held(f"{document.name}, {people}", "not part of a whole list", ours)] * len(left)
    return found


def _impossible(reading: Reading, latest_possible: datetime, now: datetime) -> str | None:
    if reading.observed_at > latest_possible:
        return f"{_ahead(reading.observed_at, now)} in the future"
    if reading.value is not None and not math.isfinite(reading.value):
        return "not a finite number"
    return None


def _take_list(
    found: Sorted,
    whole: WholeList,
    persons: list[Listed],
    places: Mapping[str, Place],
    latest_possible: datetime,
    now: datetime,
) -> None:
    why, place = None, whole.place if whole.place in places else None
    if place is None:
        why = "not a place of this feed"
    elif whole.people not in KINDS:
        why = "not a list that is known"
    elif whole.observed_at > latest_possible:
        why = f"{_ahead(whole.observed_at, now)} in the future"
    elif whole.listed is not None:
        held_by_connector = sum(held.place in (None, whole.place) for held in found.held)
        if whole.listed > len(persons) + held_by_connector:
            why = f"lists {whole.listed}, holds {len(persons)}: cut off?"
    row = f"{found.name}, {whole.people if whole.people in KINDS else 'people'}"
    if why is not None:
        found.held += [Held(row, why, place)] * max(len(persons), 1)
        return
    if whole.listed == 0:
        found.nobody.add((whole.people, whole.place))
    seen: dict[str, Listed] = {}
    for person in persons:
        wrong = _impossible_person(person, seen, latest_possible)
        if wrong is None:
            seen[person.ref] = person
        else:
            found.held.append(Held(row, wrong, whole.place))
    for person, wrong in list(KINDS[whole.people].wrong_together(list(seen.values()))):
        del seen[person.ref]
        found.held.append(Held(row, wrong, whole.place))
    found.lists.append(PeopleList(whole.people, whole.place, whole.observed_at, tuple(seen.values()), whole.departures))


def _impossible_person(person: Listed, seen: Collection[str], latest_possible: datetime) -> str | None:
    if person.ref in seen:
        return "listed twice"
    kind = kind_of(person)
    if any(moment is not None and moment > latest_possible for moment in kind.happened(person)):
        return "a moment in the future"
    return kind.wrong(person)


def fallen_counters(readings: Iterable[Reading], said: Mapping[Key, Said]) -> Iterator[tuple[Reading, str]]:
    """Counters since midnight that stand lower than earlier on the same Europe/London day, and why that is doubted."""
    # Not against a census of midnight itself: it may hold the day before, which it ends.
    midnights: dict[datetime, datetime] = {}
    for reading in readings:
        if reading.measure not in _SINCE_MIDNIGHT or reading.value is None:
            continue
        before = said.get((reading.place, reading.measure))
        if before is None or before.value is None or reading.value >= before.value or reading.observed_at <= before.at:
            continue
        at = reading.observed_at
        if before.at > midnights.setdefault(at, local_midnight(at)):
            yield reading, f"{FELL} from {before.value:g} to {reading.value:g}"


def hold_all(document: Sorted, why: str) -> list[Held]:
    """Every row of a document, held for one reason."""
    held = hold_readings(document.name, why, document.readings)
    for whole in document.lists:
        held += hold_list(document.name, whole, why)
    if document.export is not None:
        held += hold_export(document.name, document.export, why)
    return held


def hold_readings(name: str, why: str, readings: Iterable[Reading]) -> list[Held]:
    """Readings held, each with its place and measure."""
    return [_held(name, why, reading) for reading in readings]


def hold_list(name: str, whole: PeopleList, why: str) -> list[Held]:
    """A list held whole: a row for each person on it, and one for a list of nobody."""
    return [Held(f"{name}, {whole.people}", why, whole.place)] * max(len(whole.persons), 1)


def _held(name: str, why: str, reading: Reading) -> Held:
    return Held(f"{name}, {reading.measure} at {reading.place}", why, reading.place, reading.measure)


def _ahead(at: datetime, now: datetime) -> str:
    minutes = (at - now) / timedelta(minutes=1)
    if minutes < 120:
        return f"{minutes:.0f} minutes"
    return f"{minutes / 60:.0f} hours" if minutes < 48 * 60 else f"{minutes / 1440:.0f} days"
