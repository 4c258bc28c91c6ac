"""The county's list of referrals for care, as its brokerage system writes it: comma-separated, moments in UTC."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flowcentre.demo import lapses
from flowcentre.demo.package import Package
from flowcentre.demo.writing import code_of, separated, utc_text
from flowcentre.model import CareService, Places, ReferralReason, Therapy

REFERRAL_COLUMNS = (
    *("list_time", "ref", "person", "locality", "referred", "setting", "reason", "pathway", "service", "team"),
    *("weekly_hours", "visits_a_day", "carers", "therapy", "accepted", "sent_back", "triaged", "sourced"),
    *("provider", "started", "planned_end", "ended", "outcome", "therapy_again", "offers", "funding"),
    *("ready", "waits_for"),
)
_WEEKLY_HOURS = REFERRAL_COLUMNS.index("weekly_hours")
_SERVICES = {
    CareService.HOME_CARE: "Home support or domiciliary care",
    CareService.REABLEMENT: "Reablement",
    CareService.RECOVERY_BED: "Recovery bed",
}
# Outcomes are written as their numbers in the national client-level data, those that it has not in words.
OUTCOME_CODES = {
    "reablement": "1",
    "assessment": "2",
    "long_term": "4",
    "hospital": "6",
    "other_authority": "7",
    "nhs": "8",
    "self_funded": "9",
    "advice": "10",
    "other_service": "11",
    "declined": "12",
    "deceased": "13",
    "ended_as_planned": "14",
    "ended_other": "15",
    "handed_back": "Handed back by the provider",
    "sent_back": "Sent back to the referrer",
}
FUNDING = {
    "council": "Council",
    "better_care_fund": "Better Care Fund",
    "discharge_fund": "Discharge fund",
    "nhs": "NHS",
    "self": "Self-funded",
}


def referral_list(packages: Iterable[Package], at: int, places: Places) -> bytes:
    """Everybody who waits or has care, and whose care ended in the last eight days, in order of their referrals."""
    listed = sorted(packages, key=lambda package: (package.referred_at, package.ref))
    rows, to_spoil = [], lapses.spoils_hours(at)
    for package in listed:
        row = _row(package, at, places)
        times = _rows_of(package) if row[_WEEKLY_HOURS] else 1  # before triage nobody knows of a second carer
        if to_spoil and times == 1 and row[_WEEKLY_HOURS]:
            row, to_spoil = (*row[:_WEEKLY_HOURS], "-7", *row[_WEEKLY_HOURS + 1 :]), False
        rows += [row] * times
    return separated(REFERRAL_COLUMNS, rows)


def _rows_of(package: Package) -> int:
    return package.carers if package.service.at_home and lapses.writes_pairs(package.locality) else 1


def _row(package: Package, at: int, places: Places) -> Sequence[object]:
    def come(moment: int | None) -> str:
        # The simulation knows some moments ahead; nobody in the county does.
        return utc_text(moment) if moment is not None and moment <= at else ""

    triaged = package.triaged_at is not None and package.triaged_at <= at
    known = triaged or package.reason is ReferralReason.RESTART  # what they had is what they need
    service = package.asked if package.asked is not None and not triaged else package.service
    sourced = come(package.sourced_at)
    need: tuple[object, ...] = ("", "", "", "")
    if service.at_home:
        need = ("", "", "", _said(Therapy.NOT_TRIAGED))
        if known:
            carers = package.carers // _rows_of(package)
            need = (f"{package.weekly_hours:g}", package.visits_a_day, carers, _said(package.therapy))
    again = package.therapy_again_at is not None and package.therapy_again_at <= at and package.is_running(at)
    return (
        *(utc_text(at), package.ref, package.person, places[package.locality].name, utc_text(package.referred_at)),
        *(_said(package.setting), _said(package.reason)),
        *(f"P{package.pathway}" if package.pathway is not None else "", _SERVICES[service]),
        *(code_of(places[package.team]), *need, come(package.accepted_at), come(package.sent_back_at)),
        *(come(package.triaged_at), sourced, code_of(places[package.provider]) if sourced and package.provider else ""),
        *(come(package.started_at), package.planned_end(at) or "", come(package.ended_at)),
        OUTCOME_CODES[package.outcome] if package.outcome and come(package.outcome_at) else "",
        *("yes" if again else "no", package.offers(at) if triaged else ""),
        *(FUNDING[package.funding] if come(package.accepted_at) else "", _ready(package, at)),
        _said(package.next_to_act(at) or "") if package.is_waiting(at) else "",
    )


def _ready(package: Package, at: int) -> object:
    # Since when they could go; of somebody who is not ready, the day on which the ward expects it.
    return utc_text(package.ready_at) if package.ready_at is not None else package.expected_ready(at) or ""


def _said(word: str) -> str:
    return word.capitalize()
