"""One TOML file: its tables, where each thing in it stands, and the mistakes found so far."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flowcentre.config.lines import KeyPath, find_lines, line_of
from flowcentre.config.mistakes import Mistake, suggest

_POSITION = re.compile(r" \((?:at line (\d+), column \d+|at end of document)\)$")
_LEADING_ZERO = re.compile(r"""(?<![\w"'.:+-])(0\d\w*)""")
_UNQUOTED = re.compile(r"""[=\[,]\s*([A-Za-z][^"'\[\],#]*)|^\s*([A-Za-z]\w*)\s*(?:,|$)""")
_VARIABLE = re.compile(r"\$\{(\w*)(\})?")


@dataclass
class Document:
    """A file's tables. ``read`` is False where they could not be read: nothing may then be concluded from absence."""

    name: str
    tables: Mapping[str, object] = field(default_factory=dict)
    lines: Mapping[KeyPath, int] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    read: bool = False
    variables: list[tuple[KeyPath, str]] = field(default_factory=list)  # each that was replaced, and where

    def wrong(self, path: KeyPath, what: str, right: str) -> None:
        """Note a mistake at a place in the file."""
        self.mistakes.append(Mistake(self.name, line_of(self.lines, path), what, right))

    def line(self, *path: str | int) -> int:
        """The line of a place in the file, from 1."""
        return line_of(self.lines, path)


def read_document(name: str, content: bytes, variables: Mapping[str, str]) -> Document:
    """A file's tables with ``${name}`` replaced, or what keeps them from being read."""
    document = Document(name)
    try:
        text = content.decode("utf-8-sig")  # Windows editors put a mark at the front
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        document.mistakes.append(Mistake(name, line, "the file is not UTF-8 text", "save it as UTF-8"))
        return document
    try:
        tables = tomllib.loads(text)
        document.lines = find_lines(text)
    except RecursionError:
        document.mistakes.append(Mistake(name, 1, "brackets are nested too deep", "plain tables, as in the defaults"))
        return document
    except ValueError as error:  # TOMLDecodeError is one; a number of 5,000 digits gives another
        document.mistakes.append(_syntax_mistake(name, text, str(error)))
        return document
    document.read = True
    document.tables = {key: _replace(document, (key,), value, variables) for key, value in tables.items()}
    return document


def missing_document(name: str, found: Iterable[str]) -> Document:
    """A file that should be there and is not."""
    others = sorted(found)
    near = suggest(name, others) if others else ""
    rename = f"; rename {near}?" if near and not near.startswith("one of") else ""
    return Document(name, mistakes=[Mistake(name, None, "the file is missing", f"a file of that name{rename}")])


def _syntax_mistake(name: str, text: str, message: str) -> Mistake:
    source = text.splitlines()
    position = _POSITION.search(message)
    line = int(position[1]) if position and position[1] else max(len(source), 1)
    written = source[line - 1] if line <= len(source) else ""
    what = f"not TOML: {_POSITION.sub('', message)}"
    if zero := _LEADING_ZERO.search(written):
        return Mistake(name, line, f"{what}; {zero[1]} is not in quotes", f'codes are text: "{zero[1]}"')
    if "Cannot overwrite" in message:
        return Mistake(name, line, f"{what}: the key is written twice", "one of the two")
    if "Cannot declare" in message:
        heading = written.strip().strip("[]")
        return Mistake(name, line, what, f"[[{heading}]], in double brackets, for each")
    if (bare := _UNQUOTED.search(written)) and "Invalid value" in message:
        word = (bare[1] or bare[2]).strip()
        return Mistake(name, line, f"{what}; {word} is not in quotes", f'text in double quotes: "{word}"')
    return Mistake(name, line, what, 'key = value, with text in double quotes: name = "Northgate General"')


def _replace(document: Document, path: KeyPath, value: object, variables: Mapping[str, str]) -> object:
    """A value with each ``${name}`` in its texts replaced; an unknown one is a mistake and stays as it is."""
    if isinstance(value, dict):
        return {key: _replace(document, (*path, key), inner, variables) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replace(document, (*path, index), inner, variables) for index, inner in enumerate(value)]
    if not isinstance(value, str):
        return value

    def known(found: re.Match[str]) -> str:
        name, closed = found[1], found[2]
        if closed and name in variables:
            document.variables.append((path, name))
            return variables[name]
        options = suggest(name, (f"${{{key}}}" for key in variables))
        document.wrong(
            path, f"unknown variable {found[0]}" if closed else f"{found[0]} is not closed by a brace", options
        )
        return found[0]

    return _VARIABLE.sub(known, value)
