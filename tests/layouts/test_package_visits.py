"""A package's life line tells how its visits went, by the rosters that the picture knows, on a real store."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from flowcentre.feeds.poll import settle
from flowcentre.measures.visit_counts import VISITED
from flowcentre.model import CareService, Feed, Visit
from flowcentre.picture import build
from flowcentre.picture.care_book import CareBook
from flowcentre.picture.visits import VisitBook
from flowcentre.store import Store
from layouts import queue
from tests.feeds.care_cast import COUNTY
from tests.feeds.test_visits import exported, visit
from tests.measures.care_cast import AT, DAY, HOUR, running
from tests.picture.packages_cast import SOON, settle_localities

ROSTER = Feed("visits", "Visits", "visits", HOUR, 2 * HOUR, 6 * HOUR, ("council",), VISITED)
ROSTERED = replace(COUNTY, feeds=(*COUNTY.feeds, ROSTER))


def facts_of(store: Store, ref: str, at: datetime = SOON) -> str:
    picture = build(store, ROSTERED, at)
    book = CareBook(store, lambda: picture, VisitBook(store, lambda: picture))
    answer, _ = queue.answer(book, picture, {"kind": "life", "ref": ref, "query": "phase=receiving"})
    return re.sub(r"<[^>]+>", " ", str(answer["html"]).partition("<ol")[0])


def told_of(store: Store, visits: list[Visit], at: datetime = AT) -> None:
    settle_localities(
        store, at, [running(20, "R-1", at, service=CareService.REABLEMENT), running(9, "R-2", at, weekly_hours=7.0)]
    )
    poll_id = store.claim_poll(ROSTER.id, at, engine="one", started_at=at)
    assert poll_id is not None
    settle(store, ROSTER, ROSTERED, poll_id, exported(visits, at), now=at)


def mornings(actual: float) -> list[Visit]:
    return [visit(f"V-{n}", AT - n * DAY - HOUR, 40, actual, package="R-1") for n in range(15)]


def test_visits_that_regularly_run_short_are_told_with_their_evidence_and_hours(store: Store) -> None:
    told_of(store, mornings(25))
    assert "15 made and timed; planned 40 min, took 25; regular underrun, 1.75 h of carers a week" in facts_of(
        store, "R-1"
    )


def test_visits_as_planned_have_no_pattern(store: Store) -> None:
    told_of(store, mornings(41))
    facts = facts_of(store, "R-1")
    assert "planned 40 min, took 41" in facts
    assert "regular" not in facts


def test_a_package_that_no_roster_visits_tells_of_no_visits(store: Store) -> None:
    told_of(store, mornings(40))
    assert "made and timed" not in facts_of(store, "R-2")


def test_a_roster_too_old_is_said_to_be(store: Store) -> None:
    told_of(store, mornings(40))
    assert "by a roster too old" in facts_of(store, "R-1", AT + timedelta(hours=8))
