"""The services of each locality side by side, and the single points of access through which they are asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dash import html

from flowcentre.measures import by_id
from flowcentre.model import Picture, PlaceKind
from flowcentre.picture.access_point import COLUMNS as ASKED
from flowcentre.picture.access_point import SUMMED, Team
from flowcentre.picture.capacity import Capacity
from flowcentre.picture.side_by_side import COLUMNS, Service, Side, total
from layouts.finished import Markup
from layouts.parts.capacity_words import label
from layouts.parts.figure import figure
from layouts.parts.rows import cell, noted_cell, row, small, table, told
from layouts.parts.tree import Child
from layouts.parts.words import column_decimals

_HEADS = ("Planned visits", "Commissioned", "Staffed", "Used", "Free", "Closed")
_ASKED_HEADS = ("Received", "Accepted", "Sent back", "Waiting for an answer", "Median hours to accept")
_ASKED_WORDS = (
    "Of the last seven days, by service and locality team. What was accepted or sent back in them may have come before, "
    "and what was sent back may be accepted later: the columns are no sum."
)
_SERVICES = {PlaceKind.BROKERAGE: "Brokerage", PlaceKind.REABLEMENT: "Reablement"}


def sides(capacity: Capacity) -> html.Section:
    """Council and health trust on one roster, locality by locality."""
    picture = capacity.picture
    decimals = [_decimals(capacity.sides, column) for column in range(len(COLUMNS))]
    rows = [row for side in capacity.sides for row in _side(picture, side, decimals)]
    return html.Section(
        [
            html.H2("Side by side", id="sides"),
            html.P(
                "Reablement of the council and of the health trust, in hours of carers a week; planned visits are "
                "those of the last 7 days. A service that is silent is in no total.",
                className="what",
            ),
            table(["Locality and service", *_HEADS], rows, "sides", "Hours of each service, locality by locality")
            if rows
            else html.P("No reablement service is known here.", className="what"),
        ],
        className="panel",
    )


def _decimals(all_sides: Iterable[Side], column: int) -> int:
    rows = (values for side in all_sides for values in (side.totals, *(each.values for each in side.services)))
    return column_decimals(by_id(COLUMNS[column]), (values[column].value for values in rows))


def _side(picture: Picture, side: Side, decimals: Sequence[int]) -> list[Markup]:
    name = picture.county.places[side.locality].name
    totals = [
        noted_cell(head, figure(value, picture.at, decimals=most), value)
        for head, value, most in zip(_HEADS, side.totals, decimals, strict=True)
    ]
    services = [_service(picture, service, decimals) for service in side.services]
    return [row([name, small(" together")], totals, "total"), *services]


def _service(picture: Picture, service: Service, decimals: Sequence[int]) -> Markup:
    county = picture.county
    name: list[Child] = [label(county, service.place), small(f" {label(county, service.organisation)}")]
    if service.silent:
        name.append(small(" silent", "coverage"))
    cells = [
        cell(head, told(picture, service.place, measure, most))
        for head, measure, most in zip(_HEADS, COLUMNS, decimals, strict=True)
    ]
    return row(name, cells, "silent" if service.silent else None)


# --- Single points of access --------------------------------------------------------------------------


def access(capacity: Capacity) -> html.Section:
    """What each team was asked in seven days, and how it answered."""
    picture = capacity.picture
    rows: list[Markup] = []
    for kind, words in _SERVICES.items():
        teams = [team for team in capacity.teams if team.kind is kind]
        if teams:
            rows += [_together(picture, teams, words), *(_team(picture, team) for team in teams)]
    return html.Section(
        [
            html.H2("Single point of access", id="access"),
            html.P(_ASKED_WORDS, className="what"),
            table(["Service and team", *_ASKED_HEADS], rows, "access", "What each team was asked, and how it answered")
            if rows
            else html.P("No list of referrals tells of any team.", className="what"),
        ],
        className="panel",
    )


def _together(picture: Picture, teams: list[Team], words: str) -> Markup:
    system = picture.county.places.system.id
    cells = []
    for column, head in enumerate(_ASKED_HEADS):
        if ASKED[column] in SUMMED:
            value = total([team.values[column] for team in teams], ASKED[column], system, "teams")
            cells.append(noted_cell(head, figure(value, picture.at), value))
        else:
            cells.append(cell(head, small("team by team")))
    return row([words, small(" together")], cells, "total")


def _team(picture: Picture, team: Team) -> Markup:
    cells = [cell(head, told(picture, team.place, measure)) for head, measure in zip(_ASKED_HEADS, ASKED, strict=True)]
    name: list[Child] = [label(picture.county, team.place)]
    if team.locality is not None:
        name.append(small(f" {label(picture.county, team.locality)}"))
    return row(name, cells)
