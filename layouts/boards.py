"""The list of wall boards, where there is not just one: finished HTML with the look of the pages."""

from __future__ import annotations

from html import escape

from dash import html
from dash.development.base_component import Component

from flowcentre.model import Picture
from layouts.finished import to_html
from layouts.top import main_part, top


def render(picture: Picture) -> list[Component]:
    """What stands above every page, and each board with a way to it."""
    county = picture.county
    boards: Component = html.P("No board is configured: see docs/configuration.md.")
    if county.boards:
        boards = html.Ul([html.Li(html.A(board.title, href=f"/wall/{board.id}")) for board in county.boards])
    head = html.Header(html.H1(["Wall boards", html.Span(f" {county.name}")]), className="page-head")
    return [*top(picture, "/wall"), main_part(html.Div([head, boards], className="board-list"))]


def document(picture: Picture, *, fingerprint: str) -> str:
    """The whole page."""
    version = escape(fingerprint)
    body = "\n".join(to_html(part) for part in render(picture))
    return f"""<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Wall boards - {escape(picture.county.name)}</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/tokens.css?v={version}">
<link rel="stylesheet" href="/assets/flowcentre.css?v={version}">
</head>
<body>
{body}
</body>
</html>
"""
