"""Whole-system demand: every figure of the day, hospital by hospital, and what is free outside."""

from __future__ import annotations

from collections.abc import Iterator

from dash import html
from dash.development.base_component import Component

from flowcentre.measures import by_id
from flowcentre.measures.derive import local_day
from flowcentre.model import Level, Picture, Place, PlaceKind, State
from flowcentre.picture.delays import listing_hospitals
from layouts.parts import links
from layouts.parts.age import age
from layouts.parts.alert_banner import front_banner
from layouts.parts.delay_page import PAGE as DELAYS
from layouts.parts.feed_strip import feed_strip
from layouts.parts.figure import explained, noted
from layouts.parts.sparkline import SAID, trend
from layouts.parts.tile import cell, tile
from layouts.parts.tree import Child, marked
from layouts.parts.words import UNREPORTED, clock_words, date_words, silence_words, unit_words
from layouts.services import SERVICES, Service, absence_words, acute_sites, short_locality

HEADLINES = (
    "ae_attendances_today",
    "ae_patients_now",
    "ae_waiting_for_bed_now",
    "ambulances_waiting_now",
    "ga_occupancy",
    "ga_beds_free",
    "nctr_now",
    "discharges_today",
)
# Where a list of care referrals comes: a county without one does not miss them.
WAITING_FOR_CARE = ("poc_waiting_now", "whole_system_waiting_now")

# Title, the measure whose age speaks for the table, and its rows; a row marked True is part of the one above.
TABLES: tuple[tuple[str, str, tuple[tuple[str, bool], ...]], ...] = (
    (
        "A&E and ambulances",
        "ae_patients_now",
        (
            ("ae_attendances_today", False),
            ("ae_streamed_today", False),
            ("ae_streamed_navigation_today", True),
            ("ae_streamed_gp_today", True),
            ("ae_streamed_sdec_today", True),
            ("ae_patients_now", False),
            ("ae_over_4h_now", True),
            ("ae_over_12h_now", True),
            ("ae_waiting_for_bed_now", True),
            ("ae_longest_wait_now", False),
            ("ae_4h_performance_today", False),
            ("ambulances_waiting_now", False),
            ("ambulance_longest_handover_now", False),
        ),
    ),
    (
        "Beds",
        "ga_beds_occupied",
        (
            ("ga_beds_open", False),
            ("ga_beds_core_open", True),
            ("ga_beds_escalation_open", True),
            ("ga_beds_occupied", False),
            ("ga_occupancy", False),
            ("ga_beds_free", False),
            ("beds_closed", False),
            ("beds_closed_infection", True),
            ("beds_closed_staffing", True),
            ("beds_closed_estates", True),
            ("beds_closed_other", True),
            ("cc_beds_open", False),
            ("cc_beds_occupied", False),
            ("cc_occupancy", False),
        ),
    ),
    (
        "In and out, and waiting to leave",
        "ga_beds_occupied",
        (
            ("admissions_today", False),
            ("discharges_today", False),
            ("nctr_now", False),
            ("nctr_share", False),
        ),
    ),
)

# The same of other organisations, place by place; nothing of a kind that the county has not.
ELSEWHERE: tuple[tuple[PlaceKind, str, str, tuple[tuple[str, bool], ...]], ...] = (
    (
        PlaceKind.MENTAL_HEALTH_UNIT,
        "Mental health",
        "mh_beds_occupied",
        (
            ("mh_beds_open", False),
            ("mh_beds_occupied", False),
            ("mh_occupancy", False),
            ("mh_waiting_for_bed_now", False),
            ("mh_ready_for_discharge_now", False),
            ("mh_136_suites_open", False),
            ("mh_136_suites_free", True),
        ),
    ),
    (
        PlaceKind.NHS_111,
        "NHS 111",
        "calls_111_offered_today",
        (
            ("calls_111_offered_today", False),
            ("calls_111_answered_today", True),
            ("calls_111_answered_60s_today", True),
            ("calls_111_abandoned_today", True),
            ("calls_111_answered_60s_share", False),
            ("calls_111_abandoned_share", False),
            ("call_111_longest_wait_now", False),
            ("clinical_queue_111_now", False),
        ),
    ),
)


def render(picture: Picture) -> Component:
    """The whole page of the present."""
    county = picture.county
    system = county.places.system
    columns = (system, *acute_sites(county))
    return html.Div(
        [
            html.Header(
                [
                    html.H1("Whole-system demand"),
                    html.P(
                        ["as at ", html.Time(clock_words(picture.at)), f", {date_words(picture.at)}. {SAID}."],
                        className="when",
                    ),
                ],
                className="page-head",
            ),
            front_banner(picture),
            feed_strip(picture, linked=True),
            html.Section(
                [
                    html.H2(f"{system.label} now"),
                    html.Div([tile(picture, system.id, m) for m in _headlines(picture, system)], className="tiles"),
                ]
            ),
            *(_table(picture, columns, *table) for table in TABLES),
            _community(picture),
            *_elsewhere(picture),
        ],
        className="demand",
    )


def _headlines(picture: Picture, system: Place) -> tuple[str, ...]:
    told = tuple(m for m in HEADLINES if (system.id, m) in picture.values)
    return (told or HEADLINES) + tuple(m for m in WAITING_FOR_CARE if (system.id, m) in picture.values)


def _elsewhere(picture: Picture) -> Iterator[html.Section]:
    for kind, title, speaks, rows in ELSEWHERE:
        if places := _places_of(picture, kind):
            yield _table(picture, places, title, speaks, rows)


def _places_of(picture: Picture, kind: PlaceKind) -> tuple[Place, ...]:
    """The places of a kind, after the county's total where there are several."""
    county, today = picture.county, local_day(picture.at)
    found = tuple(place for place in county.places.of_kind(kind) if place.valid_on(today))
    return (county.places.system, *found) if len(found) > 1 else found


def _table(
    picture: Picture, columns: tuple[Place, ...], title: str, speaks: str, rows: tuple[tuple[str, bool], ...]
) -> html.Section:
    if not any((place.id, measure) in picture.values for place in columns for measure, _ in rows):
        said = html.P(f"{UNREPORTED.capitalize()}.", className="not-here")
        return html.Section([html.H2(title), said])
    return html.Section(
        [
            html.H2(title),
            html.Div(
                html.Table(
                    [
                        html.Thead(html.Tr([html.Td(), *(_column_head(picture, place, speaks) for place in columns)])),
                        html.Tbody([_row(picture, columns, *row) for row in rows]),
                    ],
                    className="figures",
                ),
                className="scroll",
            ),
        ]
    )


def _column_head(picture: Picture, place: Place, speaks: str) -> html.Th:
    value = picture.value(place.id, speaks)
    said = age(value.observed_at, picture.at) if value.observed_at is not None else silence_words(value.state)
    return html.Th([html.Span(place.label), html.Small(said)], scope="col")


def _row(picture: Picture, columns: tuple[Place, ...], measure_id: str, part: bool) -> html.Tr:
    measure = by_id(measure_id)
    unit = unit_words(measure)
    head = html.Th(
        [html.A(measure.label, href=links.glossary(measure_id)), html.Small(f" {unit}") if unit else None],
        scope="row",
    )
    cells = [cell(picture, place.id, measure_id) for place in columns]
    if measure_id == "nctr_now":
        listing = {value.place for value in listing_hospitals(picture)}
        for place, one in zip(columns, cells, strict=True):
            if place.id in listing:
                one.children.append(
                    html.Div(html.A("who they are", href=f"{DELAYS.path}?site={place.id}"), className="leads-on")
                )
    return html.Tr([head, *cells], className="part-row" if part else "")


def _community(picture: Picture) -> html.Section:
    county = picture.county
    columns = (county.places.system, *county.places.at_level(Level.LOCALITY))
    heads = [html.Th(html.Span(short_locality(county, place)), scope="col") for place in columns]
    return html.Section(
        [
            html.H2("Outside hospital: who waits, and what is free"),
            html.Div(
                html.Table(
                    [
                        html.Thead(html.Tr([html.Td(), *heads])),
                        html.Tbody([_service(picture, service, columns) for service in SERVICES]),
                    ],
                    className="figures",
                ),
                className="scroll",
            ),
        ]
    )


def _service(picture: Picture, service: Service, columns: tuple[Place, ...]) -> html.Tr:
    head = html.Th(
        [
            html.A(f"{service.name} {service.word}", href=links.glossary(service.measure)),
            html.Small(f" {service.unit}"),
        ],
        scope="row",
    )
    return html.Tr([head, *(_service_cell(picture, service, place) for place in columns)])


def _service_cell(picture: Picture, service: Service, place: Place) -> html.Td:
    column = marked(data_column=short_locality(picture.county, place))
    if (place.id, service.measure) not in picture.values:
        return html.Td(html.Span(absence_words(picture, service, place, "none here"), className="not-here"), **column)
    value = picture.value(place.id, service.measure)
    others: list[Child] = []
    for measure, words in service.others:
        before, _, after = words.partition("{}")
        others += [", " if others else None, before, explained(picture, place.id, measure, "second", after=after)]
    notes: list[Child] = []
    for note in noted(value):
        notes += [note, " "]
    if value.observed_at is not None and value.state is State.FRESH:
        notes.append(age(value.observed_at, picture.at))
    return html.Td(
        [
            explained(picture, place.id, service.measure),
            trend(picture, place.id, service.measure),
            html.Div(others, className="out-of"),
            html.Div(notes, className="notes") if notes else None,
        ],
        **column,
    )
