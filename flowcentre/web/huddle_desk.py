"""What the server needs of huddles: where they are read, and where what people do is kept. Both block."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from flowcentre.model import Huddle, Minute, Picture, Telling
from flowcentre.picture.huddle import HuddleKept, HuddleNow
from flowcentre.picture.sitrep import Sitrep


class HuddleReading(Protocol):
    """What the server needs of ``flowcentre.picture.huddle.HuddleBook``. It blocks: call it in a thread."""

    def read(self, picture: Picture | None = None) -> HuddleNow:
        """The huddle that is open, or what one would speak of now."""
        ...

    def one(self, number: int) -> HuddleKept | None:
        """One huddle with its sitrep."""
        ...

    def keep(self, huddle: Huddle) -> Sitrep:
        """Keep the sitrep of a huddle that has just been closed."""
        ...


class HuddleDesk(Protocol):
    """What it needs of the store to take in what people do. It blocks too."""

    def open_huddle(self, by: str, at: datetime) -> Huddle:
        """Open a huddle; while one is open, that one."""
        ...

    def add_minute(self, huddle: int, by: str, words: str, at: datetime, *, slip: str | None = None) -> Minute:
        """Keep a line of the minutes. ValueError for a huddle that is not open."""
        ...

    def close_huddle(self, huddle: int, by: str, at: datetime) -> bool:
        """Close a huddle; False where it is closed already."""
        ...

    def huddle_sent(self, huddle: int, at: datetime, tellings: Sequence[Telling] = ()) -> bool:
        """Note that the sitrep goes out, and to whom; False where it went before."""
        ...

    def huddle(self, huddle: int) -> Huddle | None:
        """One huddle."""
        ...

    def minutes(self, huddle: int) -> list[Minute]:
        """The minutes of a huddle."""
        ...
