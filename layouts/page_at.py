"""What is at each address: what stands above every page, and the page's own content, as whoever asks may see it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any, Protocol
from urllib.parse import parse_qs

from dash import html
from dash.development.base_component import Component

from flowcentre.measures import find
from flowcentre.model import Picture, Point, Poll
from layouts import actions as actions_page
from layouts import alerts as alerts_page
from layouts import capacity as capacity_page
from layouts import demand, explain, feeds, measures
from layouts import pressure as pressure_page
from layouts.delays import DELAYS_PAGE
from layouts.finished import to_html
from layouts.list_drawn import drawn_for
from layouts.listed import ListBook, ListedPage, People
from layouts.packages import PACKAGES_PAGE
from layouts.parts.history_chart import span_shown
from layouts.parts.tree import Child, marked
from layouts.services import acute_sites
from layouts.top import bar, first, main_part, way
from layouts.ways import OF_DASH, PUBLISHED, ways

History = Callable[[str, str, datetime, datetime], Sequence[Point]]  # (place, measure, start, end)
_POLLS_SHOWN = 20

# The pages of lists of people, by their ids, in the order in which they stand above every page.
LISTED: Mapping[str, ListedPage[Any]] = {each.page.id: each for each in (DELAYS_PAGE, PACKAGES_PAGE)}
Books = Mapping[str, ListBook[Any]]  # by the ids of their pages

LIVE: Mapping[str, Callable[[Picture], Component]] = {"demand": demand.render, "feeds": feeds.render}

_ADDRESSES = ("/", "/demand", "/feeds", "/measures", "/explain")


def addresses(
    *,
    published: bool,
    books: Collection[str] = (),
    capacity: bool = False,
    alerts: bool = False,
    actions: bool = False,
    pressure: bool = False,
) -> tuple[str, ...]:
    """Where there is a page: with published figures, capacity, alerts, actions, or none; with these lists, by their ids."""
    lists = (each.page.path for id, each in LISTED.items() if id in books)
    more = (
        (PUBLISHED, published),
        (capacity_page.PATH, capacity),
        (alerts_page.PATH, alerts),
        (pressure_page.PATH, pressure),
        (actions_page.PATH, actions),
    )
    return (*_ADDRESSES, *(path for path, there in more if there), *lists)


def finished(content: Component) -> Component:
    """Content that Dash's browser code need not build: one component, filled in by ``assets/pages.js``.

    Dash spends seconds of a browser's time on a page of a thousand components, each time that it changes.
    """
    return _filled_in(to_html(content))


def _filled_in(content: str) -> Component:
    return html.Div(className="finished", **marked(data_html=content))


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
        """A page that names nobody; another is not told."""
        return "" if "data-life=" in html or "data-of=" in html else html


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


def page(
    picture: Picture,
    path: str,
    search: str,
    *,
    history: History,
    polls: Callable[[str], Sequence[Poll]],
    published: Callable[[Picture, str | None], Component] | None = None,
    books: Books = MappingProxyType({}),
    capacity: capacity_page.Book | None = None,
    alerts: alerts_page.Book | None = None,
    actions: actions_page.Book | None = None,
    pressure: pressure_page.Book | None = None,
    people: People = NO_PEOPLE,
    theirs: Theirs = EVERYTHING,
) -> list[Component]:
    """The whole page at an address: what stands above every page, and its own content, as whoever asks may see it."""
    path = path.rstrip("/") or "/"
    asked = {name: values[0] for name, values in parse_qs(search.lstrip("?")).items()}
    only_published = _only_published(picture, published is not None)
    if path == "/" and only_published:
        path = PUBLISHED
    content: Component
    own = partial(_drawn_for, theirs)
    of_lists = {each.page.path: each for id, each in LISTED.items() if id in books}
    known = addresses(
        published=published is not None,
        books=books,
        capacity=capacity is not None,
        alerts=alerts is not None,
        actions=actions is not None,
        pressure=pressure is not None,
    )
    if path not in known:
        content = html.Div(
            html.Header([html.H1("No such page"), html.P("The pages there are stand above.")], className="page-head")
        )
    elif path in ("/", "/demand"):
        content = _live(picture, "demand")
    elif path == "/feeds":
        content = _live(picture, "feeds")
    elif path == "/measures":
        content = finished(measures.render(picture))
    elif path == "/explain":
        home = "Published figures" if only_published else "Whole-system demand"
        content = _explain(picture, asked.get("place", ""), asked.get("measure", ""), history, polls, home)
    elif path == capacity_page.PATH:
        assert capacity is not None  # or it would not be among the addresses
        narrowed = partial(_finished_for, people, theirs, capacity_page.ID, "")
        content = capacity_page.page(capacity, picture, narrowed, asks_past="at" in asked)
    elif path == alerts_page.PATH:
        assert alerts is not None  # or it would not be among the addresses
        content = alerts_page.page(alerts, picture, own)
    elif path == pressure_page.PATH:
        assert pressure is not None  # or it would not be among the addresses
        content = pressure_page.page(pressure, picture, own)
    elif path == actions_page.PATH:
        assert actions is not None  # or it would not be among the addresses
        content = actions_page.page(actions, picture, own)
    elif path in of_lists:
        listed = of_lists[path]
        narrowed = partial(_finished_for, people, theirs, listed.page.id, search)
        content = drawn_for(listed, books[listed.page.id], people, picture, search, narrowed)
    else:
        assert published is not None
        content = published(picture, asked.get("place"))
    parts: list[Component] = [*_above(picture, path, known), main_part(content)]
    _take_out(parts, theirs)
    return parts


def _drawn_for(theirs: Theirs, content: Component) -> Component:
    """Finished content, without the ways that are not for whoever asks."""
    return _filled_in(theirs.html(to_html(content)))


def _finished_for(people: People, theirs: Theirs, page: str, query: str, content: Component) -> Component:
    """The same, without those of whom whoever asks may not be told."""
    return _filled_in(theirs.html(people.html(page, query, to_html(content))))


def _take_out(parts: list[Any], theirs: Theirs) -> None:
    """The same of what Dash builds in the browser: see ``layouts.parts.tree.needs``."""
    for place, part in reversed(list(enumerate(parts))):
        if not isinstance(part, Component):
            continue
        needed, to_follow = (getattr(part, f"data-{name}", None) for name in ("needs", "link-needs"))
        if needed is not None and not theirs.may(needed):
            del parts[place]
        elif to_follow is not None and not theirs.may(to_follow):
            parts[place] = html.Span(part.children)
        elif isinstance(children := getattr(part, "children", None), list | tuple | Component):
            kept = list(children) if isinstance(children, list | tuple) else [children]
            _take_out(kept, theirs)
            part.children = kept


def failed(picture: Picture, path: object, known: Collection[str], theirs: Theirs) -> list[Component]:
    """What stands in place of a page that could not be drawn."""
    said = html.Header(
        [html.H1("This page could not be drawn"), html.P("The boards under /wall stand.")], className="page-head"
    )
    parts: list[Component] = [*_above(picture, str(path), known), main_part(html.Div(said))]
    _take_out(parts, theirs)
    return parts


def _live(picture: Picture, name: str) -> Component:
    return html.Div(finished(LIVE[name](picture)), id="live-page", **marked(data_page=name))


def _only_published(picture: Picture, has_published: bool) -> bool:
    """A county of published figures has nothing of the present to show."""
    return has_published and not acute_sites(picture.county)


def _above(picture: Picture, path: str, known: Collection[str]) -> list[Component]:
    """What stands above every page; ``known`` are the addresses at which there is one."""
    entries: list[Component] = []
    for href, name in ways(picture, published=PUBLISHED in known):
        if href in known:
            said: list[Child] = [name]
            if href == alerts_page.PATH:
                said.append(html.Span(alerts_page.count_words(picture), id="alerts-count"))
            entries.append(html.Li(way(said, href, here=href == path)))
        elif href not in OF_DASH:
            entries.append(html.Li(html.A(name, href=href)))
    return [*first(picture), bar(picture.county, entries, html.Time(id="clock"))]


def _explain(
    picture: Picture, place: str, measure: str, history: History, polls: Callable[[str], Sequence[Poll]], home: str
) -> Component:
    counted = find(measure)
    if counted is None or place not in picture.county.places:
        return explain.render(picture, place, measure, (), ())
    value = picture.value(place, measure)
    past = history(place, measure, picture.at - span_shown(counted)[0], picture.at)
    latest = sorted((poll for feed in value.feeds for poll in polls(feed)), key=lambda poll: poll.due_at, reverse=True)
    return explain.render(picture, place, measure, past, latest[:_POLLS_SHOWN], home)
