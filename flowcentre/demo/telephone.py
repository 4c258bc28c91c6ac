"""NHS 111: calls come, wait for somebody to answer, are given up or answered, and some wait for a clinician to call back."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from random import Random

from flowcentre.demo.agenda import Agenda
from flowcentre.demo.rhythm import HOUR, MINUTE, around, happenings, local
from flowcentre.demo.westshire import TelephoneSize

# How a day's calls fall over its hours, in parts of a hundred: few at night, most when surgeries are shut.
_WORKING = (
    *(2.0, 1.6, 1.3, 1.2, 1.2, 1.6, 2.6, 4.4, 5.6, 5.2, 4.8, 4.5),
    *(4.4, 4.2, 4.1, 4.3, 4.8, 5.6, 7.2, 7.6, 6.8, 5.8, 5.0, 4.2),
)  # fmt: skip
_WEEKEND = (
    *(2.0, 1.6, 1.3, 1.1, 1.1, 1.6, 3.0, 5.6, 7.6, 7.8, 7.2, 6.4),
    *(5.6, 5.1, 4.9, 4.9, 5.1, 5.3, 5.4, 5.1, 4.4, 3.7, 2.9, 2.3),
)  # fmt: skip
_ON_WEEKDAY = (1.0, 0.92, 0.9, 0.92, 0.98, 1.62, 1.48)  # Monday first
_THRESHOLD = 30  # seconds, after which a call that is given up counts as abandoned
_IN_TIME = 60
_TALKS_MINUTES, _ADVISES_MINUTES = 8.2, 12.0  # medians
_TO_CLINICIAN = 0.42  # of those answered
_ROOM, _CLINICIANS_ROOM = 1.12, 0.97  # of the staff over what an ordinary hour needs


@dataclass(slots=True, eq=False)
class Call:
    """A call that nobody has answered yet."""

    at: int
    over: bool = False  # answered, or given up


class Telephone:
    """One service of NHS 111. Counts are since London's midnight, of the calls that came since then."""

    def __init__(self, size: TelephoneSize, agenda: Agenda, draw: Random) -> None:
        self.size = size
        self._agenda = agenda
        self._draw = draw
        self._busy_day = 1.0
        self._midnight = agenda.at
        self._calls: deque[Call] = deque()
        self._talking = self._advising = 0
        self._handlers = self._clinicians = 1
        self.clinical_queue = 0
        self.offered = self.answered = self.answered_in_time = self.abandoned = 0

    def longest_wait(self, at: int) -> int:
        """For how many seconds the call that has waited longest has waited; 0 where none waits."""
        return at - self._calls[0].at if self._calls else 0

    def work(self) -> None:
        """One hour: who will call, and who is there to answer. At London's midnight counts begin again."""
        at, draw = self._agenda.at, self._draw
        clock = local(at)
        if clock.hour == 0:
            self._midnight = at
            self.offered = self.answered = self.answered_in_time = self.abandoned = 0
            self._busy_day = max(0.75, draw.gauss(1.0, 0.09))
        usual = self._usual(clock.weekday(), clock.hour)
        for _ in range(happenings(draw, usual * self._busy_day)):
            self._agenda.add(at + 1 + int(draw.random() * (HOUR - 1)), self._ring)
        # Rosters follow the usual hour, and somebody is always missing.
        talk, advise = (minutes * 1.13 / 60 for minutes in (_TALKS_MINUTES, _ADVISES_MINUTES))
        self._handlers = max(2, round(usual * talk * _ROOM + 1 - (draw.random() < 0.3)))
        around_now = (usual + self._usual(clock.weekday(), (clock.hour - 1) % 24)) / 2
        self._clinicians = max(1, round(around_now * _TO_CLINICIAN * advise * _CLINICIANS_ROOM))
        self._answer()
        self._advise()

    def _usual(self, weekday: int, hour: int) -> float:
        shape = _WEEKEND if weekday >= 5 else _WORKING
        return self.size.calls * _ON_WEEKDAY[weekday] * shape[hour] / sum(shape)

    def _ring(self) -> None:
        self.offered += 1
        call = Call(self._agenda.at)
        self._calls.append(call)
        self._answer()
        if not call.over:
            self._agenda.add(call.at + 10 + int(self._draw.expovariate(1 / (7 * MINUTE))), self._give_up, call)

    def _give_up(self, call: Call) -> None:
        if call.over:
            return
        call.over = True
        self._calls.remove(call)
        if call.at >= self._midnight and self._agenda.at - call.at > _THRESHOLD:
            self.abandoned += 1

    def _answer(self) -> None:
        at = self._agenda.at
        while self._calls and self._talking < self._handlers:
            call = self._calls.popleft()
            call.over = True
            self._talking += 1
            if call.at >= self._midnight:
                self.answered += 1
                self.answered_in_time += at - call.at <= _IN_TIME
            self._agenda.add(at + around(self._draw, _TALKS_MINUTES, 0.5), self._hang_up)

    def _hang_up(self) -> None:
        self._talking -= 1
        if self._draw.random() < _TO_CLINICIAN:
            self.clinical_queue += 1
            self._advise()
        self._answer()

    def _advise(self) -> None:
        while self.clinical_queue and self._advising < self._clinicians:
            self.clinical_queue -= 1
            self._advising += 1
            self._agenda.add(self._agenda.at + around(self._draw, _ADVISES_MINUTES, 0.5), self._advised)

    def _advised(self) -> None:
        self._advising -= 1
        self._advise()
