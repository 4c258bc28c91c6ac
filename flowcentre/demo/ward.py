"""A ward's beds: who is in them, which are closed and why, and which opened beyond the core."""

from __future__ import annotations

from flowcentre.demo.patient import Patient
from flowcentre.demo.westshire import WardSize

WHY_CLOSED = ("infection", "staffing", "estates", "other")


class Ward:
    """Beds of one ward. A bed is free when it is open, empty, clean and promised to nobody."""

    def __init__(self, size: WardSize) -> None:
        self.place = size.place
        self.care = size.care
        self.core = size.core
        self.escalation = size.escalation  # that could open
        self.escalation_open = 0
        self.patients: dict[int, Patient] = {}
        self.promised = 0  # for people on their way
        self.cleaning = 0
        self.closed = dict.fromkeys(WHY_CLOSED, 0)
        self._shut = 0  # all of them together: asked for more often than anything else
        self.to_close = dict.fromkeys(WHY_CLOSED, 0)  # as soon as they are empty: nobody is put out
        self.to_withdraw = 0  # escalation beds, likewise
        self.admissions_today = 0
        self.discharges_today = 0

    @property
    def core_open(self) -> int:
        """Core beds that are open, occupied or not."""
        return self.core - self._shut

    @property
    def open(self) -> int:
        """Open beds, escalation included."""
        return self.core_open + self.escalation_open

    @property
    def occupied(self) -> int:
        """People in a bed."""
        return len(self.patients)

    @property
    def free(self) -> int:
        """Beds into which somebody could be put now."""
        return self.core - self._shut + self.escalation_open - len(self.patients) - self.promised - self.cleaning

    @property
    def no_criteria_to_reside(self) -> int:
        """People who no longer meet the criteria to reside."""
        return sum(patient.ready_at is not None for patient in self.patients.values())

    def close(self, why: str, beds: int) -> None:
        """Take beds out of use, each as soon as it is empty."""
        self.to_close[why] += beds
        self.settle()

    def reopen(self, why: str, beds: int) -> None:
        """Bring beds back: first those that were still waiting to close."""
        waiting = min(beds, self.to_close[why])
        self.to_close[why] -= waiting
        back = min(beds - waiting, self.closed[why])
        self.closed[why] -= back
        self._shut -= back

    def open_escalation(self, beds: int) -> None:
        """Open beds beyond the core."""
        self.to_withdraw = 0
        self.escalation_open = min(self.escalation, self.escalation_open + beds)

    def withdraw_escalation(self) -> None:
        """Close the beds beyond the core, each as soon as it is empty."""
        self.to_withdraw = self.escalation_open
        self.settle()

    def settle(self) -> None:
        """Empty beds go where they are wanted: escalation withdrawn, closures made."""
        withdrawn = max(0, min(self.free, self.to_withdraw))
        self.to_withdraw -= withdrawn
        self.escalation_open -= withdrawn
        for why, wanted in self.to_close.items():
            shut = max(0, min(wanted, self.free))
            self.to_close[why] -= shut
            self.closed[why] += shut
            self._shut += shut
