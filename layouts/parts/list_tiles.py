"""The small pieces that the tiles above a list of people are made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dash import html

from flowcentre.model import State, Value
from flowcentre.picture.list_book import Answered
from flowcentre.picture.listed import Chosen
from layouts.parts.age import age
from layouts.parts.figure import noted
from layouts.parts.list_words import short_words
from layouts.parts.tree import Child
from layouts.parts.words import DASH, STATE_WORDS, when_words


def big(text: Child, unit: str = "") -> html.P:
    """The figure of a tile."""
    return html.P([html.Span(text, className="number"), html.Span(f" {unit}", className="unit")], className="big")


def missing(chosen: Chosen[Any]) -> html.P:
    """In place of a figure that would need a list of the present."""
    state = chosen.count.state if not chosen.count.state.usable else State.UNKNOWN
    return html.P([html.Span(DASH, className="number"), f" {STATE_WORDS[state]}"], className="big absent")


def facts(*rows: tuple[str, Child]) -> html.Dl:
    """Smaller figures, each with its words."""
    return html.Dl([html.Div([html.Dt(name), html.Dd(said)]) for name, said in rows], className="list-facts")


def short_of(chosen: Chosen[Any]) -> list[Child]:
    """What the counts of a tile are short of, if of anything."""
    words = short_words(chosen) if chosen.count.at_least else ""
    return [html.P(words, className="coverage")] if words else []


def count_and_notes(answered: Answered[Any]) -> tuple[Value, list[Child]]:
    """How many are chosen, as it is shown, and what stands below it: what is held back, and how old it is."""
    count, at = answered.chosen.count, answered.chosen.picture.at
    notes: list[Child] = []
    for note in noted(count):
        notes += [note, " "]
    if answered.looks_back:
        if count.observed_at is not None:
            notes.append(f"by lists of {when_words(count.observed_at, at)}")
        count = of_then(count)
    elif count.observed_at is not None and count.state is State.FRESH:
        notes.append(age(count.observed_at, at))
    return count, notes


def of_then(value: Value) -> Value:
    """A value of the past does not grow older on the glass: the display's script is given no moments."""
    return replace(value, observed_at=None, late_at=None, stale_at=None)
