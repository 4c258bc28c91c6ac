"""The course of one referral: its moments, which of them cannot be, and a package that was written in two rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from connectors._list_times import When, hold_what_is_ahead, maybe_when, when
from flowcentre.feeds.contract import RowHeld
from flowcentre.feeds.tables import Row
from flowcentre.measures.care_words import OUTCOMES_OF_CARE_THAT_RAN
from flowcentre.model import CareReferral, Held

_DOUBLED_FROM = 10  # refs: of fewer, most may well be packages of two carers in two rows
_STEPS = ("accepted", "sent_back", "triaged", "sourced", "started", "ended")


@dataclass(frozen=True, slots=True)
class Course:
    """When somebody was referred, and when each step was done; None where it is not, or was not said."""

    referred_at: datetime
    ready_at: datetime | None
    accepted_at: datetime | None
    sent_back_at: datetime | None
    triaged_at: datetime | None
    sourced_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    planned_end: date | None


def course_of(row: Row, list_time: datetime, outcome: str | None) -> Course:
    """The moments of a row. Raises RowHeld for those that cannot be, judged by the list's own time: no clock is asked.

    A day alone that is the day of the referral is the referral's moment. Only ``ready`` and ``planned_end`` may lie ahead.
    """
    referred = when(row, "referred")
    steps = {column: maybe_when(row, column) for column in _STEPS}
    ready, planned_end = maybe_when(row, "ready"), maybe_when(row, "planned_end")
    hold_what_is_ahead(list_time, {"referred": referred, **steps})
    for column, step in steps.items():
        if step is not None and step.before(referred):
            raise RowHeld(f"{column} is before referred")
    started, ended = steps["started"], steps["ended"]
    if ended is not None:
        if started is not None and ended.before(started):
            raise RowHeld("ended is before started")
        # Whoever ended with another outcome may have declined, died, gone to hospital or been sent back before any care.
        if started is None and (outcome is None or outcome in OUTCOMES_OF_CARE_THAT_RAN):
            raise RowHeld("ended without started, and no outcome says that no care was needed or wanted")

    def at(column: str) -> datetime | None:
        found = steps[column]
        return found.from_(_last(referred, started if column == "ended" else None)) if found else None

    return Course(
        referred.at,
        ready.at if ready else None,
        at("accepted"),
        at("sent_back"),
        at("triaged"),
        at("sourced"),
        at("started"),
        at("ended"),
        planned_end.day if planned_end else None,
    )


def _last(one: When, other: When | None) -> When:
    return other if other is not None and other.at > one.at else one


def is_doubled(rows: Sequence[tuple[str, CareReferral | Held]]) -> bool:
    """Do most refs stand in two rows that are wholly alike? Then it is a file appended to itself, and no pairs."""
    count = Counter(row for _, row in rows if isinstance(row, CareReferral))
    refs = {(row.place, row.ref) for row in count}
    twice = {(row.place, row.ref) for row, times in count.items() if times > 1}
    return len(refs) >= _DOUBLED_FROM and 2 * len(twice) > len(refs)


def alike_in_pairs(rows: Sequence[tuple[str, CareReferral | Held]]) -> int:
    """How many packages for one carer, by their own word, stand in two rows that are wholly alike.

    They are counted as packages of two carers, by nothing but the second row: somebody must be told.
    """
    referrals = [row for _, row in rows if isinstance(row, CareReferral)]
    times = Counter((row.place, row.ref) for row in referrals)
    alike = Counter(row for row in referrals if row.service.at_home and row.carers != 2)
    return sum(count == 2 and times[row.place, row.ref] == 2 for row, count in alike.items())


def in_pairs(rows: Sequence[tuple[str, CareReferral | Held]]) -> list[tuple[str, CareReferral | Held]]:
    """The rows, those two made one that are a package of two carers written once for each of them.

    They have one ref and are alike but for who gives the care and what was offered; the provider that is named
    first is taken. A bed is never a pair.
    """
    named: dict[tuple[str, str], list[int]] = {}
    for number, (_, referral) in enumerate(rows):
        if isinstance(referral, CareReferral) and referral.service.at_home:
            named.setdefault((referral.place, referral.ref), []).append(number)
    found: list[tuple[str, CareReferral | Held] | None] = list(rows)
    for numbers in named.values():
        if len(numbers) != 2:
            continue
        (where, one), (_, other) = (rows[number] for number in numbers)
        assert isinstance(one, CareReferral)
        assert isinstance(other, CareReferral)
        if one == replace(other, provider=one.provider, offers=one.offers):
            offers = max((said for said in (one.offers, other.offers) if said is not None), default=None)
            pair = replace(one, carers=2, provider=one.provider or other.provider, offers=offers)
            found[numbers[0]], found[numbers[1]] = (where, pair), None
    return [row for row in found if row is not None]
