"""What is wrong with a configuration, in words that say where and what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

_ALIKE = 0.6  # difflib's own threshold of a close match
_AS_GOOD = 0.05


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to put right. ``line`` is None where a whole file is at fault."""

    file: str  # within the folder
    line: int | None
    what: str
    right: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file} line {self.line}"
        return f"{where}: {self.what}. Right: {self.right}"


class ConfigurationMistakes(Exception):
    """A configuration that will not be run, with every mistake that could be found in it."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        count = len(self.mistakes)
        lines = [f"{count} mistake{'' if count == 1 else 's'} in the configuration", *map(str, self.mistakes)]
        super().__init__("\n".join(lines))


def suggest(word: str, known: Iterable[str]) -> str:
    """What would have been right: the nearest known words, else all of them, as text for ``Mistake.right``."""
    options = sorted(set(known))
    if not options:
        return "there is none to choose from yet"
    likeness = {option: difflib.SequenceMatcher(None, word.casefold(), option.casefold()).ratio() for option in options}
    best = max(likeness.values())
    if best >= _ALIKE:
        near = [option for option in options if likeness[option] > best - _AS_GOOD]
        return " or ".join(f'"{option}"' for option in near[:3])
    shown = ", ".join(f'"{option}"' for option in options[:20])
    return f"one of {shown}" + (f" and {len(options) - 20} more" if len(options) > 20 else "")
