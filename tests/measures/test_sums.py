"""The catalogue says how each measure is summed, and refuses a sum that would mislead."""

from collections.abc import Callable

import pytest

from flowcentre.measures import ALL, WrongSum, across_places, over_time
from flowcentre.measures.discharge import FAMILIES, REASONS
from flowcentre.measures.packages import WHOLE_SYSTEM
from flowcentre.measures.pressure import OF_PRESSURE
from flowcentre.measures.sums import together
from flowcentre.model import Measure, Period, StockOrFlow, Summing


def test_a_stock_is_never_added_over_days():
    with pytest.raises(WrongSum, match="No criteria to reside at census is a stock"):
        over_time(ALL["nctr_census"], [300, 310, 305], Summing.SUM)
    assert over_time(ALL["nctr_census"], [300, 310, 305]) == 305


def test_a_flow_is_summed_over_months():
    assert over_time(ALL["ae_attendances_month"], [19_507, 20_513]) == 40_020


def test_a_counter_since_midnight_takes_the_days_highest_and_is_never_added_within_it():
    counter = ALL["ae_attendances_today"]
    assert over_time(counter, [4, 80, 212]) == 212
    with pytest.raises(WrongSum, match="counter since midnight"):
        over_time(counter, [4, 80, 212], Summing.SUM)


def test_what_is_counted_over_the_last_seven_days_is_never_added_to_the_next_such_count():
    assert over_time(ALL["poc_started_7d"], [41, 44, 39]) == 39
    with pytest.raises(WrongSum, match="the same days would count again"):
        over_time(ALL["poc_started_7d"], [41, 44, 39], Summing.SUM)


def test_shares_of_places_do_not_add_nor_average():
    with pytest.raises(WrongSum, match="add its numerators and its denominators"):
        across_places(ALL["ga_occupancy"], [91.0, 97.0])
    with pytest.raises(WrongSum, match="is a share"):
        over_time(ALL["ae_4h_performance_month"], [60.9, 65.1])


def test_the_longest_wait_of_a_county_is_the_longest_anywhere():
    assert across_places(ALL["ambulance_longest_handover_now"], [12, 75, 0]) == 75


def test_overlapping_lengths_of_stay_are_never_added():
    bands = [ALL[f"additional_bed_days_los_{days}"] for days in (7, 14, 21)]
    with pytest.raises(WrongSum, match="overlap: added, they would count the same bed days twice"):
        together(bands)


def test_people_over_twelve_hours_are_among_those_over_four():
    with pytest.raises(WrongSum, match="overlap"):
        together([ALL["ae_over_4h_now"], ALL["ae_over_12h_now"]])
    with pytest.raises(WrongSum, match="overlap"):
        together([ALL["ae_patients_now"], ALL["ae_over_4h_now"]])


def test_beds_and_people_do_not_add():
    with pytest.raises(WrongSum, match="different units"):
        together([ALL["ga_beds_open"], ALL["nctr_now"]])


def test_nothing_is_not_zero():
    with pytest.raises(ValueError, match="it is not zero"):
        across_places(ALL["nctr_now"], [])
    with pytest.raises(ValueError, match="it is not zero"):
        over_time(ALL["nctr_now"], [])


def those(wrong: Callable[[Measure], object]) -> list[str]:
    """The ids of the catalogue's measures of which this is so."""
    return [measure.id for measure in ALL.values() if wrong(measure)]


def test_every_measure_says_what_it_is_and_where_that_comes_from():
    assert not those(lambda m: not (m.label and m.short_label and m.unit and m.source))
    assert not those(lambda m: not m.definition.endswith("."))


def test_a_measure_is_a_percentage_only_as_a_ratio_of_sums():
    assert not those(lambda m: (m.unit == "%") != (m.across_places is Summing.RATIO))
    assert not those(lambda m: m.unit == "%" and not (m.formula and m.formula.scale == 100 and m.formula.per))


def test_a_formula_is_of_measures_that_exist_and_may_be_added():
    assert not those(lambda m: m.formula and not (m.formula.words and set(m.formula.inputs) <= set(ALL)))
    for measure in ALL.values():
        if measure.formula is not None:
            together([ALL[i] for i in measure.formula.plus])


def test_every_measure_is_reported_by_somebody_or_has_a_formula():
    # Who waits in the whole system is worked out of the lists of a picture: people, and no numbers, are joined. Pressure
    # is scored by the county's rules, or declared by a person.
    others = (WHOLE_SYSTEM, *OF_PRESSURE)
    assert not those(lambda m: not (m.reported_by or m.formula or m in others))


def test_no_measure_is_a_stock_summed_over_time():
    assert not those(lambda m: m.stock_or_flow is StockOrFlow.STOCK and m.over_time is Summing.SUM)
    assert not those(lambda m: m.period is Period.SINCE_MIDNIGHT and m.unit != "%" and m.over_time is not Summing.MAX)
    # Neither of these is ever added.
    assert not those(lambda m: m.period.rolls and m.over_time not in (Summing.LAST, Summing.RATIO))


def test_there_are_37_national_reasons_in_five_families():
    assert len(REASONS) == 37
    assert [sum(r.family == family for r in REASONS) for family in FAMILIES] == [7, 4, 3, 12, 11]
