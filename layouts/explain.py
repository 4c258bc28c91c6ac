"""Any number explains itself: where it comes from, how old it is, how it was worked out, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from flowcentre.measures import by_id, find
from flowcentre.measures.derive import local_day
from flowcentre.model import Coverage, Formula, HeldRow, Measure, Picture, Place, Point, Poll, State, Value
from flowcentre.picture.expected import Total, expect
from layouts.feeds import OUTCOME_WORDS, held_table
from layouts.parts import links
from layouts.parts.age import age
from layouts.parts.figure import explained, figure
from layouts.parts.history_chart import DAYS, history_chart
from layouts.parts.tree import Child, Children
from layouts.parts.words import (
    DASH,
    STATE_WORDS,
    figure_text,
    length_words,
    span_words,
    unit_words,
    when_words,
)


def render(
    picture: Picture, place_id: str, measure_id: str, history: Sequence[Point], polls: Sequence[Poll]
) -> Component:
    """Everything about one value. ``history`` is of the last 28 days, ``polls`` of the feeds that it comes from."""
    place, measure = picture.county.places.get(place_id), find(measure_id)
    if place is None or measure is None:
        missing = f"a place {place_id!r}" if place is None else f"a measure {measure_id!r}"
        return html.Div(
            html.Header([html.H1("Nothing to explain"), html.P(f"There is not {missing}.")], className="page-head")
        )
    value = picture.value(place_id, measure_id)
    return html.Div(
        [
            html.Header(
                [
                    html.P(html.A("Whole-system demand", href="/"), className="back"),
                    html.H1([measure.label, html.Span(f" {place.name}")]),
                ],
                className="page-head",
            ),
            html.Div(
                [
                    html.Section(
                        [
                            figure(value, picture.at, "main"),
                            html.P(unit_words(measure), className="what"),
                            *_sentence(picture, value),
                        ],
                        className="answer",
                    ),
                    html.Section([html.H2("What it is"), html.P(measure.definition), _facts(picture, measure, value)]),
                ],
                className="two",
            ),
            _working(picture, place, measure, value),
            _missing(picture, value),
            _held(picture, value),
            html.Section([html.H2(f"The last {DAYS} days"), history_chart(history, measure, picture.at)]),
            _polls(picture, polls),
        ],
        className="explain",
    )


def _sentence(picture: Picture, value: Value) -> list[Component]:
    """The state of the value in a sentence that one can read out."""
    match value.state:
        case State.NEVER:
            said = "Nothing has ever been received."
        case State.UNKNOWN:
            said = "The source spoke, and gave no value."
        case State.STALE:
            said = "Too old to be shown as the present."
        case State.LATE:
            said = "Overdue; use it with its age in mind."
        case _:
            said = "Within the rhythm of its feed."
    parts: list[Component] = [html.P(said)]
    if not value.coverage.complete and value.value is not None:
        parts.append(
            html.P(f"{'At least this: ' if value.at_least else ''}{value.coverage} reporting.", className="coverage")
        )
    return parts


def _facts(picture: Picture, measure: Measure, value: Value) -> html.Dl:
    at = picture.at
    feeds = [picture.county.feed(feed) for feed in value.feeds]
    named: list[Child] = []
    for feed in feeds:
        if feed is not None:
            rhythm = f" (late after {length_words(feed.late_after)}, too old after {length_words(feed.stale_after)}) "
            named += [html.A(feed.name, href=links.feed(feed.id)), rhythm]
    pairs: list[tuple[str, Children]] = [
        ("Source feed" if len(feeds) == 1 else "Source feeds", named or "none is configured"),
        (
            "As at (at the source)",
            [f"{span_words(measure, value.observed_at, at)} (", age(value.observed_at, at), ")"]
            if value.observed_at
            else "never",
        ),
        (
            "Received here",
            [f"{when_words(value.received_at, at)} (", age(value.received_at, at), ")"]
            if value.received_at
            else "never",
        ),
        ("State", STATE_WORDS[value.state]),
        ("How it came", "worked out here" if value.derived else "as the feed reported it"),
        ("Coverage", str(value.coverage) if value.coverage != Coverage() else "whole"),
        ("Rows held back", str(value.held)),
        ("Definition", html.A("in the glossary of measures", href=links.glossary(measure.id))),
        ("Terms", measure.source),
    ]
    return html.Dl([html.Div([html.Dt(name), html.Dd(said)]) for name, said in pairs], className="facts")


def _working(picture: Picture, place: Place, measure: Measure, value: Value) -> html.Section | None:
    """The formula with the numbers put in, or the places that were added, each with a link to its own explanation."""
    if not value.derived:
        return None
    total = next(
        (t for t in expect(picture.county, local_day(picture.at)).totals[measure.id] if t.place == place.id), None
    )
    parts: list[Component] = []
    if measure.formula is not None and any((place.id, i) in picture.values for i in measure.formula.inputs):
        parts += _formula(picture, place, measure, value, measure.formula)
    if total is not None:
        parts += _total(picture, measure, total)
    return html.Section([html.H2("How it was worked out"), *parts]) if parts else None


def _formula(picture: Picture, place: Place, measure: Measure, value: Value, formula: Formula) -> list[Component]:
    def put_in(measures: tuple[str, ...], sign: str) -> str:
        return sign.join(_said(picture.value(place.id, i)) for i in measures)

    numbers = put_in(formula.plus, " + ")
    if formula.minus:
        numbers += f" - {put_in(formula.minus, ' - ')}"
    if formula.per:
        top = f"({numbers})" if len(formula.inputs) > 1 + len(formula.per) else numbers
        below = put_in(formula.per, " + ")
        numbers = f"{top} / {f'({below})' if len(formula.per) > 1 else below}"
    plus = "numerator" if formula.per else "added"
    rows = [
        html.Tr([html.Th(by_id(i).label, scope="row"), html.Td(explained(picture, place.id, i)), html.Td(role)])
        for inputs, role in ((formula.plus, plus), (formula.minus, "taken away"), (formula.per, "denominator"))
        for i in inputs
    ]
    return [
        html.P([f"{formula.words} = ", html.Strong(f"{numbers} = {_said(value)}")], className="formula"),
        html.Table(html.Tbody(rows), className="rows inputs"),
    ]


def _said(value: Value) -> str:
    return figure_text(value.value, by_id(value.measure)) if value.value is not None else DASH


def _total(picture: Picture, measure: Measure, total: Total) -> list[Component]:
    how = {
        "sum": "Added across",
        "max": "The highest of",
        "ratio of sums": "Numerators and denominators added across, then divided:",
        "mean": "The mean of",
    }.get(measure.across_places.value, "From")
    places = picture.county.places
    rows = [
        html.Tr(
            [
                html.Th(places[part.place].name, scope="row"),
                html.Td(explained(picture, part.place, measure.id)),
            ]
        )
        for part in total.parts
    ]
    return [
        html.P(
            f"{how} {len(total.parts)} {total.noun}; what is silent is left out, and counted as missing.",
            className="formula",
        ),
        html.Table(html.Tbody(rows), className="rows inputs"),
    ]


def _missing(picture: Picture, value: Value) -> html.Section | None:
    if not value.coverage.missing:
        return None
    items = []
    for place_id in value.coverage.missing:
        lacking = picture.value(place_id, value.measure)
        since: Children = "nothing was ever received"
        if lacking.observed_at is not None:
            since = [
                f"last heard of {when_words(lacking.observed_at, picture.at)} (",
                age(lacking.observed_at, picture.at),
                ")",
            ]
        name = html.A(picture.county.places[place_id].name, href=links.explain(place_id, value.measure))
        items.append(html.Li([name, ": ", *(since if isinstance(since, list) else [since])]))
    return html.Section([html.H2(f"Who is missing: {value.coverage} report"), html.Ul(items)])


def _held(picture: Picture, value: Value) -> html.Section:
    within = {place.id for place in picture.county.places.within(value.place)}
    rows: list[HeldRow] = [
        row
        for status in picture.feeds
        if status.feed.id in value.feeds
        for row in status.held_rows
        if (row.place is None or row.place in within) and row.measure in (None, value.measure)
    ]
    title = html.H2("Rows held back")
    if not rows:
        return html.Section([title, html.P("None today from its feeds.")])
    note = "Held rows are kept with their reason and are not in the figure."
    return html.Section([title, html.P(note), held_table(tuple(rows), picture)])


def _polls(picture: Picture, polls: Sequence[Poll]) -> html.Section | None:
    if not polls:
        return None
    names = ("Feed", "Due", "Outcome", "Received", "Accepted", "Duplicate", "Held", "Refused", "Message")
    rows = []
    for poll in polls:
        feed = picture.county.feed(poll.feed)
        counts = poll.counts
        said = (
            feed.name if feed else poll.feed,
            when_words(poll.due_at, picture.at),
            OUTCOME_WORDS[poll.outcome],
            *(f"{n:,}" for n in (counts.received, counts.accepted, counts.duplicate, counts.held, counts.refused)),
            poll.message,
        )
        rows.append(html.Tr([html.Td(one) for one in said]))
    table = html.Table(
        [html.Thead(html.Tr([html.Th(name, scope="col") for name in names])), html.Tbody(rows)], className="rows"
    )
    return html.Section([html.H2("Latest polls of its feeds"), html.Div(table, className="scroll")])
