"""A finished page with a form in it, made for a telephone: it needs no script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from dash import html
from dash.development.base_component import Component

from flowcentre.model import Picture
from layouts.finished import to_html
from layouts.top import main_part, top

_SHEETS = ("tokens.css", "flowcentre.css", "type-in/type-in.css", "over.css")


def form_page(
    picture: Picture,
    title: str,
    main: Sequence[Component | None],
    here: str,
    fingerprint: str,
    *,
    kind: str = "type-in",
    sheets: Sequence[str] = (),
) -> str:
    """The whole page; ``here`` is its address among the ways, ``kind`` the class of its body."""
    version = escape(fingerprint)
    content = main_part(html.Div([part for part in main if part is not None]))
    body = "\n".join(to_html(part) for part in [*top(picture, here), content])
    links = "\n".join(f'<link rel="stylesheet" href="/assets/{sheet}?v={version}">' for sheet in (*_SHEETS, *sheets))
    # With no-referrer, as every answer has it, a browser would not say that a form was sent from its own page.
    return f"""<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="same-origin">
<title>{escape(title)} - {escape(picture.county.name)}</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
{links}
<script src="/assets/type-in/type-in.js?v={version}" defer></script>
<script src="/assets/over.js?v={version}" defer></script>
</head>
<body class="{escape(kind)}">
{body}
</body>
</html>
"""
