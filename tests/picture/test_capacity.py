"""Services side by side, bed-based recovery, and single points of access: what is silent is never counted as nothing."""

from __future__ import annotations

from datetime import date

from flowcentre.model import CapacityUnit, CareReferral, CareService, CareTerms, State
from flowcentre.picture.access_point import access_points
from flowcentre.picture.recovery import recovery_units, stays_elsewhere
from flowcentre.picture.side_by_side import COLUMNS, PLANNED, side_by_side
from flowcentre.picture.without_provider import Unplaced, without_provider
from tests.picture.care_cast import AT, DAY, bought, picture, value, waiting

TODAY = date(2026, 11, 19)
FREE = COLUMNS.index("reablement_hours_free")


def test_the_councils_and_the_trusts_services_stand_in_one_locality_with_their_total() -> None:
    now = picture(value("wupi-north", "reablement_hours_free", 30), value("wect-north", "reablement_hours_free", 12))
    north = side_by_side(now)[0]
    assert [(service.place, service.organisation) for service in north.services] == [
        ("wupi-north", "council"),
        ("wect-north", "trust"),
    ]
    assert (north.totals[FREE].value, north.totals[FREE].at_least) == (42, False)


def test_a_silent_service_is_named_and_makes_the_total_at_least() -> None:
    old = value("wect-north", "reablement_hours_free", 12, State.STALE)
    north = side_by_side(picture(value("wupi-north", "reablement_hours_free", 30, State.LATE), old))[0]
    total = north.totals[FREE]
    assert (total.value, total.at_least, total.state) == (30, True, State.LATE)
    assert (str(total.coverage), total.coverage.missing) == ("1 of 2 services", ("wect-north",))
    assert [service.silent for service in north.services] == [False, True]


def test_where_everybody_is_silent_there_is_no_total_and_it_is_not_nought() -> None:
    old = value("wect-north", "reablement_hours_free", 12, State.STALE)
    north = side_by_side(picture(old))[0]
    assert (north.totals[FREE].value, north.totals[FREE].state) == (None, State.UNKNOWN)
    assert side_by_side(picture())[0].totals[FREE].state is State.NEVER


def test_planned_hours_are_those_of_the_services_and_not_of_home_care_in_the_locality() -> None:
    now = picture(value("wupi-north", PLANNED, 100), value("wect-north", PLANNED, 50), value("north", PLANNED, 950))
    assert side_by_side(now)[0].totals[0].value == 150


def staying(ref: str, days: int, **more: object) -> object:
    settings: dict[str, object] = {
        "service": CareService.RECOVERY_BED,
        "provider": "millbrook",
        "started_at": AT - (days - 1) * DAY,
    }
    return waiting(ref, days * 24.0 + 30, **settings | more)


def test_a_stay_has_its_day_against_the_limit_and_ends_as_planned_or_on_the_last_day_allowed() -> None:
    people = [staying("short", 3), staying("planned", 10, planned_end=TODAY + 5 * DAY), staying("long", 45)]
    (unit,) = recovery_units(["millbrook"], [(person, AT) for person in people], [], TODAY, CareTerms())
    assert [(stay.referral.ref, stay.day, stay.over) for stay in unit.stays] == [
        ("long", 45, True),
        ("planned", 10, False),
        ("short", 3, False),
    ]
    assert [stay.ends_on for stay in unit.stays] == [TODAY - 3 * DAY, TODAY + 5 * DAY, TODAY + 39 * DAY]
    assert (unit.over, unit.overdue, unit.ending(7), unit.ending(14)) == (1, 1, 1, 1)


def test_each_unit_holds_its_stays_to_its_own_limit() -> None:
    people = [staying("M", 30), staying("O", 30, provider="orchard-house")]
    told = [(person, AT) for person in people]
    limits = {"orchard-house": 28}
    millbrook, orchard = recovery_units(["millbrook", "orchard-house"], told, [], TODAY, CareTerms(), limits)
    assert (millbrook.limit, millbrook.over, millbrook.stays[0].left) == (42, 0, 12)
    assert (orchard.limit, orchard.over, orchard.stays[0].left, orchard.stays[0].limit) == (28, 1, -2, 28)


def test_a_unit_has_the_stays_that_the_list_of_any_locality_tells_of() -> None:
    here, there = staying("here", 3), staying("there", 4, place="south")
    (unit,) = recovery_units(["millbrook"], [(here, AT), (there, AT - DAY)], [], TODAY, CareTerms())
    assert [(stay.referral.ref, stay.day) for stay in unit.stays] == [("here", 3), ("there", 3)]  # as at its own list


def test_who_waits_for_a_bed_or_has_care_at_home_is_in_no_unit() -> None:
    rows = [staying("waits", 3, started_at=None), staying("home", 3, service=CareService.HOME_CARE)]
    (unit,) = recovery_units(["millbrook"], [(row, AT) for row in rows], [], TODAY, CareTerms())
    assert unit.stays == ()
    lost = staying("lost", 3, provider=None)
    assert stays_elsewhere(["millbrook"], [(lost, AT), (rows[0], AT)]) == (lost,)


def test_a_units_beds_stand_with_the_end_of_their_contract_or_funding() -> None:
    beds = {"provider": "millbrook", "unit": CapacityUnit.BEDS}
    later = bought("later", 12, begins=TODAY + 30 * DAY, **beds)
    funded = bought("funded", 20, funding_end=TODAY + 40 * DAY, contract_end=TODAY + 90 * DAY, **beds)
    ended = bought("ended", 20, contract_end=TODAY - DAY, **beds)
    (unit,) = recovery_units(["millbrook"], [], [later, funded, ended], TODAY, CareTerms())
    assert [contract.ref for contract in unit.contracts] == ["funded", "later"]


def test_running_home_care_of_which_nobody_is_named_is_counted_with_its_hours() -> None:
    def runs(ref: str, **more: object) -> CareReferral:
        return waiting(ref, 90, started_at=AT - DAY, **more)

    rows = [
        runs("one", carers=2),  # ten hours for each of two carers
        runs("no hours", weekly_hours=None),
        runs("named", provider="ashdown-north"),
        runs("team", service=CareService.REABLEMENT),  # whose hours the team tells itself
        waiting("waits"),
        runs("south", place="south"),
    ]
    assert without_provider([(row, AT) for row in rows]) == {"north": Unplaced(2, 20), "south": Unplaced(1, 10)}


def test_a_team_stands_at_the_access_point_if_a_list_is_to_tell_of_it() -> None:
    now = picture(value("wupi-north", "spa_received_7d", 12), value("brokerage-south", "spa_waiting_now", 3))
    teams = access_points(now)
    assert [(team.place, team.locality) for team in teams] == [("brokerage-south", "south"), ("wupi-north", "north")]
    assert [each.value for each in teams[1].values] == [12, None, None, None, None]
