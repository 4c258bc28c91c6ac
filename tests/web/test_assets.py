"""What the files that pages are made of cost: anybody may ask for them, and it counts for nothing."""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.middleware.gzip import GZipResponder

from tests.web.cast import Westshire, running


@pytest.fixture
def compressed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How long each thing is that is compressed from now on, by whatever compresses."""
    lengths: list[int] = []
    once, anew = gzip.compress, GZipResponder._compress_body

    def kept(content: bytes, *how: Any, **named: Any) -> bytes:
        lengths.append(len(content))
        return once(content, *how, **named)

    def each(self: GZipResponder, body: bytes, more_body: bool) -> bytes:
        lengths.append(len(body))
        return anew(self, body, more_body)

    monkeypatch.setattr("gzip.compress", kept)
    monkeypatch.setattr(GZipResponder, "_compress_body", each)
    return lengths


def test_a_file_is_compressed_once_however_many_ask_for_it_and_anew_when_it_has_changed(
    westshire: Westshire, tmp_path: Path, compressed: list[int]
) -> None:
    westshire.assets, script = tmp_path, tmp_path / "page.js"
    script.write_text("let figure = 1;\n" * 400)
    with running(westshire.app()) as url, ThreadPoolExecutor(8) as many:

        def asked(encoding: str = "gzip", **headers: str) -> httpx.Response:
            return httpx.get(f"{url}/assets/page.js", headers={"accept-encoding": encoding} | headers)

        answers = [*many.map(asked, ["gzip"] * 8), asked("br, gzip"), asked("identity")]
        assert {answer.text for answer in answers} == {script.read_text()}
        assert compressed == [6400]
        assert [answer.headers.get("content-encoding") for answer in answers] == [*["gzip"] * 8, "br", None]
        first = answers[0].headers
        assert {answer.headers["content-type"] for answer in answers} == {"text/javascript; charset=utf-8"}
        assert (first["cache-control"], first["vary"]) == ("no-cache", "Accept-Encoding")
        assert asked(**{"if-none-match": first["etag"]}).status_code == 304
        script.write_text("let figure = 2;\n" * 401)
        changed = asked(**{"if-none-match": first["etag"]})
        assert (changed.status_code, changed.text) == (200, script.read_text())
        assert compressed == [6400, 6416]
        for path in ("none.js", "", "../README.md", "%2e%2e/README.md"):
            assert httpx.get(f"{url}/assets/{path}").status_code in (401, 404), path
