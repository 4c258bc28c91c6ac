"""What rostering systems export each hour: the visits of the hours about it, and at 03:00 UTC all of yesterday's."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from flowcentre.demo.package import Package
from flowcentre.demo.rhythm import DAY, HOUR, local, wall_time
from flowcentre.demo.roster import Roster, Rostered
from flowcentre.demo.writing import code_of, separated, utc_text
from flowcentre.model import Places, VisitStatus

VISIT_COLUMNS = (
    *("exported_at", "ref", "service", "package", "planned_start", "planned_end"),
    *("actual_start", "actual_end", "carers", "status"),
)
WHOLE_DAY_AT = 3  # o'clock UTC
_BEFORE, _AHEAD = 4 * HOUR, 8 * HOUR


def visit_export(
    packages: Iterable[Package], services: Collection[str], roster: Roster, at: int, places: Places
) -> bytes:
    """The visits of some services from four hours ago to eight ahead; at 03:00 those of yesterday until today begins."""
    since, until = at - _BEFORE, at + _AHEAD
    if at // HOUR % 24 == WHOLE_DAY_AT:
        since, until = wall_time(local(at - DAY).date(), 0), at + HOUR
    rows = (
        _row(visit, at, places)
        for package in packages
        if package.provider in services
        for visit in roster.visits(package, since, until, at)
    )
    return separated(VISIT_COLUMNS, sorted(rows, key=lambda row: (row[4], row[1])))


def _row(visit: Rostered, at: int, places: Places) -> tuple[str | int, ...]:
    package = visit.package
    assert package.provider is not None
    return (
        *(utc_text(at), visit.ref, code_of(places[package.provider]), package.ref),
        *(utc_text(visit.planned_start), utc_text(visit.planned_end)),
        utc_text(visit.actual_start) if visit.actual_start is not None else "",
        utc_text(visit.actual_end) if visit.actual_end is not None else "",
        *(package.carers, _SAID[visit.status]),
    )


_SAID = {
    VisitStatus.PLANNED: "Scheduled",
    VisitStatus.COMPLETED: "Completed",
    VisitStatus.LATE: "Late",
    VisitStatus.MISSED: "Missed",
    VisitStatus.CANCELLED: "Cancelled",
}
