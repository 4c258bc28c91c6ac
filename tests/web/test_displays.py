"""Boards and live parts: built once, compressed once, the same bytes for everyone."""

from __future__ import annotations

import gzip
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import brotli
import httpx
import pytest
from structlog.testing import capture_logs

from flowcentre.model import Board
from flowcentre.web.finished import finish
from tests.web.cast import Westshire, picture_of, running


def test_a_board_is_a_whole_page_and_its_body_the_part_that_changes(client: httpx.Client) -> None:
    document, body = client.get("/wall/county"), client.get("/wall/county/body")
    assert document.headers["content-type"] == body.headers["content-type"] == "text/html; charset=utf-8"
    assert document.text.startswith("<!doctype html>")
    assert body.text in document.text
    assert ">451<" in body.text


def test_one_board_is_shown_at_once_and_several_are_listed(westshire: Westshire) -> None:
    with running(westshire.app()) as url:
        assert httpx.get(f"{url}/wall").headers["location"] == "/wall/county"
        westshire.with_boards(Board("a", "Ward A", "wall"), Board("b", "Ward B", "wall"))
        listed = httpx.get(f"{url}/wall")
        assert listed.text == "<!doctype html>Ward A, Ward B"
        assert listed.headers["content-type"] == "text/html; charset=utf-8"
        westshire.with_boards()
        assert httpx.get(f"{url}/wall/").text == "<!doctype html>"


@pytest.mark.parametrize("path", ["/wall/none", "/wall/none/body", "/live/pages/none"])
def test_what_is_not_there_is_said_in_plain_words(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.text.startswith("There is no")


def test_a_hundred_displays_that_ask_at_once_have_the_body_built_once(westshire: Westshire) -> None:
    limits = httpx.Limits(max_connections=100)
    with (
        running(westshire.app()) as url,
        httpx.Client(base_url=url, limits=limits, timeout=30) as client,
        ThreadPoolExecutor(100) as displays,
    ):
        answers = list(displays.map(lambda _: client.get("/wall/county/body"), range(100)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert westshire.drawings.drawn == ["body county 1"]


def test_who_has_it_already_is_told_so_and_gets_no_body(client: httpx.Client, westshire: Westshire) -> None:
    first = client.get("/wall/county/body")
    again = client.get("/wall/county/body", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["x-flow-version"] == "1"
    westshire.publish_occupied(2, 452)
    newer = client.get("/wall/county/body", headers={"if-none-match": first.headers["etag"]})
    assert newer.status_code == 200
    assert ">452<" in newer.text


def test_two_servers_on_one_store_give_the_same_etag_for_the_same_content() -> None:
    etags = set()
    for _ in range(2):
        with running(Westshire().app()) as url:
            etags.add(tuple(httpx.get(url + path).headers["etag"] for path in ("/wall/county", "/api/v1/picture")))
    assert len(etags) == 1


@pytest.mark.parametrize(
    ("accepted", "used"),
    [("br, gzip", "br"), ("gzip, deflate", "gzip"), ("identity", None), ("br;q=0, gzip", "gzip"), ("", None)],
)
def test_the_smallest_form_that_a_display_understands_is_sent(
    client: httpx.Client, accepted: str, used: str | None
) -> None:
    with client.stream("GET", "/wall/county/body", headers={"accept-encoding": accepted}) as answer:
        sent = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == used
    assert answer.headers["vary"] == "Accept-Encoding"
    unpacked = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[used](sent)
    assert unpacked == client.get("/wall/county/body").content


def test_a_picture_that_was_only_looked_at_again_is_not_drawn_again(client: httpx.Client, westshire: Westshire) -> None:
    before = client.get("/wall/county/body").headers["etag"]
    westshire.live.picture = picture_of(1)
    assert client.get("/wall/county/body").headers["etag"] == before
    assert westshire.drawings.drawn == ["body county 1"]


def test_what_is_watched_is_built_before_it_is_asked_for_again(client: httpx.Client, westshire: Westshire) -> None:
    client.get("/wall/county/body")
    with client.stream("GET", "/live") as stream:
        lines = stream.iter_lines()
        next(lines)
        westshire.publish_occupied(2, 452)
        assert any('"version":2' in line for line in lines)
        assert client.get("/wall/county/body").headers["x-flow-version"] == "2"
    assert Counter(westshire.drawings.drawn)["body county 2"] == 1


def test_a_layout_that_fails_fails_for_that_picture_only(westshire: Westshire) -> None:
    draw, fails = westshire.drawings.body, [True]

    def body(*asked: object) -> str:
        if fails[0]:
            raise KeyError("the place of 943 476 5919")
        return draw(*asked)  # type: ignore[arg-type]

    westshire.drawings.body = body  # type: ignore[method-assign]
    with capture_logs() as lines, running(westshire.app()) as url:
        assert httpx.get(f"{url}/wall/county/body").status_code == 500
        assert httpx.get(f"{url}/healthz").status_code == 200
        fails[0] = False
        westshire.publish_occupied(2, 452)
        assert httpx.get(f"{url}/wall/county/body").status_code == 200
    (told,) = [line for line in lines if line["event"] == "could not draw"]
    assert (told["error"], told["part"]) == ("KeyError", "body/county")
    assert told["where"].startswith("test_displays.py:")
    assert "exc_info" not in told, "its traceback would quote a person"
    assert "943" not in str(lines)


def test_a_refused_configuration_and_what_a_feed_did_are_drawn_without_waiting_for_a_poll(westshire: Westshire) -> None:
    westshire.drawings.body = lambda picture, _: f"{picture.refused} {picture.feeds[0].skipped_today}"  # type: ignore[method-assign]
    with running(westshire.app()) as url:
        assert httpx.get(f"{url}/wall/county/body").text == "() 0"
        refused = replace(picture_of(1), refused=("feeds.toml line 3: no such connector",))
        westshire.publish(refused)
        assert "feeds.toml line 3" in httpx.get(f"{url}/wall/county/body").text
        westshire.publish(replace(refused, feeds=(replace(refused.feeds[0], skipped_today=2),)))
        assert httpx.get(f"{url}/wall/county/body").text.endswith(" 2")


def test_the_live_part_of_a_page_is_finished_html(client: httpx.Client) -> None:
    answer = client.get("/live/pages/demand")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text == '<p id="figure">451 occupied</p>'


def test_finished_bytes_follow_from_the_content_alone() -> None:
    assert finish(b"a" * 1000, "text/html") == finish(b"a" * 1000, "text/html")
    assert finish(b"a", "text/html").etag != finish(b"b", "text/html").etag
