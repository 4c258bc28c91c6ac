"""Changes in compact rows: what moved, then what cannot be compared and why, then what stayed. The times stand once above them.

Each row is of one ``Change``, as the sentence of the sitrep is: words, signs and differences are made in one house alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from flowcentre.measures.pressure import LEVEL
from flowcentre.model import State
from flowcentre.picture.change import Change, Turn, both_words, figures_of, signed_words, times_words
from flowcentre.picture.saying import sentence
from layouts.parts.tree import Child, marked

_ARROWS = {Turn.ROSE: "\N{BLACK UP-POINTING TRIANGLE}", Turn.FELL: "\N{BLACK DOWN-POINTING TRIANGLE}"}
_TO = " \N{RIGHTWARDS ARROW} "


def change_rows(changes: Sequence[Change], at: datetime, *, short: bool = False) -> list[Component]:
    """The rows of one place, with its times above them; ``short``: with the short names of their figures."""
    compared = [change for change in changes if change.turn is not Turn.NOT_COMPARED]
    times = Counter(words for change in compared if (words := times_words(change)))
    common = times.most_common(1)[0][0] if times else ""
    moved = [_moved(change, at, common, short=short) for change in compared if change.turn is not Turn.STAYED]
    stayed = [_stayed(change, at, common, short=short) for change in compared if change.turn is Turn.STAYED]
    apart = [
        html.Li(f"{_name(change, short=short)}: {change.briefly}", **marked(data_turn=change.turn.value))
        for change in changes
        if change.turn is Turn.NOT_COMPARED
    ]
    rows = [
        html.P(sentence(common), className="huddle-soft huddle-times") if common else None,
        html.Ul(moved, className="huddle-rows") if moved else None,
        html.Div([html.P("Not compared:"), html.Ul(apart)], className="huddle-soft huddle-apart") if apart else None,
        html.P(f"Unchanged: {'; '.join(stayed)}.", className="huddle-soft") if stayed else None,
    ]
    return [row for row in rows if row is not None]


def _moved(change: Change, at: datetime, common: str, *, short: bool) -> html.Li:
    before, after = figures_of(change)
    beside = _beside(change, at, common)
    parts: list[Child] = [
        html.Span(_name(change, short=short), className="name"),
        html.Span(beside, className="times") if beside else None,
        html.Span(
            [
                html.Span([_arrow(change), signed_words(change)], className="moved"),
                html.Span([before, _TO, after], className="span"),
            ],
            className="how-far",
        ),
    ]
    return html.Li(parts, **marked(data_turn=change.turn.value, data_worse="yes" if change.is_worse else None))


def _arrow(change: Change) -> html.Span:
    return html.Span(_ARROWS[change.turn], className="huddle-sign", **marked(aria_hidden="true"))


def _stayed(change: Change, at: datetime, common: str, *, short: bool) -> str:
    name, beside = _name(change, short=short), _beside(change, at, common)
    figure = "" if change.measure.id == LEVEL.id else f", {figures_of(change)[1]}"  # that stands in its frame above
    return f"{name}{figure}{f' ({beside})' if beside else ''}"


def _beside(change: Change, at: datetime, common: str) -> str:
    """The times of a row, where they are not those above: in short where both are in order, and else as the sentence says it."""
    words, then, now = times_words(change), change.then.observed_at, change.now.observed_at
    if not words or words == common or then is None or now is None:
        return ""
    if now <= then:
        return words
    late = ", late" if change.now.state is State.LATE else ""
    return f"{both_words(then, now, at)}{late}"


def _name(change: Change, *, short: bool) -> str:
    return change.measure.short_label if short else change.measure.label
