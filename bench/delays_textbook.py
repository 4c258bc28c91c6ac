"""The page to compare with: the same people as a textbook Dash page.

All rows of four weeks lie in a pandas frame. A callback filters it by the address, counts, draws three charts
with Plotly, and hands every row to a ``DataTable`` that pages in the browser.

Run as ``python -m bench.delays_textbook FILE``; {"queries": [...]} on standard input has the callback timed.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pandas as pd
import plotly.graph_objects as go
from dash import Dash, Input, Output, dash_table, dcc, html
from plotly.utils import PlotlyJSONEncoder
from werkzeug.serving import make_server

from bench.child import say
from bench.listed import rows
from flowcentre.measures.delays import FAMILY_OF_REASON
from flowcentre.picture.delays import FACETS, delay_of
from flowcentre.picture.listed import PAST

FACET_NAMES = (*FACETS, PAST)


def frame(file: Path) -> pd.DataFrame:
    """Every row of every list, with from when to when it stood there."""
    listed = rows(file)
    newest = max(since for _, since, _ in listed)
    told = []
    for person, since, until in listed:
        delay = delay_of(person, newest)
        told.append(
            {facet: of(delay) for facet, of in FACETS.items()}
            | {"ref": person.ref, "wait": delay.days, PAST: ",".join(delay.past), "ready": person.ready_at}
            | {"from": since, "to": until, "coordinator": person.coordinator}
            | {"expected": person.expected_on, "reviewed": person.reviewed_at, "admitted": person.admitted_at}
        )
    return pd.DataFrame(told)


def page(people: pd.DataFrame, query: str) -> list[Any]:
    """Counts, charts and table of those whom an address chooses, drawn anew."""
    chosen = people
    for facet, values in parse_qs(query.lstrip("?")).items():
        if facet == PAST:
            chosen = chosen[chosen[PAST].str.contains("|".join(values[0].split(",")))]
        elif facet in FACET_NAMES:
            chosen = chosen[chosen[facet].isin(values[0].split(","))]
    now = chosen[chosen["to"].isna()].sort_values("wait", ascending=False)
    by_family = now.groupby(["pathway", "family"]).size().unstack(fill_value=0)
    why = go.Figure([go.Bar(name=name, y=by_family.index, x=by_family[name], orientation="h") for name in by_family])
    why.update_layout(barmode="stack")
    owners = now["owner"].value_counts()
    days = pd.date_range(people["from"].min().ceil("D"), people["from"].max(), freq="D")
    families = sorted(set(FAMILY_OF_REASON.values()))
    past = {
        family: [int(((part["from"] <= day) & (part["to"].isna() | (part["to"] > day))).sum()) for day in days]
        for family in families
        for part in [chosen[chosen["family"] == family]]
    }
    history = go.Figure([go.Bar(name=name, x=days, y=counts) for name, counts in past.items()])
    history.update_layout(barmode="stack")
    shown = now.drop(columns=["from", "to"]).astype(str)
    return [
        html.H2(f"{len(now)} people, longest {now['wait'].max() if len(now) else 0} days", id="count", title=query),
        dcc.Graph(figure=why),
        dcc.Graph(figure=go.Figure(go.Bar(x=owners.to_numpy(), y=owners.index, orientation="h"))),
        dcc.Graph(figure=history),
        dash_table.DataTable(shown.to_dict("records"), [{"id": c, "name": c} for c in shown], page_size=20),
    ]


def create(people: pd.DataFrame) -> Dash:
    """The textbook application. A choice is made by following a link."""
    app = Dash("textbook", title="Delayed discharges", include_assets_files=False)
    links = [dcc.Link(f"Pathway {n}", href=f"/?pathway={n}", id=f"pathway-{n}") for n in range(4)]
    app.layout = html.Div([dcc.Location(id="url"), html.Nav(links), html.Div(id="page")])

    @app.callback(Output("page", "children"), Input("url", "search"))
    def show(search: str | None) -> list[Any]:
        return page(people, search or "")

    return app


def main(file: Path) -> None:
    """Serve until terminated."""
    people = frame(file)
    server = make_server("127.0.0.1", 0, create(people).server, threaded=True)

    def time_when_told() -> None:
        for line in sys.stdin:
            lengths = []
            for query in json.loads(line)["queries"]:
                began = time.perf_counter()
                json.dumps(page(people, query), cls=PlotlyJSONEncoder)
                lengths.append((time.perf_counter() - began) * 1000)
            say(ms=lengths)

    threading.Thread(target=time_when_told, daemon=True).start()
    say(url=f"http://127.0.0.1:{server.server_port}")
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
