"""Rostered home visits, planned and made: the export of a rostering system, a CSV in a drop folder.

Not a whole list: a visit that an export does not name stands as it was. docs/packages.md gives the layout and
what is done with a bad row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import Field, field_validator

from connectors import _care_words as words
from connectors._list_documents import one_moment
from connectors._list_feeds import is_said, matched_tidily
from connectors._list_times import AHEAD, either_when
from connectors._personal import columns_of, refused_columns
from connectors._persons import read_each, without_names
from connectors._words import spelt
from flowcentre.feeds.contract import Bookmark, Connector, Document, FeedMalformed, Payload, RowHeld
from flowcentre.feeds.files import DropFolderSettings, read_new_files, whole_lines
from flowcentre.feeds.pseudonyms import pseudonym
from flowcentre.feeds.tables import Row, csv_table, tidy
from flowcentre.measures.visit_counts import LONGEST, MOST_CARERS, SERVICES, VISITED
from flowcentre.model import Fact, Held, RefusedColumn, RosterExport, Visit, VisitStatus

COLUMNS = (
    *("exported_at", "ref", "service", "package", "planned_start", "planned_end", "actual_start", "actual_end"),
    *("carers", "status"),
)
_NOBODY_CAME = (VisitStatus.MISSED, VisitStatus.CANCELLED)
_IT_IS_PAST = (VisitStatus.COMPLETED, VisitStatus.LATE, VisitStatus.MISSED)


class VisitsSettings(DropFolderSettings):
    """Where a rostering system drops its exports, and what its own words mean."""

    final_newline: bool = True  # False: the files never end with a line end, so a cut last cell is not found out
    statuses: Mapping[str, str] = Field(default_factory=dict)  # local word -> "completed", "late", ...

    @field_validator("statuses")
    @classmethod
    def _are_statuses(cls, given: Mapping[str, str]) -> Mapping[str, str]:
        return matched_tidily(given, list(VisitStatus), "the status of a visit")


class Visits(Connector):
    """One row a visit. A file without one service of this feed is refused; an unknown service holds its row."""

    provides: ClassVar = VISITED  # what the poller counts from the visits
    Settings: ClassVar = VisitsSettings
    settings: VisitsSettings

    def fetch(self, since: Bookmark | None) -> Payload:
        return read_new_files(self.settings, since)

    def parse(self, document: Document) -> Iterator[Fact | RefusedColumn]:
        cut: tuple[Held, ...] = ()
        if self.settings.final_newline:
            document, cut = whole_lines(document)
        table = csv_table(document)
        rows = list(table.rows(self.places, COLUMNS))
        if not rows:
            return
        if all(self._service(row) is None for row in rows):
            why = f"not one of its {len(rows)} rows is of a service of this feed; another service's file?"
            raise FeedMalformed(f"{document.name}: {why}", rows=len(rows))
        at = one_moment(rows, "exported_at", "two exports in one")
        visits = read_each(rows, lambda row: self._visit(row, at), self._service)
        named = list(without_names(visits, "package", lambda visit: visit.package))
        # One that is there again is weighed with all that its feed has told of it.
        yield from (visit for _, visit in without_names(named, "ref", lambda visit: visit.ref))
        yield RosterExport(at)
        yield from cut
        yield from refused_columns(columns_of(table), COLUMNS)

    def _service(self, row: Row) -> str | None:
        """The service of this feed whose visit it is; a ward of the same code is none."""
        said = row.text("service")
        called = (self.places.find(said), self.places.service(said, SERVICES))
        return next((place for place in called if place and self.places.kind(place) in SERVICES), None)

    def _visit(self, row: Row, exported_at: datetime) -> Visit:
        service, status = self._service(row), self._status(row.text("status"))
        if service is None:
            raise RowHeld("service is not one of this feed")
        if status is None:
            raise RowHeld("status is not one that is known")
        planned_start, planned_end = _planned(row)
        begun, ended = _actual(row, planned_start, exported_at)
        _hold_what_contradicts(status, begun, is_due=planned_start - exported_at <= AHEAD)
        return Visit(
            ref=pseudonym(row.text("ref")),
            place=service,
            package=pseudonym(row.text("package"), "package"),
            planned_start=planned_start,
            planned_end=planned_end,
            status=status,
            actual_start=begun,
            actual_end=ended,
            carers=_carers(row),
        )

    def _status(self, said: str) -> VisitStatus | None:
        local = self.settings.statuses.get(tidy(said))
        return VisitStatus(local) if local else words.STATUSES.get(spelt(said))


def _hold_what_contradicts(status: VisitStatus, begun: datetime | None, *, is_due: bool) -> None:
    if status in _NOBODY_CAME and begun is not None:
        raise RowHeld(f"status is {status}, and actual_start is given")
    if status in _IT_IS_PAST and begun is None and not is_due:
        # A clock that is wrong, or a day and a month that changed places.
        raise RowHeld(f"status is {status}, and planned_start is later than exported_at")


def _carers(row: Row) -> int:
    """How many go together; one where the roster does not say."""
    try:
        return words.carers(row, "carers") or 1
    except RowHeld:
        number = row.count("carers")
        if number is None or not 1 <= number <= MOST_CARERS:
            raise RowHeld(f"carers is not a number from 1 to {MOST_CARERS}") from None
        return int(number)


def _planned(row: Row) -> tuple[datetime, datetime]:
    starts, ends = either_when(row, "planned_start"), either_when(row, "planned_end")
    span = _shortest(starts, ends, starts[0])
    if span is None or span[0] == span[1]:
        raise RowHeld("planned_end is not after planned_start")
    _check_length(span, "planned")
    return span


def _actual(row: Row, planned_start: datetime, exported_at: datetime) -> tuple[datetime | None, datetime | None]:
    starts = either_when(row, "actual_start") if is_said(row.text("actual_start")) else ()
    ends = either_when(row, "actual_end") if is_said(row.text("actual_end")) else ()
    if not starts:
        if ends:
            raise RowHeld("actual_end is given without actual_start")
        return None, None
    begun, ended = min(starts, key=lambda start: abs(start - planned_start)), None
    if ends:
        span = _shortest(starts, ends, planned_start)
        if span is None:
            raise RowHeld("actual_end is before actual_start")
        _check_length(span, "actual")
        begun, ended = span
    for column, moment in (("actual_start", begun), ("actual_end", ended)):
        if moment is not None and moment - exported_at > AHEAD:
            raise RowHeld(f"{column} is later than exported_at")
    return begun, ended


def _shortest(starts: Sequence[datetime], ends: Sequence[datetime], near: datetime) -> tuple[datetime, datetime] | None:
    """Of the moments that local times may mean, those that make the shortest visit; of two alike the one that begins nearest.

    Only in the doubled hour is there a choice: a call of half an hour is not taken for one of an hour and a half.
    """
    spans = [(start, end) for start in starts for end in ends if start <= end]
    return min(spans, key=lambda span: (span[1] - span[0], abs(span[0] - near)), default=None)


def _check_length(span: tuple[datetime, datetime], what: str) -> None:
    if span[1] - span[0] > LONGEST:
        raise RowHeld(f"the {what} visit is longer than {LONGEST // timedelta(hours=1)} hours")
