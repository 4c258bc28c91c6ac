"""What the grid of a list asks: its rows, what is new in it, and one person's line of time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dash.development.base_component import Component

from flowcentre.model import Audited, Leaving, Picture
from flowcentre.picture.list_book import NoSuchMoment, asked_moment
from flowcentre.picture.listed import Chosen, T
from layouts import list_rows
from layouts.finished import to_html
from layouts.listed import ListBook, Reply, signature
from layouts.parts.list_links import Address
from layouts.parts.list_page import ListPage

# Of whom an address chooses and a ref: one person's line of time, and by which pseudonyms it tells of them.
Life = Callable[[Chosen[T], str], tuple[Component, frozenset[str]]]
_NOBODY = Leaving(Audited.SAW, "")


def answer(
    page: ListPage[T], book: ListBook[T], picture: Picture, question: object, life: Life[T]
) -> tuple[Reply, Leaving]:
    """Answers ``assets/a-list.js``: rows of the list, what is new in it, or one person's line of time; and of whom it tells.

    ``book`` has the rows that whoever asks may see.
    """
    asked = question if isinstance(question, dict) else {}
    query, ref = asked.get("query", ""), asked.get("ref", "")
    if not isinstance(query, str) or not isinstance(ref, str) or not page.subject.listing(picture):
        return {}, _NOBODY
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
        return {}, _NOBODY
    return {}, _NOBODY


def listed_as(chosen: Chosen[T], ref: str) -> T | None:
    """Somebody as the lists have them, chosen or not; None: on none of them any more."""
    return next((item for each in chosen.lists for item in (*each.people, *each.left) if item.person.ref == ref), None)


def _rows(page: ListPage[T], book: ListBook[T], query: str, request: object) -> tuple[Reply, Leaving]:
    chosen = book.choose(query)
    found = list_rows.rows(page, chosen, _group(page, query, chosen), request)
    reply = found | {
        "lists": signature(chosen),
        "columns": sorted(page.shown_first(chosen.filters.in_force)),
        "at": chosen.picture.at.isoformat(),
    }
    shown = {row["ref"] for row in found["rowData"] if "group" not in row}
    return reply, _leaving(page, query, chosen, [item for item in chosen.people if item.person.ref in shown])


def _leaving(page: ListPage[T], query: str, chosen: Chosen[T], people: Sequence[T]) -> Leaving:
    """The rows as the audit keeps them: what was chosen names places and reasons, never a person."""
    asked = chosen.filters.query
    moment = f", as known at {chosen.picture.at.isoformat()}" if asked_moment(query, chosen.picture.at) else ""
    what = f"{page.id}{'?' if asked else ''}{asked}{moment}"
    refs = (name for item in people for name in (item.person.ref, page.subject.pseudonym(item)))
    return Leaving(Audited.SAW, what, frozenset(refs))


def _news(
    page: ListPage[T], book: ListBook[T], query: str, asked: dict[str, object], ref: str
) -> tuple[Reply, Leaving]:
    chosen = book.choose(query)
    since = asked.get("since")
    words = ""
    if isinstance(since, str) and "at=" not in query:
        before = book.choose(f"{query}&at={since.replace('+', '%2B')}")
        words = list_rows.news(before.people, chosen.people, before.picture.at)
    index = list_rows.index_of(page, chosen, _group(page, query, chosen), asked.get("request"), ref)
    reply: Reply = {
        "words": words,
        "index": index,
        "lists": signature(chosen),
    }
    # Where somebody stands in the list tells of them: whoever is on it.
    there = [] if index is None else [item for item in chosen.people if item.person.ref == ref]
    return reply, _leaving(page, query, chosen, there)


def _group(page: ListPage[T], query: str, chosen: Chosen[T]) -> str | None:
    return Address.of(page, query, chosen.filters).group
