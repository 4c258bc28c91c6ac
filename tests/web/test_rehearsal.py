"""The page of rehearsal, from stored history to what is read: by its address alone, within bounds, and without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from starlette.requests import Request
from starlette.responses import Response

from flowcentre.model import Alerting, Picture, Rule, RuleKind
from flowcentre.store import Store, open_store
from flowcentre.web import Glass
from flowcentre.web import rehearsal as page
from flowcentre.web.rehearsal import RehearsalRoutes
from layouts import rehearsal as layout
from tests.alerts.world import AT, COUNTY, HOUR, MINUTE, rule
from tests.store.saying import sighting, tell

CROWDED = replace(
    rule("crowded", "ae_patients_now", "northgate", 60, 50, hold_for=10 * MINUTE, clear_for=10 * MINUTE),
    title="A&E crowded", on_trial=True,
)  # fmt: skip
FILLING = replace(CROWDED, id="filling", kind=RuleKind.STEP, raise_at=20, stand_down_at=5, over=HOUR)
SILENT = replace(
    rule("silent", "", "", 0, 0, RuleKind.SILENCE), raise_at=None, stand_down_at=None, places=(), feeds=("ed",),
    on_trial=True,
)  # fmt: skip
LONG = replace(CROWDED, id="long", kind=RuleKind.TIME_AT_LEVEL, over=HOUR, hold_for=20 * MINUTE)
NOW = AT + 2 * HOUR


class Site:
    def __init__(self, store: Store, *rules: Rule) -> None:
        self.county = replace(COUNTY, alerting=Alerting(rules=rules))
        glass = Glass(
            lambda *_: "", lambda *_: "", lambda _: "",
            rehearsal_page=lambda picture, known: layout.document(picture, known, fingerprint="mark"),
        )  # fmt: skip
        self.routes = RehearsalRoutes(store, glass, lambda: Picture(1, NOW, NOW, self.county, {}, ()), lambda: NOW)

    def get(self, query: str = "") -> Response:
        """As the server's own threads call it."""
        scope = {"type": "http", "method": "GET", "path": "/rehearsal", "query_string": query.encode(), "headers": []}
        return self.routes.page(Request(scope))

    def ask(self, query: str = "") -> str:
        """What is read on the page."""
        answer = self.get(query)
        assert answer.status_code == 200
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bytes(answer.body).decode()))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two hours of Northgate's A&E: full for half an hour, and once for a little while."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('rehearsal') / 'flow.db'}")
    for number, here in enumerate([40, 61, 62, 70, 95, 70, 62, 49, 49, 49, 40, 56, 57, 58, 49, 40, 40, 40, 40, 40, 40]):
        at = AT + number * 5 * MINUTE
        tell(store, "ed", at, sighting("northgate", at, ae_patients_now=here, ae_over_12h_now=0))
    yield Site(store, CROWDED, FILLING, SILENT, LONG)
    store.close()


def test_without_a_question_it_offers_every_rule(site: Site) -> None:
    page = site.ask()
    assert all(f"({rule.id})" in page for rule in (CROWDED, FILLING, SILENT, LONG))
    assert "Change it" not in page


def test_the_rule_in_force_stands_beside_the_one_that_is_proposed(site: Site) -> None:
    page = site.ask("rule=crowded&raise_at=55&hold_for=5m&days=1")
    assert "In all once ; for 30 min; the worst came 5 min later" in page
    # The middle of two lies between them: 20 and 35 minutes.
    assert "2 times ; for 55 min in all, 27 min (median), 35 min at the longest" in page
    assert "Northgate General in force: once; proposed: 2 times" in page
    assert "limit in force, 60" in page
    assert "limit proposed, 55" in page
    assert "kept" not in page.casefold()
    assert "Sun 22 Nov 08:10 Northgate General 35 min worst 95 10 min before the worst" in page
    assert "raise_at = 55 " in page.split("The proposed rule")[1]


@pytest.mark.parametrize("rule", [CROWDED, FILLING, SILENT, LONG])
def test_a_rule_of_every_kind_is_rehearsed_as_it_is_and_changed(site: Site, rule: Rule) -> None:
    assert "Each time, as it is in force" in site.ask(f"rule={rule.id}&days=1")
    assert "The proposed rule" in site.ask(f"rule={rule.id}&days=1&clear_for=33m")


def test_it_says_never_only_of_what_is_known(site: Site) -> None:
    page = site.ask("rule=crowded&raise_at=400&days=1")
    assert "that are known" in page.split("In all once")[1]
    assert "at the middle one" not in site.ask("rule=crowded&raise_at=55&hold_for=5m&days=1")


def test_of_a_time_of_which_nothing_is_known_it_does_not_say_that_nothing_would_have_been_raised(site: Site) -> None:
    elsewhere = site.ask(urlencode({"rule": "crowded", "places": "northgate, southmere", "days": "1"}))
    assert "Southmere in force: not watched; proposed: not known" in elsewhere
    nothing = site.ask(urlencode({"rule": "crowded", "places": "southmere", "days": "1"}))
    assert "Nobody can say whether it would have been raised" in nothing
    assert "It would not have been raised" not in nothing
    assert "never" not in nothing.split("In the last day")[1]
    known = site.ask("rule=crowded&raise_at=400&days=1")
    assert "It would not have been raised in the 2 h that are known." in known


def test_what_the_configuration_would_refuse_is_not_worked_out(site: Site) -> None:
    page = site.ask("rule=crowded&stand_down_at=70")
    assert "The configuration would refuse this rule" in page
    assert "is worse Right: stand_down_at below raise_at" in page
    assert "Each time" not in page
    answer = site.get(urlencode({"rule": "crowded", "raise_at": "<script>alert(1)</script>"}))
    assert b"<script>alert" not in answer.body


@pytest.mark.parametrize("days", ["0", "93", "-1", "ten", "1e1", "9" * 40, "٣"])
def test_it_goes_over_so_many_days_and_no_more(site: Site, days: str) -> None:
    assert "goes over 1 to 92 days" in site.ask(f"rule=crowded&days={days}")


def test_one_is_worked_out_at_a_time_and_who_comes_meanwhile_is_told_so(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "_WAIT", 0.05)
    with site.routes.one_at_a_time:
        answer = site.get("rule=crowded&raise_at=55")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "Another rehearsal is being worked out" in bytes(answer.body).decode()
    assert 'value="55"' in bytes(answer.body).decode()  # and nothing that was written is lost
    assert "proposed: 2 times" in site.ask("rule=crowded&raise_at=55&hold_for=5m")


def test_what_takes_too_long_is_given_up_and_the_next_is_worked_out(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(page, "WITHIN", -1.0)
        assert "This took too long" in site.ask("rule=long&days=92")
        patch.setattr(page, "_MOST_DAYS_OF_PLACES", 30)
        assert "92 days of 1 places are too much at once: ask for 30 days" in site.ask("rule=crowded&days=92")
    assert "Each time" in site.ask("rule=crowded&days=1")


def test_where_there_is_no_such_rule_or_none_at_all_it_says_so(site: Site, store: Store) -> None:
    assert "There is no rule of that id any more" in site.ask("rule=crowd")
    answer = Site(store).get()
    assert (answer.status_code, b"no rules of alerts" in answer.body) == (404, True)
