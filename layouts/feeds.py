"""The feeds: whether each keeps its promise, what it brought today, and what was held back and why."""

from __future__ import annotations

from datetime import datetime, timedelta

from dash import html
from dash.development.base_component import Component

from flowcentre.model import ClockBy, FeedStatus, HeldRow, Outcome, Picture, Poll, State
from layouts.parts import links
from layouts.parts.age import age
from layouts.parts.feed_strip import feed_state_attributes, feed_state_words, shape, unmoving_words
from layouts.parts.to_check import to_check
from layouts.parts.tree import Children, marked, moved_sideways
from layouts.parts.typed_words import typed_words
from layouts.parts.upkeep import upkeep_section
from layouts.parts.words import clock_words, date_words, set_length_words, when_words

_ROWS_NAMED = 3  # of those that were held for one reason

OUTCOME_WORDS = {
    Outcome.RUNNING: "running",
    Outcome.OK: "facts recorded",
    Outcome.UNCHANGED: "nothing newer",
    Outcome.HELD: "held: the whole answer was not believed",
    Outcome.REFUSED: "refused: not in the agreed form",
    Outcome.UNAVAILABLE: "could not be reached",
    Outcome.OVERRAN: "stopped: it took too long",
    Outcome.CRASHED: "the connector itself failed",
    Outcome.SKIPPED: "skipped",
}


def render(picture: Picture) -> Component:
    """Every feed, in the order of the configuration."""
    polled = [status for status in picture.feeds if status.feed.polled]
    on_time = sum(status.state is State.FRESH for status in polled)
    typed = len(picture.feeds) - len(polled)
    beside = f", and {typed} typed in" if typed else ""
    return html.Div(
        [
            html.Header(
                [
                    html.H1("Feeds"),
                    html.P(
                        f"{on_time} of {len(polled)} on time{beside}, as at {clock_words(picture.at)}, "
                        f"{date_words(picture.at)}. Counts are since midnight; "
                        "received = accepted + duplicate + held + refused.",
                        className="when",
                    ),
                ],
                className="page-head",
            ),
            _refused(picture),
            to_check(picture),
            upkeep_section(picture),
            html.Div([_feed(picture, status) for status in picture.feeds], className="feed-cards"),
        ],
        className="feeds",
    )


def _refused(picture: Picture) -> html.Section | None:
    """What is wrong with a change of the configuration: somebody is waiting for it to take effect."""
    if not picture.refused:
        return None
    return html.Section(
        [
            html.H2("The configuration was changed, and the change is not in use"),
            html.P("What was there before goes on. To put right:"),
            html.Ul([html.Li(mistake) for mistake in picture.refused]),
        ],
        className="refused",
    )


def _feed(picture: Picture, status: FeedStatus) -> html.Article:
    feed = status.feed
    places = ", ".join(picture.county.places[place].name for place in feed.places)
    return html.Article(
        [
            html.H2(
                [
                    html.Span(
                        [shape(), html.Span(feed_state_words(status), className="state-word")],
                        className="state",
                        **feed_state_attributes(status),
                    ),
                    html.Span(doubt, className="feed-unmoving")
                    if (doubt := unmoving_words(status, picture.at))
                    else None,
                    feed.name,
                ]
            ),
            html.P([html.Code(feed.id), f" by {feed.connector} for {places}"], className="what"),
            html.Dl(_promise(picture, status) if feed.polled else _typed(picture, status), className="facts"),
            _counts(status),
            _held(status.held_rows, picture),
        ],
        id=feed.id,
        className="feed-card",
        **marked(data_state=feed_state_attributes(status)["data-state"]),
    )


def _promise(picture: Picture, status: FeedStatus) -> list[html.Div | None]:
    """What a feed that is polled has promised, and how it keeps it."""
    feed, at = status.feed, picture.at
    return [
        _pair("Looked at", f"every {set_length_words(feed.every)}"),
        _pair("Late after", set_length_words(feed.late_after)),
        _pair("Too old after", set_length_words(feed.stale_after)),
        _pair("Newest at the source", _moment(status.observed_at, picture)),
        _unmoving(status, picture),
        _clock(status),
        _pair("Last success", _moment(status.last_success_at, picture)),
        _pair("Last look", _poll_words(status.last_poll, picture)),
        _last_doubt(status, picture),
        _pair("Next look", when_words(status.next_due_at, at) if status.next_due_at else "not planned"),
        _pair("Skipped today", f"{status.skipped_today:,}"),
    ]


def _unmoving(status: FeedStatus, picture: Picture) -> html.Div | None:
    """Under new moments the very same figures: they may be true, or an old extract that is sent again and again."""
    if status.unmoving_since is None:
        return None
    since = when_words(status.unmoving_since, picture.at)
    said = f"since {since}, under newer moments: it may be sending an old extract again"
    return _pair("Same figures", said)


def _clock(status: FeedStatus) -> html.Div | None:
    """How the source's clock goes, as far as it shows. Its figures stay under the moments that it gives them."""
    clock = status.clock
    if clock is None:
        return None
    off = set_length_words(timedelta(minutes=abs(clock.by) // timedelta(minutes=1)))
    said = f"seems {off} {'ahead' if clock.by > timedelta(0) else 'behind'}"
    if clock.of is ClockBy.FILES:
        slow = f", or its files are written {off} after the moment that they speak of"
        said += slow if clock.by < timedelta(0) else ": its files speak of a moment after they were written"
    return _pair("Its clock", f"{said}. Its figures are left as it gives them")


def _typed(picture: Picture, status: FeedStatus) -> list[html.Div | None]:
    """Nobody is asked, so nobody is late: who typed last, and how long what is typed holds."""
    typed = status.typed
    last: Children = "never"
    if typed is not None:
        last = [f"{typed_words(typed, picture.at)} (", age(typed.typed_at, picture.at), ")"]
    return [
        _pair("Typed in", ["by people, at ", html.A("Type in", href=links.type_in())]),
        _pair("Holds for", f"{set_length_words(status.feed.stale_after)}, unless whoever types says otherwise"),
        _pair("Last", last),
        _last_doubt(status, picture),
    ]


def _pair(name: str, said: Children) -> html.Div:
    return html.Div([html.Dt(name), html.Dd(said)])


def _moment(moment: datetime | None, picture: Picture) -> Children:
    if moment is None:
        return "never"
    return [f"{when_words(moment, picture.at)} (", age(moment, picture.at), ")"]


def _poll_words(poll: Poll | None, picture: Picture) -> Children:
    if poll is None:
        return "never"
    words = f"{when_words(poll.started_at, picture.at)}, {OUTCOME_WORDS[poll.outcome]}"
    return f"{words}: {poll.message}" if poll.message else words


def _last_doubt(status: FeedStatus, picture: Picture) -> html.Div | None:
    """Why not all was believed of what came last, after looks that found nothing newer."""
    poll = status.last_doubt
    if poll is None or (status.last_poll is not None and status.last_poll.id == poll.id):
        return None
    counts = poll.counts
    return _pair("Last doubt", f"{_poll_words(poll, picture)} ({counts.held:,} rows held, {counts.refused:,} refused)")


def _counts(status: FeedStatus) -> html.Div:
    counts = status.today
    names = ("received", "accepted", "duplicate", "held", "refused")
    table = html.Table(
        [
            html.Thead(html.Tr([html.Th(name.capitalize(), scope="col") for name in names])),
            html.Tbody(html.Tr([html.Td(f"{getattr(counts, name):,}") for name in names])),
        ],
        className="counts",
    )
    return html.Div(table, className="scroll", **moved_sideways(f"{status.feed.name}, rows today"))


def _held(rows: tuple[HeldRow, ...], picture: Picture) -> html.Section | None:
    if not rows:
        return None
    return html.Section([html.H3("Held back, newest first"), held_table(rows, picture)])


def held_table(rows: tuple[HeldRow, ...], picture: Picture) -> html.Div:
    """Rows that were held back, each with its reason; those of one reason together, the first of them named."""
    feeds = {row.feed for row in rows}
    feed = picture.county.feed(next(iter(feeds))) if len(feeds) == 1 else None
    of = f", {feed.name}" if feed is not None else ""
    groups: dict[tuple[str, str], list[HeldRow]] = {}
    for row in rows:
        groups.setdefault((row.feed, row.reason), []).append(row)
    return html.Div(
        html.Table(
            [
                html.Thead(html.Tr([html.Th(name, scope="col") for name in ("When", "Row", "Place", "Reason")])),
                html.Tbody([_held_together(group, picture) for group in groups.values()]),
            ],
            className="rows",
        ),
        className="scroll",
        **moved_sideways(f"Rows held back{of}"),
    )


def _held_together(group: list[HeldRow], picture: Picture) -> html.Tr:
    newest = group[0]
    rows, told = sum(row.rows for row in group), list({row.row: row for row in group}.values())
    named = ", ".join(_names(told[:_ROWS_NAMED]))
    more = f" and {len(told) - _ROWS_NAMED:,} more" if len(told) > _ROWS_NAMED else ""
    reason = newest.reason if rows == 1 else f"{rows:,} rows: {newest.reason}"
    places = list(dict.fromkeys(_place_words(row, picture) for row in group))
    return html.Tr(
        [
            html.Td(when_words(newest.held_at, picture.at)),
            html.Td(named + more, className="row"),
            html.Td(", ".join(places) if len(places) <= _ROWS_NAMED else f"{len(places)} places"),
            html.Td(reason),
        ]
    )


def _names(rows: list[HeldRow]) -> list[str]:
    """Where each stood; a file is named with the first of its rows."""
    names, file = [], ""
    for row in rows:
        before, of_file, number = row.row.rpartition(" row ")
        names.append(f"row {number}" if of_file and before == file else row.row)
        file = before
    return names


def _place_words(row: HeldRow, picture: Picture) -> str:
    places = picture.county.places
    return places[row.place].label if row.place and row.place in places else row.place or ""
