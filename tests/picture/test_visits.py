"""Visits behind a picture's counts: page and measures agree, now and at any past moment, on a real store."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from flowcentre.feeds.poll import settle
from flowcentre.measures.drift import Pattern
from flowcentre.measures.visit_counts import DRIFT_UNDER, VISITED
from flowcentre.model import CareTerms, County, Feed, Picture, State, Visit, VisitStatus
from flowcentre.picture import build
from flowcentre.picture.visits import Rostered, ServiceVisits, VisitBook
from flowcentre.store import Store
from tests.feeds.cast import AT, a_feed
from tests.feeds.test_visits import DAY, HOUR, PLACES, exported, visit

FEED = a_feed(
    "visits-wupi",
    places=("council",),
    every=HOUR,
    provides=VISITED,
    late_after=2 * HOUR,
    stale_after=timedelta(hours=6),
)
COUNTY = County("Westshire", PLACES, (FEED,), care=CareTerms(drift_visits=5))


def poll(
    store: Store,
    visits: Iterable[Visit],
    at: datetime,
    *,
    county: County = COUNTY,
    feed: Feed = FEED,
    heard_at: datetime | None = None,
) -> None:
    """Hear an export; later than its moment where that is given."""
    now = heard_at or at
    poll_id = store.claim_poll(feed.id, now, engine="one", started_at=now)
    assert poll_id is not None
    settle(store, feed, county, poll_id, exported(visits, at), now=now)


def mornings(package: str, count: int, actual: float, **more: object) -> list[Visit]:
    return [visit(f"{package}-{n}", AT - n * DAY - HOUR, 30, actual, package=package, **more) for n in range(count)]


class Glass:
    """A book with the present picture that it is asked about."""

    def __init__(self, store: Store, at: datetime = AT, county: County = COUNTY) -> None:
        self.store = store
        self.county = county
        self.picture = self.look(at)
        self.book = VisitBook(store, lambda: self.picture)

    def look(self, at: datetime) -> Picture:
        self.picture = build(self.store, self.county, at, live=True)
        return self.picture


def says(rostered: Rostered) -> list[object]:
    return [(service.drift, service.packages, service.value) for service in rostered.services]


def hours(service: ServiceVisits, pattern: Pattern) -> float:
    """Carer hours a week of a service's packages with a pattern, more than planned or less."""
    return abs(sum(each.drift.hours_a_week for each in service.packages if each.drift.pattern is pattern))


def test_services_and_packages_have_their_evidence(store: Store) -> None:
    ahead = visit("ahead", AT + HOUR, place="wupi-mid")
    poll(
        store,
        [*mornings("POC-1", 10, 20), *mornings("POC-2", 8, 45, carers=2), *mornings("POC-3", 4, 60), ahead],
        AT,
    )
    found = Glass(store).book.read()
    north, mid = found.services
    assert (north.place, mid.place) == ("wupi-north", "wupi-mid")
    assert [(each.package, each.drift.pattern) for each in north.packages] == [
        ("POC-1", Pattern.UNDERRUN),
        ("POC-2", Pattern.OVERRUN),
        ("POC-3", None),  # too few visits to say
    ]
    assert [each.package for each in found.patterns] == ["POC-2", "POC-1"]
    assert hours(north, Pattern.UNDERRUN) == pytest.approx(10 / 60 * 7)
    assert hours(north, Pattern.OVERRUN) == pytest.approx(2 * 15 / 60 * 7)
    assert mid.drift is not None
    assert (mid.drift.compared, mid.packages) == (0, ())


def test_page_and_measures_say_the_same(store: Store) -> None:
    poll(store, [*mornings("POC-1", 10, 20), *mornings("POC-2", 8, 45, carers=2)], AT)
    glass = Glass(store)
    north = glass.book.read().services[0]

    def value(measure: str) -> float | None:
        return glass.picture.value("wupi-north", measure).value

    assert north.drift is not None
    assert value("visits_compared_28d") == north.drift.compared == 18
    assert value("visits_outside_28d") == north.drift.outside
    assert value("visits_outside_share_28d") == 100
    assert value("visits_drift_under_hours") == hours(north, Pattern.UNDERRUN)
    assert value("visits_drift_over_hours") == hours(north, Pattern.OVERRUN)
    assert value("visits_median_difference_28d") == north.drift.difference_minutes


def test_a_package_that_two_services_visit_has_the_visits_of_each(store: Store) -> None:
    poll(store, [*mornings("POC-1", 6, 20), *mornings("POC-1", 3, 40, place="wupi-mid")], AT)
    found = Glass(store).book.read()
    assert [(each.place, each.drift.compared) for each in found.of_package("POC-1")] == [
        ("wupi-north", 6),
        ("wupi-mid", 3),
    ]
    assert found.of_package("POC-9") == ()


def test_the_present_goes_on_with_what_is_told_and_is_what_reading_anew_would_say(store: Store) -> None:
    told: list[list[Visit]] = [
        [*mornings("POC-1", 10, 20), *mornings("POC-3", 2, 30, place="wupi-mid")],
        [visit("POC-1-0", AT - HOUR, 30, 55, package="POC-1"), visit("ahead", AT + 2 * HOUR)],
        [visit("ahead", AT + 2 * HOUR, 30, 31), *mornings("POC-2", 3, 30, place="wupi-mid")],
        [visit("far", AT + 25 * DAY, 30, 30)],
        [visit("POC-1-1", AT - DAY - HOUR, status=VisitStatus.CANCELLED, package="POC-1")],
    ]
    glass = Glass(store)
    for number, visits in enumerate(told):
        at = AT + number * 6 * DAY + HOUR
        poll(store, visits, at)
        glass.look(at)
        anew = VisitBook(store, lambda: glass.picture)
        assert says(glass.book.read()) == says(anew.read())
        assert [service.value.value for service in glass.book.read().services] == [
            service.drift.compared for service in glass.book.read().services if service.drift is not None
        ]


def test_a_correction_of_the_same_export_changes_the_evidence_with_the_counts_now_and_looking_back(
    store: Store,
) -> None:
    minute = timedelta(minutes=1)
    glass = Glass(store)
    steps = [
        (AT, mornings("POC-1", 10, 20), AT),
        (AT, mornings("POC-1", 10, 10), AT + 10 * minute),  # as many compared, and shorter
        (AT - HOUR, [visit("late", AT - 30 * HOUR, status=VisitStatus.MISSED)], AT + 20 * minute),
    ]
    said = []
    for exported_at, visits, heard_at in steps:
        poll(store, visits, exported_at, heard_at=heard_at)
        glass.look(heard_at + minute)
        north = glass.book.read().services[0]
        assert north.drift is not None
        value = {measure: glass.picture.value("wupi-north", measure).value for measure in VISITED}
        assert value[DRIFT_UNDER.id] == hours(north, Pattern.UNDERRUN)
        assert value["visits_median_difference_28d"] == north.drift.difference_minutes
        assert value["visits_missed_7d"] == north.drift.missed
        said.append((north.drift, north.packages))
    assert [(drift.difference_minutes, drift.missed) for drift, _ in said] == [(-10, 0), (-20, 0), (-20, 1)]
    for (_, _, heard_at), then in zip(steps, said, strict=True):
        north = glass.book.read(build(store, COUNTY, heard_at + minute)).services[0]
        assert (north.drift, north.packages) == then


def test_a_correction_that_changes_no_count_changes_the_evidence_of_its_package(store: Store) -> None:
    poll(store, [*mornings("POC-1", 10, 20), *mornings("POC-2", 10, 20)], AT)
    glass = Glass(store)
    before = [(each.package, each.drift.compared) for each in glass.book.read().services[0].packages]
    assert before == [("POC-1", 10), ("POC-2", 10)]
    earlier = build(store, COUNTY, AT + timedelta(minutes=5))
    glass.book.read(earlier)
    moved = replace(mornings("POC-1", 10, 20)[9], package="POC-2")
    poll(store, [moved], AT, heard_at=AT + timedelta(minutes=10))
    glass.look(AT + timedelta(minutes=11))
    for book in (glass.book, VisitBook(store, lambda: glass.picture)):
        after = [(each.package, each.drift.compared) for each in book.read().services[0].packages]
        assert after == [("POC-1", 9), ("POC-2", 11)]


def test_only_what_was_told_since_is_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    poll(store, mornings("POC-1", 10, 20), AT)
    glass = Glass(store)
    assert glass.book.read().services[0].value.value == 10
    reads: list[str] = []
    whole = Store.visits
    monkeypatch.setattr(Store, "visits", lambda *a, **more: reads.append("whole") or whole(*a, **more))
    poll(store, [visit("x", AT, 30, 20)], AT + HOUR)
    glass.look(AT + HOUR)
    assert reads.count("whole") == 1  # by the poll itself, which here remembers nothing
    assert glass.book.read().services[0].value.value == 11
    assert reads.count("whole") == 1


def test_a_picture_of_the_past_shows_the_visits_as_they_were_known_then(store: Store) -> None:
    glass = Glass(store)
    then = []
    for number in range(4):
        at = AT + number * 3 * HOUR
        poll(store, [*mornings("POC-1", 5 + number, 20 + 3 * number), visit("y", at, 30, None)], at)
        glass.look(at)
        then.append((at, says(glass.book.read())))
    for at, said in then[:-1]:
        past = build(store, COUNTY, at + timedelta(minutes=5))
        assert says(glass.book.read(past)) == said
    assert says(glass.book.read()) == then[-1][1]


def test_visits_are_not_read_where_nobody_looks_at_them(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    poll(store, mornings("POC-1", 10, 20), AT)
    glass = Glass(store)
    monkeypatch.setattr(Store, "visits", lambda *_, **__: pytest.fail("they were read"))
    glass.book.read()


def test_a_past_moment_is_read_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    poll(store, mornings("POC-1", 10, 20), AT)
    poll(store, mornings("POC-1", 10, 30), AT + HOUR)
    glass = Glass(store, AT + HOUR)
    past = build(store, COUNTY, AT + timedelta(minutes=5))
    first = glass.book.read(past)
    assert first.services[0].packages[0].drift.pattern is Pattern.UNDERRUN
    monkeypatch.setattr(Store, "visits", lambda *_, **__: pytest.fail("it was read again"))
    assert says(glass.book.read(past)) == says(first)


def test_of_a_past_moment_the_visits_to_one_package_are_read_alone_and_say_the_same(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll(store, [*mornings("POC-1", 10, 20), *mornings("POC-2", 9, 30)], AT)
    poll(store, mornings("POC-1", 10, 40), AT + HOUR)
    glass = Glass(store, AT + HOUR)
    past = build(store, COUNTY, AT + timedelta(minutes=5))
    read: list[str] = []
    whole = Store.visits

    def listening(*asked: object, **more: object) -> list[Visit]:
        found = whole(*asked, **more)  # type: ignore[arg-type]
        read.extend(each.package for each in found)
        return found

    monkeypatch.setattr(Store, "visits", listening)
    (alone,) = glass.book.of_package("POC-1", past)
    assert read == ["POC-1"] * 10
    assert alone.drift.pattern is Pattern.UNDERRUN
    assert glass.book.read(past).of_package("POC-1") == (alone,)
    read.clear()
    assert glass.book.of_package("POC-1", past) == (alone,)  # of the moment that is kept by now
    assert glass.book.of_package("nobody", past) == ()
    assert read == []


def test_of_the_present_the_visits_to_one_package_are_those_of_the_page(store: Store) -> None:
    poll(store, mornings("POC-1", 10, 20), AT)
    glass = Glass(store)
    assert glass.book.of_package("POC-1", glass.picture) == glass.book.read().services[0].packages


def test_a_roster_that_grew_too_old_is_shown_as_old_and_stands_in_no_total(store: Store) -> None:
    poll(store, mornings("POC-1", 10, 20), AT)
    glass = Glass(store)
    assert not glass.book.read().patterns[0].stale
    picture = glass.look(AT + timedelta(hours=7))
    found = glass.book.read()
    assert found.services[0].value.state is State.STALE
    assert found.patterns[0].stale
    assert [each.package for each in found.patterns] == ["POC-1"]
    assert picture.value("westshire", DRIFT_UNDER.id).state is State.STALE
    assert not picture.value("wupi-north", DRIFT_UNDER.id).known


def test_a_service_that_never_sent_a_roster_is_there_and_says_so(store: Store) -> None:
    found = Glass(store).book.read()
    assert [(each.value.state, each.drift, each.packages) for each in found.services] == [(State.NEVER, None, ())] * 2


def test_hours_releasable_are_summed_by_locality_and_say_who_is_silent(store: Store) -> None:
    silent = a_feed("visits-mid", places=("wupi-mid",), provides=VISITED)
    north = replace(FEED, places=("wupi-north",))
    county = County("Westshire", PLACES, (north, silent), care=CareTerms(drift_visits=5))
    poll(store, mornings("POC-1", 10, 20), AT, county=county, feed=north)
    picture = build(store, county, AT)
    releasable, never = (picture.value(place, DRIFT_UNDER.id) for place in ("wupi-north", "wupi-mid"))
    assert releasable.value == pytest.approx(10 / 60 * 7)
    assert (never.value, never.state) == (None, State.NEVER)
    locality = picture.value("north", DRIFT_UNDER.id)
    assert locality.value == picture.value("westshire", DRIFT_UNDER.id).value == releasable.value
    assert str(locality.coverage) == "1 of 2 services"
    assert locality.at_least


def test_a_changed_tolerance_is_used_from_the_next_picture(store: Store) -> None:
    poll(store, mornings("POC-1", 10, 20), AT)
    glass = Glass(store)
    assert glass.book.read().patterns
    glass.county = replace(COUNTY, care=CareTerms(drift_visits=5, tolerance_minutes=15))
    glass.look(AT)
    assert not glass.book.read().patterns


def test_many_may_read_while_news_come(store: Store) -> None:
    poll(store, [*mornings("POC-1", 28, 20), *mornings("POC-2", 2, 20, place="wupi-mid")], AT)
    glass = Glass(store)
    wrong: list[object] = []

    def read() -> None:
        for _ in range(30):
            for service in glass.book.read().services:
                if service.drift is None or service.drift.compared != service.value.value:
                    wrong.append(service.value)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(1, 10):
        at = AT + number * HOUR
        poll(store, [visit(f"x{number}", at - HOUR, 30, 30)], at)
        glass.look(at)
    for reader in readers:
        reader.join()
    assert not wrong
