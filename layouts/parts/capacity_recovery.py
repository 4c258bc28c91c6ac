"""Bed-based recovery: beds, each stay against its unit's limit, who is to leave when, and until when the beds are bought."""

from __future__ import annotations

from datetime import date
from html import escape

from dash import html
from dash.development.base_component import Component

from flowcentre.measures.care_clocks import Phase
from flowcentre.measures.derive import local_day
from flowcentre.model import CareService, Picture
from flowcentre.picture.capacity import Capacity
from flowcentre.picture.packages import key_of
from flowcentre.picture.recovery import BEDS, RecoveryUnit, Stay
from layouts.finished import Markup
from layouts.parts.capacity_words import contract_words, day_name, label, packages, plural
from layouts.parts.figure import explained, noted
from layouts.parts.list_words import least
from layouts.parts.rows import cell, folded, ref, row, table
from layouts.parts.tree import Child, link_needs, marked

_BEDS = (
    ("commissioned", "Commissioned"),
    ("capacity", "Staffed"),
    ("used", "Used"),
    ("free", "Free"),
    ("closed", "Closed"),
)


def recovery(capacity: Capacity) -> html.Section:
    """Each recovery unit, and each community hospital in which somebody stays for a while."""
    picture = capacity.picture
    short = any(not value.known for value in capacity.referrals)
    parts: list[Child] = [
        html.H2("Bed-based recovery", id="recovery"),
        html.P(
            [explained(picture, picture.county.places.system.id, "recovery_waiting_now"), " wait for a recovery bed."],
            className="what",
        ),
    ]
    if short:
        said = "A list of referrals is missing: somebody more may stay in any of these."
        parts.append(html.P(said, className="coverage"))
    parts.append(
        html.Div([_unit(picture, unit, short=short) for unit in capacity.units], className="recovery-units")
        if capacity.units
        else html.P("No recovery unit is known here.", className="what")
    )
    if capacity.elsewhere:
        said = f"{plural(len(capacity.elsewhere), 'stay runs', 'stays run')} in a unit that is not told: in no count above."
        parts.append(html.P(said, className="coverage"))
    return html.Section(parts, className="panel capacity-recovery")


def _unit(picture: Picture, unit: RecoveryUnit, *, short: bool) -> html.Article:
    today = local_day(picture.at)
    place = picture.county.places[unit.place]
    where = f"{label(picture.county, place.locality)}; a stay is to last {unit.limit} days at most"
    return html.Article(
        [
            html.H3([place.label, " ", html.Small(where)]),
            _beds(picture, unit.place, BEDS[place.kind]),
            _facts(unit, short=short),
            _strip(unit),
            html.P(_bought(unit, today), className="what bought"),
            folded(f"stays-{unit.place}", "Stay by stay", _stays(unit, today)) if unit.stays else None,
        ],
        className="recovery-unit",
    )


def _beds(picture: Picture, place: str, stem: str) -> Component:
    """Commissioned, staffed, used, free and closed: each for itself."""
    return html.Dl(
        [
            html.Div(
                [
                    html.Dt(words),
                    html.Dd(
                        [explained(picture, place, f"{stem}_{key}"), *noted(picture.value(place, f"{stem}_{key}"))]
                    ),
                ]
            )
            for key, words in _BEDS
        ],
        className="bed-facts",
    )


def _facts(unit: RecoveryUnit, *, short: bool) -> Component:
    if short and not unit.stays:
        return html.P("Nobody's stay is known.", className="what")
    there = packages(service=key_of(CareService.RECOVERY_BED), phase=Phase.RECEIVING.value, provider=unit.place)
    return html.Ul(
        [
            html.Li([html.A(least(len(unit.stays), short), href=there, **link_needs("rows")), " on the list"]),
            html.Li([html.B(least(unit.ending(7), short)), " to leave in 7 days"]),
            html.Li([html.B(least(unit.ending(14), short)), " in 14 days"]),
            html.Li([html.B(least(unit.overdue, short)), " past the day set"]),
            html.Li([html.B(least(unit.over, short)), " past the limit"], className="over" if unit.over else None),
        ],
        className="stay-facts",
    )


def _strip(unit: RecoveryUnit) -> Component | None:
    """Every stay as a bar as long as its days, longest first, with the limit as a line through all."""
    if not unit.stays:
        return None
    limit, longest = unit.limit, unit.stays[0].day
    most = max(limit * 1.15, longest)
    bars = "".join(_bar(stay, most) for stay in unit.stays)
    return html.Div(
        [
            Markup(f"<ul>{bars}</ul>"),
            html.Span(f"day {limit}", className="limit", style={"left": f"{100 * limit / most:.1f}%"}),
        ],
        className="stay-strip",
        role="img",
        **marked(aria_label=f"{plural(len(unit.stays), 'stay', 'stays')} of up to {longest} days, limit {limit}"),
    )


def _bar(stay: Stay, most: float) -> str:
    over = ' class="over"' if stay.over else ""
    said = escape(f"{stay.referral.ref}: day {stay.day}")
    return f'<li{over} data-of="{escape(stay.referral.ref)}" title="{said}"><i style="width:{100 * stay.day / most:.1f}%"></i></li>'


def _stays(unit: RecoveryUnit, today: date) -> Markup:
    rows = [
        row(
            ref(stay.referral.ref),
            [
                cell("Day", f"{stay.day:,}", kind="over" if stay.over else None),
                cell("To leave", _leaves(stay, today)),
            ],
        )
        for stay in unit.stays
    ]
    return table(["Ref", "Day", "To leave"], rows, "stays", "Each stay, the longest first")


def _leaves(stay: Stay, today: date) -> str:
    planned = "planned" if stay.referral.planned_end is not None else "no date set, by the limit"
    if stay.left < 0:
        passed = "day" if stay.left == -1 else "days"
        return f"{day_name(stay.ends_on, today)}, {-stay.left} {passed} past ({planned})"
    return f"{day_name(stay.ends_on, today)} ({planned})"


def _bought(unit: RecoveryUnit, today: date) -> str:
    said = "; ".join(contract_words(contract, today) for contract in unit.contracts)
    return f"Bought: {said}" if said else "No contract for its beds is known."
