"""What the grid of a list asks: its rows, what is new in it, and one person's line of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dash.development.base_component import Component

from flowcentre.model import Audited, Leaving, Picture
from flowcentre.picture.list_book import NoSuchMoment, asked_moment
from flowcentre.picture.list_leaving import NOBODY, counted, leaving
from flowcentre.picture.listed import Chosen, T
from layouts import list_rows
from layouts.finished import to_html
from layouts.listed import ListBook, Reply, signature
from layouts.parts.list_links import Address
from layouts.parts.list_page import ListPage

# Of whom an address chooses and a ref: one person's line of time, and by which pseudonyms it tells of them.
Life = Callable[[Chosen[T], str], tuple[Component, frozenset[str]]]


def answer(
    page: ListPage[T], book: ListBook[T], picture: Picture, question: object, life: Life[T]
) -> tuple[Reply, Leaving]:
    """Answers ``assets/a-list.js``: rows of the list, what is new in it, or one person's line of time; and of whom it tells.

    ``book`` has the rows that whoever asks may see.
    """
    asked = question if isinstance(question, dict) else {}
    query, ref = asked.get("query", ""), asked.get("ref", "")
    if not isinstance(query, str) or not isinstance(ref, str) or not page.subject.listing(picture):
        return {}, NOBODY
    try:
        match asked.get("kind"):
            case "rows":
                return _rows(page, book, query, asked.get("request"))
            case "news":
                return _news(page, book, query, asked, ref)
            case "life":
                line, refs = life(book.choose(query), ref)
                return {"html": to_html(line)}, Leaving(Audited.SAW_PERSON, page.id, refs)
    except NoSuchMoment:
        return {}, NOBODY
    return {}, NOBODY


def listed_as(chosen: Chosen[T], ref: str) -> T | None:
    """Somebody as the lists have them, chosen or not; None: on none of them any more."""
    return next((item for each in chosen.lists for item in (*each.people, *each.left) if item.person.ref == ref), None)


def _rows(page: ListPage[T], book: ListBook[T], query: str, request: object) -> tuple[Reply, Leaving]:
    chosen = book.choose(query)
    given = list_rows.rows(page, chosen, _group(page, query, chosen), request)
    reply = given.rows | {
        "lists": signature(chosen),
        "columns": sorted(page.shown_first(chosen.filters.in_force)),
        "at": chosen.picture.at.isoformat(),
    }
    return reply, _leaving(page, query, chosen, (*given.people, *counted(chosen)))


def _leaving(page: ListPage[T], query: str, chosen: Chosen[T], people: Iterable[T]) -> Leaving:
    asked_at = chosen.picture.at if asked_moment(query, chosen.picture.at) else None
    return leaving(Audited.SAW, page.id, chosen, asked_at, people)


def _news(
    page: ListPage[T], book: ListBook[T], query: str, asked: dict[str, object], ref: str
) -> tuple[Reply, Leaving]:
    chosen = book.choose(query)
    since = asked.get("since")
    words, told = "", [*counted(chosen)]
    if isinstance(since, str) and "at=" not in query:
        before = book.choose(f"{query}&at={since.replace('+', '%2B')}")
        told += counted(before)
        words = list_rows.news(before.people, chosen.people, before.picture.at)
    index = list_rows.index_of(page, chosen, _group(page, query, chosen), asked.get("request"), ref)
    reply: Reply = {
        "words": words,
        "index": index,
        "lists": signature(chosen),
    }
    # Where somebody stands in the list tells of them, and so does that no filter finds them.
    there = listed_as(chosen, ref)
    return reply, _leaving(page, query, chosen, told if there is None else [*told, there])


def _group(page: ListPage[T], query: str, chosen: Chosen[T]) -> str | None:
    return Address.of(page, query, chosen.filters).group
