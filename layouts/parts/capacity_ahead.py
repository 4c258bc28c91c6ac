"""Capacity ahead: the line of what is bought, day by day for half a year, with its cliffs by name; and the same as a table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby

import dash_svg as svg
from dash import html
from dash.development.base_component import Component

from flowcentre.measures.care_words import FUNDING
from flowcentre.measures.derive import local_day
from flowcentre.model import CapacityUnit, County, State
from flowcentre.picture.ahead import WEEKS, Ahead, Cause, Change
from flowcentre.picture.capacity import Capacity
from layouts.finished import Markup
from layouts.parts.capacity_lists import contracts_held_words
from layouts.parts.capacity_words import day_name, label, number, signed
from layouts.parts.rows import cell, folded, row, table
from layouts.parts.scale import round_steps
from layouts.parts.tree import Child, marked
from layouts.parts.words import clock_words, decimals_of, rounded

_WIDTH, _HEIGHT = 1000, 200
_HEADROOM = 1.08
_SHOWN = 6  # changes before the rest is asked for
_UNITS = {
    CapacityUnit.HOURS: ("Hours of home care", "hours a week"),
    CapacityUnit.BEDS: ("Recovery beds", "beds"),
    CapacityUnit.PEOPLE: ("Places on caseloads", "people"),
}


def ahead(capacity: Capacity) -> html.Section:
    """What is bought from today on, one line for hours, one for beds."""
    today = local_day(capacity.picture.at)
    parts: list[Child] = [
        html.H2("Capacity ahead", id="ahead"),
        html.P(
            f"What blocks buy for the next {WEEKS} weeks, as the contracts say now. What is bought on the spot is not in it.",
            className="what",
        ),
        _silent(capacity),
        _held(capacity),
    ]
    if not capacity.ahead:
        parts.append(html.P("No list of contracts of the present buys anything ahead.", className="nothing-known"))
    county = capacity.picture.county
    if changing := [_line(each, county, today) for each in capacity.ahead if each.changes]:
        parts.append(html.Div(changing, className="ahead-lines"))
    parts += [_steady(each, today) for each in capacity.ahead if not each.changes]
    return html.Section(parts, className="panel capacity-ahead")


def _silent(capacity: Capacity) -> Component | None:
    missing = [value for value in capacity.contracts if not value.known]
    if not missing:
        return None
    said = []
    for value in missing:
        name = label(capacity.picture.county, value.place)
        old = value.state is State.STALE and value.observed_at is not None
        said.append(f"{name}: its list of {clock_words(value.observed_at)} is too old" if old else f"{name}: no list")  # type: ignore[arg-type]
    return html.P(f"Contracts that are not in the line: {'; '.join(said)}", className="coverage")


def _held(capacity: Capacity) -> Component | None:
    """Says that contracts are held back, so that the line lies too low and may fall where nothing ends."""
    if not capacity.contracts_held:
        return None
    said = contracts_held_words(capacity.contracts_held, capacity.picture.county)
    return html.P(f"Contracts that are held back, and not in the line: {said}", className="coverage")


def _steady(line: Ahead, today: date) -> html.Article:
    """In words alone: a drawing would be a level line."""
    title, unit = _UNITS[line.unit]
    least, nothing = (
        ("at least ", "nothing is known to end or begin") if line.at_least else ("", "nothing ends or begins")
    )
    said = f"{least}{number(line.now)} today, and {nothing} before {day_name(line.until, today)}"
    return html.Article([html.H3([title, " ", html.Small(unit)]), html.P(said)], className="ahead-line")


def _line(line: Ahead, county: County, today: date) -> html.Article:
    title, unit = _UNITS[line.unit]
    change = line.at_the_end - line.now
    least = "at least " if line.at_least else ""
    way = "no change" if not change else f"{'up' if change > 0 else 'down'} {number(abs(change))}"
    parts: list[Child] = [
        html.H3([title, " ", html.Small(unit)]),
        html.P(
            [
                least,
                html.B(number(line.now)),
                f" today, {least}",
                html.B(number(line.at_the_end)),
                f" on {day_name(line.until, today)}: {way}",
            ],
            className="ahead-words",
        ),
        _chart(line, county, today, unit),
        *_cliffs(line, county, today, unit),
        folded(f"ahead-{line.unit.name.lower()}-table", "The same week by week", _weeks(line, today, unit)),
    ]
    return html.Article(parts, className="ahead-line")


# --- The drawing ---------------------------------------------------------------------------------------


def _chart(line: Ahead, county: County, today: date, unit: str) -> Component:
    days = (line.until - today).days
    most = _HEADROOM * max(amount for _, amount in line.steps) or 1.0

    def x(day: date) -> float:
        return 100 * (day - today).days / days

    def y(amount: float) -> float:
        return 100 * amount / most

    path = ""
    for day, amount in line.steps:
        across, down = round(x(day) * _WIDTH / 100, 1), round(_HEIGHT - y(amount) * _HEIGHT / 100, 1)
        path += f"M{across:g} {down:g}" if not path else f"H{across:g}V{down:g}"
    path += f"H{_WIDTH}"
    marks = [
        html.Li(
            html.Span(numbers, className="cliff-number"),
            className="falls" if changes[-1].by < 0 else "rises",
            title="; ".join(_words(change, county, today, unit) for change in changes),
            style={"left": f"{x(day):.2f}%", "bottom": f"{y(max(_around(line, day))):.2f}%"},
        )
        for day, numbers, changes in by_day(line)
    ]
    scale = [html.Span(number(step), style={"bottom": f"{y(step):.2f}%"}) for step in round_steps(most)]
    months = [html.Span(_month(day), style={"left": f"{x(day):.2f}%"}) for day in _months(today, line.until)]
    least = "at least " if line.at_least else ""
    words = f"{least}{number(line.now)} {unit} today, {least}{number(line.at_the_end)} on {day_name(line.until, today)}"
    return html.Div(
        [
            html.Div(scale, className="scale", **marked(aria_hidden="true")),
            html.Div(
                [
                    svg.Svg(
                        [
                            svg.Path(d=f"{path}V{_HEIGHT}H0Z", className="area"),
                            svg.Path(d=path, className="line", vectorEffect="non-scaling-stroke"),
                        ],
                        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
                        preserveAspectRatio="none",
                        role="img",
                        **marked(aria_label=words),
                    ),
                    html.Ol(marks, className="cliffs-drawn", **marked(aria_hidden="true")),
                ],
                className="plot",
            ),
            html.Div(months, className="months", **marked(aria_hidden="true")),
        ],
        className="ahead-chart",
    )


def numbered(line: Ahead) -> Iterator[tuple[int, Change]]:
    """Each change with the number that it has in the drawing and in the list."""
    return enumerate(line.changes, start=1)


def by_day(line: Ahead) -> Iterator[tuple[date, str, list[Change]]]:
    """The changes of each day, which have one place in the drawing, with their numbers: "2", "3-5"."""
    for day, found in groupby(numbered(line), key=lambda each: each[1].day):
        changes = list(found)
        first, last = changes[0][0], changes[-1][0]
        yield day, str(first) if first == last else f"{first}-{last}", [change for _, change in changes]


def _around(line: Ahead, day: date) -> tuple[float, float]:
    return line.on(day - timedelta(days=1)), line.on(day)


def _months(today: date, until: date) -> Iterator[date]:
    day = today.replace(day=1)
    while day <= until:
        if day >= today:
            yield day
        day = (day + timedelta(days=32)).replace(day=1)


def _month(day: date) -> str:
    return f"{day:%b}" if day.month > 1 else f"{day:%b %Y}"


# --- Its words -----------------------------------------------------------------------------------------


def _cliffs(line: Ahead, county: County, today: date, unit: str) -> list[Child]:
    """What ends and begins, the next first; those beyond the first few when asked for."""
    rows = [
        row(
            [Markup(f'<span class="cliff-number">{index}</span>'), day_name(change.day, today)],
            [
                cell("Provider", label(county, change.provider)),
                cell("Locality", label(county, change.locality)),
                cell("Change", _by_words(change), kind="by"),
                cell("Why", _why(change, today), kind="why"),
            ],
            "falls" if change.by < 0 else "rises",
        )
        for index, change in numbered(line)
    ]
    heads: list[Child] = ["From", "Provider", "Locality", "Change", "Why"]
    shown, more = rows[:_SHOWN], rows[_SHOWN:]
    told: list[Child] = [table(heads, shown, "cliffs", f"What ends and what begins, in {unit}")]
    if more:
        rest = table(heads, more, "cliffs", "What ends and what begins after that")
        told.append(folded(f"ahead-{line.unit.name.lower()}-more", f"{len(more):,} more changes", rest))
    return told


def _by_words(change: Change) -> str:
    return f"{'loses' if change.by < 0 else 'gains'} {number(abs(change.by))}"


def _why(change: Change, today: date) -> str:
    doubt = "; a contract held back or not known may make up for it" if change.doubted and change.by < 0 else ""
    return _cause(change, today) + doubt


def _cause(change: Change, today: date) -> str:
    if change.cause is Cause.BEGINS:
        return "new: begins on this day"
    if change.cause is Cause.CHANGES:
        return f"the next amount, {number(change.after)} after {number(change.before)}"
    last = day_name(change.day - timedelta(days=1), today)
    paid = {FUNDING.get(each.funding or "", "") for each in change.ending} - {""}
    if change.cause is Cause.FUNDING and len(paid) == 1:
        return f"funding ends on {last}: {paid.pop()}"
    if change.cause is Cause.AMOUNT:
        return f"the amount ends on {last}, and no next one is known"
    return f"{change.cause.value} on {last}"


def _words(change: Change, county: County, today: date, unit: str) -> str:
    where = f"{label(county, change.provider)}, {label(county, change.locality)}"
    return f"{day_name(change.day, today)}: {where} {_by_words(change)} {unit}, {_why(change, today)}"


def _weeks(line: Ahead, today: date, unit: str) -> Markup:
    days = [today + timedelta(weeks=week) for week in range(WEEKS + 1)]
    amounts = [line.on(day) for day in days]
    decimals = decimals_of(amounts)
    rows, before = [], amounts[0]
    for day, amount in zip(days, amounts, strict=True):
        by = "" if amount == before else signed(amount - before, decimals)
        rows.append(row(day_name(day, today), [cell("Bought", rounded(amount, decimals)), cell("Change", by)]))
        before = amount
    return table(["Week that begins", f"Bought, {unit}", "Change"], rows, "weeks")
