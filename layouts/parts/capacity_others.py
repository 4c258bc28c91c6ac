"""Everything else that could take somebody: beds and places by kind, each kept apart, and what people typed in."""

from __future__ import annotations

from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from flowcentre.measures.derive import local_day
from flowcentre.model import Picture, Place, PlaceKind, Typed
from flowcentre.picture.capacity import Capacity
from flowcentre.picture.typed import all_typed, may_be_typed
from layouts.finished import Markup
from layouts.parts import links
from layouts.parts.figure import explained
from layouts.parts.rows import folded, row, small, table, told_cell, unseen
from layouts.parts.tree import Child, link_needs, marked, needs
from layouts.parts.typed_words import typed_words


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of service: its title, who has it, and its columns as (heading, measure)."""

    title: str
    kind: PlaceKind
    columns: tuple[tuple[str, str], ...]
    unit: str


def _columns(stem: str, **words: str) -> tuple[tuple[str, str], ...]:
    return tuple((heading, f"{stem}_{key}") for key, heading in words.items())


_FIVE = {"commissioned": "Commissioned", "capacity": "Staffed", "used": "Used", "free": "Free", "closed": "Closed"}
KINDS = (
    Kind("Virtual wards", PlaceKind.VIRTUAL_WARD, _columns("virtual_ward", **_FIVE), "people"),
    Kind(
        "Care homes",
        PlaceKind.CARE_HOME,
        (
            ("Maximum", "care_home_beds"),
            ("Occupied", "care_home_occupied"),
            ("Vacant, reserved", "care_home_reserved"),
            ("Vacant, accepting", "care_home_accepting"),
        ),
        "beds",
    ),
    Kind("Community hospitals", PlaceKind.COMMUNITY_HOSPITAL, _columns("community_beds", **_FIVE), "beds"),
    Kind(
        "Home care",
        PlaceKind.HOME_CARE,
        (
            ("Commissioned", "home_care_hours_capacity"),
            ("Staffed", "home_care_hours_staffed"),
            ("Used", "home_care_hours_used"),
            ("Free", "home_care_hours_free"),
            ("Closed", "home_care_hours_closed"),
            ("For two carers", "home_care_hours_two_carers_free"),
        ),
        "hours a week, as providers say it",
    ),
    Kind("Extra care", PlaceKind.EXTRA_CARE, _columns("extra_care", **_FIVE), "flats"),
    Kind("Voluntary sector", PlaceKind.VOLUNTARY, _columns("voluntary", **_FIVE), "people"),
)
_PLACE = unseen("Place")
_MANY = 6  # places of a kind in one table; where there are more the localities stand there instead


def others(capacity: Capacity) -> html.Section:
    """Each kind of service with its places or, where they are many, its localities."""
    picture = capacity.picture
    typed = all_typed(picture)
    drawn = [_kind(picture, kind, typed) for kind in KINDS]
    return html.Section(
        [
            html.H2("Wards, homes and others", id="others"),
            html.P("Commissioned, staffed, used, free and closed are each told for themselves.", className="what"),
            html.Div([each for each in drawn if each is not None], className="other-kinds"),
        ],
        className="panel capacity-others",
    )


def _kind(picture: Picture, kind: Kind, typed: dict[str, Typed]) -> Component | None:
    today = local_day(picture.at)
    places = [place for place in picture.county.places.of_kind(kind.kind) if place.valid_on(today)]
    columns = [
        (heading, measure)
        for heading, measure in kind.columns
        if any((place.id, measure) in picture.values for place in places)
    ]
    if not places or not columns:
        return None
    shown = places
    if len(places) > _MANY:
        localities = dict.fromkeys(picture.county.places.locality_of(place.id) for place in places)
        shown = [picture.county.places[locality] for locality in localities if locality is not None]
    rows = [_row(picture, place, columns, typed) for place in shown]
    if len(shown) > 1:
        rows.append(_row(picture, picture.county.places.system, columns, typed, kind="total"))
    parts: list[Child] = [html.H3([kind.title, " ", html.Small(kind.unit)])]
    if kind.kind is PlaceKind.VIRTUAL_WARD:
        parts.append(_against_target(picture))
    parts.append(table([_PLACE, *(heading for heading, _ in columns)], rows, "other", kind.title))
    if len(places) > _MANY:
        named = table(
            [_PLACE, *(heading for heading, _ in columns)], (_row(picture, p, columns, typed) for p in places), "other"
        )
        parts.append(folded(f"all-{kind.kind.value.replace(' ', '-')}", f"All {len(places):,}", named))
    return html.Article(parts, className="other-kind")


def _row(
    picture: Picture,
    place: Place,
    columns: list[tuple[str, str]],
    typed: dict[str, Typed],
    kind: str | None = None,
) -> Markup:
    cells = [told_cell(picture, place.id, measure, heading) for heading, measure in columns]
    name: list[Child] = [place.label]
    if place.id in typed:
        name.append(small(" typed in"))
    return row(name, cells, kind)


def _against_target(picture: Picture) -> Component | None:
    """Occupancy as a bar with the target as a mark on it."""
    target = picture.county.care.virtual_ward_target
    system = picture.county.places.system.id
    share = picture.value(system, "virtual_ward_share_used")
    if (system, "virtual_ward_share_used") not in picture.values:
        return None
    said: list[Child] = [explained(picture, system, "virtual_ward_share_used"), " in use"]
    if target is None:
        return html.P(said, className="against-target")
    below = share.known and share.value is not None and share.value < target
    if share.known:
        said.append(f", {'below' if below else 'at or above'} the target of {target:g} %")
    else:
        said.append(f"; the target is {target:g} %")
    return html.Div(
        [
            html.P(said),
            html.Span(
                [
                    html.I(style={"width": f"{min(share.value or 0, 100):.1f}%"} if share.known else {"width": "0"}),
                    html.B(style={"left": f"{target:g}%"}),
                ],
                className="target-bar",
                **marked(aria_hidden="true"),
            ),
        ],
        className="against-target",
    )


# --- Typed in -------------------------------------------------------------------------------------------


def typed_in(capacity: Capacity) -> html.Section | None:
    """What services without a system of their own have typed: who did, and how long it holds."""
    picture = capacity.picture
    if not may_be_typed(picture.county):
        return None
    typed = all_typed(picture)
    items = [
        html.Li(
            [
                html.A(place.label, href=links.type_in(place.id), **link_needs("type-in", place.id)),
                " ",
                typed_words(typed[place.id], picture.at),
            ]
        )
        for place in picture.county.places
        if place.id in typed
    ]
    return html.Section(
        [
            html.H2("Typed in", id="typed"),
            html.P(
                [
                    "A service without a system of its own types its numbers. ",
                    html.A("Type in", href=links.type_in(), **needs("type-in")),
                ],
                className="what",
            ),
            html.Ul(items, className="typed-list") if items else html.P("Nothing is typed in now.", className="what"),
        ],
        className="panel",
    )
