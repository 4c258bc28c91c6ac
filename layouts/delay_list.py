"""The list of people as a grid, with its tools: grouping, columns, exports, and the drawer of one person."""

from __future__ import annotations

import dash_ag_grid
from dash import html
from dash.development.base_component import Component

from flowcentre.picture.delay_table import COLUMNS, Column
from layouts.parts.delay_choice import Input
from layouts.parts.tree import marked

GRID = "delays-grid"
# Shown until somebody chooses otherwise; the width of each column in pixels.
_FIRST = frozenset(
    {"ref", "ward", "site", "days", "pathway", "reason", "owner", "council", "expected", "reviewed", "past"}
)
_WIDTHS = {
    "ref": 190,  # what a row is known by: 11 capital letters must fit
    "site": 160,
    "ward": 110,
    "days": 112,
    "pathway": 118,
    "family": 170,
    "reason": 280,
    "owner": 220,
    "coordinator": 120,
    "council": 150,
    "expected": 150,
    "reviewed": 150,
    "ready": 150,
    "admitted": 150,
    "nights": 110,
    "past": 200,
    "listed": 150,
    "too_old": 190,
}
_FILTERS = {
    "text": "agTextColumnFilter",
    "flag": None,
    "number": "agNumberColumnFilter",
    "date": "agDateColumnFilter",
    "moment": "agDateColumnFilter",
}


def grid() -> Component:
    """The grid itself, without rows: ``assets/delays.js`` asks the server for those that are in sight."""
    made: Component = dash_ag_grid.AgGrid(
        id=GRID,
        className="delays-grid",
        rowModelType="infinite",
        getRowId="params.data.ref",
        columnDefs=[_definition(column) for column in COLUMNS],
        defaultColDef={"sortable": True, "resizable": True, "suppressHeaderMenuButton": True},
        dashGridOptions={
            "cacheBlockSize": 100,
            "maxBlocksInCache": 12,
            "maxConcurrentDatasourceRequests": 1,
            "blockLoadDebounceMillis": 40,
            "rowBuffer": 20,
            "rowHeight": 38,
            "headerHeight": 56,
            "animateRows": False,
            "ensureDomOrder": True,
            "suppressColumnVirtualisation": True,
            "enableCellTextSelection": True,
            "suppressDragLeaveHidesColumns": True,
            "suppressContentVisibilityAuto": True,  # a printed page must hold the rows that lie below the glass
            "isFullWidthRow": {"function": "delayIsGroup(params)"},
            "fullWidthCellRenderer": "DelayGroup",
            "rowClassRules": {"old": "params.data && params.data.old"},
            "tabToNextCell": {"function": "delayTab(params)"},
        },
        style={"height": "min(76vh, 1400px)", "minHeight": "480px", "width": "100%"},
    )
    return made


def _definition(column: Column) -> dict[str, object]:
    definition: dict[str, object] = {
        "field": column.id,
        "colId": column.id,
        "headerName": column.heading,
        "minWidth": _WIDTHS[column.id],
        "flex": _WIDTHS[column.id],
        "hide": column.id not in _FIRST,
        "filter": _FILTERS[column.kind] or False,
        "cellClass": f"cell-{column.kind}",
        "wrapHeaderText": True,
        "autoHeaderHeight": True,
    }
    if column.kind in ("text", "flag"):
        definition["tooltipField"] = column.id
    if column.kind == "number":
        definition["type"] = "rightAligned"
    if column.id == "ref":
        definition |= {"pinned": "left", "lockPosition": "left", "width": _WIDTHS[column.id]}
    if column.kind in ("date", "moment"):
        definition["filterParams"] = {"browserDatePicker": True}
    return definition


def tools() -> Component:
    """The column chooser: a box for each column. What is ticked is remembered in the browser."""
    boxes = [
        html.Li(
            html.Label(
                [
                    Input(type="checkbox", value=column.id, **({"checked": "checked"} if column.id in _FIRST else {})),
                    f" {column.heading}",
                ]
            )
        )
        for column in COLUMNS
        if column.id != "ref"
    ]
    return html.Details(
        [html.Summary("Columns"), html.Ul(boxes, id="delay-columns")], className="delay-columns", id="choose-columns"
    )


def news_bar() -> Component:
    """Says that the list has changed while somebody works in it."""
    return html.P(
        [html.Span("", id="list-news"), html.Button("Show", id="show-news", type="button")],
        className="list-news",
        hidden=True,
        role="status",
    )


def left_out() -> Component:
    """Says whom the columns' own filters leave out, for neither the count above nor an export knows of them."""
    return html.P(id="list-left-out", className="list-left-out", hidden=True, role="status")


def drawer() -> Component:
    """Where one person's timeline stands."""
    return html.Aside(
        [html.Button("Close", id="close-drawer", type="button"), html.Div(id="drawer-content")],
        id="delay-drawer",
        hidden=True,
        **marked(aria_label="One person's timeline"),
    )
