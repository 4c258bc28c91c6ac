"""How often a feed speaks and how long that holds: polled by a rhythm, or typed in until it expires."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

from pydantic import BaseModel

from flowcentre.config.document import Document
from flowcentre.config.lengths import write_length
from flowcentre.config.lines import KeyPath
from flowcentre.config.shapes import FeedShape

EXPIRES_AFTER, HOLDS_AT_MOST = timedelta(hours=4), timedelta(days=7)
# What a feed that is polled must say, each with an example; and all that says nothing of one that people type in.
_RHYTHM = {"every": '"15m"', "late_after": '"30m"', "stale_after": '"2h"'}
_OF_POLLS = (*_RHYTHM, "deadline", "offset", "doubt_below", "unmoving_after")
# Where a feed does not say after how long the same figures again are doubted. ``late_after`` tells the rhythm in which its
# figures come. In 28 days of Westshire nothing that says so many of them stood still for longer than half of this.
_UNMOVING_AFTER, _UNMOVING_TIMES = timedelta(hours=6), 24
_FEW_FIGURES = 12  # of fewer, that none moves is no wonder


class ConnectorKind(Protocol):
    """What a configuration must know of a connector; a connector's class is one."""

    @property
    def provides(self) -> tuple[str, ...]:
        """The ids of the measures that it may report."""

    @property
    def polled(self) -> bool:
        """False where people type its values in, and nothing is fetched."""

    @property
    def Settings(self) -> type[BaseModel]:  # noqa: N802 - the contract's own name
        """The form of its settings."""


def is_polled(shape: FeedShape, connectors: Mapping[str, ConnectorKind]) -> bool:
    """Is it asked again and again, and not typed in? So is one whose connector is not known."""
    kind = connectors.get(shape.connector or "")
    return kind is None or kind.polled


def check_rhythm(document: Document, path: KeyPath, shape: FeedShape, connectors: Mapping[str, ConnectorKind]) -> None:
    """A feed that is polled says how often and when it is late; one that people type in, how long that holds."""
    written = _written(document, path)
    if is_polled(shape, connectors):
        title = f'[[feed]] "{shape.id}"' if shape.id else "[[feed]]"
        for key, example in _RHYTHM.items():
            if key not in written:
                document.wrong(path, f'{title} has no "{key}"', f"{key} = {example}")
        if "expires_after" in written and shape.connector in connectors:
            document.wrong(
                (*path, "expires_after"),
                f'"{shape.id}" is polled: only what people type in expires',
                'stale_after = "2h", or connector = "typed_in"',
            )
        return
    for key in _OF_POLLS:
        if key in written:
            document.wrong(
                (*path, key),
                f'"{shape.id}" is typed in and not polled: {key} says nothing',
                'expires_after = "4h" alone',
            )
    holds = shape.expires_after
    if holds is not None and not timedelta(0) < holds <= HOLDS_AT_MOST:
        document.wrong(
            (*path, "expires_after"),
            f'"{shape.id}": what is typed in would hold {write_length(holds) if holds else "for no time at all"}',
            f'expires_after = "4h"; {write_length(HOLDS_AT_MOST)} at most',
        )


def unmoving_after(shape: FeedShape, figures: int) -> timedelta | None:
    """After how long a feed is doubted that says the very same of new moments; None: never. ``figures`` is how many it reports."""
    if shape.unmoving_after is not None:
        return shape.unmoving_after or None
    if figures < _FEW_FIGURES or shape.late_after is None:
        return None
    return max(_UNMOVING_AFTER, _UNMOVING_TIMES * shape.late_after)


def _written(document: Document, path: KeyPath) -> Mapping[str, object]:
    """The table as it stands in the file: what is there and cannot be used is not missing."""
    table, index = path
    entries = document.tables[str(table)]
    assert isinstance(entries, list)
    found = entries[int(index)]
    assert isinstance(found, dict)
    return found


def check_lengths(document: Document, path: KeyPath, shape: FeedShape) -> None:
    """The lengths of a feed against one another; what is wrong is noted in the document."""
    every, late, stale = shape.every, shape.late_after, shape.stale_after
    if every is not None and not every:
        document.wrong((*path, "every"), f'[[feed]] "{shape.id}": every is no time at all', 'every = "15m"')
        return
    if every and late is not None and late < every:
        document.wrong(
            (*path, "late_after"),
            f'"{shape.id}" would be late between two polls: late_after {write_length(late)} is less than '
            f"every {write_length(every)}",
            f'late_after = "{write_length(2 * every)}" or so, at least every',
        )
    if late is not None and stale is not None and stale <= late:
        document.wrong(
            (*path, "stale_after"),
            f'"{shape.id}": stale_after {write_length(stale)} is not longer than late_after {write_length(late)}',
            f'stale_after = "{write_length(4 * late)}" or so: a value is late before it is stale',
        )
    if shape.unmoving_after and late is not None and shape.unmoving_after <= late:
        document.wrong(
            (*path, "unmoving_after"),
            f'"{shape.id}": unmoving_after {write_length(shape.unmoving_after)} is not longer than late_after '
            f"{write_length(late)}: between two of its figures nothing need move",
            'unmoving_after = "6h", or "0m" for never',
        )
    if shape.deadline is not None and not shape.deadline:
        document.wrong((*path, "deadline"), f'[[feed]] "{shape.id}": deadline is no time at all', 'deadline = "30s"')
    if shape.doubt_below is not None and not 0 < shape.doubt_below < 1:
        document.wrong(
            (*path, "doubt_below"),
            f'"{shape.id}": doubt_below {shape.doubt_below:g} is not a share between 0 and 1',
            "doubt_below = 0.6: a list of less than 60 % of the last is asked about",
        )
    for key, length in (("deadline", shape.deadline), ("offset", shape.offset)):
        if every and length is not None and length >= every:
            document.wrong(
                (*path, key),
                f"{key} {write_length(length)} is not shorter than every {write_length(every)}",
                f"less than {write_length(every)}",
            )
