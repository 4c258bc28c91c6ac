"""How a value was worked out: its formula with the numbers put in, or the places that were added."""

from __future__ import annotations

import math

from dash import html
from dash.development.base_component import Component

from flowcentre.measures import by_id
from flowcentre.measures import figure as work_out
from flowcentre.measures.derive import local_day
from flowcentre.model import Formula, Measure, Picture, Place, Summing, Value
from flowcentre.picture.expected import Total, expect
from layouts.parts.figure import explained
from layouts.parts.rows import decimals_at
from layouts.parts.words import DASH, column_decimals, figure_text


def working(picture: Picture, place: Place, measure: Measure, value: Value) -> html.Section | None:
    """The formula or the sum behind a derived value, each part with a link to its own explanation."""
    if not value.derived:
        return None
    total = next(
        (t for t in expect(picture.county, local_day(picture.at)).totals[measure.id] if t.place == place.id), None
    )
    parts: list[Component] = []
    if total is not None and (reported := _as_reported(picture, measure, total)) is not None:
        parts.append(reported)  # put together, the totals of the others would not give it
    elif measure.formula is not None and any((place.id, i) in picture.values for i in measure.formula.inputs):
        parts += _formula(picture, measure, value, measure.formula, total)
    if total is not None:
        parts += _total(picture, measure, total)
    return html.Section([html.H2("How it was worked out"), *parts]) if parts else None


def _as_reported(picture: Picture, measure: Measure, total: Total) -> html.P | None:
    """That a total is a sum of what is reported, be it by some of its parts; None where each part was worked out."""
    if measure.formula is None or measure.across_places is Summing.RATIO:
        return None
    members = [picture.value(place, measure.id) for part in total.parts for place in part.reporters]
    given = [member for member in members if member.value is not None]
    told = sum(not member.derived for member in given)
    if not told:
        return None
    how = {Summing.SUM: "The sum", Summing.MAX: "The highest"}.get(measure.across_places, "Made")
    if told == len(given):
        words = f"{how} of what the services report, as reported."
    else:
        words = (
            f"{how} of what the services report: {told} of {len(given)} as reported. "
            f"For those that do not report it, it is {measure.formula.words}."
        )
    return html.P(words, className="formula")


def _formula(
    picture: Picture, measure: Measure, value: Value, formula: Formula, total: Total | None
) -> list[Component]:
    plus = "numerator" if formula.per else "added"
    rows = [
        html.Tr([html.Th(by_id(i).label, scope="row"), html.Td(_put_in(picture, value.place, i)), html.Td(role)])
        for inputs, role in ((formula.plus, plus), (formula.minus, "taken away"), (formula.per, "denominator"))
        for i in inputs
    ]
    said, among = _said(value), ""
    if _gives(picture, value, formula):
        said = f"{_numbers(picture, value.place, formula)} = {said}"
    elif total is not None and value.known:
        among = f", {_who_gave(picture, measure, formula, total)}"
    elif value.value is not None and not value.known:
        among = ", when it was last known"
    return [
        html.P([f"{formula.words} = ", html.Strong(said), among], className="formula"),
        html.Table(html.Tbody(rows), className="rows inputs"),
    ]


def _gives(picture: Picture, value: Value, formula: Formula) -> bool:
    """Do the inputs as they stand here give this very value?

    A total takes only the places where every input is known, and the total of an input all that gave
    that one: put together they would be a sum that does not come out.
    """
    if value.coverage.missing or value.value is None:
        return False
    inputs = {i: picture.value(value.place, i).value for i in formula.inputs}
    given = work_out(formula, {i: number for i, number in inputs.items() if number is not None})
    return given is not None and math.isclose(given, value.value, rel_tol=1e-9, abs_tol=1e-9)


def _numbers(picture: Picture, place: str, formula: Formula) -> str:
    def put_in(measures: tuple[str, ...], sign: str) -> str:
        return sign.join(_said(picture.value(place, i)) for i in measures)

    numbers = put_in(formula.plus, " + ")
    if formula.minus:
        numbers += f" - {put_in(formula.minus, ' - ')}"
    if formula.per:
        top = f"({numbers})" if len(formula.inputs) > 1 + len(formula.per) else numbers
        below = put_in(formula.per, " + ")
        numbers = f"{top} / {f'({below})' if len(formula.per) > 1 else below}"
    return numbers


def _who_gave(picture: Picture, measure: Measure, formula: Formula, total: Total) -> str:
    def gave(place: str) -> bool:
        if measure.across_places is Summing.RATIO:  # a ward with no bed open has no share, and still counts
            return all(picture.value(place, i).known for i in formula.inputs)
        return picture.value(place, measure.id).known

    reporters = [place for part in total.parts for place in part.reporters]
    spoken_of = all(part.reporters == (part.place,) for part in total.parts)
    noun = total.noun if spoken_of else "places within"
    return f"of the {sum(map(gave, reporters))} of {len(reporters)} {noun} that gave every figure"


def _put_in(picture: Picture, place: str, measure_id: str) -> Component:
    return explained(picture, place, measure_id, decimals=decimals_at(picture, [place], measure_id))


def _said(value: Value) -> str:
    if value.value is None:
        return DASH
    measure = by_id(value.measure)
    return figure_text(value.value, measure, column_decimals(measure, [value.value]))


def _total(picture: Picture, measure: Measure, total: Total) -> list[Component]:
    how = {
        "sum": "Added across",
        "max": "The highest of",
        "ratio of sums": "Numerators and denominators added across, then divided:",
        "mean": "The mean of",
    }.get(measure.across_places.value, "From")
    places = picture.county.places
    decimals = decimals_at(picture, (part.place for part in total.parts), measure.id)
    rows = [
        html.Tr(
            [
                html.Th(places[part.place].name, scope="row"),
                html.Td(explained(picture, part.place, measure.id, decimals=decimals)),
            ]
        )
        for part in total.parts
    ]
    return [
        html.P(
            f"{how} {len(total.parts)} {total.noun}; what is silent is left out, and counted as missing.",
            className="formula",
        ),
        html.Table(html.Tbody(rows), className="rows inputs"),
    ]
