"""Every page as a whole document that needs no script: what Dash would build is finished, charts and grids are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from dash import html
from dash.development.base_component import Component

from flowcentre.model import (
    AccessNow,
    Account,
    Display,
    Form,
    Identity,
    Permission,
    Point,
    Refusal,
    Session,
    SignedIn,
    SignedOut,
    SignIn,
)  # fmt: skip
from flowcentre.model.access import EVERYWHERE
from flowcentre.picture.alerts_now import AlertForm, PlannedSilence
from flowcentre.picture.huddle import HuddleBook, HuddleForm
from flowcentre.store import Store
from flowcentre.web.typed_slips import choices
from layouts import (
    access,
    action_card,
    action_page,
    alert_page,
    boards,
    huddle,
    list_drawn,
    page_at,
    pressure_page,
    published,
    refused,
    sign_in,
    silence_new,
    type_in,
    wall,
    ward_sheet,
)
from layouts import actions as actions_page
from layouts import alerts as alerts_page
from layouts import capacity as capacity_page
from layouts import pressure as pressure_of_all
from layouts.delays import DELAYS_PAGE
from layouts.finished import Markup, to_html
from layouts.packages import PACKAGES_PAGE
from layouts.pages import Page, PageOfList
from tests.alerts.world import AT as MORNING
from tests.feeds import typed_cast
from tests.layouts import alerts_cast, cast, delays_cast, packages_cast, pressure_cast, test_published
from tests.layouts.actions_cast import DONE, FORM, LATE, actions_now, draft, effect
from tests.layouts.actions_cast import story as action_story
from tests.layouts.capacity_cast import capacity
from tests.layouts.test_alert_page import ENDS, SILENCE
from tests.layouts.test_type_in import seen
from tests.store.saying import sighting, tell
from tests.web.huddle_cast import Room
from tests.web.test_rehearsal import CROWDED, FILLING, SILENT, Site

STATES = ("normal", "empty", "stale", "overloaded")
ASSETS = Path(__file__).parents[2] / "assets"
# As Dash loads them: by their names.
_STYLES = "".join(f'<link rel="stylesheet" href="/assets/{sheet.name}">' for sheet in sorted(ASSETS.glob("*.css")))
_MARK = "m" * 22
EXPLAINED = "/explain?place=westshire&measure=ae_patients_now"


def history(_place: str, _measure: str, start: datetime, end: datetime) -> list[Point]:
    """A number for each hour, and a gap."""
    hours = int((end - start) / timedelta(hours=1))
    return [Point(start + timedelta(hours=n), None if 100 < n < 110 else float(n % 24 + 40)) for n in range(hours)]


def drawn_by_dash(state: str) -> Iterator[tuple[str, str]]:
    """The pages that Dash draws, by their addresses."""
    delays, packages = delays_cast.Book(state), packages_cast.Book(state)
    care = capacity(state)
    alerts, pressure = alerts_cast.alerts_now(state), pressure_cast.board(state)
    actions = actions_now("normal" if state == "stale" else state)
    figures = pressure_cast.scored(alerts_cast.shown(state))
    yield "/", _page(figures, "/")
    yield "/feeds", _page(figures, "/feeds")
    yield EXPLAINED, _page(figures, EXPLAINED)
    yield "/delays", _page(delays.current(), "/delays", list_drawn.page(DELAYS_PAGE, delays))
    yield "/packages", _page(packages.current(), "/packages", list_drawn.page(PACKAGES_PAGE, packages))
    for known, page in (
        (care, capacity_page.page(_read(care))),
        (alerts, alerts_page.page(_read(alerts))),
        (pressure, pressure_of_all.page(_read(pressure))),
        (actions, actions_page.page(_read(actions))),
    ):
        yield page.path, _page(known.picture, page.path, page)
    if state in ("normal", "empty"):
        told = test_published.histories() if state == "normal" else {}
        for query in ("", "?place=one", "?place=board"):
            drawn = Page("/published", lambda asked: published.render(asked.picture, told, asked.value("place")))
            yield f"/published{query}", _page(test_published.NOW, f"/published{query}", drawn)
    if state == "normal":
        yield "/measures", _page(figures, "/measures")
        yield "/no-such-page", _page(figures, "/no-such-page")


def finished(state: str) -> Iterator[tuple[str, str]]:
    """The pages that go out finished, by what they are."""
    figures = pressure_cast.scored(alerts_cast.shown(state))
    for board in (cast.COUNTY_BOARD, cast.NORTHGATE_BOARD):
        yield f"/wall/{board.id}", wall.document(figures, board, fingerprint="1")
    told = alerts_cast.story(state)
    yield "an alert", alert_page.document(told, AlertForm(ENDS, mark=_MARK), fingerprint="1")
    yield (
        "pressure of a place",
        pressure_page.document(pressure_cast.place("westshire", state), pressure_cast.form(), fingerprint="1"),
    )
    chosen = delays_cast.Book(state, number=40).choose("")
    yield "ward sheets", ward_sheet.document(chosen, None, fingerprint="1")
    if state != "normal":
        return
    yield "boards", boards.document(figures, fingerprint="1")
    refused = AlertForm(ENDS, asked="acknowledge", mistakes=("Say who you are.",), mark=_MARK)
    yield "an alert, refused", alert_page.document(told, refused, fingerprint="1")
    yield "a silence", alert_page.silence_document(figures, SILENCE, AlertForm(mark=_MARK), cast.NOW, fingerprint="1")
    planned = PlannedSilence(starts="2026-11-23T22:00", ends="2026-11-24T02:00", mark=_MARK, mistakes=("Say why.",))
    yield "a planned silence", silence_new.document(figures, planned, cast.NOW, fingerprint="1")
    yield "an action card", action_card.document(figures, "ae-crowded", alerts_cast.CARD, fingerprint="1")
    yield "an action", action_page.document(action_story(LATE, so_far=effect()), FORM, fingerprint="1")
    yield "an action, done", action_page.document(action_story(DONE, effect()), FORM, fingerprint="1")
    yield "a new action", action_page.form_document(draft(), FORM, fingerprint="1")


def of_access() -> Iterator[tuple[str, str]]:
    """The pages of signing in, and of whoever administers that."""
    picture, at = cast.picture(), cast.NOW
    wrong = SignIn(
        "Westshire",
        True,
        local=True,
        provider="Westshire NHS",
        mistake="The account, the password or the code is wrong.",
    )
    yield "to sign in", sign_in.document(wrong, fingerprint="1")
    already = replace(wrong, mistake="", signed_in_as="site lead", mark=_MARK)
    yield "to sign in, signed in already", sign_in.document(already, fingerprint="1")
    yield "signed out", sign_in.signed_out_document(SignedOut("Westshire", True), fingerprint="1")
    refusal = Refusal(403, "You may not see people.", "/delays/ward-sheet", who="duty.lead")
    yield "not for you", refused.document(picture, refusal, fingerprint="1")
    written = (("words", "beds open on A2"),)
    over = Refusal(401, "You are not signed in.", "/pressure/northgate", written=written)
    yield "not signed in any more", refused.document(picture, over, fingerprint="1")
    lead = Identity("local", "anna", "site lead", dict.fromkeys(Permission, EVERYWHERE))
    session = Session("h" * 64, lead, "k", at - timedelta(hours=2), at - timedelta(minutes=3))
    until = at + timedelta(hours=6)
    signed_in = SignedIn(lead, _MARK, session, until, at)
    yield "signed in", access.signed_in_document(picture, signed_in, fingerprint="1")
    hung = Display(
        1, "d" * 64, "county", "Control room", "site lead", at - timedelta(days=3), at - timedelta(minutes=1)
    )
    anna = Account("anna", "site lead", "x", None, at - timedelta(days=30), failures=5, locked_until=until)
    now = AccessNow(at, (("county", "Westshire"),), (hung,), (session,), (anna,), True, _MARK)
    for name, page in (
        ("access", now),
        ("access, a new screen", replace(now, address="https://flow.example/show/0123456789abcdef")),
        ("access, closing an account", replace(now, closing="anna")),
        ("access, refused", replace(now, mistake="Say where it hangs.")),
    ):
        yield name, access.document(picture, page, fingerprint="1")


def told_by_a_store(store: Callable[[str], Store]) -> Iterator[tuple[str, str]]:
    """The pages of which only a store can tell: each has one of its own, by name."""
    typed = store("typed")
    desk = typed_cast.desk_of(typed, typed_cast.Clock())
    asked = desk.places()
    yield "type in", type_in.list_document(seen(typed), asked, typed_cast.AT, fingerprint="1")
    form = Form(asked[0], _MARK, {}, choices(asked[0], typed_cast.AT, None))
    yield "type in at a place", type_in.form_document(seen(typed), form, typed_cast.AT, fingerprint="1")
    room = Room(store("huddle"))
    room.store.add_minute(
        room.store.open_huddle("site lead", room.world.at).id, "site lead", "Six beds on A1.", room.world.at
    )
    room.live.rebuild()
    book = HuddleBook(room.store, room.live.current, lambda: room.world.at)
    yield "the huddle", huddle.document(book.read(), HuddleForm(mark=_MARK), fingerprint="1")
    rules = store("rules")
    for number, here in enumerate([40, 61, 62, 70, 95, 70, 62, 49, 40, 56, 57, 58, 49, 40]):
        at = MORNING + number * timedelta(minutes=5)
        tell(rules, "ed", at, sighting("northgate", at, ae_patients_now=here, ae_over_12h_now=number))
    for rule in ("crowded", "filling", "silent"):
        answer = Site(rules, CROWDED, FILLING, SILENT).get(f"rule={rule}&days=1")
        yield f"rehearsal of {rule}", bytes(answer.body).decode()


def _read(known: Any) -> Any:
    return SimpleNamespace(read=lambda *_args, **_more: known)


def _page(picture: Any, address: str, *more: Page) -> str:
    path, _, query = address.partition("?")
    pages = cast.pages(*more, history=history, polls=lambda feed: [cast.poll(feed, 1, cast.NOW)])
    people = cast.Everybody({page.listed.page.id: page.book for page in more if isinstance(page, PageOfList)})
    parts = page_at.page(pages, picture, path, f"?{query}" if query else "", people)
    body = "".join(to_html(_as_drawn(part)) for part in parts)
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    title = f"<title>{path} - Flow Centre</title>"
    return f'<!doctype html><html lang="en-GB"><head>{head}{title}{_STYLES}</head><body>{body}</body></html>'


def _as_drawn(part: Any) -> Any:
    """As the browser has it in the end: what comes finished in its place, and nothing where Dash builds by itself."""
    if isinstance(part, list | tuple):
        return [_as_drawn(each) for each in part]
    if not isinstance(part, Component):
        return part
    if part._namespace not in ("dash_html_components", "dash_svg"):
        inner = getattr(part, "children", None)
        if part._type == "Link":
            return html.A(inner, href=part.href)
        return html.Div(className="built-by-dash")
    content = getattr(part, "data-html", None)
    if content is not None:
        return html.Div(Markup(content), className="finished")
    if getattr(part, "children", None) is not None:
        part.children = _as_drawn(part.children)
    return part
