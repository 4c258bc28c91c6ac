"""Figures, moments and lengths of time as people say them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from flowcentre.measures import lengths
from flowcentre.model import Measure, Period, State, StockOrFlow, Summing, Worse

LONDON = ZoneInfo("Europe/London")
DASH = "\N{EM DASH}"
NO_BREAK = "\N{NO-BREAK SPACE}"
UNREPORTED = "no feed reports this"
_DAY = timedelta(days=1)
_HALVES_UP = Context(prec=400, rounding=ROUND_HALF_UP)  # room for any float

STATE_WORDS = {
    State.FRESH: "on time",
    State.LATE: "late",
    State.STALE: "too old",
    State.UNKNOWN: "unknown",
    State.NEVER: "never received",
}
# A feed is unknown when its answer left nothing known; a figure, when its source gave none.
FEED_STATE_WORDS = STATE_WORDS | {State.UNKNOWN: "answered with nothing"}
PERIOD_WORDS = {
    Period.MOMENT: "now",
    Period.SINCE_MIDNIGHT: "since midnight",
    Period.LAST_SEVEN_DAYS: "in the last seven days",
    Period.LAST_28_DAYS: "in the last 28 days",
    Period.DAY: "in a day",
    Period.WEEK: "in a week",
    Period.MONTH: "in a month",
}
KIND_WORDS = {StockOrFlow.STOCK: "stock, counted at a moment", StockOrFlow.FLOW: "flow, counted over a time"}
SUMMING_WORDS = {
    Summing.SUM: "added",
    Summing.MEAN: "averaged",
    Summing.MAX: "the highest counts",
    Summing.LAST: "the last counts",
    Summing.RATIO: "numerators and denominators added, then divided",
    Summing.MEDIAN_OF_ROWS: "median of the people, not of the places",
    Summing.NEVER: "never put together",
}
WORSE_WORDS = {Worse.HIGH: "higher is worse", Worse.LOW: "lower is worse", Worse.NEITHER: "neither way is worse"}


def silence_words(state: State) -> str:
    """When something was last said of a figure that has no moment: what was known an hour ago was not never said."""
    return "never" if state is State.NEVER else "unknown"


def rounded(amount: float, decimals: int = 0) -> str:
    """ "1,083" of 1,082.5: a half goes up, as people round, and not to the even number beside it."""
    if amount == int(amount):
        return f"{amount:,.{decimals}f}"
    # A sum of floats may lie a trace below its half: six decimals are more than any figure has.
    exact = Decimal(f"{amount:.6f}").quantize(Decimal(1).scaleb(-decimals), context=_HALVES_UP)
    return f"{exact:,f}"


def decimals_of(amounts: Iterable[float], most: int = 2) -> int:
    """How many decimals a column needs so that each of its amounts is as exact as it was said."""
    said = (rounded(amount, most).partition(".")[2].rstrip("0") for amount in amounts)
    return max((len(decimals) for decimals in said), default=0)


def column_decimals(measure: Measure, amounts: Iterable[float | None]) -> int:
    """With how many decimals every figure of a measure's column stands, its total too.

    Hours are told to the quarter and added up: whole numbers beneath each other would not come to their total.
    """
    if not measure.unit.startswith("hours") or measure.across_places is not Summing.SUM:
        return measure.decimals
    return decimals_of(amount for amount in amounts if amount is not None and math.isfinite(amount))


def figure_words(value: float, measure: Measure, decimals: int | None = None) -> tuple[str, str]:
    """A figure as (number, unit): ("1,234", ""), ("96.4", "%"), ("48", "min"), ("2 h 14", "").

    ``decimals``: those of its column, where it stands in one; else the measure's own.
    """
    if not math.isfinite(value):
        return DASH, ""
    if measure.unit == "minutes":
        minutes = math.floor(abs(value))
        if value < 0 and minutes:  # a difference: shorter than its plan
            number, unit = figure_words(-value, measure)
            return f"\N{MINUS SIGN}{number}", unit
        # Past an hour and a half nobody divides by sixty on the way past a wall.
        return (
            (f"{minutes:,}", "min")
            if minutes <= 90
            else (f"{minutes // 60:,}{NO_BREAK}h{NO_BREAK}{minutes % 60:02}", "")
        )
    number = rounded(value, measure.decimals if decimals is None else decimals)
    if number.startswith("-"):
        # A figure that rounds to nothing has no sign.
        number = "\N{MINUS SIGN}" + number[1:] if number.strip("-0.,") else number[1:]
    return number, "%" if measure.unit == "%" else ""


def figure_text(value: float, measure: Measure, decimals: int | None = None) -> str:
    """A figure as one text: "1,234", "96.4 %", "48 min"."""
    number, unit = figure_words(value, measure, decimals)
    return f"{number}{NO_BREAK}{unit}" if unit else number


def unit_words(measure: Measure) -> str:
    """The unit where the figure itself does not say it: "beds", "hours a week"; else nothing."""
    return "" if measure.unit in ("%", "minutes") else measure.unit


def age_words(at: datetime, moment: datetime) -> str:
    """How long before ``at`` a moment was: "just now", "3 min ago", "2 h ago", "5 days ago"."""
    return length_ago(at - moment)


def length_ago(age: timedelta) -> str:
    """An age in words. The display script says the same while it ticks."""
    minutes = int(age.total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes <= 90:
        return f"{minutes} min ago"
    if age < 2 * _DAY:
        return f"{minutes // 60} h ago"
    if age < 62 * _DAY:
        return f"{age.days} days ago"
    return f"{age.days // 30} months ago"


def for_words(lasted: timedelta) -> str:
    """For how long something stands: "for 3 min", "for 2 h". The display script says the same while it ticks."""
    return "for under a minute" if lasted < timedelta(minutes=1) else f"for {length_ago(lasted).removesuffix(' ago')}"


length_words, set_length_words = lengths.length_words, lengths.set_length_words


def clock_words(moment: datetime) -> str:
    """The time of day in Europe/London: "08:14"."""
    return f"{moment.astimezone(LONDON):%H:%M}"


def date_words(moment: datetime) -> str:
    """The day in Europe/London: "Sunday 22 November 2026"."""
    local = moment.astimezone(LONDON)
    return f"{local:%A} {local.day} {local:%B %Y}"


def when_words(moment: datetime, at: datetime) -> str:
    """A moment as one speaks of it at ``at``: "08:14", "yesterday 23:50", "3 Nov 09:00", "3 Nov 2024 09:00"."""
    local, today = moment.astimezone(LONDON), at.astimezone(LONDON).date()
    days = (today - local.date()).days
    if days == 0:
        return f"{local:%H:%M}"
    if days == 1:
        return f"yesterday {local:%H:%M}"
    year = f" {local.year}" if local.year != today.year else ""
    return f"{local.day} {local:%b}{year} {local:%H:%M}"


def span_words(measure: Measure, observed_at: datetime, at: datetime) -> str:
    """What time a reading speaks of; a day or a month is named by itself, not by the midnight that ends it."""
    last = (observed_at - timedelta(minutes=1)).astimezone(LONDON)
    match measure.period:
        case Period.MONTH:
            return f"{last:%B %Y}"
        case Period.WEEK:
            return f"the week to {last.day} {last:%B %Y}"
        case Period.DAY:
            return f"{last.day} {last:%B %Y}"
        case _:
            return when_words(observed_at, at)


@lru_cache(maxsize=1024)  # of one picture's figures nearly all grow old at a few moments
def iso(moment: datetime) -> str:
    """A UTC moment for a machine: "2026-11-22T08:14:00Z"."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
