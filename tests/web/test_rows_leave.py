"""Rows of people by every way out of the server: to nobody who may not have them, and written down before they leave."""

from __future__ import annotations

import re
from datetime import timedelta
from unittest import mock

import httpx
import pytest

from flowcentre.access.rows import NOT_AUDITED, NOT_PERMITTED
from flowcentre.model import Audited, CareService
from flowcentre.picture.packages import key_of
from tests.picture.packages_cast import AT, SOON
from tests.web.access_cast import as_person, form_mark
from tests.web.rows_cast import (
    DASH,
    NOBODY,
    WHOLE,
    Centre,
    named_in,
    page_question,
    question,
    text_of,
)
from tests.web.test_decisions import address_of, methods_of

# Every way out is walked on one of the databases: how rows are read on each is told in tests/store, and how they are audited below.
on_one = pytest.mark.parametrize("lasting_store", ["sqlite"], indirect=True, scope="module")
LISTS = ("delays", "packages")
A_STEP = "data-kind"  # of a line of time
THEN = f"?at={AT + timedelta(minutes=2):%Y-%m-%dT%H:%M}"
SERVICES = ",".join(key_of(each) for each in CareService)
QUERIES = (
    "",
    "?people=yes",
    "?counts=no",
    f"?phase=waiting,receiving,ended&service={SERVICES}",
    THEN,
    "?small=",
)
MANAGERS = ("all", "mid", "southmere", "nowhere")


def ways_out(centre: Centre, ref: str) -> list[tuple[str, str, object]]:
    """Every address that the server answers, Dash's included, and every question that a page can ask."""
    ways: list[tuple[str, str, object]] = []
    for method, path in sorted(set(methods_of(centre.app.routes))):
        if method == "GET" and path != "/live":
            of_a_list = any(f"/{each}" in path for each in LISTS)
            ways += [("GET", address_of(path) + query, None) for query in (QUERIES if of_a_list else QUERIES[:1])]
    for page in ("packages", "delays", "capacity", "demand", "feeds", "alerts", "actions", "huddle"):
        for query in QUERIES if page in LISTS else QUERIES[:1]:
            ways += [("GET", f"/live/pages/{page}{query}", None), ("POST", DASH, page_question(f"/{page}", query))]
    for list_ in LISTS:
        for query in QUERIES:
            ways.append(("POST", DASH, question(list_, kind="rows", request=WHOLE, query=query)))
            ways.append(("POST", DASH, question(list_, kind="life", ref=ref, query=query)))
            news = {"since": "2026-11-22T07:00:00+00:00", "ref": ref, "request": WHOLE, "query": query}
            ways.append(("POST", DASH, question(list_, kind="news", **news)))
    return ways


def asked(asks: httpx.Client, way: tuple[str, str, object], headers: dict[str, str]) -> httpx.Response:
    method, path, body = way
    return (
        asks.request(method, path, json=body, headers=headers) if body else asks.request(method, path, headers=headers)
    )


@on_one
@pytest.mark.parametrize("name", NOBODY)
def test_whoever_may_see_no_row_gets_none_by_any_way(centre: Centre, asks: httpx.Client, name: str) -> None:
    everybody, before = centre.everybody(), centre.store.audit_head()[0]
    for way in ways_out(centre, "NG-4001"):
        answer = asked(asks, way, centre.headers(name))
        text = text_of(answer)
        if way[2] is not None and "NG-4001" in str(way[2]):  # what was asked for may be said back, and nothing of them
            text = text.replace("NG-4001", "")
            assert A_STEP not in text, way
            assert '"index":null' in text or '"index"' not in text, way
        assert not named_in(text, everybody), (way, answer.status_code)
    kept = centre.store.audit_entries(limit=centre.store.audit_head()[0] - before)
    assert not any(entry.refs for entry in kept)  # nobody saw anybody
    assert {(entry.who, entry.act) for entry in kept} == (
        {("local|admin", Audited.ADMINISTERED)} if name == "admin" else set()
    )


@on_one
@pytest.mark.parametrize("name", [*MANAGERS, "reader"])
def test_a_manager_gets_the_rows_of_their_scope_by_every_way_and_no_others(
    centre: Centre, asks: httpx.Client, name: str
) -> None:
    everybody, theirs = centre.everybody(), centre.theirs(name)
    beyond = sorted(set(everybody) - theirs) or ["NG-0"]
    seen: set[str] = set()
    for way in ways_out(centre, beyond[0]):
        answer = asked(asks, way, centre.headers(name))
        text = text_of(answer).replace(beyond[0], "")
        assert named_in(text, everybody) <= theirs, way
        # Nobody who passes it on keeps it, nor a browser once they are signed out.
        assert not named_in(text, everybody) or answer.headers["cache-control"] == "no-store", way
        assert A_STEP not in text or name == "all", way
        seen |= named_in(text, everybody)
    assert seen == theirs  # and none of these is kept from them


@pytest.mark.parametrize("name", ["all", "mid"])
@pytest.mark.parametrize(
    ("path", "act"),
    [
        ("/delays.csv", Audited.EXPORTED),
        ("/delays.xlsx", Audited.EXPORTED),
        ("/delays/ward-sheet", Audited.EXPORTED),
        ("/packages.csv?phase=waiting", Audited.EXPORTED),
        ("/api/v1/packages", Audited.SAW),
        ("/live/pages/packages", Audited.SAW),
    ],
)
def test_everybody_who_is_named_in_an_answer_is_in_the_entry_before_it(
    centre: Centre, asks: httpx.Client, name: str, path: str, act: Audited
) -> None:
    centre.forget()
    answer = asks.get(path, headers=centre.headers(name))
    named, newest = named_in(text_of(answer), centre.everybody()), centre.store.audit_by(f"local|{name}")[0]
    assert answer.status_code == 200
    assert named
    assert named <= newest.refs
    assert newest.act is act
    assert (newest.title, newest.at) == (name, centre.live.at)


def test_a_persons_line_is_kept_as_such_and_the_same_look_within_five_minutes_is_one_entry(
    centre: Centre, asks: httpx.Client
) -> None:
    body = question("delays", kind="life", ref="SM-1")
    assert "Admitted" in asks.post(DASH, json=body, headers=centre.headers("southmere")).text
    newest = centre.store.audit_by("local|southmere")[0]
    assert (newest.act, newest.refs) == (Audited.SAW_PERSON, {"SM-1"})
    assert newest in centre.store.audit_of("SM-1")
    asks.post(DASH, json=body, headers=centre.headers("southmere"))
    assert centre.store.audit_by("local|southmere")[0] == newest
    assert centre.store.verify_audit() is None


@on_one
@pytest.mark.parametrize("name", ["all", "mid"])
def test_without_the_audit_no_row_leaves(centre: Centre, asks: httpx.Client, name: str) -> None:
    everybody, headers = centre.everybody(), centre.headers(name)
    with mock.patch.object(type(centre.store), "audit", side_effect=OSError("the disk is full")):
        for way in ways_out(centre, "NG-4001"):
            centre.forget()
            text = text_of(asked(asks, way, headers)).replace("NG-4001", "")
            assert not named_in(text, everybody), way
            assert A_STEP not in text, way
        for path in ("/delays.csv", "/api/v1/packages", "/delays/ward-sheet"):
            answer = asks.get(path, headers=headers)
            assert answer.status_code == 503
            assert NOT_AUDITED in answer.text
        answer = asks.post(DASH, json=question("delays", kind="rows", request=WHOLE), headers=headers)
        assert (answer.status_code, answer.text) == (503, NOT_AUDITED)


# --- The audit's own page ------------------------------------------------------------------------------------------


def ask_audit(centre: Centre, asks: httpx.Client, name: str, **fields: str) -> httpx.Response:
    token, key = centre.token(name)
    headers = as_person(token) | {"origin": str(asks.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
    return asks.post("/access/audit", data={"form": form_mark(key), **fields}, headers=headers)


def test_an_administrator_sees_who_saw_a_person_and_what_somebody_saw_and_no_row_by_it(
    centre: Centre, asks: httpx.Client
) -> None:
    for _ in range(2):
        centre.forget()
        asks.post(DASH, json=question("delays", kind="life", ref="SM-5"), headers=centre.headers("mid"))
    seen = ask_audit(centre, asks, "admin", do="person", of="SM-5")
    assert "Who saw SM-5" in seen.text
    assert "saw one person" in seen.text
    assert "local|mid" in seen.text
    asked = centre.store.audit_by("local|admin")[0]
    assert (asked.act, asked.what, asked.refs) == (Audited.ADMINISTERED, "the audit: who saw one person", {"SM-5"})
    assert "SM-5" in ask_audit(centre, asks, "admin", do="asker", of="local|mid").text
    (kept,) = centre.store.audit_by("local|admin", limit=1)
    told_of = {ref for entry in centre.store.audit_by("local|mid", limit=100) for ref in entry.refs}
    assert (kept.what, kept.refs) == ("the audit: what local|mid saw and did", told_of)
    ask_audit(centre, asks, "admin", do="person", of="943 476 5919")
    (kept,) = centre.store.audit_by("local|admin", limit=1)
    assert (kept.what, kept.refs) == ("the audit: who saw somebody whom nobody saw", set())
    assert "Every entry fits" in ask_audit(centre, asks, "admin", do="verify").text
    newest = asks.get("/access/audit", headers=centre.headers("admin"))
    assert centre.store.audit_by("local|admin")[0].what == "the audit: newest entries"
    assert not named_in(newest.text, centre.everybody())  # how many, and not who
    told = asks.get("/access/audit.json?who=local|mid&limit=2", headers=centre.headers("admin")).json()
    assert [each["who"] for each in told["entries"]] == ["local|mid"] * 2
    (kept,) = centre.store.audit_by("local|admin", limit=1)
    assert (kept.act, kept.what) == (Audited.ADMINISTERED, "the audit: entries for a machine (of local|mid)")
    asks.get("/access/audit.json?who=Mary+Smith&act=did", headers=centre.headers("admin"))
    (kept,) = centre.store.audit_by("local|admin", limit=1)
    assert kept.what == "the audit: entries for a machine (of somebody who did nothing, act did)"
    for wrong in ("whom=1", f"before={'9' * 23}", "before=-1", "before=x"):
        assert asks.get(f"/access/audit.json?{wrong}", headers=centre.headers("admin")).status_code == 422


def test_the_audit_is_asked_by_an_accounts_name_and_by_a_reference_however_it_is_written(
    centre: Centre, asks: httpx.Client
) -> None:
    centre.forget()
    asks.post(DASH, json=question("delays", kind="life", ref="SM-5"), headers=centre.headers("mid"))
    for of in ("mid", "MID", "local|mid"):
        assert "What local|mid saw and did" in ask_audit(centre, asks, "admin", do="asker", of=of).text, of
    seen = ask_audit(centre, asks, "admin", do="person", of="sm-5").text
    assert ("Who saw SM-5" in seen, "local|mid" in seen) == (True, True)
    assert centre.store.audit_by("local|admin")[0].refs == {"SM-5"}


def test_the_audit_is_asked_by_a_title_and_says_when_nobody_has_that_name(centre: Centre, asks: httpx.Client) -> None:
    for who in ("local|one", "local|two", "local|three"):
        centre.store.audit(who, "Ward lead" if who != "local|three" else "Duty admin", Audited.DID, "a huddle", at=AT)
    assert "What local|three saw and did" in ask_audit(centre, asks, "admin", do="asker", of="duty admin").text
    several = ask_audit(centre, asks, "admin", do="asker", of="Ward lead").text
    assert "Ask for one of them: local|one, local|two." in several
    assert "Nobody of that name or title" in ask_audit(centre, asks, "admin", do="asker", of="Nobody").text
    assert "That reference is in no entry" in ask_audit(centre, asks, "admin", do="person", of="XX-1").text


def test_whoever_is_named_on_a_page_of_counts_is_in_the_audit_as_every_list_knows_them(
    centre: Centre, asks: httpx.Client
) -> None:
    centre.forget()
    asks.get("/live/pages/packages?phase=waiting", headers=centre.headers("mid"))
    entry = next(each for each in centre.store.audit_by("local|mid") if each.what.startswith("packages"))
    people = {row.ref: row.person for row in centre.store.people("referrals", "mid", SOON)}
    named = {people[ref] for ref in entry.refs & set(people)}
    assert (bool(named), named <= entry.refs) == (True, True)
    assert (entry.what.endswith(", named on the page"), entry.what.count("?")) == (True, 1)


def test_the_audit_is_gone_through_to_its_oldest_entry(centre: Centre, asks: httpx.Client) -> None:
    for number in range(230):
        centre.store.audit("local|many", "Many", Audited.SAW, f"look {number}", {"SM-7"}, at=AT)
    for asked in ({"do": "asker", "of": "many"}, {"do": "person", "of": "sm-7"}, {"do": "older", "before": "999999"}):
        found: list[str] = []
        more = dict(asked)
        for _ in range(9):
            text = ask_audit(centre, asks, "admin", **more).text
            found += re.findall(r"look \d+", text)
            if (before := re.search(r'name="before" type="hidden" value="(\d+)"', text)) is None:
                break
            more["before"] = before[1]
        assert found == [f"look {number}" for number in reversed(range(230))], asked


@pytest.mark.parametrize("name", ["all", "lead", "viewer"])
def test_the_audit_is_for_administrators_alone(centre: Centre, asks: httpx.Client, name: str) -> None:
    assert ask_audit(centre, asks, name, do="person", of="SM-5").status_code == 403
    for path in ("/access/audit", "/access/audit.json"):
        assert asks.get(path, headers=centre.headers(name)).status_code == 403


# --- In words ------------------------------------------------------------------------------------------------------


def test_a_page_says_to_a_viewer_why_no_rows_are_there_and_to_a_manager_whose_they_are(
    centre: Centre, asks: httpx.Client
) -> None:
    def page(name: str) -> str:
        return asks.post(DASH, json=page_question("/delays"), headers=centre.headers(name)).text

    assert NOT_PERMITTED in page("viewer")
    assert "delays-grid" not in page("viewer")
    assert "Counted and listed on this page are the rows of Southmere alone" in page("southmere")
    assert "Counted and listed on this page" not in page("all")
    file = asks.get("/delays.xlsx", headers=centre.headers("southmere"))
    assert "Rows: of Southmere alone" in text_of(file)
