"""The system's pressure on a wall: what is declared and what is computed, in two short lines that never move a figure."""

from __future__ import annotations

from dash import html

from flowcentre.measures.pressure import DECLARED, LEVEL, SCORE
from flowcentre.model import Picture, State, Value
from flowcentre.picture.pressure import INDICATIVE, PressureNow, scores
from layouts.parts.figure import state_attributes
from layouts.parts.pressure_words import is_mismatch
from layouts.parts.tree import Child, marked
from layouts.parts.words import figure_text, when_words

_NONE = "\N{EM DASH}"


def wall_pressure(picture: Picture) -> html.Section | None:
    """Of the whole system; nothing where the county has no rules of pressure."""
    rules = picture.county.pressure.rules
    if not rules:
        return None
    place = picture.county.places.system.id
    declared, level, score = (picture.value(place, measure) for measure in (DECLARED.id, LEVEL.id, SCORE.id))
    apart, now = is_mismatch(picture, place), scores(picture)
    first: list[Child] = [html.B("Pressure "), *_declared(picture, declared), " ", *_level(level, apart=apart)]
    second: list[Child] = ["score ", _figure(score, 1), *_out_of(now)]
    if now.indicative:
        second.append(f", {INDICATIVE}")
    return html.Section(
        [html.P(first), html.P(second, className="soft")],
        className="wall-pressure",
        **marked(aria_label="Pressure", data_apart="yes" if apart else None),
    )


def _declared(picture: Picture, declared: Value) -> list[Child]:
    if declared.state is State.NEVER or declared.value is None:
        return ["none declared,"]
    if declared.state is State.STALE and declared.stale_at is not None:
        return [f"none declared since {when_words(declared.stale_at, picture.at)},"]
    return ["declared ", _figure(declared, 0), ","]


def _level(level: Value, *, apart: bool) -> list[Child]:
    sign: Child = html.Span("\N{NOT EQUAL TO} ", className="apart") if apart else None
    if level.at_least and level.value is not None:
        return [sign, "computed at least level ", _figure(level, 0, least=False)]
    return [sign, "computed ", _figure(level, 0)]


def _out_of(now: PressureNow) -> list[Child]:
    """By the rules of this day: another edition may have another scale."""
    return [f" of {now.system.out_of:g}"] if now.system is not None else []


def _figure(value: Value, decimals: int, *, least: bool = True) -> html.Span:
    """A figure without its age, which has no room; the stylesheet strikes it out where it is too old."""
    if value.value is None or value.state in (State.UNKNOWN, State.NEVER):
        return html.Span(html.Span(_NONE, className="number"), className="figure second", title="not known")
    measure = SCORE if value.measure == SCORE.id else LEVEL
    number = figure_text(value.value, measure, decimals)
    parts: list[Child] = [html.Span(number, className="number")]
    if value.at_least and least:
        parts.insert(0, html.Span("at least ", className="least"))
    return html.Span(parts, className="figure second", **state_attributes(value))
