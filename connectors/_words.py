"""Words that are known however they are written: capitals, blanks, dashes and full stops make no difference."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TypeVar

from flowcentre.feeds.tables import tidy

T = TypeVar("T")
_PATHWAY = re.compile(r"(?:(?:pathway|p)[ -]?)?([0-3])")


@lru_cache(maxsize=4096)
def spelt(text: str) -> str:
    """What is left of a word when only its letters and digits count: Step-up, step up and STEPUP are one."""
    return re.sub(r"[^a-z0-9]", "", tidy(text).replace("&", "and"))


def spellings(words: Mapping[T, Iterable[str]]) -> dict[str, T]:
    """What each word means, by every way in which it is written. No two may be written alike."""
    found: dict[str, T] = {}
    for meaning, ways in words.items():
        for way in ways:
            assert found.setdefault(spelt(way), meaning) == meaning, f"{way} means two things"
    return found


_FLAGS = spellings({True: ("yes", "y", "true", "1"), False: ("no", "n", "false", "0")})


def find_flag(said: str) -> bool | None:
    """What yes or no means; None for anything else."""
    return _FLAGS.get(spelt(said))


def find_pathway(said: str) -> int | None:
    """The discharge pathway, 0 to 3; None for anything else."""
    found = _PATHWAY.fullmatch(tidy(said))
    return int(found[1]) if found else None
