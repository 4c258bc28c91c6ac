"""One locality's band: what is free there, who could start with it, and why the others could not."""

from __future__ import annotations

from datetime import datetime

from dash import html
from dash.development.base_component import Component

from flowcentre.measures.care_clocks import waited
from flowcentre.model import CareService, County, Picture, SmallNumbers
from flowcentre.picture.capacity import Capacity
from flowcentre.picture.care_room import Room, told_by
from flowcentre.picture.could_start import LocalityToday, Start
from flowcentre.picture.hindrance import Hindrance, few_people
from layouts.finished import Markup
from layouts.parts.age import age
from layouts.parts.capacity_lists import lists_behind
from layouts.parts.capacity_words import hours, label, need_words, packages, plural, wait_words
from layouts.parts.figure import follows, follows_from
from layouts.parts.list_words import least_people
from layouts.parts.rows import cell, folded, ref, row, small, table
from layouts.parts.tree import Child, link_needs, needs
from layouts.parts.words import DASH, decimals_of, rounded

_SERVICE_WORDS = {CareService.HOME_CARE: "Home care", CareService.REABLEMENT: "Reablement"}
_SHOWN = 6  # people of a locality before the rest is asked for
# Where the people are whom a reason keeps waiting: what the list of packages chooses by.
_WHO = {
    Hindrance.NOT_TRIAGED: "triage",
    Hindrance.FAMILY: "family",
    Hindrance.HOSPITAL: "hospital",
    Hindrance.PROVIDER: "provider",
}


def band(capacity: Capacity, today: LocalityToday) -> html.Article:
    """What is free there, who could start with it, and why the others could not: side by side where there is room."""
    county = capacity.picture.county
    place = county.places[today.place]
    title = html.H3(
        [place.name, " ", html.Span(_band_words(capacity, today), className="what")], id=f"start-{place.id}"
    )
    free: list[Child] = []
    if not today.known:
        free.append(html.P("Its list of referrals is missing or too old: nobody is matched.", className="coverage"))
    free += _rooms(capacity.picture, today)
    if today.silent:
        named = ", ".join(label(county, place) for place in today.silent)
        free.append(html.P(f"Capacity not known, and not counted: {named}", className="coverage"))
    parts: list[Child] = [title, html.Div(free, className="free")]
    if today.known:
        parts.append(html.Div(_people(county, today), className="who"))
    if today.why_not:
        parts.append(_why_not(today, county.access.small_numbers))
    return html.Article(parts, className="start-band" if today.known else "start-band not-known")


def _band_words(capacity: Capacity, today: LocalityToday) -> Child:
    if not today.known:
        return "not known"
    nobody = not today.starts and not today.at_least
    who = "nobody" if nobody else least_people(len(today.starts), today.at_least)
    return follows(f"{who} could start", lists_behind(capacity, today.place))


def _people(county: County, today: LocalityToday) -> list[Child]:
    """Each who could start, the longest wait first; those beyond the first few when asked for."""
    if not today.starts:
        return [html.P("Nobody could start with what is free.", className="what")]
    assert today.at is not None
    rows = [_start(county, each, today.at) for each in today.starts]
    heads: list[Child] = ["Could start", "Has waited", "Needs", "Where"]
    told: list[Child] = [table(heads, rows[:_SHOWN], "start-people", "Who could start, and where")]
    if more := rows[_SHOWN:]:
        rest = table(heads, more, "start-people", "Who else could start")
        told.append(folded(f"more-{today.place}", f"{len(more):,} more could start", rest))
    return told


def _start(county: County, start: Start, at: datetime) -> Markup:
    referral = start.referral
    service = _SERVICE_WORDS.get(referral.service, referral.service.value)
    return row(
        ref(referral.ref),
        [
            cell("Has waited", wait_words(waited(referral, at)), kind="waited"),
            cell("Needs", f"{service} ", small(need_words(referral)), kind="needs"),
            cell("Where", *_where(county, start), kind="where"),
        ],
    )


def _where(county: County, start: Start) -> list[Child]:
    """Who would give it, and what that leaves them: "WECT North", "leaves 22 h and 6 therapy places"."""
    said: list[str] = []
    if start.hours_left is not None:
        # Of two carers the hours are twice those that the person has.
        takes = f"takes {hours(start.hours)}, " if start.referral.carers == 2 else ""
        said.append(f"{takes}leaves {hours(start.hours_left) if start.hours_left else 'no hours'}")
    places = start.therapy_left
    left = (
        None
        if places is None
        else plural(int(places), "therapy place", "therapy places")
        if places
        else "no therapy place"
    )
    here: list[Child] = []
    if start.hours_at is not None:
        if start.therapy_at == start.hours_at:
            said.append(f" and {left}")
        here = [html.B(label(county, start.hours_at)), small(" " + "".join(said))]
    if start.therapy_at is not None and start.therapy_at != start.hours_at:
        here += ["; " if here else None, html.B(label(county, start.therapy_at)), small(f" leaves {left}")]
    return here


def _rooms(picture: Picture, today: LocalityToday) -> list[Child]:
    """Each service and provider with what it could give: what is left, and what is promised; the rest by name."""
    county = picture.county
    known = [room for room in today.rooms if room.hours is not None]
    giving = sorted((room for room in known if room.hours), key=lambda room: (room.service.value, -(room.left or 0)))
    empty = [label(county, room.place) for room in known if not room.hours]
    most = max((room.hours or 0 for room in giving), default=0) or 1
    told: list[Child] = []
    if giving:
        decimals = decimals_of(amount for room in giving for amount in _amounts(room) if amount is not None)
        lines = "".join(_room(picture, room, most, decimals) for room in giving)
        heads = "".join(f'<th scope="col">{words}</th>' for words in ("Free", "Promised", "For two carers"))
        head = f'<tr><th scope="col" colspan="2">Hours a week</th>{heads}</tr>'
        told.append(Markup(f'<table class="rooms"><thead>{head}</thead><tbody>{lines}</tbody></table>'))
    if empty:
        told.append(html.P(f"No hours free: {', '.join(empty)}", className="what"))
    return told


def _amounts(room: Room) -> tuple[float, float, float | None]:
    """Hours that can still be given, that are promised, and that two carers can give together; None: not told."""
    left = room.left or 0.0
    return left, (room.hours or 0.0) - left, None if room.two_carers is None else min(room.two_carers, left)


def _room(picture: Picture, room: Room, most: float, decimals: int) -> str:
    left, promised, _ = _amounts(room)
    bar = "".join(
        f'<i class="{kind}" style="width:{100 * amount / most:.1f}%"></i>'
        for kind, amount in (("left", left), ("promised", promised))
    )
    cells = (DASH if amount is None else rounded(amount, decimals) for amount in _amounts(room))
    return row(
        [label(picture.county, room.place), _room_age(picture, room)],
        [
            Markup(f'<td class="room-bar" aria-hidden="true"><span>{bar}</span></td>'),
            *(Markup(f"<td>{amount}</td>") for amount in cells),
        ],
    )


def _room_age(picture: Picture, room: Room) -> Component | None:
    """How old what a service says of its hours is. The stylesheet shows it, and takes the green away, once that is late."""
    told = [picture.value(place, measure) for place, measure in told_by(room)]
    known = [value for value in told if value.known and value.observed_at is not None]
    if not known:
        return None
    oldest = min(value.observed_at for value in known if value.observed_at is not None)
    mark = age(oldest, picture.at, className="mark", was="too old, ")
    return html.Span(mark, className="room-age", **follows_from(known))


def _why_not(today: LocalityToday, limits: SmallNumbers | None) -> Component:
    """How many each reason keeps waiting; those of a few people are for whoever may see rows."""
    why = today.why_not
    few = few_people(why, limits) if limits is not None else frozenset()
    note = (
        f"Reasons of fewer than {limits.hide_to + 1} people are told to whoever may see rows." if limits and few else ""
    )
    kept = sum(why.values())
    who = plural(kept, "other", "others") if today.starts else plural(kept, "person", "people")
    return html.Div(
        [
            html.H4(f"Why {who} could not"),
            html.Ul(
                [
                    html.Li(
                        [html.B(f"{count:,}"), " ", _reason(today.place, reason, count)],
                        **(needs("rows") if reason in few else {}),
                    )
                    for reason, count in why.items()
                ],
                className="why-not",
            ),
            html.P(note, className="what") if note else None,
        ],
        className="why",
    )


def _reason(place: str, reason: Hindrance, count: int) -> Child:
    words = reason.after(count)
    return (
        html.A(words, href=packages(locality=place, next=_WHO[reason]), **link_needs("rows"))
        if reason in _WHO
        else html.Span(words)
    )
