"""The columns of the list of delayed discharges: one agreement for page, API and exports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from flowcentre.measures.delays import FAMILY_KEYS, REASON_BY_KEY
from flowcentre.model import County
from flowcentre.picture.delays import LIMITS, Delay

Cell = str | int | bool | date | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name for machines, its heading, and what a person has there. None: not known."""

    id: str
    heading: str
    kind: str  # "text", "number", "date", "moment" or "flag"
    of: Callable[[Delay, County], Cell]


def _place(county: County, place_id: str | None) -> str | None:
    place = county.places.get(place_id) if place_id is not None else None
    return place.label if place is not None else place_id


def _reason(delay: Delay) -> str | None:
    return REASON_BY_KEY[delay.person.reason].text if delay.person.reason is not None else None


COLUMNS = (
    Column("ref", "Ref", "text", lambda delay, _: delay.person.ref),
    Column("site", "Hospital", "text", lambda delay, county: _place(county, delay.person.place)),
    Column("ward", "Ward", "text", lambda delay, county: _place(county, delay.person.ward)),
    Column("days", "Days since ready", "number", lambda delay, _: delay.days),
    Column("pathway", "Pathway", "number", lambda delay, _: delay.person.pathway),
    Column("family", "Reason family", "text", lambda delay, _: FAMILY_KEYS[delay.family] if delay.family else None),
    Column("reason", "Reason for delay", "text", lambda delay, _: _reason(delay)),
    Column("owner", "Must act next", "text", lambda delay, county: _place(county, delay.person.owner)),
    Column("coordinator", "Co-ordinator", "text", lambda delay, _: delay.person.coordinator),
    Column("council", "Council or locality", "text", lambda delay, county: _place(county, delay.person.residence)),
    Column("expected", "Expected discharge", "date", lambda delay, _: delay.person.expected_on),
    Column("reviewed", "Last review", "moment", lambda delay, _: delay.person.reviewed_at),
    Column("ready", "Discharge ready", "moment", lambda delay, _: delay.person.ready_at),
    Column("admitted", "Admitted", "moment", lambda delay, _: delay.person.admitted_at),
    Column("nights", "Length of stay, nights", "number", lambda delay, _: delay.nights),
    Column(
        "past",
        "Past a limit",
        "text",
        lambda delay, _: "; ".join(words for limit, words in LIMITS.items() if limit in delay.past) or None,
    ),
    Column("listed", "List as at", "moment", lambda delay, _: delay.at),
    Column("too_old", "List too old", "flag", lambda delay, _: delay.stale),
)


def rows(delays: Iterable[Delay], county: County) -> Iterator[dict[str, Cell]]:
    """Each person as a row, by the names of the columns."""
    return ({column.id: column.of(delay, county) for column in COLUMNS} for delay in delays)
