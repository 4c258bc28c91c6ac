"""Short ways to say things to a store in tests."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg

from flowcentre.model import Outcome, Reading, Sighting
from flowcentre.store import Known, Recorded, Store

_due = itertools.count(1)


def sighting(place: str, observed_at: datetime, **values: float | None) -> Sighting:
    """A sighting of a place: its measures by name."""
    return Sighting(
        place, observed_at, tuple(Reading(measure, place, value, observed_at) for measure, value in values.items())
    )


def tell(
    store: Store, feed: str, at: datetime, *sightings: Sighting, outcome: Outcome = Outcome.OK, **more: Any
) -> Recorded:
    """A whole poll, claimed and recorded, that ends at ``at``."""
    poll = store.claim_poll(feed, at + timedelta(microseconds=1000 * next(_due)), engine="here", started_at=at)
    assert poll is not None
    return store.record_poll(poll, feed=feed, finished_at=at, outcome=outcome, sightings=sightings, **more)


def values(known: Sequence[Known]) -> dict[tuple[str, str], float | None]:
    """What is known, by place and measure."""
    return {(each.place, each.measure): each.value for each in known}


def until_ended(url: str) -> None:
    """Wait until a database has ended what a process that was killed had asked of it: it may have been about to commit."""
    if not url.startswith("postgresql"):
        return  # there it ended with the process
    others = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    ends = time.monotonic() + 60
    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True) as admin:
        while admin.execute(others).fetchone() != (0,):
            assert time.monotonic() < ends, "somebody else is connected"
            time.sleep(0.01)
