"""How far a source's clock is off is told, and changes no figure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from flowcentre.feeds.answers import Answer, parse_documents
from flowcentre.feeds.clocks import ClockRead, clock_off
from flowcentre.feeds.contract import Bookmark, Connector, Document, FeedSettings, Payload, PlaceCodes
from flowcentre.feeds.poll import record, weigh_against
from flowcentre.feeds.remembered import Remembered
from flowcentre.model import ClockBy, ClockOff, Fact, FeedStatus, Reading
from flowcentre.picture.build import build
from flowcentre.store import Store
from tests.feeds.cast import AT, PLACES, a_county, a_feed

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
FEED = a_feed()
COUNTY = a_county(FEED)


class Beds(Connector):
    """A file of one figure, at the moment that it names."""

    provides = ("ga_beds_occupied",)
    Settings = FeedSettings

    def fetch(self, since: Bookmark | None) -> Payload:
        raise NotImplementedError

    def parse(self, document: Document) -> Iterator[Fact]:
        yield Reading("ga_beds_occupied", "northgate-a1", 20, datetime.fromisoformat(document.content.decode()))


def parsed(*documents: Document) -> Answer:
    return parse_documents(Beds(FeedSettings(), PlaceCodes(PLACES, ["northgate"])), documents, None)


def a_file(of: datetime, written: datetime | None) -> Document:
    return Document("beds.csv", of.isoformat().encode(), written)


def hear(store: Store, answer: Answer, at: datetime) -> FeedStatus:
    poll_id = store.claim_poll(FEED.id, at, engine="one", started_at=at)
    assert poll_id is not None
    remembered = Remembered.read(store, FEED, COUNTY)
    weighed = weigh_against(store, FEED, COUNTY, answer, remembered, now=at)
    clock = clock_off(answer.clock, at - SECOND, at)
    record(store, FEED, poll_id, answer, weighed, now=at, attempts=1, remembered=remembered, clock=clock)
    return build(store, COUNTY, at, live=True).feeds[0]


@pytest.mark.parametrize(
    ("shows", "off"),
    [
        (-7 * MINUTE, -7 * MINUTE + 30 * SECOND),
        (-20 * SECOND, 0 * MINUTE),
        (0 * MINUTE, 0 * MINUTE),
        (9 * MINUTE, 9 * MINUTE),
    ],
)
def test_a_clock_is_off_only_by_what_the_time_of_asking_does_not_explain(shows: timedelta, off: timedelta) -> None:
    read = ClockRead(said_at=AT + shows)
    assert clock_off(read, AT - 30 * SECOND, AT) == ClockOff(off, ClockBy.ANSWER)


def test_an_answer_tells_how_far_its_sources_clock_is_behind_until_that_is_mended(store: Store) -> None:
    slow = Document("beds.json", AT.isoformat().encode(), sent_at=AT - 7 * MINUTE)
    told = hear(store, parsed(slow), AT)
    assert told.clock == ClockOff(-7 * MINUTE + SECOND, ClockBy.ANSWER)
    assert told.observed_at == AT  # as the source gives it
    later = AT + 15 * MINUTE
    mended = Document("beds.json", later.isoformat().encode(), sent_at=later)
    assert hear(store, parsed(mended), later).clock is None


@pytest.mark.parametrize(
    ("of", "told"),
    [
        (AT - 7 * MINUTE, ClockOff(-7 * MINUTE, ClockBy.FILES)),
        (AT - 2 * MINUTE, None),
        (AT - 40 * MINUTE, None),  # its figures are late, and told to be
    ],
)
def test_files_that_are_written_after_the_moment_in_them_tell_of_a_slow_clock(
    store: Store, of: datetime, told: ClockOff | None
) -> None:
    assert hear(store, parsed(a_file(of, AT)), AT).clock == told


def test_a_file_that_speaks_of_a_moment_after_it_was_written_tells_of_a_fast_clock(store: Store) -> None:
    newest = a_file(AT + 8 * MINUTE, AT)
    status = hear(store, parsed(a_file(AT - 30 * MINUTE, AT - 30 * MINUTE), newest), AT + 7 * MINUTE)
    assert status.clock == ClockOff(8 * MINUTE, ClockBy.FILES)


def test_where_nothing_gives_it_away_nothing_is_said_and_what_was_known_stands(store: Store) -> None:
    assert parsed(a_file(AT, None)).clock is None
    hear(store, parsed(a_file(AT - 7 * MINUTE, AT)), AT)
    again = hear(store, Answer(), AT + 15 * MINUTE)
    assert again.clock == ClockOff(-7 * MINUTE, ClockBy.FILES)
