"""A live page whose content depends on its address: one drawing for all who ask the same, and not too many kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from flowcentre.model import Picture
from flowcentre.web import create_server
from flowcentre.web.finished import ASKED, MOST_ASKED, Finished, Renderings, finish
from flowcentre.web.glass import AskedPage
from tests.web.cast import Drawings, Publisher, QuietStore, run, running


class Asked(Drawings):
    def glass(self):  # type: ignore[no-untyped-def]
        page = AskedPage(
            self.canonical, self.answer, lambda _, *asked: self.answer(*asked), self.answer, lambda *_: False
        )
        plain = super().glass()
        return replace(plain, asked_pages={"list": page})

    def canonical(self, _picture: Picture, query: str) -> str | None:
        return None if "at=" in query else "&".join(sorted(query.split("&")))

    def answer(self, picture: Picture, query: str) -> str:
        with self.lock:
            self.drawn.append(query)
        return f"{picture.version} {query}"


@pytest.fixture
def drawings() -> Asked:
    return Asked()


@pytest.fixture
def asking(drawings: Asked) -> Iterator[httpx.Client]:
    live = Publisher()
    app = create_server(live, QuietStore(), drawings.glass(), now=live.now)  # type: ignore[arg-type]
    with running(app) as url, httpx.Client(base_url=url, timeout=10) as client:
        yield client


def test_all_who_ask_the_same_in_other_words_share_one_drawing(asking: httpx.Client, drawings: Asked) -> None:
    first = asking.get("/live/pages/list?b=2&a=1")
    second = asking.get("/live/pages/list?a=1&b=2")
    assert first.text == second.text == "1 a=1&b=2"
    assert first.headers["etag"] == second.headers["etag"]
    assert first.headers["x-flow-version"] == "1"
    assert drawings.drawn == ["a=1&b=2"]
    assert asking.get("/live/pages/list").text == "1 "


def test_an_address_that_looks_back_is_not_live(asking: httpx.Client) -> None:
    assert asking.get("/live/pages/list?at=2026-11-18T08:00").status_code == 404


def test_other_live_pages_are_the_same_whatever_is_asked(asking: httpx.Client, drawings: Asked) -> None:
    assert asking.get("/live/pages/demand?a=1").status_code == 200
    assert asking.get("/live/pages/demand?a=2").status_code == 200
    assert drawings.drawn == ["page 1"]


def test_of_many_that_are_asked_for_only_the_newest_are_kept_and_drawn_ahead() -> None:
    from concurrent.futures import ThreadPoolExecutor

    live, drawn = Publisher(), []

    def build(_picture: Picture, which: str) -> tuple[bytes, str]:
        drawn.append(which)
        return which.encode(), "text/plain"

    async def ask() -> list[Finished]:
        with ThreadPoolExecutor(1) as threads:
            renderings = Renderings(live.current, {ASKED: build, "page": build}, threads)
            await renderings.part("page", "demand")
            found = [(await renderings.part(ASKED, f"list?{number}"))[0] for number in range(MOST_ASKED * 3)]
            await renderings.part(ASKED, "list?0")  # forgotten, and drawn again
            assert len(renderings._asked) <= MOST_ASKED + 1
            assert len(renderings.now()._parts) <= MOST_ASKED + 1
            assert ("page", "demand") in renderings.now()._parts
            return found

    assert run(ask())[5] == finish(b"list?5", "text/plain")
    assert drawn.count("list?0") == 2
