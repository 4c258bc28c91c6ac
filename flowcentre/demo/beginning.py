"""What the county's brokerage looks like when the simulation begins: a queue, and care under way."""

from __future__ import annotations

from random import Random

from flowcentre.demo.package import Package
from flowcentre.demo.packages import Packages
from flowcentre.demo.requests import LOOKED_FOR, draw_source, every_queue
from flowcentre.demo.rhythm import DAY, HOUR
from flowcentre.demo.steps import after_office_hours, by_day, first_visit
from flowcentre.demo.westshire import RESIDENTS
from flowcentre.model import CareService

SHORT_TERM_SHARE = 0.075  # of the home care under way: the rest has long been long-term care, which is on no list
_FULLER = 1.3  # than the queue will be: nobody has come back yet whose care was handed back, or who was in hospital
_LONGEST = 55.0  # days since when anything under way has run


class Beginning:
    """Fills the list with what would be on it after weeks of running."""

    def __init__(self, packages: Packages, seed: int, at: int) -> None:
        self._packages = packages
        self._luck = Random(f"{seed} packages under way")
        self._at = at

    def queue(self) -> None:
        """People who have asked for care over the last weeks, and still look for it."""
        luck = self._luck
        for service, locality in every_queue():
            for _ in range(round(_FULLER * LOOKED_FOR[service] * RESIDENTS[locality])):
                asked_at = after_office_hours(self._at - int(luck.expovariate(1 / 7) * DAY), 0.2)
                package = self._packages.refer(service, locality, draw_source(service, luck), min(asked_at, self._at))
                self._packages.opening.take_steps(package)
                self._packages.enter(package)

    def package(
        self, provider: str, service: CareService, locality: str, hours: float, mean: float, until: int
    ) -> None:
        """A package that runs, until its hours are given back; ``mean`` days is what packages of its provider last."""
        luck = self._luck
        if service is CareService.HOME_CARE:
            if luck.random() >= SHORT_TERM_SHARE:
                return
            mean = 25.0 * luck.random()
        package = self._open(service, locality, int(min(_LONGEST, luck.expovariate(1 / (mean * 0.72))) * DAY))
        package.need(hours, luck)
        self._run(package, provider, until)

    def stay(self, unit: str, locality: str, since: int, until: int) -> None:
        """A stay in a recovery bed."""
        self._run(self._open(CareService.RECOVERY_BED, locality, self._at - since), unit, until)

    def _open(self, service: CareService, locality: str, ago: int) -> Package:
        """The referral of care that began so many seconds ago."""
        luck = self._luck
        begins = first_visit(self._at - ago - DAY, luck)
        referred_at = after_office_hours(begins - int((1 + luck.expovariate(1 / 4)) * DAY), luck.random()) - HOUR
        package = self._packages.refer(
            service, locality, draw_source(service, luck), min(referred_at, begins - 3 * HOUR)
        )
        package.started_at = begins
        return package

    def _run(self, package: Package, provider: str, until: int) -> None:
        luck, begins, asked_at = self._luck, package.started_at, package.referred_at
        assert begins is not None
        chances = sorted(luck.random() for _ in range(3))
        asked = (by_day(asked_at + int(chance * (begins - asked_at)), chance) for chance in chances)
        steps = sorted(min(step, begins - HOUR) for step in asked)
        package.accepted_at, package.triaged_at, package.sourced_at = steps
        package.sought_at, package.offered_at = package.triaged_at, (steps[2],)
        package.provider, package.held_until = provider, until
        self._packages.run(package, begins)
