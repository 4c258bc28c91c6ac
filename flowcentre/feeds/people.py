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


@dataclass(frozen=True)
class Kind:
    """One kind of list: who is on it, and what is counted from it."""

    people: str
    person: type[Any]
    count: Callable[[PeopleList, Beside], Iterable[Reading]]  # zero where nobody is, at every place it speaks for
    gone_at: Callable[[Any], datetime | None]  # when a person left, was handed over, or needs nothing more
    moments: Callable[[Any], _Moments]  # every moment told of a row
    happened: Callable[[Any], _Moments]  # those of them that cannot lie ahead
    still_listed: Callable[[Any, datetime], bool]  # does a row of the last list belong on one of that moment too?
    wrong: Callable[[Any], str | None]  # why a row contradicts itself
    wrong_together: Callable[[Any], Iterable[tuple[Any, str]]] = lambda rows: ()  # rows that contradict others, and why
    steady: bool = False  # a list of weeks: however far apart two of them are, they are compared by size
    elsewhere: str | None = None  # why a row waits whose ref another place lists; None: a ref may stand at several
    # Of what is counted, that which rows of other places' lists add to; None: each list is counted for itself.
    shared: Callable[[PeopleList, Beside], Iterable[Reading]] | None = None

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """What is counted of every list at its own place, were it of nobody."""
        nobody = self.count(PeopleList(self.people, "", EPOCH, ()), Beside())
        return tuple(reading.measure for reading in nobody)


def _kind(people: str, person: type[Any], count: Any, gone_at: Any, moments: Any, **more: Any) -> Kind:
    """A list of people who come, and belong on it until the midnight after they leave."""
    settings: dict[str, Any] = {
        "happened": moments,
        "still_listed": lambda one, at: (
            one.arrived_at >= local_midnight(at) or (left := gone_at(one)) is None or left >= local_midnight(at)
        ),
        "wrong": lambda one: (
            "left before arriving" if (left := gone_at(one)) is not None and left < one.arrived_at else None
        ),
    } | more
    return Kind(people, person, count, gone_at, moments, **settings)


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
    lambda whole, _: attendance_readings(whole.place, whole.persons, whole.observed_at),
    lambda one: one.departed_at,
    lambda one: (one.arrived_at, one.triaged_at, one.seen_at, one.decided_to_admit_at, one.departed_at),
)
AMBULANCES = _kind(
    "ambulances",
    AmbulanceArrival,
    lambda whole, _: ambulance_readings(whole.place, whole.persons, whole.observed_at),
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
