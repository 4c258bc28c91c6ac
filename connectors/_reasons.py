"""The 37 national reasons for delay by the text that files write for them."""

from __future__ import annotations

import re
from functools import lru_cache

from flowcentre.feeds.contract import RowHeld
from flowcentre.feeds.tables import tidy
from flowcentre.measures.discharge import REASONS

_PATHWAY = re.compile(r"\(?\s*pathways? [\d -]+(or \d)?\s*\)?\s*$")


def _key(text: str) -> str:
    """What is left of a reason when dashes, blanks, lost characters and the pathway are gone."""
    return re.sub(r"[^a-z0-9/]", "", _PATHWAY.sub("", tidy(text)))


_MEASURES = {_key(f"{reason.family} {reason.text}"): reason.measure_id for reason in REASONS}
assert len(_MEASURES) == len(REASONS), "two reasons have one key"


@lru_cache(maxsize=512)
def reason_measure(text: str) -> str:
    """The measure that counts a reason for delay. Raises RowHeld where the text is none of the 37."""
    measure = _MEASURES.get(_key(text))
    if measure is None:
        # The text itself is not quoted: in a wrong file it may be anything.
        raise RowHeld("is not one of the 37 national reasons for delay")
    return measure
