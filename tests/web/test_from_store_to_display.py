"""The whole way on both databases: a poll is recorded, and displays and the API have it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import httpx

from flowcentre.model import County, Level, Outcome, Place, PlaceKind, Places, Reading, Sighting
from flowcentre.picture import LivePicture
from flowcentre.store import Store
from flowcentre.web import Glass, create_server
from tests.web.cast import FEED, WESTSHIRE, run, running
from tests.web.test_live import events

WARD = "northgate-a1"
COUNTY = County(
    "Westshire",
    Places([*WESTSHIRE.places, Place(WARD, "A1", Level.UNIT, PlaceKind.WARD, parent="northgate", codes=("A1",))]),
    (replace(FEED, provides=("ga_beds_core_open", "ga_beds_escalation_open", "ga_beds_occupied")),),
    WESTSHIRE.boards,
    demonstration=True,
)


class Clock:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def poll(store: Store, occupied: float | None, at: datetime) -> int:
    store.beat("e1", at)
    poll_id = store.claim_poll(FEED.id, at, engine="e1", started_at=at)
    assert poll_id is not None
    readings = (
        Reading("ga_beds_core_open", WARD, 24.0, at),
        Reading("ga_beds_escalation_open", WARD, 2.0, at),
        Reading("ga_beds_occupied", WARD, occupied, at),
    )
    recorded = store.record_poll(
        poll_id,
        feed=FEED.id,
        finished_at=at + timedelta(seconds=1),
        outcome=Outcome.OK,
        sightings=[Sighting(WARD, at, readings)],
    )
    return recorded.version


@contextmanager
def serving_from(store: Store, clock: Clock) -> Iterator[str]:
    live = LivePicture(store, COUNTY, clock)
    live.start()
    glass = Glass(lambda picture, _: f"{picture.version}", lambda picture, _: f"body {picture.version}", lambda _: "")
    try:
        with running(create_server(live, store, glass, now=clock)) as url:
            yield url
    finally:
        live.stop()


def test_a_recorded_poll_is_announced_and_served(store: Store, at: datetime) -> None:
    clock = Clock(at + timedelta(seconds=2))
    first = poll(store, 21.0, at)

    async def listen(url: str) -> None:
        async with httpx.AsyncClient(base_url=url, timeout=20) as client, client.stream("GET", "/live") as stream:
            heard = events(stream)
            assert (await anext(heard))[1]["version"] == first
            clock.at += timedelta(minutes=5)
            second = await asyncio.to_thread(poll, store, 22.0, at + timedelta(minutes=5))
            while (await anext(heard))[1]["version"] != second:
                pass
            assert (await client.get("/wall/county/body")).text == f"body {second}"
            values = (await client.get(f"/api/v1/picture?place={WARD}")).json()["values"]
            known = {value["measure"]: value["value"] for value in values}
            assert (known["ga_beds_occupied"], known["ga_beds_open"]) == (22.0, 26.0)

    with serving_from(store, clock) as url:
        run(asyncio.wait_for(listen(url), 30))
        assert httpx.get(f"{url}/readyz").json()["reasons"] == []


def test_the_history_is_what_the_store_keeps_gaps_included(store: Store, at: datetime) -> None:
    for minutes, occupied in ((0, 21.0), (5, None), (10, 23.0)):
        poll(store, occupied, at + timedelta(minutes=minutes))
    with serving_from(store, Clock(at + timedelta(minutes=11))) as url:
        asked = {"measure": "ga_beds_occupied", "place": WARD}
        points = httpx.get(f"{url}/api/v1/history", params=asked).json()["points"]
        text = httpx.get(f"{url}/api/v1/history", params=asked | {"format": "csv"}).text
    assert [point["value"] for point in points] == [21.0, None, 23.0]
    assert [line.rpartition(",")[2] for line in text.splitlines()] == ["value", "21", "", "23"]


def test_what_a_feed_did_is_served(store: Store, at: datetime) -> None:
    poll(store, 21.0, at)
    with serving_from(store, Clock(at + timedelta(minutes=1))) as url:
        (feed,) = httpx.get(f"{url}/api/v1/feeds").json()["feeds"]
    assert (feed["state"], feed["age_seconds"], feed["today"]["accepted"]) == ("fresh", 60, 3)
    assert feed["last_poll"]["outcome"] == "ok"
