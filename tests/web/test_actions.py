"""Actions over the web: logged, done, moved and dropped, each once, and what never gets through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter
from starlette.staticfiles import StaticFiles
from structlog.testing import capture_logs

from flowcentre.model import Action, ActionState, Noted
from flowcentre.picture.actions_now import LONGEST_WHAT, ActionBook
from flowcentre.picture.alerts_now import AlertBook
from flowcentre.picture.effect import since_logged
from flowcentre.store import Store
from flowcentre.web import create_server
from flowcentre.web.action_shapes import ActionsShape
from flowcentre.web.action_slips import dues
from layouts import action_page, shell
from layouts import actions as actions_page
from layouts import alerts as alerts_page
from tests.layouts.alerts_cast import ALERTING, HOUR
from tests.layouts.cast import pages
from tests.web.alerts_cast import ASSETS, FORM, WHO, Watch, fill_in, forms_of, glass_of, send
from tests.web.cast import running

# What never reaches the store needs but one of the databases.
on_one = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
LEAD = ALERTING.leads[0].id
WHAT = "Open six beds on A1"


class Actions(Watch):
    """Westshire with rules of alerts and actions, on a server."""

    def url(self) -> Iterator[str]:
        book, alerts = (
            ActionBook(self.store, self.live.current, self.clock),
            AlertBook(self.store, self.live.current, self.clock),
        )
        glass = replace(
            glass_of(alerts),
            pages=shell.live_pages(pages(alerts_page.page(alerts), actions_page.page(book))),
            action_page=lambda story, form: action_page.document(story, form, fingerprint="1"),
            new_action=lambda draft, form: action_page.form_document(draft, form, fingerprint="1"),
        )
        app = create_server(
            self.live,
            self.store,
            glass,
            now=self.clock,
            alerts=alerts,
            alert_desk=self.store,
            actions=book,
            action_desk=self.store if self.writes else None,
            signed_in=self.signed_in,
        )
        app.mount("/assets", StaticFiles(directory=ASSETS))
        with running(app) as url:
            yield url


@pytest.fixture
def watch(store: Store, tmp_path: Path) -> Actions:
    return Actions(store, tmp_path)


@pytest.fixture
def client(watch: Actions) -> Iterator[httpx.Client]:
    for url in watch.url():
        with httpx.Client(base_url=url, timeout=20) as asking:
            yield asking


def log(client: httpx.Client, path: str = "/actions/new", **typed: str) -> httpx.Response:
    return fill_in(client, path, "log", **({"what": WHAT, "who": LEAD} | typed))


def the_one(watch: Actions) -> Action:
    [action] = watch.store.actions()
    return action


def words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)).replace("\N{NO-BREAK SPACE}", " "))


# --- Logged -----------------------------------------------------------------------------------------


def test_an_action_is_logged_from_an_alert_with_its_figure_and_stands_on_both_pages(
    watch: Actions, client: httpx.Client
) -> None:
    alert = watch.raise_alert()
    page = client.get(f"/alerts/{alert.id}").text
    [way] = re.findall(r'href="(/actions/new[^"]*)"', page)
    answer = log(client, unescape(way))
    assert (answer.status_code, answer.headers["location"]) == (303, "/actions/1?done=logged")
    action = the_one(watch)
    assert (action.what, action.who, action.logged_by) == (WHAT, LEAD, WHO)
    assert (action.alert, action.place, action.measure) == (alert.id, "northgate", "ae_patients_now")
    assert timedelta(minutes=59) <= action.due_at - watch.clock() <= HOUR  # what is chosen until somebody chooses
    shown = words(client.get("/actions/1?done=logged").text)
    assert f"{WHAT} Northgate General Logged To be done Who Northgate site manager on call" in shown
    assert "From the alert A&E crowded, Northgate General" in shown
    assert WHAT in words(client.get(f"/alerts/{alert.id}").text)


def test_an_action_is_logged_by_itself_about_a_figure_that_is_chosen_or_about_none(
    watch: Actions, client: httpx.Client
) -> None:
    assert log(client, trigger="").status_code == 303
    assert log(client, who="", role="ward sister of A1").status_code == 303
    assert [(action.who, action.place, action.measure) for action in watch.store.actions()] == [
        (LEAD, "", ""),
        ("ward sister of A1", "", ""),
    ]
    assert "a role, whom no reminder reaches" in words(client.get("/actions/2").text)


def test_a_form_that_is_sent_twice_or_at_once_is_one_action(watch: Actions, client: httpx.Client) -> None:
    fields = forms_of(client.get("/actions/new").text)["log"] | {"what": WHAT, "who": LEAD, "author": WHO}
    with ThreadPoolExecutor(4) as at_once:
        answers = list(at_once.map(lambda _: send(client, "/actions/new", fields), range(4)))
    assert {answer.headers["location"] for answer in answers} == {"/actions/1?done=logged"}
    assert the_one(watch).id == 1


@on_one
def test_a_form_that_is_put_right_after_going_back_is_another_action(watch: Actions, client: httpx.Client) -> None:
    fields = forms_of(client.get("/actions/new").text)["log"] | {"who": LEAD, "author": WHO}
    for what in ("Open six beds on A1", "Open four beds on A1", "Open four beds on A1"):
        assert send(client, "/actions/new", fields | {"what": what}).status_code == 303
    assert {action.what for action in watch.store.actions()} == {"Open six beds on A1", "Open four beds on A1"}
    assert len(watch.store.actions()) == 2


def test_the_hours_that_are_offered_are_those_that_the_document_names() -> None:
    at = datetime(2026, 11, 26, 10, 13, tzinfo=UTC)
    clocks = [f"{due.at:%d %H:%M}" for due in dues(at) if due.length is None]
    assert clocks == [
        *("26 12:00", "26 17:00", "27 08:00", "27 12:00", "27 17:00"),
        *("28 17:00", "03 17:00"),
    ]
    lengths = [due.length for due in dues(at) if due.length is not None]
    assert lengths == [HOUR / 2, HOUR, 2 * HOUR, 4 * HOUR]


@on_one
@pytest.mark.parametrize("query", ["alert=999", "huddle=999", "alert=none"])
def test_an_alert_that_there_is_not_is_said_to_be_none(watch: Actions, client: httpx.Client, query: str) -> None:
    answer = client.get(f"/actions/new?{query}")
    assert answer.status_code == 404
    assert f"There is no {query.replace('=', ' ')}" in words(answer.text)
    assert "log" in forms_of(answer.text)


@on_one
def test_the_hour_that_was_chosen_is_still_chosen_in_a_form_that_comes_back(
    watch: Actions, client: httpx.Client
) -> None:
    log(client)
    chosen = next(due for due in dues(watch.clock()) if due.length == 4 * HOUR)
    watch.clock.at += HOUR / 20  # the hours that are offered have moved on meanwhile
    answer = fill_in(client, "/actions/1", "moved", due=chosen.key, author="07700 900123")
    assert answer.status_code == 422
    assert forms_of(answer.text)["moved"]["due"] == chosen.key
    answer = fill_in(client, "/actions/new", "log", what=" ", due=chosen.key)
    assert forms_of(answer.text)["log"]["due"] == chosen.key


@on_one
@pytest.mark.parametrize(
    ("typed", "status", "why"),
    [
        ({"what": " "}, 422, "Say what is to be done"),
        ({"what": "ring 07700 900123"}, 422, "looks like a telephone number"),
        ({"what": "move 943 476 5919 to A2"}, 422, "NHS number"),
        ({"what": "move 943\N{EN DASH}476\N{EN DASH}5919 to A2"}, 422, "NHS number"),
        ({"what": "move 943 - 476 - 5919 to A2"}, 422, "NHS number"),
        ({"what": "ring 0117 (496) 0000"}, 422, "looks like a telephone number"),
        ({"what": "the lady born 1/2/1950"}, 422, "date of birth"),
        ({"what": "born 12th March 1948"}, 422, "date of birth"),
        ({"what": "dob 3.4.51"}, 422, "looks like a date of birth"),
        ({"what": "CV34 4RL"}, 422, "looks like a postcode"),
        ({"what": "mail someone\N{FULLWIDTH COMMERCIAL AT}example.org"}, 422, "No e-mail"),
        ({"what": "see www.example.org"}, 422, "web address"),
        ({"what": "x" * (LONGEST_WHAT + 1)}, 422, f"In {LONGEST_WHAT} letters"),
        ({"who": "", "role": ""}, 422, "Say who is to do it"),
        ({"role": "ward sister"}, 422, "not both"),
        ({"who": "", "role": "someone@example.org"}, 422, "Who is to do it: no e-mail"),
        ({"who": "nobody-here"}, 400, "Choose who"),
        ({"due": "2026-11-22T07:00Z"}, 422, "has passed"),
        ({"due": "2036-11-22T07:00Z"}, 400, "Choose by when"),
        ({"due": ""}, 400, "Choose by when"),
        ({"author": "07700900123"}, 422, "looks like a telephone number"),
        ({"form": "short"}, 400, "not a form of this page"),
        ({"alert": "999"}, 400, "not a form of this page"),
        ({"trigger": "northgate/no_such"}, 400, "Choose the figure"),
        ({"do": "done"}, 400, "not a form of this page"),
    ],
)
def test_what_is_wrong_is_said_beside_what_was_typed_and_nothing_is_kept(
    watch: Actions, client: httpx.Client, typed: dict[str, str], status: int, why: str
) -> None:
    fields = forms_of(client.get("/actions/new").text)["log"] | {"what": WHAT, "who": LEAD, "author": WHO}
    with capture_logs() as logged:
        answer = send(client, "/actions/new", fields | typed)
    assert (answer.status_code, watch.store.actions()) == (status, [])
    assert "Nothing was kept" in answer.text
    assert why in unescape(answer.text)
    for number in ("07700", "943 476", "5919", "someone@"):
        assert number not in answer.text
        assert number not in str(logged)


@on_one
@pytest.mark.parametrize(
    "what",
    ["beds 12-14 by 18:30, 3/4 on A1", "10, 12, 14 and 16 of B2", "score 33.5 to 34.2, at 20/11", "review 3/12/26"],
)
def test_beds_times_and_scores_are_no_numbers_of_anybody(watch: Actions, client: httpx.Client, what: str) -> None:
    assert log(client, what=what).status_code == 303
    assert the_one(watch).what == what


@on_one
def test_a_form_that_comes_back_as_the_store_did_not_answer_is_still_of_its_alert(
    watch: Actions, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = watch.raise_alert()
    fields = forms_of(client.get(f"/actions/new?alert={alert.id}").text)["log"]
    fields |= {"what": WHAT, "who": LEAD, "author": WHO}
    with monkeypatch.context() as patched:

        def silent(*_: object, **__: object) -> None:
            raise OSError("the store does not answer")

        patched.setattr(watch.store, "alert", silent)
        answer = send(client, "/actions/new", fields)
    assert answer.status_code == 503
    again = forms_of(answer.text)["log"]
    assert (again["alert"], again["form"]) == (str(alert.id), fields["form"])
    assert send(client, "/actions/new", fields | again | {"who": LEAD}).status_code == 303
    assert (the_one(watch).alert, the_one(watch).measure) == (alert.id, "ae_patients_now")


@on_one
def test_where_the_store_does_not_answer_a_form_of_an_action_is_said_to_be_sent_again(
    watch: Actions, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    log(client)

    def silent(*_: object) -> None:
        raise OSError("the store does not answer")

    for verb in ("action", "note_action"):
        with monkeypatch.context() as patched:
            patched.setattr(watch.store, verb, lambda *_, **__: silent())
            answer = send(client, "/actions/1", {"do": "tried", "author": WHO, "words": "rang the agency"})
        assert answer.status_code == 503, verb
        assert "Send it again in a moment" in unescape(answer.text)


# --- What came of it --------------------------------------------------------------------------------


def test_what_was_tried_what_was_moved_and_that_it_is_done_are_told_with_who_and_when(
    watch: Actions, client: httpx.Client
) -> None:
    log(client)
    page = "/actions/1"
    assert fill_in(client, page, "tried", words="Rang the agency").headers["location"] == f"{page}?done=tried"
    later = next(due for due in dues(watch.clock()) if due.length == 4 * HOUR)
    assert (
        fill_in(client, page, "moved", due=later.key, words="no staff till noon").headers["location"]
        == f"{page}?done=moved"
    )
    assert the_one(watch).due_at == later.at
    assert fill_in(client, page, "done", words="four of six").headers["location"] == f"{page}?done=done"
    assert the_one(watch).state is ActionState.DONE
    told = words(client.get(page).text)
    for said in (
        f"tried by {WHO}: Rang the agency",
        f"moved by {WHO}: from 09:14 to 12:14: no staff till noon",
        f"done by {WHO}: four of six",
    ):
        assert said in told
    assert fill_in(client, page, "reopened", words="two are shut again").headers["location"] == f"{page}?done=reopened"
    assert the_one(watch).state is ActionState.OPEN


def test_what_has_ended_is_said_to_have_and_a_form_gone_back_to_changes_nothing(
    watch: Actions, client: httpx.Client
) -> None:
    log(client)
    open_page = client.get("/actions/1").text
    assert fill_in(client, "/actions/1", "dropped", words="the ward is shut").status_code == 303
    notes = watch.store.action_notes(1)
    again = send(client, "/actions/1", forms_of(open_page)["done"] | {"author": WHO})
    assert again.headers["location"] == "/actions/1?done=over"
    assert watch.store.action_notes(1) == notes
    assert "had ended before" in client.get("/actions/1?done=over").text


@on_one
@pytest.mark.parametrize(
    ("do", "typed", "why"),
    [
        ("tried", {"words": ""}, "what was tried"),
        ("dropped", {"words": " "}, "why it will not be done"),
        ("moved", {}, "Choose another time, or somebody else"),
        ("done", {"words": "NHS 943 476 5919"}, "NHS number"),
        ("done", {"author": ""}, "Say who you are"),
    ],
)
def test_what_is_not_said_of_an_action_is_asked_for(
    watch: Actions, client: httpx.Client, do: str, typed: dict[str, str], why: str
) -> None:
    log(client)
    answer = fill_in(client, "/actions/1", do, **typed)
    assert (answer.status_code, len(watch.store.action_notes(1))) == (422, 1)
    assert why in unescape(answer.text)


@on_one
def test_the_history_says_what_was_moved_from_whom_to_whom(watch: Actions, client: httpx.Client) -> None:
    log(client)
    [other] = [lead for lead in ALERTING.leads if lead.id != LEAD][:1]
    first = ALERTING.lead(LEAD)
    assert first is not None
    later = next(due for due in dues(watch.clock()) if due.length == 4 * HOUR)
    fill_in(client, "/actions/1", "moved", due=later.key, who=other.id)
    assert f"moved by {WHO}: from {first.title}, due 09:14, to {other.title}, due 12:14" in words(
        client.get("/actions/1").text
    )
    fill_in(client, "/actions/1", "moved", who=LEAD)
    fill_in(
        client, "/actions/1", "moved", due=next(due for due in dues(watch.clock()) if f"{due.at:%d %H}" == "23 08").key
    )
    told = words(client.get("/actions/1").text)
    assert f"moved by {WHO}: from {other.title} to {first.title}" in told
    assert f"moved by {WHO}: from 12:14 to 23 November 2026 08:00" in told


@on_one
def test_an_action_that_there_is_not_is_not_found_and_another_site_sends_nothing(
    watch: Actions, client: httpx.Client
) -> None:
    for path in ("/actions/7", "/actions/x", "/actions/0007x", "/actions/1/2"):
        assert client.get(path).status_code == 404, path
    log(client)
    fields = forms_of(client.get("/actions/1").text)["done"] | {"author": WHO}
    assert client.post("/actions/1", data=fields, headers={"origin": "https://elsewhere.example"}).status_code == 403
    assert client.post("/actions/1", data=fields, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert (
        client.post("/actions/1", content="{}", headers=FORM | {"content-type": "application/json"}).status_code == 400
    )
    assert the_one(watch).state is ActionState.OPEN


@on_one
def test_who_is_signed_in_is_named_whatever_the_form_says(store: Store, tmp_path: Path) -> None:
    watch = Actions(store, tmp_path, signed_in=lambda _: "county lead, signed in")
    for url in watch.url():
        with httpx.Client(base_url=url, timeout=20) as client:
            log(client, author="somebody else")
            fill_in(client, "/actions/1", "done", author="somebody else")
    assert {note.by for note in watch.store.action_notes(1)} == {"county lead, signed in"}


@on_one
def test_a_server_that_only_reads_shows_actions_and_no_form(store: Store, tmp_path: Path) -> None:
    watch = Actions(store, tmp_path, writes=False)
    store.log_action(WHAT, LEAD, watch.clock() + HOUR, WHO, watch.clock())
    for url in watch.url():
        with httpx.Client(base_url=url, timeout=20) as client:
            page = client.get("/actions/1").text
            assert WHAT in page
            assert "<form" not in page
            assert send(client, "/actions/1", {"do": "done", "author": WHO}).status_code == 405


# --- The live page, and for machines ---------------------------------------------------------------


def test_the_page_and_the_api_tell_the_overdue_first_and_what_ended(watch: Actions, client: httpx.Client) -> None:
    store, at = watch.store, watch.clock()
    late = store.log_action(
        "overdue one", LEAD, at - HOUR, WHO, at - 2 * HOUR, place="northgate", measure="ae_patients_now"
    )
    store.log_action("one to come", LEAD, at + HOUR, WHO, at)
    done = store.log_action(
        "one done", LEAD, at - HOUR, WHO, at - 3 * HOUR, place="northgate", measure="ae_patients_now"
    )
    store.note_action(done.id, Noted.DONE, WHO, at - 2 * HOUR)
    told = client.get("/api/v1/actions").json()
    TypeAdapter(ActionsShape).validate_python(told)
    assert [(each["what"], each["overdue"]) for each in told["open"]] == [("overdue one", True), ("one to come", False)]
    [ended] = told["ended"]
    assert (ended["state"], ended["unit"], ended["effect"]["movement"]) == ("done", "people", "not known")
    assert ended["effect"]["over_minutes"] == 120
    assert client.get("/api/v1/actions", params={"since": "2026-11-22T07:59:00Z"}).json()["ended"] == []
    assert client.get("/api/v1/actions", params={"since": "yesterday"}).status_code == 422
    book = ActionBook(store, watch.live.current, watch.clock)
    live = shell.live_pages(pages(actions_page.page(book)))["actions"]
    page = words(live(watch.live.current()))
    assert page.index("overdue one") < page.index("one to come") < page.index("one done")
    assert "1 overdue" in page
    assert f"should have been done by {late.due_at:%H:%M}" in page


@on_one
def test_many_open_actions_do_not_hide_what_has_ended(watch: Actions, client: httpx.Client) -> None:
    at = watch.clock()
    done = watch.store.log_action("one done", LEAD, at + HOUR, WHO, at)
    watch.store.note_action(done.id, Noted.DONE, WHO, at)
    for number in range(200):
        watch.store.log_action(f"number {number}", LEAD, at + HOUR, WHO, at)
    told = client.get("/api/v1/actions").json()
    assert (len(told["open"]), [each["what"] for each in told["ended"]]) == (200, ["one done"])


@on_one
def test_of_many_actions_about_one_figure_its_history_is_read_once(
    watch: Actions, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A month of a figure takes a while to read: two hundred of them held the page up for minutes."""
    at, read = watch.clock(), watch.store.history
    for number in range(12):
        then = at - (3 + number) * HOUR
        action = watch.store.log_action(
            "one done", LEAD, then + HOUR, WHO, then, place="northgate", measure="ae_patients_now"
        )
        watch.store.note_action(action.id, Noted.DONE, WHO, at - 2 * HOUR)
    apart = {
        action.id: since_logged(watch.store, watch.live.current().county, action, at - HOUR)
        for action in watch.store.actions()
    }
    asked = []

    def counted(*of: Any, **more: Any) -> Any:
        asked.append(of)
        return read(*of, **more)

    monkeypatch.setattr(watch.store, "history", counted)
    book = ActionBook(watch.store, watch.live.current, lambda: at)
    assert dict(book.read().effects) == apart
    assert len(asked) == 1
    book.read()
    assert len(asked) == 1
