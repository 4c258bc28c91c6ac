"""What of an answer is believed, as a pure function of the answer, what was said last, and now.

Nothing is dropped in secret: every row that came is accepted, duplicate, held or refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from flowcentre.feeds.answers import Answer
from flowcentre.feeds.columns import Emptied, weigh_columns
from flowcentre.feeds.elsewhere import Claims, hold_those_elsewhere, nobody_claims
from flowcentre.feeds.people import KINDS, Beside, uncounted
from flowcentre.feeds.plausibility import (
    Rules,
    Sorted,
    fallen_counters,
    hold_all,
    hold_list,
    hold_readings,
    sort_facts,
)
from flowcentre.feeds.remembered import Remembered
from flowcentre.feeds.sizes import Doubt, small_list, small_sets, unknown_now
from flowcentre.feeds.together import count_lists, newest_lists, still_claimed
from flowcentre.feeds.unmoving import moved_at
from flowcentre.measures import ALL
from flowcentre.measures.care_clocks import NO_LIMITS, StayLimits
from flowcentre.measures.visit_counts import VISITED
from flowcentre.model import CareTerms, Feed, Held, Outcome, PeopleList, Period, Reading, RosterExport, Sighting

RULES = Rules()
TERMS = CareTerms()  # where a county does not say
NO_ROWS = "no rows"
_LONGEST_MESSAGE = 1000


@dataclass(slots=True)
class Weighed:
    """An answer as it is to be recorded, and what it adds to what the feed said last."""

    remembered: Remembered
    outcome: Outcome = Outcome.UNCHANGED
    sightings: list[Sighting] = field(default_factory=list)
    lists: list[PeopleList] = field(default_factory=list)
    exports: list[RosterExport] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    refused: int = 0
    moved_at: datetime | None = None  # the newest moment of anything that was not said before
    said: list[str] = field(default_factory=list)

    @property
    def message(self) -> str:
        """Why anything was held whole or refused, for people."""
        return shorten("; ".join(self.said))


def weigh(
    answer: Answer,
    remembered: Remembered,
    *,
    now: datetime,
    times_running: Callable[[str], int],
    claims: Claims = nobody_claims,
    terms: CareTerms = TERMS,
    stay_limits: StayLimits = NO_LIMITS,
    rules: Rules = RULES,
) -> Weighed:
    """What of an answer is believed. Pure: ``times_running`` tells how often a doubt came before, without a break,
    and ``claims`` who of a list stands on another of its kind too.
    """
    weighed, feed = Weighed(remembered.copy()), remembered.feed
    beside = Beside(remembered.places, terms, stay_limits)
    if feed.doubt_below is not None:
        rules = replace(rules, half_size=feed.doubt_below)
    documents = [sort_facts(document, remembered.places, now, rules, feed.leaves_out) for document in answer.documents]
    # An export of a roster without a row is of an hour without visits, at night. What was told before stands.
    empty = [document.name for document in answer.documents if not document.facts and not _is_roster(feed)]
    if documents and len(empty) == len(documents):
        _take_nothing(weighed, documents[-1])
    elif why := _ask(weighed, small_sets(documents, remembered, rules), times_running, rules):
        for document in documents:
            weighed.held += document.held + hold_all(document, why)
    else:
        taken: dict[tuple[str, str], str] = {}
        for document in documents:
            _hold_those_elsewhere(weighed, document, claims, taken, rules)
            _take_document(weighed, document, beside, times_running, rules)
    if len(empty) < len(documents):
        # The others spoke, so nothing becomes unknown; but somebody sent these.
        weighed.held += [Held(name, NO_ROWS) for name in empty]
        weighed.said += [f"{name}: {NO_ROWS}" for name in empty]
    for refused in answer.refused:
        weighed.refused += refused.rows
        weighed.said.append(refused.reason)
    weighed.outcome = _outcome(answer, weighed)
    return weighed


def _is_roster(feed: Feed) -> bool:
    return bool(feed.provides) and set(feed.provides) <= set(VISITED)


def group(readings: Iterable[Reading]) -> list[Sighting]:
    """Readings as sightings: one for each place, moment and period; one more for what is said twice of them."""
    groups: dict[tuple[str, datetime, Period, int], dict[str, Reading]] = {}
    for reading in readings:
        echo = 0
        while reading.measure in (
            said := groups.setdefault((reading.place, reading.observed_at, ALL[reading.measure].period, echo), {})
        ):
            echo += 1
        said[reading.measure] = reading
    return [Sighting(place, at, tuple(said.values())) for (place, at, _, _), said in groups.items()]


def shorten(message: str) -> str:
    """A message that fits a table and a log."""
    return message if len(message) <= _LONGEST_MESSAGE else message[: _LONGEST_MESSAGE - 1] + "…"


def _ask(weighed: Weighed, doubts: Iterable[Doubt], times_running: Callable[[str], int], rules: Rules) -> str | None:
    """Why a batch is held, or None: a doubt that came again and again is believed, and said to be."""
    asked = None
    for doubt in doubts:
        times = times_running(doubt.subject) + 1
        if doubt.lasting and times >= rules.believe_at:
            weighed.said.append(f"{doubt.subject}: {doubt.words}; believed, for it came {times} times running")
        else:
            asked = f"{doubt.subject}: {doubt.words}; asked about"
            weighed.said.append(asked)
    return asked


def _take_nothing(weighed: Weighed, document: Sorted) -> None:
    """An answer without a row: what the feed said last is no longer known. It is not zero."""
    unknown = unknown_now(weighed.remembered)
    before = f"{len(unknown)} values are unknown now" if unknown else "nothing is known of before"
    why = f"an empty answer: {before}"
    weighed.said.append(f"{document.name}: {why}")
    weighed.held.append(Held(document.name, why))
    _believe(weighed, unknown, [], counted=[])


def _take_document(
    weighed: Weighed, document: Sorted, beside: Beside, times_running: Callable[[str], int], rules: Rules
) -> None:
    weighed.held += document.held
    remembered = weighed.remembered
    columns = weigh_columns(document.readings, remembered.values, rules.columns, document.held)
    if columns.changed:
        weighed.held += hold_all(document, columns.changed)
        weighed.said.append(f"{document.name}: {columns.changed}")
        return
    readings = _without_emptied(weighed, document, columns.emptied, times_running, rules)
    emptied = {empty.measure for empty in columns.emptied}
    readings = _without_fallen(weighed, document.name, readings, emptied, times_running, rules)
    lists: list[PeopleList] = []
    for whole in document.lists:
        if _contradicts(whole, _last(weighed, whole)):
            another = f"another list of {whole.people} at {whole.place} for a moment that was listed before"
            weighed.said.append(f"{document.name}: {another}")
            weighed.held += hold_list(document.name, whole, another)
            continue
        doubt = _doubt(weighed, document, whole, rules)
        if doubt and (why := _ask(weighed, [doubt], times_running, rules)):
            weighed.held += hold_list(document.name, whole, why)
            if not whole.persons:
                readings += uncounted(whole.people, whole.place, whole.observed_at, beside)
            continue
        lists.append(whole)
    counted = count_lists(lists, remembered, beside)
    if document.export is not None:
        weighed.exports.append(document.export)
        counted += remembered.rosters(beside.terms).take(document.export, remembered.places)
    _believe(weighed, readings, lists, counted=counted)


def _hold_those_elsewhere(
    weighed: Weighed, document: Sorted, claims: Claims, taken: dict[tuple[str, str], str], rules: Rules
) -> None:
    # A list that is doubted may be cut off: whoever is not on it has not been let go.
    heard = [whole for whole in document.lists if _doubt(weighed, document, whole, rules) is None]
    for index, whole in enumerate(document.lists):
        if KINDS[whole.people].elsewhere is not None:
            newest = newest_lists(whole.people, heard, weighed.remembered)
            theirs = still_claimed(claims(whole), taken, whole, newest)
            document.lists[index], held = hold_those_elsewhere(document.name, whole, theirs, taken)
            document.held += held


def _doubt(weighed: Weighed, document: Sorted, whole: PeopleList, rules: Rules) -> Doubt | None:
    """Is a list too small to be believed, after the last one and with what was held of it?"""
    held = sum(each.place == whole.place and each.measure is None for each in document.held)
    nobody = (whole.people, whole.place) in document.nobody
    return small_list(whole, _last(weighed, whole), rules, nobody=nobody, held=held)


def _last(weighed: Weighed, whole: PeopleList) -> PeopleList | None:
    return weighed.remembered.last_list(whole.people, whole.place, KINDS[whole.people].measures[0])


def _contradicts(whole: PeopleList, last: PeopleList | None) -> bool:
    """Is it another list of the very moment that was listed last? One of the two is wrong, and the first stands."""
    if last is None or whole.observed_at != last.observed_at or not KINDS[whole.people].steady:
        return False
    return {person.ref: person for person in whole.persons} != {person.ref: person for person in last.persons}


def _without_emptied(
    weighed: Weighed,
    document: Sorted,
    columns: Iterable[Emptied],
    times_running: Callable[[str], int],
    rules: Rules,
) -> list[Reading]:
    """The readings but those of columns that are suddenly 0 everywhere, and of those that the figures may have moved to."""
    readings = list(document.readings)
    for empty in columns:
        doubt = Doubt(f"{ALL[empty.measure].label}, 0 everywhere", empty.words, lasting=empty.may_be_so)
        if why := _ask(weighed, [doubt], times_running, rules):
            doubted = {empty.measure, *empty.filled}
            weighed.held += hold_readings(document.name, why, (r for r in readings if r.measure in doubted))
            readings = [reading for reading in readings if reading.measure not in doubted]
    return readings


def _without_fallen(
    weighed: Weighed,
    name: str,
    readings: list[Reading],
    weighed_already: Collection[str],
    times_running: Callable[[str], int],
    rules: Rules,
) -> list[Reading]:
    """The readings but those of counters that fell within the day. One that does so again and again was too high before."""
    fallen: set[int] = set()
    corrected = 0
    for reading, why in fallen_counters(readings, weighed.remembered.values):
        if reading.measure in weighed_already:
            continue
        if times_running(f"{reading.measure} at {reading.place}") + 1 >= rules.believe_at:
            corrected += 1
        else:
            fallen.add(id(reading))
            weighed.held += hold_readings(name, why, [reading])
    if corrected:
        weighed.said.append(f"{name}: counters believed, for they fell {rules.believe_at} times running: {corrected}")
    return [reading for reading in readings if id(reading) not in fallen] if fallen else readings


def _believe(weighed: Weighed, readings: list[Reading], lists: list[PeopleList], *, counted: Iterable[Reading]) -> None:
    """``counted`` is what follows from lists and visits; ``readings`` is what the feed says itself."""
    remembered = weighed.remembered
    moved = moved_at(readings, lists, remembered.values, lambda whole: _last(weighed, whole))
    if moved is not None:
        weighed.moved_at = moved if weighed.moved_at is None else max(moved, weighed.moved_at)
    everything = [*readings, *counted]
    weighed.sightings += group(everything)
    weighed.lists += lists
    remembered.learn(everything, lists)


def _outcome(answer: Answer, weighed: Weighed) -> Outcome:
    """Values that became unknown are not news: an answer of nothing was held."""
    spoke = any(reading.value is not None for sighting in weighed.sightings for reading in sighting.readings)
    if spoke or weighed.lists or weighed.exports:
        return Outcome.OK
    if weighed.held:
        return Outcome.HELD
    if weighed.sightings:
        return Outcome.OK
    if answer.refused:
        return Outcome.CRASHED if all(refused.crashed for refused in answer.refused) else Outcome.REFUSED
    return Outcome.UNCHANGED
