"""Boards written as pages that need no server: what is looked at on the morning on which there is none."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from running.setting import ASSETS

if TYPE_CHECKING:
    from flowcentre.model import Picture, Upkeep

BEHIND = timedelta(minutes=5)  # beyond what was agreed: then somebody is told


class FallbackDuty:
    """Writes the boards, each whole or not at all, where the configuration says where to."""

    name = "fallback"

    def __init__(self, current: Callable[[], Picture], now: Callable[[], datetime]) -> None:
        self._current = current
        self._now = now
        self._styles = ""
        self._began_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._shown_at: datetime | None = None
        self._failing = False

    def look(self) -> None:
        """Write every board of the present picture, if it is time."""
        import structlog

        log, picture, at = structlog.get_logger("fallback"), self._current(), self._now()
        fallback = picture.county.fallback
        if fallback is None:
            self._began_at = self._shown_at = None
            return
        self._began_at = self._began_at or at
        # The schedule comes a little sooner or later: a second is no reason to leave one out.
        if self._tried_at is not None and timedelta(0) <= at - self._tried_at < fallback.every - timedelta(seconds=1):
            return
        self._tried_at = at
        try:
            self._styles = self._styles or styles_in(ASSETS)
            write_pages(picture, Path(fallback.folder), self._styles)
        except OSError as why:
            if not self._failing:
                log.error("the pages to fall back on cannot be written", reason=why.strerror or type(why).__name__)
            self._failing = True
            return
        if self._failing:
            log.info("the pages to fall back on are written again")
        self._failing, self._shown_at = False, picture.known_at

    def told(self, upkeep: Upkeep) -> Upkeep:
        """Which moment the pages show; and a trouble where they fell behind."""
        fallback, troubles = self._current().county.fallback, upkeep.troubles
        if fallback is None or self._began_at is None:
            return upkeep
        if self._failing:
            troubles += ("The pages to fall back on cannot be written: the log says why.",)
        elif self._now() - (self._shown_at or self._began_at) > fallback.every + BEHIND:
            troubles += (
                "The pages to fall back on show an old picture: nothing newer is known, or their folder does not answer.",
            )
        return replace(upkeep, fallback_at=self._shown_at, troubles=troubles)


def write_pages(picture: Picture, folder: Path, styles: str) -> None:
    """Write a page for each board of a picture, and one that lists them. Raises OSError."""
    from layouts import fallback

    # Of a quiet picture everything was looked at since it last changed: ages count to then.
    shown = replace(picture, at=picture.known_at)
    for board in shown.county.boards:
        _write(folder / fallback.file_name(board), fallback.document(shown, board, styles=styles))
    _write(folder / "index.html", fallback.contents(shown, styles=styles))


def _write(file: Path, text: str) -> None:
    """Whoever opens the file meanwhile finds the old one or the new one, whole."""
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        os.replace(unfinished, file)
    finally:
        unfinished.unlink(missing_ok=True)


def styles_in(assets: Path) -> str:
    """The stylesheets of the wall as one text that refers to no file: its letters are in it."""

    def inside(found: re.Match[str]) -> str:
        content = base64.b64encode((assets / found[1]).read_bytes()).decode()
        return f'url("data:font/woff2;base64,{content}")'

    sheets = [(assets / name).read_text(encoding="utf-8") for name in ("tokens.css", "wall/wall.css")]
    return re.sub(r'url\("/assets/([\w./-]+\.woff2)"\)', inside, "\n".join(sheets))
