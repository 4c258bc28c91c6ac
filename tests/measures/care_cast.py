"""Referrals and contracts of North Westshire, with all that a test does not speak of filled in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from flowcentre.model import CapacityUnit, CareContract, CareReferral, CareService, CareTerms, Setting

AT = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)  # a Tuesday; London is on UTC
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
TERMS = CareTerms()


def referral(hours_ago: float = 10, ref: str | None = None, at: datetime = AT, **more: object) -> CareReferral:
    """Somebody who was referred for home care from hospital so many hours before ``at``, and waits."""
    settings: dict[str, object] = {
        "person": f"P-{ref or hours_ago}",
        "referred_at": at - hours_ago * HOUR,
        "service": CareService.HOME_CARE,
        "setting": Setting.HOSPITAL,
    } | more
    return CareReferral(ref or f"R-{hours_ago}", "north", **settings)  # type: ignore[arg-type]


def running(days_ago: float = 3, ref: str | None = None, at: datetime = AT, **more: object) -> CareReferral:
    """Somebody whose care began so many days before ``at``, ten hours after the referral."""
    started_at = at - days_ago * DAY
    given = {"referred_at": started_at - 10 * HOUR, "started_at": started_at} | more
    return referral(ref=ref or f"R-run-{days_ago}", at=at, **given)


def contract(ref: str = "C-1", amount: float = 100, **more: object) -> CareContract:
    """A block of home-care hours at Ashdown's service in the north, in force since April."""
    settings: dict[str, object] = {
        "provider": "ashdown-north",
        "unit": CapacityUnit.HOURS,
        "valid_from": date(2026, 4, 1),
    } | more
    return CareContract(ref, "north", amount=amount, **settings)  # type: ignore[arg-type]
