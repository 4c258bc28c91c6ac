"""A discharge list becomes measures, as at the list's own moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from math import ceil
from statistics import median

from flowcentre.measures.delays import (
    BANDS,
    FAMILY_KEYS,
    FAMILY_OF_REASON,
    HOSPITAL_LIMIT_HOURS,
    PATHWAYS,
    REASON_BY_KEY,
    STAYS,
    band_measure,
    band_of,
)
from flowcentre.measures.derive import LONDON, local_day
from flowcentre.model import DelayedDischarge, Reading


def remains(person: DelayedDischarge, at: datetime) -> bool:
    """Is the person delayed at that moment: ready, and still in the bed?"""
    return person.ready_at <= at and (person.discharged_at is None or person.discharged_at > at)


def days_ready(person: DelayedDischarge, at: datetime) -> int:
    """Whole days since the discharge ready date, counted in Europe/London dates as the national measure is."""
    return (local_day(at) - local_day(person.ready_at)).days


def nights(person: DelayedDischarge, at: datetime) -> int:
    """The length of stay in nights: census date less date of admission."""
    return (local_day(at) - local_day(person.admitted_at)).days


def hospital_overdue(person: DelayedDischarge, at: datetime) -> bool:
    """Has the hospital's own process taken longer than the limit?"""
    return (
        person.reason is not None
        and FAMILY_OF_REASON[person.reason] == "hospital_process"
        and at - person.ready_at > timedelta(hours=HOSPITAL_LIMIT_HOURS)
    )


def discharged_today(listed: Iterable[DelayedDischarge], at: datetime) -> list[DelayedDischarge]:
    """Those of a list who left since the midnight before ``at``."""
    today = local_day(at)
    return [
        person
        for person in listed
        if person.discharged_at is not None and person.discharged_at <= at and local_day(person.discharged_at) == today
    ]


def discharged_by(person: DelayedDischarge, hour: int) -> bool:
    """Did a person leave by that hour, Europe/London? 17:00 is by 17:00, and 17:01 is not, as nationally."""
    assert person.discharged_at is not None
    left_at = person.discharged_at.astimezone(LONDON)
    return (left_at.hour, left_at.minute) <= (hour, 0)


def centile(days: Sequence[int], share: float) -> float:
    """The nearest-rank centile: the least value that this share of all does not exceed. Needs one value at least."""
    ordered = sorted(days)
    return float(ordered[max(0, ceil(share * len(ordered)) - 1)])


def delay_readings(
    place: str, listed: Sequence[DelayedDischarge], at: datetime, *, departures: bool = True
) -> Iterator[Reading]:
    """The measures of one hospital's whole list at ``at``.

    Median and 90th centile of nobody have no value. Without ``departures`` the list cannot say who has
    left: then discharges have none either, for they are not zero.
    """
    here = [person for person in listed if remains(person, at)]
    today, days = local_day(at), [days_ready(person, at) for person in here]
    stays = [nights(person, at) for person in here]
    counts: dict[str, float | None] = {
        "delayed_now": len(here),
        "delayed_bed_days_now": sum(days),
        "delayed_longest_now": max(days, default=0),
        "delayed_median_days_now": median(days) if days else None,
        "delayed_p90_days_now": centile(days, 0.9) if days else None,
        "delayed_hospital_over_48h_now": sum(hospital_overdue(person, at) for person in here),
    }
    counts |= _expected(here, at)
    pathways = Counter(person.pathway for person in here)
    counts |= {f"delayed_pathway_{pathway}_now": pathways[pathway] for pathway in PATHWAYS}
    counts["delayed_pathway_unknown_now"] = pathways[None]
    reasons = Counter(person.reason for person in here)
    families = Counter(FAMILY_OF_REASON[person.reason] for person in here if person.reason is not None)
    counts |= {f"delayed_family_{family}_now": families[family] for family in FAMILY_KEYS}
    counts |= {f"delayed_{reason}_now": reasons[reason] for reason in REASON_BY_KEY}
    counts["delayed_reason_unknown_now"] = reasons[None]
    bands = Counter(band_of(waited).key for waited in days)
    counts |= {band_measure(band): bands[band.key] for band in BANDS}
    counts |= {f"delayed_stay_{length}_now": sum(stay >= length for stay in stays) for length in STAYS}
    left = discharged_today(listed, at)
    gone = {
        "delayed_discharged_today": len(left),
        "delayed_discharged_by_1200_today": sum(discharged_by(person, 12) for person in left),
        "delayed_discharged_by_1700_today": sum(discharged_by(person, 17) for person in left),
        "delayed_same_day_today": sum(local_day(person.ready_at) == today for person in left),
    }
    counts |= gone if departures else dict.fromkeys(gone)
    for measure, count in counts.items():
        yield Reading(measure, place, None if count is None else float(count), at)


def _expected(here: Sequence[DelayedDischarge], at: datetime) -> dict[str, float | None]:
    today = local_day(at)
    ahead = [(person.expected_on - today).days for person in here if person.expected_on is not None]
    return {
        "delayed_expected_today_now": ahead.count(0),
        "delayed_expected_tomorrow_now": ahead.count(1),
        "delayed_expected_passed_now": sum(days < 0 for days in ahead),
    }
