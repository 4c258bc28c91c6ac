"""All that is known of community capacity at one picture: worked out once for it and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from flowcentre.measures.care_clocks import Phase, phase_of
from flowcentre.measures.derive import local_day
from flowcentre.model import CareContract, CareReferral, CareService, Picture, PlaceKind, Value
from flowcentre.picture.access_point import Team, access_points
from flowcentre.picture.ahead import Ahead, capacity_ahead, without_contract
from flowcentre.picture.care_room import rooms_of
from flowcentre.picture.could_start import KnownList, LocalityToday, could_start
from flowcentre.picture.listed import PlaceList
from flowcentre.picture.recovery import BEDS, RecoveryUnit, recovery_units, stays_elsewhere
from flowcentre.picture.side_by_side import Side, side_by_side
from flowcentre.picture.visits import PackageVisits, Rostered
from flowcentre.picture.without_provider import Unplaced, without_provider
from flowcentre.store import Store

_KEPT = 8  # past moments
CONTRACTS = "care_contracts_now"  # what a list of contracts says of its locality


class Packages(Protocol):
    """What is needed of the book of packages: the lists of referrals that a picture counts."""

    def lists(self, picture: Picture, *, keep: bool) -> tuple[PlaceList[Any], ...]:
        """Each locality's list. ``keep`` them: it is the present."""
        ...

    def lying(self) -> tuple[object, ...]:
        """By what else than a picture these lists are what they are: see ``ListBook.lying``."""
        ...


class Visits(Protocol):
    """What is needed of the book of visits."""

    def read(self, picture: Picture | None = None) -> Rostered:
        """What the rosters say, as the picture knows it."""
        ...

    def of_package(self, ref: str, picture: Picture) -> tuple[PackageVisits, ...]:
        """The same of the visits to one package."""
        ...


@dataclass(frozen=True)
class Capacity:
    """What there is, who could use it, and what ends. Lists that are too old are named and in no count."""

    picture: Picture
    referrals: tuple[Value, ...]  # how many wait by each locality's list, with its age and state
    contracts: tuple[Value, ...]  # how many contracts are in force by each locality's list
    today: tuple[LocalityToday, ...]
    sides: tuple[Side, ...]
    units: tuple[RecoveryUnit, ...]
    elsewhere: tuple[CareReferral, ...]  # running stays in no unit that is known
    ahead: tuple[Ahead, ...]
    teams: tuple[Team, ...]
    # Running packages of (locality, provider) with no contract in force, where every contract of the locality is known.
    uncontracted: Mapping[tuple[str, str], int]
    contracts_held: Mapping[str, int]  # rows held back of each locality's contracts; the system's: nobody knows whose
    rostered: Rostered
    unplaced: Mapping[str, Unplaced]  # by locality, running home care of which no list says who gives it

    @property
    def starting(self) -> int:
        """How many people could start today."""
        return sum(len(each.starts) for each in self.today)

    @property
    def at_least(self) -> bool:
        """Is somebody, or some capacity, not known, so that more could start?"""
        return any(not each.known or each.at_least for each in self.today)

    @property
    def matched(self) -> bool:
        """Could anybody be matched at all: is one list of the present?"""
        return any(each.known for each in self.today)


_Kept = tuple[Capacity, tuple[object, ...]]  # with what its lists follow from beside its picture


class CapacityBook:
    """Works out the capacity of a picture once. Used from any thread: at worst two work out the same."""

    def __init__(self, store: Store, packages: Packages, visits: Visits, current: Callable[[], Picture]) -> None:
        self._store = store
        self._packages = packages
        self._visits = visits
        self._current = current
        self._contracts: dict[str, tuple[Value, tuple[CareContract, ...]]] = {}
        self._kept: _Kept | None = None
        self._past: tuple[_Kept, ...] = ()

    def read(self, picture: Picture | None = None, *, keep: bool = True) -> Capacity:
        """The capacity of a picture, the present one unless another is given. ``keep`` it: it is the present.

        Of past moments the last few are kept apart: a book of lists gives one picture again for one moment.
        """
        picture, lying = picture or self._current(), self._packages.lying()
        for kept in (self._kept, *self._past):
            if kept is not None and kept[0].picture is picture and kept[1] == lying:
                return kept[0]
        lists = self._packages.lists(picture, keep=keep)
        contracts = [self._contracts_of(value, keep=keep) for value in contract_lists(picture)]
        capacity = capacity_of(picture, lists, contracts, self._visits.read(picture))
        if keep:
            self._kept = capacity, lying
        else:
            self._past = (*self._past[-_KEPT + 1 :], (capacity, lying))
        return capacity

    def _contracts_of(self, value: Value, *, keep: bool) -> tuple[Value, tuple[CareContract, ...]]:
        kept = self._contracts.get(value.place)
        if kept is None or kept[0] != value:
            kept = value, contracts_from(self._store, value)
            if keep:
                self._contracts[value.place] = kept
        return kept


def capacity_of(
    picture: Picture,
    lists: Sequence[PlaceList[Any]],
    contracts: Sequence[tuple[Value, tuple[CareContract, ...]]],
    rostered: Rostered,
) -> Capacity:
    """What follows from the lists of referrals and of contracts that a picture counts, and from its rosters."""
    today, terms = local_day(picture.at), picture.county.care
    of_the_present = [each for each in lists if each.value.known]
    referrals = list(_referrals(of_the_present))
    bought = [contract for value, theirs in contracts if value.known for contract in theirs]
    held = contracts_held(picture, [value for value, _ in contracts])
    silent = {value.place for value, _ in contracts if not value.known}
    # One that is held back may be the very contract that is looked for.
    lost = picture.county.places.system.id in held
    spoken = set() if lost else {value.place for value, _ in contracts} - silent - held.keys()
    units = _with_beds(picture, referrals, today)
    return Capacity(
        picture,
        tuple(each.value for each in lists),
        tuple(value for value, _ in contracts),
        could_start(rooms_of(picture), _known(of_the_present)),
        side_by_side(picture),
        recovery_units(units, referrals, bought, today, terms, picture.county.places.stay_limits),
        stays_elsewhere(units, referrals),
        capacity_ahead(bought, today, short=silent | held.keys()),
        access_points(picture),
        without_contract(_at_providers(referrals, spoken, picture), bought, today),
        held,
        rostered,
        without_provider(referrals),
    )


def _with_beds(picture: Picture, referrals: Sequence[tuple[CareReferral, datetime]], today: date) -> list[str]:
    """The recovery units and, of the community hospitals, those in which somebody stays or that limit their stays."""
    stayed_in = {
        referral.provider
        for referral, at in referrals
        if referral.service is CareService.RECOVERY_BED and phase_of(referral, at) is Phase.RECEIVING
    }
    places = picture.county.places.of_kind(*BEDS)
    return [
        place.id
        for place in places
        if place.valid_on(today)
        and (place.kind is PlaceKind.RECOVERY_UNIT or place.stay_limit_days is not None or place.id in stayed_in)
    ]


def contract_lists(picture: Picture) -> list[Value]:
    """How many contracts each locality that is expected to list them has in force, in the order of the configuration."""
    counts = (picture.value(place.id, CONTRACTS) for place in picture.county.places.of_kind(PlaceKind.LOCALITY))
    return [value for value in counts if (value.place, CONTRACTS) in picture.values and not value.derived]


def contracts_held(picture: Picture, lists: Sequence[Value]) -> dict[str, int]:
    """How many rows are held back of each locality's contracts; at the system those of which nobody knows the locality."""
    system = picture.county.places.system.id
    held = {value.place: value.held for value in lists}
    held[system] = picture.value(system, CONTRACTS).held - sum(held.values())
    return {place: rows for place, rows in held.items() if rows > 0}


def contracts_from(store: Store, value: Value) -> tuple[CareContract, ...]:
    """The contracts behind one locality's count: those of the very list that it was counted from."""
    at, received_at = value.observed_at, value.received_at
    if value.value is None or at is None or received_at is None:
        return ()
    listed = store.people("contracts", value.place, at, received_at)
    return tuple(row for row in listed if isinstance(row, CareContract))


def _referrals(lists: Sequence[PlaceList[Any]]) -> Iterator[tuple[CareReferral, datetime]]:
    """Everybody on lists of the present, each with the moment of the list."""
    return ((item.person, item.at) for each in lists for item in each.people)


def _known(lists: Sequence[PlaceList[Any]]) -> Iterator[KnownList]:
    for each in lists:
        if each.value.observed_at is not None:
            yield KnownList(each.place, each.value.observed_at, tuple(item.person for item in each.people))


def _at_providers(
    referrals: Sequence[tuple[CareReferral, datetime]], localities: set[str], picture: Picture
) -> Iterator[tuple[str, str]]:
    """The locality and provider of each package that a provider of home care gives, where contracts are of the present."""
    homes = {place.id for place in picture.county.places.of_kind(PlaceKind.HOME_CARE)}
    for referral, at in referrals:
        running = referral.service.at_home and phase_of(referral, at) is Phase.RECEIVING
        if running and referral.provider in homes and referral.place in localities:
            yield referral.place, referral.provider
