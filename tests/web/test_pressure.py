"""A level is declared over the web once, by somebody, with a reason and an end; and what never gets through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from html import unescape

import httpx
import pytest
from pydantic import TypeAdapter

from flowcentre.model import Coverage, PressureRules, Reading, State
from flowcentre.picture import LivePicture
from flowcentre.picture.pressure import INDICATIVE, pressure_values
from flowcentre.picture.pressure_book import PressureBook
from flowcentre.store import Store
from flowcentre.web import Glass
from flowcentre.web.pressure_shapes import PressureShape
from flowcentre.web.server import create_server
from layouts import pressure_page
from running.server import serve_glass
from tests.layouts import cast
from tests.layouts.pressure_cast import RULES
from tests.web.alerts_cast import Clock, send
from tests.web.cast import running

HOUR = timedelta(hours=1)
WHO = "director on call"
PATH = "/pressure/westshire"
on_one = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@dataclass
class Scored:
    """Westshire with rules of pressure, on a server."""

    store: Store
    clock: Clock = field(default_factory=Clock)
    writes: bool = True

    def __post_init__(self) -> None:
        self.live = LivePicture(self.store, replace(cast.county(), pressure=RULES), self.clock)

    @contextmanager
    def serving(self) -> Iterator[str]:
        book = PressureBook(self.store, self.live.current, self.clock)
        glass = Glass(
            lambda *_: "",
            lambda *_: "",
            lambda *_: "",
            {},
            fingerprint="1",
            pressure_page=lambda known, form: pressure_page.document(known, form, fingerprint="1"),
        )
        desk = self.store if self.writes else None
        app = create_server(self.live, self.store, glass, now=self.clock, pressure=book, pressure_desk=desk)
        with running(app) as url:
            yield url


@pytest.fixture
def scored(store: Store) -> Scored:
    return Scored(store)


@pytest.fixture
def client(scored: Scored) -> Iterator[httpx.Client]:
    with scored.serving() as url, httpx.Client(base_url=url, timeout=20) as asking:
        yield asking


def fields_of(client: httpx.Client, path: str = PATH, **typed: str) -> dict[str, str]:
    """The form as a browser would send it, filled in."""
    sent = {}
    for tag in re.findall(r"<input [^>]*>", client.get(path).text):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes["type"] != "radio" or " checked" in tag:
            sent[attributes["name"]] = unescape(attributes.get("value", ""))
    return sent | {"level": "3", "words": "Both hospitals are full", "author": WHO} | typed


def test_a_level_is_declared_with_its_reason_until_an_hour_and_the_picture_has_it(
    scored: Scored, client: httpx.Client
) -> None:
    before = scored.store.version()
    answer = send(client, PATH, fields_of(client))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}?done=declared")
    (kept,) = scored.store.declarations(scored.clock())
    assert (kept.place, kept.level, kept.reason, kept.by) == ("westshire", 3, "Both hospitals are full", WHO)
    assert timedelta(hours=11, minutes=59) < kept.holds_until - scored.clock() <= 12 * HOUR
    assert scored.store.version() == before + 1
    assert scored.live.rebuild().value("westshire", "pressure_declared").value == 3
    page = client.get(answer.headers["location"]).text
    assert f"Level 3, by {WHO}" in page
    assert "Both hospitals are full" in page


def test_the_same_form_sent_again_counts_once_and_another_ends_the_one_before(
    scored: Scored, client: httpx.Client
) -> None:
    fields = fields_of(client)
    assert [send(client, PATH, fields).status_code for _ in range(3)] == [303] * 3
    scored.clock.at += HOUR
    send(client, PATH, fields_of(client, level="2", words="Beds have come free"))
    at = scored.clock()
    assert [each.level for each in scored.store.declared_between("westshire", at - 5 * HOUR, at + HOUR)] == [3, 2]
    assert [each.level for each in scored.store.declarations(at)] == [2]


@on_one
def test_a_form_that_is_put_right_after_going_back_is_declared_too(scored: Scored, client: httpx.Client) -> None:
    fields = fields_of(client)
    for level in ("3", "2", "2"):
        assert send(client, PATH, fields | {"level": level}).status_code == 303
        scored.clock.at += HOUR / 60
    at = scored.clock()
    assert [each.level for each in scored.store.declared_between("westshire", at - 5 * HOUR, at + HOUR)] == [3, 2]


REFUSED = {
    "no level": ({"level": "5"}, 400, "Choose a level."),
    "no reason": ({"words": " "}, 422, "Say why"),
    "a number in the reason": ({"words": "Bed for 943 476 5919"}, 422, "nothing of a patient"),
    "nobody": ({"author": ""}, 422, ""),
    "an address for a name": ({"author": "a@b.example"}, 422, ""),
    "an hour that has passed": ({"until": "2020-01-01T00:00Z"}, 422, "That time has passed"),
    "a week on": ({"until": "2026-11-29T08:00Z"}, 422, "a day at most"),
    "no hour": ({"until": "later"}, 400, "Choose until when"),
    "no mark": ({"form": "x"}, 400, "open it again"),
}


@on_one
@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_said_as_it_must_be_is_not_kept_and_told_in_words(
    scored: Scored, client: httpx.Client, case: str
) -> None:
    typed, status, words = REFUSED[case]
    answer = send(client, PATH, fields_of(client, **typed))
    assert answer.status_code == status
    assert "Nothing was kept" in answer.text
    assert words in unescape(answer.text)
    assert "943 476" not in answer.text
    assert scored.store.declarations(scored.clock()) == []


@on_one
def test_only_a_page_of_ours_declares_only_where_there_is_something_to_declare_and_only_where_it_is_written(
    scored: Scored, client: httpx.Client
) -> None:
    fields = fields_of(client)
    assert send(client, PATH, fields, origin="https://elsewhere.example").status_code == 403
    assert [client.get(f"/pressure/{place}").status_code for place in ("nowhere", "northgate-a1", "ashdown")] == [
        404
    ] * 3
    assert send(client, "/pressure/nowhere", fields).status_code == 404
    assert client.get("/pressure/westshire-council").status_code == 200
    scored.writes = False
    with scored.serving() as url, httpx.Client(base_url=url) as reading:
        assert "<form" not in reading.get(PATH).text
        assert send(reading, PATH, fields).status_code == 405
    assert scored.store.declarations(scored.clock()) == []


@on_one
def test_machines_read_the_same_with_what_is_indicative_said(scored: Scored, client: httpx.Client) -> None:
    send(client, PATH, fields_of(client))
    scored.live.rebuild()
    for address in ("/api/v1/pressure", PATH):  # a past moment is not given the present
        assert client.get(f"{address}?at=2026-11-21T08:00:00Z").status_code == 422
    answer = client.get("/api/v1/pressure")
    told = TypeAdapter(PressureShape).validate_json(answer.content)
    assert told["notice"] == "indicative, locally configured"
    assert [each["place"] for each in told["places"]] == ["northgate", "southmere", "north", "mid", "south"]
    assert told["system"]["level"] is None  # nothing has ever come
    assert told["system"]["declared"]["level"] == 3
    assert told["system"]["mismatch"] is None
    assert told["system"]["hours"]["computed_not_known"] == 168
    assert {each["id"]: each["verified_by"] for each in told["rules"]} == {"acute-2023": "", "community-local": ""}


@on_one
def test_whatever_else_gives_a_computed_level_says_that_it_is_indicative(scored: Scored, client: httpx.Client) -> None:
    scored.store.declare("westshire", 3, "both hospitals are full", WHO, scored.clock() - HOUR, scored.clock() + HOUR)
    scored.live.rebuild()
    marked = {"pressure_score", "pressure_level", "pressure_level_at_most", "pressure_mismatch"}
    for asked in ("", "?place=westshire"):
        told = client.get(f"/api/v1/picture{asked}").json()
        assert told["notices"] == dict.fromkeys(sorted(marked), INDICATIVE)
    assert client.get("/api/v1/picture?measure=pressure_declared").json()["notices"] == {}
    at = scored.clock()
    levels = [Reading("pressure_level", "westshire", 3.0, at), Reading("ga_beds_occupied", "westshire", 450.0, at)]
    scored.store.record_derived(levels, received_at=at)
    scored.clock.at += HOUR
    of = {name: f"/api/v1/history?place=westshire&measure={name}" for name in ("pressure_level", "ga_beds_occupied")}
    assert [client.get(path).json()["notice"] for path in of.values()] == [INDICATIVE, ""]
    level, beds = (client.get(f"{path}&format=csv").text.splitlines() for path in of.values())
    assert level[0] == "measure,place,unit,at,value,notice"
    assert [line.endswith(f'3,"{INDICATIVE}"') for line in level[1:]] == [True]
    assert beds[0] == "measure,place,unit,at,value"


@on_one
def test_rules_that_are_taken_away_while_it_runs_leave_no_pressure(scored: Scored, client: httpx.Client) -> None:
    scored.live.use(replace(scored.live.current().county, pressure=PressureRules()))
    scored.live.rebuild()
    assert [client.get(address).status_code for address in ("/api/v1/pressure", PATH)] == [404, 404]


@on_one
def test_the_confirmation_compares_what_was_just_declared_though_the_picture_is_of_before(
    scored: Scored, client: httpx.Client
) -> None:
    rules = replace(RULES, rules=tuple(replace(each, cut_offs=(-3.0, -2.0, 33.0)) for each in RULES.rules))
    picture = scored.live.current()
    values = {
        key: replace(value, value=0.0, state=State.FRESH, coverage=Coverage())
        for key, value in picture.values.items()
        if not key[1].startswith("pressure")
    }
    values |= pressure_values(replace(picture.county, pressure=rules), values, picture.at, {})
    scored.live._picture = replace(picture, values=values)
    computed = values["westshire", "pressure_level"].value
    for level, words in ((4, "Declared 1 level above"), (1, "Declared 2 levels below"), (3, "Declared as computed")):
        answer = send(client, PATH, fields_of(client, level=str(level), words=f"as level {level}"))
        page = client.get(answer.headers["location"]).text
        assert computed == 3
        assert words in page


@on_one
def test_rules_that_come_while_it_runs_have_their_page_their_form_and_their_api_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, servers = Clock(), []
    live = LivePicture(store, cast.county(), clock)
    monkeypatch.setattr("flowcentre.web.serve", lambda server, **_: servers.append(server))
    serve_glass(store, live, 0, lambda _url: None, now=clock)
    addresses = ("/api/v1/pressure", PATH, "/pressure")
    with running(servers[0]) as url, httpx.Client(base_url=url, timeout=20) as asking:
        before = [asking.get(address).status_code for address in addresses]
        live.use(replace(cast.county(), pressure=RULES))
        live.rebuild()
        after = [asking.get(address).status_code for address in addresses]
    assert (before, after) == ([404, 404, 200], [200] * 3)
