"""How a referral for care begins: what is asked of which team, its answer, the triage, and what stands in the way."""

from __future__ import annotations

from random import Random

from flowcentre.demo.package import Package
from flowcentre.demo.pseudonyms import Pseudonyms
from flowcentre.demo.referral import Hindrance, Seeks
from flowcentre.demo.requests import Source, is_hard
from flowcentre.demo.residents import HINDRANCES_PART, HUBS_PART, WARDS_PART, Resident
from flowcentre.demo.rhythm import MINUTE
from flowcentre.demo.steps import after_office_hours, by_day, hours_of, offers_from
from flowcentre.model import CareService, NextStep, ReferralReason, Setting

_SERVICES = {Seeks.REABLEMENT: CareService.REABLEMENT, Seeks.HOME_CARE: CareService.HOME_CARE}
_MEAN_HOURS = {CareService.REABLEMENT: 9.5, CareService.HOME_CARE: 12.0, CareService.RECOVERY_BED: 0.0}
# Who must act while something stands in the way of looking for a provider at all: else the hospital.
_HINDERED_BY = dict.fromkeys(
    ("family_concerns", "destination_readiness", "no_adaptations", "no_housing"), NextStep.FAMILY
)


class Opening:
    """Opens referrals, and numbers them and people who are at home."""

    def __init__(self, seed: int, luck: Random) -> None:
        self._luck = luck
        self._pseudonyms = Pseudonyms(seed)
        self._referrals = self._people = 0

    def refer(
        self,
        service: CareService,
        locality: str,
        source: Source,
        at: int,
        *,
        person: str | None = None,
        urgent: bool = False,
    ) -> Package:
        """Somebody asks for a service; steps follow with ``take_steps``."""
        luck = self._luck
        self._referrals += 1
        if person is None:
            self._people += 1
            person = self._pseudonyms.of("home", self._people)
        package = Package(
            ref=self._pseudonyms.of("referral", self._referrals),
            person=person,
            locality=locality,
            service=service,
            setting=source.setting,
            reason=source.reason,
            pathway=source.pathway,
            referred_at=at,
            team=self._team(service, locality),
            funding=self._funding(source.setting),
            chance=luck.random(),
            urgent=urgent,
            hard=is_hard(urgent, luck),
        )
        if service is not CareService.RECOVERY_BED:
            package.need(self._estimate(service), luck)
        return package

    def _team(self, service: CareService, locality: str) -> str:
        if service is not CareService.REABLEMENT:
            return f"brokerage-{locality}"
        return f"{'wupi' if self._luck.random() < 0.58 else 'wect'}-{locality}"

    def _funding(self, setting: Setting) -> str:
        if setting is Setting.HOSPITAL:
            return self._luck.choices(("discharge_fund", "better_care_fund", "nhs"), (45, 35, 20))[0]
        return self._luck.choices(("council", "better_care_fund", "self"), (58, 34, 8))[0]

    def _estimate(self, service: CareService) -> float:
        # Hours a week, as triage reckons before a provider has been asked.
        mean = _MEAN_HOURS[service]
        return min(42.0, max(3.5, round(self._luck.gammavariate(3.0, mean / 3.0) * 4) / 4)) if mean else 0.0

    def take_steps(self, package: Package, *, triaged_at: int | None = None) -> None:
        """The team's answer and the triage; ``triaged_at`` where that is known already."""
        luck, at, hurry = self._luck, package.referred_at, 0.4 if package.urgent else 1.0
        answered_at = after_office_hours(at, hurry * hours_of(luck, 1.6, 0.8), weekends="brokerage" not in package.team)
        if triaged_at is not None and answered_at >= triaged_at:
            answered_at = _between(at, triaged_at)
        package.accepted_at = answered_at
        if luck.random() < 0.08 and not package.urgent:
            # Something is missing: whoever referred answers, and it is taken.
            package.sent_back_at = answered_at
            package.accepted_at = after_office_hours(answered_at, hours_of(luck, 7, 0.7), weekends=True)
            if triaged_at is not None and package.accepted_at >= triaged_at:
                package.accepted_at = _between(answered_at, triaged_at)
        if triaged_at is None:
            # Whoever triages people at home and in hospital does not work at weekends.
            triaged_at = after_office_hours(package.accepted_at, hurry * hours_of(luck, 4.5, 0.7))
        package.triaged_at = triaged_at
        self.look_from(package, triaged_at)

    def look_from(self, package: Package, at: int) -> None:
        """A provider is looked for from a moment on."""
        package.sought_at = at
        a_day = 3.0 if package.urgent else 0.05 if package.hard else 0.8
        package.offered_at = offers_from(at, a_day, self._luck)

    def hinder(self, package: Package, hindrance: Hindrance, since: int, until: int) -> None:
        """No provider can be looked for before something is settled."""
        step = _HINDERED_BY.get(hindrance.reason, NextStep.HOSPITAL)
        package.waits_for = (*package.waits_for, (since, until, step))
        self.look_from(package, until)

    def resident(self, hospital: str, one: Resident) -> Package:
        """Somebody on pathway 1 in a community hospital: referred when the ward has done its part."""
        source = Source(Setting.HOSPITAL, ReferralReason.DISCHARGE, 1, 0, 1)
        person = self._pseudonyms.of(hospital, one.stay.number)
        referred_at, triaged_at = by_day(one.when(WARDS_PART), 0.2), by_day(one.when(HUBS_PART), 0.9)
        package = self.refer(_SERVICES[one.seeks], one.home, source, referred_at, person=person)
        package.ready_at, package.free_from = one.ready_at, one.stay.until
        self.take_steps(package, triaged_at=max(triaged_at, referred_at + 10 * MINUTE))
        if one.hindrance is not None:
            self.hinder(package, one.hindrance, one.when(HUBS_PART), one.when(HINDRANCES_PART))
        return package


def _between(earlier: int, later: int) -> int:
    """A moment between two, by day where that can be."""
    return min(by_day(earlier + int(0.6 * (later - earlier)), 0.4), later - 1)
