"""Who could start care today: people who wait set against the hours and places that are free.

The rule is stated once, in ``RULE``, for the page to say; what it says is what ``could_start`` does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flowcentre.measures.care_clocks import is_triaged, next_step, to_be_checked, waits
from flowcentre.model import CareReferral, CareService, NextStep, Therapy
from flowcentre.picture.care_room import Left, Room
from flowcentre.picture.hindrance import NOT_KNOWN, WAITS_FOR, Hindrance

RULE = (
    "Counted are people who wait for care at home, are triaged, and wait for brokerage: not for the family, the "
    "hospital or a provider who has agreed, and nobody whose row must be checked. A person is counted once.",
    "The longest wait goes first. Care is looked for in the person's own locality only.",
    "A reablement referral takes the free hours of a reablement team; a home care referral takes hours of a "
    "provider's block that are bought and not used. Hours promised to people who have not started yet are taken off "
    "first.",
    "A package goes whole to one provider and is never split. Of those with room the one with the fewest hours left "
    "takes it, so that large blocks stay whole.",
    "A package for two carers takes twice the hours. Where a provider says in how many hours it can send two together, "
    "the package must fit there too.",
    "Therapy and care takes a therapy place of the locality as well; therapy only takes a therapy place and no hours.",
    "Capacity that is not known, or too old, is no capacity, and who waits for it is told apart. Hours that could be released from short visits are shown "
    "and not given away.",
)


@dataclass(frozen=True, slots=True)
class KnownList:
    """A locality's referrals by a list that is of the present, as at the list's own moment."""

    place: str
    at: datetime
    referrals: tuple[CareReferral, ...]


@dataclass(frozen=True, slots=True)
class Start:
    """A person who could start today, and where. Hours are of carers, a week."""

    referral: CareReferral
    hours: float  # 0 of therapy only
    hours_at: str | None  # who would give them
    hours_left: float | None  # there, once this person has started
    therapy_at: str | None = None
    therapy_left: float | None = None


@dataclass(frozen=True, slots=True)
class Hindered:
    """A person who could not, and why."""

    referral: CareReferral
    why: Hindrance


@dataclass(frozen=True, slots=True)
class LocalityToday:
    """What could start in one locality. ``at`` None: it has no list of the present, so nobody can be matched."""

    place: str
    at: datetime | None  # the moment of the list
    rooms: tuple[Room, ...]
    starts: tuple[Start, ...] = ()
    hindered: tuple[Hindered, ...] = ()

    @property
    def known(self) -> bool:
        """Is there a list of the present?"""
        return self.at is not None

    @property
    def why_not(self) -> dict[Hindrance, int]:
        """How many could not start for each reason; reasons that nobody has are left out."""
        found = Counter(each.why for each in self.hindered)
        return {why: found[why] for why in Hindrance if found[why]}

    @property
    def silent(self) -> tuple[str, ...]:
        """The services and providers whose room is not known."""
        return tuple(room.place for room in self.rooms if room.hours is None)

    @property
    def at_least(self) -> bool:
        """Could more start than is told, with hours, pairs of carers or therapy that are there and not known?"""
        return bool(self.silent) or any(each.why in NOT_KNOWN for each in self.hindered)


def could_start(rooms: Mapping[str, Sequence[Room]], lists: Iterable[KnownList]) -> tuple[LocalityToday, ...]:
    """Everybody on the lists matched by ``RULE``, for each locality of ``rooms``, in its order."""
    listed = {each.place: each for each in lists if each.place in rooms}
    left = Left(room for of_locality in rooms.values() for room in of_locality)
    queue = sorted(
        (
            (referral, each)
            for each in listed.values()
            for referral in each.referrals
            if _waits_at_home(referral, each.at)
        ),
        key=lambda waiting: (waiting[0].referred_at, waiting[0].ref),
    )
    for referral, each in queue:
        if next_step(referral, each.at) is not NextStep.BROKERAGE:
            _keep_promise(referral, left, rooms)
    starts: dict[str, list[Start]] = {place: [] for place in rooms}
    hindered: list[Hindered] = []
    matched: set[str] = set()
    for referral, each in queue:
        found: Start | Hindrance | None = _not_yet(referral, each.at)
        if found is None:
            twice = referral.person in matched
            found = Hindrance.COUNTED if twice else _match(referral, rooms[referral.place], left)
        if isinstance(found, Start):
            matched.add(referral.person)
            starts[referral.place].append(found)
        else:
            hindered.append(Hindered(referral, found))
    told = _once_each(hindered, matched)
    return tuple(
        LocalityToday(
            place,
            listed[place].at if place in listed else None,
            tuple(left.before[room.place] for room in rooms[place]),
            tuple(starts[place]),
            tuple(each for each in told if each.referral.place == place),
        )
        for place in rooms
    )


def _waits_at_home(referral: CareReferral, at: datetime) -> bool:
    return referral.service.at_home and waits(referral, at)


def _not_yet(referral: CareReferral, at: datetime) -> Hindrance | None:
    """Why a person's turn has not come; None where it has."""
    if to_be_checked(referral, at):
        return Hindrance.TO_BE_CHECKED
    step = next_step(referral, at)
    if step is not NextStep.BROKERAGE:
        return WAITS_FOR[step]
    return None if is_triaged(referral, at) else Hindrance.NOT_TRIAGED


def _match(referral: CareReferral, rooms: Sequence[Room], left: Left) -> Start | Hindrance:
    """Gives a person the hours and the place that they need, or takes nothing and says what is not there."""
    hours = _hours_needed(referral)
    if hours is None:
        return Hindrance.NEED_NOT_KNOWN
    hours_at: str | None = None
    if referral.therapy is not Therapy.THERAPY_ONLY:
        there = [room.place for room in rooms if room.service is referral.service]
        found = _hours_of(there, hours, left, two_carers=referral.carers == 2)
        if isinstance(found, Hindrance):
            return found
        hours_at = found
    therapy_at: str | None = None
    if referral.therapy is not Therapy.CARE_ONLY:
        # The team that gives the care gives the therapy too, where it has a place.
        with_a_place = [room.place for room in rooms if (left.therapy[room.place] or 0) >= 1]
        if not with_a_place:
            teams = [room.place for room in rooms if room.service is CareService.REABLEMENT]
            told = all(left.therapy[place] is not None for place in teams)
            return Hindrance.NO_THERAPY if told else Hindrance.THERAPY_NOT_KNOWN
        therapy_at = min(with_a_place, key=lambda place: (place != hours_at, left.therapy[place]))
    if hours_at is not None:
        left.take(hours_at, hours, two_carers=referral.carers == 2)
    if therapy_at is not None:
        left.take_therapy(therapy_at)
    return Start(
        referral,
        hours,
        hours_at,
        None if hours_at is None else left.hours[hours_at],
        therapy_at,
        None if therapy_at is None else left.therapy[therapy_at],
    )


def _hours_needed(referral: CareReferral) -> float | None:
    """Hours of carers a week; 0 of therapy only; None where what is needed is not known."""
    if referral.therapy is Therapy.THERAPY_ONLY:
        return 0.0
    if referral.therapy in (None, Therapy.NOT_TRIAGED) or referral.carers is None:
        return None
    hours = referral.carer_hours
    return hours if hours is not None and hours > 0 else None


def _hours_of(there: Sequence[str], hours: float, left: Left, *, two_carers: bool) -> str | Hindrance:
    """Who would give the hours: of those with room the one with the fewest."""
    known = [place for place in there if left.hours[place] is not None]
    if not known:
        return Hindrance.ROOM_NOT_KNOWN
    with_room = [place for place in known if left.has(place, hours)]
    if not with_room:
        together = sum(left.hours[place] or 0 for place in known)
        return Hindrance.NOT_IN_ONE if together >= hours else Hindrance.NO_HOURS
    fitting = [place for place in with_room if not two_carers or left.has_pair(place, hours)]
    if not fitting:
        too_old = any(left.before[place].pairs_too_old for place in with_room)
        return Hindrance.PAIRS_NOT_KNOWN if too_old else Hindrance.NO_PAIR
    return min(fitting, key=lambda place: left.hours[place] or 0)


def _keep_promise(referral: CareReferral, left: Left, rooms: Mapping[str, Sequence[Room]]) -> None:
    """Takes off what a provider has agreed to give to somebody who waits, or must act on by the source's own word."""
    agreed = referral.sourced_at is not None or referral.waits_for is NextStep.PROVIDER
    if not agreed or referral.provider not in left.hours:
        return
    if referral.therapy is not Therapy.THERAPY_ONLY and referral.carer_hours is not None:
        left.promise(referral.provider, referral.carer_hours, two_carers=referral.carers == 2)
    if referral.therapy in (Therapy.THERAPY_AND_CARE, Therapy.THERAPY_ONLY):
        here = [room.place for room in rooms.get(referral.place, ()) if (left.therapy[room.place] or 0) >= 1]
        if here:
            left.promise_therapy(min(here, key=lambda place: (place != referral.provider, left.therapy[place])))


def _once_each(hindered: Iterable[Hindered], matched: set[str]) -> list[Hindered]:
    """A person of two referrals is counted for one of them: the one that could start, or the first."""
    told, seen = [], set(matched)
    for each in hindered:
        told.append(Hindered(each.referral, Hindrance.COUNTED) if each.referral.person in seen else each)
        seen.add(each.referral.person)
    return told
