"""Contracts that end at midnight buy nothing on the next day, though the newest list of them is of the day before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from flowcentre.model import Picture, State
from flowcentre.picture import LivePicture, build
from flowcentre.picture.capacity import Capacity
from flowcentre.picture.care_book import CareBook
from flowcentre.picture.contracts_today import ContractsToday
from flowcentre.picture.visits import VisitBook
from flowcentre.store import Store
from tests.feeds.care_cast import CONTRACTS, COUNTY, LOCALITIES, listed, poll
from tests.measures.care_cast import contract

LISTED = datetime(2026, 3, 31, 4, 0, tzinfo=UTC)  # 05:00 by the clocks of London, which are an hour ahead
MIDNIGHT = datetime(2026, 3, 31, 23, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def told(store: Store) -> Store:
    """Ashdown's 100 hours in the north end with the day of the list, and 60 of Bramble's begin on the next."""
    rows = [
        contract("C-1", valid_from=date(2026, 1, 1), contract_end=date(2026, 3, 31), hourly_rate=20),
        contract("C-2", 60, provider="bramble-north", hourly_rate=25),
        replace(contract("C-3", 80, provider="ashdown-mid", valid_from=date(2026, 1, 1)), place="mid"),
    ]
    poll(store, listed(rows, LISTED, *LOCALITIES, people="contracts"), LISTED, CONTRACTS)
    return store


def bought(picture: Picture, measure: str = "block_hours_bought") -> dict[str, float | None]:
    places = ("ashdown-north", "bramble-north", "north", "mid", "westshire")
    return {place: picture.value(place, measure).value for place in places}


@pytest.mark.parametrize("live", [False, True])
def test_what_is_bought_is_of_the_day_of_the_picture(told: Store, live: bool) -> None:
    before, after = build(told, COUNTY, MIDNIGHT - MINUTE, live=live), build(told, COUNTY, MIDNIGHT, live=live)
    assert bought(before) == {
        "ashdown-north": 100, "bramble-north": 0, "north": 100, "mid": 80, "westshire": 180,
    }  # fmt: skip
    assert bought(after) == {"ashdown-north": 0, "bramble-north": 60, "north": 60, "mid": 80, "westshire": 140}
    assert bought(after, "block_hours_cost")["north"] == 1500
    assert after.value("ashdown-north", "block_hourly_rate").state is State.UNKNOWN
    assert after.value("bramble-north", "block_hourly_rate").value == 25
    assert after.value("north", "care_contracts_now").value == 1
    # It is known since the list, and as old as that.
    assert after.value("north", "block_hours_bought").observed_at == LISTED


def test_what_is_bought_today_and_the_line_ahead_are_one_number(told: Store) -> None:
    for at in (MIDNIGHT - MINUTE, MIDNIGHT, MIDNIGHT + timedelta(days=1)):
        picture = build(told, COUNTY, at)
        assert capacity_of(told, picture).ahead[0].now == picture.value("westshire", "block_hours_bought").value


def capacity_of(store: Store, picture: Picture) -> Capacity:
    return CareBook(store, lambda: picture, VisitBook(store, lambda: picture)).capacity.read(picture)


def test_a_picture_that_goes_on_over_midnight_is_the_picture_made_anew(told: Store) -> None:
    clock = [MIDNIGHT - MINUTE]
    live = LivePicture(told, COUNTY, lambda: clock[0])
    assert bought(live.current())["ashdown-north"] == 100
    for minutes in (0, 1, 2):
        clock[0] = MIDNIGHT + minutes * MINUTE
        assert live.rebuild().values == build(told, COUNTY, clock[0], live=True).values
    assert bought(live.current())["ashdown-north"] == 0


def test_a_list_is_read_once_a_day_and_not_at_all_on_its_own(told: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    people = Store.people

    def noted(self: Store, kind: str, place: str, *moments: datetime) -> object:
        read.append(place)
        return people(self, kind, place, *moments)

    monkeypatch.setattr(Store, "people", noted)
    contracts, rows = ContractsToday(told), told.latest()
    assert contracts.recounted(rows, COUNTY, MIDNIGHT - MINUTE) is rows
    assert read == []
    for minutes in range(3):
        contracts.recounted(rows, COUNTY, MIDNIGHT + minutes * MINUTE)
    assert sorted(read) == sorted(LOCALITIES)
