"""Who is on: leads who take turns by the hours, the weekdays and the bank holidays of England."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from flowcentre.model import Alerting, BankHolidays, Team, Turn

LONDON = ZoneInfo("Europe/London")
_DAY = timedelta(days=1)


def told(alerting: Alerting, names: Iterable[str], at: datetime) -> tuple[str, ...]:
    """The leads behind some names at a moment, each once: a name is a lead's, or a team's and then whoever is on.

    Where nobody of a team is on, everyone of it is told: a gap in a rota must not swallow an alert.
    """
    teams = {team.id: team for team in alerting.teams}
    found: dict[str, None] = {}
    for name in names:
        team = teams.get(name)
        if team is None:
            found.setdefault(name)
            continue
        for lead in on_at(team, at) or tuple(turn.lead for turn in team.turns):
            found.setdefault(lead)
    known = {lead.id for lead in alerting.leads}
    return tuple(lead for lead in found if lead in known)


def on_at(team: Team, at: datetime) -> tuple[str, ...]:
    """The leads of a team who are on at a moment, in the order of their turns, each once."""
    return tuple(dict.fromkeys(turn.lead for turn in team.turns if is_on(turn, at)))


def is_on(turn: Turn, at: datetime) -> bool:
    """Does a turn run at a moment? A night belongs to the day on which it begins, its bank holiday too."""
    today = at.astimezone(LONDON).date()
    return any(_runs(turn, day, at) for day in (today, today - _DAY))


def _runs(turn: Turn, day: date, at: datetime) -> bool:
    if day.weekday() not in turn.weekdays or not _is_kept(turn.bank_holidays, day):
        return False
    starts, ends = _clock(turn.starts), _clock(turn.until)
    # Both ends are moments, not readings of a clock: on the night when an hour comes twice the turn before does not come back
    # with it, and on the night when one is left out no gap opens.
    return _moment(day, starts) <= at < _moment(day if ends > starts else day + _DAY, ends)


def _is_kept(bank_holidays: BankHolidays, day: date) -> bool:
    match bank_holidays:
        case BankHolidays.ALSO:
            return True
        case BankHolidays.ONLY:
            return is_bank_holiday(day)
        case BankHolidays.NEVER:
            return not is_bank_holiday(day)


def _moment(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, LONDON).astimezone(ZoneInfo("UTC"))


@lru_cache(maxsize=256)
def _clock(words: str) -> time:
    """A time of day; "24:00" is the midnight that ends it."""
    return time(0) if words == "24:00" else time.fromisoformat(words)


def is_bank_holiday(day: date) -> bool:
    """Is it a bank holiday in England?"""
    return day in _bank_holidays(day.year)


@lru_cache(maxsize=16)
def _bank_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))
