"""A headline on a page: what it is, its figure, what is missing from it, and its last 24 hours."""

from __future__ import annotations

from dash import html

from flowcentre.measures import by_id
from flowcentre.model import Picture, State, Value
from layouts.parts.age import age
from layouts.parts.figure import explained, noted
from layouts.parts.sparkline import direction, trend
from layouts.parts.tree import Child, marked
from layouts.parts.words import PERIOD_WORDS, unit_words


def tile(picture: Picture, place: str, measure_id: str) -> html.Article:
    """One headline of one place."""
    measure = by_id(measure_id)
    value = picture.value(place, measure_id)
    return html.Article(
        [
            html.H3(measure.short_label),
            html.P(", ".join(filter(None, (unit_words(measure), PERIOD_WORDS[measure.period]))), className="what"),
            explained(picture, place, measure_id, "main"),
            html.P([*_spaced(noted(value)), _fresh_age(picture, value)], className="notes"),
            trend(picture, place, measure_id),
            direction(picture, place, measure_id),
        ],
        className="tile",
        **marked(aria_label=measure.short_label),
    )


def cell(picture: Picture, place: str, measure_id: str) -> html.Td:
    """One figure in a table, with its trend where one is kept."""
    notes = noted(picture.value(place, measure_id))
    return html.Td(
        [
            explained(picture, place, measure_id),
            trend(picture, place, measure_id),
            html.Div(_spaced(notes), className="notes") if notes else None,
        ],
        **marked(data_column=picture.county.places[place].label),
    )


def _fresh_age(picture: Picture, value: Value) -> Child:
    # A figure that is late or old says its own age.
    if value.observed_at is None or value.state is not State.FRESH:
        return None
    return age(value.observed_at, picture.at)


def _spaced(notes: list[Child]) -> list[Child]:
    return [part for note in notes for part in (note, " ")]
