"""The history of one measure at one place, as JSON or CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from flowcentre.model import Measure, Period, Point
from flowcentre.web.cells import plain_cell
from flowcentre.web.shapes import HistoryShape
from flowcentre.web.shaping import number

MOST_POINTS = 50_000
# The longest span that one may ask for at once: what is counted every minute grows quickly.
LONGEST = {
    Period.MOMENT: timedelta(days=62),
    Period.SINCE_MIDNIGHT: timedelta(days=62),
    Period.LAST_SEVEN_DAYS: timedelta(days=62),
    Period.LAST_28_DAYS: timedelta(days=62),
    Period.DAY: timedelta(days=366 * 20),
    Period.WEEK: timedelta(days=366 * 20),
    Period.MONTH: timedelta(days=366 * 20),
}
# A plus sign that nobody escaped arrives as a blank: 2026-11-22T08:00:00 01:00.
_LOST_PLUS = re.compile(r"(T\d{2}:\d{2}[0-9:.]*) (\d{2}:?\d{2})$")


class Unusable(ValueError):
    """A question that cannot be answered as it was put. Says why, in plain words."""


def moment_of(name: str, text: str) -> datetime:
    """The UTC moment of a parameter. Raises Unusable: it must be ISO 8601 with an offset."""
    try:
        moment = datetime.fromisoformat(_LOST_PLUS.sub(r"\1+\2", text.strip()))
    except ValueError:
        raise Unusable(f"{name} is not a time: write 2026-11-22T08:00:00Z") from None
    if moment.tzinfo is None:
        raise Unusable(f"{name} has no offset from UTC: write 2026-11-22T08:00:00Z or 2026-11-22T08:00:00+00:00")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise Unusable(f"{name} is out of all time") from None


def check_span(measure: Measure, start: datetime, end: datetime) -> None:
    """Raises Unusable for a span that is empty, or too long to answer at once."""
    longest = LONGEST[measure.period]
    if start >= end:
        raise Unusable("from is not before to")
    if end - start > longest:
        raise Unusable(f"from and to are too far apart: at most {longest.days} days of this measure at once")


def check_points(points: Sequence[Point]) -> None:
    """Raises Unusable for more points than one answer may hold."""
    if len(points) > MOST_POINTS:
        raise Unusable(f"{len(points):,} points are too many for one answer, the most is {MOST_POINTS:,}: ask for less")


def as_json(
    measure: Measure,
    place: str,
    start: datetime,
    end: datetime,
    points: Sequence[Point],
    notice: str = "",
    known_from: datetime | None = None,
) -> HistoryShape:
    """The history as the API's JSON, with what must be said of the figures, and from when on they are still kept."""
    return {
        "measure": measure.id,
        "place": place,
        "unit": measure.unit,
        "notice": notice,
        "from": start,
        "to": end,
        "kept_from": known_from if known_from is not None and start < known_from else None,
        "points": [{"at": point.at, "value": number(point.value)} for point in points],
    }


def as_csv(measure: Measure, place: str, points: Sequence[Point], notice: str = "") -> str:
    """The history as CSV with headings; a gap is an empty cell. What must be said of the figures is one more column."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    told = [notice] if notice else []
    rows.writerow(["measure", "place", "unit", "at", "value", *(["notice"] if notice else [])])
    named = [plain_cell(measure.id), plain_cell(place), plain_cell(measure.unit)]
    for point in points:
        value = number(point.value)
        at = point.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        rows.writerow([*named, at, "" if value is None else f"{value:.15g}", *told])
    return text.getvalue()


def file_name(measure: str, place: str) -> str:
    """A file name that no header can be broken with."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", f"{measure}-{place}") + ".csv"
