"""What people of each role are shown: a form for whoever may send it, a way for whoever may go it, and a page where they may not."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from flowcentre.model import Alert
from flowcentre.store import open_store
from tests.web.access_cast import asking_at
from tests.web.alerts_cast import Watch
from tests.web.roles_cast import Centre, Reader

As = Callable[[str], Reader]


@pytest.fixture(scope="module")
def centre(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    folder = tmp_path_factory.mktemp("centre")
    shutil.copyfile(migrated_sqlite, folder / "flow.db")
    store = open_store(f"sqlite:///{folder / 'flow.db'}")
    yield Centre(store)
    store.close()


@pytest.fixture(scope="module")
def alerts(centre: Centre, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Alert]:
    """One that stands at each hospital."""
    watch = Watch(centre.store, tmp_path_factory.mktemp("cards"), clock=centre.clock.now)  # type: ignore[arg-type]
    return {place: watch.raise_alert(subject=place) for place in ("northgate", "southmere")}


@pytest.fixture(scope="module")
def as_(centre: Centre, alerts: dict[str, Alert]) -> Iterator[As]:
    del alerts
    with centre.serving() as url, asking_at(url) as client:
        yield lambda role: Reader(client, centre, role)


def forms(page: httpx.Response) -> int:
    """How many forms a page has, where it is there."""
    assert page.status_code == 200, page.text[:200]
    return page.text.count("<form")


def test_a_form_is_drawn_for_whoever_may_send_it_there_and_otherwise_who_may(
    as_: As, alerts: dict[str, Alert], centre: Centre
) -> None:
    day = centre.clock.at.replace(hour=23)
    action = centre.store.log_action("open six beds", "site manager", day, "lead", centre.clock.at, place="northgate")
    silence = centre.store.silence("ae-crowded", "northgate", "works", "lead", centre.clock.at, day)
    for path, who in (
        ("/pressure/northgate", "Leads of Northgate General declare here."),
        (f"/alerts/{alerts['northgate'].id}", "Leads of Northgate General acknowledge and silence here."),
        (f"/silences/{silence.id}", "Leads of Northgate General can end it before."),
        (f"/actions/{action.id}", "Leads of Northgate General say here what came of it."),
        ("/huddle", "Leads open huddles and write the minutes."),
    ):
        for role in ("viewer", "editor", "admin", "manager"):
            page = as_(role).goes(path)
            assert (forms(page), who in page.text) == (0, True), (role, path)
        page = as_("lead").goes(path)
        assert (forms(page) > 0, who in page.text) == (True, False), path
    lead, editor = as_("lead"), as_("editor")
    assert "Leads of Southmere General declare here." in lead.goes("/pressure/southmere").text
    assert "Leads of Westshire declare here." in lead.goes("/pressure/westshire").text
    assert forms(lead.goes(f"/alerts/{alerts['southmere'].id}")) == 0
    assert forms(lead.goes(f"/actions/new?alert={alerts['southmere'].id}")) == 0
    assert forms(lead.goes(f"/actions/new?alert={alerts['northgate'].id}")) == 1
    assert forms(editor.goes("/type-in/northgate")) == 1
    other = editor.goes("/type-in/southmere")
    assert (forms(other), "Editors of Southmere General type in here." in other.text) == (0, True)


def test_a_lead_of_one_place_is_offered_nothing_of_the_whole_county(as_: As, alerts: dict[str, Alert]) -> None:
    lead = as_("lead")
    assert "where-everywhere" not in lead.goes(f"/alerts/{alerts['northgate'].id}").text
    page = lead.goes("/silences/new")
    where = re.search(r'<select id="place".*?</select>', page.text, re.DOTALL)
    assert where is not None
    assert re.findall(r'value="([^"]*)"', where[0]) == ["-", "northgate", "ae-northgate"]
    fields = {
        "rule": "ae-crowded",
        "place": "-",
        "starts": "2026-11-22T09:00",
        "ends": "2026-11-22T10:00",
        "words": "works",
    }
    mark = re.search(r'name="form"[^>]*value="([^"]+)"', page.text)
    assert mark is not None
    sent = lead.client.post(
        "/silences/new",
        content=urlencode(fields | {"form": mark[1]}),
        headers=lead.headers | {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"},
    )
    assert (sent.status_code, "Choose where to silence it." in sent.text) == (422, True)


def test_ways_to_what_somebody_may_not_do_are_gone_from_pages_that_are_drawn_once_for_all(
    as_: As, alerts: dict[str, Alert]
) -> None:
    def acknowledged(role: str) -> set[str]:
        page = as_(role).goes("/live/pages/alerts")
        assert page.status_code == 200
        return {place for place, each in alerts.items() if f'href="/alerts/{each.id}">Acknowledge' in page.text}

    # One after the other, and again: what was drawn for one is never another's.
    assert [acknowledged(role) for role in ("lead", "viewer", "lead", "admin")] == [
        {"northgate"},
        set(),
        {"northgate"},
        set(),
    ]
    for page, way in (("alerts", "/silences/new"), ("actions", "/actions/new"), ("pressure", "Declare a level")):
        held = {role: way in as_(role).goes(f"/live/pages/{page}").text for role in ("lead", "viewer", "lead")}
        assert held == {"lead": True, "viewer": False}, page
    typed = as_("editor").goes("/type-in").text
    assert ('href="/type-in/northgate"' in typed, 'href="/type-in/southmere"' in typed) == (True, False)
    assert "Southmere General" in typed
    etags = {role: as_(role).goes("/live/pages/alerts").headers["etag"] for role in ("lead", "viewer")}
    assert etags["lead"] != etags["viewer"]


def test_administrators_have_access_among_the_pages_and_nobody_else(as_: As) -> None:
    for path in ("/huddle", "/wall", "/alerts/1", "/signed-in"):
        held = {role: 'href="/access"' in _bar(as_(role).goes(path).text) for role in ("admin", "viewer", "lead")}
        assert held == {"admin": True, "viewer": False, "lead": False}, path


def _bar(page: str) -> str:
    return page[page.index("<nav") : page.index("</nav>")]
