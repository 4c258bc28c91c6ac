"""One poll settled: what came is weighed, counted, and recorded in one transaction.

Nothing is dropped in secret: every row that came is accepted, duplicate, held or refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from flowcentre.feeds.answers import Answer
from flowcentre.feeds.columns import changed_columns
from flowcentre.feeds.people import KINDS, count_people, uncounted
from flowcentre.feeds.plausibility import Rules, Sorted, fallen_counters, hold_all, hold_list, sort_facts
from flowcentre.feeds.remembered import Remembered
from flowcentre.feeds.sizes import Doubt, small_list, small_sets, unknown_now
from flowcentre.measures import ALL
from flowcentre.model import County, Feed, Held, Outcome, PeopleList, Period, Reading, Sighting
from flowcentre.store import Recorded, Store

RULES = Rules()
_LONGEST_MESSAGE = 1000
# Polls that say nothing of what the source would have listed.
_SAID_NOTHING = frozenset(
    {
        Outcome.RUNNING,
        Outcome.UNCHANGED,
        Outcome.UNAVAILABLE,
        Outcome.OVERRAN,
        Outcome.CRASHED,
        Outcome.SKIPPED,
    }
)


@dataclass(slots=True)
class Weighed:
    """An answer as it is to be recorded, and what it adds to what the feed said last."""

    remembered: Remembered
    outcome: Outcome = Outcome.UNCHANGED
    sightings: list[Sighting] = field(default_factory=list)
    lists: list[PeopleList] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    refused: int = 0
    said: list[str] = field(default_factory=list)

    @property
    def message(self) -> str:
        """Why anything was held whole or refused, for people."""
        return shorten("; ".join(self.said))


def settle(
    store: Store,
    feed: Feed,
    county: County,
    poll_id: int,
    answer: Answer,
    *,
    now: datetime,
    attempts: int = 1,
    remembered: Remembered | None = None,
    rules: Rules = RULES,
) -> Recorded:
    """Weigh an answer and record it as the end of a claimed poll, at ``now``.

    Hand ``remembered`` in again and again where nobody else writes this feed, as when a history is
    read in: it saves reading the store each time.
    """
    if remembered is None:
        remembered = Remembered.read(store, feed, county)
    weighed = weigh(answer, remembered, now=now, times_running=lambda s: times_running(store, feed, s), rules=rules)
    return record(store, feed, poll_id, answer, weighed, now=now, attempts=attempts, remembered=remembered)


def record(
    store: Store,
    feed: Feed,
    poll_id: int,
    answer: Answer,
    weighed: Weighed,
    *,
    now: datetime,
    attempts: int,
    remembered: Remembered,
) -> Recorded:
    """Record a weighed answer in one transaction. Only then is it remembered."""
    recorded = store.record_poll(
        poll_id,
        feed=feed.id,
        finished_at=now,
        outcome=weighed.outcome,
        sightings=weighed.sightings,
        lists=weighed.lists,
        held=weighed.held,
        refused=weighed.refused,
        # Held or not: the next file speaks for itself, and the same one is not asked for again.
        bookmark=answer.bookmark,
        message=weighed.message,
        attempts=attempts,
    )
    remembered.values, remembered.lists = weighed.remembered.values, weighed.remembered.lists
    return recorded


def weigh(
    answer: Answer,
    remembered: Remembered,
    *,
    now: datetime,
    times_running: Callable[[str], int],
    rules: Rules = RULES,
) -> Weighed:
    """What of an answer is believed. Pure: ``times_running`` tells how often a doubt came before, without a break."""
    weighed = Weighed(remembered.copy())
    documents = [sort_facts(document, remembered.places, now, rules) for document in answer.documents]
    if documents and not any(document.facts for document in answer.documents):
        _take_nothing(weighed, documents[-1])
    elif why := _ask(weighed, small_sets(documents, remembered, rules), times_running, rules):
        for document in documents:
            weighed.held += document.held + hold_all(document, why)
    else:
        for document in documents:
            _take_document(weighed, document, times_running, rules)
    for refused in answer.refused:
        weighed.refused += refused.rows
        weighed.said.append(refused.reason)
    weighed.outcome = _outcome(answer, weighed)
    return weighed


def times_running(store: Store, feed: Feed, subject: str) -> int:
    """How many of the newest answers of a feed, one after the other, raised the same doubt."""
    running = 0
    for poll in store.polls(feed.id, limit=20):
        if poll.outcome in _SAID_NOTHING:
            continue
        if f"{subject}:" not in poll.message:
            break
        running += 1
    return running


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
    _believe(weighed, unknown, [])


def _take_document(weighed: Weighed, document: Sorted, times_running: Callable[[str], int], rules: Rules) -> None:
    weighed.held += document.held
    remembered = weighed.remembered
    if why := changed_columns(document.readings, remembered.values, rules.columns):
        weighed.held += hold_all(document, why)
        weighed.said.append(f"{document.name}: {why}")
        return
    fallen = {id(reading): why for reading, why in fallen_counters(document.readings, remembered.values)}
    readings = document.readings
    if fallen:
        readings = [reading for reading in readings if id(reading) not in fallen]
        weighed.held += [
            Held(f"{document.name}, {r.measure} at {r.place}", fallen[id(r)], r.place, r.measure)
            for r in document.readings
            if id(r) in fallen
        ]
    lists: list[PeopleList] = []
    readings = list(readings)
    for whole in document.lists:
        last = remembered.last_list(whole.people, whole.place, KINDS[whole.people].measures[0])
        doubt = small_list(whole, last, rules, nobody=(whole.people, whole.place) in document.nobody)
        if doubt and (why := _ask(weighed, [doubt], times_running, rules)):
            weighed.held += hold_list(document.name, whole, why)
            if not whole.persons:
                readings += uncounted(whole.people, whole.place, whole.observed_at)
            continue
        lists.append(whole)
        readings += count_people(whole)
    _believe(weighed, readings, lists)


def _believe(weighed: Weighed, readings: list[Reading], lists: list[PeopleList]) -> None:
    weighed.sightings += group(readings)
    weighed.lists += lists
    weighed.remembered.learn(readings, lists)


def _outcome(answer: Answer, weighed: Weighed) -> Outcome:
    """Values that became unknown are not news: an answer of nothing was held."""
    spoke = any(reading.value is not None for sighting in weighed.sightings for reading in sighting.readings)
    if spoke or weighed.lists:
        return Outcome.OK
    if weighed.held:
        return Outcome.HELD
    if weighed.sightings:
        return Outcome.OK
    if answer.refused:
        return Outcome.CRASHED if all(refused.crashed for refused in answer.refused) else Outcome.REFUSED
    return Outcome.UNCHANGED
