"""How old something is, in words that the display's script keeps true."""

from __future__ import annotations

from datetime import datetime

from dash import html

from layouts.parts.tree import marked
from layouts.parts.words import age_words, iso


def age(observed_at: datetime, at: datetime) -> html.Time:
    """ "3 min ago", with the moment itself for the script that ages it."""
    return html.Time(
        age_words(at, observed_at),
        className="age",
        dateTime=iso(observed_at),
        **marked(data_observed_at=iso(observed_at)),
    )
