"""The JSON API: shapes as described, plain words for mistakes, and nothing that JSON lacks."""

from __future__ import annotations

import csv
import io
import math
from datetime import datetime, timedelta

import httpx
import pytest
from pydantic import TypeAdapter

from flowcentre.measures import ALL
from flowcentre.model import Kept, Point
from flowcentre.web import history
from flowcentre.web.shapes import FeedsShape, HistoryShape, MeasureShape, PictureShape, PlaceShape
from tests.web.cast import AT, Westshire, picture_of, running, value_of

MEASURE = "ga_beds_occupied"


def history_url(**more: str) -> str:
    asked = {"measure": MEASURE, "place": "northgate", "from": "2026-11-22T00:00:00Z", "to": "2026-11-22T08:00:00Z"}
    return str(httpx.URL("/api/v1/history", params=asked | more))


def test_the_picture_says_of_each_value_what_one_needs_to_trust_it(client: httpx.Client) -> None:
    picture = client.get("/api/v1/picture").json()
    TypeAdapter(PictureShape).validate_python(picture)
    assert (picture["version"], picture["at"], picture["demonstration"]) == (1, "2026-11-22T08:14:00Z", True)
    total = next(value for value in picture["values"] if value["place"] == "westshire")
    assert total == {
        "measure": MEASURE,
        "place": "westshire",
        "value": 451.0,
        "unit": "beds",
        "state": "fresh",
        "observed_at": "2026-11-22T08:14:00Z",
        "received_at": "2026-11-22T08:14:01Z",
        "late_at": "2026-11-22T08:26:00Z",
        "stale_at": "2026-11-22T08:59:00Z",
        "feeds": ["northgate-beds"],
        "coverage": {"reporting": 1, "expected": 2, "noun": "sites", "missing": ["southmere"]},
        "at_least": True,
        "derived": True,
        "held": 0,
        "typed": None,
    }


def test_an_unknown_value_is_null_and_never_zero(client: httpx.Client, westshire: Westshire) -> None:
    westshire.publish(picture_of(2, None))
    values = client.get("/api/v1/picture").json()["values"]
    assert [(value["value"], value["state"]) for value in values] == [(None, "unknown")] * 2


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_lacks_is_unknown(client: httpx.Client, westshire: Westshire, broken: float) -> None:
    westshire.publish(picture_of(2, broken))
    answer = client.get("/api/v1/picture")
    assert "NaN" not in answer.text
    assert "Infinity" not in answer.text
    assert [(value["value"], value["state"]) for value in answer.json()["values"]] == [(None, "unknown")] * 2


def test_the_picture_may_be_asked_for_in_part(client: httpx.Client, westshire: Westshire) -> None:
    more = value_of("beds_closed", "northgate", 3.0)
    whole = picture_of(2)
    westshire.publish(picture_of(2, values={**whole.values, ("northgate", "beds_closed"): more}))
    here = client.get("/api/v1/picture?place=northgate").json()["values"]
    assert [value["measure"] for value in here] == ["beds_closed", MEASURE]
    both = client.get(f"/api/v1/picture?place=northgate&place=westshire&measure={MEASURE}").json()["values"]
    assert [value["place"] for value in both] == ["northgate", "westshire"]
    assert client.get("/api/v1/picture?place=southmere").json()["values"] == []


def test_the_same_picture_is_not_sent_twice(client: httpx.Client) -> None:
    for path in ("/api/v1/picture", "/api/v1/picture?place=northgate", "/api/v1/measures", "/api/v1/places"):
        etag = client.get(path).headers["etag"]
        assert client.get(path, headers={"if-none-match": etag}).status_code == 304


def test_a_feed_says_what_it_promised_and_what_it_did(client: httpx.Client, westshire: Westshire) -> None:
    westshire.live.at = AT + timedelta(minutes=20)
    said = client.get("/api/v1/feeds").json()
    TypeAdapter(FeedsShape).validate_python(said)
    (feed,) = said["feeds"]
    assert (feed["every_seconds"], feed["age_seconds"], feed["late_by_seconds"]) == (300, 1200, 480)
    assert feed["today"] == {"received": 240, "accepted": 200, "duplicate": 30, "held": 10, "refused": 0}
    assert feed["last_poll"]["outcome"] == "ok"
    assert feed["held_rows"][0]["reason"] == "occupied is not a count: it is below zero"
    assert "settings" not in feed
    assert "TOKEN" not in str(said)


def test_the_catalogue_is_served_whole(client: httpx.Client) -> None:
    measures = client.get("/api/v1/measures").json()
    TypeAdapter(list[MeasureShape]).validate_python(measures)
    assert [measure["id"] for measure in measures] == list(ALL)
    occupancy = next(measure for measure in measures if measure["id"] == "ga_occupancy")
    assert occupancy["formula"] == "beds occupied / beds open"
    assert occupancy["across_places"] == "ratio of sums"


def test_the_places_are_served(client: httpx.Client) -> None:
    places = client.get("/api/v1/places").json()
    TypeAdapter(list[PlaceShape]).validate_python(places)
    assert [place["id"] for place in places] == ["westshire", "northgate", "southmere"]


def test_a_history_keeps_its_gaps(client: httpx.Client, westshire: Westshire) -> None:
    westshire.store.points = [Point(AT, 451.0), Point(AT + timedelta(minutes=5), None)]
    said = client.get(history_url()).json()
    TypeAdapter(HistoryShape).validate_python(said)
    assert said["points"] == [
        {"at": "2026-11-22T08:14:00Z", "value": 451.0},
        {"at": "2026-11-22T08:19:00Z", "value": None},
    ]
    assert (said["from"], said["to"], said["unit"]) == ("2026-11-22T00:00:00Z", "2026-11-22T08:00:00Z", "beds")
    assert said["kept_from"] is None
    westshire.store.purged = {Kept.READINGS: AT - timedelta(hours=1)}
    assert client.get(history_url()).json()["kept_from"] == "2026-11-22T07:14:00Z"


@pytest.mark.parametrize(
    ("more", "accept", "csv_wanted"),
    [
        ({"format": "csv"}, "*/*", True),
        ({}, "text/csv", True),
        ({}, "text/csv, application/json;q=0.5", True),
        ({}, "application/json, text/csv", False),
        ({"format": "json"}, "text/csv", False),
        ({}, "*/*", False),
    ],
)
def test_a_history_is_csv_for_who_asks_for_it(
    client: httpx.Client, westshire: Westshire, more: dict[str, str], accept: str, csv_wanted: bool
) -> None:
    westshire.store.points = [Point(AT, 451.0), Point(AT + timedelta(minutes=5), None), Point(AT, 0.1)]
    answer = client.get(history_url(**more), headers={"accept": accept})
    assert answer.headers["content-type"].startswith("text/csv" if csv_wanted else "application/json")
    if csv_wanted:
        assert answer.headers["content-disposition"] == 'attachment; filename="ga_beds_occupied-northgate.csv"'
        assert answer.text.splitlines() == [
            "measure,place,unit,at,value",
            "ga_beds_occupied,northgate,beds,2026-11-22T08:14:00Z,451",
            "ga_beds_occupied,northgate,beds,2026-11-22T08:19:00Z,",
            "ga_beds_occupied,northgate,beds,2026-11-22T08:14:00Z,0.1",
        ]


@pytest.mark.parametrize("name", ["=HYPERLINK()", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_a_csv_runs_in_a_spreadsheet(name: str) -> None:
    rows = list(csv.reader(io.StringIO(history.as_csv(ALL[MEASURE], name, [Point(AT, -3.0)]), newline="")))
    assert rows[1][1] == "'" + name
    assert rows[1][4] == "-3", "a number stays a number"


def test_a_file_name_cannot_break_its_header() -> None:
    assert history.file_name("a", 'x"\r\nSet-Cookie: y') == "a-x---Set-Cookie--y.csv"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/api/v1/picture?place=nowhere", "there is no place 'nowhere'"),
        ("/api/v1/picture?measure=nothing", "there is no measure 'nothing'"),
        (history_url(measure="nothing"), "there is no measure 'nothing'"),
        (history_url(place="nowhere"), "there is no place 'nowhere'"),
    ],
)
def test_what_is_not_there_is_said_in_plain_words(client: httpx.Client, path: str, words: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["detail"].startswith(words)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (history_url(**{"from": "2026-11-22T00:00:00"}), "from has no offset"),
        (history_url(to="yesterday"), "to is not a time"),
        (history_url(to="0001-01-01T00:00:00+23:00"), "to is out of all time"),
        (history_url(**{"from": "2026-11-23T00:00:00Z"}), "from is not before to"),
        (history_url(**{"from": "2026-01-01T00:00:00Z"}), "from and to are too far apart: at most 62 days"),
        (history_url(format="xml"), "format: "),
        ("/api/v1/history?place=northgate", "measure: "),
    ],
)
def test_a_question_that_cannot_be_answered_is_told_why(client: httpx.Client, path: str, words: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(words)


@pytest.mark.parametrize(
    "path", ["/api/v1/picture", "/api/v1/feeds", "/api/v1/measures", "/api/v1/places", history_url()]
)
@pytest.mark.parametrize("more", [{"at": "2026-11-20T08:00"}, {"colour": "red"}, {"until": ""}])
def test_a_word_that_is_not_known_is_refused_and_the_present_is_not_given_for_another_moment(
    client: httpx.Client, path: str, more: dict[str, str]
) -> None:
    answer = client.get(path, params=dict(httpx.URL(path).params) | more)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(f"there is no '{next(iter(more))}' here: ")


def test_a_month_by_month_history_may_be_long(client: httpx.Client) -> None:
    url = history_url(measure="ae_attendances_month", **{"from": "2016-04-01T00:00:00+01:00"})
    assert client.get(url).status_code == 200


def test_an_offset_whose_plus_was_lost_on_the_way_is_understood(client: httpx.Client, westshire: Westshire) -> None:
    asked = f"/api/v1/history?measure={MEASURE}&place=northgate&from=2026-10-25T01:30:00+01:00&to=2026-10-25T01:30:00Z"
    assert client.get(asked).status_code == 200
    (_, start, end) = westshire.store.asked[0]  # type: ignore[misc]
    assert isinstance(start, datetime)
    assert end - start == timedelta(hours=1), "the hour that happened twice, in UTC"


def test_a_history_is_of_the_last_day_unless_one_asks_otherwise(client: httpx.Client, westshire: Westshire) -> None:
    client.get(f"/api/v1/history?measure={MEASURE}&place=northgate")
    assert westshire.store.asked == [((("northgate", MEASURE),), AT - timedelta(days=1), AT)]


def test_an_answer_has_a_most_of_points(
    client: httpx.Client, westshire: Westshire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MOST_POINTS", 2)
    westshire.store.points = [Point(AT, float(n)) for n in range(3)]
    answer = client.get(history_url())
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("3 points are too many for one answer, the most is 2")


def test_the_description_of_the_api_names_every_route_of_it(westshire: Westshire) -> None:
    with running(westshire.app()) as url:
        described = httpx.get(f"{url}/openapi.json").json()
    assert {path for path in described["paths"] if path.startswith("/api/")} == {
        f"/api/v1/{name}"
        for name in (
            *("picture", "feeds", "measures", "places", "history"),
            *("delays", "packages", "capacity", "alerts", "pressure", "actions"),
        )
    }
    shape = described["components"]["schemas"]["ValueShape"]["properties"]
    assert "never 0" in shape["value"]["description"]
