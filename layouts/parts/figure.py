"""A value as one sees it: its number, its state, and what is missing from it.

Every known figure is written with its age and with the words "was 41" as an attribute; the stylesheet
shows what fits ``data-state``. So the display's script need only change that one attribute when a
value grows old while the server is silent.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from dash import html
from dash.development.base_component import Component

from flowcentre.measures import by_id
from flowcentre.model import Coverage, Picture, State, Value
from layouts.parts import links
from layouts.parts.age import age
from layouts.parts.tree import Child, Children, marked
from layouts.parts.words import DASH, NO_BREAK, STATE_WORDS, UNREPORTED, figure_text, figure_words, iso, unit_words


def figure(
    value: Value,
    at: datetime,
    rank: str = "plain",
    href: str | None = None,
    title: str | None = None,
    *,
    decimals: int | None = None,
    after: str = "",
) -> Component:
    """A value with its state. ``rank`` says how large: "main", "second" or "plain"; ``decimals`` are its column's.

    ``after`` are the words that go on from it, and stand before its age or state, which would split the sentence.

    A missing value is an em dash and a word, never a number. With ``href`` it leads somewhere.
    """
    if value.hidden:
        mark: list[Child] = [" not shown"]
        if value.observed_at is not None:
            mark += [", ", age(value.observed_at, at)]
        said: list[Child] = [html.Span(value.hidden, className="number"), after, html.Span(mark, className="mark")]
        return html.Span(said, className=f"figure {rank} small-hidden", **state_attributes(value))
    missing = value.value is None or value.state in (State.UNKNOWN, State.NEVER)
    parts, attributes = _missing(value) if missing else _known(value, at, decimals)
    if after:
        age_at = next((n for n, part in enumerate(parts) if "mark" in getattr(part, "className", "")), len(parts))
        parts.insert(age_at, html.Span(after, className="after"))
    if href is not None:
        return html.A(parts, className=f"figure {rank}", href=href, title=title, **attributes)
    return html.Span(parts, className=f"figure {rank}", **attributes)


def _missing(value: Value) -> tuple[list[Child], dict[str, Any]]:
    state = value.state if value.state is State.NEVER else State.UNKNOWN
    parts: list[Child] = [html.Span(DASH, className="number"), html.Span(f" {STATE_WORDS[state]}", className="mark")]
    return parts, marked(data_state=state.value)


def _known(value: Value, at: datetime, decimals: int | None) -> tuple[list[Child], dict[str, Any]]:
    assert value.value is not None
    measure = by_id(value.measure)
    number, unit = figure_words(value.value, measure, decimals)
    parts: list[Child] = [html.Span(number, className="number")]
    if value.at_least:
        parts.insert(0, html.Span("at least ", className="least"))
    if unit:
        parts.append(html.Span(unit if unit == "%" else f"{NO_BREAK}{unit}", className="unit"))
    if value.observed_at is not None:
        # The stylesheet puts "late, " or "was 41, " before the age, by data-state.
        was = f"was {figure_text(value.value, measure, decimals)}, "
        parts.append(age(value.observed_at, at, className="mark", was=was))
    elif value.state is State.LATE:  # of a past moment: it has no age that grows
        parts.append(html.Span(" late", className="late-then"))
    return parts, state_attributes(value)


def state_attributes(value: Value) -> dict[str, Any]:
    """What styles and script need of a value: its state, and when that changes if nothing is heard."""
    return grows_old(value.state, value.late_at, value.stale_at)


def grows_old(state: State, late_at: datetime | None, stale_at: datetime | None) -> dict[str, Any]:
    """The same of anything that has a state and grows old."""
    attributes = {"data-state": state.value}
    if late_at is not None:
        attributes["data-late-at"] = iso(late_at)
    if stale_at is not None:
        attributes["data-stale-at"] = iso(stale_at)
    return attributes


def follows_from(values: Iterable[Value], *, then: bool = False) -> dict[str, Any]:
    """The same of what is worked out of several values that are known: it is as late as the latest of them.

    The stylesheet says "late" beside it. ``then``: of a past moment, it grows no older.
    """
    known = [value for value in values if value.known]
    state = State.LATE if any(value.state is State.LATE for value in known) else State.FRESH
    if then:
        return grows_old(state, None, None)
    late_at = min((value.late_at for value in known if value.late_at is not None), default=None)
    stale_at = min((value.stale_at for value in known if value.stale_at is not None), default=None)
    return grows_old(state, late_at, stale_at)


def follows(words: Children, values: Iterable[Value]) -> html.Span:
    """Words that follow from values, and are as late as they are."""
    return html.Span(words, className="follows", **follows_from(values))


def coverage_note(coverage: Coverage) -> html.Span | None:
    """ "2 of 3 sites", where somebody is silent."""
    return None if coverage.complete else html.Span(str(coverage), className="coverage")


def noted(value: Value, *, rough: bool = False) -> list[Child]:
    """What must be said beside a total: who is silent, and what was held back; ``rough``, not how many rows."""
    notes: list[Child] = []
    if value.known and not value.coverage.complete:
        notes.append(coverage_note(value.coverage))
    if value.held:
        rows = "some rows" if rough else f"{value.held} row{'s' if value.held != 1 else ''}"
        notes.append(html.Span(f"{rows} held back", className="held"))
    return notes


def explained(
    picture: Picture,
    place: str,
    measure_id: str,
    rank: str = "plain",
    *,
    decimals: int | None = None,
    after: str = "",
) -> Component:
    """A figure of the picture that leads to its own explanation; "no feed reports this" where nobody is to report it."""
    if (place, measure_id) not in picture.values:
        return html.Span(UNREPORTED, className="not-here")
    value = picture.value(place, measure_id)
    href, title = links.explain(place, measure_id), _title(picture, value)
    return figure(value, picture.at, rank, href, title, decimals=decimals, after=after)


def _title(picture: Picture, value: Value) -> str:
    measure = by_id(value.measure)
    unit = unit_words(measure)
    return (
        f"{measure.label}{f' ({unit})' if unit else ''}, {picture.county.places[value.place].name}: where it comes from"
    )
