"""Places: who counts or cares, who runs whom, and where they serve."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property


class Level(StrEnum):
    """How high a place stands in the tree, highest first."""

    SYSTEM = "system"
    LOCALITY = "locality"
    ORGANISATION = "organisation"
    SITE = "site"
    UNIT = "unit"


LEVELS = tuple(Level)


class PlaceKind(StrEnum):
    """What a place is; a measure names the kinds of place that report it."""

    SYSTEM = "system"
    LOCALITY = "locality"
    TRUST = "trust"
    INTEGRATED_CARE_BOARD = "integrated care board"
    COUNCIL = "council"
    PROVIDER = "provider"  # an organisation that runs care homes or home care
    ACUTE_HOSPITAL = "acute hospital"
    WARD = "ward"
    CRITICAL_CARE_UNIT = "critical care unit"
    COMMUNITY_HOSPITAL = "community hospital"
    RECOVERY_UNIT = "recovery unit"  # bed-based recovery, pathway 2
    VIRTUAL_WARD = "virtual ward"
    CARE_HOME = "care home"
    HOME_CARE = "home care"
    REABLEMENT = "reablement"
    BROKERAGE = "brokerage"  # finds a provider for a package of care
    EXTRA_CARE = "extra care"  # flats with care on site
    VOLUNTARY = "voluntary sector"
    MENTAL_HEALTH_UNIT = "mental health unit"
    NHS_111 = "NHS 111"  # the telephone service of an area


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere that counts or cares.

    ``parent`` is who runs it; ``locality`` is where it serves. They are apart because one
    organisation works in many localities, so geography cannot be a step in the tree of owners.
    ``codes`` are the names that feeds use for it (ODS site codes, ward codes), kept as text:
    ``007``, ``1E5`` and ``NA`` are codes, not numbers or blanks.
    """

    id: str
    name: str
    level: Level
    kind: PlaceKind
    short_name: str = ""
    parent: str | None = None
    locality: str | None = None
    ods: str | None = None
    codes: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    stay_limit_days: int | None = None  # how long a stay in a bed here may last; None: as long as any short-term care

    @property
    def label(self) -> str:
        """The name that fits a tile."""
        return self.short_name or self.name

    def valid_on(self, day: date) -> bool:
        """Is there such a place on that day?"""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Places:
    """The tree of places: who runs what, and where it serves. Immutable once made."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._by_id = {place.id: place for place in places}

    def __iter__(self) -> Iterator[Place]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, place_id: object) -> bool:
        return place_id in self._by_id

    def __getitem__(self, place_id: str) -> Place:
        return self._by_id[place_id]

    def get(self, place_id: str) -> Place | None:
        """The place, or None where there is none of that id."""
        return self._by_id.get(place_id)

    @cached_property
    def system(self) -> Place:
        """The one place at the top: the county."""
        return next(place for place in self if place.level is Level.SYSTEM)

    @cached_property
    def _children(self) -> Mapping[str, tuple[Place, ...]]:
        children: dict[str, list[Place]] = {}
        for place in self:
            if place.parent is not None:
                children.setdefault(place.parent, []).append(place)
        return {parent: tuple(found) for parent, found in children.items()}

    def children(self, place_id: str) -> tuple[Place, ...]:
        """The places that this one runs, one step down."""
        return self._children.get(place_id, ())

    def ancestors(self, place_id: str) -> Iterator[Place]:
        """Who runs this place, and who runs them, up to the system."""
        parent = self._by_id[place_id].parent
        while parent is not None:
            place = self._by_id[parent]
            yield place
            parent = place.parent

    def locality_of(self, place_id: str) -> str | None:
        """The locality that a place serves: its own, or that of whoever runs it."""
        place = self._by_id[place_id]
        if place.locality is not None:
            return place.locality
        return next((up.locality for up in self.ancestors(place_id) if up.locality), None)

    def label_of(self, place_id: str) -> str:
        """The name that fits a tile where nothing else says of which site a ward is: two hospitals may each have a ward A1."""
        return self._of_its_site(self._by_id[place_id].label, place_id)

    def name_of(self, place_id: str) -> str:
        """The name in full; a ward's with the site's before it, where it does not say it already."""
        return self._of_its_site(self._by_id[place_id].name, place_id)

    def _of_its_site(self, said: str, place_id: str) -> str:
        place = self._by_id[place_id]
        site = next((up for up in self.ancestors(place_id) if up.level is Level.SITE), None)
        if place.level is not Level.UNIT or site is None or site.label.casefold() in said.casefold():
            return said
        return f"{site.label} {said}"

    @cached_property
    def stay_limits(self) -> Mapping[str, int]:
        """For how many days a stay may last at each place that has a limit of its own."""
        return {place.id: place.stay_limit_days for place in self if place.stay_limit_days is not None}

    def at_level(self, level: Level) -> tuple[Place, ...]:
        """Every place at a level, in the order of the configuration."""
        return tuple(place for place in self if place.level is level)

    def of_kind(self, *kinds: PlaceKind) -> tuple[Place, ...]:
        """Every place of these kinds, in the order of the configuration."""
        return tuple(place for place in self if place.kind in kinds)

    def within(self, place_id: str) -> tuple[Place, ...]:
        """A place and everything it runs or, for a locality, everything that serves there."""
        if self._by_id[place_id].kind is PlaceKind.LOCALITY:
            return tuple(p for p in self if p.id == place_id or self.locality_of(p.id) == place_id)
        return tuple(p for p in self if p.id == place_id or any(up.id == place_id for up in self.ancestors(p.id)))
