"""Referrals from the wards: who is referred before they are ready to go, and who when the hub has heard of them."""

from __future__ import annotations

from random import Random

from flowcentre.demo.agenda import Agenda
from flowcentre.demo.package import Package
from flowcentre.demo.packages import NEVER, Packages
from flowcentre.demo.particulars import Particulars
from flowcentre.demo.patient import Patient
from flowcentre.demo.pseudonyms import Pseudonyms
from flowcentre.demo.referral import wards_part
from flowcentre.demo.requests import Source
from flowcentre.demo.rhythm import DAY, HOUR, MINUTE
from flowcentre.demo.steps import after_office_hours, by_day
from flowcentre.model import CareService, NextStep, ReferralReason, Setting

_EARLY = 0.35  # of those on pathway 1
_SOURCES = {pathway: Source(Setting.HOSPITAL, ReferralReason.DISCHARGE, 1, 0, pathway) for pathway in (1, 2)}


class WardReferrals:
    """Those of one acute hospital, on pathways 1 and 2: the package of a person has the pseudonym of their list."""

    def __init__(self, site: str, seed: int, agenda: Agenda, packages: Packages) -> None:
        self._site = site
        self._seed = seed
        self._agenda = agenda
        self._packages = packages
        self._pseudonyms = Pseudonyms(seed)
        self._luck = Random(f"{seed} {site} referrals")

    def foresee(self, patient: Patient, ready_at: int) -> None:
        """Somebody is in a bed, and will be ready at a moment unless a review finds them so before."""
        early, ahead = self._luck.random() < _EARLY, 0.7 + 2.6 * self._luck.random()
        at = after_office_hours(ready_at - int(ahead * DAY), 0.3)
        if patient.pathway == 1 and early and self._agenda.at + 5 * HOUR < at < ready_at:
            self._agenda.add(at, self._refer_early, patient, ready_at)

    def _refer_early(self, patient: Patient, ready_at: int) -> None:
        if patient.ready_at is not None:
            return
        package = patient.package = self._refer(patient, CareService.REABLEMENT, self._agenda.at)
        self._packages.opening.take_steps(package)
        # The ward still has its part to do, whatever the team has done.
        package.waits_for = ((self._agenda.at, NEVER, NextStep.HOSPITAL),)
        package.expected_at, package.leaves_bed = ready_at, True

    def _refer(self, patient: Patient, service: CareService, at: int) -> Package:
        person = self._pseudonyms.of(self._site, patient.ref)
        return self._packages.refer(service, patient.locality, _SOURCES[patient.pathway], at, person=person)

    def ready(self, patient: Patient) -> None:
        """Somebody no longer needs the bed, and the hub is to hear of it."""
        referral = patient.referral
        if patient.pathway not in _SOURCES or referral is None:
            return
        told = Particulars.draw(patient.pathway, patient.locality, Random(f"{self._seed} {self._site} {patient.ref}"))
        # The hub refers on when it has nearly done its own part.
        heard_at = referral.referred_at + int(wards_part(referral, told.chance))
        referred_at = heard_at + int((0.5 + 0.4 * told.chance) * (referral.assessed_at - heard_at))
        package = patient.package
        if package is None:
            service = CareService.REABLEMENT if patient.pathway == 1 else CareService.RECOVERY_BED
            package = self._refer(patient, service, by_day(referred_at, 0.5 * told.chance))
            triaged_at = by_day(referral.assessed_at, 0.5 + 0.5 * told.chance)
            self._packages.opening.take_steps(package, triaged_at=max(triaged_at, package.referred_at + 5 * MINUTE))
            package.leaves_bed = True
        else:
            package.waits_for = ((package.referred_at, referred_at, NextStep.HOSPITAL),)
        package.ready_at = patient.ready_at
        if referral.hindrance is not None:
            since = referral.assessed_at
            self._packages.opening.hinder(package, referral.hindrance, since, since + referral.hindrance.length)
        referral.package = package

    def leaves(self, patient: Patient) -> None:
        """It is settled when somebody leaves the ward."""
        referral = patient.referral
        if referral is not None and referral.package is not None:
            assert patient.settled_at is not None
            assert patient.leaves_at is not None
            self._packages.leave(referral.package, patient.settled_at, patient.leaves_at)
