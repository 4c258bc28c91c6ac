"""Figures, moments and places of an alert in the words of a message."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from flowcentre.alerts.rota import LONDON
from flowcentre.measures.pressure import LEVEL_UNIT
from flowcentre.measures.units import unit_of
from flowcentre.model import Alert, Measure, Picture, Severity

SEVERITY_WORDS = {Severity.CRITICAL: "CRITICAL", Severity.WARNING: "WARNING", Severity.NOTICE: "NOTICE"}
OVER = "OVER"  # how the subject begins of what needs nobody any more
CLEARING = "clearing (calm, not yet for long enough)"
CANNOT_TELL = "still open, and cannot tell since"
_FINEST = 3  # decimals more than a measure has, to tell a figure from a limit that it is not


def figure_words(value: float, measure: Measure | None, decimals: int | None = None) -> str:
    """A figure with its unit: "1,234 people", "96.4 %", "2 h 14 min", "level 3"."""
    if not math.isfinite(value):
        return "unknown"
    if measure is None:
        return f"{value:,.{decimals or 0}f}" if decimals else f"{value:,g}"
    if measure.unit == "minutes" and not decimals:
        minutes = math.floor(abs(value))
        sign = "-" if value < 0 and minutes else ""
        return f"{sign}{minutes} min" if minutes <= 90 else f"{sign}{minutes // 60:,} h {minutes % 60:02} min"
    number = f"{value:,.{measure.decimals if decimals is None else decimals}f}"
    number = number.lstrip("-") if not number.strip("-0.,") else number
    return f"level {number}" if measure.unit == LEVEL_UNIT else f"{number} {unit_of(measure.unit, number)}"


def value_and_limit(value: float, limit: float, measure: Measure | None) -> tuple[str, str]:
    """A figure and the limit it is held against, to as many digits as it takes to tell them apart.

    94.96 against 95.0 must not read as "95.0 %, limit 95.0 %".
    """
    said = figure_words(value, measure), figure_words(limit, measure)
    decimals = measure.decimals if measure is not None else 0
    for more in range(1, _FINEST + 1):
        if value == limit or said[0] != said[1]:
            break
        said = figure_words(value, measure, decimals + more), figure_words(limit, measure, decimals + more)
    return said


def clock_words(moment: datetime, at: datetime) -> str:
    """A moment as one speaks of it at ``at``, in London: "08:14", "yesterday 23:50", "Tue 3 Nov 09:00"."""
    local, today = moment.astimezone(LONDON), at.astimezone(LONDON).date()
    days = (today - local.date()).days
    if days == 0:
        return f"{local:%H:%M}"
    return f"yesterday {local:%H:%M}" if days == 1 else f"{local:%a} {local.day} {local:%b %H:%M}"


def length_words(length: timedelta) -> str:
    """A length of time: "under a minute", "32 min", "5 h", "3 days"."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return "under a minute"
    if minutes <= 90:
        return f"{minutes} min"
    return f"{minutes // 60} h" if length < timedelta(days=2) else f"{length.days} days"


def ended_words(alert: Alert, at: datetime) -> str:
    """How an alert ended: "cleared 08:20" by its figures, "closed 08:20 by duty manager" by a person."""
    assert alert.cleared_at is not None
    when = clock_words(alert.cleared_at, at)
    return f"closed {when} by {alert.closed_by}" if alert.closed_by else f"cleared {when}"


def subject_words(subject: str, picture: Picture) -> str:
    """What a place or a feed is called; the id of one that is in the configuration no more."""
    places = picture.county.places
    if subject in places:
        return places.name_of(subject)
    feed = picture.county.feed(subject)
    return feed.name if feed is not None else subject


def short_subject_words(subject: str, picture: Picture) -> str:
    """The same, as short as it is known by."""
    places = picture.county.places
    return places.label_of(subject) if subject in places else subject_words(subject, picture)
