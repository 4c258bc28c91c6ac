"""Alerts in words: what, where, a value against its limit, and how it stands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flowcentre.measures.pressure import LEVEL_UNIT
from flowcentre.measures.units import unit_of
from flowcentre.measures.watched import watched_by
from flowcentre.model import (
    ANOTHER_MEASURE,
    Alert,
    AlertState,
    County,
    Measure,
    Message,
    MessageState,
    Rule,
    RuleKind,
    Severity,
    Silence,
    TellingKind,
    Transition,
    What,
)
from layouts.parts.words import clock_words, figure_text, set_length_words, unit_words, when_words

ORDER = tuple(Severity)  # the most severe first
_MOST_DECIMALS = 4

_PLURAL = {Severity.CRITICAL: "critical", Severity.WARNING: "warnings", Severity.NOTICE: "notices"}


def severity_count(number: int, severity: Severity) -> str:
    """So many of a severity: "2 critical", "1 warning", "3 notices"."""
    return f"{number:,} {severity.value if number == 1 else _PLURAL[severity]}"


def where(county: County, subject: str) -> str:
    """A place or a feed by the name that fits; what is no longer configured by its id."""
    if subject in county.places:
        return county.places.label_of(subject)
    feed = county.feed(subject)
    return feed.name if feed is not None else subject


def rule_of(rule: Rule | None, alert: Alert) -> Rule | None:
    """The rule by which its figures are to be read: not one that was turned to another measure since."""
    return None if alert.blind_why == ANOTHER_MEASURE else rule


def was_silence(rule: Rule | None, alert: Alert) -> bool:
    """Is it of a silent feed? Every other rule has a limit: so is known of what kind one was that is gone."""
    return rule.kind is RuleKind.SILENCE if rule is not None else alert.limit is None


def measure_of(rule: Rule | None) -> Measure | None:
    """What a rule measures; of a silent feed nothing."""
    return watched_by(rule) if rule is not None else None


def value_words(rule: Rule | None, value: float | None, *, at_least: bool = False, limit: float | None = None) -> str:
    """The last value seen: "96.4 %", "at least 74 patients", "+14 patients in 60 min"; "" where there is none.

    It has as many decimals as it takes not to look like a limit that it is not at.
    """
    measure = measure_of(rule)
    if value is None or (rule is not None and rule.kind is RuleKind.SILENCE):
        return ""
    said = _figure(value, measure, limit)
    if rule is None:  # and its unit with it
        return f"at least {said}" if at_least else said
    if rule.kind is RuleKind.STEP:
        sign = "+" if value > 0 else ""
        said = f"{sign}{said}{_over(rule)}"
    return f"at least {said}" if at_least else said


def limit_words(rule: Rule | None, limit: float | None) -> str:
    """Where it is raised: "limit 95 %", "limit 70 patients or fewer"; "" of a silent feed."""
    if limit is None or (rule is not None and rule.kind is RuleKind.SILENCE):
        return ""
    if rule is None:
        return f"limit {_figure(limit, None)}, in the unit that its rule had"
    figure = _figure(limit, measure_of(rule))
    side = "or more" if rule.rising else "or less"
    words = f"limit {figure} {side}"
    if rule.kind is RuleKind.STEP:
        return f"limit {'+' if limit > 0 else ''}{figure}{_over(rule)}"
    if rule.kind is RuleKind.TIME_AT_LEVEL and rule.over is not None:
        return f"{words} for {set_length_words(rule.hold_for)} of {set_length_words(rule.over)}"
    return words


def _over(rule: Rule) -> str:
    return f" in {set_length_words(rule.over)}" if rule.over is not None else ""


def _figure(value: float, measure: Measure | None, apart_from: float | None = None) -> str:
    if measure is None:
        return f"{value:,g}"
    said = figure_text(value, measure)
    if apart_from is not None and value != apart_from and measure.unit != "minutes":
        decimals = measure.decimals
        while said == _spelt(apart_from, measure, decimals) and decimals < _MOST_DECIMALS:
            decimals += 1
            said = _spelt(value, measure, decimals)
            if said != _spelt(apart_from, measure, decimals):
                break
    unit = unit_words(measure)
    if unit == LEVEL_UNIT:
        return f"{unit} {said}"
    return f"{said} {unit_of(unit, said)}" if unit else said


def _spelt(value: float, measure: Measure, decimals: int) -> str:
    if decimals == measure.decimals:
        return figure_text(value, measure)
    number = f"{value:,.{decimals}f}"
    return f"{number}\N{NO-BREAK SPACE}%" if measure.unit == "%" else number


def news_words(alert: Alert, at: datetime) -> str:
    """What is known of the figure: of a silent feed since when there is no news, of others of when it is."""
    if alert.observed_at is None:
        return "nothing has ever come"
    return f"no news since {when_words(alert.observed_at, at)}"


def state_words(alert: Alert, at: datetime) -> tuple[str, str]:
    """How an alert stands: the word of its state, and what it means just now."""
    match alert.state:
        case AlertState.RAISED:
            return "raised", "not acknowledged"
        case AlertState.ACKNOWLEDGED:
            return "acknowledged", acknowledged_words(alert, at).removeprefix("acknowledged ")
        case AlertState.CLEARING:
            return "clearing", "calm, not yet for long enough"
        case AlertState.BLIND:
            since = f" since {when_words(alert.blind_since, at)}" if alert.blind_since is not None else ""
            return "blind", f"cannot tell{since}{f': {alert.blind_why}' if alert.blind_why else ''}"
        case AlertState.FLAPPING:
            return "flapping", "comes and goes; it stays open until it has been calm for long"
        case AlertState.CLEAR:
            return "ended", when_words(alert.cleared_at, at) if alert.cleared_at is not None else ""
        case state:
            return state.value, ""


def acknowledged_words(alert: Alert, at: datetime) -> str:
    """Who acknowledged, and when; or that nobody has."""
    if alert.acknowledged_at is None:
        return "not acknowledged"
    return f"acknowledged at {when_words(alert.acknowledged_at, at)} by {alert.acknowledged_by}"


_HAPPENED = {
    What.PENDING: "in breach",
    What.PASSED: "no longer in breach",
    What.RAISED: "raised",
    What.CLEARING: "calm, not yet for long enough",
    What.BACK: "no longer calm",
    What.CLEARED: "cleared",
    What.BLIND: "cannot tell",
    What.SEES_AGAIN: "can tell again",
    What.FLAPPING: "comes and goes: it stays open until it has been calm for long",
    What.ACKNOWLEDGED: "acknowledged",
    What.CLOSED: "closed",
    What.UNWATCHED: "nothing watches it any more",
}


def transition_words(rule: Rule | None, one: Transition) -> str:
    """What happened: "raised, at 74 people", "acknowledged by duty manager: called the site team"."""
    said = _HAPPENED[one.what]
    if one.by:
        said += f" by {one.by}"
    elif value := value_words(rule, one.value, at_least=one.at_least):
        said += f", at {value}"
    return f"{said}: {one.words}" if one.words else said


def told_words(alert: Alert) -> str:
    """How many messages have gone, and how many have not."""
    told = f"{alert.told:,} message{'' if alert.told == 1 else 's'} delivered"
    if not alert.told and not alert.untold:
        return "nobody told"
    return f"{told}, {alert.untold:,} not delivered" if alert.untold else told


def undelivered_words(number: int) -> str:
    """Messages that have reached nobody: "1 message not delivered"."""
    return f"{number:,} message{'' if number == 1 else 's'} not delivered"


_TOLD = {
    TellingKind.RAISED: "raised",
    TellingKind.ESCALATED: "next step: nobody had acknowledged it",
    TellingKind.BLIND: "cannot tell",
    TellingKind.FLAPPING: "comes and goes",
    TellingKind.CLEARED: "over",
    TellingKind.TEST: "test",
    TellingKind.CHANNEL: "a channel fails",
    TellingKind.CHASER: "reminder of an action",
    TellingKind.SITREP: "sitrep",
}


def telling_words(kinds: Iterable[TellingKind]) -> str:
    """What a message tells: "raised", "cannot tell"; of several each once. "" where that is not known."""
    return ", ".join(dict.fromkeys(_TOLD[kind] for kind in kinds))


def message_words(message: Message, at: datetime) -> str:
    """What became of a message."""
    tried = f"tried {'once' if message.attempts == 1 else f'{message.attempts} times'}"
    match message.state:
        case MessageState.DELIVERED:
            ended = message.ended_at or message.created_at
            later = "" if message.attempts <= 1 else f", {tried}"
            if message.arrived_at is not None:
                return f"arrived {when_words(message.arrived_at, at)}{later}"
            if message.receipt:
                known = (
                    "not known yet whether it arrived" if message.ask_at is not None else "nobody says if it arrived"
                )
                return f"taken {when_words(ended, at)}{later}, {known}"
            return f"delivered {when_words(ended, at)}{later}"
        case MessageState.UNDELIVERABLE:
            taken = ", taken and did not arrive" if message.receipt and message.attempts == 1 else ""
            return f"not delivered, {tried}{taken}"
        case MessageState.WITHDRAWN:
            return f"not sent: {message.trouble}" if message.trouble else "not sent, for it was not needed any more"
        case MessageState.SENDING:
            return "being sent"
        case MessageState.WAITING:
            if not message.attempts:
                return "waits to be sent"
            again = f", again at {clock_words(message.due_at)}" if message.due_at is not None else ""
            return f"not delivered yet, {tried}{again}"


def silence_of(county: County, silence: Silence) -> str:
    """What nobody is told of: "A&E filling fast, everywhere"."""
    rule = county.alerting.rule(silence.rule)
    named = rule.title if rule is not None else silence.rule
    return f"{named or 'Every rule'}, {where(county, silence.subject) if silence.subject else 'everywhere'}"


def on_trial(county: County, alert: Alert) -> bool:
    """Is its rule on trial: shown, and nobody told? One that was is no reason for an alert once it is taken out."""
    rule = county.alerting.rule(alert.rule)
    return rule.on_trial if rule is not None else alert.on_trial
