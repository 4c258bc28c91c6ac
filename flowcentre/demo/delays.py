"""Who stands on a hospital's discharge list, and what each waits for: read off the life of the county, which it never changes."""

from __future__ import annotations

from datetime import date
from itertools import chain
from random import Random
from typing import NamedTuple

from flowcentre.demo.particulars import Particulars
from flowcentre.demo.patient import Patient
from flowcentre.demo.pseudonyms import Pseudonyms
from flowcentre.demo.reasons import ARRANGING, NOT_YET_AVAILABLE, REASONS, Owner
from flowcentre.demo.referral import Referral, Seeks, wards_part
from flowcentre.demo.residents import HINDRANCES_PART, HUBS_PART, WARDS_PART, Resident, resident_of
from flowcentre.demo.rhythm import DAY, HOUR, local
from flowcentre.demo.services import Stay
from flowcentre.demo.simulation import Simulation
from flowcentre.model import Places

_LAST_HOURS = 5 * HOUR  # of medicines, letters and transport


class Listed(NamedTuple):
    """One person on a list. Moments are seconds since 1970; places and organisations are told by their ids."""

    ref: str
    ward: str | None
    admitted_at: int
    ready_at: int
    pathway: int
    reason: str
    owner: str
    coordinator: str
    residence: str
    expected_on: date | None
    reviewed_at: int
    discharged_at: int | None


class DischargeLists:
    """The discharge lists of a county's hospitals, each as at the moment at which the simulation stands."""

    def __init__(self, simulation: Simulation, places: Places) -> None:
        self._simulation = simulation
        self._places = places
        self._beds = {beds.size.place: beds for beds in simulation.community.beds}
        self._known: dict[str, dict[int, Particulars]] = {site: {} for site in simulation.acutes}
        self._pseudonyms = Pseudonyms(simulation.seed)

    def of(self, hospital: str) -> list[Listed]:
        """Everybody in a bed with no criteria to reside, and whoever of them left today."""
        listed = self._acute(hospital) if hospital in self._known else self._community(hospital)
        return sorted(listed, key=lambda one: (one.ward or "", one.ready_at, one.ref))

    # --- Acute hospitals ------------------------------------------------------------------

    def _acute(self, site: str) -> list[Listed]:
        hospital = self._simulation.acutes[site].hospital
        patients = chain(*(ward.patients.values() for ward in hospital.general), hospital.left_today)
        # Those of people who are listed are kept: it is the same few hundred each time.
        known, self._known[site] = self._known[site], {}
        listed = []
        for person in patients:
            if person.ready_at is not None:
                told = known.get(person.ref) or Particulars.draw(
                    person.pathway, person.locality, self._luck(site, person.ref)
                )
                self._known[site][person.ref] = told
                listed.append(self._patient(site, person, person.ready_at, told))
        return listed

    def _patient(self, site: str, person: Patient, ready_at: int, told: Particulars) -> Listed:
        # Of those who have left, the list says what it said last.
        at = self._simulation.at_seconds if person.left_at is None else person.left_at
        reason = _reason(person, told, at)
        reviewed_at = told.reviewed_at(ready_at, at)
        referral = person.referral
        expected_on: date | None = told.expected_on(ready_at, reviewed_at)
        if referral is not None and person.leaves_at is not None:
            expected_on = local(person.leaves_at).date()  # a date has been agreed with the service
        elif referral is not None and person.pathway == 3 and told.chance < 0.25 and at < referral.assessed_at:
            expected_on = None  # nobody ventures one yet
        assert person.admitted_at is not None
        return Listed(
            ref=self._pseudonyms.of(site, person.ref),
            ward=person.ward,
            admitted_at=person.admitted_at,
            ready_at=ready_at,
            pathway=person.pathway,
            reason=reason,
            owner=self._owner(site, reason, told, referral.service if referral else None),
            coordinator=told.coordinator,
            residence=person.locality,
            expected_on=expected_on,
            reviewed_at=reviewed_at,
            discharged_at=person.left_at,
        )

    # --- Community hospitals --------------------------------------------------------------

    def _community(self, place: str) -> list[Listed]:
        beds, today = self._beds[place], local(self._simulation.at_seconds).date()
        left_today = (stay for stay in beds.ended if local(stay.until).date() == today)
        listed = (self._resident(place, beds.size.locality, stay) for stay in chain(beds.stays.values(), left_today))
        return [one for one in listed if one is not None]

    def _resident(self, place: str, locality: str, stay: Stay) -> Listed | None:
        """Somebody whose stay has outlasted the need of it; None for the others."""
        one = resident_of(self._simulation.seed, place, locality, stay)
        at = min(self._simulation.at_seconds, stay.until)
        if one is None or one.ready_at > at:
            return None
        reason = _reason_by_then(one, at)
        reviewed_at = one.told.reviewed_at(one.ready_at, at)
        soon = stay.until - at < 1.5 * DAY
        return Listed(
            ref=self._pseudonyms.of(place, stay.number),
            ward=None,
            admitted_at=stay.since,
            ready_at=one.ready_at,
            pathway=one.pathway,
            reason=reason,
            owner=self._owner(place, reason, one.told, None),
            coordinator=one.told.coordinator,
            residence=one.home,
            expected_on=local(stay.until).date() if soon else one.told.expected_on(one.ready_at, reviewed_at),
            reviewed_at=reviewed_at,
            discharged_at=stay.until if self._simulation.at_seconds >= stay.until else None,
        )

    # --- Both -----------------------------------------------------------------------------

    def _luck(self, place: str, of: object) -> Random:
        return Random(f"{self._simulation.seed} {place} {of}")

    def _owner(self, hospital: str, reason: str, told: Particulars, service: str | None) -> str:
        owner = REASONS[reason].owner
        if reason == "arranging_home_reablement" and service is not None:
            owner = Owner.SERVICE
        elif reason.endswith("_home_reablement") and told.chance < 0.6:
            owner = Owner.HEALTH  # there are two reablement services, and either may be asked
        if owner is Owner.HOSPITAL:
            return self._places[hospital].parent or hospital
        if owner is Owner.SERVICE:
            assert service is not None
            return self._places[service].parent or service
        return owner.value


# --- What somebody waits for ----------------------------------------------------------------


def _reason(person: Patient, told: Particulars, at: int) -> str:
    """The reason for delay of somebody in an acute bed, as things stand with them."""
    referral = person.referral
    if person.settled_at is None or person.leaves_at is None:
        assert referral is not None  # on pathway 0 all is settled at once
        return _sought(referral, told, at)
    if at < (person.settled_at + person.leaves_at) // 2:
        return told.hospital_process if referral is None else _arranging(referral, told)
    if referral is None and REASONS[told.hospital_process].family != REASONS["medicines"].family:
        return told.hospital_process  # a concern, or a restart, that lasts until they go
    return told.at_the_door


def _sought(referral: Referral, told: Particulars, at: int) -> str:
    """The reason while there is no service yet."""
    if at < referral.assessed_at:
        with_the_ward = at - referral.referred_at < wards_part(referral, told.chance)
        return told.hospital_process if with_the_ward else told.hub_process
    if referral.seeks is None:
        assert referral.hindrance is not None
        return referral.hindrance.reason
    if referral.nothing_free:
        return _or_by_nurses(NOT_YET_AVAILABLE[referral.seeks], told)
    return _arranging(referral, told)


def _arranging(referral: Referral, told: Particulars) -> str:
    assert referral.seeks is not None
    if referral.service is not None and referral.seeks in (Seeks.HOME_CARE, Seeks.CARE_HOME):
        return "provider_action"
    return _or_by_nurses(ARRANGING[referral.seeks], told)


def _or_by_nurses(reason: str, told: Particulars) -> str:
    """Some who go home with reablement wait for nursing there rather than for therapy."""
    return reason.replace("_home_reablement", "_home_health") if told.chance < 0.25 else reason


def _reason_by_then(one: Resident, at: int) -> str:
    """The reason of somebody in a community hospital, by the share of the wait that has passed and the time left."""
    left = one.stay.until - at
    share = (at - one.ready_at) / (one.stay.until - one.ready_at)
    if left < _LAST_HOURS:
        return one.told.at_the_door
    if share < HUBS_PART:
        return one.told.hospital_process if share < WARDS_PART else one.told.hub_process
    if one.hindrance is not None and share < HINDRANCES_PART:
        return one.hindrance.reason
    arranging = share < HINDRANCES_PART or left < 1.5 * DAY
    return _or_by_nurses((ARRANGING if arranging else NOT_YET_AVAILABLE)[one.seeks], one.told)
