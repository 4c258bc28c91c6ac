"""A score is what a person would work out by hand, and what is not known can only make it more."""

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowcentre.model import Coverage, Parameter, Pillar, PressureRules, ScoringRules, State, Value
from flowcentre.pressure import points_of, score_county, score_place

AT = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
CUT_OFFS = (11.0, 22.0, 33.0)
FIGURES = tuple(range(-1, 12))  # below, at, between and above every limit that is drawn


def rules(*parameters: Parameter, places=("northgate",), id="acute", pillar=Pillar.ACUTE, **more) -> ScoringRules:
    settings = {"cut_offs": CUT_OFFS, "out_of": 44.0, "source": "a test", "effective_from": date(2026, 1, 1)} | more
    return ScoringRules(id, id.title(), pillar, places, tuple(parameters), **settings)


def said(
    measure: str, figure: float | None, place: str = "northgate", *, at_least=False, some=False, state=State.FRESH
) -> Value:
    state = state if figure is not None else State.UNKNOWN
    of = Coverage(1, 12, "wards") if some else Coverage()
    return Value(measure, place, figure, state, AT, AT, coverage=of, at_least=at_least)


@st.composite
def parameters(draw, measure: str) -> Parameter:
    limits = sorted(draw(st.sets(st.integers(0, 10), min_size=2, max_size=3)), reverse=draw(st.booleans()))
    points = sorted(
        draw(st.lists(st.sampled_from([0, 1, 1.5, 2, 3, 4.4]), min_size=len(limits) + 1, max_size=len(limits) + 1))
    )
    points[0], points[-1] = 0, points[-1] or 3
    return Parameter(measure, tuple(map(float, limits)), tuple(map(float, points)), draw(st.sampled_from([1, 0.1, 2])))


def by_hand(parameter: Parameter, figure: float) -> Fraction:
    """The points of the band, found by walking towards more pressure."""
    band = 0
    for limit in parameter.limits:
        beyond = figure > limit if parameter.limits[0] < parameter.limits[-1] else figure < limit
        band += beyond
    return Fraction(str(parameter.points[band])) * Fraction(str(parameter.weight))


def whole(all_of: list[Parameter], figures: tuple[float, ...]) -> Fraction:
    given_ = sum((by_hand(each, figure) for each, figure in zip(all_of, figures, strict=True)), Fraction(0))
    most = sum((Fraction(str(max(p.points))) * Fraction(str(p.weight)) for p in all_of), Fraction(0))
    return given_ * 44 / most


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_score_is_what_a_person_works_out_and_lies_between_the_least_and_the_most_that_every_gap_could_make_it(data):
    all_of = [data.draw(parameters(measure)) for measure in ("a", "b", "c")]
    kinds = st.sampled_from(["whole", "at least", "partial"])
    known = [data.draw(st.none() | st.tuples(st.sampled_from(FIGURES), kinds)) for _ in all_of]
    values = {
        ("northgate", p.measure): said(
            p.measure, k and k[0], at_least=bool(k and k[1] == "at least"), some=k is not None and k[1] == "partial"
        )
        for p, k in zip(all_of, known, strict=True)
    }
    score = score_place(rules(*all_of), values, "northgate")
    # Every figure that each parameter could have: any at all where it is not known, or is a share of some who report;
    # that or more where it is "at least".
    could = [
        FIGURES
        if k is None or k[1] == "partial"
        else [f for f in FIGURES if f >= k[0]]
        if k[1] == "at least"
        else [k[0]]
        for k in known
    ]
    every = [whole(all_of, figures) for figures in product(*could)]
    assert score is not None
    assert float(score.most) == pytest.approx(float(max(every)))
    if all(k is None for k in known):
        assert (score.points, score.level, score.state) == (None, None, State.UNKNOWN)
        return
    assert score.points == pytest.approx(float(min(every)))
    levels = {1 + sum(total > cut for cut in CUT_OFFS) for total in every}
    assert score.level == min(levels)
    assert score.at_least == (len(levels) > 1)
    assert sum(each.points or 0 for each in score.contributions) == pytest.approx(score.points)
    assert sum(each.most for each in score.contributions) == pytest.approx(44)


def test_a_figure_at_a_limit_and_a_score_at_a_cut_off_are_still_in_the_band_before():
    beds = Parameter("ga_occupancy", (92.0, 95.0), (0.0, 1.0, 2.0))
    assert [points_of(beds, figure) for figure in (92.0, 92.1, 95.0, 95.1)] == [0, 1, 1, 2]
    four_hours = Parameter("ae_4h_performance_today", (95.0, 76.0), (0.0, 1.0, 2.0))
    assert [points_of(four_hours, figure) for figure in (95.0, 94.9, 76.0, 75.9)] == [0, 1, 1, 2]
    suites = Parameter("mh_136_suites_free", (1.0,), (0.0, 3.0), less_is_worse=True)
    assert [points_of(suites, figure) for figure in (2.0, 1.0, 0.0)] == [0, 0, 3]
    # 0.1 + 0.2 of 1.2 on a scale of 44 is 11 by hand, and a hair more by machine.
    tenths = [Parameter(m, (0.0, 1.0), (0.0, 1.0, 3.0), weight) for m, weight in (("a", 0.1), ("b", 0.2), ("c", 0.1))]
    values = {("northgate", m): said(m, figure) for m, figure in (("a", 0.5), ("b", 0.5), ("c", 0.0))}
    score = score_place(rules(*tenths), values, "northgate")
    assert (score.points, score.level) == (11.0, 1)


def test_a_parameter_counts_where_anybody_should_report_it_and_an_old_figure_is_none():
    both = rules(Parameter("a", (1.0, 2.0), (0.0, 1.0, 2.0)), Parameter("b", (1.0, 2.0), (0.0, 1.0, 2.0)))
    assert score_place(both, {}, "northgate") is None
    alone = score_place(both, {("northgate", "a"): said("a", 1.5)}, "northgate")
    assert (alone.points, alone.most, alone.at_least) == (22, 22, False)
    old = {("northgate", "a"): said("a", 1.5), ("northgate", "b"): said("b", 9, state=State.STALE)}
    score = score_place(both, old, "northgate")
    assert (score.points, score.most, score.level, score.at_least, score.state) == (11, 33, 1, True, State.FRESH)
    assert [each.known for each in score.contributions] == [True, False]
    old["northgate", "a"] = said("a", 1.5, state=State.LATE)
    assert score_place(both, old, "northgate").state is State.LATE


def test_a_share_of_one_ward_of_twelve_makes_no_level_certain():
    beds = Parameter("ga_occupancy", (92.0, 95.0), (0.0, 1.0, 2.0))
    for figure in (80.0, 99.0):
        values = {("northgate", "ga_occupancy"): said("ga_occupancy", figure, some=True)}
        score = score_place(rules(beds), values, "northgate")
        assert (score.points, score.most, score.level, score.at_least) == (0, 44, 1, True)
    # Rows of people that are held back may make a share of them anything too.
    held = replace(said("ae_over_12h_share_now", 8.0), held=2, derived=True)
    of_people = rules(Parameter("ae_over_12h_share_now", (10.0, 20.0), (0.0, 1.0, 2.0)))
    assert score_place(of_people, {("northgate", held.measure): held}, "northgate").at_least


def test_the_system_is_the_weighted_mean_of_its_pillars_and_a_silent_part_keeps_its_weight():
    one = Parameter("a", (10.0, 20.0), (0.0, 1.0, 4.0))
    acute = rules(one, places=("northgate", "southmere"), weights=(("northgate", 3.0),))
    mental = rules(one, places=("larkfield",), id="mental", pillar=Pillar.MENTAL_HEALTH, verified_by="J. Bell")
    pressure = PressureRules((mental, acute), ((Pillar.ACUTE, 3.0),))
    values = {(p, "a"): said("a", f, p) for p, f in (("northgate", 15), ("southmere", 25), ("larkfield", 5))}
    scores = score_county(pressure, values, "westshire", AT.date())
    assert [(each.pillar, each.points, each.indicative) for each in scores.pillars] == [
        (Pillar.ACUTE, (11 * 3 + 44) / 4, True),
        (Pillar.MENTAL_HEALTH, 0.0, False),
    ]
    assert (scores.system.points, scores.system.level, scores.system.indicative) == (19.25 * 3 / 4, 2, True)
    values["southmere", "a"] = said("a", None, "southmere")
    scores = score_county(pressure, values, "westshire", AT.date())
    acute_now = scores.pillars[0]
    assert (acute_now.points, acute_now.most, acute_now.level, acute_now.at_least) == (33 / 4, (33 + 44) / 4, 1, True)
    assert (scores.system.points, scores.system.at_least) == (33 / 4 * 3 / 4, True)
    for place in ("northgate", "southmere", "larkfield"):
        values[place, "a"] = said("a", None, place)
    silent = score_county(pressure, values, "westshire", AT.date()).system
    assert (silent.points, silent.level, silent.most, silent.state) == (None, None, 44, State.UNKNOWN)


@pytest.mark.parametrize("limits", [(10.0, 20.0), (20.0, 10.0)])
def test_a_figure_that_is_no_number_is_not_known_and_never_calm(limits):
    parameter = Parameter("m", limits, (0.0, 1.0, 2.0))
    score = score_place(rules(parameter), {("northgate", "m"): said("m", float("nan"))}, "northgate")
    assert (score.points, score.level, score.most) == (None, None, 44)


def test_each_day_is_scored_by_the_edition_that_was_in_force():
    def of(id: str, points: float, **dates: date) -> ScoringRules:
        return rules(Parameter("a", (1.0, 2.0), (0.0, points, 4.0)), id=id, **dates)

    pressure = PressureRules(
        (
            of("2025", 1.0, effective_from=date(2025, 4, 1), effective_to=date(2026, 3, 31)),
            of("2026", 2.0, effective_from=date(2026, 4, 1)),
        )
    )
    values = {("northgate", "a"): said("a", 1.5)}
    days = (date(2025, 3, 31), date(2026, 3, 31), date(2026, 4, 1))
    found = [score_county(pressure, values, "westshire", day) for day in days]
    assert [each.system and each.system.points for each in found] == [None, 11, 22]
    assert [each.places[0].rules.id for each in found[1:]] == ["2025", "2026"]
