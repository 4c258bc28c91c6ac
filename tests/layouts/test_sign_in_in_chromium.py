"""Signing in, administering access and being signed out, as one does it: on the real server, in a real Chromium."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import ConsoleMessage, Page, Request, expect
from structlog.testing import capture_logs

from flowcentre.access.accounts import hashed
from flowcentre.model import Grant, Role, Scope
from flowcentre.store import open_store
from tests.layouts.conftest import as_new, first_row, is_against_the_policy
from tests.layouts.delays_cast import Book
from tests.layouts.delays_server import Shown, serving
from tests.web.access_cast import ACCESS, Clock, Door, account
from tests.web.roles_cast import Centre

pytestmark = pytest.mark.browser
PATIENT = 60_000
PASSWORD = "four words are a good one"
EVERYWHERE = Scope(everywhere=True)
GRANTS = (
    Grant("account:admin", frozenset({Role.ADMINISTRATOR}), EVERYWHERE),
    Grant("account:manager", frozenset({Role.MANAGER}), EVERYWHERE),
)


class Beside(Clock):
    """The time of what is shown."""

    def __init__(self, shown: Shown) -> None:
        super().__init__(shown.live.at)


@pytest.fixture(scope="module")
def shown() -> Shown:
    return Shown()


@pytest.fixture(scope="module")
def door(shown: Shown, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    file = tmp_path_factory.mktemp("door") / "flow.db"
    shutil.copyfile(migrated_sqlite, file)
    store = open_store(f"sqlite:///{file}")
    for name in ("admin", "manager"):
        store.add_account(account(name, hashed(PASSWORD)))
    yield Door(store, Beside(shown), replace(ACCESS, grants=GRANTS))
    store.close()


@pytest.fixture(scope="module")
def address(shown: Shown, door: Door) -> Iterator[str]:
    with serving(shown, front=door.front) as url:
        door.front.public_url = url
        yield url


def is_mistake(said: ConsoleMessage) -> bool:
    """What Chromium says of an answer that refuses is none."""
    return said.type == "error" and (is_against_the_policy(said) or "status of 4" not in said.text)


@pytest.fixture
def screen(tab: Page, shown: Shown, door: Door) -> Iterator[Page]:
    shown.show(Book())
    with as_new(tab, 1366, 900, is_mistake=is_mistake) as page:
        yield page


def sign_in(screen: Page, name: str, password: str = PASSWORD) -> None:
    screen.fill("#name", name)
    screen.fill("#password", password)
    with screen.expect_navigation():  # and its scripts run: what is sent before they do goes past them
        screen.keyboard.press("Enter")


def test_one_signs_in_on_the_way_to_a_page_and_its_list_is_there(screen: Page, address: str) -> None:
    screen.goto(f"{address}/delays?pathway=1")
    assert screen.url == f"{address}/sign-in?next=/delays%3Fpathway%3D1"
    sign_in(screen, "manager", "wrong words in a row")
    expect(screen.get_by_role("alert")).to_contain_text("did not let you in")
    sign_in(screen, "manager")
    # The page and its grid both ask by callbacks: each proves that it is of this session.
    first_row(screen, "delays-grid").wait_for(timeout=PATIENT)
    assert screen.url == f"{address}/delays?pathway=1"
    kept = {each["name"]: each for each in screen.context.cookies()}
    assert {name: each["httpOnly"] for name, each in kept.items()} == {
        "__Host-flow-session": True,
        "__Host-flow-mark": False,
        "__Host-flow-device": True,  # that this account has signed in here, which lets nobody in
    }
    assert all(each["secure"] and each["sameSite"] == "Lax" for each in kept.values())
    assert screen.evaluate("document.cookie").split("=")[0] == "__Host-flow-mark"


def test_a_page_says_that_its_session_is_over_and_leads_back_to_itself(screen: Page, address: str, door: Door) -> None:
    screen.goto(f"{address}/delays")
    sign_in(screen, "manager")
    screen.locator(".delays h1").wait_for(timeout=PATIENT)
    row = first_row(screen, "delays-grid")
    row.wait_for(timeout=PATIENT)
    screen.evaluate(
        "document.getElementById('drawer-content').innerHTML = '<p>NG-1</p>';"
        "document.getElementById('list-drawer').hidden = false"
    )
    drawn = screen.locator("#drawer-content > p")
    expect(drawn).to_be_visible()
    expect(screen.locator("#over")).to_have_count(0)
    for each in door.store.sessions():
        door.store.end_session(each.token_hash, door.clock.at, "an administrator")
    door.front.forget()
    over = screen.locator("#over")
    expect(over).to_contain_text("Your session is over", timeout=PATIENT)
    # Nobody's row can be read any more by whoever comes past.
    expect(row).to_be_hidden()
    expect(drawn).to_be_hidden()
    said = "getComputedStyle(document.querySelector('.list-grid'), '::before').content"
    assert "once you have signed in" in screen.evaluate(said)
    over.get_by_role("link").click()
    screen.wait_for_url(f"{address}/sign-in?next=%2Fdelays")
    sign_in(screen, "manager")
    screen.wait_for_url(f"{address}/delays")


def test_two_tabs_sign_in_one_after_the_other_and_the_page_says_who_is_signed_in(
    screen: Page, address: str, door: Door
) -> None:
    screen.goto(f"{address}/sign-in?next=/signed-in")
    # As another tab does, while the form stands here as it was drawn.
    there = (
        "fields => fetch('/sign-in', {method: 'POST', body: new URLSearchParams(fields)}).then(answer => answer.url)"
    )
    fields = {"name": "manager", "password": PASSWORD, "code": "", "next": "/signed-in"}
    assert screen.evaluate(there, fields) == f"{address}/signed-in"
    sign_in(screen, "admin")
    screen.wait_for_url(f"{address}/signed-in")
    screen.goto(f"{address}/sign-in?next=/access")
    expect(screen.locator("main")).to_contain_text("You are signed in as admin.")
    screen.get_by_role("link", name="Go on").click()
    screen.wait_for_url(f"{address}/access")
    # Loading the answer anew sends its form again: there is one address all the same.
    screen.locator("details.alert-fold").evaluate("each => (each.open = true)")
    screen.fill("#title", "Ward office")
    screen.get_by_role("button", name="Make an address").click()
    expect(screen.locator("#address")).to_be_visible()
    screen.reload()
    expect(screen.get_by_role("alert")).to_contain_text("made its address already")
    expect(screen.get_by_role("row", name="Ward office")).to_have_count(1)
    (made,) = [each for each in door.store.displays() if each.revoked_at is None]
    door.store.revoke_display(made.id, door.clock.at)
    expect(screen.get_by_role("button", name="Close ... the account admin")).to_have_count(0)
    screen.get_by_role("button", name="Close ... the account manager").click()
    expect(screen.get_by_role("alert")).to_contain_text("Close the account manager?")
    screen.get_by_role("link", name="Leave it as it is").click()
    expect(screen.get_by_role("button", name="Close ... the account manager")).to_be_visible()
    screen.goto(f"{address}/sign-in")
    screen.get_by_role("button", name="Sign out").click()
    expect(screen.locator("h1")).to_have_text("You are signed out")


def test_an_administrator_gives_a_screen_its_address_and_takes_it_away(screen: Page, address: str, door: Door) -> None:
    screen.goto(f"{address}/access")
    sign_in(screen, "admin")
    screen.fill("#title", "Control room")
    # Where the server is busy the form stays as it is: sent now, what stands in it would be lost.
    screen.route("**/live", lambda asked: asked.fulfill(status=429, body="too much"))
    screen.get_by_role("button", name="Make an address").click()
    expect(screen.get_by_role("alert")).to_contain_text("nothing was sent. What you typed stays here")
    expect(screen.locator("#title")).to_have_value("Control room")
    screen.unroute("**/live")
    screen.get_by_role("button", name="Make an address").click()
    given = screen.locator("#address").inner_text()
    screen.goto(f"{address}/access")
    expect(screen.locator("#address")).to_have_count(0)
    row = screen.get_by_role("row", name="Control room")
    expect(row).to_contain_text("never seen")
    # The screen is a machine of its own: none of the administrator's cookies is there.
    person = screen.context.cookies()
    screen.context.clear_cookies()
    screen.goto(given)
    assert screen.url == f"{address}/wall/county"
    assert [each["name"] for each in screen.context.cookies()] == ["__Host-flow-display"]
    screen.goto(f"{address}/delays")
    expect(screen.locator("body")).to_contain_text("You may not see this")
    screen.goto(f"{address}/wall/county")
    (kept,) = [each for each in door.store.displays() if each.revoked_at is None]
    assert kept.seen_at is not None
    door.store.revoke_display(kept.id, door.clock.at)
    door.front.forget()
    expect(screen.locator("#over")).to_contain_text("no longer let in", timeout=PATIENT)
    screen.context.clear_cookies()
    screen.context.add_cookies(person)
    screen.goto(f"{address}/access")
    expect(screen.get_by_role("row", name="Control room")).to_have_count(0)


def test_one_signs_out_and_the_way_back_shows_nothing(screen: Page, address: str, door: Door) -> None:
    screen.goto(f"{address}/signed-in")
    sign_in(screen, "admin")
    expect(screen.locator("h1")).to_have_text("Your sign-in")
    screen.get_by_role("button", name="Sign out").click()
    expect(screen.locator("h1")).to_have_text("You are signed out")
    assert [each["name"] for each in screen.context.cookies()] == ["__Host-flow-device"]
    screen.goto(f"{address}/access")
    assert screen.url == f"{address}/sign-in?next=/access"


# --- What is left behind in a browser -----------------------------------------------------------------

# All that a page of this address has kept in the browser, and every address that it has asked for.
KEPT = """async () => {
  const databases = await indexedDB.databases();
  const caches_ = await Promise.all((await caches.keys()).map(async name => [name,
    (await (await caches.open(name)).keys()).map(request => request.url)]));
  return JSON.stringify([{...localStorage}, {...sessionStorage}, databases, caches_, document.cookie, location.href,
    document.referrer, history.state, document.title, window.name,
    (await navigator.serviceWorker.getRegistrations()).map(each => each.scope),
    performance.getEntries().map(entry => entry.name)]);
}"""


def test_a_browser_keeps_nobody_whom_a_manager_looked_at(
    screen: Page, address: str, door: Door, shown: Shown, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither what it stores nor its history nor what it tells another server holds a reference; nor does a crash's report."""
    refs = {stay.person.ref for stay in shown.book.stays}
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(f"{request.url} {request.all_headers()}")

    screen.on("request", note)
    screen.goto(f"{address}/delays")
    sign_in(screen, "manager")
    first_row(screen, "delays-grid").wait_for(timeout=PATIENT)
    screen.locator("#choose-columns summary").click()
    screen.locator('#list-columns input[value="family"]').check()
    screen.locator("#pathway-1").click()
    expect(screen.locator("#chip-pathway-1")).to_be_visible(timeout=PATIENT)
    row = screen.locator('.ag-row[row-index="1"] [col-id=ref]')  # of the list that is chosen now
    expect(row).to_have_text(shown.book.choose("pathway=1").people[1].person.ref, timeout=PATIENT)
    row.click()
    expect(screen.locator("#list-drawer")).to_contain_text("Ready to leave", timeout=PATIENT)
    opened = screen.locator("#list-drawer h2").inner_text()
    assert opened in refs
    screen.keyboard.press("Escape")
    with screen.expect_download() as download:
        screen.get_by_role("link", name="CSV").click()
    assert opened in download.value.path().read_text(encoding="utf-8")
    assert opened not in download.value.suggested_filename
    screen.remove_listener("request", note)  # the page is the next test's too
    kept = screen.evaluate(KEPT)
    assert "family" in kept  # the columns, which are chosen for good
    assert "_dash-update-component" in kept
    spoken = " ".join(asked)
    said = spoken.lower().replace("'referer': ''", "")  # empty, of what the browser has still
    assert "referer" not in said.replace(f"referer': '{address}", "")  # to itself alone, and of an address

    def held(text: str) -> list[str]:
        return [ref for ref in refs if ref in text]

    assert held(kept) == held(spoken) == held(str(screen.context.cookies())) == []
    state = screen.context.storage_state(indexed_db=True)
    assert held(str(state)) == []

    # Something breaks while rows are drawn, and its words hold somebody.
    def broken(query: str, _picture: object = None) -> None:
        raise ValueError(f"{opened}, Zebedee Quillfeather, 943 476 5919")

    caplog.set_level(logging.DEBUG)
    shown.book.choose = broken  # type: ignore[method-assign,assignment]
    with capture_logs() as lines:
        screen.goto(f"{address}/delays?pathway=2")
        expect(screen.locator("h1")).to_have_text("This page could not be drawn", timeout=PATIENT)
        cookies = "; ".join(f"{each['name']}={each['value']}" for each in screen.context.cookies())
        file = httpx.get(f"{address}/delays.csv", headers={"cookie": cookies})
    crash = f"{lines} {caplog.messages} {file.headers} {file.text} {screen.content()}"
    assert file.status_code == 500
    assert "ValueError" in crash
    # The whole number: three figures of it stand in many a port, moment and mark of chance.
    assert not re.search(rf"{re.escape(opened)}|Zebedee|943\D?476|476\D?5919", crash)
    # Who signs out leaves nothing of them, and the way back shows nothing.
    screen.goto(f"{address}/signed-in")
    screen.get_by_role("button", name="Sign out").click()
    expect(screen.locator("h1")).to_have_text("You are signed out")
    assert held(screen.evaluate(KEPT)) == []
    screen.go_back()
    screen.go_back()
    assert held(screen.content()) == []


# --- Forms, whose words must not be lost -----------------------------------------------------------


@pytest.fixture(scope="module")
def centre(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Centre, str]]:
    file = tmp_path_factory.mktemp("centre") / "flow.db"
    shutil.copyfile(migrated_sqlite, file)
    store = open_store(f"sqlite:///{file}")
    store.add_account(account("lead", hashed(PASSWORD)))
    shown = Centre(store)
    with shown.serving() as url:
        yield shown, url
    store.close()


def end_sessions(centre: Centre) -> None:
    for each in centre.store.sessions():
        centre.store.end_session(each.token_hash, centre.clock.at, "an administrator")
    centre.door.front.forget()


def test_what_is_typed_stays_when_the_session_is_over_and_is_sent_after_the_next_sign_in(
    screen: Page, centre: tuple[Centre, str]
) -> None:
    county, url = centre
    screen.goto(f"{url}/pressure/northgate")
    sign_in(screen, "lead")
    screen.locator("label[for=level-3]").click()
    screen.fill("#words", "two wards are closed")
    end_sessions(county)
    screen.get_by_role("button", name="Declare").click()
    over = screen.locator("#over")
    expect(over).to_contain_text("What you typed stays here")
    expect(over).to_be_focused()
    screen.keyboard.press("Tab")
    expect(over.get_by_role("link")).to_be_focused()
    expect(screen.locator("#words")).to_have_value("two wards are closed")
    assert not county.store.declarations(county.clock.at)
    assert screen.evaluate("localStorage.length + sessionStorage.length") == 0
    with screen.expect_popup() as beside:
        over.get_by_role("link").click()
    sign_in(beside.value, "lead")
    beside.value.wait_for_url(f"{url}/signed-in")
    beside.value.close()
    screen.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(over).to_have_count(0)
    screen.get_by_role("button", name="Declare").click()
    expect(screen.get_by_role("status")).to_contain_text("Level 3")
    expect(screen.get_by_text("two wards are closed").first).to_be_visible()


def test_the_huddle_goes_on_with_its_words_after_the_next_sign_in(screen: Page, centre: tuple[Centre, str]) -> None:
    county, url = centre
    county.store.open_huddle("lead", county.clock.at)
    screen.goto(f"{url}/huddle")
    sign_in(screen, "lead")
    screen.fill("#words", "theatre list cut by two")
    end_sessions(county)
    expect(screen.locator("#over")).to_contain_text("What you typed stays here", timeout=PATIENT)  # its stream ends
    with screen.expect_popup() as beside:
        screen.locator("#over").get_by_role("link").click()
    sign_in(beside.value, "lead")
    beside.value.wait_for_url(f"{url}/signed-in")
    beside.value.close()
    screen.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(screen.locator("#over")).to_have_count(0)
    expect(screen.locator("body")).not_to_have_class("is-over")
    screen.locator("#words").press("Enter")
    expect(screen.get_by_role("status")).to_contain_text("In the minutes")
    assert [each.words for each in county.store.minutes(1)] == ["theatre list cut by two"]
