"""Pressure among the values of a picture: on the real store, with what was declared then."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from flowcentre.config.watchable import watchable, with_pressure
from flowcentre.measures.pressure import OF_PRESSURE
from flowcentre.model import (
    County,
    Declaration,
    Feed,
    Level,
    Parameter,
    Picture,
    Pillar,
    Place,
    PlaceKind,
    Places,
    Point,
    PressureRules,
    ScoringRules,
    State,
)
from flowcentre.picture import DerivedHistory, build, expect, keep_derived, keep_what_aged
from flowcentre.picture.build import work_out
from flowcentre.picture.pressure import pressure_values, scores
from flowcentre.picture.pressure_hours import hours_at_all
from flowcentre.store import Known

AT = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
MINUTES, HOURS = timedelta(minutes=1), timedelta(hours=1)
PLACES = Places(
    [
        Place("westshire", "Westshire", Level.SYSTEM, PlaceKind.SYSTEM),
        Place("hospitals", "Hospitals", Level.ORGANISATION, PlaceKind.TRUST, parent="westshire"),
        Place("northgate", "Northgate", Level.SITE, PlaceKind.ACUTE_HOSPITAL, parent="hospitals"),
        Place("southmere", "Southmere", Level.SITE, PlaceKind.ACUTE_HOSPITAL, parent="hospitals"),
    ]
)
FEEDS = tuple(
    Feed(
        f"{site}-ae",
        site,
        "emergency_department_json",
        5 * MINUTES,
        12 * MINUTES,
        45 * MINUTES,
        (site,),
        ("ae_patients_now", "ae_over_12h_now"),
    )
    for site in ("northgate", "southmere")
)
RULES = ScoringRules(
    "acute",
    "Acute hospitals",
    Pillar.ACUTE,
    ("northgate", "southmere"),
    (
        Parameter("ae_patients_now", (40.0, 60.0), (0.0, 1.0, 2.0)),
        Parameter("ae_over_12h_share_now", (5.0, 10.0), (0.0, 1.0, 2.0)),
    ),
    (11.0, 22.0, 33.0),
    44.0,
    "a test",
    date(2026, 1, 1),
)
COUNTY = County("Westshire", PLACES, FEEDS, pressure=PressureRules((RULES,)))
EXPECTED = expect(COUNTY, AT.date())


def said(site: str, patients: float, over: float, *, ago: timedelta = 2 * MINUTES, at: datetime = AT) -> list[Known]:
    moment = at - ago
    figures = {"ae_patients_now": patients, "ae_over_12h_now": over}
    return [Known(f"{site}-ae", site, m, figure, moment, moment) for m, figure in figures.items()]


def declaration(level: int, *, ago: timedelta = HOURS, holds: timedelta = 8 * HOURS, place="westshire") -> Declaration:
    return Declaration(1, place, level, "the call agreed it", "R. Shah", AT - ago, AT - ago + holds)


def values_of(rows: list[Known], *declared: Declaration, at: datetime = AT):
    values = work_out(EXPECTED, rows, at)
    return values | pressure_values(COUNTY, values, at, {each.place: each for each in declared})


BUSY = [*said("northgate", 70, 2), *said("southmere", 50, 4)]  # 22 and 22 points


def test_score_level_declared_and_their_distance_stand_side_by_side_and_neither_changes_the_other():
    values = values_of(BUSY, declaration(3))
    of = {measure.id: values["westshire", measure.id] for measure in OF_PRESSURE}
    assert {id: value.value for id, value in of.items()} == {
        "pressure_score": 22.0,
        "pressure_level": 2,
        "pressure_level_at_most": 2,
        "pressure_declared": 3,
        "pressure_mismatch": 1,
    }
    assert all(value.known and not value.at_least for value in of.values())
    assert of["pressure_level"].feeds == ("northgate-ae", "southmere-ae")
    # What no rules score is declared all the same, and nothing is computed of it.
    assert ("hospitals", "pressure_level") not in values
    assert values["hospitals", "pressure_declared"].state is State.NEVER
    old = values_of(BUSY, declaration(3, ago=9 * HOURS))
    assert (old["westshire", "pressure_declared"].value, old["westshire", "pressure_declared"].state) == (
        3,
        State.STALE,
    )
    assert old["westshire", "pressure_mismatch"].state is State.UNKNOWN


def test_a_silent_hospital_makes_a_level_at_least_and_a_mismatch_unknown_never_calm():
    rows = [*said("northgate", 30, 0), *said("southmere", 30, 0, ago=2 * HOURS)]
    values = values_of(rows, declaration(1))
    level, score = values["westshire", "pressure_level"], values["westshire", "pressure_score"]
    assert (level.value, level.at_least, str(level.coverage)) == (1, True, "2 of 4 parameters")
    assert (score.value, score.at_least) == (0, True)
    assert values["westshire", "pressure_level_at_most"].value == 2
    assert values["westshire", "pressure_mismatch"].known is False
    # Where what is missing could make no other level, the level is whole though the score is not.
    certain = values_of([*said("northgate", 70, 20), *said("southmere", 70, 20, ago=2 * HOURS)])
    level, score = certain["northgate", "pressure_level"], certain["westshire", "pressure_score"]
    assert (level.value, level.at_least, level.coverage.complete) == (4, False, True)
    assert (score.value, score.at_least) == (22, True)
    # Of nothing, nothing.
    silent = values_of([*said("northgate", 70, 20, ago=2 * HOURS), *said("southmere", 70, 20, ago=2 * HOURS)])
    assert (silent["westshire", "pressure_level"].value, silent["westshire", "pressure_level"].known) == (None, False)


def test_where_pressure_can_be_known_is_where_the_configuration_says_that_it_can_be():
    values = values_of(BUSY)
    watched = with_pressure(watchable(PLACES, FEEDS), COUNTY.pressure)
    for measure in OF_PRESSURE:
        assert set(watched.at(measure.id)) == {place for place, id in values if id == measure.id}, measure.id
    assert watched.sources["pressure_level"]["westshire"] == {"northgate-ae", "southmere-ae"}


def test_a_picture_of_the_store_has_the_declaration_of_its_moment(store):
    store.declare("westshire", 2, "as planned", "R. Shah", AT - 6 * HOURS, AT + 2 * HOURS)
    store.declare("westshire", 3, "both hospitals are full", "J. Bell", AT - HOURS, AT + 7 * HOURS)
    then, now = (build(store, COUNTY, at, known_at=AT) for at in (AT - 2 * HOURS, AT))
    assert [each.value("westshire", "pressure_declared").value for each in (then, now)] == [2, 3]
    assert now.changes_at == AT + 7 * HOURS
    told = scores(now, store.declarations(AT))
    assert told.declared["westshire"].reason == "both hospitals are full"
    assert [(each.place, each.points) for each in told.places] == [("northgate", None), ("southmere", None)]
    without = build(store, replace(COUNTY, pressure=PressureRules()), AT)
    assert not any(measure.startswith("pressure") for _, measure in without.values)


@pytest.mark.parametrize("moment", ["spring", "autumn"])
def test_hours_at_each_level_are_those_that_passed_be_the_day_as_long_as_it_is(store, moment):
    # Midnight to midnight of Europe/London: 23 hours, or 25.
    since, until, length = {
        "spring": (datetime(2026, 3, 29, 0, tzinfo=UTC), datetime(2026, 3, 29, 23, tzinfo=UTC), 23),
        "autumn": (datetime(2026, 10, 24, 23, tzinfo=UTC), datetime(2026, 10, 26, 0, tzinfo=UTC), 25),
    }[moment]

    class Reads:
        def history(self, keys, start, end):
            levels = [Point(since - HOURS, 2.0), Point(since + 4 * HOURS, 3.0), Point(since + 10 * HOURS, None)]
            at_most = [Point(since - HOURS, 2.0), Point(since + 4 * HOURS, 3.0), Point(since + 9 * HOURS, 4.0)]
            return dict(zip(keys, (levels, at_most), strict=True))

        declared_between = staticmethod(store.declared_between)

    store.declare("westshire", 1, "as planned", "R. Shah", since - 2 * HOURS, since + 3 * HOURS)
    store.declare("westshire", 3, "both hospitals are full", "R. Shah", since + 5 * HOURS, since + 12 * HOURS)
    store.declare("westshire", 4, "no bed anywhere", "R. Shah", since + 6 * HOURS, since + 8 * HOURS)
    found = hours_at_all(Reads(), ["westshire"], since, until)["westshire"]
    assert (found.computed, found.not_known) == (
        {1: 0 * HOURS, 2: 4 * HOURS, 3: 5 * HOURS, 4: 0 * HOURS},  # from nine hours on it may have been level 4
        (length - 9) * HOURS,
    )
    assert (found.declared, found.not_declared) == (
        {1: 3 * HOURS, 2: 0 * HOURS, 3: 1 * HOURS, 4: 2 * HOURS},
        (length - 6) * HOURS,
    )


class Told:
    """What the store would know, moment by moment."""

    def __init__(self, store):
        self.store, self.rows = store, []

    def latest(self):
        return self.rows

    def __getattr__(self, name):
        return getattr(self.store, name)


def test_a_level_ends_with_the_rules_that_gave_it_and_the_next_begins_at_midnight_of_london(store):
    told, start = Told(store), datetime(2026, 6, 30, 21, tzinfo=UTC)  # summer: the day ends at 23:00
    ends, midnight = replace(RULES, effective_to=date(2026, 6, 30)), start + 2 * HOURS
    stricter = replace(RULES, id="next", effective_from=date(2026, 7, 2), cut_offs=(1.0, 2.0, 3.0))
    county = replace(COUNTY, pressure=PressureRules((ends, stricter)))

    def moments(hours):
        for hour in hours:
            at = start + hour * HOURS
            told.rows = [*said("northgate", 50, 0, at=at), *said("southmere", 50, 0, at=at)]
            yield at

    keep_derived(told, county, EXPECTED, moments(range(26)))
    # A quarter of an hour before the next rules begin everything stops; the figures are old 43 minutes later.
    told.rows = [
        *said("northgate", 50, 0, at=start + 25.75 * HOURS),
        *said("southmere", 50, 0, at=start + 25.75 * HOURS),
    ]
    keep_what_aged(told, county, EXPECTED, start + 30 * HOURS)
    found = hours_at_all(store, ["westshire"], start, start + 30 * HOURS)["westshire"]
    assert {level: length for level, length in found.computed.items() if length} == {
        1: midnight - start,
        4: 28 * MINUTES,
    }
    assert found.not_known == 28 * HOURS - 28 * MINUTES
    values = work_out(EXPECTED, told.rows, midnight) | pressure_values(county, {}, midnight, {})
    assert values["westshire", "pressure_level"].state is State.UNKNOWN
    assert values["westshire", "pressure_mismatch"].known is False


def test_a_place_that_is_taken_out_of_the_rules_leaves_a_gap_and_not_its_last_level(store):
    key = ("northgate", "pressure_level")
    values = values_of(BUSY)
    before = Picture(1, AT, AT, COUNTY, values)
    without = replace(COUNTY, pressure=PressureRules((replace(RULES, places=("southmere",)),)))
    left = work_out(EXPECTED, BUSY, AT)

    def after(minutes):
        at = AT + minutes * MINUTES
        return Picture(2, at, at, without, left | pressure_values(without, left, at, {}))

    def told(until):
        return [(point.at - AT, point.value) for point in store.history([key], AT, AT + until)[key]]

    keeping = DerivedHistory(store, before)
    keeping.keep(before)
    for minutes in (10, 20):
        keeping.keep(after(minutes))
    assert told(HOURS) == [(0 * HOURS, 2.0), (10 * MINUTES, None)]
    # Put back, it goes on; taken away while nothing runs, it ends at the start.
    keeping.keep(replace(before, at=AT + 30 * MINUTES))
    start = after(40)
    DerivedHistory(store, start).keep(start)
    assert told(HOURS)[2:] == [(30 * MINUTES, 2.0), (40 * MINUTES, None)]


def test_a_picture_as_it_was_known_has_no_declaration_that_came_later(store):
    store.declare("westshire", 3, "both hospitals are full", "J. Bell", AT - HOURS, AT + 7 * HOURS)
    known = build(store, COUNTY, AT, known_at=AT - 2 * HOURS).value("westshire", "pressure_declared")
    assert known.state is State.NEVER


def test_scores_are_kept_as_history_when_a_past_is_read_in_and_when_nothing_ran(store):
    told, start = Told(store), AT - 3 * HOURS

    def moments():
        for hour, patients in enumerate((30, 70, 70)):
            at = start + hour * HOURS
            told.rows = [*said("northgate", patients, 0, at=at), *said("southmere", patients, 0, at=at)]
            yield at

    keep_derived(told, COUNTY, EXPECTED, moments())
    keep_what_aged(told, COUNTY, EXPECTED, AT)
    points = store.history([("westshire", "pressure_level")], start - HOURS, AT)[("westshire", "pressure_level")]
    assert [(point.at - start, point.value) for point in points] == [
        (0 * HOURS, 1.0),
        (1 * HOURS, 2.0),
        (2 * HOURS + 43 * MINUTES, None),
    ]
    found = hours_at_all(store, ["westshire"], start, AT)["westshire"]
    assert (found.computed[1], found.computed[2], found.not_known) == (HOURS, 103 * MINUTES, 17 * MINUTES)
