"""A document that says itself that it comes of a test system: its figures are invented, however real they look."""

from __future__ import annotations

import re

from flowcentre.feeds.contract import Document

TO_HAVE_IT_READ = 'Where that is right, the feed needs from_a_test = "why its figures are wanted here"; then a file has to be written again'
_WORDS = frozenset({"test", "uat", "training", "sandbox", "dummy", "staging", "preprod"})
_LOOKED_THROUGH = 4096  # bytes, from the start
_SAID = re.compile(rb'"environment"\s*:\s*"([A-Za-z0-9 _-]{1,40})"', re.IGNORECASE)


def says_test(text: str) -> str | None:
    """The word of a name or an address that says that it is of a test system; None where there is none."""
    return next((word for word in re.split(r"[^a-z]+", text.lower()) if word in _WORDS), None)


def why_a_test(document: Document) -> str | None:
    """Why a document is one of a test system, by its own words; None where it does not say so."""
    if word := says_test(document.name.partition(" (not read")[0]):
        return f'its name says that it comes of a test system ("{word}")'
    said = _SAID.search(document.content[:_LOOKED_THROUGH])
    if said and (word := says_test(said[1].decode("ascii"))):
        return f'it says that its environment is "{word}"'
    return None
