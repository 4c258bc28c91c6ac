"""In place of the book of capacity: what is known of Westshire's in one condition."""

from __future__ import annotations

from threading import current_thread

from flowcentre.model import Picture
from flowcentre.picture.capacity import Capacity
from tests.layouts.capacity_cast import capacity


class PretendCapacity:
    """Tells the same, whichever picture it is asked for, and remembers in which threads it was asked."""

    def __init__(self, condition: str = "normal") -> None:
        self.known = capacity(condition)
        self.asked: list[str] = []

    def read(self, _picture: Picture) -> Capacity:
        self.asked.append(current_thread().name)
        return self.known
