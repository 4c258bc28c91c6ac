"""An A&E as it stands: who is there or came since midnight, and the ambulances at the door, as JSON over HTTP.

The persons and their whole lists are the facts; the poller counts them. ``ref`` is a pseudonym:
what looks like an NHS number is held back, and any key that was not agreed is never read.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import Field

from connectors._persons import P, each_once
from flowcentre.feeds.contract import Bookmark, Connector, Document, FeedMalformed, Payload, RowHeld
from flowcentre.feeds.http import HttpSettings, get, read_json
from flowcentre.feeds.pseudonyms import pseudonym
from flowcentre.feeds.tables import moment
from flowcentre.model import AmbulanceArrival, EmergencyAttendance, Fact, Held, Stream, WholeList

_ATTENDANCE = (
    "ref",
    "arrived_at",
    "stream",
    "triaged_at",
    "seen_at",
    "decided_to_admit_at",
    "departed_at",
    "admitted",
)
_AMBULANCE = ("ref", "arrived_at", "handed_over_at")
_STREAMS = {stream.value: stream for stream in Stream}
_AHEAD = timedelta(minutes=2)  # a row's clock may be so far ahead of its document's


class EmergencyDepartmentSettings(HttpSettings):
    """Where to ask for an A&E's lists."""

    longest_stay_days: int = Field(14, ge=1)  # someone still there after that was never signed out: held


class EmergencyDepartmentJson(Connector):
    """One A&E. Another site's document is refused whole, as is a list of another length than it says."""

    # What the poller derives from the persons (measures/derive.py).
    provides: ClassVar = (
        "ae_attendances_today",
        "ae_streamed_navigation_today",
        "ae_streamed_gp_today",
        "ae_streamed_sdec_today",
        "ae_patients_now",
        "ae_over_4h_now",
        "ae_over_12h_now",
        "ae_waiting_for_bed_now",
        "ae_longest_wait_now",
        "ae_departed_today",
        "ae_departed_within_4h_today",
        "ambulances_waiting_now",
        "ambulance_longest_handover_now",
    )
    Settings: ClassVar = EmergencyDepartmentSettings
    settings: EmergencyDepartmentSettings

    def fetch(self, since: Bookmark | None) -> Payload:
        return Payload((get(self.settings),), since)

    def parse(self, document: Document) -> Iterator[Fact]:
        content = read_json(document)
        if not isinstance(content, dict):
            raise FeedMalformed(f"{document.name}: not an object")
        site_code = content.get("site_code")
        site = self.places.find(site_code) if isinstance(site_code, str) else None
        if site is None:
            said = "no 'site_code'" if "site_code" not in content else "its site_code is not of this feed"
            raise FeedMalformed(f"{document.name}: {said}; another site's document?")
        try:
            as_at = _moment(content, "as_at")
        except RowHeld as why:
            raise FeedMalformed(f"{document.name}: {why}") from None
        # Both are read before either is given: a document is believed whole or not at all.
        attendances = _listed(document, content, "attendances", _ATTENDANCE)
        ambulances = _listed(document, content, "ambulances", _AMBULANCE)
        longest = timedelta(days=self.settings.longest_stay_days)
        yield from _persons(attendances, site, lambda row: _attendance(row, site, as_at, longest))
        yield WholeList("attendances", site, as_at, len(attendances))
        yield from _persons(ambulances, site, lambda row: _ambulance(row, site, as_at, longest))
        yield WholeList("ambulances", site, as_at, len(ambulances))


@dataclass(frozen=True, slots=True)
class _Entry:
    """One row of a list, and where it stood; ``keys`` None where it is not an object."""

    where: str
    keys: dict[str, object] | None


def _listed(document: Document, content: dict[str, object], people: str, agreed: Sequence[str]) -> list[_Entry]:
    """The rows of a list. Raises FeedMalformed where it is not whole or a key is gone from every row."""
    rows, listed = content.get(people), content.get(f"{people}_listed")
    if not isinstance(rows, list):
        raise FeedMalformed(f"{document.name}: {people!r} is missing or not a list")
    if isinstance(listed, bool) or not isinstance(listed, int):
        raise FeedMalformed(f"{document.name}: '{people}_listed' is missing or not a whole number")
    if listed != len(rows):
        raise FeedMalformed(
            f"{document.name}: {people} lists {listed}, holds {len(rows)}; cut off?", rows=max(listed, len(rows))
        )
    entries = [
        _Entry(f"{document.name} {people}[{number}]", row if isinstance(row, dict) else None)
        for number, row in enumerate(rows)
    ]
    gone = [key for key in agreed if entries and not any(key in (entry.keys or ()) for entry in entries)]
    if gone:
        raise FeedMalformed(
            f"{document.name}: no row of {people} has {', '.join(map(repr, gone))}; renamed?", rows=len(rows)
        )
    return entries


def _persons(entries: Sequence[_Entry], site: str, read: Callable[[dict[str, object]], P]) -> Iterator[P | Held]:
    """Each row as a person, or as held with its reason."""
    return each_once((entry.where, _person_or_held(entry, site, read)) for entry in entries)


def _person_or_held(entry: _Entry, site: str, read: Callable[[dict[str, object]], P]) -> P | Held:
    if entry.keys is None:
        return Held(entry.where, "is not an object", place=site)
    try:
        return read(entry.keys)
    except RowHeld as why:
        return Held(entry.where, str(why), place=site)


def _attendance(row: dict[str, object], site: str, as_at: datetime, longest: timedelta) -> EmergencyAttendance:
    stream = _agreed(row, "stream")
    if not isinstance(stream, str) or stream not in _STREAMS:
        raise RowHeld("stream is not one that is agreed")
    departed_at = _maybe_moment(row, "departed_at")
    admitted = _agreed(row, "admitted")
    # Whether someone is admitted may be open until they leave.
    if not (isinstance(admitted, bool) or (admitted is None and departed_at is None)):
        raise RowHeld("admitted is neither true nor false")
    person = EmergencyAttendance(
        ref=pseudonym(_agreed(row, "ref")),
        place=site,
        arrived_at=_moment(row, "arrived_at"),
        stream=_STREAMS[stream],
        triaged_at=_maybe_moment(row, "triaged_at"),
        seen_at=_maybe_moment(row, "seen_at"),
        decided_to_admit_at=_maybe_moment(row, "decided_to_admit_at"),
        departed_at=departed_at,
        admitted=bool(admitted),
    )
    _check_order(person.arrived_at, departed_at, "departed_at", as_at, longest)
    return person


def _ambulance(row: dict[str, object], site: str, as_at: datetime, longest: timedelta) -> AmbulanceArrival:
    person = AmbulanceArrival(
        pseudonym(_agreed(row, "ref")), site, _moment(row, "arrived_at"), _maybe_moment(row, "handed_over_at")
    )
    _check_order(person.arrived_at, person.handed_over_at, "handed_over_at", as_at, longest)
    return person


def _check_order(
    arrived_at: datetime, ended_at: datetime | None, key: str, as_at: datetime, longest: timedelta
) -> None:
    """Hold what cannot be, judged by the document's own time: no clock is asked."""
    if arrived_at > as_at + _AHEAD:
        raise RowHeld("arrived_at is later than the document's as_at")
    if ended_at is not None and ended_at < arrived_at:
        raise RowHeld(f"{key} is before arrived_at")
    if ended_at is None and as_at - arrived_at > longest:
        raise RowHeld(f"arrived_at is over {longest.days} days ago without {key}; never signed out?")


def _agreed(row: dict[str, object], key: str) -> object:
    """What stands under a key that must be there, though it may be null: a renamed key is not a null."""
    if key not in row:
        raise RowHeld(f"{key} is missing")
    return row[key]


def _moment(row: dict[str, object], key: str) -> datetime:
    said = _agreed(row, key)
    # A date alone would read as its midnight.
    if not isinstance(said, str) or ":" not in said:
        raise RowHeld(f"{key} is not a time")
    try:
        return moment(said)
    except RowHeld as why:
        raise RowHeld(f"{key} {why}") from None
    except OverflowError:  # the year 1 or 9999 with an offset
        raise RowHeld(f"{key} is not a time") from None


def _maybe_moment(row: dict[str, object], key: str) -> datetime | None:
    return None if _agreed(row, key) is None else _moment(row, key)
