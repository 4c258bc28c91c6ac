"""How old something is, in words that the display's script keeps true."""

from __future__ import annotations

from datetime import datetime

from dash import html

from layouts.parts.tree import marked
from layouts.parts.words import age_words, for_words, iso


def age(
    observed_at: datetime, at: datetime, *, className: str = "", was: str | None = None, lasts: bool = False
) -> html.Time:
    """ "3 min ago", with the moment itself for the script that ages it, and what to say before it when it is too old.

    ``lasts``: it is since when something stands, and reads "for 3 min": beside a figure "3 min ago" would be the figure's.
    """
    attributes = marked(data_observed_at=iso(observed_at))
    if was is not None:
        attributes["data-was"] = was
    if lasts:
        attributes["data-lasts"] = ""
    words = for_words(at - observed_at) if lasts else age_words(at, observed_at)
    return html.Time(words, className=f"age {className}".rstrip(), **attributes)
