"""Alerts one beneath the other: those that stand, those to come, those that ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dash import html

from flowcentre.model import Alert, AlertState, County, Rule, Standing
from flowcentre.picture.alerts_now import AlertsNow
from flowcentre.picture.level_words import mark_of
from layouts.finished import Markup
from layouts.parts import links
from layouts.parts.age import age
from layouts.parts.alert_banner import sign
from layouts.parts.alert_words import (
    acknowledged_words,
    limit_words,
    news_words,
    rule_of,
    state_words,
    told_words,
    value_words,
    was_silence,
    where,
)
from layouts.parts.rows import cell, folded, row, small, table
from layouts.parts.tree import Child, marked, needs
from layouts.parts.words import length_words, when_words

_SEEN = 40  # more are folded
_ENDED_SEEN = 10


def open_list(known: AlertsNow, alerts: Sequence[Alert], more: str) -> html.Div:
    """Each alert that stands, the most severe first."""
    seen, rest = alerts[:_SEEN], alerts[_SEEN:]
    parts: list[Child] = [html.Ol([_open(known, alert) for alert in seen], className="alert-list")]
    if rest:
        others = html.Ol([_open(known, alert) for alert in rest], className="alert-list")
        parts.append(folded(more, f"{len(rest):,} more stand", others))
    return html.Div(parts)


def _open(known: AlertsNow, alert: Alert) -> html.Li:
    rule, county = known.rule(alert.rule), known.picture.county
    state, meaning = state_words(alert, known.at)
    silenced = ", silenced" if alert.silenced else ""
    about: list[Child] = ["raised ", age(alert.raised_at, known.at), f", {told_words(alert)}{silenced}"]
    if alert.state not in (AlertState.RAISED, AlertState.ACKNOWLEDGED):
        about.append(f", {acknowledged_words(alert, known.at)}")
    if going := known.actions.get(alert.id):
        about.append(f", {going:,} action{'' if going == 1 else 's'} open")
    ways: list[Child] = []
    if alert.acknowledged_at is None:
        ways.append(
            html.A("Acknowledge", href=links.alert(alert.id), className="alert-do", **needs("act", alert.subject))
        )
    if rule is not None:
        ways.append(html.A("Action card", href=links.action_card(rule.action_card)))
    return html.Li(
        [
            html.P([sign(alert.severity), alert.severity.value], className="alert-severity"),
            html.Div(
                [
                    html.H3([html.A(alert.title, href=links.alert(alert.id)), f" {where(county, alert.subject)}"]),
                    html.P([*figure_parts(rule, alert, known.at), *indicative(county, rule)]),
                ]
            ),
            html.Div([html.P([html.Strong(state), f": {meaning}"]), html.P(about, className="what")]),
            html.P(ways, className="alert-ways"),
        ],
        className="alert-row",
        **marked(data_severity=alert.severity.value),
    )


def indicative(county: County, rule: Rule | None) -> list[Child]:
    """That a computed score or level is made by rules which nobody has verified."""
    mark = _mark(county, rule)
    return [html.Small(mark)] if mark else []


def _mark(county: County, rule: Rule | None) -> str:
    return mark_of(county, rule.measure) if rule is not None else ""


def figure_parts(rule: Rule | None, alert: Alert, at: datetime) -> list[Child]:
    """The value against its limit, and how old it is."""
    rule = rule_of(rule, alert)
    if was_silence(rule, alert):
        return [news_words(alert, at)]
    said = value_words(rule, alert.value, at_least=alert.at_least, limit=alert.limit)
    parts: list[Child] = []
    if said:
        parts += ["was " if alert.state is AlertState.BLIND else None, html.B(said), ", "]
    parts.append(limit_words(rule, alert.limit))
    if alert.observed_at is not None:
        parts.append(html.Small([", as of ", age(alert.observed_at, at)]))
    return parts


def pending(known: AlertsNow) -> html.Section | None:
    """What is in breach, and raised unless it passes."""
    if not known.pending:
        return None
    rows = [_pending(known, standing) for standing in known.pending]
    heads = ("Rule", "Where", "Value", "In breach", "Raised unless it passes")
    return html.Section([html.H2("To come"), table(heads, rows, "alerts-pending", "Pending")], id="pending")


def _pending(known: AlertsNow, standing: Standing) -> Markup:
    rule, county = known.rule(standing.rule), known.picture.county
    held = standing.value if rule is not None else None  # of one that is gone nobody knows what it was
    value = value_words(rule, held, at_least=standing.at_least, limit=rule.raise_at if rule else None)
    limit = limit_words(rule, rule.raise_at if rule else None)
    raised: Child = "not known"
    if standing.blind_since is not None:
        raised = f"cannot tell since {when_words(standing.blind_since, known.at)}"
    elif rule is not None and standing.breach_since is not None:
        raised = f"at {when_words(standing.breach_since + rule.hold_for, known.at)}"
    since = age(standing.breach_since, known.at) if standing.breach_since is not None else ""
    return row(
        rule.title if rule else standing.rule,
        [
            cell("Where", where(county, standing.subject)),
            cell("Value", value or "not known", small(f" {limit}{_mark(county, rule)}")),
            cell("In breach", "began ", since),
            cell("Raised unless it passes", raised),
        ],
    )


def ended(known: AlertsNow) -> html.Section:
    """Alerts of the last day that have ended."""
    if not known.ended:
        said: Child = html.P("No alert ended in the last 24 hours.", className="what")
        return html.Section([html.H2("Ended in the last 24 hours"), said], id="ended")
    rows = [_ended(known, alert) for alert in known.ended]
    heads = ("Alert", "Where", "Raised", "Stood", "Worst", "Acknowledged", "Told")
    parts: list[Child] = [table(heads, rows[:_ENDED_SEEN], "alerts-ended", "Ended in the last 24 hours")]
    if rest := rows[_ENDED_SEEN:]:
        parts.append(folded("ended-more", f"{len(rest):,} more", table(heads, rest, "alerts-ended")))
    return html.Section([html.H2("Ended in the last 24 hours"), *parts], id="ended")


def _worst_words(rule: Rule | None, alert: Alert) -> str:
    rule = rule_of(rule, alert)
    return "" if was_silence(rule, alert) else value_words(rule, alert.worst)


def _ended(known: AlertsNow, alert: Alert) -> Markup:
    rule, county = known.rule(alert.rule), known.picture.county
    stood = length_words(alert.cleared_at - alert.raised_at) if alert.cleared_at is not None else ""
    title: list[Child] = [sign(alert.severity), html.A(alert.title, href=links.alert(alert.id)), " "]
    return row(
        [*title, small(alert.severity.value)],
        [
            cell("Where", where(county, alert.subject)),
            cell("Raised", when_words(alert.raised_at, known.at)),
            cell("Stood", stood),
            cell("Worst", _worst_words(rule, alert) or "not known", small(_mark(county, rule))),
            cell("Acknowledged", acknowledged_words(alert, known.at)),
            cell("Told", told_words(alert)),
        ],
    )
