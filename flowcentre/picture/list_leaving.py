"""Whom an answer about a list tells of, as the audit keeps them: those whose rows it holds, and the few whom a count tells of.

A count of few people who were narrowed down says of each of them what they were narrowed by: asked again and again, it reads a
whole row of which none was drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from flowcentre.model import Audited, Leaving, Picture
from flowcentre.picture.list_book import NoSuchMoment, asked_moment
from flowcentre.picture.list_small import are_few, is_narrowed
from flowcentre.picture.listed import Chosen, T
from flowcentre.picture.suppression import NATIONAL

S = TypeVar("S")
NOBODY = Leaving(Audited.SAW, "")


class Book(Protocol[T]):
    """What chooses people by an address."""

    def choose(self, query: str, picture: Picture | None = None) -> Chosen[T]:
        """Whom an address chooses. Raises NoSuchMoment."""
        ...


def leaving(act: Audited, what: str, chosen: Chosen[T], asked_at: datetime | None, people: Iterable[T]) -> Leaving:
    """People of whom is about to be told, by every name that a list has for them: ``what``, its filter, and the past moment, if any.

    A filter names places and reasons, never a person.
    """
    query, pseudonym = chosen.filters.query, chosen.subject.pseudonym
    moment = "" if asked_at is None else f", as known at {asked_at.isoformat()}"
    refs = frozenset(name for item in people for name in (item.person.ref, pseudonym(item)))
    return Leaving(act, f"{what}{'?' if query else ''}{query}{moment}", refs)


def if_few(chosen: Chosen[T], found: Sequence[S]) -> Sequence[S]:
    """Those found, where they are so few that to count them tells of each; else nobody.

    As few as a count that displays hide, whether this county hides any or not.
    """
    return found if are_few(found, chosen.picture.county.access.small_numbers or NATIONAL) else ()


def counted(chosen: Chosen[T]) -> tuple[T, ...]:
    """Of whom the counts of what an address chooses tell: the few whom a choice beside the place leaves, those who left too."""
    if not is_narrowed(chosen.filters):
        return ()
    return (*if_few(chosen, chosen.people), *if_few(chosen, chosen.left))


def by_counts(list_: str, book: Book[T], query: str, picture: Picture) -> Leaving:
    """Those of whom the counts of a page at an address tell."""
    try:
        chosen = book.choose(query, picture)
    except NoSuchMoment:
        return NOBODY
    return leaving(Audited.SAW, list_, chosen, asked_moment(query, picture.at), counted(chosen))
