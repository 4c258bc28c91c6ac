"""What becomes of lists of referrals and contracts once they are polled: figures, silence, and what says "at least"."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from connectors import find_connectors
from flowcentre.feeds.past import read_in
from flowcentre.model import County, Feed, State
from flowcentre.picture.build import build
from flowcentre.store import open_store
from tests.connectors.cast import WESTSHIRE
from tests.connectors.referrals import ROW, as_csv
from tests.connectors.test_block_contracts import ROW as CONTRACT

AT = datetime(2026, 11, 22, 8, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
KINDS = find_connectors()
COUNTY = County(
    "Westshire",
    WESTSHIRE,
    tuple(
        Feed(kind, kind, kind, HOUR, 2 * HOUR, 8 * HOUR, ("westshire",), KINDS[kind].provides, {"folder": "drops"})
        for kind in ("care_referrals", "block_contracts")
    ),
)


@dataclass(frozen=True)
class Published:
    feed: str
    content: bytes
    observed_at: datetime = AT
    name: str = "list"


@pytest.fixture
def polled(tmp_path: Path):
    number = count()

    def poll(*documents: Published):
        store = open_store(f"sqlite:///{tmp_path}/{next(number)}.db")
        try:
            for _ in read_in(store, COUNTY, KINDS, documents, until=AT + HOUR):
                pass
            return build(store, COUNTY, AT)
        finally:
            store.close()

    return poll


def referrals(*changes: Mapping[str, str]) -> Published:
    return Published("care_referrals", as_csv(*(ROW | {"ref": f"cr-{n}"} | change for n, change in enumerate(changes))))


def test_a_locality_that_is_not_in_the_document_is_silent_and_never_zero(polled) -> None:
    picture = polled(referrals({}, {"locality": "mid"}))
    assert picture.value("north", "poc_waiting_now").value == 1
    assert picture.value("south", "poc_waiting_now").state is State.NEVER
    county = picture.value("westshire", "poc_waiting_now")
    assert (county.value, county.at_least, str(county.coverage)) == (2, True, "2 of 3 localities")


def test_in_json_a_locality_of_nobody_is_zero(polled) -> None:
    said = {"list_time": "2026-11-22T08:00:00Z", "localities": [{"locality": "mid", "listed": 0, "referrals": []}]}
    assert polled(Published("care_referrals", json.dumps(said).encode())).value("mid", "poc_waiting_now").value == 0


def test_a_row_of_no_known_locality_makes_the_countys_total_say_at_least_and_no_localitys(polled) -> None:
    everywhere = [{"locality": locality} for locality in ("north", "mid", "south")]
    picture = polled(referrals(*everywhere, {"locality": "Eastshire"}))
    assert (
        picture.value("westshire", "poc_waiting_now").value,
        picture.value("westshire", "poc_waiting_now").held,
    ) == (3, 1)
    assert picture.value("westshire", "poc_waiting_now").at_least
    assert not picture.value("north", "poc_waiting_now").at_least
    assert not polled(referrals(*everywhere)).value("westshire", "poc_waiting_now").at_least


def test_a_provider_that_is_not_known_takes_nobody_out_of_a_count(polled) -> None:
    picture = polled(referrals({"provider": "ZX99"}))
    waiting = picture.value("north", "poc_waiting_now")
    assert (waiting.value, waiting.at_least, waiting.held) == (1, False, 0)
    (rows,) = [status.held_rows for status in picture.feeds if status.feed.id == "care_referrals"]
    assert [row.reason for row in rows] == [
        "1 cell with a provider that is not known here: the referrals are counted without one"
    ]


def test_a_double_handed_package_in_two_rows_is_one_person_and_twice_the_hours(polled) -> None:
    picture = polled(referrals({"ref": "cr-1", "provider": "1E5"}, {"ref": "cr-1", "provider": "KES"}))
    figures = {m: picture.value("north", m).value for m in ("poc_waiting_now", "poc_hours_waiting_now")}
    assert figures == {"poc_waiting_now": 1, "poc_hours_waiting_now": 28}
    assert picture.value("north", "poc_two_carers_waiting_now").value == 1


def test_a_package_in_two_localities_is_counted_in_one_of_them(polled) -> None:
    picture = polled(referrals({"ref": "cr-1"}, {"ref": "cr-1", "locality": "mid"}))
    assert [picture.value(place, "poc_waiting_now").value for place in ("north", "mid")] == [1, 0]


def test_what_is_bought_and_what_is_used_meet_at_the_provider(polled) -> None:
    running = {"provider": "1E5", "sourced": "2026-11-20T12:00:00Z", "started": "2026-11-21T08:00:00Z"}
    bought = Published("block_contracts", as_csv(CONTRACT | {"hourly_rate": "25"}))
    picture = polled(bought, referrals(running, running | {"carers": "2"}))
    figures = ("block_hours_bought", "block_hours_used", "block_hours_unfilled", "block_hours_unfilled_cost")
    assert [picture.value("ashdown-north", figure).value for figure in figures] == [100, 42, 58, 1450]
