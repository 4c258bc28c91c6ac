"""The wall: one board, read from five metres, the same picture as the pages.

Finished HTML and SVG only. The browser's script swaps the body when the picture changes, ticks the
clock and the ages, and covers everything when it hears nothing; the stylesheet does the rest.
"""

from __future__ import annotations

from html import escape

from dash import html
from dash.development.base_component import Component

from flowcentre.measures import by_id
from flowcentre.model import Board, Level, Picture, Place, State, Value
from flowcentre.picture.small_numbers import small_hidden
from layouts.columns import COLUMNS, Column
from layouts.finished import to_html
from layouts.parts.age import age
from layouts.parts.alert_banner import wall_band
from layouts.parts.feed_strip import feed_strip
from layouts.parts.figure import figure, noted, state_attributes
from layouts.parts.pressure_wall import wall_pressure
from layouts.parts.small_words import small_words
from layouts.parts.sparkline import SAID, trend
from layouts.parts.tree import Child, marked
from layouts.parts.wall_levels import wall_levels
from layouts.parts.words import UNREPORTED, date_words, figure_words, iso, silence_words
from layouts.services import SERVICES, Service, absence_words, acute_sites, short_locality, stands_in

MOST_ROWS = 4  # more could not be read from across the room
_FEEDS_NAMED = 12
_LONG_FIGURE = 5  # signs: "2,148"; these and more stand closer together
_LONG_NAME = 22  # letters; a longer name is set smaller


def render(picture: Picture, board: Board) -> Component:
    """The part of a board that changes with the picture; with small numbers of people hidden, where the county says so."""
    picture = small_hidden(picture, picture.county.access.small_numbers)
    sites = acute_sites(picture.county, board.places)
    rows = _rows(picture, board, sites)
    shown = rows[:MOST_ROWS]
    parts: list[Component] = [_heads(), *(_row(picture, place) for place in shown)]
    if len(rows) > len(shown):
        parts.append(
            html.P(
                f"and {len(rows) - len(shown)} more hospitals: give them a board of their own", className="more-rows"
            )
        )
    return html.Div(
        [
            _top_band(picture, board),
            html.Section(
                parts, className="hospitals", **marked(data_rows=str(len(shown)), aria_label="Acute hospitals")
            ),
            _community(picture, board),
            feed_strip(picture, room_for=_FEEDS_NAMED, legend=small_words(picture.county.access.small_numbers)),
        ],
        className="board",
    )


def _top_band(picture: Picture, board: Board) -> Component | None:
    """The system's pressure, and what alerts stand; of one height, whatever either says."""
    pressure, alerts = wall_pressure(picture), wall_band(picture, board)
    return html.Div([pressure, alerts], className="top-band") if pressure is not None else alerts


def _rows(picture: Picture, board: Board, sites: tuple[Place, ...]) -> list[Place]:
    """The total first where it says more than its only site, then each site."""
    total = _total_place(picture, board)
    return [total, *sites] if len(sites) != 1 and total.level is not Level.SITE else list(sites)


def _total_place(picture: Picture, board: Board) -> Place:
    for place_id in board.places:
        place = picture.county.places[place_id]
        if place.level is not Level.SITE:
            return place
    return picture.county.places.system


def _heads() -> Component:
    # Read out with each figure instead: every cell names itself.
    return html.Div(
        [html.P(SAID, className="corner")]
        + [
            html.Div(
                [html.Span(c.name, className="head"), html.Span(c.what, className="what")], className="column-head"
            )
            for c in COLUMNS
        ],
        className="heads",
        **marked(aria_hidden="true"),
    )


def _row(picture: Picture, place: Place) -> Component:
    total = place.level is not Level.SITE
    return html.Article(
        [
            html.Header(
                [
                    html.H2(place.label, className="long" if len(place.label) > _LONG_NAME else None),
                    wall_levels(picture, place),
                    html.Div(
                        [_as_at(picture, place, *one) for one in _CLOCKS if (place.id, one[1]) in picture.values],
                        className="clocks",
                    ),
                ]
            ),
            *(_cell(picture, place, column) for column in COLUMNS),
        ],
        className="hospital total" if total else "hospital",
        **marked(aria_label=place.label),
    )


# How old the figures of a row are: one measure speaks for each source.
_CLOCKS = (("A&E", "ae_patients_now"), ("Beds", "ga_beds_occupied"))


def _as_at(picture: Picture, place: Place, name: str, measure: str) -> Component:
    value = picture.value(place.id, measure)
    said: Child = age(value.observed_at, picture.at) if value.observed_at is not None else silence_words(value.state)
    parts: list[Child] = [f"{name} ", said]
    if value.known and not value.coverage.complete:
        parts.append(html.Span(f", {value.coverage}", className="coverage"))
    return html.Span(parts, className="as-at", **state_attributes(value))


def _cell(picture: Picture, place: Place, column: Column) -> Component:
    value = picture.value(place.id, column.measure)
    heading = html.H3([column.name, html.Span(f" {column.what}", className="what")])
    if (place.id, column.measure) not in picture.values:  # no feed of the configuration has it
        said = html.P(UNREPORTED, className="not-here")
        return html.Div([heading, said], className="cell", **marked(data_measure=column.measure))
    return html.Div(
        [
            heading,
            html.Div(
                [figure(value, picture.at, "main"), _beneath(picture, value)],
                className="headline long" if _is_long(value) else "headline",
            ),
            html.Ul([item for other in column.others for item in _other(picture, place, column, *other)]),
        ],
        className="cell",
        **marked(data_measure=column.measure),
    )


def _is_long(value: Value) -> bool:
    """Must the signs of a figure stand closer together, so that it keeps clear of the next column's?"""
    return value.value is not None and len(figure_words(value.value, by_id(value.measure))[0]) >= _LONG_FIGURE


def _beneath(picture: Picture, value: Value) -> Component | None:
    """The trend; or, where somebody is silent, who."""
    notes = noted(value, rough=picture.county.access.small_numbers is not None)
    if notes:
        return html.Span(notes, className="notes")
    return trend(picture, value.place, value.measure)


def _other(picture: Picture, place: Place, column: Column, measure: str, words: str) -> list[Component]:
    value = picture.value(place.id, measure)
    if column.why not in (None, measure) and not _adds(value, picture.value(place.id, column.why)):
        return []
    if value.value == 0 and by_id(measure).unit == "minutes" and picture.value(place.id, column.measure).value == 0:
        return []  # the longest wait of nobody
    before, _, after = (words.replace(" beds ", " bed ") if value.value == 1 else words).partition("{}")
    return [html.Li([before, figure(value, picture.at, "second"), after], **marked(data_measure=measure))]


def _adds(part: Value, whole: Value) -> bool:
    """Is a part worth naming beside its whole? A missing one is, unless the whole is missing too."""
    return bool(part.value) if part.value is not None else whole.value is not None


def _community(picture: Picture, board: Board) -> Component:
    county = picture.county
    localities = county.places.at_level(Level.LOCALITY)
    chosen = tuple(p for p in localities if p.id in board.places) or localities
    total = chosen[0] if len(chosen) == 1 else county.places.system
    return html.Section(
        [
            html.Header([html.H2("Outside hospital"), html.P(f"now, {total.label}", className="as-at")]),
            *(_service(picture, service, total, () if len(chosen) == 1 else chosen) for service in SERVICES),
        ],
        className="community",
        **marked(aria_label="Outside hospital"),
    )


def _service(picture: Picture, service: Service, total: Place, localities: tuple[Place, ...]) -> Component:
    heading = html.H3([service.short_name, html.Span(f" {service.word}", className="what")])
    if (total.id, service.measure) not in picture.values:
        return html.Div(
            [heading, html.P(absence_words(picture, service, total, f"none in {total.label}"), className="not-here")],
            className="service",
        )
    value = picture.value(total.id, service.measure)
    others: list[Child] = []
    for measure, words in service.others:
        before, _, after = words.partition("{}")
        others += [
            ", " if others else None,
            before,
            figure(picture.value(total.id, measure), picture.at, "second"),
            after,
        ]
    return html.Div(
        [
            heading,
            html.Div(
                [
                    figure(value, picture.at, "main"),
                    html.Div([_fresh_age(picture, value), _beneath(picture, value)], className="aside"),
                ],
                className="headline",
            ),
            html.P(others, className="out-of"),
            html.Dl([_at_locality(picture, service, place) for place in localities]),
        ],
        className="service",
        **marked(data_measure=service.measure),
    )


def _fresh_age(picture: Picture, value: Value) -> Component | None:
    # A figure that is late or old says its own age.
    if value.observed_at is None or value.state is not State.FRESH:
        return None
    return html.Span(age(value.observed_at, picture.at), className="as-at")


def _at_locality(picture: Picture, service: Service, place: Place) -> Component:
    if (place.id, service.measure) in picture.values:
        said: Component = figure(picture.value(place.id, service.measure), picture.at, "second")
    else:
        said = html.Span("no feed" if stands_in(picture, service, place) else "no service", className="not-here")
    return html.Div([html.Dt(short_locality(picture.county, place)), html.Dd(said)])


def body(picture: Picture, board: Board) -> str:
    """The part of a board that changes with the picture, finished."""
    return to_html(render(picture, board))


def document(picture: Picture, board: Board, *, fingerprint: str) -> str:
    """The whole page of a board: it refers to its own server alone, and holds no script inside."""
    banner = '<p id="demonstration">Demonstration: invented figures</p>' if picture.county.demonstration else ""
    attributes = {
        "data-fingerprint": fingerprint,
        "data-board": board.id,
        "data-body-url": f"/wall/{board.id}/body",
        "data-server-now": iso(picture.at),
        "data-version": str(picture.version),
    }
    marked = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items())
    version = escape(fingerprint)
    return f"""<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(board.title)} - {escape(picture.county.name)}</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="preload" href="/assets/fonts/inter-latin-wght-normal.woff2" as="font" type="font/woff2" crossorigin>
<link rel="stylesheet" href="/assets/tokens.css?v={version}">
<link rel="stylesheet" href="/assets/wall/wall.css?v={version}">
<script src="/assets/wall/wall.js?v={version}" defer></script>
</head>
<body class="wall" {marked}>
<header id="top">
<h1>{escape(board.title)} <span>{escape(picture.county.name)}</span></h1>
{banner}
<p id="date">{escape(date_words(picture.at))}</p>
<time id="clock"></time>
</header>
<main id="board">{body(picture, board)}</main>
<div id="not-live" role="alert" hidden>NOT LIVE</div>
<noscript><p id="no-script">This board needs its script to stay live. What is shown is as at {escape(iso(picture.at))}.</p></noscript>
</body>
</html>
"""
