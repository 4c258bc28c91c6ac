"""What is free in the community: as the service says it, and by the formula where it says nothing of it."""

from datetime import UTC, datetime, timedelta

from connectors.community_capacity_csv import CommunityCapacityCsv
from flowcentre.model import County, Feed, State
from flowcentre.picture.build import Values, work_out
from flowcentre.picture.expected import expect
from flowcentre.store import Known
from tests.connectors.cast import WESTSHIRE

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
COUNTY = County(
    "Westshire",
    WESTSHIRE,
    tuple(
        Feed(place, place, "community_capacity_csv", HOUR, 2 * HOUR, 6 * HOUR, (place,), CommunityCapacityCsv.provides)
        for place in ("eastfield", "hartwell")
    ),
)
EXPECTED = expect(COUNTY, AT.date())


def said(
    place: str, staffed: float | None, used: float | None, free: float | None, *, at: datetime = AT
) -> list[Known]:
    figures = {"community_beds_capacity": staffed, "community_beds_used": used, "community_beds_free": free}
    return [Known(place, place, measure, value, at, at) for measure, value in figures.items()]


def known(*rows: list[Known], before: Values | None = None) -> Values:
    return work_out(EXPECTED, [row for some in rows for row in some], AT, before=before)


def test_free_beds_are_those_that_a_hospital_says_it_has_though_its_other_figures_say_more() -> None:
    free = known(said("eastfield", 24, 20, 1))[("eastfield", "community_beds_free")]
    assert (free.value, free.derived) == (1, False)


def test_where_it_says_none_they_follow_from_what_it_has_and_uses() -> None:
    free = known(said("eastfield", 24, 20, None))[("eastfield", "community_beds_free")]
    assert (free.value, free.derived, free.state) == (4, True, State.FRESH)


def test_what_it_said_before_is_not_kept_when_it_says_none_any_more() -> None:
    before = known(said("eastfield", 24, 20, 1, at=AT - HOUR))
    after = known(said("eastfield", 24, 20, None), before=before)
    assert after[("eastfield", "community_beds_free")].value == 4
    again = known(said("eastfield", 24, 20, 2), before=after)
    assert (again[("eastfield", "community_beds_free")].value, again[("eastfield", "community_beds_free")].derived) == (
        2,
        False,
    )


def test_where_neither_can_be_told_nothing_is_free_that_is_known() -> None:
    free = known(said("eastfield", None, 20, None))[("eastfield", "community_beds_free")]
    assert (free.value, free.state) == (None, State.UNKNOWN)


def test_a_total_adds_what_is_said_and_what_follows() -> None:
    free = known(said("eastfield", 24, 20, 1), said("hartwell", 30, 28, None))[("westshire", "community_beds_free")]
    assert (free.value, str(free.coverage)) == (3, "2 of 2 sites")
