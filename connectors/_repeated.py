"""A month that says again what an earlier month said, figure for figure, at every place: one of the two is not its own.

Counts of people do not come again at twenty places at once. The month that was published first is
believed, and the other is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

ENOUGH = 20  # places, for sameness at all of them to be no chance
_SAYS_SOMETHING = re.compile(r"[1-9]")  # rows of nothing but 0 and NA are alike in any month


class MonthRow(NamedTuple):
    """A row of a file that covers all England: one place's figures of one month, as they stand in it."""

    month: datetime
    place: str
    figures: tuple[str, ...]


class Again(NamedTuple):
    """Which month it is again, and at how many places."""

    month: datetime
    places: int


def repeated_months(rows: Iterable[MonthRow]) -> dict[datetime, Again]:
    """The months that equal an earlier one at every place that both have, 20 of them or more."""
    months: dict[datetime, dict[str, tuple[str, ...]]] = {}
    for month, place, figures in rows:
        if any(map(_SAYS_SOMETHING.search, figures)):
            months.setdefault(month, {})[place] = figures
    ordered = sorted(months)
    repeated: dict[datetime, Again] = {}
    for number, month in enumerate(ordered):
        for earlier in ordered[:number]:
            shared = months[month].keys() & months[earlier].keys()
            if len(shared) >= ENOUGH and all(months[month][place] == months[earlier][place] for place in shared):
                repeated[month] = Again(earlier, len(shared))
                break
    return repeated
