"""What is live on the page of the huddle: the changes of its sitrep in compact rows, the rest in its very sentences."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from flowcentre.model import Action, Alert, Declaration, Place, Score
from flowcentre.picture.change import Turn
from flowcentre.picture.huddle import HuddleNow
from flowcentre.picture.level_words import brief_words, declared_words, oldest_words
from flowcentre.picture.pressure import INDICATIVE
from flowcentre.picture.saying import sentence, when_words
from flowcentre.picture.sitrep import (
    Told,
    alert_line,
    by_place,
    ended_line,
    minute_line,
    open_line,
    unsure_words,
)
from layouts.parts import links
from layouts.parts.huddle_changes import change_rows
from layouts.parts.tree import Child, marked

_SHOWN = 12  # alerts and actions that are listed; of the others it says how many


def minutes(now: HuddleNow) -> html.Section | None:
    """What was said, the newest first: whoever types sees it come."""
    huddle, told = now.huddle, now.told
    if huddle is None:
        return None
    if not told.minutes:
        return html.Section([html.H2("Minutes"), html.P("None yet.")], className="huddle-minutes")
    items = [html.Li(minute_line(minute, now.at)) for minute in reversed(told.minutes)]
    return html.Section([html.H2("Minutes"), html.Ul(items, className="huddle-lines")], className="huddle-minutes")


def pressure(told: Told) -> html.Section:
    """Each place that is scored: what is computed, with the age of its figures, and what is declared beside it."""
    now, places = told.pressure, told.county.places
    scored = [*([now.system] if now.system is not None else []), *now.places]
    marked_once = all(score.indicative for score in scored)
    cards = [
        _pressure_of(told, place, score, now.declared.get(score.place), marked_once=marked_once)
        for score in scored
        if (place := places.get(score.place)) is not None
    ]
    declared = [
        html.Li([html.H3(place.name), html.P(sentence(declared_words(declaration, told.at)))], className="huddle-place")
        for id, declaration in now.declared.items()
        if (place := places.get(id)) is not None and all(score.place != id for score in scored)
    ]
    inside: Component = html.P("No rules of pressure are configured.")
    if cards or declared:
        inside = html.Ul([*cards, *declared], className="huddle-places")
    note = html.P(sentence(f"computed levels and scores are {INDICATIVE}"), className="huddle-soft")
    return html.Section([html.H2("Pressure by place"), note if cards and marked_once else None, inside], id="pressure")


def _pressure_of(
    told: Told, place: Place, score: Score, declaration: Declaration | None, *, marked_once: bool
) -> html.Li:
    level = "?" if score.level is None else f"{score.level}{'+' if score.at_least else ''}"
    mark = "" if marked_once or not score.indicative or score.level is None else f", {INDICATIVE}"
    of_it = [change for change in told.levels if change.place.id == score.place]
    compared = any(change.turn is not Turn.NOT_COMPARED for change in of_it)
    oldest = oldest_words(score, told.at)
    said: list[Child] = [
        html.H3([html.Span(level, className="huddle-level", **marked(data_level=score.level)), place.name]),
        html.P(sentence(f"{brief_words(score)}{mark}")),
        html.P(
            sentence(declared_words(declaration, told.at)), className="huddle-soft" if declaration is None else None
        ),
        # Where it is compared, that line has the time of the same figures.
        html.P(sentence(oldest), className="huddle-soft") if oldest and not compared else None,
        *change_rows(of_it, told.at, short=True),
    ]
    return html.Li(said, className="huddle-place")


def changed(told: Told) -> html.Section:
    """What changed at each place since the huddle before."""
    since = when_words(told.compared_with, told.at)
    blocks = [
        html.Li([html.H3(place.name), *change_rows(of_it, told.at)], className="huddle-place")
        for place, of_it in by_place(told.changes)
    ]
    inside: list[Child] = [html.P("No figure is expected of any place.")]
    if blocks:
        bold = html.P("In bold: what moved towards more pressure.", className="huddle-soft")
        inside = [bold, html.Ul(blocks, className="huddle-places")]
    return html.Section([html.H2(f"What changed since {since}"), *inside], id="changed")


def alerts(told: Told) -> html.Section:
    """The alerts that stand."""
    items = [_alert(told, alert) for alert in told.alerts]
    unsure = unsure_words(told) if told.cannot_tell else ""
    return _listed("Alerts open", items, links.alerts(), "alerts-open", unsure)


def actions(told: Told) -> html.Section:
    """The actions that are to be done, the overdue ones among them."""
    return _listed("Actions open", [_action(told, action) for action in told.actions], links.actions(), "actions-open")


def ended(told: Told) -> html.Section:
    """What ended since the huddle before."""
    items = [_alert(told, alert) for alert in told.cleared] + [_ended_action(told, action) for action in told.ended]
    since = when_words(told.compared_with, told.at)
    return _listed(f"Ended since {since}: alerts and actions", items, "", "ended")


def _alert(told: Told, alert: Alert) -> html.Li:
    return html.Li(html.A(alert_line(told.county, alert, told.at), href=links.alert(alert.id)))


def _action(told: Told, action: Action) -> html.Li:
    late = marked(data_overdue="yes") if action.overdue(told.at) else {}
    return html.Li(html.A(open_line(told, action), href=links.action(action.id)), **late)


def _ended_action(told: Told, action: Action) -> html.Li:
    return html.Li(html.A(ended_line(told, action), href=links.action(action.id)))


def _listed(title: str, items: Sequence[Component], more: str, id: str, unsure: str = "") -> html.Section:
    head: list[Child] = [title, html.Span(f" {len(items):,}" if items else "")]
    if not items:
        return html.Section([html.H2(head), html.P(unsure or "None.")], id=id)
    rest = len(items) - _SHOWN
    all_of_them: Component | None = None
    if rest > 0:
        words = f"and {rest:,} more"
        all_of_them = html.P(html.A(words, href=more) if more else words)
    lines = html.Ul(list(items[:_SHOWN]), className="huddle-lines")
    return html.Section([html.H2(head), lines, all_of_them, html.P(unsure) if unsure else None], id=id)
