"""Action cards: what to do when an alert is raised, written in Markdown by those who do it."""

from __future__ import annotations

import re

from dash import html
from markdown_it import MarkdownIt

from flowcentre.model import Picture
from flowcentre.model.level_cards import LEVEL_CARDS
from layouts.finished import Markup
from layouts.parts import links
from layouts.parts.form_page import form_page

# HTML in a card is shown as text, links that would run something stay text, and no picture is fetched from elsewhere.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
_TITLE = re.compile(r"^#\s+(.+?)\s*#*\s*$", re.MULTILINE)


def card_html(text: str, *, beneath: int = 0) -> Markup:
    """A card as HTML; its headings stand so many levels lower where it is part of a page."""
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + beneath, 6)}"
    return Markup(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def card_title(name: str, text: str) -> str:
    """Its first heading, or its name."""
    found = _TITLE.search(text)
    return found[1] if found else name.replace("-", " ").capitalize()


def _back(name: str) -> html.A:
    """Where whoever reads a card comes from: the level of pressure, or the alert, that it is for."""
    if name.startswith(f"{LEVEL_CARDS}/"):
        return html.A("Pressure", href="/pressure")
    return html.A("All alerts", href=links.alerts())


def document(picture: Picture, name: str, text: str, *, fingerprint: str) -> str:
    """The whole page of a card."""
    main = [
        html.P(_back(name), className="back"),
        html.Article(card_html(text), className="action-card"),
    ]
    return form_page(
        picture, card_title(name, text), main, links.alerts(), fingerprint, kind="type-in alert-page", sheets=("alerts.css",)
    )  # fmt: skip
