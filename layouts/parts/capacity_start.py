"""Where care could start today: each locality's hours, who could have them, and why the others could not."""

from __future__ import annotations

from datetime import datetime

from dash import html
from dash.development.base_component import Component

from flowcentre.measures.care_clocks import waited
from flowcentre.model import CareService, County, Picture
from flowcentre.picture.capacity import Capacity
from flowcentre.picture.care_room import Room
from flowcentre.picture.could_start import RULE, Hindrance, LocalityToday, Start
from layouts.parts.capacity_lists import held_words
from layouts.parts.capacity_words import cell, hours, label, need_words, packages, plural, table, told, wait_words
from layouts.parts.figure import explained, noted
from layouts.parts.list_words import least, least_people
from layouts.parts.tree import Child, marked
from layouts.parts.words import DASH

# Each figure of a locality's row: its measure and its heading.
_FIGURES = (
    ("poc_hours_waiting_now", "Hours waiting"),
    ("block_hours_bought", "Block hours bought"),
    ("block_hours_used", "Block hours used"),
    ("block_hours_unfilled", "Block hours unfilled"),
    ("reablement_hours_free", "Reablement hours free"),
    ("therapy_places_free", "Therapy places free"),
    ("visits_drift_under_hours", "Hours in short visits"),
)
_SERVICE_WORDS = {CareService.HOME_CARE: "Home care", CareService.REABLEMENT: "Reablement"}
_SHOWN = 8  # people of a locality before the rest is asked for
# Where the people are whom a reason keeps waiting: what the list of packages chooses by.
_WHO = {
    Hindrance.NOT_TRIAGED: "triage",
    Hindrance.FAMILY: "family",
    Hindrance.HOSPITAL: "hospital",
    Hindrance.PROVIDER: "provider",
}


def start(capacity: Capacity) -> html.Section:
    """Who could start, locality by locality, and by what rule."""
    return html.Section(
        [
            html.H2("Where it could start today", id="start"),
            _headline(capacity),
            _localities(capacity),
            html.Div([_card(capacity, today) for today in capacity.today], className="start-cards"),
            html.Section(
                [html.H3("The rule"), html.Ol([html.Li(sentence) for sentence in RULE])], className="start-rule"
            ),
        ],
        className="panel capacity-start",
    )


def could_start_words(capacity: Capacity) -> str:
    """ "17", "at least 17", "none known"; a dash where nobody could be matched."""
    return least(capacity.starting, capacity.at_least) if capacity.matched else DASH


def _headline(capacity: Capacity) -> Component:
    if not capacity.matched:
        nobody = "No list of referrals is of the present, so nobody can be matched with what is free."
        return html.P(nobody, className="nothing-known")
    system = capacity.picture.county.places.system.id
    one = capacity.starting == 1
    said = html.P(
        [
            html.Span("at least ", className="least") if capacity.at_least and capacity.starting else None,
            html.Strong(could_start_words(capacity).removeprefix("at least ")),
            f" {'person' if one else 'people'} could start today, of ",
            explained(capacity.picture, system, "poc_waiting_now"),
            " who wait for care at home",
        ],
        className="start-headline",
    )
    return html.Div([said, *held_words(capacity)])


def _localities(capacity: Capacity) -> Component:
    picture = capacity.picture
    system = picture.county.places.system.id
    heads: list[Child] = ["Locality", "People waiting", *(words for _, words in _FIGURES), "Could start"]
    rows = [
        _row(picture, today.place, _could(today), f"#start-{today.place}" if today.known else None)
        for today in capacity.today
    ]
    if len(rows) > 1:
        rows.append(_row(picture, system, could_start_words(capacity), None, kind="total"))
    return table(heads, rows, "start-table", "Hours waiting and hours free in each locality, a week")


def _row(picture: Picture, place: str, could: str, href: str | None, kind: str | None = None) -> html.Tr:
    people = packages() if kind else packages(locality=place)
    waiting = told(picture, place, "poc_waiting_now")
    cells = [cell(words, *_told(picture, place, measure)) for measure, words in _FIGURES]
    return html.Tr(
        [
            html.Th(html.A(label(picture.county, place), href=people), scope="row"),
            cell("People waiting", waiting, *_notes(picture, place, "poc_waiting_now")),
            *cells,
            cell("Could start", html.A(could, href=href) if href else could, kind="could"),
        ],
        className=kind,
    )


def _told(picture: Picture, place: str, measure: str) -> list[Child]:
    return [told(picture, place, measure), *_notes(picture, place, measure)]


def _notes(picture: Picture, place: str, measure: str) -> list[Child]:
    notes = noted(picture.value(place, measure))
    return [html.Small(notes, className="notes")] if notes else []


# --- One locality --------------------------------------------------------------------------------------


def _could(today: LocalityToday) -> str:
    return least(len(today.starts), bool(today.silent)) if today.known else DASH


def _card(capacity: Capacity, today: LocalityToday) -> html.Article:
    county = capacity.picture.county
    place = county.places[today.place]
    parts: list[Child] = [
        html.H3([place.name, " ", html.Span(_card_words(today), className="what")], id=f"start-{place.id}")
    ]
    if not today.known:
        parts.append(html.P("Its list of referrals is missing or too old: nobody is matched.", className="coverage"))
    parts += _blocks(capacity.picture, today)
    if today.silent:
        named = ", ".join(label(county, place) for place in today.silent)
        parts.append(html.P(f"Capacity not known, and not counted: {named}", className="coverage"))
    if today.starts:
        parts += _people(county, today)
    elif today.known:
        parts.append(html.P("Nobody could start with what is free.", className="what"))
    if today.why_not:
        parts.append(_why_not(today))
    return html.Article(parts, className="start-card" if today.known else "start-card not-known")


def _card_words(today: LocalityToday) -> str:
    if not today.known:
        return "not known"
    return f"{least_people(len(today.starts), bool(today.silent))} could start"


def _people(county: County, today: LocalityToday) -> list[Child]:
    """Each who could start, the longest wait first; those beyond the first few when asked for."""
    assert today.at is not None
    rows = [_start(county, each, today.at) for each in today.starts]
    heads: list[Child] = ["Ref, and has waited", "Needs", "Where, and what is left there"]
    told: list[Child] = [table(heads, rows[:_SHOWN], "start-people")]
    if more := rows[_SHOWN:]:
        rest = table(heads, more, "start-people")
        told.append(html.Details([html.Summary(f"{len(more):,} more could start"), rest], id=f"more-{today.place}"))
    return told


def _start(county: County, start: Start, at: datetime) -> html.Tr:
    referral = start.referral
    where: list[Child] = []
    if start.hours_at is not None and start.hours_left is not None:
        takes = f", takes {hours(start.hours)}, leaves {hours(start.hours_left)}"
        where.append(html.Span([html.B(label(county, start.hours_at)), takes]))
    if start.therapy_at is not None and start.therapy_left is not None:
        left = plural(int(start.therapy_left), "place", "places")
        where.append(html.Span(["therapy: ", html.B(label(county, start.therapy_at)), f", leaves {left}"]))
    service = _SERVICE_WORDS.get(referral.service, referral.service.value)
    ref: list[Child] = [referral.ref, html.Small(wait_words(waited(referral, at)))]
    return html.Tr(
        [
            html.Th(ref, scope="row"),
            cell("Needs", html.Span(service), html.Span(need_words(referral), className="what")),
            cell("Where", *where, kind="where"),
        ]
    )


def _blocks(picture: Picture, today: LocalityToday) -> list[Child]:
    """Each service and provider with what it could give: what is left, and what is promised; the rest by name."""
    known = [room for room in today.rooms if room.hours is not None]
    giving = sorted((room for room in known if room.hours), key=lambda room: (room.service.value, -(room.left or 0)))
    empty = [label(picture.county, room.place) for room in known if not room.hours]
    most = max((room.hours or 0 for room in giving), default=0) or 1
    told: list[Child] = []
    if giving:
        bars = [html.Li(_block(picture, room, most)) for room in giving]
        told.append(html.Ul(bars, className="rooms", **marked(aria_label="Hours a week that each could give")))
    if empty:
        told.append(html.P(f"No hours free: {', '.join(empty)}", className="what"))
    return told


def _block(picture: Picture, room: Room, most: float) -> list[Child]:
    free, left = room.hours or 0.0, room.left or 0.0
    said = f"{hours(left)} free"
    if free > left:
        said += f", {hours(free - left)} promised"
    if room.two_carers is not None and room.two_carers < left:
        said += f"; for two carers {hours(room.two_carers)}"
    return [
        html.Span(label(picture.county, room.place), className="room-name"),
        html.Span(
            [
                html.I(className="left", style={"width": f"{100 * left / most:.1f}%"}),
                html.I(className="promised", style={"width": f"{100 * (free - left) / most:.1f}%"}),
            ],
            className="room-bar",
            **marked(aria_hidden="true"),
        ),
        html.Span(said, className="what"),
    ]


def _why_not(today: LocalityToday) -> Component:
    why = today.why_not
    others = sum(why.values())
    return html.Div(
        [
            html.H4(f"Why {plural(others, 'other', 'others')} could not"),
            html.Ul(
                [html.Li([html.B(f"{count:,}"), " ", _reason(today.place, reason)]) for reason, count in why.items()],
                className="why-not",
            ),
        ]
    )


def _reason(place: str, reason: Hindrance) -> Child:
    if reason in _WHO:
        return html.A(reason.value, href=packages(locality=place, next=_WHO[reason]))
    return html.Span(reason.value)
