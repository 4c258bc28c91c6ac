"""What is particular to the page of packages of care, as a list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flowcentre.model import County
from flowcentre.picture.listed import NOT_KNOWN, PAST
from flowcentre.picture.package_table import COLUMNS, length_shown
from flowcentre.picture.packages import FACETS, PACKAGES, Package
from layouts.parts.list_page import ListPage
from layouts.parts.list_words import place_name

_PLACES = ("locality", "team", "provider")
FACET_WORDS = {
    "locality": "Locality",
    "phase": "Phase",
    "service": "Service",
    "setting": "Referred from",
    "reason": "Asked for",
    "next": "Must act next",
    "waited": "Waited",
    "team": "Team",
    "provider": "Provider",
    "therapy": "Therapy",
    "carers": "Carers",
    "pathway": "Pathway",
    "funding": "Funding",
    PAST: "Past",
}


def choice_name(facet: str, value: str, county: County) -> str:
    """What a choice is called beside its facet: "Must act next: brokerage"."""
    if facet in _PLACES:
        return place_name(county, value, "none named" if facet != "locality" else NOT_KNOWN)
    return PACKAGES.label(facet, value, county).removeprefix("Pathway ")


def _group_name(group: str, key: str, county: County) -> str:
    if group == "next":
        words = PACKAGES.label(group, key, county)
        return f"{words[:1].upper()}{words[1:]}"
    return place_name(county, key, "No provider named")


def _sums(packages: Sequence[Package]) -> list[str]:
    """The longest wait, the carer hours a week, and how many are past the promise."""
    said = []
    waits = [package.waited for package in packages if package.next_step is not None]
    if waits:
        said.append(f"longest wait {length_shown(max(waits, default=timedelta(0)))}")
    hours = [package.person.carer_hours for package in packages]
    known = [number for number in hours if number is not None]
    if known:
        short = "at least " if len(known) < len(hours) else ""
        said.append(f"{short}{sum(known):,.1f}".removesuffix(".0") + " carer hours a week")
    breached = sum(package.breached for package in packages)
    return [*said, f"{breached:,} past the promise"] if breached else said


PAGE: ListPage[Package] = ListPage(
    id="packages",
    title="Packages of care",
    source="From the localities' own lists of referrals: local, not validated.",
    subject=PACKAGES,
    columns=COLUMNS,
    first=frozenset(
        {
            "ref",
            "locality",
            "service",
            "waited",
            "left",
            "next",
            "hours",
            "carers",
            "therapy",
            "setting",
            "reason",
            "hospital",
            "provider",
            "past",
        }
    ),
    widths={
        "ref": 190,  # what a row is known by: 11 capital letters must fit
        "locality": 120,
        "service": 130,
        "waited": 110,
        "left": 130,
        "next": 130,
        "hours": 110,
        "carers": 96,
        "visits": 100,
        "therapy": 160,
        "setting": 130,
        "reason": 170,
        "hospital": 260,
        "pathway": 110,
        "team": 190,
        "provider": 200,
        "offers": 96,
        "funding": 160,
        "past": 240,
        "phase": 110,
        "day": 130,
        "planned_end": 150,
        "outcome": 240,
        "referred": 150,
        "ready": 150,
        "due": 150,
        "breached": 110,
        "accepted": 150,
        "sent_back": 150,
        "triaged": 150,
        "sourced": 150,
        "started": 150,
        "ended": 150,
        "therapy_again": 110,
        "person": 190,
        "listed": 150,
        "too_old": 190,
    },
    facet_words=FACET_WORDS,
    single={
        "next": "one who must act",
        "waited": "length of wait",
        "reason": "reason",
        "setting": "setting",
        PAST: "limit",
    },
    choice_name=choice_name,
    groups={"next": "who must act", "locality": "locality", "provider": "provider"},
    group_of=lambda package, group: FACETS[group](package),
    group_name=_group_name,
    group_sums=_sums,
    exports=((".csv", "CSV"), (".xlsx", "Excel")),
    jumps=(("#could-start", "Could start"), ("#triage", "Triage queue"), ("#check", "Check these"), ("#list", "List")),
    nobody="Everybody who waits for care at home. Choose by any bar or number.",
    whose_line="the package's life line",
)
