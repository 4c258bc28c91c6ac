"""What people of each role are shown: a form for whoever may send it, a way for whoever may go it, and a page where they may not."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from flowcentre.model import Alert, Audited
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


def test_each_entry_of_the_audit_is_a_card_on_a_telephone(as_: As, centre: Centre) -> None:
    centre.store.audit("local|lead", "lead", Audited.DID, "a huddle: opened", at=centre.clock.at)
    page = as_("admin").goes("/access/audit").text
    assert {"When", "Who", "Did", "What"} <= set(re.findall(r'<td data-head="([^"]+)"', page))


def _bar(page: str) -> str:
    return page[page.index("<nav") : page.index("</nav>")]


# --- Where there is nothing, or nothing for them ----------------------------------------------------


def _sent(who: Reader, path: str, site: str = "same-origin", **fields: str) -> httpx.Response:
    kind = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": site}
    return who.client.post(path, content=urlencode(fields), headers=who.headers | kind)


@pytest.mark.parametrize(
    ("role", "path", "status", "words"),
    [
        ("viewer", "/nosuch", 404, "There is no such page."),
        ("viewer", "/alerts/999", 404, "There is no such alert."),
        ("viewer", "/access", 403, "This is for administrators."),
        ("lead", "/delays/ward-sheet", 403, "You may not see rows of people."),
        ("editor", "/silences/new", 403, "You may look at this, and not do it"),
    ],
)
def test_a_refusal_is_a_page_with_the_ways_of_whoever_asks_and_who_they_are(
    as_: As, role: str, path: str, status: int, words: str
) -> None:
    page = as_(role).goes(path)
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert words in page.text
    assert f"Signed in as <strong>{role}</strong>" in page.text
    assert ('href="/huddle"' in _bar(page.text), 'href="/access"' in _bar(page.text)) == (True, False)
    assert "default-src 'self'" in page.headers["content-security-policy"]
    # A script gets the words and nothing else.
    plain = as_(role).client.get(path, headers={"cookie": as_(role).headers["cookie"]})
    assert (plain.status_code, plain.headers["content-type"]) == (status, "text/plain; charset=utf-8")


def test_a_screen_is_told_without_any_way_but_that_to_its_board(as_: As) -> None:
    page = as_("screen").goes("/alerts")
    assert (page.status_code, "<nav" in page.text) == (403, False)
    assert re.findall(r'<a [^>]*href="([^"]*)"', page.text) == ["/wall/county", "/accessibility"]


def test_what_somebody_wrote_comes_back_where_their_session_is_over(as_: As) -> None:
    nobody, lead = as_(""), as_("lead")
    fields = {"form": "m" * 38, "level": "3", "words": "Two wards <closed>, ring 943 476 5919", "author": "site lead"}
    page = _sent(nobody, "/pressure/northgate", **fields)
    assert page.status_code == 401
    written = re.search(r"<textarea[^>]*>(.*?)</textarea>", page.text, re.DOTALL)
    assert written is not None
    assert written[1] == "Level: 3\nWords: Two wards &lt;closed&gt;, ring [NHS number]\nBy: site lead"
    assert 'href="/sign-in?next=/pressure/northgate"' in page.text
    assert "no-store" in page.headers["cache-control"]
    # With a session that is not the one for which it was drawn, and never what another site sends.
    other = _sent(lead, "/pressure/northgate", **fields)
    assert (other.status_code, "Two wards" in other.text, "another session" in other.text) == (403, True, True)
    assert "Open the form again" in other.text
    for who in (nobody, lead):
        assert "Two wards" not in _sent(who, "/pressure/northgate", "cross-site", **fields).text
    assert "x" * 99 not in _sent(nobody, "/pressure/northgate", words="x" * 20_000).text
    assert "secret" not in _sent(nobody, "/access", password="secret").text


def test_a_county_without_sign_in_has_pages_of_refusal_too(tmp_path: Path, migrated_sqlite: Path) -> None:
    shutil.copyfile(migrated_sqlite, tmp_path / "flow.db")
    store = open_store(f"sqlite:///{tmp_path / 'flow.db'}")
    centre = Centre(store, access=False)
    with centre.serving() as url, asking_at(url) as client:
        page = Reader(client, centre, "").goes("/alerts/999")
        assert (page.status_code, 'href="/huddle"' in page.text) == (404, True)
        assert "Signed in" not in page.text
        assert "sign-in" not in page.text
    store.close()
