"""A simulated county: the same seed and start always live the same life, however it is stepped through."""

from __future__ import annotations

from datetime import datetime
from random import Random

from flowcentre.demo.agenda import Agenda
from flowcentre.demo.beginning import Beginning
from flowcentre.demo.community import Community
from flowcentre.demo.emergency import EmergencyDepartment
from flowcentre.demo.hospital import Hospital
from flowcentre.demo.mental_health import MentalHealth
from flowcentre.demo.neighbours import Neighbours
from flowcentre.demo.packages import Packages
from flowcentre.demo.patient import Patient
from flowcentre.demo.rhythm import DAY, HOUR, happenings, local, seconds, utc, working_day
from flowcentre.demo.telephone import Telephone
from flowcentre.demo.ward import Ward
from flowcentre.demo.ward_referrals import WardReferrals
from flowcentre.demo.westshire import CountySize, HospitalSize

_BED_MEETINGS = (7, 11, 15, 19)


class Acute:
    """One acute hospital with its A&E, its bed meetings and its bad luck."""

    def __init__(
        self, size: HospitalSize, agenda: Agenda, draw: Random, community: Community, referrals: WardReferrals
    ) -> None:
        self.size = size
        self.hospital = Hospital(size, agenda, draw, self._refer, referrals.foresee)
        self.emergency = EmergencyDepartment(self.hospital, agenda, draw)
        self._agenda = agenda
        self._draw = draw
        self._community = community
        self._referrals = referrals
        self._busy = 1.0  # this day against an ordinary one
        self._spell = 0.0  # a busy or quiet spell that lasts for days
        self.hospital.fill(0.965)

    def _refer(self, patient: Patient) -> None:
        # Most people of pathway 2 and 3, and some of 1, are known to the hub before they are ready.
        patient.referral = self._community.refer(patient.pathway, patient.locality, lambda: self._let_go(patient))
        self._referrals.ready(patient)

    def _let_go(self, patient: Patient) -> None:
        self.hospital.leave_soon(patient, hours=5.0)
        self._referrals.leaves(patient)

    def start_new_day(self) -> None:
        """Local midnight."""
        self.hospital.start_new_day()
        self.emergency.start_new_day()
        self._spell = 0.8 * self._spell + self._draw.gauss(0, 0.028)
        self._busy = max(0.8, 1 + self._spell + self._draw.gauss(0, 0.035))

    def work(self) -> None:
        """One hour: who will come, what the bed meeting decides."""
        clock = local(self._agenda.at)
        self.emergency.expect_arrivals(self._busy)
        if working_day(clock.date()) and 7 <= clock.hour < 11:
            for _ in range(happenings(self._draw, self.size.planned / 4)):
                self._agenda.add(self._within_the_hour(), self._come_planned)
        if 10 <= clock.hour < 19:
            share = 1 / 9 if working_day(clock.date()) else 0.45 / 9
            for _ in range(happenings(self._draw, self.size.referred * share)):
                self._agenda.add(self._within_the_hour(), self._come_referred)
        if clock.hour == 7:
            self._misfortunes(night=False)
        if clock.hour == 8:
            self.hospital.review()
        if clock.hour == 20:
            self._misfortunes(night=True)
        if clock.hour in _BED_MEETINGS:
            self._meet()
        # Who has waited long for a bed may now outlie.
        self.hospital.allocate()

    def _within_the_hour(self) -> int:
        return self._agenda.at + int(self._draw.random() * HOUR)

    def _come_planned(self) -> None:
        # A full hospital puts operations off in the morning rather than at the door.
        if self.hospital.pressure > 1.0 and self._draw.random() < 0.5:
            self.hospital.put_off += 1
        else:
            self.hospital.ask_planned(self.hospital.person(surgery=0.86, planned=True))

    def _come_referred(self) -> None:
        self.hospital.ask(self.hospital.person(surgery=0.2))

    def _meet(self) -> None:
        """The bed meeting: open escalation beds when there are too few free, close them when there are enough."""
        wards = self.hospital.general
        core = sum(ward.core for ward in wards)
        pressure = self.hospital.pressure
        shut = [ward for ward in wards if ward.escalation > ward.escalation_open or ward.to_withdraw]
        extra = [ward for ward in wards if ward.escalation_open and not ward.to_withdraw]
        if pressure > 1.0 and shut and len(self.hospital.waiting) > core / 36:
            for ward in shut[: 1 if pressure < 1.03 else 2]:
                ward.open_escalation(ward.escalation)
            self.hospital.allocate()
        elif pressure < 0.962 and extra:
            extra[-1].withdraw_escalation()

    def _misfortunes(self, *, night: bool) -> None:
        if self._draw.random() < 0.16:
            self._close("staffing", self._draw.randint(1, 4), int((11 + 12 * self._draw.random()) * HOUR))
        if night:
            return
        if self._draw.random() < 0.2:
            self._close("infection", self._draw.randint(2, 6), int((3 + 5 * self._draw.random()) * DAY))
        if self._draw.random() < 0.02:
            self._close("estates", 2, int((5 + 9 * self._draw.random()) * DAY))
        if self._draw.random() < 0.12:
            self._close("other", self._draw.randint(1, 2), int((5 + 20 * self._draw.random()) * HOUR))

    def _close(self, why: str, beds: int, length: int) -> None:
        # Critical care loses staffed beds now and then as well.
        ward = self._draw.choice(self.hospital.wards)
        beds = min(beds, ward.core // 4)
        ward.close(why, beds)
        self._agenda.add(self._agenda.at + length, self._reopen, ward, why, beds)

    def _reopen(self, ward: Ward, why: str, beds: int) -> None:
        ward.reopen(why, beds)
        ward.settle()
        self.hospital.allocate()


class Simulation:
    """A county that lives on from ``start``; after ``advance(to)`` its state may be read as at that moment.

    The first week after ``start`` is for settling in and should not be shown.
    """

    def __init__(self, county: CountySize, *, seed: int, start: datetime) -> None:
        first = seconds(start) // HOUR * HOUR
        self.county = county
        self.seed = seed
        self.start = utc(first)
        self._agenda = Agenda(first)
        # Each part has luck of its own, so that a change to one leaves the others as they were.
        luck = Random(f"{seed} care transfer hub")
        self.packages = Packages(seed, self._agenda)
        beginning = Beginning(self.packages, seed, first)
        self.community = Community(
            county, seed, self._agenda, Random(f"{seed} community"), luck, self.packages, beginning
        )
        beginning.queue()
        self.acutes = {
            size.place: Acute(
                size,
                self._agenda,
                Random(f"{seed} {size.place}"),
                self.community,
                WardReferrals(size.place, seed, self._agenda, self.packages),
            )
            for size in county.hospitals
        }
        self.neighbours = Neighbours(county.extra_care, county.voluntary, Random(f"{seed} neighbours"))
        self.mental_health = MentalHealth(county.mental_health, Random(f"{seed} mental health"), first)
        self.telephones = [Telephone(size, self._agenda, Random(f"{seed} {size.place}")) for size in county.nhs_111]
        self._agenda.add(first, self._hour)

    @property
    def at(self) -> datetime:
        """The moment as at which the state stands."""
        return utc(self._agenda.at)

    @property
    def at_seconds(self) -> int:
        """The same, as seconds since 1970."""
        return self._agenda.at

    def advance(self, to: datetime) -> None:
        """Live on to a moment. A moment that has passed changes nothing."""
        self._agenda.run(seconds(to))

    def _hour(self) -> None:
        # The next hour is entered first, so that at each full hour it comes before all else.
        self._agenda.add(self._agenda.at + HOUR, self._hour)
        if local(self._agenda.at).hour == 0:
            for acute in self.acutes.values():
                acute.start_new_day()
        for acute in self.acutes.values():
            acute.work()
        self.community.work()
        self.packages.work()
        self.mental_health.work(self._agenda.at)
        for telephone in self.telephones:
            telephone.work()
        clock = local(self._agenda.at)
        if clock.hour == 9:
            self.neighbours.live_on(working_day(clock.date()))
