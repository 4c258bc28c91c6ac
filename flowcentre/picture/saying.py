"""Figures and moments in sentences that are sent out of the house, where no page stands beside them."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal

from flowcentre.measures.derive import LONDON
from flowcentre.model import Level, Measure, Place

FINEST = 6  # decimals: what differs by less is the noise of adding fractions
_ROUNDING = Context(prec=400, rounding=ROUND_HALF_UP)  # room for any float


def exactly(value: float) -> Decimal:
    """A figure without the noise of adding fractions."""
    return Decimal(f"{value:.{FINEST}f}")


def shown(value: float, measure: Measure, decimals: int) -> Decimal:
    """A figure as it is shown to so many decimals: a half goes up, and minutes are those that are over, as on every page."""
    if measure.unit == "minutes" and not decimals:
        return Decimal(math.floor(exactly(value)))
    return exactly(value).quantize(Decimal(1).scaleb(-decimals), context=_ROUNDING)


def both_shown(before: float, after: float, measure: Measure) -> tuple[Decimal, Decimal]:
    """Two figures with as many decimals as the measure has, and more where they would else look the same and are not."""
    exact = exactly(before), exactly(after)
    for decimals in range(measure.decimals, FINEST + 1):
        said = shown(before, measure, decimals), shown(after, measure, decimals)
        if exact[0] == exact[1] or said[0] != said[1]:
            return said
    return exact


def figure_words(number: Decimal, measure: Measure) -> str:
    """A figure with its unit, where the measure's name does not say it: "1,234", "96.4 %", "2 h 14 min", "level 3"."""
    match measure.unit:
        case "%":
            return f"{_plain(number)} %"
        case "minutes":
            return _minutes(number)
        case "level":
            return f"level {_plain(number)}"
        case _:
            return _plain(number)


def difference_words(number: Decimal, measure: Measure) -> str:
    """A difference without its sign: "89", "1.3 points" of a share, "12 min"."""
    match measure.unit:
        case "%" | "points":
            return f"{_plain(abs(number))} point{'' if abs(number) == 1 else 's'}"
        case "minutes":
            return _minutes(abs(number))
        case _:
            return _plain(abs(number))


def _plain(number: Decimal) -> str:
    words = f"{number:,f}"
    return words.lstrip("-") if not words.strip("-0.,") else words  # what rounds to nothing has no sign


def _minutes(number: Decimal) -> str:
    if number <= 90 or number != int(number):
        return f"{_plain(number)} min"
    return f"{int(number) // 60:,} h {int(number) % 60:02} min"


def when_words(moment: datetime, at: datetime) -> str:
    """A moment as one speaks of it at ``at``, in London: "08:14", "yesterday 23:50", "Tue 3 Nov 09:00", "3 Nov 2024 09:00".

    What is to come is told alike: "tomorrow 00:00".
    """
    local, today = moment.astimezone(LONDON), at.astimezone(LONDON).date()
    days = (today - local.date()).days
    if days == 0:
        return f"{local:%H:%M}"
    if abs(days) == 1:
        return f"{'yesterday' if days == 1 else 'tomorrow'} {local:%H:%M}"
    if local.year != today.year:
        return f"{local.day} {local:%b %Y %H:%M}"
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def date_words(moment: datetime) -> str:
    """The day in London: "Sunday 22 November 2026"."""
    local = moment.astimezone(LONDON)
    return f"{local:%A} {local.day} {local:%B %Y}"


def old_words(age: timedelta) -> str:
    """How old something is: "under a minute old", "32 min old", "5 h old", "3 days old"."""
    minutes = int(age.total_seconds() // 60)
    if minutes < 1:
        return "under a minute old"
    if minutes <= 90:
        return f"{minutes} min old"
    return f"{minutes // 60} h old" if age < timedelta(days=2) else f"{age.days} days old"


def at_words(place: Place) -> str:
    """Where, in a sentence: "at Northgate General", "in North Westshire"."""
    return f"{'in' if place.level in (Level.SYSTEM, Level.LOCALITY) else 'at'} {place.name}"


def sentence(words: str) -> str:
    """With a capital letter at its beginning, and one full stop at its end."""
    said = words.strip()
    return f"{said[:1].upper()}{said[1:]}{'' if said.endswith(('.', '?', '!')) else '.'}"
