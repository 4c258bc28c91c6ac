"""What one attempt at a feed comes to: an answer, or a failure in plain words.

Everything here is pure. It runs in the worker process on a live poll, and in place when a
history is read in or a saved payload is tried.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import PurePath
from typing import get_args

from flowcentre.feeds.clocks import ClockRead, read_clock
from flowcentre.feeds.contract import Bookmark, Connector, Document, FeedMalformed
from flowcentre.feeds.from_a_test import TO_HAVE_IT_READ, why_a_test
from flowcentre.feeds.people import kind_of
from flowcentre.model import Fact, Held, Listed, Outcome, Reading, RefusedColumn, RosterExport, Visit, WholeList

FACTS = (Reading, *get_args(Listed), Visit, RosterExport, WholeList, Held, RefusedColumn)


@dataclass(frozen=True, slots=True)
class Parsed:
    """The facts of one document, all of them: a document is read whole or not at all."""

    name: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A document that was not in the agreed form, or that the connector failed on."""

    name: str
    reason: str
    rows: int = 1
    crashed: bool = False  # the fault is the connector's, not the document's


@dataclass(frozen=True, slots=True)
class Answer:
    """What a feed answered: its documents, oldest first. None of either: nothing newer than the bookmark."""

    documents: tuple[Parsed, ...] = ()
    refused: tuple[Refused, ...] = ()
    bookmark: str | None = None
    clock: ClockRead | None = None  # what it gives away of its source's clock


@dataclass(frozen=True, slots=True)
class Failed:
    """An attempt that brought no answer. ``outcome`` says in which way."""

    outcome: Outcome
    message: str
    retry_after: timedelta | None = None  # the source's own wish
    rows: int = 0  # refused, as far as can be told

    @property
    def worth_retrying(self) -> bool:
        """Might the same question be answered in a little while?"""
        return self.outcome is Outcome.UNAVAILABLE


def parse_documents(connector: Connector, documents: Iterable[Document], bookmark: Bookmark | None) -> Answer:
    """Parse each document by itself, so that one refused document does not stop the next."""
    documents = tuple(documents)
    parsed: list[Parsed] = []
    files: list[tuple[datetime | None, tuple[Fact, ...]]] = []
    refused: list[Refused] = []
    for document in documents:
        if connector.settings.from_a_test is None and (why_not := why_a_test(document)):
            refused.append(Refused(document.name, f"{document.name}: {why_not}. {TO_HAVE_IT_READ}"))
            continue
        try:
            facts = tuple(connector.parse(document))
            _check(facts)
        except FeedMalformed as why:
            refused.append(Refused(document.name, str(why), why.rows))
        except MemoryError:
            raise
        except Exception as error:
            refused.append(Refused(document.name, f"{document.name}: {where_it_failed(error)}", crashed=True))
        else:
            kept: list[Fact] = []
            for fact in facts:
                if isinstance(fact, RefusedColumn):
                    refused.append(Refused(document.name, f"{document.name}: {_refusal(fact)}"))
                else:
                    kept.append(fact)
            parsed.append(Parsed(document.name, tuple(kept)))
            files.append((document.modified_at, parsed[-1].facts))
    clock = read_clock([document.sent_at for document in documents if document.sent_at is not None], files)
    return Answer(tuple(parsed), tuple(refused), bookmark.text if bookmark else None, clock)


def _refusal(column: RefusedColumn) -> str:
    cells = f"{column.cells} cell{'s' * (column.cells != 1)}"
    return f"{column.what} is never kept here, {cells} refused"


class NotAFact(TypeError):
    """A connector yielded something that the contract does not know."""


def _check(facts: Iterable[object]) -> None:
    for fact in facts:
        if not isinstance(fact, FACTS):
            raise NotAFact
        if isinstance(fact, Held | RefusedColumn):
            continue
        if isinstance(fact, Reading | WholeList | RosterExport):
            moments: tuple[datetime | None, ...] = (fact.observed_at,)
            if isinstance(fact, Reading) and not isinstance(fact.value, float | int | None):
                raise NotAFact
        elif isinstance(fact, Visit):
            moments = (fact.planned_start, fact.planned_end, fact.actual_start, fact.actual_end)
        else:
            moments = kind_of(fact).moments(fact)
        # Nearly all are: to ask each one for its offset takes longer than to read it.
        if any(m is not None and m.tzinfo is not UTC and m.utcoffset() != timedelta(0) for m in moments):
            raise NotAFact


def where_it_failed(error: BaseException) -> str:
    """The kind of an error and where it arose. Never its message: that may quote a row, and a row may hold a name."""
    if isinstance(error, NotAFact):
        return "the connector yielded something that is not a fact, or a moment that is not in UTC"
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return f"the connector failed: {type(error).__name__}"
    last = frames[-1]
    return f"the connector failed: {type(error).__name__} at {PurePath(last.filename).name} line {last.lineno} in {last.name}"
