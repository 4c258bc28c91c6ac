"""Community capacity over the API: the page's own numbers, and refusals in plain words."""

from __future__ import annotations

import httpx
import pytest
from pydantic import TypeAdapter

from flowcentre.picture.could_start import RULE
from flowcentre.web.capacity_shapes import CapacityShape
from tests.layouts.capacity_cast import CONDITIONS, capacity
from tests.web.capacity_cast import PretendCapacity
from tests.web.cast import Westshire, picture_of, running

ADDRESS = "/api/v1/capacity"


def answered(westshire: Westshire, condition: str = "normal") -> httpx.Response:
    westshire.capacity = PretendCapacity(condition)
    with running(westshire.app()) as url:
        return httpx.get(url + ADDRESS, timeout=10)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_answer_is_as_it_is_described(westshire: Westshire, condition: str) -> None:
    answer = answered(westshire, condition)
    assert answer.status_code == 200
    TypeAdapter(CapacityShape).validate_python(answer.json())


def test_who_could_start_is_told_as_on_the_page(westshire: Westshire) -> None:
    told, known = answered(westshire).json(), capacity()
    assert told["rule"] == list(RULE)
    assert told["could_start"] == known.starting
    starts = {one["ref"]: one for locality in told["localities"] for one in locality["starts"]}
    for today in known.today:
        for start in today.starts:
            one = starts.pop(start.referral.ref)
            assert (one["hours"], one["hours_at"], one["therapy_at"]) == (start.hours, start.hours_at, start.therapy_at)
    assert starts == {}
    assert sum(one["people"] for locality in told["localities"] for one in locality["not_started"]) == sum(
        len(today.hindered) for today in known.today
    )


def test_visits_that_drift_are_told_with_all_their_evidence(westshire: Westshire) -> None:
    told, known = answered(westshire).json()["drift"], capacity().rostered.patterns
    apart = ("compared", "outside", "untold", "untimed", "missed", "cancelled")
    assert [{key: one[key] for key in apart} for one in told] == [
        {key: getattr(each.drift, key) for key in apart} for each in known if not each.stale
    ]
    assert [told[0][key] for key in apart[2:]] == [1, 2, 3, 4]


def test_what_is_not_known_is_null_and_never_nought(westshire: Westshire) -> None:
    told = answered(westshire, "empty").json()
    assert told["could_start"] is None
    assert [locality["could_start"] for locality in told["localities"]] == [None, None, None]
    assert {value["value"] for value in told["services"]} == {None}
    assert told["ahead"] == []


def test_the_line_ahead_and_the_stays_are_told_day_by_day(westshire: Westshire) -> None:
    told = answered(westshire).json()
    hours = told["ahead"][0]
    assert (hours["unit"], hours["steps"][0]["day"]) == ("hours a week", "2026-11-19")
    assert {"day": "2027-02-01", "provider": "provider-7", "locality": "mid"}.items() <= hours["changes"][1].items()
    assert hours["changes"][1]["cause"] == "funding ends"
    assert all(stay["day"] > 0 for unit in told["recovery"] for stay in unit["stays"])
    assert {unit["stay_limit_days"] for unit in told["recovery"]} == {42}
    assert {stay["limit_days"] for unit in told["recovery"] for stay in unit["stays"]} == {42}


def test_it_is_built_once_for_a_picture_in_a_drawing_thread_and_not_kept_by_whoever_passes_it_on(
    westshire: Westshire,
) -> None:
    westshire.capacity = book = PretendCapacity()
    with running(westshire.app()) as url, httpx.Client(base_url=url, timeout=10) as client:
        first = client.get(ADDRESS)
        again = client.get(ADDRESS, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert first.headers["cache-control"] == "no-store"
        assert len(book.asked) == 1
        assert book.asked[0].startswith("drawing")
        westshire.publish(picture_of(2, 452))
        for _ in range(100):
            client.get(ADDRESS)
            if len(book.asked) == 2:
                break
        assert len(book.asked) == 2


def test_whoever_asks_for_another_moment_is_not_given_the_present_for_it(westshire: Westshire) -> None:
    westshire.capacity = PretendCapacity("normal")
    with running(westshire.app()) as url:
        answer = httpx.get(f"{url}{ADDRESS}?at=2026-11-18T08:00", timeout=10)
    assert answer.status_code == 422
    assert answer.json()["detail"] == "there is no 'at' here: capacity is of the present, and whole"


def test_a_server_without_it_says_so(client: httpx.Client) -> None:
    answer = client.get(ADDRESS)
    assert (answer.status_code, answer.json()) == (404, {"detail": "This server reads nothing of community capacity."})
