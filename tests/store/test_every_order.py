"""Whatever is said, in whatever order and however often, the store knows what a list of everything said would tell."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowcentre.model import Outcome, Point, PollCounts, Reading, Sighting
from flowcentre.store import Known, Recorded, Store, open_store

Key = tuple[str, str]
_feeds = itertools.count()
_MEASURES = ("beds", "closed", "free")


@dataclass
class Oracle:
    """Everything ever believed of one feed, in the order in which it was learnt."""

    feed: str
    said: list[tuple[Key, datetime, datetime, float | None]] = field(default_factory=list)

    def hear(self, sightings: list[Sighting], received_at: datetime) -> PollCounts:
        last: dict[tuple[Key, datetime], float | None] = {}
        for each in sightings:
            for reading in each.readings:
                last[(each.place, reading.measure), each.observed_at] = reading.value
        before = [(key, at, value) for key, at, _, value in self.said]
        believed = {(key, at): value for key, at, value in before}
        new = [(key, at, received_at, value) for (key, at), value in last.items() if (key, at, value) not in before]
        again = [each for each, value in last.items() if (*each, value) in before and believed[each] != value]
        self.said += new
        total = sum(len(each.readings) for each in sightings)
        duplicate = total - len(new) - len(again)
        return PollCounts(received=total, accepted=len(new), duplicate=duplicate, held=len(again))

    def points(self, known_at: datetime) -> dict[Key, dict[datetime, tuple[float | None, datetime]]]:
        """By series and moment: the value, and when it was learnt."""
        points: dict[Key, dict[datetime, tuple[float | None, datetime]]] = {}
        for key, at, received_at, value in self.said:
            if received_at <= known_at:
                points.setdefault(key, {})[at] = (value, received_at)
        return points

    def known(self, at: datetime, known_at: datetime) -> set[Known]:
        found = set()
        for (place, measure), points in self.points(known_at).items():
            if moments := [moment for moment in points if moment <= at]:
                newest = max(moments)
                value, received_at = points[newest]
                found.add(Known(self.feed, place, measure, value, newest, received_at))
        return found

    def history(self, key: Key, start: datetime, end: datetime, known_at: datetime) -> list[Point]:
        points = self.points(known_at).get(key, {})
        before = [moment for moment in points if moment < start][-1:] and [max(m for m in points if m < start)]
        within = sorted(moment for moment in points if start <= moment < end)
        return [Point(moment, points[moment][0]) for moment in (*before, *within)]


said = st.dictionaries(
    st.sampled_from(_MEASURES), st.sampled_from([None, 0.0, 1.0, 2.0]), min_size=1, max_size=len(_MEASURES)
)
one_sighting = st.tuples(st.sampled_from(["a1", "b2"]), st.integers(0, 6), said)
one_poll = st.tuples(st.lists(one_sighting, min_size=1, max_size=4), st.integers(0, 2), st.booleans())
polls = st.lists(one_poll, min_size=1, max_size=9)


class Speaker:
    """Says polls to a store, and opens it anew or goes to another engine when asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.stores = [open_store(url)]
        if self.stores[0].dialect == "postgresql":
            self.stores.append(open_store(url))
        self.due = itertools.count()

    @property
    def store(self) -> Store:
        return self.stores[0]

    def change(self) -> None:
        """On PostgreSQL another engine goes on; on SQLite the same one starts again."""
        self.stores.reverse()
        if len(self.stores) == 1:
            self.stores.pop().close()
            self.stores.append(open_store(self.url))

    def say(self, feed: str, sightings: list[Sighting], at: datetime) -> Recorded:
        due_at = at + timedelta(seconds=next(self.due))
        poll = self.store.claim_poll(feed, due_at, engine="here", started_at=at)
        assert poll is not None
        return self.store.record_poll(poll, feed=feed, finished_at=at, outcome=Outcome.OK, sightings=sightings)

    def close(self) -> None:
        for store in self.stores:
            store.close()


@contextmanager
def speaking(url: str) -> Iterator[Speaker]:
    speaker = Speaker(url)
    try:
        yield speaker
    finally:
        speaker.close()


def make_sighting(at: datetime, place: str, minute: int, values: dict[str, float | None]) -> Sighting:
    moment = at + timedelta(minutes=minute)
    return Sighting(place, moment, tuple(Reading(name, place, value, moment) for name, value in values.items()))


def of(feed: str, known: list[Known]) -> set[Known]:
    found = [each for each in known if each.feed == feed]
    assert len(set(found)) == len(found)
    return set(found)


def run(
    speaker: Speaker,
    at: datetime,
    script: list[tuple[list[tuple[str, int, dict[str, float | None]]], int, bool]],
    check: Callable[[Speaker, Oracle, list[tuple[list[Sighting], datetime]]], None],
) -> None:
    feed = f"feed-{next(_feeds)}"
    oracle = Oracle(feed)
    received_at = at + timedelta(hours=1)
    told = []
    for spoken, wait, change in script:
        received_at += timedelta(minutes=wait)
        sightings = [make_sighting(at, *each) for each in spoken]
        if change:
            speaker.change()
        recorded = speaker.say(feed, sightings, received_at)
        assert recorded.counts == oracle.hear(sightings, received_at)
        assert of(feed, speaker.store.latest()) == oracle.known(received_at, received_at)
        told.append((sightings, received_at))
    check(speaker, oracle, told)


any_order = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def test_the_past_is_known_as_it_was_known_then(store_url: str, at: datetime) -> None:
    def check(speaker: Speaker, oracle: Oracle, told: list[tuple[list[Sighting], datetime]]) -> None:
        for known_at in sorted({received_at for _, received_at in told}):
            for minute in (-1, 0, 2, 3, 6):
                moment = at + timedelta(minutes=minute)
                assert of(oracle.feed, speaker.store.known(moment, known_at)) == oracle.known(moment, known_at)

    with speaking(store_url) as speaker:

        @any_order
        @given(polls)
        def holds(script) -> None:  # type: ignore[no-untyped-def]
            run(speaker, at, script, check)

        holds()


def test_a_history_has_each_moment_once_with_the_value_known_then(store_url: str, at: datetime) -> None:
    keys = [(place, measure) for place in ("a1", "b2") for measure in _MEASURES]
    start, end = at + timedelta(minutes=2), at + timedelta(minutes=5)

    def check(speaker: Speaker, oracle: Oracle, told: list[tuple[list[Sighting], datetime]]) -> None:
        learnt = sorted({received_at for _, received_at in told})
        for known_at in (None, learnt[0], learnt[len(learnt) // 2]):
            found = speaker.store.history(keys, start, end, known_at=known_at)
            for key in keys:
                assert found[key] == oracle.history(key, start, end, known_at or told[-1][1])

    @any_order
    @given(polls)
    def holds(script) -> None:  # type: ignore[no-untyped-def]
        # Histories merge feeds, so each story is told of places of its own.
        own = f"{next(_feeds)}-"
        nonlocal keys
        keys = [(own + place, measure) for place in ("a1", "b2") for measure in _MEASURES]
        renamed = [([(own + place, *rest) for place, *rest in spoken], wait, change) for spoken, wait, change in script]
        run(speaker, at, renamed, check)

    with speaking(store_url) as speaker:
        holds()


def test_saying_it_all_again_in_any_order_changes_nothing(store_url: str, at: datetime) -> None:
    with speaking(store_url) as speaker:

        @any_order
        @given(polls, st.randoms(use_true_random=False))
        def holds(script, chance) -> None:  # type: ignore[no-untyped-def]
            def check(speaker: Speaker, oracle: Oracle, told: list[tuple[list[Sighting], datetime]]) -> None:
                before = speaker.store.latest()
                again = told * 2
                chance.shuffle(again)
                for sightings, _ in again:
                    counts = speaker.say(oracle.feed, sightings, told[-1][1] + timedelta(hours=1)).counts
                    assert counts == oracle.hear(sightings, told[-1][1])
                    assert counts.accepted == 0
                assert speaker.store.latest() == before

            run(speaker, at, script, check)

        holds()
