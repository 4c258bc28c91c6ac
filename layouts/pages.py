"""What a page is: its address, and how it is drawn for whoever asks. A page that Dash answers is one entry among these."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qs

from dash import html
from dash.development.base_component import Component

from flowcentre.model import Picture
from layouts.finished import to_html
from layouts.listed import ListBook, ListedPage, People
from layouts.parts.tree import marked

_NAMES_SOMEBODY = re.compile(r'<[^<>]*\sdata-(?:life|of)="')  # in a tag: what somebody typed is in none


class NoPeople:
    """Lets no row of anybody out: where nobody says who may see which."""

    def refused(self) -> str | None:
        """Why there are none."""
        return "Nobody's rows are told here."

    def whose(self) -> str:
        """Nobody's."""
        return ""

    def give(self, list_: str, draw: Callable[[Any], Any]) -> Any:
        """Nothing."""
        raise PermissionError(self.refused())

    def html(self, page: str, query: str, html: str) -> str:
        """A page that names nobody; another is not told, and says so."""
        return f'<p class="what">{self.refused()}</p>' if _NAMES_SOMEBODY.search(html) else html


NO_PEOPLE = NoPeople()


class Theirs(Protocol):
    """What whoever asks may do: the ways to everything else go before a page leaves."""

    def may(self, needs: str) -> bool:
        """May they do what a way is marked to need?"""
        ...

    def html(self, html: str) -> str:
        """Finished HTML without the ways that are not theirs."""
        ...


class _Everything:
    """Of a county that is open to whoever reaches it."""

    def may(self, needs: str) -> bool:
        return True

    def html(self, html: str) -> str:
        return html


EVERYTHING: Theirs = _Everything()


@dataclass(frozen=True, eq=False)
class Asked:
    """What is asked for: of which picture, with which query in the address, and what whoever asks may see."""

    picture: Picture
    search: str = ""  # with its question mark
    people: People = NO_PEOPLE
    theirs: Theirs = EVERYTHING

    def value(self, name: str) -> str | None:
        """What the address says of something, the first time; None where it does not."""
        return parse_qs(self.search.lstrip("?")).get(name, [None])[0]

    def finished(self, content: Component) -> Component:
        """Content that Dash need not build, without the ways that are not for whoever asks."""
        return filled_in(self.theirs.html(to_html(content)))

    def told(self, page: str, content: Component, query: str = "") -> Component:
        """The same of a page that may name somebody, without those of whom whoever asks may not be told."""
        return filled_in(self.theirs.html(self.people.html(page, query, to_html(content))))


def filled_in(content: str) -> Component:
    """Finished HTML, which Dash's browser code need not build: one component, filled in by ``assets/pages.js``.

    Dash spends seconds of a browser's time on a page of a thousand components, each time that it changes.
    """
    return html.Div(className="finished", **marked(data_html=content))


@dataclass(frozen=True, eq=False)
class Page:
    """A page at an address; it stays as it is until it is asked for again."""

    path: str
    draw: Callable[[Asked], Component]


@dataclass(frozen=True, eq=False)
class LivePage(Page):
    """A page with a part that the browser's script replaces when the picture changes: the same for whoever asks."""

    id: str
    render: Callable[[Picture], Component]  # the live part


@dataclass(frozen=True, eq=False)
class PageOfList(Page):
    """A page of a list of people, whose live part depends on its address and on who asks."""

    listed: ListedPage[Any]
    book: ListBook[Any]  # of everybody


Pages = Mapping[str, Page]  # by their addresses


def by_path(*pages: Page) -> Pages:
    """The pages that there are."""
    return {page.path: page for page in pages}


def live_page(id: str, path: str, render: Callable[[Picture], Component], class_name: str = "") -> LivePage:
    """A page that is live as a whole."""

    def draw(asked: Asked) -> Component:
        live = live_part(id, asked.finished(render(asked.picture)))
        return html.Div([live], className=class_name) if class_name else live

    return LivePage(path, draw, id, render)


def live_part(id: str, content: Component) -> Component:
    """What the browser's script replaces when the picture changes."""
    return html.Div(content, id="live-page", **marked(data_page=id))
