"""Alerts on the wall and on the front page: what stands and where, in a few words.

On the wall one band of one height, whether or not anything stands, so that no figure ever moves. Names are shown whole or not
at all: the display's script leaves as many as fit, and says how many there are besides. The counts tell of all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from dash import html

from flowcentre.model import Alert, AlertState, Board, County, Level, Picture, Severity, SmallNumbers
from flowcentre.picture.cannot_tell import rules_words
from flowcentre.picture.level_words import mark_of
from flowcentre.picture.small_alerts import leaves_out_alerts
from layouts.parts import links
from layouts.parts.age import age
from layouts.parts.alert_words import ORDER, on_trial, severity_count, undelivered_words, value_words, where
from layouts.parts.small_words import few_alerts_words
from layouts.parts.tree import Child, marked
from layouts.parts.typed_words import until_words
from layouts.parts.words import when_words
from layouts.services import acute_sites

_MOST_NAMED = 30  # more than fit a wall
_ON_FRONT = 5
_LABEL = marked(aria_label="Alerts")
_RANK = {severity: number for number, severity in enumerate(ORDER)}


def sign(severity: Severity) -> html.Span:
    """The shape of a severity: a triangle, a diamond or a ring; the stylesheet draws it."""
    return html.Span(className="alert-sign", **marked(data_severity=severity.value, aria_hidden="true"))


def is_watched(picture: Picture) -> bool:
    """Has the county any rule, or does an alert stand?"""
    return bool(picture.county.alerting.rules or picture.alerts)


def shown_alerts(picture: Picture) -> tuple[Alert, ...]:
    """Alerts of rules that are not on trial, the most severe first, what nobody has acknowledged before the rest."""
    shown = [alert for alert in picture.alerts if not on_trial(picture.county, alert)]
    return tuple(
        sorted(
            shown,
            key=lambda a: (_RANK[a.severity], a.acknowledged_at is not None, a.silenced, -a.raised_at.timestamp()),
        )
    )


def wall_band(picture: Picture, board: Board) -> html.Section | None:
    """The band of a board. Nothing where the county has no rules; one quiet line where none stands."""
    if not is_watched(picture):
        return None
    everywhere = shown_alerts(picture)
    elsewhere = _elsewhere(picture.county, board) if everywhere or picture.cannot_tell else frozenset()
    concerns = partial(_concerns, picture.county, elsewhere)
    here = tuple(alert for alert in everywhere if concerns(alert.subject))
    cannot_tell = rules_words(picture.county, picture.cannot_tell, concerns)
    parts: list[Child] = [counts(here) if here else _none(picture, everywhere, cannot_tell)]
    if here:
        hospitals = acute_sites(picture.county, board.places)
        own = hospitals[0].id if len(hospitals) == 1 else ""
        items = [html.Li(_item(picture, alert, own)) for alert in here[:_MOST_NAMED]]
        rest = len(here) - len(items)
        words = f"and {rest:,} more" if rest else ""
        more = html.Li(words, className="alerts-more", hidden=not rest, **marked(data_of=str(len(here))))
        parts.append(html.Ul([*items, more], className="alerts-named", **marked(data_of=str(len(here)))))
    limits = picture.county.access.small_numbers if leaves_out_alerts(picture.county) else None
    parts.append(_beside(picture, here, everywhere, cannot_tell, leaves_out=limits))
    return _band(parts, here)


def _band(parts: list[Child], here: Sequence[Alert] = ()) -> html.Section:
    attributes = _LABEL | {"data-worst": here[0].severity.value if here else "none"}
    if here and all(alert.acknowledged_at is not None for alert in here if alert.severity is here[0].severity):
        attributes["data-taken"] = "yes"
    return html.Section(parts, className="alerts-band", **attributes)


def _none(picture: Picture, everywhere: Sequence[Alert], cannot_tell: str) -> html.P | None:
    """That none stands is said only while somebody evaluates the rules, and of all of them something is known."""
    if picture.not_evaluated_since is not None:
        return None
    here = " here" if everywhere else ""
    if cannot_tell:
        return html.P(f"No alert known{here}: {cannot_tell}", className="alerts-none not-known")
    return html.P(f"No alert stands{here}", className="alerts-none")


def counts(alerts: Sequence[Alert]) -> html.Ul:
    """How many of each severity, each with its sign."""
    by_severity = Counter(alert.severity for alert in alerts)
    return html.Ul(
        [
            html.Li([sign(severity), severity_count(by_severity[severity], severity)], className="alerts-count")
            for severity in ORDER
            if by_severity[severity]
        ],
        className="alerts-counts",
    )


def _item(picture: Picture, alert: Alert, own: str) -> list[Child]:
    """``own`` is the hospital whose board it is: there nobody needs to read where it is."""
    place = "" if alert.subject == own else where(picture.county, alert.subject)
    said = html.Span([html.B(alert.title), *_about(picture, alert, place)], className="alert-named")
    return [sign(alert.severity), said]


def _about(picture: Picture, alert: Alert, place: str) -> list[Child]:
    """How much it is, where, and what matters most of how it stands: that it cannot tell, that it comes and goes, or for how long.

    The figure comes first: where room is short the stylesheet cuts the place, and leaves out since when and by whom.
    """
    value = _value(picture, alert)
    return [
        html.Span(f" {value}", className="alert-value") if value else None,
        html.Span(f"{',' if value else ''} {place}", className="alert-place") if place else None,
        html.Span(_aside(picture, alert), className="alert-aside"),
    ]


def _value(picture: Picture, alert: Alert) -> str:
    if alert.state in (AlertState.BLIND, AlertState.FLAPPING, AlertState.CLEARING):
        return ""  # it is not what matters of it
    rule = picture.county.alerting.rule(alert.rule)
    return value_words(rule, alert.value, at_least=alert.at_least, limit=alert.limit)


def _aside(picture: Picture, alert: Alert) -> list[Child]:
    if alert.state is AlertState.BLIND and alert.blind_since is not None:
        return [", cannot tell", _detail(f" since {when_words(alert.blind_since, picture.at)}")]
    if alert.state is AlertState.FLAPPING:
        return [", comes and goes"]
    if alert.state is AlertState.CLEARING:
        return [", clearing"]
    if alert.acknowledged_at is not None:
        return [", taken on", _detail(f" by {alert.acknowledged_by}")]
    return [_detail([", ", age(alert.raised_at, picture.at, lasts=True)])]


def _detail(said: Child | list[Child]) -> html.Span:
    return html.Span(said, className="alert-detail")


def _beside(
    picture: Picture,
    here: Sequence[Alert],
    everywhere: Sequence[Alert],
    cannot_tell: str,
    *,
    leaves_out: SmallNumbers | None = None,
) -> html.Ul | None:
    """What somebody has to do something about: what nobody acknowledged, what nobody is told, what did not arrive.

    And where alerts may be left out for their small numbers, that they may be, always, for that one is would tell of it.
    """
    open_to_all = [alert for alert in here if alert.acknowledged_at is None]
    silenced = sum(alert.silenced for alert in here)
    said: list[Child] = []
    if picture.not_evaluated_since is not None:
        since = when_words(picture.not_evaluated_since, picture.at)
        said.append(html.Li(f"Alerts not evaluated since {since}", className="alerts-trouble-word"))
    if picture.failing:
        said.append(html.Li(_failing_words(picture), className="alerts-trouble-word"))
    if blind := sum(alert.state is AlertState.BLIND for alert in here):
        said.append(html.Li(_blind_words(blind, of=len(here))))
    if cannot_tell and here and picture.not_evaluated_since is None:
        said.append(html.Li(cannot_tell))
    if open_to_all:
        count = f"{len(open_to_all):,} not acknowledged" if len(here) > 1 else "not acknowledged"
        said.append(html.Li("none acknowledged" if len(open_to_all) == len(here) > 1 else count))
    if silenced:
        said.append(html.Li(f"{silenced:,} silenced"))
    elif picture.silences:  # left on, it would be forgotten
        said.append(html.Li(_silences_words(picture)))
    if elsewhere := len(everywhere) - len(here):
        critical = sum(alert.severity is Severity.CRITICAL for alert in everywhere if alert not in here)
        words = f"elsewhere {elsewhere:,}" + (f", {critical:,} critical" if critical else "")
        said.append(html.Li(words, className="alerts-elsewhere"))
    if picture.undelivered:
        said.append(html.Li(undelivered_words(picture.undelivered), className="alerts-trouble-word"))
    if leaves_out is not None:
        said.append(html.Li(few_alerts_words(leaves_out), className="alerts-few"))
    return html.Ul(said, className="alerts-beside") if said else None


def _blind_words(blind: int, *, of: int) -> str:
    """How many of the alerts nobody can judge: "2 cannot tell if they stand"."""
    count = "" if blind == of == 1 else f"{blind:,} "
    return f"{count}cannot tell if {'it stands' if blind == 1 else 'they stand'}"


def _failing_words(picture: Picture) -> str:
    """Which channel fails, or how many: the names of five would push those of alerts off the wall."""
    (channel, since), number = picture.failing[0], len(picture.failing)
    said = f"{number:,} channels fail" if number > 1 else f"{channel[0].upper()}{channel[1:]} fails"
    return f"{said} since {when_words(since, picture.at)}"


def _silences_words(picture: Picture) -> str:
    """How many silences are in force, and until when: "1 silence until 12:14"."""
    last = max(silence.ends_at for silence in picture.silences)
    number = len(picture.silences)
    return f"{number:,} silence{'' if number == 1 else 's'} until {until_words(last, picture.at)}"


def _concerns(county: County, elsewhere: frozenset[str], subject: str) -> bool:
    """Does a board show a place, or a feed's? What is no longer configured is told everywhere rather than nowhere."""
    feed = county.feed(subject)
    return not elsewhere.issuperset(feed.places if feed is not None else (subject,))


def _elsewhere(county: County, board: Board) -> frozenset[str]:
    """The places that a board does not show: those of other hospitals, and of other localities than those chosen."""
    places = county.places
    shown = acute_sites(county, board.places)
    inside = {place.id for hospital in shown for place in places.within(hospital.id)}
    outside = {place.id for each in acute_sites(county) if each not in shown for place in places.within(each.id)}
    localities = places.at_level(Level.LOCALITY)
    if any(locality.id in board.places for locality in localities):
        others = [locality.id for locality in localities if locality.id not in board.places]
        outside.update(place.id for locality in others for place in places.within(locality))
    return frozenset(outside - inside)


def front_banner(picture: Picture) -> html.Section | None:
    """The same on the front page, each with a way to it."""
    if not is_watched(picture):
        return None
    shown = shown_alerts(picture)
    way = html.A("All alerts", href=links.alerts())
    cannot_tell = rules_words(picture.county, picture.cannot_tell)
    troubled = picture.undelivered or picture.failing or picture.silences or picture.not_evaluated_since
    if not (shown or troubled or cannot_tell):
        return html.Section(html.P(["No alert stands. ", way]), className="alerts-front quiet", **_LABEL)
    items = [
        html.Li([sign(alert.severity), html.Span(_front_item(picture, alert))], **marked(data_severity=alert.severity))
        for alert in shown[:_ON_FRONT]
    ]
    if len(shown) > _ON_FRONT:
        items.append(html.Li(f"and {len(shown) - _ON_FRONT:,} more"))
    said = counts(shown) if shown else _none(picture, shown, cannot_tell)
    head: list[Child] = [said, _beside(picture, shown, shown, cannot_tell), way]
    return html.Section(
        [html.Div(head, className="alerts-head"), html.Ul(items, className="alerts-named") if items else None],
        className="alerts-front",
        **_LABEL,
    )


def _front_item(picture: Picture, alert: Alert) -> list[Child]:
    said: list[Child] = [
        html.A(alert.title, href=links.alert(alert.id)),
        *_about(picture, alert, where(picture.county, alert.subject)),
    ]
    moving = (AlertState.BLIND, AlertState.FLAPPING, AlertState.CLEARING)
    if alert.acknowledged_at is not None and alert.state in moving:
        said.append(html.Span(", acknowledged", className="alert-aside"))
    rule = picture.county.alerting.rule(alert.rule)
    if rule is not None and (mark := mark_of(picture.county, rule.measure)):
        said.append(html.Span(mark, className="alert-aside"))
    return said
