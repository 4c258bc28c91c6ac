"""An acute hospital's beds: people ask for one, get one when there is one, recover, and leave when they can."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random

from flowcentre.demo.agenda import Agenda
from flowcentre.demo.patient import Patient, draw_patient
from flowcentre.demo.rhythm import DAY, HOUR, MINUTE, around, next_departure, next_ward_round
from flowcentre.demo.ward import Ward
from flowcentre.demo.westshire import Care, HospitalSize

# Where a person may go, best first.
_WELCOME = {
    Care.ASSESSMENT: (Care.ASSESSMENT, Care.MEDICINE, Care.OLDER_PEOPLE),
    Care.MEDICINE: (Care.MEDICINE, Care.ASSESSMENT, Care.OLDER_PEOPLE),
    Care.OLDER_PEOPLE: (Care.OLDER_PEOPLE, Care.MEDICINE, Care.ASSESSMENT),
    Care.SURGERY: (Care.SURGERY, Care.ASSESSMENT),
    Care.CRITICAL: (Care.CRITICAL,),
}
_OUTLIES_AFTER = 3 * HOUR  # a medical patient waits this long before a surgical bed will do
_PLANNED_WAITS = 6 * HOUR  # then the operation is put off

Arrived = Callable[[Patient], None]


class Hospital:
    """The wards of one acute hospital and the queue for their beds."""

    def __init__(
        self,
        size: HospitalSize,
        agenda: Agenda,
        draw: Random,
        refer: Callable[[Patient], None],
        foresee: Callable[[Patient, int], None],
    ) -> None:
        self.size = size
        self.wards = [Ward(ward) for ward in size.wards]
        self.general = [ward for ward in self.wards if ward.care is not Care.CRITICAL]
        self.waiting: list[Patient] = []
        self.put_off = 0  # planned admissions for want of a bed
        self.left_today: list[Patient] = []  # alive, from a general and acute bed
        self._by_place = {ward.place: ward for ward in self.wards}
        self._by_care = {care: [ward for ward in self.wards if ward.care is care] for care in Care}
        self._arrived: dict[int, Arrived] = {}
        self._agenda = agenda
        self._draw = draw
        self._refer = refer  # to the care transfer hub, for pathways 1 to 3
        self._foresee = foresee  # is told of everybody in a bed, and when they are likely to be ready
        self._count = 0

    # --- Coming in ----------------------------------------------------------------------

    def person(self, *, surgery: float = 0.27, planned: bool = False) -> Patient:
        """Somebody who needs a bed here."""
        self._count += 1
        return draw_patient(self._count, self._draw, self.size.residents, surgery=surgery, planned=planned)

    def ask(self, patient: Patient, arrived: Arrived | None = None) -> None:
        """Ask for a bed; ``arrived`` is told when the patient is in it."""
        patient.asked_at = self._agenda.at
        self.waiting.append(patient)
        if arrived is not None:
            self._arrived[patient.ref] = arrived
        self.allocate()

    def ask_planned(self, patient: Patient) -> None:
        """Ask for a bed for a planned admission, which is put off when none comes free in time."""
        self.ask(patient)
        self._agenda.add(self._agenda.at + _PLANNED_WAITS, self._put_off, patient)

    def _put_off(self, patient: Patient) -> None:
        if patient in self.waiting:
            self.waiting.remove(patient)
            self.put_off += 1

    def allocate(self) -> None:
        """Give the free beds to those who wait, longest first."""
        if not self.waiting:
            return
        still: list[Patient] = []
        for patient in self.waiting:
            ward = self._bed_for(patient)
            if ward is None:
                still.append(patient)
            else:
                ward.promised += 1
                # A planned or referred patient sits in the lounge; one in A&E waits for a porter and a handover.
                self._agenda.add(self._agenda.at + around(self._draw, 55, 0.5), self._put_to_bed, patient, ward)
        self.waiting = still

    def _bed_for(self, patient: Patient) -> Ward | None:
        for care in _WELCOME[patient.care]:
            wards = [ward for ward in self._by_care[care] if self._suits(ward, patient)]
            if wards:
                return max(wards, key=lambda ward: ward.free)
        if patient.care in (Care.CRITICAL, Care.SURGERY) or self._agenda.at - patient.asked_at < _OUTLIES_AFTER:
            return None
        wards = [ward for ward in self._by_care[Care.SURGERY] if ward.free > 1]
        return max(wards, key=lambda ward: ward.free) if wards else None

    def _suits(self, ward: Ward, patient: Patient) -> bool:
        free = ward.free
        if ward.care is Care.CRITICAL:
            return free > 0
        if patient.side_room:
            return free > 3  # enough to move people about until a room is free
        # Bays are for women or for men, so a ward's last free bed suits one patient in two.
        return free > 1 or (free == 1 and patient.ref % 2 == ward.occupied % 2)

    def _put_to_bed(self, patient: Patient, ward: Ward) -> None:
        ward.promised -= 1
        if patient.ward is not None:  # a move, from critical care
            self._leave_bed(patient)
        else:
            patient.admitted_at = self._agenda.at
            if ward.care is not Care.CRITICAL:
                ward.admissions_today += 1
        ward.patients[patient.ref] = patient
        patient.ward = ward.place
        if arrived := self._arrived.pop(patient.ref, None):
            arrived(patient)
        if ward.care is Care.CRITICAL:
            self._agenda.add(self._agenda.at + around(self._draw, 3.6 * 24 * 60, 0.7), self._step_down, patient)
        else:
            # A full hospital looks harder for who can go; a quiet one lets people stay a little longer.
            patient.stay = int(patient.stay * min(1.25, max(0.8, 1 + 3 * (1.055 - self.pressure))))
            ready_at = next_ward_round(self._agenda.at + patient.stay, self._draw)
            self._agenda.add(ready_at, self._ready, patient)
            self._foresee(patient, ready_at)

    def _step_down(self, patient: Patient) -> None:
        if self._draw.random() < 0.16:
            self._leave_bed(patient)
            patient.ward = None
        else:
            patient.care = patient.after
            # Critical care must not silt up: those who may leave it come before the rest.
            patient.asked_at = self._agenda.at
            self.waiting.insert(0, patient)
            self.allocate()

    # --- Going out ----------------------------------------------------------------------

    def _ready(self, patient: Patient, since: int | None = None) -> None:
        if patient.ready_at is not None:
            return
        patient.ready_at = self._agenda.at if since is None else since
        if patient.pathway == 0:
            self.leave_soon(patient, hours=3.0)
        else:
            self._refer(patient)

    def leave_soon(self, patient: Patient, *, hours: float) -> None:
        """Nothing but letters, medicines and transport keeps the patient now."""
        patient.settled_at = self._agenda.at
        patient.leaves_at = next_departure(self._agenda.at, self._draw, hours=hours)
        self._agenda.add(patient.leaves_at, self._leave, patient)

    def _leave(self, patient: Patient) -> None:
        assert patient.ward is not None
        self._by_place[patient.ward].discharges_today += 1
        self._leave_bed(patient)
        patient.left_at = self._agenda.at
        self.left_today.append(patient)

    def _leave_bed(self, patient: Patient) -> None:
        assert patient.ward is not None
        ward = self._by_place[patient.ward]
        del ward.patients[patient.ref]
        ward.cleaning += 1
        self._agenda.add(self._agenda.at + around(self._draw, 60, 0.4), self._cleaned, ward)

    def _cleaned(self, ward: Ward) -> None:
        ward.cleaning -= 1
        ward.settle()
        self.allocate()

    # --- Looking ahead ------------------------------------------------------------------

    @property
    def pressure(self) -> float:
        """People in or waiting for a general and acute bed, for each core bed."""
        return (sum(ward.occupied for ward in self.general) + len(self.waiting)) / sum(w.core for w in self.general)

    def review(self) -> None:
        """The morning meeting. Under pressure, people who were to be ready soon are seen again today."""
        share = min(0.6, max(0.0, (self.pressure - 1.04) * 9))
        tomorrow = self._agenda.at + 26 * HOUR
        for ward in self.general:
            for patient in list(ward.patients.values()):
                if patient.ready_at is None and patient.admitted_at is not None:
                    expected = patient.admitted_at + patient.stay
                    if expected < tomorrow and self._draw.random() < share:
                        self._agenda.add(self._agenda.at + int(self._draw.random() * 5 * HOUR), self._ready, patient)

    def start_new_day(self) -> None:
        """Local midnight: the counts since midnight begin again."""
        for ward in self.wards:
            ward.admissions_today = ward.discharges_today = 0
        self.left_today.clear()

    # --- Before the beginning -----------------------------------------------------------

    def fill(self, share: float) -> None:
        """Fill the wards as they would stand after weeks of running, to about a share of their beds."""
        for ward, patient in zip(self._empty_beds(share), self._inpatients(), strict=False):
            ward.patients[patient.ref] = patient
            patient.ward = ward.place
            assert patient.admitted_at is not None
            ends = patient.admitted_at + patient.stay
            seen = next_ward_round(max(ends, self._agenda.at + MINUTE), self._draw)
            # Who has been ready for long at the beginning was found so on a round of that time.
            since = min(seen, next_ward_round(ends, Random(patient.ref)))
            self._agenda.add(seen, self._ready, patient, since)
            self._foresee(patient, seen)
        for ward in self.wards:
            if ward.care is Care.CRITICAL:
                for _ in range(int(ward.core * 0.7)):
                    patient = self.person(surgery=0.5)
                    patient.admitted_at, patient.ward, patient.care = self._agenda.at - DAY, ward.place, Care.CRITICAL
                    ward.patients[patient.ref] = patient
                    self._agenda.add(self._agenda.at + int(self._draw.random() * 7 * DAY), self._step_down, patient)

    def _empty_beds(self, share: float) -> list[Ward]:
        beds = [ward for ward in self.general for _ in range(round(ward.core * share))]
        self._draw.shuffle(beds)
        return beds

    def _inpatients(self) -> Iterable[Patient]:
        # People admitted over the last weeks who are still here: long stays are met more often, as in life.
        while True:
            patient = self.person()
            waits = (0.3, 5.0, 8.0, 14.0)[patient.pathway] * DAY * self._draw.expovariate(1)
            ago = int(self._draw.random() * 45 * DAY)
            if ago < patient.stay + waits:
                patient.admitted_at = self._agenda.at - ago
                yield patient
