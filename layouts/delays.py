"""Delayed discharges: how many and why, whose move it is, four weeks of it, and the people one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from dash import html
from dash.development.base_component import Component

from flowcentre.model import Interval, Picture, State
from flowcentre.picture.delay_book import Answered, NoSuchMoment
from flowcentre.picture.delays import Chosen, listing_hospitals
from layouts import delay_grid
from layouts.delay_list import drawer, grid, left_out, news_bar, tools
from layouts.finished import to_html
from layouts.parts.delay_choice import chips, exports, head, looks_back, moment_form
from layouts.parts.delay_history import history
from layouts.parts.delay_life import life
from layouts.parts.delay_links import GROUPS, Address
from layouts.parts.delay_top import top
from layouts.parts.delay_who import who
from layouts.parts.delay_why import why
from layouts.parts.delay_words import least, place_name
from layouts.parts.tree import marked
from layouts.parts.words import clock_words, iso


class DelayBook(Protocol):
    """What the page needs of ``flowcentre.picture.delay_book.DelayBook``."""

    def choose(self, query: str, picture: Picture | None = None) -> Chosen:
        """Whom an address chooses, from the present unless a picture is given. Raises NoSuchMoment."""
        ...

    def answer(self, query: str, picture: Picture | None = None) -> Answered:
        """The same, with the past that it is set against. Raises NoSuchMoment."""
        ...

    def life(self, ref: str, known_at: datetime) -> list[Interval]:
        """All that the lists had said of one person by a moment."""
        ...


def has_lists(picture: Picture) -> bool:
    """Is any hospital expected to send a discharge list?"""
    return bool(listing_hospitals(picture))


# --- The page -------------------------------------------------------------------------------


def page(book: DelayBook, picture: Picture, query: str, finished: Callable[[Component], Component]) -> Component:
    """The whole page at an address; ``finished`` makes content that Dash's browser code need not build."""
    if not has_lists(picture):
        return _says("No hospital here sends a discharge list, so nobody can be counted.")
    try:
        answered = book.answer(query, picture)
    except NoSuchMoment as why_not:
        words = str(why_not)
        return _says(f"{words[:1].upper()}{words[1:]}.", html.A("To the present", href="/delays"))
    content = html.Div(finished(render(answered, query)))
    if not answered.looks_back:  # a page of the past stays as it is
        content = html.Div(content.children, id="live-page", **marked(data_page="delays", data_asked="at"))
    return html.Div(
        [
            finished(moment_form()),
            content,
            html.Div(
                [
                    html.Div([finished(tools()), finished(left_out()), finished(news_bar())], className="list-tools"),
                    grid(),
                    finished(html.P("Enter or a click on a row opens the person's timeline.", className="what")),
                ],
                className="delay-grid",
            ),
            finished(drawer()),
        ],
        className="delays-page",
    )


def _says(*words: str | Component) -> Component:
    return html.Div(html.Header([html.H1("Delayed discharges"), html.P(list(words))], className="page-head"))


def render(answered: Answered, query: str) -> Component:
    """Everything above the grid, as at one picture."""
    chosen = answered.chosen
    address = Address.of(query, chosen.filters, chosen.picture.at if answered.looks_back else None)
    parts = [head(answered), looks_back(answered, address), chips(answered, address), _silent(chosen)]
    parts.append(top(answered, address))
    if chosen.count.known:
        parts.append(html.Div([why(chosen, address), who(chosen, address)], className="delay-two"))
    else:
        parts.append(_nothing_known(chosen))
    parts += [history(answered, address), _list_head(chosen, address)]
    return html.Div(
        parts,
        className="delays",
        **marked(data_lists=_signature(chosen), data_at=chosen.picture.at.isoformat()),
    )


def _silent(chosen: Chosen) -> Component | None:
    """Names the lists that are not counted, and since when."""
    county, items = chosen.picture.county, []
    for each in chosen.in_scope:
        if each.value.known:
            continue
        name = place_name(county, each.place)
        if each.value.state is State.STALE and each.value.observed_at is not None:
            listed = f"its list of {clock_words(each.value.observed_at)} is too old"
            items.append(html.Li(f"{name}: {listed}; {len(each.delays):,} stood on it and are in no count"))
        else:
            items.append(html.Li(f"{name}: no list"))
    return html.Ul(items, className="delay-silent", **marked(aria_label="Lists that are missing")) if items else None


def _nothing_known(chosen: Chosen) -> Component:
    old = any(each.delays for each in chosen.in_scope)
    said = "Every list is too old to be the present." if old else "No list has come."
    then = " Who stood on the last ones is below, marked as old." if old else ""
    return html.P(f"{said} Why people wait, and who must act, is not known now.{then}", className="panel nothing-known")


def _list_head(chosen: Chosen, address: Address) -> Component:
    groups = [(None, "one list"), *GROUPS.items()]
    links = [
        html.A(
            words,
            href=address.grouped(group).href,
            id=f"group-{group or 'none'}",
            className="here" if address.group == group else None,
            **(marked(aria_current="true") if address.group == group else {}),
        )
        for group, words in groups
    ]
    old = len(chosen.delays) - len(chosen.counted)
    too_old = f"{old:,} of lists too old" if old else ""
    if chosen.count.known:
        counted = f"{least(len(chosen.counted), chosen.count.at_least)} counted"
        listed = f"{counted}, and {too_old}" if too_old else counted
    else:  # not "0 counted": nobody is known to wait, and nobody not to
        listed = too_old or "nobody is known"
    return html.Header(
        [
            html.H2(["The list ", html.Small(listed)], id="list"),
            html.P(["Grouped by: ", *links], className="groups"),
            exports(address),
        ],
        className="list-head",
    )


def _signature(chosen: Chosen) -> str:
    """Changes when any list does."""
    return " ".join(
        f"{each.place}:{iso(each.value.observed_at) if each.value.observed_at else '-'}:{each.value.state.value}:"
        f"{len(each.delays)}"
        for each in chosen.lists
    )


# --- What the grid asks ------------------------------------------------------------------------

Reply = dict[str, object]


def reply(book: DelayBook, picture: Picture, question: object) -> Reply:
    """Answers ``assets/delays.js``: rows of the list, what is new in it, or one person's timeline."""
    asked = question if isinstance(question, dict) else {}
    query, ref = asked.get("query", ""), asked.get("ref", "")
    if not isinstance(query, str) or not isinstance(ref, str) or not has_lists(picture):
        return {}
    try:
        match asked.get("kind"):
            case "rows":
                return _rows(book, query, asked.get("request"))
            case "news":
                return _news(book, query, asked, ref)
            case "life":
                return {"html": to_html(_life(book, query, ref))}
    except NoSuchMoment:
        return {}
    return {}


def _rows(book: DelayBook, query: str, request: object) -> Reply:
    chosen = book.choose(query)
    return delay_grid.rows(chosen, _group(query, chosen), request) | {
        "lists": _signature(chosen),
        "at": chosen.picture.at.isoformat(),
    }


def _news(book: DelayBook, query: str, asked: dict[str, object], ref: str) -> Reply:
    chosen = book.choose(query)
    since = asked.get("since")
    words = ""
    if isinstance(since, str) and "at=" not in query:
        before = book.choose(f"{query}&at={since.replace('+', '%2B')}")
        words = delay_grid.news(before.delays, chosen.delays, before.picture.at)
    return {
        "words": words,
        "index": delay_grid.index_of(chosen, _group(query, chosen), asked.get("request"), ref),
        "lists": _signature(chosen),
    }


def _life(book: DelayBook, query: str, ref: str) -> Component:
    picture = book.choose(query).picture
    return life(ref, book.life(ref, picture.known_at), picture.county, picture.at)


def _group(query: str, chosen: Chosen) -> str | None:
    return Address.of(query, chosen.filters).group
