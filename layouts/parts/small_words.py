"""What the sign of a hidden count means, in a few words: as the configuration has it."""

from __future__ import annotations

from dash import html

from flowcentre.model import SmallNumbers
from flowcentre.picture.suppression import HIDDEN


def few_alerts_words(limits: SmallNumbers) -> str:
    """That alerts about few people may be left out: always the same words, for they tell of none."""
    return f"alerts about fewer than {limits.hide_to + 1} people are left out"


def small_words(limits: SmallNumbers | None) -> html.Span | None:
    """The legend of a board; nothing where it shows every count as it is."""
    if limits is None:
        return None
    said = f"fewer than {limits.hide_to + 1} people, or would give such a number away"
    rest = f"; others to nearest {limits.round_to}" if limits.round_to > 1 else ""
    return html.Span([html.B(HIDDEN), f" {said}{rest}"], className="small-words")
