"""A table of which each row is a card on a telephone: see ``.access-table`` in ``assets/type-in/access.css``."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from layouts.parts.tree import Child, moved_sideways


def card_table(title: str, heads: Sequence[str], rows: Sequence[html.Tr], nothing: str) -> Component:
    """The table, of rows with as many cells as ``heads``; ``nothing`` is said where there are none."""
    if not rows:
        return html.P(nothing, className="what")
    for row in rows:  # where a row is a card, what a cell is stands before it
        for head, cell in zip(heads[1:], row.children[1:], strict=True):
            if head:
                setattr(cell, "data-head", head)
    cells: list[Child] = [
        html.Th(head, scope="col") if head else html.Td(html.Span("", className="unseen")) for head in heads
    ]
    table = html.Table([html.Thead(html.Tr(cells)), html.Tbody(rows)])
    # What is wider than a telephone is moved sideways, by keyboard too.
    return html.Div(table, className="access-table", **moved_sideways(title))
