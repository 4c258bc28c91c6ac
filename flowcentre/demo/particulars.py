"""What only a list tells of a person: who co-ordinates, when they were last seen, when they are expected to go.

The county's life knows none of it, so it comes from luck of each person's own: a list is the same however
often it is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from flowcentre.demo.reasons import AT_THE_DOOR, HOME_TODAY, HOSPITAL_PROCESS, HUB_PROCESS
from flowcentre.demo.rhythm import local, wall_time, working_day
from flowcentre.demo.westshire import LOCALITIES

# The first expected date in days from readiness, and by how many it is put off when it has passed; by pathway.
_FIRST_DAYS = {0: (0, 0), 1: (1, 4), 2: (2, 7), 3: (6, 16)}
_MORE_DAYS = {0: (1, 1), 1: (1, 3), 2: (2, 4), 3: (3, 7)}


@dataclass(frozen=True, slots=True)
class Particulars:
    """One person's. Names of reasons are keys of ``REASONS``."""

    coordinator: str
    hospital_process: str
    hub_process: str
    at_the_door: str
    first_days: int
    more_days: int
    noticed_after: int  # days that a date which has passed stays on the list
    rounds: tuple[float, float, float]  # the hours at which they are seen: two on working days, one at weekends
    chance: float

    @classmethod
    def draw(cls, pathway: int, locality: str, luck: Random) -> Particulars:
        """Those of somebody on a pathway who lives in a locality."""
        team = 3 * LOCALITIES.index(locality) + 1 + luck.randrange(3)
        return cls(
            # Pathway 0 is the ward's own to send home.
            coordinator=f"TOC-{team}" if pathway else "",
            hospital_process=luck.choice(HOSPITAL_PROCESS[pathway] if pathway else HOME_TODAY),
            hub_process=luck.choice(HUB_PROCESS[pathway]) if pathway else "",
            at_the_door=luck.choice(AT_THE_DOOR),
            first_days=luck.randint(*_FIRST_DAYS[pathway]),
            more_days=luck.randint(*_MORE_DAYS[pathway]),
            noticed_after=luck.choice((0, 0, 0, 1, 3)) if pathway else 0,
            rounds=(8.7 + luck.random() * 2.8, 14 + luck.random() * 2.5, 9.5 + luck.random() * 3),
            chance=luck.random(),
        )

    def reviewed_at(self, ready_at: int, at: int) -> int:
        """When they were last seen on a ward round; the first was that on which they were found ready."""
        day = local(at).date()
        while (midnight := wall_time(day, 0)) + 86_400 > ready_at:
            for hour in reversed(self.rounds[:2] if working_day(day) else self.rounds[2:]):
                if ready_at < (round_at := wall_time(day, hour)) <= at:
                    return round_at
            if midnight <= ready_at:
                break
            day -= timedelta(days=1)
        return ready_at

    def expected_on(self, ready_at: int, reviewed_at: int) -> date:
        """The expected date of discharge as it was set at the last review. It may have passed since."""
        expected = local(ready_at).date() + timedelta(days=self.first_days)
        seen_on = local(reviewed_at).date()
        while expected + timedelta(days=self.noticed_after) < seen_on:
            expected += timedelta(days=self.more_days)
        return expected
