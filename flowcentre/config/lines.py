"""On which line each table, key and array member of a TOML document stands.

``tomllib`` reads values and forgets where they were. This walks a document that ``tomllib`` has
already accepted, so it may trust the grammar and only has to keep count.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Mapping

KeyPath = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:\\.|[^"\\])*"|'[^']*'""")
_SCALAR = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'  # a closing may follow one or two quotes of the text itself
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'"
    r"|[^,\]}#\n]+",
    re.DOTALL,
)


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.breaks = [found.start() for found in re.finditer("\n", text)]
        self.lines: dict[KeyPath, int] = {}
        self.members: dict[KeyPath, int] = {}  # how many [[tables]] an array has so far

    def skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        assert found is not None, f"not TOML at character {self.at}"
        self.at = found.end()
        return found.group()

    def mark(self, path: KeyPath, start: int) -> None:
        self.lines.setdefault(path, bisect_left(self.breaks, start) + 1)

    def ahead(self, token: str) -> bool:
        return self.text.startswith(token, self.at)

    def key(self) -> list[str]:
        """A dotted key, as its parts."""
        parts: list[str] = []
        while True:
            self.skip(_SPACE)
            part = self.skip(_KEY)
            parts.append(tomllib.loads(f"k = {part}")["k"] if part[0] in "\"'" else part)
            self.skip(_SPACE)
            if not self.ahead("."):
                return parts
            self.at += 1

    def table(self) -> KeyPath:
        """A [table] or [[member of an array]]; its path."""
        start, array = self.at, self.ahead("[[")
        self.at += 2 if array else 1
        parts = self.key()
        self.at += 2 if array else 1
        path: KeyPath = ()
        for place, part in enumerate(parts):
            path += (part,)
            self.mark(path, start)
            if array and place == len(parts) - 1:
                self.members[path] = self.members.get(path, 0) + 1
            if path in self.members:
                path += (self.members[path] - 1,)
                self.mark(path, start)
        return path

    def pair(self, table: KeyPath) -> None:
        """One ``key = value``."""
        start, path = self.at, table
        for part in self.key():
            path += (part,)
            self.mark(path, start)
        self.at += 1  # the equals sign
        self.value(path)

    def value(self, path: KeyPath) -> None:
        self.skip(_BLANK)
        if self.ahead("["):
            self.at += 1
            member = 0
            while self.skip(_BLANK) is not None and not self.ahead("]"):
                self.mark((*path, member), self.at)
                self.value((*path, member))
                member += 1
                self.skip(_BLANK)
                self.at += self.ahead(",")
            self.at += 1
        elif self.ahead("{"):
            self.at += 1
            while self.skip(_BLANK) is not None and not self.ahead("}"):
                self.pair(path)
                self.skip(_BLANK)
                self.at += self.ahead(",")
            self.at += 1
        else:
            self.skip(_SCALAR)

    def whole(self) -> None:
        table: KeyPath = ()
        while self.skip(_BLANK) is not None and self.at < len(self.text):
            if self.ahead("["):
                table = self.table()
            else:
                self.pair(table)


def find_lines(text: str) -> Mapping[KeyPath, int]:
    """The line, from 1, of every table, key and array member of a TOML text that ``tomllib`` accepts.

    A path is the way through what ``tomllib`` gives: ``("feed", 2, "places", 0)``.
    """
    walk = _Walk(text.replace("\r\n", "\n"))
    walk.whole()
    return walk.lines


def line_of(lines: Mapping[KeyPath, int], path: KeyPath) -> int:
    """The line of a path, or of the nearest thing around it: a missing key is wanted where its table starts."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)
