"""Community capacity: who could start today, what each service has, what drifts, and what ends when."""

from __future__ import annotations

from typing import Protocol

from dash import html
from dash.development.base_component import Component

from flowcentre.model import Picture, PlaceKind, State
from flowcentre.picture.capacity import Capacity
from layouts.pages import Asked, LivePage, live_part
from layouts.parts.capacity_ahead import ahead
from layouts.parts.capacity_drift import drift
from layouts.parts.capacity_lists import lists_behind
from layouts.parts.capacity_others import others, typed_in
from layouts.parts.capacity_recovery import recovery
from layouts.parts.capacity_sides import access, sides
from layouts.parts.capacity_start import could_start_words, start
from layouts.parts.capacity_words import CAPACITY, label
from layouts.parts.figure import follows
from layouts.parts.list_words import lists_of
from layouts.parts.tree import Child, marked
from layouts.parts.words import clock_words, date_words, when_words

ID, TITLE, PATH = "capacity", "Capacity", CAPACITY
# Whoever has any of these has a page of capacity.
_SERVICES = (PlaceKind.REABLEMENT, PlaceKind.HOME_CARE, PlaceKind.RECOVERY_UNIT, PlaceKind.VIRTUAL_WARD)
_JUMPS = (
    ("#start", "Could start"),
    ("#sides", "Side by side"),
    ("#access", "Access points"),
    ("#drift", "Drift"),
    ("#recovery", "Recovery beds"),
    ("#ahead", "Ahead"),
    ("#others", "Wards, homes, others"),
)


class Book(Protocol):
    """What the page needs of ``flowcentre.picture.capacity.CapacityBook``."""

    def read(self, picture: Picture | None = None) -> Capacity:
        """The capacity of a picture: the present one unless another is given."""
        ...


def has_services(picture: Picture) -> bool:
    """Has the county any service outside hospital that is expected to tell of itself?"""
    told = {place for place, _ in picture.values}
    return any(place.id in told for place in picture.county.places.of_kind(*_SERVICES))


def page(book: Book) -> LivePage:
    """The page, as a book of capacity tells it; at an address that names a moment it tells that it is of the present."""

    def live(picture: Picture) -> Component:
        return render(book.read(picture))

    def draw(asked: Asked) -> Component:
        if not has_services(asked.picture):
            said = html.P("No care service here is expected to tell of itself, so no capacity is known.")
            return html.Div(html.Header([html.H1(TITLE), said], className="page-head"))
        present = html.P("This is the present: there is no page of capacity as it was.", className="list-past")
        above = [asked.finished(present)] if asked.value("at") is not None else []
        return html.Div([*above, live_part(ID, asked.told(ID, live(asked.picture)))], className="capacity-page")

    return LivePage(PATH, draw, ID, live)


def render(capacity: Capacity) -> Component:
    """The live part of the page."""
    parts: list[Child] = [_head(capacity), _jumps(capacity), _silent(capacity), start(capacity)]
    parts.append(html.Div([sides(capacity), access(capacity)], className="capacity-two"))
    parts += [drift(capacity), recovery(capacity), ahead(capacity), others(capacity), typed_in(capacity)]
    return html.Div(parts, className="capacity")


def _head(capacity: Capacity) -> html.Header:
    picture = capacity.picture
    lists = lists_of(capacity.referrals, picture.at)
    return html.Header(
        [
            html.H1(TITLE),
            html.P(
                [
                    "as at ",
                    html.Time(clock_words(picture.at)),
                    f", {date_words(picture.at)}{lists}. Local, not validated.",
                ],
                className="when",
            ),
        ],
        className="page-head",
    )


def _jumps(capacity: Capacity) -> html.Nav:
    words: list[Child] = [html.Strong(could_start_words(capacity)), " could start today"]
    said: list[Child] = [follows(words, lists_behind(capacity))]
    if not capacity.matched:
        said = ["Who could start today is not known"]
    return html.Nav(
        [
            html.P(said, className="chosen-count", role="status"),
            html.P([html.A(words, href=to) for to, words in _JUMPS], className="jumps"),
        ],
        className="capacity-jumps",
        **marked(aria_label="Parts of the page"),
    )


def _silent(capacity: Capacity) -> Component | None:
    """Names the lists of referrals that are not counted, and since when."""
    items, county = [], capacity.picture.county
    for value in capacity.referrals:
        if value.known:
            continue
        name = label(county, value.place)
        if value.state is State.STALE and value.observed_at is not None:
            listed = when_words(value.observed_at, capacity.picture.at)
            items.append(html.Li(f"{name}: its list of {listed} is too old; nobody on it is matched or counted"))
        else:
            items.append(html.Li(f"{name}: no list of referrals"))
    if not items:
        return None
    return html.Ul(items, className="capacity-silent", **marked(aria_label="Lists that are missing"))
