"""What is said of care and of capacity: hours, waits, needs, and where a list of packages shows the people."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

from flowcentre.model import CareContract, CareReferral, County, Therapy
from layouts.parts.words import NO_BREAK, rounded

PACKAGES, CAPACITY = "/packages", "/capacity"
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
THERAPY_WORDS = {
    Therapy.THERAPY_AND_CARE: "therapy and care",
    Therapy.THERAPY_ONLY: "therapy only",
    Therapy.CARE_ONLY: "no therapy",
}


def packages(**choices: str) -> str:
    """Where the people of a choice stand: ``packages(locality="north")``."""
    return f"{PACKAGES}?{urlencode(choices)}" if choices else PACKAGES


def number(amount: float, decimals: int = 2) -> str:
    """ "1,240", "14", "3.75": as exact as it was said, which for hours is a quarter."""
    said = rounded(amount, decimals)
    said = said.rstrip("0").rstrip(".") if decimals else said
    return said.replace("-", "\N{MINUS SIGN}") if said.strip("-0.,") else "0"


def hours(amount: float, decimals: int = 2) -> str:
    """ "14 h", "3.75 h"."""
    return f"{number(amount, decimals)}{NO_BREAK}h"


def signed(amount: float, decimals: int) -> str:
    """ "+5.20", "\N{MINUS SIGN}3.00", "0.0": with the decimals of its column."""
    said = rounded(abs(amount), decimals)
    sign = "" if not said.strip("0.,") else "+" if amount > 0 else "\N{MINUS SIGN}"
    return f"{sign}{said}"


def signed_hours(amount: float, decimals: int) -> str:
    """ "+5.25 h", "\N{MINUS SIGN}3.00 h": with the decimals of its column."""
    return f"{signed(amount, decimals)}{NO_BREAK}h"


def wait_words(waited: timedelta) -> str:
    """How long somebody has waited: "under an hour", "23 h", "3 days 4 h", "12 days"."""
    if waited < _HOUR:
        return "under an hour"
    if waited < 2 * _DAY:
        return f"{waited // _HOUR}{NO_BREAK}h"
    days, rest = divmod(waited, _DAY)
    more = f" {rest // _HOUR}{NO_BREAK}h" if days < 7 and rest >= _HOUR else ""
    return f"{days}{NO_BREAK}days{more}"


def day_name(day: date, today: date) -> str:
    """A day to come or past: "today", "tomorrow", "Fri 20 Nov", "31 Mar 2027"."""
    if day == today:
        return "today"
    if day == today + _DAY:
        return "tomorrow"
    if day.year != today.year:
        return f"{day.day} {day:%b %Y}"
    return f"{day:%a} {day.day} {day:%b}"


def need_words(referral: CareReferral) -> str:
    """What somebody needs: "14 h a week for two carers, therapy and care"; what is not told is not said."""
    said = []
    if referral.therapy is not Therapy.THERAPY_ONLY and referral.weekly_hours is not None:
        carers = " for two carers" if referral.carers == 2 else ""
        said.append(f"{hours(referral.weekly_hours)} a week{carers}")
    if referral.therapy in (Therapy.THERAPY_AND_CARE, Therapy.THERAPY_ONLY):
        said.append(THERAPY_WORDS[referral.therapy])
    return ", ".join(said) or "not told"


def contract_words(contract: CareContract, today: date) -> str:
    """How long one contract goes on: "20 beds until 31 Mar 2027: funding ends"."""
    amount = f"{number(contract.amount)} {contract.unit.value}"
    if contract.valid_from > today:
        amount += f" from {day_name(contract.valid_from, today)}"
    last = contract.last_day
    if last is None:
        return f"{amount}, no end told"
    why = "contract ends" if contract.contract_end == last else "funding ends"
    if contract.contract_end != last and contract.funding_end != last:
        why = "the amount ends"
    return f"{amount} until {day_name(last, today)}: {why}"


def label(county: County, place_id: str | None) -> str:
    """The short name of a place; its id where there is none of that id."""
    place = county.places.get(place_id or "")
    return place.label if place is not None else place_id or "not told"


def plural(count: int, one: str, many: str) -> str:
    """ "1 stay", "12 stays"."""
    return f"{count:,} {one if count == 1 else many}"
