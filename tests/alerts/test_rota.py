"""Who is on: London's hours, nights, both nights on which the clocks change, and bank holidays."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from flowcentre.alerts.rota import LONDON, is_bank_holiday, is_on, on_at, told
from flowcentre.model import BankHolidays, Team, Turn
from tests.alerts.telling_cast import ALERTING

WEEKDAYS = frozenset(range(5))
DAY, NIGHT = Turn("day", starts="08:00", until="20:00"), Turn("night", starts="20:00", until="08:00")
ROTA = Team("rota", "Day and night", (DAY, NIGHT))


def london(words: str, *, fold: int = 0) -> datetime:
    """A moment by London's clock: "2026-11-22 08:00"."""
    return datetime.fromisoformat(words).replace(tzinfo=LONDON, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "on"),
    [
        ("2026-11-22 07:59", ("night",)),
        ("2026-11-22 08:00", ("day",)),
        ("2026-11-22 19:59", ("day",)),
        ("2026-11-22 20:00", ("night",)),
        ("2026-11-23 00:00", ("night",)),
        ("2026-07-22 08:00", ("day",)),  # summer: seven in UTC
        ("2026-07-22 07:59", ("night",)),
    ],
)
def test_a_turn_begins_at_its_hour_and_ends_before_the_next(moment, on):
    assert on_at(ROTA, london(moment)) == on


def test_a_night_belongs_to_the_day_on_which_it_begins():
    friday = Turn("night", frozenset({4}), "20:00", "08:00")
    assert not is_on(friday, london("2026-11-20 07:00"))  # Friday's morning is Thursday's night
    assert is_on(friday, london("2026-11-20 20:00"))
    assert is_on(friday, london("2026-11-21 07:59"))
    assert not is_on(friday, london("2026-11-21 20:00"))


def test_a_turn_of_no_length_lasts_a_day():
    sunday = Turn("all day", frozenset({6}))
    assert not is_on(sunday, london("2026-11-21 23:59"))
    assert is_on(sunday, london("2026-11-22 00:00"))
    assert is_on(sunday, london("2026-11-22 23:59"))
    assert not is_on(sunday, london("2026-11-23 00:00"))


def test_in_the_hour_that_comes_twice_a_turn_that_has_ended_does_not_come_back():
    early = Turn("early", starts="00:00", until="01:30")
    late = Turn("late", starts="01:30", until="08:00")
    both = Team("both", "Both", (early, late))
    assert on_at(both, london("2026-10-25 01:15")) == ("early",)
    assert on_at(both, london("2026-10-25 01:45")) == ("late",)
    assert on_at(both, london("2026-10-25 01:15", fold=1)) == ("late",)


@pytest.mark.parametrize("begins", [datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)])
@pytest.mark.parametrize("change_over", ["00:30", "01:00", "01:30", "02:00", "08:00"])
def test_on_both_nights_of_the_clocks_exactly_one_is_on_in_every_minute(begins, change_over):
    turns = (Turn("one", starts="20:00", until=change_over), Turn("other", starts=change_over, until="20:00"))
    rota = Team("rota", "Rota", turns)
    found = [on_at(rota, begins + timedelta(minutes=minute)) for minute in range(24 * 60)]
    assert all(len(on) == 1 for on in found)
    assert sum(before != after for before, after in pairwise(found)) == 2  # at 20:00 and at the change-over


@given(some.integers(0, 366 * 24 * 60))
def test_a_rota_of_day_and_night_has_somebody_on_at_every_moment_of_the_year(minute):
    assert len(on_at(ROTA, datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute))) == 1


@pytest.mark.parametrize(
    ("day", "holiday"),
    [(date(2026, 12, 28), True), (date(2026, 4, 6), True), (date(2026, 11, 30), False), (date(2026, 12, 24), False)],
)
def test_bank_holidays_are_those_of_england(day, holiday):
    assert (
        is_bank_holiday(day) is holiday
    )  # Boxing Day in lieu; Easter Monday; St Andrew's is Scotland's; no day of its own


def test_on_a_bank_holiday_other_leads_are_on():
    usual = Turn("usual", WEEKDAYS, "08:00", "20:00", BankHolidays.NEVER)
    instead = Turn("instead", frozenset(range(7)), "08:00", "20:00", BankHolidays.ONLY)
    always = Turn("always", frozenset(range(7)), "08:00", "20:00", BankHolidays.ALSO)
    rota = Team("rota", "Rota", (usual, instead, always))
    assert on_at(rota, london("2026-12-24 10:00")) == ("usual", "always")
    assert on_at(rota, london("2026-12-25 10:00")) == ("instead", "always")


def test_the_night_of_a_bank_holiday_ends_on_the_next_morning():
    night = Turn("night", starts="20:00", until="08:00", bank_holidays=BankHolidays.ONLY)
    assert is_on(night, london("2026-12-26 07:00"))  # of Christmas Day
    assert not is_on(night, london("2026-12-25 07:00"))  # of Christmas Eve


def test_whoever_is_named_twice_is_told_once():
    assert told(ALERTING, ("site", "site-team", "director"), london("2026-11-22 10:00")) == ("site", "director")


def test_where_nobody_of_a_team_is_on_everyone_of_it_is_told():
    team = Team(
        "office", "Office", (Turn("desk", WEEKDAYS, "09:00", "17:00"), Turn("site", WEEKDAYS, "09:00", "17:00"))
    )
    alerting = type(ALERTING)(leads=ALERTING.leads, teams=(team,))
    assert told(alerting, ("office",), london("2026-11-22 03:00")) == ("desk", "site")


def test_a_lead_who_is_in_the_configuration_no_more_is_not_told():
    assert told(ALERTING, ("gone", "desk"), london("2026-11-22 10:00")) == ("desk",)
