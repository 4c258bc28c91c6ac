"""Addresses of the page of a list of people: what is chosen, as at when, and how the list is grouped.

Everything that the page shows follows from its address, so a link is all that a choice needs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Generic
from urllib.parse import parse_qs, quote

from flowcentre.model import Picture
from flowcentre.picture.listed import Filters, T
from layouts.parts.list_page import ListPage
from layouts.parts.words import LONDON


@dataclass(frozen=True)
class Address(Generic[T]):
    """An address of the page. The same choice has the same ``query``."""

    page: ListPage[T]
    filters: Filters[T]
    at: datetime | None = None  # a moment of the past that it looks back to
    group: str | None = None

    @classmethod
    def of(cls, page: ListPage[T], query: str, filters: Filters[T], at: datetime | None = None) -> Address[T]:
        """An address as it was asked for; what it cannot mean is left out."""
        group = parse_qs(query.lstrip("?")).get("group", [""])[-1]
        return cls(page, filters, at, group if group in page.groups else None)

    @property
    def query(self) -> str:
        """What stands behind the question mark, always in one order; "" for none."""
        at = f"at={quote(moment_words(self.at), safe=':')}" if self.at is not None else ""
        group = f"group={self.group}" if self.group is not None else ""
        return "&".join(filter(None, (self.filters.query, at, group)))

    @property
    def href(self) -> str:
        """The address itself."""
        return self.to()

    def to(self, beneath: str = "") -> str:
        """The same choice in another form: ``to(".csv")``, ``to("/ward-sheet")``."""
        return f"{self.page.path}{beneath}?{self.query}" if self.query else f"{self.page.path}{beneath}"

    def with_(self, **choices: str | None) -> Address[T]:
        """The same with one value of a facet chosen, or with None all of it."""
        return replace(self, filters=self.filters.with_(**choices))

    def turned(self, **choices: str) -> Address[T]:
        """The same with these values chosen; or without them, where just these are chosen already."""
        if self.has(**choices):
            return replace(self, filters=self.filters.without(*choices))
        return self.with_(**choices)

    def has(self, **choices: str) -> bool:
        """Are just these values chosen of their facets?"""
        return all(self.filters.chosen.get(facet) == frozenset({value}) for facet, value in choices.items())

    def less(self, facet: str, value: str) -> Address[T]:
        """The same without one value of a facet."""
        return replace(self, filters=self.filters.less(facet, value))

    def cleared(self) -> Address[T]:
        """The same moment and grouping, with everybody chosen."""
        return replace(self, filters=self.filters.cleared())

    def grouped(self, group: str | None) -> Address[T]:
        """The same people, grouped otherwise."""
        return replace(self, group=group)

    def as_at(self, at: datetime | None) -> Address[T]:
        """The same choice at another moment; None: the present."""
        return replace(self, at=at)


def choice_marks(address: Address[Any], **choices: str) -> dict[str, Any]:
    """How a link shows that what it would choose is chosen; or, where something else is, that it is not."""
    facets = [facet for facet in choices if facet in address.filters.chosen]
    if not facets:
        return {}
    if all(address.filters.has(facet, choices[facet]) for facet in facets):
        return {"data-chosen": "yes", "aria-current": "true"}
    return {"data-chosen": "no"}


def canonical(page: ListPage[Any], picture: Picture, query: str) -> str | None:
    """One spelling for every query that asks the same of the present; None for one that looks back."""
    if parse_qs(query.lstrip("?")).get("at", [""])[0]:
        return None
    filters = Filters.of(page.subject, query, picture)
    # The page says of which facets something was asked that there is not: those addresses ask for another page.
    return "&".join(filter(None, (Address.of(page, query, filters).query, *(f"{facet}=-" for facet in filters.astray))))


def moment_words(at: datetime) -> str:
    """A moment as it stands in an address: London's clock, or UTC in the hour that London's clocks show twice."""
    local = at.astimezone(LONDON)
    plain = local.replace(tzinfo=None, fold=0)
    form = "minutes" if not (plain.second or plain.microsecond) else "auto"
    if plain.replace(tzinfo=LONDON).astimezone(UTC) == at:
        return plain.isoformat(timespec=form)
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=form) + "Z"
