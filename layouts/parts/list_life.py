"""One person's line of time: every step with its moment and how long it took since the one before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from dash import html
from dash.development.base_component import Component

from flowcentre.model import Interval
from layouts.parts.tree import Child, marked
from layouts.parts.words import LONDON, length_words

REVIEW, AHEAD = "review", "ahead"  # kinds of step that are drawn otherwise than the rest


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a person, and when."""

    at: datetime
    words: str
    kind: str  # in the styles
    until: datetime | None = None  # of several in one, when the last was
    whole_day: bool = False  # its day is known, and no time of day


def drawn(ref: str, facts: Iterable[tuple[str, Child]], steps: Iterable[Step]) -> Component:
    """The whole line, under the facts by which one knows whom it is of."""
    told = list(folded(steps))
    return html.Div(
        [
            html.H2(ref, id="life-of", tabIndex="-1"),
            html.Dl([html.Div([html.Dt(name), html.Dd(said)]) for name, said in facts], className="life-facts"),
            html.Ol([_drawn(step, before) for step, before in zip(told, [None, *told[:-1]], strict=True)]),
        ],
        className="list-life",
    )


def nothing(ref: str) -> Component:
    """Where no list ever knew the ref."""
    return html.Div([html.H2(ref), html.P("The lists hold nothing of this person.")], className="list-life")


def _drawn(step: Step, before: Step | None) -> html.Li:
    last = None if before is None else before.until or before.at
    since = f"{_length(step.at - last)} later" if last is not None and step.at > last else ""
    return html.Li(
        [html.Span(since, className="since"), html.Time(_when(step)), html.Strong(step.words)],
        **marked(data_kind=step.kind),
    )


def _when(step: Step) -> str:
    """ "Fri 20 Nov 2026, 08:14"."""
    local = step.at.astimezone(LONDON)
    return f"{local:%a} {local.day} {local:%b %Y}" + ("" if step.whole_day else f", {local:%H:%M}")


def _length(length: timedelta) -> str:
    """How long a step took: days and hours are near enough."""
    if length < timedelta(days=2):
        return length_words(timedelta(minutes=length // timedelta(minutes=1)))
    hours = length // timedelta(hours=1)
    return f"{hours // 24} days {hours % 24} h" if hours % 24 else f"{hours // 24} days"


def folded(told: Iterable[Step]) -> Iterator[Step]:
    """The same steps; of reviews that follow one another, one that says how many they were and when the last was."""
    for kind, run in groupby(told, lambda step: step.kind):
        same = list(run)
        if kind != REVIEW or len(same) == 1:
            yield from same
            continue
        last = same[-1].at.astimezone(LONDON)
        times = "twice" if len(same) == 2 else f"{len(same)} times"
        words = f"Reviewed {times}, last {last:%a} {last.day} {last:%b %H:%M}"
        yield Step(same[0].at, words, kind, same[-1].at)


def in_order(steps: Iterable[Step], order: Sequence[str]) -> list[Step]:
    """Each step once, oldest first; of one moment by the order of kinds."""
    return list(dict.fromkeys(sorted(steps, key=lambda step: (step.at, order.index(step.kind)))))


def as_known_now(intervals: Iterable[Interval]) -> list[Interval]:
    """Without what was corrected since, oldest first."""
    stands = (one for one in intervals if one.left_at is None or one.left_at > one.observed_at)
    return sorted(stands, key=lambda one: one.observed_at)
