"""The 37 national reasons for delay by what files write for them."""

from __future__ import annotations

import re
from functools import lru_cache

from flowcentre.feeds.contract import RowHeld
from flowcentre.feeds.tables import tidy
from flowcentre.measures.discharge import REASONS, DelayReason

_PATHWAY = re.compile(r"\(?\s*pathways? [\d -]+(or \d)?\s*\)?\s*$")


def _key(text: str) -> str:
    """What is left of a reason when dashes, blanks, lost characters and the pathway are gone."""
    return re.sub(r"[^a-z0-9/]", "", _PATHWAY.sub("", tidy(text)))


_CALLED = {
    _key(said): reason for reason in REASONS for said in (f"{reason.family} {reason.text}", reason.text, reason.key)
}
assert len(_CALLED) == 3 * len(REASONS), "two reasons have one name"


@lru_cache(maxsize=512)
def find_reason(text: str) -> DelayReason | None:
    """The national reason of that text, with or without its family, or of that key; None where there is none."""
    return _CALLED.get(_key(text))


def reason_measure(text: str) -> str:
    """The measure that counts a reason for delay. Raises RowHeld where the text is none of the 37."""
    reason = find_reason(text)
    if reason is None:
        # The text itself is not quoted: in a wrong file it may be anything.
        raise RowHeld("is not one of the 37 national reasons for delay")
    return reason.measure_id
