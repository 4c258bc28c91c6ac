"""What is at each address: what stands above every page, and the page's own content, as whoever asks may see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from dash import html
from dash.development.base_component import Component

from flowcentre.measures import find
from flowcentre.model import Picture, Point, Poll
from layouts import alerts, demand, explain, feeds, measures
from layouts.listed import People
from layouts.pages import EVERYTHING, NO_PEOPLE, Asked, Page, Pages, Theirs, live_page
from layouts.parts import links
from layouts.parts.history_chart import span_shown
from layouts.services import acute_sites
from layouts.top import bar, first, main_part, way, way_words
from layouts.ways import FINISHED, PUBLISHED, ways

History = Callable[[str, str, datetime, datetime], Sequence[Point]]  # (place, measure, start, end)
Polls = Callable[[str], Sequence[Poll]]  # the latest of a feed, newest first
_POLLS_SHOWN = 20
# Pages that a county has once something is configured, and what.
_COMES_WITH = {
    alerts.PATH: "rules of alerts: see docs/alerts.md",
    links.huddle(): "rules of alerts or of pressure: see docs/huddle.md",
    links.type_in(): "a feed of figures that people type in: see docs/typed-in.md",
}


def of_every_county(
    *, history: History, polls: Polls, published: Callable[[Picture, str | None], Component] | None = None
) -> tuple[Page, ...]:
    """The pages that every county has; ``published`` draws that of published figures, of one place or of all, where there is one."""

    def explained(asked: Asked) -> Component:
        only_published = _only_published(asked.picture, published is not None)
        return _explain(asked, history, polls, "Published figures" if only_published else "Whole-system demand")

    home = live_page("demand", "/", demand.render)
    pages = [
        home,
        replace(home, path="/demand"),
        live_page("feeds", "/feeds", feeds.render),
        Page("/measures", lambda asked: asked.finished(measures.render(asked.picture))),
        Page("/explain", explained),
    ]
    if published is not None:
        pages.append(Page(PUBLISHED, lambda asked: published(asked.picture, asked.value("place"))))
    return tuple(pages)


def page(
    pages: Pages, picture: Picture, path: str, search: str, people: People = NO_PEOPLE, theirs: Theirs = EVERYTHING
) -> list[Component]:
    """The whole page at an address: what stands above every page, and its own content, as whoever asks may see it.

    ``people`` lets rows of people out to whoever asks; without it nobody's leave. ``theirs`` takes out the ways to what
    whoever asks may not do.
    """
    path = path.rstrip("/") or "/"
    if path == "/" and _only_published(picture, PUBLISHED in pages):
        path = PUBLISHED
    found = pages.get(path)
    if found is None:
        if comes_with := _COMES_WITH.get(path):
            content = _says("Not in this county yet", f"This page comes with {comes_with}.")
        else:
            content = _says("No such page", "The pages there are stand above.")
    else:
        content = found.draw(Asked(picture, search, people, theirs))
    return _whole(pages, picture, path, content, theirs)


def failed(pages: Pages, picture: Picture, path: object, theirs: Theirs) -> list[Component]:
    """What stands in place of a page that could not be drawn."""
    content = _says("This page could not be drawn", "The boards under /wall stand.")
    return _whole(pages, picture, str(path), content, theirs)


def _says(title: str, words: str) -> Component:
    return html.Div(html.Header([html.H1(title), html.P(words)], className="page-head"))


def _whole(pages: Pages, picture: Picture, path: str, content: Component, theirs: Theirs) -> list[Component]:
    parts: list[Component] = [*_above(pages, picture, path), main_part(content)]
    _take_out(parts, theirs)
    return parts


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


def _only_published(picture: Picture, has_published: bool) -> bool:
    """A county of published figures has nothing of the present to show."""
    return has_published and not acute_sites(picture.county)


def _above(pages: Pages, picture: Picture, path: str) -> list[Component]:
    """What stands above every page."""
    entries: list[Component] = []
    for href, name in ways(picture, published=PUBLISHED in pages):
        if href in pages:
            entries.append(html.Li(way(way_words(picture, href, name), href, here=href == path)))
        elif href in FINISHED:
            entries.append(html.Li(html.A(name, href=href)))
    return [*first(picture), bar(picture.county, entries, html.Time(id="clock"))]


def _explain(asked: Asked, history: History, polls: Polls, home: str) -> Component:
    picture, place, measure = asked.picture, asked.value("place") or "", asked.value("measure") or ""
    counted = find(measure)
    if counted is None or place not in picture.county.places:
        return explain.render(picture, place, measure, (), ())
    value = picture.value(place, measure)
    past = history(place, measure, picture.at - span_shown(counted)[0], picture.at)
    latest = sorted((poll for feed in value.feeds for poll in polls(feed)), key=lambda poll: poll.due_at, reverse=True)
    return explain.render(picture, place, measure, past, latest[:_POLLS_SHOWN], home)
