"""Long questions in parts: both databases take only so many values in one."""

from collections.abc import Collection, Iterator
from itertools import islice
from typing import TypeVar

AT_ONCE = 500  # well below what either database takes
T = TypeVar("T")


def some_at_once(asked: Collection[T], most: int = AT_ONCE) -> Iterator[list[T]]:
    """What is asked for, in their order, a part at a time; nothing where nothing is asked."""
    left = iter(asked)
    while some := list(islice(left, most)):
        yield some
