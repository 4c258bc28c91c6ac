"""Four weeks of delayed discharges: who was there at each midnight, for what kind of reason, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from math import ceil

import holidays
from dash import html
from dash.development.base_component import Component

from flowcentre.measures.derive import day_words, local_day
from flowcentre.picture.delays import FACETS, Delay
from flowcentre.picture.list_book import Answered
from flowcentre.picture.list_history import Then
from flowcentre.picture.listed import Chosen
from layouts.parts.delay_weeks import weeks
from layouts.parts.delay_words import FAMILIES, family_name
from layouts.parts.list_links import Address
from layouts.parts.list_words import least_people, people, pounds
from layouts.parts.scale import round_steps
from layouts.parts.tree import Child, marked, moved_sideways

_WEEK = 7
_HEADROOM = 1.06  # so that the tallest column and its mark stay clear of the edge


@cache
def bank_holidays(year: int) -> Mapping[date, str]:
    """The bank holidays of England in a year."""
    return dict(holidays.country_holidays("GB", subdiv="ENG", years=year))


def history(answered: Answered[Delay], address: Address[Delay]) -> html.Section:
    """Each midnight of four weeks as a column, and the present apart."""
    past = answered.past.days
    return html.Section(
        [
            html.H2("The last 28 days", id="history"),
            html.P(_says(answered, past), className="what"),
            _chart(answered, past, address) if past else None,
            _legend() if past else None,
            weeks(past),
            html.Details(
                [html.Summary("The same as a table"), _table(answered, past)], id="history-table", className="as-table"
            )
            if past
            else None,
        ],
        className="delay-history panel",
    )


def _says(answered: Answered[Delay], past: Sequence[Then[Delay]]) -> str:
    known = [then.count for then in past if then.count is not None]
    if not known:
        return "No list of these days was recent enough, or none is kept."
    cost = answered.chosen.picture.county.bed_day_cost
    partly = sum(not then.whole for then in past)
    least = "at least " if partly else ""
    said = (
        f"Who was there at midnight lost that day one bed day: {least}{sum(known):,} bed days in these {len(past)} days"
    )
    said += f", {least}{pounds(sum(known) * cost)} at £{cost:,.0f} a bed day (local figure)" if cost is not None else ""
    days = "day" if partly == 1 else "days"
    what = (
        "a list was missing" if all(then.whole for then in past if then.complete) else "a list was missing or not whole"
    )
    return said + (f". On {partly} {days} {what}." if partly else ".")


def _chart(answered: Answered[Delay], past: Sequence[Then[Delay]], address: Address[Delay]) -> Component:
    chosen = answered.chosen
    now = chosen.counted if chosen.count.known else None
    most = ceil(_HEADROOM * max([then.count or 0 for then in past] + [len(now or ())])) or 1
    columns = [
        _column(then, past[number - _WEEK] if number >= _WEEK else None, most, address)
        for number, then in enumerate(past)
    ]
    today = html.Li(
        html.Div(
            [_bars(now, most), html.B(f"{len(now):,}" if now is not None else "", className="of-now")],
            className="plot",
        ),
        className="today" if chosen.count.coverage.complete else "today partly",
        title=f"{'Then' if answered.looks_back else 'Now'}: {_now_words(chosen) if now is not None else 'not known'}",
        **marked(data_label="then" if answered.looks_back else "now"),
    )
    scale = [html.Span(f"{step:,}", style={"bottom": f"{100 * step / most:.1f}%"}) for step in round_steps(most)]
    return html.Div(
        [
            html.Div(scale, className="scale", **marked(aria_hidden="true")),
            html.Ol([*columns, today], className="days", **marked(aria_label="People delayed at each midnight")),
        ],
        className="delay-days",
    )


def _now_words(chosen: Chosen[Delay]) -> str:
    return least_people(len(chosen.counted), chosen.count.at_least)


def _column(then: Then[Delay], week_before: Then[Delay] | None, most: int, address: Address[Delay]) -> html.Li:
    day = local_day(then.at)
    holiday = bank_holidays(day.year).get(day)
    kind = " ".join(
        filter(
            None,
            (
                "weekend" if day.weekday() >= 5 else "",
                "holiday" if holiday else "",
                "" if then.whole else "nothing" if then.count is None else "partly",
            ),
        )
    )
    parts: list[Child] = [_bars(then.people, most)]
    if week_before is not None and week_before.count is not None and week_before.whole:
        parts.append(html.I(className="before", style={"bottom": f"{100 * week_before.count / most:.1f}%"}))
    words = _words(then, week_before, holiday)
    labelled = day.weekday() == 0
    label = marked(data_label=day_words(then.at).partition(" ")[2]) if labelled else {}
    return html.Li(
        html.A(
            parts,
            href=address.as_at(then.at).href,
            id=f"day-{day.isoformat()}",
            className="plot",
            title=words,
            **marked(aria_label=words),
        ),
        className=kind,
        **label,
    )


def _words(then: Then[Delay], week_before: Then[Delay] | None, holiday: str | None) -> str:
    said = f"{day_words(then.at)}, at midnight: "
    said += "no list" if then.count is None else people(then.count)
    if then.count is not None:
        said += f", {then.reporting} of {then.expected} hospitals" if not then.complete else ""
        said += f", and {then.held:,} row{'' if then.held == 1 else 's'} held back" if then.held else ""
    if week_before is not None and week_before.count is not None:
        said += f"; a week before {week_before.count:,}"
    return said + (f"; {holiday}" if holiday else "")


def _bars(delays: Sequence[Delay] | None, most: int) -> Component:
    by_family = _by_family(delays or ())
    return html.Div(
        [
            html.I(style={"height": f"{100 * by_family[family] / most:.2f}%"}, **marked(data_family=family))
            for family in reversed(FAMILIES)
            if by_family[family]
        ],
        className="stack",
    )


def _by_family(delays: Sequence[Delay]) -> dict[str, int]:
    found = dict.fromkeys(FAMILIES, 0)
    for delay in delays:
        found[FACETS["family"](delay)] += 1
    return found


def _legend() -> Component:
    marks = [
        html.Li([html.I(className="swatch", **marked(data_family=family)), family_name(family)]) for family in FAMILIES
    ]
    marks += [
        html.Li([html.I(className="swatch before"), "the same weekday before"]),
        html.Li([html.I(className="swatch partly"), "a list was missing"]),
        html.Li([html.I(className="swatch holiday"), "bank holiday"]),
    ]
    return html.Ul(marks, className="delay-legend", **marked(aria_hidden="true"))


def _table(answered: Answered[Delay], past: Sequence[Then[Delay]]) -> Component:
    cost = answered.chosen.picture.county.bed_day_cost
    names = ["Midnight at the end of", "People = bed days lost", "Same weekday before", *map(family_name, FAMILIES)]
    names += ["Cost"] if cost is not None else []
    rows = []
    for number in range(len(past) - 1, -1, -1):
        then, before = past[number], past[number - _WEEK] if number >= _WEEK else None
        day = local_day(then.at)
        holiday = bank_holidays(day.year).get(day)
        least = "" if then.whole else f"at least ({then.reporting} of {then.expected}) "
        families = _by_family(then.people or ())
        cells: list[Child] = [
            "no list" if then.count is None else f"{least}{then.count:,}",
            "" if before is None or before.count is None else f"{before.count:,}",
            *("" if then.count is None else f"{families[family]:,}" for family in FAMILIES),
        ]
        if cost is not None:
            partly = "" if then.whole else "at least "
            cells.append("" if then.count is None else f"{partly}{pounds(then.count * cost)}")
        head = [day_words(then.at), html.Small(f" {holiday}") if holiday else None]
        rows.append(html.Tr([html.Th(head, scope="row"), *map(html.Td, cells)]))
    return html.Div(
        html.Table(
            [html.Thead(html.Tr([html.Th(name, scope="col") for name in names])), html.Tbody(rows)], className="rows"
        ),
        className="scroll",
        **moved_sideways("The last 28 days"),
    )
