"""Bed-based recovery: beds, each stay against its limit, who is to leave when, and until when the beds are bought."""

from __future__ import annotations

from datetime import date

from dash import html
from dash.development.base_component import Component

from flowcentre.measures.derive import local_day
from flowcentre.model import Picture, PlaceKind
from flowcentre.picture.capacity import Capacity
from flowcentre.picture.recovery import RecoveryUnit, Stay
from layouts.parts.capacity_words import cell, contract_words, day_name, label, packages, plural, table
from layouts.parts.figure import explained, noted
from layouts.parts.list_words import least
from layouts.parts.tree import Child, marked

_BEDS = (
    ("commissioned", "Commissioned"),
    ("capacity", "Staffed"),
    ("used", "Used"),
    ("free", "Free"),
    ("closed", "Closed"),
)


def recovery(capacity: Capacity) -> html.Section:
    """Each recovery unit, then the community hospitals' beds."""
    picture = capacity.picture
    short = any(not value.known for value in capacity.referrals)
    limit = picture.county.care.runs_for_days
    parts: list[Child] = [
        html.H2("Bed-based recovery", id="recovery"),
        html.P(
            [
                f"A stay is to last {limit} days at most. ",
                explained(picture, picture.county.places.system.id, "recovery_waiting_now"),
                " wait for a recovery bed.",
            ],
            className="what",
        ),
    ]
    if short:
        said = "A list of referrals is missing: somebody more may stay in any of these."
        parts.append(html.P(said, className="coverage"))
    parts.append(
        html.Div([_unit(picture, unit, limit, short=short) for unit in capacity.units], className="recovery-units")
        if capacity.units
        else html.P("No recovery unit is known here.", className="what")
    )
    if capacity.elsewhere:
        said = f"{plural(len(capacity.elsewhere), 'stay runs', 'stays run')} in a unit that is not told: in no count above."
        parts.append(html.P(said, className="coverage"))
    return html.Section(parts, className="panel capacity-recovery")


def _unit(picture: Picture, unit: RecoveryUnit, limit: int, *, short: bool) -> html.Article:
    today = local_day(picture.at)
    place = picture.county.places[unit.place]
    return html.Article(
        [
            html.H3([place.label, " ", html.Small(label(picture.county, place.locality))]),
            beds(picture, unit.place, "recovery_beds"),
            _facts(unit, place.id, short=short),
            _strip(unit, limit),
            html.P(_bought(unit, today), className="what bought"),
            html.Details(
                [html.Summary("Stay by stay"), _stays(unit, today)], id=f"stays-{unit.place}", className="as-table"
            )
            if unit.stays
            else None,
        ],
        className="recovery-unit",
    )


def beds(picture: Picture, place: str, stem: str) -> Component:
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


def _facts(unit: RecoveryUnit, place: str, *, short: bool) -> Component:
    there = packages(service="recovery bed", provider=place)
    return html.Ul(
        [
            html.Li([html.A(least(len(unit.stays), short), href=there), " on the list"]),
            html.Li([html.B(least(unit.ending(7), short)), " to leave in 7 days"]),
            html.Li([html.B(least(unit.ending(14), short)), " in 14 days"]),
            html.Li([html.B(least(unit.overdue, short)), " past the day set"]),
            html.Li([html.B(least(unit.over, short)), " past the limit"], className="over" if unit.over else None),
        ],
        className="stay-facts",
    )


def _strip(unit: RecoveryUnit, limit: int) -> Component | None:
    """Every stay as a bar as long as its days, longest first, with the limit as a line through all."""
    if not unit.stays:
        return None
    most = max(limit * 1.15, unit.stays[0].day)
    return html.Div(
        [
            html.Ul(
                [
                    html.Li(
                        html.I(style={"width": f"{100 * stay.day / most:.1f}%"}),
                        className="over" if stay.over else None,
                        title=f"{stay.referral.ref}: day {stay.day}",
                    )
                    for stay in unit.stays
                ]
            ),
            html.Span(f"day {limit}", className="limit", style={"left": f"{100 * limit / most:.1f}%"}),
        ],
        className="stay-strip",
        role="img",
        **marked(
            aria_label=f"{plural(len(unit.stays), 'stay', 'stays')} of 1 to {unit.stays[0].day} days, limit {limit}"
        ),
    )


def _stays(unit: RecoveryUnit, today: date) -> Component:
    rows = [
        html.Tr(
            [
                html.Th(stay.referral.ref, scope="row"),
                cell("Day", f"{stay.day:,}", kind="over" if stay.over else None),
                cell("To leave", _leaves(stay, today)),
            ]
        )
        for stay in unit.stays
    ]
    return table(["Ref", "Day", "To leave"], rows, "stays")


def _leaves(stay: Stay, today: date) -> str:
    planned = "planned" if stay.referral.planned_end is not None else "no date set, by the limit"
    if stay.left < 0:
        passed = "day" if stay.left == -1 else "days"
        return f"{day_name(stay.ends_on, today)}, {-stay.left} {passed} past ({planned})"
    return f"{day_name(stay.ends_on, today)} ({planned})"


def _bought(unit: RecoveryUnit, today: date) -> str:
    said = "; ".join(contract_words(contract, today) for contract in unit.contracts)
    return f"Bought: {said}" if said else "No contract for its beds is known."


def community_hospitals(picture: Picture) -> list[str]:
    """The community hospitals of the day."""
    today = local_day(picture.at)
    places = picture.county.places.of_kind(PlaceKind.COMMUNITY_HOSPITAL)
    return [place.id for place in places if place.valid_on(today)]
