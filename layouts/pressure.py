"""Pressure: the system, its pillars and its places; what is declared beside what is computed, and how long each level lasted."""

from __future__ import annotations

from typing import Protocol

from dash import html
from dash.development.base_component import Component

from flowcentre.model import Picture
from flowcentre.picture.pressure_book import PressureBoard
from layouts.pages import LivePage, live_page
from layouts.parts import links
from layouts.parts.pressure_places import elsewhere, places, rules
from layouts.parts.pressure_top import pillars, system
from layouts.parts.pressure_week import hours
from layouts.parts.pressure_words import indicative_bar
from layouts.parts.tree import Child, marked
from layouts.parts.words import clock_words, date_words

ID, TITLE, PATH = "pressure", "Pressure", links.pressure()
_JUMPS = (
    ("#pillars", "Pillars"),
    ("#places", "Places"),
    ("#hours", "Hours at each level"),
    ("#elsewhere", "Declared elsewhere"),
    ("#rules", "Rules"),
)


class Book(Protocol):
    """What the page needs of ``flowcentre.picture.pressure_book.PressureBook``."""

    def read(self, picture: Picture | None = None) -> PressureBoard:
        """Pressure as a picture has it."""
        ...


def has_pressure(picture: Picture) -> bool:
    """Has the county any rules by which pressure is scored?"""
    return bool(picture.county.pressure.rules)


def page(book: Book) -> LivePage:
    """The page, as a book of pressure tells it."""
    return live_page(ID, PATH, lambda picture: render(book.read(picture)), "pressure-page")


def render(board: PressureBoard) -> Component:
    """The live part of the page."""
    if not has_pressure(board.picture):
        said = html.P("No rules of pressure are configured: see docs/pressure.md.")
        return html.Div(html.Header([html.H1(TITLE), said], className="page-head"))
    parts: list[Child] = [
        _head(board),
        indicative_bar(shown=board.now.indicative),
        system(board),
        pillars(board),
        places(board),
    ]
    parts.append(hours(board.picture.county, board.hours.values(), indicative=board.now.indicative))
    parts += [elsewhere(board), rules(board)]
    return html.Div(parts, className="pressure")


def _head(board: PressureBoard) -> html.Header:
    words = "A score is computed from the figures; a level is declared by a person. Neither changes the other."
    return html.Header(
        [
            html.H1(TITLE),
            html.P(
                ["as at ", html.Time(clock_words(board.picture.at)), f", {date_words(board.picture.at)}. {words}"],
                className="when",
            ),
            html.Nav(
                html.P([html.A(name, href=to) for to, name in _JUMPS], className="jumps"),
                **marked(aria_label="Parts of the page"),
            ),
        ],
        className="page-head",
    )
