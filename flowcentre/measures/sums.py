"""How many readings become one, and the sums that are refused because they would mislead."""

from collections.abc import Mapping, Sequence
from math import prod

from flowcentre.model import Formula, Measure, StockOrFlow, Summing


class WrongSum(ValueError):
    """A sum that would say something untrue."""


def across_places(measure: Measure, values: Sequence[float]) -> float:
    """One figure for many places, from each place's value of one measure.

    Raises WrongSum for a measure that cannot be summed so: a percentage needs its numerators and
    denominators, a median its rows. Raises ValueError for no values: nothing is not zero.
    """
    if not values:
        raise ValueError(f"{measure.id}: no place has a value, so there is no total; it is not zero")
    match measure.across_places:
        case Summing.SUM:
            return float(sum(values))
        case Summing.MAX:
            return float(max(values))
        case Summing.MEAN:
            return sum(values) / len(values)
        case Summing.RATIO:
            raise WrongSum(
                f"{measure.label} is a share: add its numerators and its denominators, then divide; "
                "shares of different places do not add"
            )
        case Summing.MEDIAN_OF_ROWS:
            raise WrongSum(f"{measure.label} is a median: take it over the people, not over the places' medians")
        case _:
            raise WrongSum(f"{measure.label} is never summed across places")


def over_time(measure: Measure, values: Sequence[float], how: Summing | None = None) -> float:
    """One figure for a span of time, from one place's successive values of one measure.

    ``how`` asks for a particular way; the catalogue's own is used otherwise. Raises WrongSum when
    a stock would be added over days or a share summed, and ValueError for no values.
    """
    if not values:
        raise ValueError(f"{measure.id}: no value in that time, so there is no figure; it is not zero")
    how = how or measure.over_time
    if how is Summing.SUM and measure.stock_or_flow is StockOrFlow.STOCK:
        raise WrongSum(
            f"{measure.label} is a stock, the same {measure.unit} counted again each time: average it over days, do not add"
        )
    if how is Summing.SUM and measure.over_time is Summing.MAX:
        raise WrongSum(f"{measure.label} is a counter since midnight: take each day's highest, then add the days")
    if how is Summing.SUM and measure.period.rolls:
        raise WrongSum(f"{measure.label} counts the {measure.period} each time: added, the same days would count again")
    if Summing.RATIO in (how, measure.over_time) and how is not Summing.LAST:
        raise WrongSum(
            f"{measure.label} is a share: add its numerators and its denominators over the time, then divide"
        )
    match how:
        case Summing.SUM:
            return float(sum(values))
        case Summing.MEAN:
            return sum(values) / len(values)
        case Summing.MAX:
            return float(max(values))
        case Summing.LAST:
            return float(values[-1])
        case _:
            raise WrongSum(f"{measure.label} is never summed over time")


def figure(formula: Formula, inputs: Mapping[str, float]) -> float | None:
    """What a formula gives for its inputs, by measure.

    None where an input is missing, where the denominator is nothing, and where a figure that cannot
    be below zero is: then the inputs contradict each other. Of nothing no factor is asked: no hours cost
    nothing at whatever price.
    """
    if any(i not in inputs for i in (*formula.plus, *formula.minus, *formula.per)):
        return None
    top = sum([inputs[i] for i in formula.plus]) - sum([inputs[i] for i in formula.minus])
    if formula.at_least is not None:
        top = max(top, formula.at_least)
    if top < 0 and not formula.below_zero:
        return None
    if formula.times and top:
        if any(i not in inputs for i in formula.times):
            return None
        top *= prod([inputs[i] for i in formula.times])
    if not formula.per:
        return top * formula.scale
    bottom = sum([inputs[i] for i in formula.per])
    return top / bottom * formula.scale if bottom else None


def together(measures: Sequence[Measure]) -> None:
    """Refuse, with WrongSum, to add measures that count the same people or do not share a unit."""
    groups = [measure.overlaps for measure in measures if measure.overlaps is not None]
    for measure in measures:
        # A band that names another measure as its group lies inside that measure.
        if measure.overlaps is not None and (
            groups.count(measure.overlaps) > 1 or measure.overlaps in {other.id for other in measures}
        ):
            clashing = [m.label for m in measures if measure.overlaps in (m.overlaps, m.id)]
            raise WrongSum(f"{' and '.join(clashing)} overlap: added, they would count the same {measure.unit} twice")
        if measure.across_places is Summing.RATIO:
            raise WrongSum(f"{measure.label} is a share: shares do not add")
    if len({measure.unit for measure in measures}) > 1:
        units = ", ".join(f"{m.label} in {m.unit}" for m in measures)
        raise WrongSum(f"measures in different units do not add: {units}")
