"""The whole lists that a feed may bring, and the measures that are counted from each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from flowcentre.feeds.care_rows import overlapping, wrong_contract, wrong_referral
from flowcentre.measures import ALL
from flowcentre.measures.care_clocks import StayLimits
from flowcentre.measures.contract_counts import contract_readings
from flowcentre.measures.delay_counts import delay_readings, remains
from flowcentre.measures.derive import ambulance_readings, attendance_readings, local_day, local_midnight
from flowcentre.measures.referral_counts import provider_readings, referral_readings, team_readings
from flowcentre.model import (
    EPOCH,
    AmbulanceArrival,
    CareContract,
    CareReferral,
    CareTerms,
    DelayedDischarge,
    EmergencyAttendance,
    Listed,
    PeopleList,
    Place,
    Reading,
)

ENDED_STAY_FOR = timedelta(days=7)  # on a list of referrals
_Moments = tuple[datetime | None, ...]
# Of a person, or a contract, of one kind of list: Any, for each kind has rows of its own.
_GoneAt = Callable[[Any], datetime | None]
_MomentsOf = Callable[[Any], _Moments]
_StillListed = Callable[[Any, datetime], bool]
_Wrong = Callable[[Any], str | None]


@dataclass(frozen=True, slots=True)
class Beside:
    """What a list is counted with: its feed's places, what is promised here, and the lists of the places beside its own."""

    places: Mapping[str, Place] = field(default_factory=dict)
    terms: CareTerms = CareTerms()
    stay_limits: StayLimits = field(default_factory=dict)  # of all places here, not the feed's alone
    others: Sequence[PeopleList] = ()  # of its kind, the newest of each other place of the feed

    def reporting(self, measure: str, whole: PeopleList) -> list[str]:
        """The places that a list speaks for besides its own: a hospital's wards, a locality's teams and providers."""
        kinds, here = ALL[measure].reported_by, whole.place
        return [p.id for p in self.places.values() if p.kind in kinds and here in (p.parent, p.locality)]


_Count = Callable[[PeopleList, Beside], Iterable[Reading]]


@dataclass(frozen=True)
class Kind:
    """One kind of list: who is on it, and what is counted from it."""

    people: str
    person: type[Any]
    count: _Count  # zero where nobody is, at every place it speaks for
    gone_at: _GoneAt  # when a person left, was handed over, or needs nothing more
    moments: _MomentsOf  # every moment told of a row
    happened: _MomentsOf  # those of them that cannot lie ahead
    still_listed: _StillListed  # does a row of the last list belong on one of that moment too?
    wrong: _Wrong  # why a row contradicts itself
    wrong_together: Callable[[Any], Iterable[tuple[Any, str]]] = lambda rows: ()  # rows that contradict others, and why
    steady: bool = False  # a list of weeks: however far apart two of them are, they are compared by size
    elsewhere: str | None = None  # why a row waits whose ref another place lists; None: a ref may stand at several
    # Of what is counted, that which rows of other places' lists add to; None: each list is counted for itself.
    shared: _Count | None = None

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """What is counted of every list at its own place, were it of nobody."""
        nobody = self.count(PeopleList(self.people, "", EPOCH, ()), Beside())
        return tuple(reading.measure for reading in nobody)


def _kind(
    people: str,
    person: type[Any],
    count: _Count,
    gone_at: _GoneAt,
    moments: _MomentsOf,
    *,
    happened: _MomentsOf | None = None,
    still_listed: _StillListed | None = None,
    wrong: _Wrong | None = None,
    steady: bool = False,
    elsewhere: str | None = None,
    shared: _Count | None = None,
) -> Kind:
    """A list of people who come, and belong on it until the midnight after they leave."""

    def until_midnight(one: Any, at: datetime) -> bool:
        return one.arrived_at >= local_midnight(at) or (left := gone_at(one)) is None or left >= local_midnight(at)

    def left_too_early(one: Any) -> str | None:
        return "left before arriving" if (left := gone_at(one)) is not None and left < one.arrived_at else None

    return Kind(
        people,
        person,
        count,
        gone_at,
        moments,
        happened or moments,
        still_listed or until_midnight,
        wrong or left_too_early,
        steady=steady,
        elsewhere=elsewhere,
        shared=shared,
    )


def _attendances(whole: PeopleList, _beside: Beside) -> Iterable[Reading]:
    attendances = [person for person in whole.persons if isinstance(person, EmergencyAttendance)]
    return attendance_readings(whole.place, attendances, whole.observed_at)


def _ambulances(whole: PeopleList, _beside: Beside) -> Iterable[Reading]:
    arrivals = [person for person in whole.persons if isinstance(person, AmbulanceArrival)]
    return ambulance_readings(whole.place, arrivals, whole.observed_at)


def _delays(whole: PeopleList, beside: Beside) -> Iterator[Reading]:
    persons = [person for person in whole.persons if isinstance(person, DelayedDischarge)]
    yield from delay_readings(whole.place, persons, whole.observed_at, departures=whole.departures)
    here = Counter(person.ward for person in persons if remains(person, whole.observed_at))
    for ward in beside.reporting("nctr_now", whole):
        yield Reading("nctr_now", ward, float(here[ward]), whole.observed_at)


def _referrals(whole: PeopleList, beside: Beside) -> Iterator[Reading]:
    listed = [referral for referral in whole.persons if isinstance(referral, CareReferral)]
    yield from referral_readings(whole.place, listed, whole.observed_at, beside.terms, beside.stay_limits)
    yield from _teams_and_providers(whole, beside)


def _teams_and_providers(whole: PeopleList, beside: Beside) -> Iterator[Reading]:
    """Of those of the list's locality. Near its border they work for others too, and stand on lists of theirs."""
    lists = (whole, *beside.others)
    everybody = [referral for each in lists for referral in each.persons if isinstance(referral, CareReferral)]
    yield from team_readings(beside.reporting("spa_waiting_now", whole), everybody, whole.observed_at)
    yield from provider_readings(beside.reporting("block_hours_used", whole), everybody, whole.observed_at)


def _contracts(whole: PeopleList, beside: Beside) -> Iterator[Reading]:
    listed = [contract for contract in whole.persons if isinstance(contract, CareContract)]
    providers = beside.reporting("block_hours_bought", whole)
    return contract_readings(whole.place, listed, whole.observed_at, providers)


def _past_of(one: CareReferral) -> _Moments:
    """What must have happened. A first visit, an end and a day to leave hospital may be arranged for a day to come."""
    return (one.referred_at, one.accepted_at, one.sent_back_at, one.triaged_at, one.sourced_at)


ATTENDANCES = _kind(
    "attendances",
    EmergencyAttendance,
    _attendances,
    lambda one: one.departed_at,
    lambda one: (one.arrived_at, one.triaged_at, one.seen_at, one.decided_to_admit_at, one.departed_at),
)
AMBULANCES = _kind(
    "ambulances",
    AmbulanceArrival,
    _ambulances,
    lambda one: one.handed_over_at,
    lambda one: (one.arrived_at, one.handed_over_at),
)
DELAYS = _kind(
    "delays",
    DelayedDischarge,
    _delays,
    lambda one: one.discharged_at,
    lambda one: (one.admitted_at, one.ready_at, one.reviewed_at, one.discharged_at),
    steady=True,
    elsewhere="stands on another hospital's list, and is counted there",
)
REFERRALS = _kind(
    "referrals",
    CareReferral,
    _referrals,
    lambda one: one.ended_at,
    lambda one: (*_past_of(one), one.ready_at, one.started_at, one.ended_at),
    happened=_past_of,
    still_listed=lambda one, at: one.ended_at is None or one.ended_at > at - ENDED_STAY_FOR,
    wrong=wrong_referral,
    steady=True,
    shared=_teams_and_providers,
    elsewhere="stands on another locality's list, which has had it for longer, and is counted there",
)
# Contracts begin and end in steps, many of them on one day, as on 31 March. So those that have ended are not missed;
# but a list that has lost contracts which run on is as likely cut off as any, and would take hours away that are paid for.
CONTRACTS = Kind(
    "contracts",
    CareContract,
    _contracts,
    gone_at=lambda one: None,
    moments=lambda one: (),
    happened=lambda one: (),
    still_listed=lambda one, at: one.last_day is None or one.last_day >= local_day(at),
    wrong=wrong_contract,
    wrong_together=overlapping,
    steady=True,
)
KINDS = {kind.people: kind for kind in (ATTENDANCES, AMBULANCES, DELAYS, REFERRALS, CONTRACTS)}
_OF_PERSON = {kind.person: kind for kind in KINDS.values()}


def kind_of(person: Listed) -> Kind:
    """The kind of list that a person or a contract belongs to."""
    return _OF_PERSON[type(person)]


def count_people(whole: PeopleList, beside: Beside) -> list[Reading]:
    """The measures of one list, as at its own moment: at its place, and at every other place that it speaks for."""
    return list(KINDS[whole.people].count(whole, beside))


def shared_with(whole: PeopleList, beside: Beside) -> list[Reading]:
    """Of the measures of one list those that other places' lists add to."""
    shared = KINDS[whole.people].shared
    return list(shared(whole, beside)) if shared is not None else []


def uncounted(people: str, place: str, at: datetime, beside: Beside) -> list[Reading]:
    """The same measures with no value: the list came, and cannot be believed to be empty."""
    nobody = PeopleList(people, place, at, ())
    return [replace(reading, value=None) for reading in count_people(nobody, beside)]
