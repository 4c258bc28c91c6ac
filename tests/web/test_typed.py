"""Typing in over the web: what is kept and shown, and what never gets through."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from structlog.testing import capture_logs

from flowcentre.model import AskedPlace
from flowcentre.store import Store, open_store
from flowcentre.web.typed_slips import choices
from tests.feeds.typed_cast import AT, AUTHOR, FILE, HOUR, TYPED
from tests.store.saying import sighting, tell
from tests.web.cast import Westshire, running
from tests.web.typed_cast import FORM, Corner, PretendDesk, form_in, send, typed_by

NORTH = "neighbours-north"
USED, STAFFED = {"voluntary_used": "7"}, {"voluntary_capacity": "12"}
FIGURES = USED | STAFFED


# What a form is answered with needs but one of the databases: what is kept, once and in which order, is proved on both.
on_one = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@pytest.fixture
def corner(store: Store) -> Corner:
    return Corner(store)


@pytest.fixture
def client(corner: Corner) -> Iterator[httpx.Client]:
    with corner.serving() as url, httpx.Client(base_url=url, timeout=20) as asking:
        yield asking


@pytest.fixture(scope="module")
def untouched(lasting_store: Store) -> Corner:
    """The corner for what is refused: nothing is ever kept there, and so those tests share it."""
    return Corner(lasting_store)


@pytest.fixture(scope="module")
def asking(untouched: Corner) -> Iterator[httpx.Client]:
    with untouched.serving() as url, httpx.Client(base_url=url, timeout=20) as client:
        yield client


def nothing_is_kept(corner: Corner) -> bool:
    return corner.store.version() == 0 and not corner.store.polls()


def value(client: httpx.Client, measure: str = "voluntary_used", place: str = NORTH) -> dict[str, object]:
    [found] = client.get(f"/api/v1/picture?place={place}&measure={measure}").json()["values"]
    return dict(found)


# --- Sent and shown -------------------------------------------------------------------------


def test_what_is_typed_is_in_the_picture_when_the_answer_comes(client: httpx.Client) -> None:
    answer = typed_by(client, **FIGURES)
    assert answer.status_code == 303
    assert value(client)["value"] == 7
    assert value(client)["state"] == "fresh"
    assert value(client)["stale_at"] == "2026-11-22T12:14:32.125000Z"
    page = client.get(answer.headers["location"]).text
    for words in ("Kept", "At 08:14. It holds until 12:14.", "As it stands now", AUTHOR):
        assert words in page
    assert form_in(page)["author"] == AUTHOR  # remembered in the form that it came with,
    assert form_in(client.get(f"/type-in/{NORTH}").text)["author"] == ""  # and in no other


def test_an_answer_says_so_where_the_picture_does_not_show_it_yet(
    corner: Corner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowcentre.web.typed._SHOWN_WITHIN", 0.1)
    monkeypatch.setattr(corner.live, "rebuild", corner.live.current)
    with corner.serving() as url, httpx.Client(base_url=url, timeout=20) as client:
        answer = typed_by(client, **FIGURES)
        page = client.get(answer.headers["location"]).text
    assert "Kept" in page
    assert "do not show it yet" in page


def test_a_fresh_form_holds_what_was_last_known(client: httpx.Client, corner: Corner) -> None:
    empty = form_in(client.get(f"/type-in/{NORTH}").text)
    assert (empty["voluntary sector/used"], empty["holds"]) == ("", "14400")
    typed_by(client, **FIGURES)
    corner.clock.forward(26 * HOUR)
    corner.live.rebuild()
    again = client.get(f"/type-in/{NORTH}").text
    assert form_in(again)["voluntary sector/used"] == "7"
    assert "expired yesterday 12:14." in again
    assert 'data-state="stale"' in again


def test_the_same_form_sent_again_or_gone_back_to_is_one_record(client: httpx.Client, corner: Corner) -> None:
    page = client.get(f"/type-in/{NORTH}").text
    fields = form_in(page, author=AUTHOR, **FIGURES)
    first, second = send(client, NORTH, fields), send(client, NORTH, fields)
    assert len(corner.store.polls(TYPED.id)) == 1
    assert second.headers["location"] == first.headers["location"] + "&again=yes"
    assert "had been sent before" in client.get(second.headers["location"]).text
    for _ in range(2):  # loading the answer once more sends nothing
        assert "had been sent before" not in client.get(first.headers["location"]).text
    assert len(corner.store.polls(TYPED.id)) == 1
    send(client, NORTH, fields | {"voluntary sector/used": "8"})
    assert value(client)["value"] == 8


@on_one
@pytest.mark.parametrize(
    ("chosen", "until"), [("3600", "09:14"), ("86400", "tomorrow 08:14"), ("2026-11-23T08:00Z", "tomorrow 08:00")]
)
def test_it_holds_as_long_as_was_chosen(client: httpx.Client, chosen: str, until: str) -> None:
    answer = typed_by(client, holds=chosen, **FIGURES)
    assert f"It holds until {until}." in client.get(answer.headers["location"]).text


@on_one
def test_a_half_may_be_typed_with_a_comma(client: httpx.Client) -> None:
    typed_by(client, "wupi-north", reablement_hours_used="61,5", reablement_hours_capacity="80")
    assert value(client, "reablement_hours_used", "wupi-north")["value"] == 61.5


@on_one
def test_the_list_tells_each_place_with_its_figures_author_and_end(client: httpx.Client, corner: Corner) -> None:
    typed_by(client, **FIGURES)
    page = client.get("/type-in").text
    assert page.count('class="typed-place"') == 4
    assert page.count("Nothing has been typed in yet.") == 3
    assert f"Typed in by {AUTHOR} at 08:14, holds until 12:14." in page
    corner.clock.forward(4 * HOUR)
    corner.live.rebuild()
    assert f"Typed in by {AUTHOR} at 08:14, expired at 12:14." in client.get("/type-in").text


def test_pages_are_not_kept_and_take_no_word_of_anybodys_as_html(asking: httpx.Client) -> None:
    answer = asking.get(f"/type-in/{NORTH}?sent=<script>")
    assert answer.headers["cache-control"] == "no-store"
    said = typed_by(asking, author="<b>x</b>", voluntary_used="<i>", voluntary_capacity='"')
    assert said.status_code == 422
    assert "<b>x" not in said.text
    assert "<i>" not in said.text
    assert "&lt;i&gt;" in said.text


# --- Held -----------------------------------------------------------------------------------


@on_one
def test_figures_that_changed_places_are_held_and_may_be_stood_by(client: httpx.Client) -> None:
    typed_by(client, **FIGURES)
    held = typed_by(client, voluntary_used="12", voluntary_capacity="7")
    assert held.status_code == 422
    assert "Not taken" in held.text
    assert "More is used than there is, 12 of 7." in held.text
    assert value(client)["value"] == 7
    fields = form_in(held.text)
    assert (fields["voluntary sector/used"], fields["author"]) == ("12", AUTHOR)
    assert send(client, NORTH, fields | {"sure": "yes"}).status_code == 303
    assert value(client)["value"] == 12


def test_a_figure_below_zero_is_held_with_its_reason_and_what_stood_before_stands(client: httpx.Client) -> None:
    typed_by(client, **FIGURES)
    held = typed_by(client, voluntary_used="-3", voluntary_capacity="12")
    assert held.status_code == 422
    assert "Voluntary sector places in use is not a count: it is below zero." in held.text
    assert 'name="sure"' not in held.text
    assert (value(client)["value"], value(client)["held"]) == (7, 1)
    assert "Nothing of this form was kept" in held.text
    assert "holds until" not in held.text.split("<form")[0].replace(f"{AUTHOR} at 08:14, holds until", "")
    # A browser lets it through: it would refuse it in words of its own.
    assert 'pattern="-?[0-9]*"' in held.text


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"author": "943 476 5919"}, "looks like an NHS number"),
        ({"author": "jb 943 476 5919"}, "looks like an NHS number"),
        ({"author": ""}, "Say who you are"),
        ({"voluntary_used": "", "voluntary_capacity": ""}, "give one figure at least"),
        ({"holds": "2026-11-22T08:00Z"}, "has passed"),
        ({"holds": "999999"}, "too far off"),
    ],
)
def test_what_cannot_be_kept_comes_back_as_it_was_typed_with_the_reason(
    asking: httpx.Client, untouched: Corner, typed: dict[str, str], why: str
) -> None:
    answer = typed_by(asking, **FIGURES | typed)
    assert answer.status_code == 422
    assert "Nothing was kept" in answer.text
    assert why in answer.text
    fields = form_in(answer.text)
    assert fields["voluntary sector/used"] == typed.get("voluntary_used", "7")
    assert fields["author"] == ("" if "author" in typed else AUTHOR)  # what may be a person's number is not shown again
    assert "943 476" not in answer.text
    assert nothing_is_kept(untouched)


# --- Never through --------------------------------------------------------------------------


def fields_of_a_form(client: httpx.Client) -> dict[str, str]:
    return form_in(client.get(f"/type-in/{NORTH}").text, author=AUTHOR, **FIGURES)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_sent_from_elsewhere_is_refused(
    asking: httpx.Client, untouched: Corner, headers: dict[str, str]
) -> None:
    assert send(asking, NORTH, fields_of_a_form(asking), **headers).status_code == 403
    assert nothing_is_kept(untouched)


@on_one
def test_a_form_that_does_not_say_where_it_was_drawn_is_refused(client: httpx.Client, corner: Corner) -> None:
    fields = fields_of_a_form(client)
    assert client.post(f"/type-in/{NORTH}", data=fields).status_code == 403
    assert client.post(f"/type-in/{NORTH}", data=fields, headers={"sec-fetch-site": "none"}).status_code == 403
    assert nothing_is_kept(corner)
    assert client.post(f"/type-in/{NORTH}", data=fields, headers={"sec-fetch-site": "same-origin"}).status_code == 303


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain", ""])
def test_a_form_of_another_kind_is_refused(asking: httpx.Client, untouched: Corner, kind: str) -> None:
    assert send(asking, NORTH, fields_of_a_form(asking), **{"content-type": kind}).status_code == 400
    assert nothing_is_kept(untouched)


def test_a_huge_form_is_refused_whether_or_not_its_length_is_told(asking: httpx.Client, untouched: Corner) -> None:
    headers = FORM | {"origin": str(asking.base_url).rstrip("/")}
    big = b"author=" + b"x" * 9_000
    assert asking.post(f"/type-in/{NORTH}", content=big, headers=headers).status_code == 413
    assert (
        asking.post(f"/type-in/{NORTH}", content=iter([big[:5_000], big[5_000:]]), headers=headers).status_code == 413
    )
    assert nothing_is_kept(untouched)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_nothing_but_a_form_is_sent_there(asking: httpx.Client, method: str) -> None:
    assert asking.request(method, f"/type-in/{NORTH}").status_code == 405


@pytest.mark.parametrize(
    "path", ["/type-in", "/type-in/", "/type-in/neighbours-north/x", "/type-in/A", "/type-in/%2e%2e"]
)
def test_a_form_is_sent_to_a_place_and_to_nothing_else(asking: httpx.Client, path: str) -> None:
    headers = FORM | {"origin": str(asking.base_url).rstrip("/")}
    assert asking.post(path, content="author=jb", headers=headers).status_code == 405


@pytest.mark.parametrize("place", ["northgate", "westshire", "nowhere"])
def test_a_place_that_nobody_types_for_is_not_there(asking: httpx.Client, untouched: Corner, place: str) -> None:
    assert asking.get(f"/type-in/{place}").status_code == 404
    assert send(asking, place, fields_of_a_form(asking)).status_code == 404
    assert nothing_is_kept(untouched)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "form",
        "%FF=%FF",
        "form=x&form=y",
        "author=jb",
        "form=" + "x" * 20 + "&author=jb&holds=14400",
        "&".join(f"f{number}=1" for number in range(200)),
    ],
)
def test_what_is_no_form_of_ours_is_refused_in_plain_words(asking: httpx.Client, untouched: Corner, body: str) -> None:
    headers = FORM | {"origin": str(asking.base_url).rstrip("/")}
    answer = asking.post(f"/type-in/{NORTH}", content=body, headers=headers)
    assert answer.status_code == 400
    assert "open it again" in answer.text
    assert nothing_is_kept(untouched)


@pytest.mark.parametrize(
    "change",
    [
        {"voluntary sector/used": None},
        {"form": "short"},
        {"form": "x" * 65},
        {"holds": ""},
        {"holds": "4h"},
        {"holds": "٣٦٠٠"},
        {"voluntary sector/used": "7" * 41},
    ],
)
def test_a_form_that_was_tampered_with_is_refused(
    asking: httpx.Client, untouched: Corner, change: dict[str, str | None]
) -> None:
    fields = fields_of_a_form(asking) | change
    sent = {name: cell for name, cell in fields.items() if cell is not None}
    assert send(asking, NORTH, sent).status_code == 400
    assert nothing_is_kept(untouched)


# --- Gone back to ---------------------------------------------------------------------------


@on_one
def test_a_browser_may_go_back_to_a_refusal_and_keeps_no_other_page(client: httpx.Client) -> None:
    typed_by(client, **FIGURES)
    for refused in ({"voluntary_used": "12", "voluntary_capacity": "7"}, {"author": "943 476 5919 jb"}):
        answer = typed_by(client, **refused)
        assert (answer.status_code, answer.headers["cache-control"]) == (422, "private, no-cache")
    assert client.get(f"/type-in/{NORTH}").headers["cache-control"] == "no-store"


def test_an_older_answer_says_what_has_replaced_it(client: httpx.Client, corner: Corner) -> None:
    first = typed_by(client, **FIGURES).headers["location"]
    corner.clock.forward(timedelta(minutes=6))
    newer = typed_by(client, voluntary_used="8", voluntary_capacity="12", author="night lead").headers["location"]
    page = client.get(first).text
    assert "It holds no longer: a newer form (08:20, night lead) has replaced it." in page
    assert "Kept, and replaced since" in page
    assert "It holds until 12:14" not in page
    assert "It holds until 12:20." in client.get(newer).text
    corner.clock.forward(5 * HOUR)
    corner.live.rebuild()
    assert "It held until 12:20." in client.get(newer).text


def test_an_older_answer_says_that_a_file_has_replaced_it(client: httpx.Client, corner: Corner) -> None:
    figures = {"reablement_hours_used": "61", "reablement_hours_capacity": "80"}
    first = typed_by(client, "wupi-north", **figures).headers["location"]
    corner.clock.forward(HOUR)
    said = {"reablement_hours_capacity": 80.0}
    tell(corner.store, FILE.id, corner.clock.at, sighting("wupi-north", corner.clock.at, **said))
    corner.live.rebuild()
    page = client.get(first).text
    assert "It holds until 12:14. In part a newer file (09:14) has replaced it." in page


# --- A store that cannot be written -----------------------------------------------------------


def test_a_store_that_cannot_be_written_is_said_plainly_and_the_form_comes_back_to_be_sent_again() -> None:
    westshire = Westshire(desk=PretendDesk())
    with running(westshire.app()) as url, httpx.Client(base_url=url) as client, capture_logs() as lines:
        fields = {"recovery beds/used": "7", "author": AUTHOR, "holds": "14400", "form": "x" * 20}
        answer = send(client, "northgate", fields)
    assert answer.status_code == 503
    assert "the store does not answer" in answer.text
    assert "disk" not in answer.text
    [line] = [line for line in lines if line["log_level"] == "error"]
    assert line["error"] == "OSError"
    assert AUTHOR not in str(lines)


def test_a_reading_server_says_that_nothing_can_be_kept(store_url: str) -> None:
    reader = open_store(store_url, writer=False)
    try:
        with Corner(reader).serving() as url, httpx.Client(base_url=url) as client:
            page = client.get(f"/type-in/{NORTH}").text
            fields = form_in(page, author=AUTHOR, **FIGURES)
            answer = send(client, NORTH, fields)
            assert answer.status_code == 503
            assert form_in(answer.text)["form"] == fields["form"]  # the very form, to be sent again
    finally:
        reader.close()


def test_a_server_without_anything_to_type_in_has_no_such_page() -> None:
    with running(Westshire().app()) as url, httpx.Client(base_url=url) as client:
        assert client.get("/type-in").status_code == 404
        assert client.get("/type-in/northgate").status_code == 404
        assert send(client, "northgate", {"author": "jb"}).status_code == 404


# --- Who ------------------------------------------------------------------------------------


@on_one
def test_who_is_signed_in_is_the_author_whatever_the_form_says(store: Store) -> None:
    corner = Corner(store, signed_in=lambda request: "ward clerk, Maple")
    with corner.serving() as url, httpx.Client(base_url=url, timeout=20) as client:
        page = client.get(f"/type-in/{NORTH}").text
        assert "author" not in form_in(page)
        assert "ward clerk, Maple" in page
        send(client, NORTH, form_in(page, **FIGURES) | {"author": "somebody else"})
        typed = value(client)["typed"]
    assert isinstance(typed, dict)
    assert typed["author"] == "ward clerk, Maple"


@on_one
def test_what_looks_like_a_name_is_asked_about_with_a_tick_of_its_own(client: httpx.Client) -> None:
    typed_by(client, **FIGURES)
    asked = typed_by(client, author="Meadow Court", voluntary_used="12", voluntary_capacity="7")
    assert asked.status_code == 422
    assert "Is this a role?" in asked.text
    assert 'name="sure"' not in asked.text
    fields = form_in(asked.text, role="yes")
    doubted = send(client, NORTH, fields)  # that it is a role says nothing of the figures
    assert "More is used than there is, 12 of 7." in doubted.text
    kept = send(client, NORTH, form_in(doubted.text, sure="yes"))
    assert kept.status_code == 303
    again = form_in(client.get(kept.headers["location"]).text)
    assert (again["author"], again["role"]) == ("Meadow Court", "yes")  # not asked twice of one form
    assert 'name="role"' not in client.get(f"/type-in/{NORTH}").text


# --- How long -------------------------------------------------------------------------------


def offered(now: datetime, holds_for: timedelta = 4 * HOUR) -> list[str]:
    found = choices(AskedPlace("x", "typed-in", holds_for, ()), now)
    assert [hold.key for hold in found if hold.chosen] == [f"{holds_for.total_seconds():.0f}"]
    return [hold.key for hold in found]


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ("2026-11-22T08:14", "2026-11-23T08:00Z"),
        ("2026-11-22T03:00", "2026-11-22T08:00Z"),
        ("2026-11-22T07:45", "2026-11-22T08:00Z"),
        ("2026-11-22T07:46", "2026-11-23T08:00Z"),
        ("2026-07-01T22:00", "2026-07-02T07:00Z"),
        ("2026-10-24T22:00", "2026-10-25T08:00Z"),  # the clocks go back in that night
        ("2027-03-27T22:00", "2027-03-28T07:00Z"),  # and forward in that
    ],
)
def test_the_morning_that_is_offered_is_eight_on_londons_clocks(now: str, morning: str) -> None:
    assert morning in offered(datetime.fromisoformat(now).replace(tzinfo=UTC))


def test_the_choices_go_from_short_to_long_and_the_feeds_own_is_among_them() -> None:
    assert offered(AT) == ["3600", "14400", "2026-11-23T08:00Z", "86400"]
    assert offered(AT, timedelta(minutes=90)) == ["3600", "5400", "14400", "2026-11-23T08:00Z", "86400"]


# --- Quick ----------------------------------------------------------------------------------


def test_an_answer_comes_quickly_enough_to_wait_for(client: httpx.Client) -> None:
    began = time.process_time()  # of server and client: others may keep the machine
    typed_by(client, **FIGURES)
    assert time.process_time() - began < 2
