"""Three localities' lists of referrals and two hospitals' lists, settled into a real store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from flowcentre.model import CareReferral, CareService, DelayedDischarge, NextStep, ReferralReason, Setting, Therapy
from flowcentre.store import Store
from tests.feeds.care_cast import LOCALITIES, NORTHGATE, SOUTHMERE, delayed, listed, poll
from tests.measures.care_cast import AT, DAY, HOUR, referral, running

SOON = AT + timedelta(minutes=5)
EARLIER = AT - 5 * HOUR


def north(at: datetime = AT) -> list[CareReferral]:
    """Of each kind of row one, and two of people whom Northgate lists."""
    return [
        referral(
            30, "R-1", at, person="P-1", reason=ReferralReason.DISCHARGE, pathway=1, weekly_hours=10.5, carers=2,
            therapy=Therapy.CARE_ONLY, triaged_at=at - 28 * HOUR, offers=0, team="brokerage-north", funding="council",
        ),
        referral(5, "R-2", at, person="P-2", pathway=1, service=CareService.REABLEMENT, ready_at=at - 3 * HOUR),
        referral(
            60, "R-3", at, setting=Setting.COMMUNITY, reason=ReferralReason.STEP_UP, weekly_hours=7, carers=1,
            therapy=Therapy.THERAPY_AND_CARE, triaged_at=at - 50 * HOUR, sourced_at=at - 2 * HOUR,
            provider="ashdown-north", offers=2,
        ),
        referral(2, "R-4", at, waits_for=NextStep.FAMILY, outcome="declined", carers=1),
        referral(9, "R-5", at, service=CareService.RECOVERY_BED, pathway=2),
        running(50, "R-6", at, weekly_hours=14, provider="bramble-north"),
        running(38, "R-7", at, planned_end=(at + 2 * DAY).date(), provider="ashdown-north"),
        referral(200, "R-8", at, started_at=at - 6 * DAY, ended_at=at - 2 * DAY, outcome="handed_back"),
    ]  # fmt: skip


def others(at: datetime = AT) -> list[CareReferral]:
    """Of the other localities; somebody in the south waits anew for care that was handed back."""
    back = referral(
        100, "R-10", at, person="P-9", ended_at=at - 60 * HOUR, outcome="handed_back", started_at=at - 90 * HOUR
    )
    again = referral(55, "R-11", at, person="P-9", reason=ReferralReason.RESTART, setting=Setting.COMMUNITY)
    return [
        replace(referral(20, "R-9", at, weekly_hours=3.5), place="mid"),
        replace(back, place="south"),
        replace(again, place="south"),
    ]


def hospitals(at: datetime = AT) -> dict[str, list[DelayedDischarge]]:
    """Two people whom the localities list too, one whom they do not, and one who has gone today."""
    return {
        "northgate": [delayed("P-1", ward=None), delayed("P-7", reason="medicines")],
        "southmere": [delayed("P-2", "southmere", discharged_at=at - HOUR)],
    }


def settle_localities(store: Store, at: datetime = AT, rows: Iterable[CareReferral] | None = None) -> None:
    """One document with every locality's whole list."""
    poll(store, listed([*north(at), *others(at)] if rows is None else rows, at, *LOCALITIES), at)


def settle_hospitals(store: Store, at: datetime = AT) -> None:
    """Both hospitals' lists."""
    for feed in (NORTHGATE, SOUTHMERE):
        place = feed.places[0]
        poll(store, listed(hospitals(at)[place], at, place, people="delays"), at, feed)


def settle(store: Store, at: datetime = AT) -> None:
    """Everybody's lists: the hospitals' first."""
    settle_hospitals(store, at)
    settle_localities(store, at)


def crowd(number: int, at: datetime = AT) -> list[CareReferral]:
    """So many people who wait in three localities, as different as can be, and half as many who have care."""
    services = (CareService.HOME_CARE, CareService.REABLEMENT, CareService.HOME_CARE, CareService.RECOVERY_BED)
    found = []
    for index in range(number):
        place = LOCALITIES[index % 3]
        waited = 1.5 + (index * 37) % 150
        triaged = None if index % 4 == 0 else at - (waited * 0.8) * HOUR
        sourced = at - (waited * 0.2) * HOUR if triaged and index % 3 == 0 else None
        found.append(
            replace(
                referral(waited, f"WC-{3000 + index}", at, person=f"NG-{4000 + index}" if index % 2 else f"C-{index}"),
                place=place,
                service=services[index % 4],
                setting=Setting.HOSPITAL if index % 2 else Setting.COMMUNITY,
                reason=(*ReferralReason, None)[index % 5],
                pathway=(1, 1, 2, None)[index % 4],
                weekly_hours=(7, 10.5, 14, 21, None)[index % 5],
                carers=(1, 1, 2, 1, None)[index % 5],
                therapy=None if triaged is None else (*Therapy,)[1 + index % 3],
                triaged_at=triaged,
                sourced_at=sourced,
                provider=f"ashdown-{place}" if sourced else None,
                offers=index % 3 if triaged else None,
                team=f"wupi-{place}" if index % 2 else f"brokerage-{place}",
                funding=("council", "nhs", None)[index % 3],
            )
        )
    for index in range(number // 2):
        began = running(
            1 + index * 0.7, f"WR-{7000 + index}", at, weekly_hours=10.5, provider=f"bramble-{LOCALITIES[index % 3]}"
        )
        found.append(replace(began, place=LOCALITIES[index % 3]))
    return found


def settle_crowd(store: Store, number: int = 200, at: datetime = AT) -> None:
    """A usual day: every locality's list, and hospitals where some of the same people lie."""
    people = [delayed(f"NG-{4000 + index}") for index in range(1, 60, 2)]
    poll(store, listed(people, at, "northgate", people="delays"), at, NORTHGATE)
    poll(store, listed([delayed("SM-1", "southmere")], at, "southmere", people="delays"), at, SOUTHMERE)
    settle_localities(store, at, crowd(number, at))
