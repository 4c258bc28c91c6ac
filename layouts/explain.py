"""Any number explains itself: where it comes from, how old it is, how it was worked out, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from dash import html
from dash.development.base_component import Component

from flowcentre.measures import by_id, find
from flowcentre.measures.counted import NOT_IN_SUM
from flowcentre.measures.derive import local_midnight
from flowcentre.measures.pressure import OF_PRESSURE
from flowcentre.model import Coverage, HeldRow, Measure, Picture, Point, Poll, Value
from flowcentre.picture.actions_now import has_actions
from flowcentre.picture.level_words import notice_of
from layouts.feeds import OUTCOME_WORDS, held_table
from layouts.parts import links
from layouts.parts.age import age
from layouts.parts.figure import explained, figure
from layouts.parts.history_chart import history_chart, span_shown
from layouts.parts.tree import Child, Children, link_needs, moved_sideways, needs
from layouts.parts.typed_words import typed_words
from layouts.parts.words import column_decimals, set_length_words, silence_words, span_words, unit_words, when_words
from layouts.parts.working import working

_LONG = timedelta(days=1)


def render(
    picture: Picture,
    place_id: str,
    measure_id: str,
    history: Sequence[Point],
    polls: Sequence[Poll],
    home: str = "Whole-system demand",
) -> Component:
    """Everything about one value.

    ``history`` is as far back as ``span_shown`` says, ``polls`` of the feeds that it comes from, and
    ``home`` what the first page is called.
    """
    place, measure = picture.county.places.get(place_id), find(measure_id)
    if place is None or measure is None:
        noun, asked = ("place", place_id) if place is None else ("measure", measure_id)
        words = f"There is no {noun} {asked!r}." if asked else f"The address names no {noun}."
        return html.Div(html.Header([html.H1("Nothing to explain"), html.P(words)], className="page-head"))
    value = picture.value(place_id, measure_id)
    rows = _held_rows(picture, value)
    held = _held_words(picture, value, rows)
    return html.Div(
        [
            html.Header(
                [
                    html.P(html.A(home, href="/"), className="back"),
                    html.H1([measure.label, html.Span(f" {place.name}")]),
                    html.P(_as_at(picture), className="when"),
                    _of_pressure(picture, measure_id),
                ],
                className="page-head",
            ),
            html.Div(
                [
                    html.Section(
                        [
                            figure(value, picture.at, "main", decimals=column_decimals(measure, [value.value])),
                            html.P(unit_words(measure), className="what"),
                            _coverage(value),
                            _not_in_it(picture, value),
                            _to_act(picture, value),
                        ],
                        className="answer",
                    ),
                    html.Section(
                        [html.H2("What it is"), html.P(measure.definition), _facts(picture, measure, value, held)]
                    ),
                ],
                className="two",
            ),
            working(picture, place, measure, value),
            _missing(picture, value),
            _held(picture, rows, held),
            html.Section([html.H2(span_shown(measure)[1]), history_chart(history, measure, picture, value)]),
            _polls(picture, polls),
        ],
        className="explain",
    )


def _of_pressure(picture: Picture, measure_id: str) -> html.P | None:
    """Of a score or a level: by what it is made, and that nobody has verified the rules."""
    if measure_id not in {measure.id for measure in OF_PRESSURE}:
        return None
    note = notice_of(picture.county, measure_id)
    way = html.A("what each parameter gives", href=links.pressure())
    return html.P([html.Strong(note) if note else None, ". See " if note else "See ", way], className="what")


def _as_at(picture: Picture) -> str:
    """This page does not renew itself: it says what moment it speaks of."""
    moment = f"as at {when_words(picture.at, picture.known_at)}"
    return moment if picture.looks_back else f"{moment}; load again for newer"


def _to_act(picture: Picture, value: Value) -> html.P | None:
    """The way to log an action about it: what the figure does then is held against what is usual."""
    if not has_actions(picture.county) or (value.place, value.measure) not in picture.values:
        return None
    href = links.log_action(place=value.place, measure=value.measure)
    return html.P(html.A("Log an action about it", href=href), className="what", **needs("act", value.place))


def _coverage(value: Value) -> Component | None:
    if value.coverage.complete or value.value is None:
        return None
    return html.P(f"{'At least this: ' if value.at_least else ''}{value.coverage} reporting.", className="coverage")


def _not_in_it(picture: Picture, value: Value) -> Component | None:
    """How many are there and not in a sum, for what they would add is not known."""
    lacking = NOT_IN_SUM.get(value.measure)
    if lacking is None or not value.at_least or not picture.value(value.place, lacking).value:
        return None
    return html.P(["At least this. ", by_id(lacking).label, ": ", explained(picture, value.place, lacking)])


def _facts(picture: Picture, measure: Measure, value: Value, held: str) -> html.Dl:
    at = picture.at
    feeds = [picture.county.feed(feed) for feed in value.feeds]
    named: list[Child] = []
    for feed in feeds:
        if feed is not None:
            rhythm = f" (late after {set_length_words(feed.late_after)}, too old after {set_length_words(feed.stale_after)}) "
            named += [html.A(feed.name, href=links.feed(feed.id)), rhythm if feed.polled else " "]
    pairs: list[tuple[str, Children]] = [
        ("Source feed" if len(feeds) == 1 else "Source feeds", named or "none is configured"),
        (
            "As at (at the source)",
            [f"{span_words(measure, value.observed_at, at)} (", age(value.observed_at, at), ")"]
            if value.observed_at
            else silence_words(value.state),
        ),
        (
            "Received here",
            _received(picture, value),
        ),
        ("How it came", _how_it_came(picture, value)),
        ("Coverage", str(value.coverage) if value.coverage != Coverage() else "whole"),
        ("Rows held back", held),
        ("Definition", html.A("in the glossary of measures", href=links.glossary(measure.id))),
        ("Terms", measure.source),
    ]
    return html.Dl([html.Div([html.Dt(name), html.Dd(said)]) for name, said in pairs], className="facts")


def _how_it_came(picture: Picture, value: Value) -> Children:
    if value.typed is None:
        return "worked out here" if value.derived else "as the feed reported it"
    words = typed_words(value.typed, picture.at)
    if value.derived:  # the first of what it was worked out from to expire
        return f"worked out here. {words}"
    return [f"{words} (", html.A("type in", href=links.type_in(value.place), **link_needs("type-in", value.place)), ")"]


def _received(picture: Picture, value: Value) -> Children:
    if value.received_at is None:
        return silence_words(value.state)
    words = when_words(value.received_at, picture.at)
    later = value.received_at - picture.at
    if later > timedelta(0) and picture.looks_back:  # no age: nobody had it at the moment shown
        return f"{words}, {'long ' if later > _LONG else ''}after the moment shown"
    return [f"{words} (", age(value.received_at, picture.at), ")"]


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


def _held_rows(picture: Picture, value: Value) -> tuple[HeldRow, ...]:
    """Those since midnight, of its feeds, that may have held something of it."""
    within = {place.id for place in picture.county.places.within(value.place)}
    return tuple(
        row
        for status in picture.feeds
        if status.feed.id in value.feeds
        for row in status.held_rows
        if (row.place is None or row.place in within) and row.measure in (None, value.measure)
    )


def _held_words(picture: Picture, value: Value, rows: tuple[HeldRow, ...]) -> str:
    """What a value counts is of its place in the last poll; what is named is since midnight. Both are said."""
    if rows:
        last = f"{value.held or 'None'} of this place in its last poll"
        return f"{last}; named below: {sum(row.rows for row in rows)} since midnight from its feeds."
    if not value.held:
        return "None since midnight from its feeds."
    looks = [status.last_poll for status in picture.feeds if status.feed.id in value.feeds]
    midnight = local_midnight(picture.at)
    if any(look is not None and (look.finished_at or look.started_at) >= midnight for look in looks):
        return f"{value.held} in its last poll, not among the newest rows of this measure."
    return f"None since midnight; {value.held} in its last poll."


def _held(picture: Picture, rows: tuple[HeldRow, ...], words: str) -> html.Section:
    title = html.H2("Rows held back")
    if not rows:
        return html.Section([title, html.P(words)])
    note = "Held rows are kept with their reason and are not in the figure."
    return html.Section([title, html.P(note), held_table(rows, picture)])


def _polls(picture: Picture, polls: Sequence[Poll]) -> html.Section | None:
    if not polls:
        return None
    title = "Latest polls of its feeds"
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
    return html.Section([html.H2(title), html.Div(table, className="scroll", **moved_sideways(title))])
