"""A huddle from its opening to its sitrep, by forms that need no script, on the real server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pypdfium2
import pytest

from flowcentre.model import Alerting
from flowcentre.picture.sitrep import Part, Sitrep
from flowcentre.store import NewMessage, Store
from layouts import sitrep_pdf
from tests.alerts.world import AT
from tests.store.alerting import claim_one
from tests.web.alerts_cast import FORM, WHO, fill_in, forms_of, send
from tests.web.huddle_cast import Room

# What a form is answered with needs but one of the databases: what is kept, once and in which order, is proved on both.
on_one = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@pytest.fixture
def room(store: Store) -> Room:
    return Room(store)


@pytest.fixture
def client(room: Room) -> Iterator[httpx.Client]:
    with room.serving() as url, httpx.Client(base_url=url, follow_redirects=True, timeout=30) as client:
        yield client


def test_a_huddle_is_opened_written_closed_and_sent(room: Room, client: httpx.Client) -> None:
    page = client.get("/huddle").text
    assert "No huddle is open." in page
    assert set(forms_of(page)) == {"open"}
    page = fill_in(client, "/huddle", "open").text
    assert "Huddle 1, opened 08:00 by site manager, nights." in page
    again = fill_in(client, "/huddle/1", "minute", words="Northgate opens six beds")
    assert "In the minutes" in again.text
    assert f"08:00, {WHO}: Northgate opens six beds" in again.text
    assert forms_of(again.text)["minute"]["author"] == WHO  # nobody says anew who they are for each line
    room.world.at += timedelta(minutes=20)
    closed = fill_in(client, "/huddle/1", "close", send="yes")
    assert closed.url.path == "/huddle/1"
    assert "The sitrep goes to Flow coordinator." in closed.text
    assert "Put up to be sent 08:20: delivered to 0 of 1; on its way to Flow coordinator." in closed.text
    text = client.get("/huddle/1.txt")
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert "Northgate opens six beds" in text.text
    assert "indicative, locally configured" in text.text
    [waiting] = waits(room.store)
    assert waiting == "huddle 1/sitrep/flow"
    letter = NewMessage("m/1", "flow", "letters", "Sitrep", "Sitrep", (waiting,), room.world.at)
    room.store.compose(lambda *_: [letter], room.world.at)
    message = claim_one(room.store, "sender", room.world.at, timedelta(minutes=1))
    assert message is not None
    room.store.delivered_together([message.id], room.world.at)
    assert "Put up to be sent 08:20: delivered to 1 of 1." in client.get("/huddle/1").text


def waits(store: Store) -> list[str]:
    """The keys of what is still to be told."""
    found: list[str] = []
    store.compose(lambda tellings, _: found.extend(each.key for each in tellings) or [], AT)  # type: ignore[func-returns-value]
    return found


def test_the_same_form_sent_twice_counts_once(room: Room, client: httpx.Client) -> None:
    fill_in(client, "/huddle", "open")
    fields = forms_of(client.get("/huddle").text)["minute"] | {"author": WHO, "words": "one bed at A1"}
    for _ in range(2):
        assert send(client, "/huddle/1", fields).status_code == 200
    assert [minute.words for minute in room.store.minutes(1)] == ["one bed at A1"]
    close = forms_of(client.get("/huddle").text)["close"] | {"author": WHO, "send": "yes"}
    assert send(client, "/huddle/1", close).url.query == b"done=sent"
    assert send(client, "/huddle/1", close).url.query == b"done=already"
    assert waits(room.store) == ["huddle 1/sitrep/flow"]
    assert fill_in(client, "/huddle", "open").text.count("Huddle 2, opened") == 1


@on_one
def test_a_form_that_is_put_right_on_the_way_back_is_another_line(room: Room, client: httpx.Client) -> None:
    fill_in(client, "/huddle", "open")
    fields = forms_of(client.get("/huddle").text)["minute"] | {"author": WHO}
    for words in ("six beds at A1", "four beds at A1"):
        assert send(client, "/huddle/1", fields | {"words": words}).url.params["done"] == "kept"
    assert [minute.words for minute in room.store.minutes(1)] == ["six beds at A1", "four beds at A1"]


def test_whoever_opens_a_second_is_told_who_opened_the_first(client: httpx.Client) -> None:
    assert "Opened" in fill_in(client, "/huddle", "open").text
    answer = send(client, "/huddle", {"do": "open", "author": "Matron B"})
    assert answer.url.params["done"] == "standing"
    assert "Already open" in answer.text
    assert f"Opened by {WHO} at 08:00." in answer.text


@on_one
def test_a_page_whose_huddle_was_closed_says_beside_its_forms_that_nothing_is_kept(
    room: Room, client: httpx.Client
) -> None:
    fill_in(client, "/huddle", "open")
    page = client.get("/huddle").text
    assert re.search(
        r'<div [^>]*class="huddle-forms"[^>]*data-huddle="1"|data-huddle="1"[^>]*class="huddle-forms"', page
    )
    assert "what you type now is not kept" not in page
    fill_in(client, "/huddle/1", "close", send="no")
    room.live.rebuild()
    assert "what you type now is not kept" in client.get("/live/pages/huddle").text
    assert "data-huddle" not in client.get("/huddle").text


@on_one
def test_an_action_is_logged_beside_the_page_of_a_huddle(client: httpx.Client) -> None:
    fill_in(client, "/huddle", "open")
    [way] = re.findall(r"<a [^>]*huddle=1[^>]*>", client.get("/huddle").text)
    assert 'target="_blank"' in way
    assert 'rel="noopener"' in way


@on_one
def test_an_old_address_does_not_say_what_is_not_so(client: httpx.Client) -> None:
    fill_in(client, "/huddle", "open")
    closed = fill_in(client, "/huddle/1", "close", send="no")
    assert "Closed, and not sent" in closed.text
    assert "On its way" not in client.get("/huddle/1?done=sent").text
    fill_in(client, "/huddle/1", "send")
    assert "Closed, and not sent" not in client.get(str(closed.url)).text


def test_what_is_written_after_the_end_comes_back_with_its_words_and_is_not_kept(
    room: Room, client: httpx.Client
) -> None:
    fill_in(client, "/huddle", "open")
    fields = forms_of(client.get("/huddle").text)["minute"] | {"author": WHO, "words": "too late <b>"}
    fill_in(client, "/huddle/1", "close", send="no")
    answer = send(client, "/huddle/1", fields)
    assert answer.status_code == 422
    assert "This huddle has been closed" in answer.text
    assert re.search(r'<input [^>]*value="too late &lt;b&gt;"', answer.text)
    assert 'href="/actions/new?huddle=1"' in answer.text
    assert "open another huddle" in answer.text
    assert room.store.minutes(1) == []
    assert fill_in(client, "/huddle/1", "send").url.query == b"done=sent"


@on_one
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"words": "Mrs A, 943 476 5919"}, "nothing of a patient"),
        ({"words": "  ... "}, "Write what was said"),
        ({"words": "x" * 501}, "In 500 letters at most"),
        ({"words": "one bed", "author": "07700 900123"}, "a role or initials"),
    ],
)
def test_what_cannot_be_kept_is_said_and_the_rest_stays_in_the_form(
    room: Room, client: httpx.Client, typed: dict[str, str], said: str
) -> None:
    fill_in(client, "/huddle", "open")
    answer = fill_in(client, "/huddle/1", "minute", **typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert "943 476" not in answer.text
    assert "07700" not in answer.text
    form = forms_of(answer.text)["minute"]
    assert form["words"] == (
        typed["words"]
        if typed["words"] == "one bed"
        else ""
        if "x" in typed["words"] or "943" in typed["words"]
        else "..."
    )
    assert room.store.minutes(1) == []


@on_one
def test_the_pdf_says_what_the_text_says(room: Room, client: httpx.Client) -> None:
    fill_in(client, "/huddle", "open")
    fill_in(client, "/huddle/1", "close", send="no")
    fill_in(client, "/huddle", "open")
    fill_in(client, "/huddle/2", "minute", words="Zoë asked – “six beds”, 98 % ≥ 95 ± 2 → ✓ Łódź, 六 {nb}")
    room.world.at += timedelta(hours=2)
    room.world.everything(bad=True)
    room.live.rebuild()
    fill_in(client, "/huddle/2", "close", send="no")
    answer = client.get("/huddle/2.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    with pypdfium2.PdfDocument(answer.content) as paper:
        words = " ".join(" ".join(page.get_textpage().get_text_range() for page in paper).split())
    lines = [line.removeprefix("- ") for line in client.get("/huddle/2.txt").text.splitlines()]
    told = [line for line in lines if line and not set(line) <= set("=-.") and "https://" not in line]
    assert any("rose by 60, from 20 to 80" in line for line in told)
    squeezed = words.replace(" ", "")
    for line in told:
        assert line.replace("六", sitrep_pdf.LACKING).replace(" ", "") in squeezed, line
    assert "1 letter cannot be printed here" in words


@on_one
def test_the_live_part_holds_no_form_and_is_news_when_somebody_writes(room: Room, client: httpx.Client) -> None:
    fill_in(client, "/huddle", "open")
    page = client.get("/huddle").text
    assert 'data-body-url="/live/pages/huddle"' in page
    before = client.get("/live/pages/huddle")
    assert "<form" not in before.text
    assert "<input" not in before.text
    fill_in(client, "/huddle/1", "minute", words="six beds")
    room.live.rebuild()
    after = client.get("/live/pages/huddle")
    assert int(after.headers["x-flow-version"]) > int(before.headers["x-flow-version"])
    assert "six beds" in after.text


@on_one
def test_where_nobody_is_named_nothing_is_sent_and_the_page_says_so(store: Store) -> None:
    room = Room(store, Alerting())
    with room.serving() as url, httpx.Client(base_url=url, follow_redirects=True, timeout=30) as client:
        fill_in(client, "/huddle", "open")
        assert "Nobody is named who gets the sitrep" in client.get("/huddle").text
        answer = send(client, "/huddle/1", {"do": "close", "author": WHO, "send": "yes"})
        assert answer.url.query == b"done=closed"
        assert "Nobody is named" in answer.text
        assert "Nothing was kept" not in answer.text
        assert client.get("/huddle/1").text.count("Not sent.") == 1


@on_one
def test_a_server_that_only_reads_shows_huddles_and_takes_nothing(room: Room) -> None:
    with room.serving(writes=False) as url, httpx.Client(base_url=url, timeout=30) as client:
        assert forms_of(client.get("/huddle").text) == {}
        assert send(client, "/huddle", {"do": "open", "author": WHO}).status_code == 405


@on_one
def test_an_unhappy_store_is_said_and_the_words_stay(room: Room) -> None:
    class Away:
        def __getattr__(self, name: str) -> object:
            return getattr(room.store, name)

        def add_minute(self, *_args: object, **_more: object) -> object:
            raise OSError("away")

    with room.serving(desk=Away()) as url, httpx.Client(base_url=url, follow_redirects=True, timeout=30) as client:  # type: ignore[arg-type]
        fill_in(client, "/huddle", "open")
        answer = fill_in(client, "/huddle/1", "minute", words="six beds")
        assert answer.status_code == 503
        assert "This may not have been kept" in answer.text
        assert forms_of(answer.text)["minute"]["words"] == "six beds"


@on_one
def test_where_not_even_the_page_can_be_drawn_the_words_come_back(room: Room) -> None:
    class Gone:
        def __getattr__(self, name: str) -> object:
            raise OSError("away")

    fields = {"do": "minute", "form": "a" * 20, "words": "six beds", "author": WHO}
    with room.serving(desk=Gone()) as url, httpx.Client(base_url=url, timeout=30) as client:  # type: ignore[arg-type]
        answer = send(client, "/huddle/1", fields)
        assert (answer.status_code, answer.headers["content-type"]) == (503, "text/plain; charset=utf-8")
        assert answer.text.startswith("This may not have been kept")
        assert answer.text.endswith("six beds")
        assert "943" not in send(client, "/huddle/1", fields | {"words": "943 476 5919"}).text


def test_the_letters_of_a_pdf_are_unpacked_once_and_nothing_is_said_of_lacking_where_none_is() -> None:
    for number in range(3):
        paper = sitrep_pdf.pdf(Sitrep(f"Nobody has asked for ≥ {number} before"))
    assert sitrep_pdf._unpacked.cache_info().misses <= 2
    with pypdfium2.PdfDocument(paper) as read:
        words = read[0].get_textpage().get_text_range()
    assert "for ≥ 2 before" in words
    assert "cannot be printed" not in words


@on_one
@pytest.mark.parametrize(
    "path", ["/huddle/7", "/huddle/7.txt", "/huddle/7.pdf", "/huddle/x", "/huddle/1/2", "/huddle/x.pdf"]
)
def test_what_is_not_there_is_said_in_plain_words(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.text[:11]) == (404, "There is no")


@on_one
def test_a_form_from_elsewhere_is_refused(client: httpx.Client) -> None:
    answer = client.post("/huddle", content="do=open&author=me", headers=FORM | {"origin": "https://elsewhere.example"})
    assert answer.status_code == 403


def test_a_sitrep_of_many_pages_has_room_for_their_number(recwarn: pytest.WarningsRecorder) -> None:
    lines = tuple(f"Sentence {number} of a long huddle." for number in range(150))
    paper = sitrep_pdf.pdf(Sitrep("A long one", parts=(Part("What was said", lines),)))
    with pypdfium2.PdfDocument(paper) as read:
        assert len(read) == 4
        assert "page 1 of 4" in read[0].get_textpage().get_text_range()
    assert [str(each.message) for each in recwarn] == []
