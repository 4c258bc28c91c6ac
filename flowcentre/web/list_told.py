"""How one kind of list is told to machines and taken away: everything that is not the same for every list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic

from flowcentre.model import SmallNumbers
from flowcentre.picture.list_small import Seen
from flowcentre.picture.list_sums import Count
from flowcentre.picture.list_table import Column
from flowcentre.picture.listed import Chosen, Subject, T

# What a line of counts says beside those of the facets: counted by, key, value, the count, and is it the least?
MoreCounts = Iterable[tuple[str, str, str, Seen, bool]]


@dataclass(frozen=True, eq=False)
class Told(Generic[T]):
    """A kind of list, as it leaves the server."""

    id: str  # in addresses: "delays"
    subject: Subject[T]
    columns: Sequence[Column[T]]
    title: str  # "delayed discharges"
    short: str  # of a sheet and of the count of everybody: "Delayed"
    file: str  # with which a file's name begins: "delayed"
    counted: str  # "People delayed"
    place: str  # what one of the list's places is called: "Hospital"
    no_lists: str  # where this server reads none
    counts: Callable[[Chosen[T]], Mapping[str, Sequence[Count]]]  # by every facet
    more_counts: Callable[
        [Chosen[T], SmallNumbers | None], MoreCounts
    ]  # others; with small ones hidden where it says which

    @cached_property
    def headings(self) -> Mapping[str, str]:
        """Of each facet and column."""
        return {column.id: column.heading for column in self.columns}

    @property
    def path(self) -> str:
        """The address of its page, beneath which its files are."""
        return f"/{self.id}"
