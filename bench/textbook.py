"""The page to compare with: the wall's content as a textbook Dash page, served as a process of the benchmark.

``dcc.Interval`` fires in each display; its callback asks the store anew with pandas and builds every
tile and every figure again. It is spared the hardest part: totals and shares it finds in the store,
worked out already, and need not add up itself.

Run as ``python -m bench.textbook FILE [gzip]``.
"""

from __future__ import annotations

import gzip
import sqlite3
import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from dash import Dash, Input, Output, dcc, html
from werkzeug.serving import make_server

from bench.child import say
from bench.county import county
from flowcentre.measures import by_id
from flowcentre.model import Level
from layouts.columns import COLUMNS
from layouts.services import SERVICES, acute_sites

EVERY_MS = 5000
COUNTY = county()
BOARD = COUNTY.boards[0]
PLACES = [COUNTY.places.system, *acute_sites(COUNTY, BOARD.places[1:])]
LOCALITIES = COUNTY.places.at_level(Level.LOCALITY)
HEADLINES = [column.measure for column in COLUMNS] + [service.measure for service in SERVICES]

LATEST = """
    SELECT series.place, series.measure, latest.value, latest_sighting.observed_at
    FROM series JOIN latest ON latest.series = series.id
    LEFT JOIN latest_sighting ON latest_sighting.source = latest.source
    WHERE latest.value IS NOT NULL
"""
TRENDS = """
    SELECT series.place, series.measure, reading.observed_at, reading.value
    FROM series JOIN reading ON reading.series = series.id
    WHERE series.place IN ({places}) AND series.measure IN ({measures}) AND reading.observed_at >= ?
    ORDER BY reading.observed_at
"""
FEEDS = "SELECT feed, outcome, max(finished_at) AS finished_at FROM poll GROUP BY feed"


def query(file: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """What the page shows: the latest values, the last 24 hours of each headline, and the feeds."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        latest = pd.read_sql_query(LATEST, connection)
        newest = int(latest["observed_at"].max())
        places = [place.id for place in PLACES]
        wanted = TRENDS.format(places=", ".join("?" * len(places)), measures=", ".join("?" * len(HEADLINES)))
        trends = pd.read_sql_query(wanted, connection, params=(*places, *HEADLINES, newest - 24 * 3_600_000))
        feeds = pd.read_sql_query(FEEDS, connection)
    for frame, column in ((latest, "observed_at"), (trends, "observed_at"), (feeds, "finished_at")):
        frame[column] = pd.to_datetime(frame[column], unit="ms", utc=True).dt.tz_convert("Europe/London")
    return latest, trends, feeds


def page(file: Path) -> list[Any]:
    """Every tile, drawn anew."""
    latest, trends, feeds = query(file)
    # Where a feed leaves a figure blank, the store holds that blank and what was worked out instead: read without
    # blanks, each measure of a place comes once.
    values = latest.set_index(["place", "measure"])
    points = dict(tuple(trends.groupby(["place", "measure"])))

    def number(place: str, measure: str) -> str:
        if (place, measure) not in values.index:
            return "—"
        value: Any = values.at[(place, measure), "value"]
        return f"{value:,.{by_id(measure).decimals}f}"

    rows = [
        html.Div(
            [html.H2(place.label)]
            + [
                html.Div(
                    [html.H3(column.name), html.B(number(place.id, column.measure))]
                    + [chart(points.get((place.id, column.measure)))]
                    + [html.P(words.format(number(place.id, measure))) for measure, words in column.others]
                )
                for column in COLUMNS
            ],
            style={"display": "flex"},
        )
        for place in PLACES
    ]
    services = [
        html.Div(
            [html.H3(service.name), html.B(number("westshire", service.measure))]
            + [chart(points.get(("westshire", service.measure)))]
            + [html.P(words.format(number("westshire", measure))) for measure, words in service.others]
            + [html.P(f"{place.label} {number(place.id, service.measure)}") for place in LOCALITIES]
        )
        for service in SERVICES
    ]
    listed = [html.Li(f"{row.feed} {row.outcome} {row.finished_at:%H:%M}") for row in feeds.itertuples()]
    return [*rows, html.Div(services, style={"display": "flex"}), html.Ul(listed)]


def chart(points: pd.DataFrame | None) -> dcc.Graph:
    """The last 24 hours of a headline."""
    figure = go.Figure()
    if points is not None:
        figure.add_trace(go.Scatter(x=points["observed_at"], y=points["value"], mode="lines", line_shape="hv"))
    figure.update_layout(height=60, margin={"l": 0, "r": 0, "t": 0, "b": 0}, showlegend=False)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return dcc.Graph(figure=figure, config={"displayModeBar": False})


def create(file: Path) -> Dash:
    """The textbook application."""
    app = Dash("textbook", title=BOARD.title, include_assets_files=False)
    app.layout = html.Div(
        [
            html.H1(f"{BOARD.title} {COUNTY.name}"),
            dcc.Interval(id="interval", interval=EVERY_MS),
            html.Div(id="board"),
        ]
    )

    @app.callback(Output("board", "children"), Input("interval", "n_intervals"))
    def refresh(_count: int | None) -> list[Any]:
        return page(file)

    return app


# --- Served ------------------------------------------------------------------------------------

Start = Callable[[str, list[tuple[str, str]]], Any]
Wsgi = Callable[[dict[str, Any], Start], Iterable[bytes]]


def compressed(wsgi: Wsgi) -> Wsgi:
    """The same, its answers compressed, as a proxy in front would: for the count of bytes alone."""

    def answer(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def hold(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
            begun.append((status, headers))

        content = b"".join(wsgi(environ, hold))
        status, headers = begun[-1]
        if len(content) > 1000 and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
            content = gzip.compress(content, 6)
            headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
            headers += [("Content-Encoding", "gzip"), ("Content-Length", str(len(content)))]
        start(status, headers)
        return [content]

    return answer


def main(file: Path, form: str = "") -> None:
    """Serve until terminated."""
    wsgi: Wsgi = create(file).server
    server = make_server("127.0.0.1", 0, compressed(wsgi) if form == "gzip" else wsgi, threaded=True)
    say(url=f"http://127.0.0.1:{server.server_port}")
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
