"""What mental health units and NHS 111 write of themselves: believed by the real connectors, whole, and moving as life does."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from flowcentre.demo.documents import Clerk
from flowcentre.demo.rhythm import LONDON
from flowcentre.demo.simulation import Simulation
from flowcentre.demo.westshire import WESTSHIRE
from flowcentre.feeds.contract import Connector, Document
from flowcentre.model import County, Reading
from tests.demo.conftest import SETTLED, START

Said = dict[tuple[str, str], float | None]


def said(clerk: Clerk, readers: dict[str, Connector], county: County, feed_id: str, at: datetime) -> Said:
    """What the real connector makes of a report; nothing of it is held, and all of it is as at its moment."""
    feed = county.feed(feed_id)
    assert feed is not None
    written = clerk.write(feed)
    assert written is not None
    facts = list(readers[feed_id].parse(Document(written.name, written.content)))
    readings = [fact for fact in facts if isinstance(fact, Reading)]
    assert readings == facts
    assert {reading.observed_at for reading in readings} == {at}
    return {(reading.place, reading.measure): reading.value for reading in readings}


def test_mental_health_units_are_nearly_full_people_wait_and_leave_and_suites_are_taken(
    county: County, readers: dict[str, Connector]
) -> None:
    simulation = Simulation(WESTSHIRE, seed=2026, start=START)
    clerk = Clerk(simulation, county)
    open_, occupied, free, waiting, ready = 0.0, 0.0, set(), set(), set()
    uncounted = set()
    for hour in range(8 * 24):
        simulation.advance(SETTLED + timedelta(hours=hour))
        found = said(clerk, readers, county, "mental-health", simulation.at)
        for unit in simulation.mental_health.units:
            place = unit.size.place
            assert found[place, "mh_beds_occupied"] == unit.occupied <= unit.open <= unit.size.beds
            assert found[place, "mh_136_suites_free"] == unit.suites_free <= unit.suites_open <= unit.size.suites
            open_, occupied = open_ + unit.open, occupied + unit.occupied
            free.add(unit.suites_free)
            waiting.add(unit.waiting)
            count = found[place, "mh_ready_for_discharge_now"]
            if count is None:
                uncounted.add((place, simulation.at.astimezone(LONDON).weekday()))
            else:
                ready.add(count)
    assert 0.93 < occupied / open_ < 1
    assert free == {0, 1, 2}
    assert min(waiting) == 0 < max(waiting) < 30
    assert 0 < max(ready) < 30
    # On purpose: one unit counts nobody at weekends, which is not nobody.
    assert uncounted == {("heron-house", 5), ("heron-house", 6)}


# The nights on which London's clocks change, and an ordinary one.
@pytest.mark.parametrize("night", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 6, 14)])
def test_calls_are_counted_since_londons_midnight_of_those_that_came_since_then(
    county: County, readers: dict[str, Connector], night: date
) -> None:
    midnight = datetime.combine(night, time(), tzinfo=LONDON).astimezone(UTC)
    simulation = Simulation(WESTSHIRE, seed=5, start=midnight - timedelta(hours=20))
    clerk = Clerk(simulation, county)
    before: Said = {}
    waits, queues = set(), set()
    at = midnight - timedelta(hours=8)
    while at <= midnight + timedelta(hours=26):
        simulation.advance(at)
        # A part that is more than its whole would be held.
        found = said(clerk, readers, county, "nhs-111", simulation.at)
        for key, value in found.items():
            assert value is not None
            if key[1].endswith("_today"):
                begins = at.astimezone(LONDON).time() == time()
                assert value == 0 if begins else value >= (before.get(key) or 0)
        waits.add(found["nhs-111", "call_111_longest_wait_now"])
        queues.add(found["nhs-111", "clinical_queue_111_now"])
        before, at = found, at + timedelta(minutes=15)
        if at == midnight + timedelta(hours=22):
            assert 700 < (found["nhs-111", "calls_111_offered_today"] or 0) < 1400  # a Sunday
    assert 0 in waits
    assert max(w for w in waits if w is not None) > 0
    assert max(q for q in queues if q is not None) > 0
