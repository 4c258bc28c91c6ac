"""The list of people as a grid, with its tools: grouping, columns, exports, and the drawer of one person."""

from __future__ import annotations

import dash_ag_grid
from dash import html
from dash.development.base_component import Component

from flowcentre.picture.list_table import Column
from flowcentre.picture.listed import T
from layouts.parts.field import Input
from layouts.parts.list_page import ListPage
from layouts.parts.tree import marked

_FILTERS = {
    "text": "agTextColumnFilter",
    "flag": None,
    "number": "agNumberColumnFilter",
    "date": "agDateColumnFilter",
    "moment": "agDateColumnFilter",
}

_NARROW = 100  # pixels


def grid(page: ListPage[T]) -> Component:
    """The grid itself, without rows: ``assets/a-list.js`` asks the server for those that are in sight."""
    made: Component = dash_ag_grid.AgGrid(
        id=f"{page.id}-grid",
        className="list-grid",
        rowModelType="infinite",
        getRowId="params.data.ref",
        columnDefs=[_definition(page, column) for column in page.columns],
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
            "isFullWidthRow": {"function": "listIsGroup(params)"},
            "fullWidthCellRenderer": "ListGroup",
            "rowClassRules": {
                "old": "params.data && params.data.old",
                "past-promise": "params.data && params.data.breached === 'yes'",
            },
            "tabToNextCell": {"function": "listTab(params)"},
        },
        style={"height": "min(76vh, 1400px)", "minHeight": "480px", "width": "100%"},
    )
    return made


def _definition(page: ListPage[T], column: Column[T]) -> dict[str, object]:
    definition: dict[str, object] = {
        "field": column.id,
        "colId": column.id,
        "headerName": column.heading,
        "minWidth": page.widths[column.id],
        "flex": page.widths[column.id],
        "hide": column.id not in page.first,
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
        # It stays in sight, so on a telephone the script makes it narrow: see ``assets/a-list.js``.
        definition |= {"pinned": "left", "lockPosition": "left", "width": page.widths[column.id], "minWidth": _NARROW}
        del definition["flex"]
    if column.kind in ("date", "moment"):
        definition["filterParams"] = {"browserDatePicker": True}
    return definition


def tools(page: ListPage[T]) -> Component:
    """The column chooser: a box for each column. What is ticked is remembered in the browser."""
    boxes = [
        html.Li(
            html.Label(
                [
                    Input(
                        type="checkbox", value=column.id, **({"checked": "checked"} if column.id in page.first else {})
                    ),
                    f" {column.heading}",
                ]
            )
        )
        for column in page.columns
        if column.id != "ref"
    ]
    return html.Details(
        [html.Summary("Columns"), html.Ul(boxes, id="list-columns")], className="list-columns", id="choose-columns"
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
    """Where one person's line of time stands."""
    return html.Aside(
        [html.Button("Close", id="close-drawer", type="button"), html.Div(id="drawer-content")],
        id="list-drawer",
        hidden=True,
        **marked(aria_label="One person's timeline"),
    )
