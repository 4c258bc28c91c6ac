"""A value as one sees it: its number, its state, and what is missing from it.

Every known figure is written with the words for "late" and for "was 41, 3 h ago" beside it; the
stylesheet shows those that fit ``data-state``. So the display's script need only change that one
attribute when a value grows old while the server is silent.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dash import dcc, html

from flowcentre.measures import by_id
from flowcentre.model import Coverage, Picture, State, Value
from layouts.parts import links
from layouts.parts.age import age
from layouts.parts.tree import Child, marked
from layouts.parts.words import DASH, NO_BREAK, STATE_WORDS, figure_text, figure_words, iso, unit_words


def figure(value: Value, at: datetime, rank: str = "plain") -> html.Span:
    """A value with its state. ``rank`` says how large: "main", "second" or "plain".

    A missing value is an em dash and a word, never a number.
    """
    state = value.state
    if value.value is None or state in (State.UNKNOWN, State.NEVER):
        state = state if state in (State.UNKNOWN, State.NEVER) else State.UNKNOWN
        return html.Span(
            [
                html.Span(html.Span(DASH, className="number"), className="now"),
                html.Span(STATE_WORDS[state], className="mark"),
            ],
            className=f"figure {rank}",
            **marked(data_state=state.value),
        )
    measure = by_id(value.measure)
    number, unit = figure_words(value.value, measure)
    now: list[html.Span] = [html.Span(number, className="number")]
    if unit:
        now.append(html.Span(unit if unit == "%" else f"{NO_BREAK}{unit}", className="unit"))
    if value.at_least:
        now.insert(0, html.Span("at least ", className="least"))
    parts = [html.Span(now, className="now")]
    if value.observed_at is not None:
        was = f"was {figure_text(value.value, measure)}, "
        parts.append(
            html.Span(
                [
                    html.Span("late, ", className="if-late"),
                    html.Span(was, className="if-stale"),
                    age(value.observed_at, at),
                ],
                className="mark",
            )
        )
    elif state is not State.FRESH:
        parts.append(html.Span(STATE_WORDS[state], className="mark"))
    return html.Span(parts, className=f"figure {rank}", **_attributes(value))


def _attributes(value: Value) -> dict[str, Any]:
    attributes = {"data-state": value.state.value}
    if value.late_at is not None:
        attributes["data-late-at"] = iso(value.late_at)
    if value.stale_at is not None:
        attributes["data-stale-at"] = iso(value.stale_at)
    return attributes


def coverage_note(coverage: Coverage) -> html.Span | None:
    """ "2 of 3 sites", where somebody is silent."""
    return None if coverage.complete else html.Span(str(coverage), className="coverage")


def noted(value: Value) -> list[Child]:
    """What must be said beside a total: who is silent, and what was held back."""
    notes: list[Child] = []
    if value.known and not value.coverage.complete:
        notes.append(coverage_note(value.coverage))
    if value.held:
        notes.append(html.Span(f"{value.held} row{'s' if value.held != 1 else ''} held back", className="held"))
    return notes


def explained(picture: Picture, place: str, measure_id: str, rank: str = "plain") -> dcc.Link | html.Span:
    """A figure of the picture that leads to its own explanation; "not here" where nobody is to report it."""
    if (place, measure_id) not in picture.values:
        return html.Span("not here", className="not-here")
    value = picture.value(place, measure_id)
    return dcc.Link(
        figure(value, picture.at, rank),
        href=links.explain(place, measure_id),
        className="explained",
        title=_title(picture, value),
    )


def _title(picture: Picture, value: Value) -> str:
    measure = by_id(value.measure)
    unit = unit_words(measure)
    return (
        f"{measure.label}{f' ({unit})' if unit else ''}, {picture.county.places[value.place].name}: where it comes from"
    )
