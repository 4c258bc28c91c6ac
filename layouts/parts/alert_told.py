"""Who was told and who was not, what is silenced, and how each way of telling does."""

from __future__ import annotations

from dash import html

from flowcentre.model import ChannelSettings, Message, Silence
from flowcentre.picture.alerts_now import AlertsNow
from layouts.finished import Markup
from layouts.parts import links
from layouts.parts.alert_words import message_words, silence_of, telling_words, undelivered_words
from layouts.parts.rows import cell, folded, row, small, table, unseen
from layouts.parts.tree import Child, needs
from layouts.parts.typed_words import until_words
from layouts.parts.words import when_words

_SEEN, _MOST = 12, 200


def undelivered(known: AlertsNow) -> html.Section | None:
    """Messages that have reached nobody: somebody has to be told by other means."""
    if not known.undelivered:
        return None
    items = [html.Li(_undelivered(known, message)) for message in known.undelivered[:_SEEN]]
    if len(known.undelivered) > _SEEN:
        items.append(html.Li(f"and {len(known.undelivered) - _SEEN:,} more"))
    title = undelivered_words(len(known.undelivered))
    said = "Whoever is named here has not been told: ring them."
    return html.Section([html.H2(title), html.P(said), html.Ul(items)], className="alerts-trouble", role="status")


def _undelivered(known: AlertsNow, message: Message) -> list[Child]:
    trouble = f": {message.trouble}" if message.trouble else ""
    return [
        html.Strong(lead_title(known, message.lead)),
        f", by {message.channel}: {message.subject} ({message_words(message, known.at)}{trouble})",
    ]


def lead_title(known: AlertsNow, lead_id: str) -> str:
    """What a lead is called; whoever is no longer configured by their id."""
    lead = known.picture.county.alerting.lead(lead_id)
    return lead.title if lead is not None else lead_id


def messages(known: AlertsNow) -> html.Section:
    """Who was told in the last day."""
    title = html.H2("Who was told in the last 24 hours")
    if not known.messages:
        return html.Section([title, html.P("No message was sent.", className="what")], id="told")
    heads = ("Made", "To", "By", "Message", "What became of it")
    rows = [_message(known, message) for message in known.messages[:_MOST]]
    parts: list[Child] = [table(heads, rows[:_SEEN], "alerts-told", "Messages")]
    if rest := rows[_SEEN:]:
        parts.append(folded("told-more", f"{len(rest):,} more", table(heads, rest, "alerts-told")))
    if more := len(known.messages) - _MOST:
        parts.append(html.P(f"and {more:,} before these", className="what") if more > 0 else None)
    return html.Section([title, *parts], id="told")


def _message(known: AlertsNow, message: Message) -> Markup:
    said = telling_words(known.kinds.get(message.id, ()))
    about = (
        html.A(message.subject, href=links.alert(message.alerts[0])) if len(message.alerts) == 1 else message.subject
    )
    trouble = f" {message.trouble}" if message.trouble else ""
    instead = small(" instead of another way") if message.instead_of is not None else None
    return row(
        when_words(message.created_at, known.at),
        [
            cell("To", lead_title(known, message.lead)),
            cell("By", message.channel, instead),
            cell("Message", about, small(f" {said}") if said else None),
            cell("What became of it", message_words(message, known.at), small(trouble)),
        ],
    )


def silences(known: AlertsNow) -> html.Section | None:
    """What nobody is told of, why, by whom, and until when."""
    plan = html.P(html.A("Silence for planned work", href=links.silence_new()), **needs("act"))
    if not known.silences:
        return html.Section(plan, id="silences") if known.picture.county.alerting.rules else None
    heads = ("Silenced", "Why", "By", "From", "Until", unseen("To end it"))
    rows = [_silence(known, silence) for silence in known.silences]
    said = html.P(
        "From its start until its end nobody is told of it; it is watched and shown all the same.", className="what"
    )
    return html.Section(
        [html.H2("Silences"), said, table(heads, rows, "alerts-silences", "Silences"), plan], id="silences"
    )  # fmt: skip


def _silence(known: AlertsNow, silence: Silence) -> Markup:
    return row(
        silence_of(known.picture.county, silence),
        [
            cell("Why", silence.reason),
            cell("By", silence.by),
            cell("From", until_words(silence.starts_at, known.at)),
            cell("Until", until_words(silence.ends_at, known.at)),
            cell("", html.A("End it now", href=links.silence(silence.id), **needs("act", silence.subject))),
        ],
    )


def health(known: AlertsNow) -> html.Section | None:
    """How each way of telling does."""
    channels = known.picture.county.alerting.channels
    if not channels:
        said = html.P("No way of telling is configured, so nobody is told: see docs/alerts.md.", className="what")
        return html.Section([html.H2("Ways of telling"), said], id="channels")
    heads = ("Way", "Now", "Delivered", "Failed", "Last delivered", "Last trouble")
    rows = [_channel(known, channel) for channel in channels]
    test_at = known.picture.county.alerting.test_at
    test = (
        f"Everybody gets a test message on {weekly_words(test_at)}."
        if test_at
        else "No weekly test message is configured."
    )
    return html.Section(
        [
            html.H2("Ways of telling"),
            html.P(f"Of the last 24 hours. {test}", className="what"),
            table(heads, rows, "alerts-channels", "Ways of telling"),
        ],
        id="channels",
    )


_DAYS = {day[:3].lower(): day for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")}


def weekly_words(moment: str) -> str:
    """A moment of each week as one says it: "mon 10:00" is "Mondays at 10:00"."""
    day, _, hour = moment.partition(" ")
    return f"{_DAYS[day.lower()[:3]]}s at {hour}" if day.lower()[:3] in _DAYS and hour else moment


def _channel(known: AlertsNow, channel: ChannelSettings) -> Markup:
    fared = known.health_of(channel.id)
    name: list[Child] = [channel.id, " ", small(channel.kind)]
    if not (fared.delivered or fared.failed):
        return row(name, [cell("Now", "nothing sent"), *(cell(head, "") for head in ("Delivered", "Failed", "", ""))])
    failing = fared.failing_since
    now: Child = "works" if failing is None else html.Strong(f"fails since {when_words(failing, known.at)}")
    last, trouble_at = fared.last_delivered_at, fared.last_trouble_at
    trouble = f"{when_words(trouble_at, known.at)}: {fared.last_trouble}" if trouble_at is not None else "none"
    return row(
        name,
        [
            cell("Now", now),
            cell("Delivered", f"{fared.delivered:,}"),
            cell("Failed", f"{fared.failed:,}"),
            cell("Last delivered", when_words(last, known.at) if last is not None else "never"),
            cell("Last trouble", trouble),
        ],
    )
