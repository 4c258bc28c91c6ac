"""Silences that are entered beforehand, and the metrics of alerts, on a real store."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from starlette.requests import Request
from starlette.responses import Response

from flowcentre.access.acts import Acts
from flowcentre.access.asking import Asking, asking
from flowcentre.model import OPEN, Alerting, Audited, Identity, Permission, Picture, Scope, Telling, TellingKind
from flowcentre.picture.looked import note_look
from flowcentre.store import Decided, Store
from flowcentre.web import Glass
from flowcentre.web.alert_gauges import AlertGauges
from flowcentre.web.planned import PlannedSilences
from layouts import silence_new
from tests.alerts.telling_cast import ALERTING, AT, COUNTY, FULL, MINUTE, an_alert

HOUR = timedelta(hours=1)
WORK = {
    "rule": "beds-full", "place": "northgate", "starts": "2026-11-23T22:00", "ends": "2026-11-24T04:00",
    "words": "the bed system is replaced", "author": "site manager",
}  # fmt: skip


class Site:
    def __init__(self, store: Store) -> None:
        self.store, self.picture = store, Picture(1, AT, AT, replace(COUNTY, alerting=ALERTING), {}, ())
        glass = Glass(
            lambda *_: "", lambda *_: "", lambda _: "",
            planned_silence=lambda picture, form, at: silence_new.document(picture, form, at, fingerprint="mark"),
        )  # fmt: skip
        acts = Acts(store, lambda: self.picture.county, lambda: AT)
        self.pages = PlannedSilences(store, glass, lambda: self.picture, lambda: AT, acts, lambda _request: None)

    def send(self, who: Identity = OPEN, **changed: str) -> Response:
        token = asking.set(Asking(who))
        try:
            return self.pages._take(self.request(), urlencode(WORK | changed).encode())
        finally:
            asking.reset(token)

    def request(self, query: str = "") -> Request:
        return Request({"type": "http", "method": "GET", "path": "", "query_string": query.encode(), "headers": []})


@pytest.fixture
def site(store: Store) -> Iterator[Site]:
    """Asked for as in a county without sign-in: there is no gate before these pages here."""
    token = asking.set(Asking(OPEN))
    yield Site(store)
    asking.reset(token)


def test_planned_work_is_silenced_from_its_start_to_its_end_and_not_before(site: Site) -> None:
    answer = site.send()
    assert (answer.status_code, answer.headers["location"]) == (303, "/alerts#silences")
    assert site.send().status_code == 303  # sent twice it is one
    (silence,) = site.store.silences(AT)
    start = AT.replace(day=23, hour=22)  # London is on UTC in November
    assert (silence.starts_at, silence.ends_at, silence.by) == (start, start + 6 * HOUR, "site manager")
    hushes = [silence.hushes("beds-full", "northgate", start + after) for after in (-MINUTE, HOUR, 6 * HOUR)]
    assert hushes == [False, True, False]


def test_all_rules_at_a_place_may_be_silenced_and_a_summer_hour_is_londons(site: Site) -> None:
    site.send(rule="", starts="2026-11-22T07:00", ends="2026-11-22T12:00")  # it has begun: from now on
    (silence,) = site.store.silences(AT)
    assert (silence.rule, silence.subject, silence.starts_at) == ("", "northgate", AT)


def test_a_day_and_a_time_are_chosen_apart(site: Site) -> None:
    site.send(
        starts="", ends="", starts_day="2026-11-23", starts_time="22:00", ends_day="2026-11-24", ends_time="04:00"
    )
    (silence,) = site.store.silences(AT)
    assert (silence.starts_at, silence.ends_at - silence.starts_at) == (AT.replace(day=23, hour=22), 6 * HOUR)


def test_the_form_starts_from_no_choice_and_tells_rules_of_one_name_apart(site: Site) -> None:
    alike = [replace(FULL, id=f"full-{place}", places=(place,)) for place in ("northgate", "southmere")]
    site.picture = replace(site.picture, county=replace(COUNTY, alerting=Alerting(rules=tuple(alike))))
    page = bytes(site.pages.shown(site.request()).body).decode()
    assert re.search(r'<option(?=[^>]*value="-")(?=[^>]*selected)[^>]*>Choose a rule<', page)
    offered = re.findall(r'<option[^>]*value="full-[^>]*>([^<]*)<', page)
    assert len(set(offered)) == 2


@pytest.mark.parametrize(
    ("changed", "status", "says"),
    [
        ({"rule": "", "place": ""}, 422, "not everything everywhere"),
        ({"rule": "-"}, 422, "Choose what to silence"),
        ({"rule": "no-such"}, 400, "not a form of this page"),
        ({"rule": "ae-crowded", "place": "southmere"}, 422, "does not watch that place"),
        ({"ends": "2026-11-23T21:00"}, 422, "ends after it starts"),
        ({"ends": "2026-11-25T04:00"}, 422, "a day later at most"),
        ({"starts": "soon"}, 422, "Say when it starts"),
        ({"starts": "2026-11-21T01:00", "ends": "2026-11-21T02:00"}, 422, "That time has passed"),
        ({"starts": "2027-11-23T22:00", "ends": "2027-11-23T23:00"}, 422, "more than a month ahead"),
        ({"words": ""}, 422, "Say why"),
        ({"words": "for Mrs Jones, 943 476 5919"}, 422, "nothing of a patient"),
        ({"author": ""}, 422, ""),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(site: Site, changed: dict, status: int, says: str) -> None:
    answer = site.send(**changed)
    assert answer.status_code == status
    page = bytes(answer.body).decode()
    assert "Nothing was kept" in page
    assert says in page
    assert "943 476" not in page
    assert site.store.silences(AT) == []


def test_the_form_offers_every_rule_and_every_place_that_is_watched(site: Site) -> None:
    page = bytes(site.pages.shown(site.request("rule=beds-full")).body).decode()
    assert re.search(r'<option[^>]*value="2026-11-22"[^>]*>Sun 22 Nov</option>', page)
    assert re.search(r'<option(?=[^>]*value="09:00")(?=[^>]*selected)', page)
    assert "datetime-local" not in page  # it would speak as the browser's country does
    assert all(f'value="{each}"' in page for each in ("beds-full", "ae-crowded", "northgate", "southmere", "beds"))
    site.picture = replace(site.picture, county=replace(COUNTY, alerting=Alerting()))
    assert site.pages.shown(site.request()).status_code == 404


def test_the_metrics_say_what_stands_what_waits_and_when_anybody_looked(store: Store) -> None:
    picture = Picture(1, AT, AT, COUNTY, {}, (), alerts=(an_alert(), an_alert(18)), undelivered=3)
    trouble: list[str | None] = [None]
    registry = CollectorRegistry()
    registry.register(AlertGauges(store, lambda: picture, lambda: AT, lambda: trouble[0]))
    assert "flowcentre_alerts_looked_seconds" not in generate_latest(registry).decode()
    note_look(store, AT - 40 * timedelta(seconds=1), None)
    telling = Telling("test/1", "site", TellingKind.TEST, FULL.severity, AT - 7 * MINUTE)
    store.decide_alerts(lambda _: Decided(tellings=[telling]), rules={}, at=AT)
    said = generate_latest(registry).decode()
    assert 'flowcentre_alerts_open{severity="critical",state="raised"} 2.0' in said
    assert 'flowcentre_alerts_open{severity="notice",state="blind"} 0.0' in said
    assert "flowcentre_messages_undelivered 3.0" in said
    assert "flowcentre_alerts_looked_seconds 40.0" in said
    assert "flowcentre_message_oldest_waiting_seconds 420.0" in said
    trouble[0] = "the store is away"
    assert "flowcentre_alerts_open" not in generate_latest(registry).decode()


def lead_of(*places: str) -> Identity:
    return Identity("local", "lead", "lead", {Permission.ACT: Scope(frozenset(places))})


def test_a_lead_does_it_at_their_own_places_alone_and_it_is_written_down_before(site: Site) -> None:
    refused = site.send(lead_of("southmere"))
    assert refused.status_code == 403
    assert b"for your own places, and not here" in refused.body
    everywhere = site.send(lead_of("northgate"), place="")
    assert everywhere.status_code == 403
    assert (site.store.silences(AT + 33 * HOUR), site.store.audit_head()[0]) == ([], 0)
    assert site.send(lead_of("northgate")).status_code == 303
    (kept,) = site.store.audit_by("local|lead")
    assert (kept.act, kept.what) == (Audited.DID, "beds-full at northgate: silenced from 2026-11-23T22:00Z")


def test_what_cannot_be_written_down_is_not_done(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(Store, "audit", full)
    answer = site.send(lead_of("northgate"))
    assert answer.status_code == 503
    assert b"the bed system is replaced" in answer.body  # what was written is not lost
    assert site.store.silences(AT + 33 * HOUR) == []
