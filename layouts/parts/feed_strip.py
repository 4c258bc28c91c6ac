"""Every feed with its state, in one strip."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dash import html

from flowcentre.model import FeedStatus, Picture, State
from layouts.parts import links
from layouts.parts.age import age
from layouts.parts.tree import Child, marked
from layouts.parts.words import FEED_STATE_WORDS, NO_BREAK, iso, when_words

_LEGEND = 2  # the feeds in whose room it stands
_OLD = marked(data_was="too old, ")  # what the display says before it, where nobody tells it anything new
# Worst first, when not all can be named.
_ORDER = {State.NEVER: 0, State.STALE: 1, State.UNKNOWN: 2, State.LATE: 3, State.FRESH: 4}


def feed_strip(
    picture: Picture, room_for: int | None = None, linked: bool = False, legend: Child = None
) -> html.Section:
    """Each feed's shape, name, state and age. With ``room_for`` only so many are named, the worst of them, and the rest counted.

    A ``legend`` of the whole screen stands at the end, with the room of two.
    """
    if room_for is not None and legend is not None:
        room_for -= _LEGEND
    statuses = list(picture.feeds)
    rest: list[FeedStatus] = []
    if room_for is not None and len(statuses) > room_for:
        worst = sorted(statuses, key=_rank)
        rest = worst[room_for - 1 :]
        named = {status.feed.id for status in worst[: room_for - 1]}
        statuses = [status for status in statuses if status.feed.id in named]
    items = [html.Li(_feed(status, picture, linked), className="feed", **_attributes(status)) for status in statuses]
    if rest:
        troubled = sum(status.state is not State.FRESH and status.feed.polled for status in rest)
        doubted = sum(status.unmoving_since is not None for status in rest)
        more = [f"{troubled} not on time"] if troubled else []
        more += [f"{doubted}{NO_BREAK}unchanged for long"] if doubted else []
        words = f"and {len(rest)} more{': ' if more else ''}{', '.join(more)}"
        items.append(html.Li(words, className="feed more"))
    columns = len(items)
    if legend is not None:
        items.append(html.Li(legend, className="legend"))
        columns += _LEGEND
    return html.Section(
        [html.H2("Feeds", className="strip-title"), html.Ul(items)],
        className="feed-strip",
        **marked(aria_label="Feeds", data_columns=str(min(max((columns + 1) // 2, 3), 6))),
    )


def _rank(status: FeedStatus) -> int:
    """One that says the same again and again comes with those that are late: it may be just as old."""
    if not status.feed.polled:
        return len(_ORDER)
    return min(_ORDER[status.state], _ORDER[State.LATE] if status.unmoving_since is not None else len(_ORDER))


def shape() -> html.Span:
    """The sign of a state: the stylesheet draws it by the nearest ``data-state``, a shape for each."""
    return html.Span(className="shape", **marked(aria_hidden="true"))


def _feed(status: FeedStatus, picture: Picture, linked: bool) -> list[Child]:
    name: html.A | html.Span = html.Span(status.feed.name, className="feed-name", title=status.feed.name)
    if linked:
        name = html.A(status.feed.name, href=links.feed(status.feed.id), className="feed-name")
    if not status.feed.polled:
        return [shape(), name, *_typed(status, picture)]
    if status.observed_at is None or status.state is State.UNKNOWN:
        return [shape(), name, html.Span(FEED_STATE_WORDS[status.state], className="feed-age")]
    if status.state is State.FRESH and status.unmoving_since is not None:
        # Instead of its age, which says too little: there is no room for both.
        words = f"same since {when_words(status.unmoving_since, picture.at)}"
        said = unmoving_words(status, picture.at)
        return [shape(), name, html.Span(words, className="feed-age feed-unmoving", title=said, **_OLD)]
    return [shape(), name, age(status.observed_at, picture.at, className="feed-age", was="too old, ")]


def unmoving_words(status: FeedStatus, at: datetime) -> str:
    """ "same figures since 03:10", of a feed that has said so for longer than is likely; else nothing."""
    since = status.unmoving_since
    return "" if since is None else f"same figures since {when_words(since, at)}"


def _typed(status: FeedStatus, picture: Picture) -> list[Child]:
    """Of a feed that people type in: when they did last. They have promised nothing, so it is neither on time nor late."""
    if status.typed is None:
        return [html.Span("nothing typed in", className="feed-age")]
    return [age(status.typed.typed_at, picture.at, className="feed-age")]


def feed_state_words(status: FeedStatus) -> str:
    """How a feed stands, in words: one that people type in makes no promise."""
    return FEED_STATE_WORDS[status.state] if status.feed.polled else "typed in"


def _attributes(status: FeedStatus) -> dict[str, Any]:
    return feed_state_attributes(status)


def feed_state_attributes(status: FeedStatus) -> dict[str, Any]:
    """A feed's state, and when it will be another unless it speaks: a feed with nothing known stays so."""
    if not status.feed.polled:
        return {"data-state": "typed"}
    attributes = {"data-state": status.state.value}
    if status.observed_at is not None and status.state is not State.UNKNOWN:
        attributes["data-late-at"] = iso(status.observed_at + status.feed.late_after)
        attributes["data-stale-at"] = iso(status.observed_at + status.feed.stale_after)
    return attributes
