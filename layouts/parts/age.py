"""How old something is, in words that the display's script keeps true."""

from __future__ import annotations

from datetime import datetime

from dash import html

from layouts.parts.tree import marked
from layouts.parts.words import age_words, iso


def age(observed_at: datetime, at: datetime, *, className: str = "", was: str | None = None) -> html.Time:
    """ "3 min ago", with the moment itself for the script that ages it, and what to say before it when it is too old."""
    attributes = marked(data_observed_at=iso(observed_at))
    if was is not None:
        attributes["data-was"] = was
    return html.Time(age_words(at, observed_at), className=f"age {className}".rstrip(), **attributes)
