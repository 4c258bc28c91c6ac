"""Alerts: what stands, what comes, what ended, who was told, what is silenced, and how each way of telling does."""

from __future__ import annotations

from typing import Protocol

from dash import html
from dash.development.base_component import Component

from flowcentre.model import Alert, Picture
from flowcentre.picture.alerts_now import AlertsNow
from flowcentre.picture.cannot_tell import rules_words
from layouts.pages import LivePage, live_page
from layouts.parts import links
from layouts.parts.alert_banner import counts, is_watched, shown_alerts
from layouts.parts.alert_blind import blind
from layouts.parts.alert_list import ended, open_list, pending
from layouts.parts.alert_told import health, messages, silences, undelivered
from layouts.parts.alert_words import on_trial
from layouts.parts.tree import Child
from layouts.parts.words import clock_words, date_words, when_words

ID, TITLE, PATH = "alerts", "Alerts", links.alerts()


class Book(Protocol):
    """What the page needs of ``flowcentre.picture.alerts_now.AlertBook``."""

    def read(self, picture: Picture | None = None) -> AlertsNow:
        """Alerts as they stand, beside a picture."""
        ...


def has_alerts(picture: Picture) -> bool:
    """Has the county any rule, or does an alert stand?"""
    return is_watched(picture)


def count_words(picture: Picture) -> str:
    """How many alerts stand, for the way to them: "3"; "" where none does.

    "?" where none is known and a rule cannot tell, or nobody evaluates the rules.
    """
    number = len(shown_alerts(picture))
    if picture.not_evaluated_since is not None:
        return f"{number}?" if number else "?"
    return f"{number:,}" if number else "?" if picture.cannot_tell else ""


def page(book: Book) -> LivePage:
    """The page, as a book of alerts tells it."""
    return live_page(ID, PATH, lambda picture: render(book.read(picture)), "alerts-page")


def render(known: AlertsNow) -> Component:
    """The live part of the page."""
    if not has_alerts(known.picture):
        said = html.P("No rule of alerts is configured, so nobody is told of anything: see docs/alerts.md.")
        return html.Div(html.Header([html.H1(TITLE), said], className="page-head"))
    trial = [alert for alert in known.open if on_trial(known.picture.county, alert)]
    live = [alert for alert in known.open if alert not in trial]
    parts: list[Child] = [_head(known), _not_looked(known), undelivered(known), _now(known, live), blind(known)]
    parts += [pending(known), _trial(known, trial), silences(known), messages(known), ended(known), health(known)]
    return html.Div(parts, className="alerts")


def _head(known: AlertsNow) -> html.Header:
    rules = len(known.picture.county.alerting.rules)
    looked = f" Rules were last evaluated at {clock_words(known.looked_at)}." if known.looked_at is not None else ""
    return html.Header(
        [
            html.H1(TITLE),
            html.P(
                [
                    "as at ",
                    html.Time(clock_words(known.at)),
                    f", {date_words(known.at)}. {rules} rule{'' if rules == 1 else 's'}.{looked}",
                ],
                className="when",
            ),
        ],
        className="page-head",
    )


def _not_looked(known: AlertsNow) -> Component | None:
    """Where nobody evaluates the rules, that no alert stands says nothing."""
    if known.watching is not False:
        return None
    since = f" since {when_words(known.looked_at, known.at)}" if known.looked_at is not None else ""
    words = (
        f"Rules have not been evaluated{since}: what stands below may no longer be true, and nobody is told of more."
    )
    return html.P([html.Strong("Not watching. "), words], className="alerts-trouble", role="status")


def _now(known: AlertsNow, alerts: list[Alert]) -> html.Section:
    if not alerts:
        unsure = rules_words(known.picture.county, known.cannot_tell)
        said = f"No alert known: {unsure}." if unsure else "No alert stands."
        return html.Section([html.H2("Now"), html.P(said, className="alerts-nothing")], id="now")
    taken = sum(alert.acknowledged_at is not None for alert in alerts)
    said = f"{len(alerts) - taken:,} not acknowledged" if taken < len(alerts) else "all acknowledged"
    head = html.Div([html.H2("Now"), counts(alerts), html.P(said)], className="alerts-head")
    return html.Section([head, open_list(known, alerts, "now-more")], id="now")


def _trial(known: AlertsNow, alerts: list[Alert]) -> html.Section | None:
    """Rules on trial are looked at like any other, and nobody is told."""
    if not alerts:
        return None
    return html.Section(
        [
            html.H2("On trial"),
            html.P("Nobody is told of these, and no wall shows them.", className="what"),
            open_list(known, alerts, "trial-more"),
        ],
        id="trial",
    )
