"""What is said of the lists behind the pages of care: as at when they speak, and that rows of them are held back."""

from __future__ import annotations

from dash import html

from flowcentre.picture.capacity import Capacity
from layouts.parts.tree import Child
from layouts.parts.words import clock_words


def held_words(capacity: Capacity) -> list[Child]:
    """Says that rows of the lists are held back, so that what is told of them can be more or less."""
    held = sum(value.held for value in capacity.referrals)
    if not held:
        return []
    rows = "row of the lists is" if held == 1 else "rows of the lists are"
    said = f"{held:,} {rows} held back: others may wait, and less may be free, than is told here"
    return [html.P(said, className="coverage")]


def lists_as_at(capacity: Capacity) -> str:
    """As at when the lists speak: "Lists of 08:45 to 09:00"; nothing where none is of the present."""
    moments = [value.observed_at for value in capacity.referrals if value.known and value.observed_at is not None]
    if not moments:
        return ""
    first, last = clock_words(min(moments)), clock_words(max(moments))
    return f"Lists of {first}" if first == last else f"Lists of {first} to {last}"
