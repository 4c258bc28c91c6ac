"""The figure of an alert in a message: how much against which limit, and how old it is; or when a silent feed was last heard."""

from __future__ import annotations

from datetime import datetime

from flowcentre.alerts.blinded import blinded_by
from flowcentre.alerts.words import (
    clock_words,
    figure_words,
    length_words,
    short_subject_words,
    value_and_limit,
)
from flowcentre.measures.lengths import set_length_words
from flowcentre.measures.pressure import DECLARED, LEVEL, MISMATCH
from flowcentre.measures.watched import watched_by
from flowcentre.model import Alert, Alerting, Picture, Rule, RuleKind, Value
from flowcentre.picture.level_words import apart_words, levels_apart

_BLINDED_LISTED = 10


def figure_of(alert: Alert, rule: Rule | None) -> str:
    """What was seen last, and the limit: "at least 96.4 % (limit 95.0 % or more)"."""
    if alert.value is None:
        return ""
    measure = watched_by(rule) if rule is not None else None
    step = rule is not None and rule.kind is RuleKind.STEP
    least = "at least " if alert.at_least else ""
    if rule is not None and rule.measure == MISMATCH.id and not step and alert.limit is not None:
        return f"{apart_words(alert.value)} (limit {levels_apart(alert.limit)} or more{_lasting(rule)})"
    over = f" in {set_length_words(rule.over)}" if step and rule is not None and rule.over is not None else ""
    if alert.limit is None:
        return f"{least}{_signed(figure_words(alert.value, measure), alert.value, step)}{over}"
    value, limit = value_and_limit(alert.value, alert.limit, measure)
    said = f"{least}{_signed(value, alert.value, step)}{over}"
    if rule is None:
        return f"{said} (limit {limit}, in the unit that its rule had)"
    side = "" if step else " or more" if rule.rising else " or less"
    return f"{said} (limit {_signed(limit, alert.limit, step)}{side}{_lasting(rule)})"


def _lasting(rule: Rule) -> str:
    if rule.kind is RuleKind.TIME_AT_LEVEL and rule.over is not None:
        return f" for {set_length_words(rule.hold_for)} of {set_length_words(rule.over)}"
    return ""


def _signed(words: str, value: float, step: bool) -> str:
    return f"+{words}" if step and value > 0 else words


def as_of(alert: Alert, rule: Rule | None, picture: Picture, at: datetime) -> str:
    """How old the figure is, by when it was so. A declaration is no old figure: of two levels apart it is the computed one's."""
    seen = alert.observed_at
    if rule is not None and rule.measure == MISMATCH.id and (sides := _both_sides(alert, picture)) is not None:
        seen = sides[1].observed_at
    return f"as of {clock_words(seen, at)}" if seen is not None and alert.value is not None else ""


def last_heard(alert: Alert, picture: Picture, at: datetime) -> str:
    """When a silent feed was last heard; nothing of one that is no longer silent."""
    if alert.cleared_at is not None:
        return ""
    status = next((each for each in picture.feeds if each.feed.id == alert.subject), None)
    heard = status.observed_at if status is not None else None
    return f"last heard {clock_words(heard, at)}" if heard is not None else "never heard"


def seen_rows(alert: Alert, rule: Rule | None, figure: str, picture: Picture, at: datetime) -> list[str]:
    """The figure, and of when it is."""
    rows = [f"{'Last value' if alert.blind_since is not None else 'Value'}: {figure or 'unknown'}"]
    if rule is not None and rule.measure == MISMATCH.id:
        return [*rows, *_rows_of_both_sides(alert, picture, at)]
    if alert.observed_at is not None:
        age = length_words(at - alert.observed_at)
        rows.append(f"As of: {clock_words(alert.observed_at, at)}, {age} old")
    return rows


def _both_sides(alert: Alert, picture: Picture) -> tuple[Value, Value] | None:
    """What is declared and what is computed; None where they have moved on since the alert was seen."""
    declared, computed = (picture.value(alert.subject, each.id) for each in (DECLARED, LEVEL))
    if declared.value is None or computed.value is None or declared.value - computed.value != alert.value:
        return None
    return declared, computed


def _rows_of_both_sides(alert: Alert, picture: Picture, at: datetime) -> list[str]:
    """Each side with its own moment: a declaration is no old figure, it holds until its end."""
    sides = _both_sides(alert, picture)
    if sides is None:
        seen = alert.observed_at
        return [f"The older of the two is of: {clock_words(seen, at)}"] if seen is not None else []
    declared, computed = sides
    rows = [f"Declared: level {declared.value:g}"]
    if declared.observed_at is not None and declared.stale_at is not None:
        rows[0] += f", at {clock_words(declared.observed_at, at)}, until {clock_words(declared.stale_at, at)}"
    rows.append(f"Computed: level {computed.value:g}")
    if computed.observed_at is not None:
        age = length_words(at - computed.observed_at)
        rows[1] += f", its oldest figure of {clock_words(computed.observed_at, at)}, {age} old"
    return rows


def silent_rows(alert: Alert, alerting: Alerting, picture: Picture, at: datetime) -> list[str]:
    """When a feed was last heard, and what cannot tell without it: that is told nowhere else."""
    status = next((each for each in picture.feeds if each.feed.id == alert.subject), None)
    heard = status.observed_at if status is not None else None
    rows = [f"Last heard: {clock_words(heard, at)}, {length_words(at - heard)} ago" if heard else "Last heard: never"]
    blinded = blinded_by(alerting, picture, alert.subject)
    if blinded and alert.cleared_at is None:
        named = [f"{rule.title} ({short_subject_words(place, picture)})" for rule, place in blinded[:_BLINDED_LISTED]]
        more = f", and {len(blinded) - len(named)} more" if len(blinded) > len(named) else ""
        rows.append(f"Without it cannot tell: {', '.join(named)}{more}")
    return rows
