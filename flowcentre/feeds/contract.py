"""What a connector must be: two verbs, its settings, and what it provides.

A connector fetches and parses. It does not schedule, store, retry or log: the poller does these
once for all. ``fetch`` may do I/O and runs in a worker process that is killed at its deadline;
``parse`` is pure, so that a saved payload tests everything.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from flowcentre.model import AskedService, Fact, Level, Place, PlaceKind, Places, RefusedColumn


class FeedUnavailable(Exception):
    """The source could not be reached, or would not answer. Worth trying again."""

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class FeedMalformed(Exception):
    """The source answered in a form that was not agreed: the document is refused whole.

    ``rows`` is how many rows were refused, as far as can be told; at least 1.
    """

    def __init__(self, message: str, rows: int = 1) -> None:
        super().__init__(message)
        self.rows = max(rows, 1)


LEAST_REASON = 12  # letters that a reason in the settings has: "yes" is none
TO_BE_SURE = "to be sure: "  # how the reason begins where whoever typed a row may stand by it


def in_figures(value: float) -> str:
    """A number as people write it in a reason: "10,000,000", "7.5"."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


class RowHeld(Exception):
    """One row cannot be believed; the rest of its document may be. Says why, without quoting people."""


class FeedSettings(BaseModel):
    """The settings of one kind of feed, checked before anything runs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # Why figures are wanted that say themselves that they come of a test system: else they are refused.
    from_a_test: str | None = Field(None, min_length=LEAST_REASON)


@dataclass(frozen=True, slots=True)
class Bookmark:
    """How far a feed has been read, in the connector's own words."""

    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """One file or one answer, as it came."""

    name: str  # without its folder: it is shown to people
    content: bytes
    modified_at: datetime | None = None
    sent_at: datetime | None = None  # what the source's clock showed as it answered


@dataclass(frozen=True, slots=True)
class Payload:
    """What one fetch brought, oldest document first. No documents: nothing newer than the bookmark."""

    documents: tuple[Document, ...] = ()
    bookmark: Bookmark | None = None


class PlaceCodes:
    """The places of one feed by the codes that the feed uses, always as text."""

    def __init__(self, places: Places, expected: Iterable[str]) -> None:
        self._codes: dict[tuple[str | None, str], str] = {}
        self._parents: dict[str, str | None] = {}
        self._sites: dict[str, str] = {}
        self._kinds: dict[str, PlaceKind] = {}
        self._county = places
        self._called: dict[str, list[Place]] = {}
        for place in places:
            for name in _names(place):
                self._called.setdefault(name, []).append(place)
        tops = list(expected)
        self.top = tops[0] if len(tops) == 1 else None  # all of the feed's places, where they have one name
        self._organisations = _named(places, Level.ORGANISATION, PlaceKind.COUNCIL)
        self._residences = _named(places, Level.LOCALITY, PlaceKind.COUNCIL)
        self._localities = _named(places, Level.LOCALITY, PlaceKind.LOCALITY)
        for top in tops:
            for place in places.within(top):
                self._parents[place.id] = place.parent
                self._kinds[place.id] = place.kind
                for code in {place.id, *place.codes, *([place.ods] if place.ods else [])}:
                    self._codes[(place.parent, code)] = place.id
                    self._codes.setdefault((None, code), place.id)
                    if place.level is Level.SITE:
                        self._sites.setdefault(code, place.id)

    def find(self, code: str, within: str | None = None) -> str | None:
        """The id of the place with that code, below ``within`` where given; None where there is none."""
        return self._codes.get((within, code.strip()))

    def site(self, code: str) -> str | None:
        """The id of the site with that code: a ward or an organisation is none."""
        return self._sites.get(code.strip())

    def kind(self, place: str) -> PlaceKind | None:
        """What kind of place an id of this feed is."""
        return self._kinds.get(place)

    def has_units(self, site: str) -> bool:
        """Has a site wards or other units of its own?"""
        return site in self._parents.values()

    def organisation(self, said: str) -> str | None:
        """The organisation of the county, any feed's, by id, name or code in whatever capitals; None where there is none."""
        return self._organisations.get(said.strip().casefold())

    def residence(self, said: str) -> str | None:
        """The locality or council where somebody lives, in the same way."""
        return self._residences.get(said.strip().casefold())

    def locality(self, said: str) -> str | None:
        """The locality of the feed, by id, name or code in whatever capitals."""
        found = self._localities.get(said.strip().casefold())
        return found if found in self._parents else None

    def service(self, said: str, kinds: Collection[PlaceKind], locality: str | None = None) -> str | None:
        """The service of the county, any feed's, of one of these kinds, by id, name or code in whatever capitals.

        It may be called by whoever runs it. Of several the one that serves in ``locality``; None where there is
        none, or more than one.
        """
        name = said.strip().casefold()
        called = [place for place in self._called.get(name, ()) if place.kind in kinds]
        if not called and (runs := self._organisations.get(name)):
            called = [place for place in self._county.within(runs) if place.kind in kinds]
        here = [place for place in called if self._county.locality_of(place.id) == locality]
        found = here if len(called) > 1 else called
        return found[0].id if len(found) == 1 else None

    def locality_of(self, place: str) -> str | None:
        """The locality that a place of the county serves; None where it serves more than one."""
        return self._county.locality_of(place)

    def __iter__(self) -> Iterator[str]:
        return iter(self._parents)

    @property
    def fingerprint(self) -> str:
        """Another text where any place or code is another: for the bookmark of a connector that passes rows over."""
        known = sorted((within or "", code, place) for (within, code), place in self._codes.items())
        return sha256(repr(known).encode()).hexdigest()[:16]


def _named(places: Places, level: Level, kind: PlaceKind) -> dict[str, str]:
    """Places of a level or a kind by everything that they are called; a name that two share means neither."""
    called: dict[str, set[str]] = {}
    for place in places:
        if place.level is level or place.kind is kind:
            for name in _names(place):
                called.setdefault(name, set()).add(place.id)
    return {name: next(iter(found)) for name, found in called.items() if len(found) == 1}


def _names(place: Place) -> set[str]:
    """Everything that a place is called, in small letters."""
    names = {place.id, place.name, place.label, *place.codes, *([place.ods] if place.ods else [])}
    return {name.casefold() for name in names}


class Connector(ABC):
    """One kind of feed. A module in ``connectors/`` holds one subclass, and is found by existing."""

    provides: ClassVar[tuple[str, ...]]  # ids of measures, derived ones not named
    polled: ClassVar[bool] = True  # False: people type it in; ``fetch`` brings nothing, and ``asks`` says what for
    Settings: ClassVar[type[FeedSettings]]

    def __init__(self, settings: FeedSettings, places: PlaceCodes) -> None:
        self.settings = settings
        self.places = places

    @abstractmethod
    def fetch(self, since: Bookmark | None) -> Payload:
        """Bring what is newer than ``since``, or everything. Raises FeedUnavailable or FeedMalformed."""

    @abstractmethod
    def parse(self, document: Document) -> Iterator[Fact | RefusedColumn]:
        """The facts of one document, pure. Raises FeedMalformed to refuse it whole.

        A row that cannot be believed becomes a Held, and the rest goes on. A column that may hold what is
        never kept here is not read, and becomes a RefusedColumn.
        """

    def asks(self, place: str) -> tuple[AskedService, ...]:
        """What may be typed in for a place, where people do; nothing where they do not."""
        return ()
