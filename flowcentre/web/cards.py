"""Action cards, read from their folder when they are asked for: whoever writes them sees each change at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from flowcentre.model.level_cards import LEVEL_CARDS

_NAME = re.compile(rf"({LEVEL_CARDS}/)?[a-z0-9][a-z0-9_-]{{0,99}}")
_MOST_BYTES = 64_000

Cards = Callable[[str], str | None]  # the Markdown of a card, by its name


def no_cards(_name: str) -> str | None:
    """There are none."""
    return None


def cards_in(folder: Path) -> Cards:
    """The cards of a folder: a name without ending, those for levels of pressure under ``levels/``, and nothing outside."""

    def read(name: str) -> str | None:
        file = folder / f"{name}.md"
        if _NAME.fullmatch(name) is None or not file.is_file():
            return None
        try:
            content = file.read_bytes()[:_MOST_BYTES]
        except OSError:
            return None
        return content.decode("utf-8", errors="replace")

    return read
