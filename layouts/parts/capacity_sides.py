"""The services of each locality side by side, and the single points of access through which they are asked."""

from __future__ import annotations

from dash import html

from flowcentre.model import Picture, PlaceKind, Value
from flowcentre.picture.access_point import COLUMNS as ASKED
from flowcentre.picture.access_point import SUMMED, Team
from flowcentre.picture.capacity import Capacity
from flowcentre.picture.side_by_side import COLUMNS, Service, Side, total
from layouts.parts.capacity_words import cell, label, table, told
from layouts.parts.figure import figure, noted
from layouts.parts.tree import Child

_HEADS = ("Planned visits", "Commissioned", "Staffed", "Used", "Free", "Closed")
_ASKED_HEADS = ("Received", "Accepted", "Sent back", "Waiting for an answer", "Median to accept")
_SERVICES = {PlaceKind.BROKERAGE: "Brokerage", PlaceKind.REABLEMENT: "Reablement"}


def sides(capacity: Capacity) -> html.Section:
    """Council and health trust on one roster, locality by locality."""
    picture = capacity.picture
    rows = [row for side in capacity.sides for row in _side(picture, side)]
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


def _side(picture: Picture, side: Side) -> list[html.Tr]:
    name = picture.county.places[side.locality].name
    totals = [
        cell(head, figure(value, picture.at), *_notes(value)) for head, value in zip(_HEADS, side.totals, strict=True)
    ]
    return [
        html.Tr([html.Th([name, html.Small(" together")], scope="row"), *totals], className="total"),
        *(_service(picture, service) for service in side.services),
    ]


def _service(picture: Picture, service: Service) -> html.Tr:
    county = picture.county
    name: list[Child] = [label(county, service.place), html.Small(f" {label(county, service.organisation)}")]
    if service.silent:
        name.append(html.Small(" silent", className="coverage"))
    cells = [cell(head, told(picture, service.place, measure)) for head, measure in zip(_HEADS, COLUMNS, strict=True)]
    return html.Tr([html.Th(name, scope="row"), *cells], className="silent" if service.silent else None)


def _notes(value: Value) -> list[Child]:
    notes = noted(value)
    return [html.Small(notes, className="notes")] if notes else []


# --- Single points of access --------------------------------------------------------------------------


def access(capacity: Capacity) -> html.Section:
    """What each team was asked in seven days, and how it answered."""
    picture = capacity.picture
    rows: list[html.Tr] = []
    for kind, words in _SERVICES.items():
        teams = [team for team in capacity.teams if team.kind is kind]
        if teams:
            rows += [_together(picture, teams, words), *(_team(picture, team) for team in teams)]
    return html.Section(
        [
            html.H2("Single point of access", id="access"),
            html.P("Referrals of the last seven days, by service and locality team.", className="what"),
            table(["Service and team", *_ASKED_HEADS], rows, "access", "What each team was asked, and how it answered")
            if rows
            else html.P("No list of referrals tells of any team.", className="what"),
        ],
        className="panel",
    )


def _together(picture: Picture, teams: list[Team], words: str) -> html.Tr:
    system = picture.county.places.system.id
    cells = []
    for column, head in enumerate(_ASKED_HEADS):
        if ASKED[column] in SUMMED:
            value = total([team.values[column] for team in teams], ASKED[column], system, "teams")
            cells.append(cell(head, figure(value, picture.at), *_notes(value)))
        else:
            cells.append(cell(head, html.Small("team by team")))
    return html.Tr([html.Th([words, html.Small(" together")], scope="row"), *cells], className="total")


def _team(picture: Picture, team: Team) -> html.Tr:
    cells = [cell(head, told(picture, team.place, measure)) for head, measure in zip(_ASKED_HEADS, ASKED, strict=True)]
    name: list[Child] = [label(picture.county, team.place)]
    if team.locality is not None:
        name.append(html.Small(f" {label(picture.county, team.locality)}"))
    return html.Tr([html.Th(name, scope="row"), *cells])
