"""What is particular to the page of one kind of list: its address, its columns, its groups, and its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic

from flowcentre.model import County
from flowcentre.picture.list_subject import Choices, Subject
from flowcentre.picture.list_sums import Count, counts_by
from flowcentre.picture.list_table import Column
from flowcentre.picture.listed import Chosen, T


@dataclass(frozen=True, eq=False)
class ListPage(Generic[T]):
    """A page of a list of people. Every list page has the same habits; this says what is its own."""

    id: str  # in names of the page's elements, and in its address
    title: str
    source: str  # of whom the lists are, as a sentence
    subject: Subject[T]
    columns: Sequence[Column[T]]
    first: frozenset[str]  # columns shown until somebody chooses otherwise
    widths: Mapping[str, int]  # of each column, in pixels
    facet_words: Mapping[str, str]  # what each facet is called on a chip
    single: Mapping[str, str]  # one value of a facet, where its heading is no name for it
    choice_name: Callable[[str, str, County], str]  # (facet, value): what a choice is called beside its facet
    groups: Mapping[str, str]  # by which facet people can be grouped, and what that is called
    group_of: Callable[[T, str], str]  # whose group somebody is in: a value of the facet, or a place
    group_name: Callable[[str, str, County], str]  # (facet, value)
    group_sums: Callable[[Sequence[T]], Sequence[str]]  # what is said of a group beside how many they are
    lengths: Callable[
        [Sequence[T]], Sequence[str]
    ]  # what the waits of some come to: of a few they are those of somebody
    exports: Sequence[tuple[str, str]]  # what stands behind the page's address, and its name
    jumps: Sequence[tuple[str, str]]  # to which parts of the page
    everybody: str  # whom it counts where no filter is chosen
    whose_rows: str  # to whom a row may be shown, told to whoever may see none of those counted
    whose_line: str  # what a row opens: "the person's timeline"
    counts: Callable[[Chosen[T]], Mapping[str, Sequence[Count]]] = counts_by  # by everything that parts the people
    choose: str = "Choose by any bar or number."
    # Columns shown in place of ``first`` where others are chosen than an address implies.
    first_of: Callable[[Choices], frozenset[str]] | None = None
    # Of a facet that is implied, what one can turn to: a value, or None for what is implied, and its words.
    switches: Mapping[str, Sequence[tuple[str | None, str]]] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Where the page is."""
        return f"/{self.id}"

    def shown_first(self, choices: Choices) -> frozenset[str]:
        """The columns shown for what is in force, until somebody chooses otherwise."""
        return self.first if self.first_of is None else self.first_of(choices)
