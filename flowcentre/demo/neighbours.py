"""Extra care and the voluntary sector: flats with care on site, and volunteers who help people settle in at home again."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from flowcentre.demo.rhythm import happenings
from flowcentre.demo.westshire import ExtraCareSize, VoluntarySize


@dataclass(slots=True)
class Flats:
    """An extra-care scheme."""

    size: ExtraCareSize
    let: int = 0
    closed: int = 0  # being done up between two tenancies

    @property
    def open(self) -> int:
        """Flats that can be let."""
        return self.size.flats - self.closed

    def live_on(self, draw: Random) -> None:
        """A day: few leave, and an empty flat is done up and let again within weeks."""
        for _ in range(happenings(draw, self.let / 600)):
            self.let, self.closed = self.let - 1, self.closed + 1
        if self.closed and draw.random() < 0.12:
            self.closed -= 1
        if self.let < self.open and draw.random() < 0.16:
            self.let += 1


@dataclass(slots=True)
class Volunteers:
    """A voluntary service."""

    size: VoluntarySize
    helped: int = 0

    def live_on(self, draw: Random) -> None:
        """A working day: people are helped for two weeks or so."""
        self.helped -= min(self.helped, happenings(draw, self.helped / 11))
        self.helped = min(self.size.people, self.helped + happenings(draw, self.size.people * 0.068))


class Neighbours:
    """Both, with luck of their own."""

    def __init__(self, flats: tuple[ExtraCareSize, ...], volunteers: tuple[VoluntarySize, ...], draw: Random) -> None:
        self._draw = draw
        self.flats = [Flats(size, size.flats - draw.randint(1, 3)) for size in flats]
        self.volunteers = [Volunteers(size, round(size.people * (0.6 + 0.3 * draw.random()))) for size in volunteers]

    def live_on(self, working: bool) -> None:
        """A day of it."""
        for flats in self.flats:
            flats.live_on(self._draw)
        for volunteers in self.volunteers if working else ():
            volunteers.live_on(self._draw)
