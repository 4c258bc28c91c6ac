"""What is particular to the page of packages of care, as a list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flowcentre.measures.care_clocks import Phase
from flowcentre.model import County
from flowcentre.picture.list_subject import Choices
from flowcentre.picture.listed import NOT_KNOWN, PAST
from flowcentre.picture.package_table import COLUMNS, length_shown
from flowcentre.picture.packages import FACETS, PACKAGES, Package
from layouts.parts.capacity_words import number
from layouts.parts.list_page import ListPage
from layouts.parts.list_words import place_name

_PLACES = ("locality", "team", "provider")
FACET_WORDS = {
    "locality": "Locality",
    "phase": "Phase",
    "service": "Service",
    "setting": "Referred from",
    "reason": "Reason",
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
    """What the waits come to, and how many are past the promise."""
    said = _lengths(packages)
    breached = sum(package.breached for package in packages)
    return [*said, f"{breached:,} past the promise"] if breached else said


def _lengths(packages: Sequence[Package]) -> list[str]:
    """The longest wait, and the carer hours a week."""
    said = []
    waits = [package.waited for package in packages if package.next_step is not None]
    if waits:
        said.append(f"longest wait {length_shown(max(waits, default=timedelta(0)))}")
    hours = [package.person.carer_hours for package in packages]
    known = [each for each in hours if each is not None]
    if known:
        short = "at least " if len(known) < len(hours) else ""
        said.append(f"{short}{number(sum(known))} carer hours a week")
    return said


_ALWAYS = {
    "ref",
    "locality",
    "service",
    "hours",
    "carers",
    "therapy",
    "setting",
    "reason",
    "hospital",
    "provider",
    "past",
}
_FIRST = frozenset({*_ALWAYS, "waited", "left", "next"})
_OF_PHASE = {
    Phase.WAITING.value: _FIRST,
    Phase.RECEIVING.value: frozenset({*_ALWAYS, "started", "day", "planned_end"}),
    Phase.ENDED.value: frozenset({*_ALWAYS, "started", "ended", "outcome"}),
}


def _first_of(choices: Choices) -> frozenset[str]:
    """What one asks of those who wait is another thing than what one asks of care that runs."""
    phases = choices.get("phase", frozenset())
    (phase,) = phases if len(phases) == 1 else (None,)
    return _OF_PHASE.get(phase or "", frozenset({*_FIRST, "phase", "day"}))


PAGE: ListPage[Package] = ListPage(
    id="packages",
    title="Packages of care",
    source="From the localities' own lists of referrals: local, not validated.",
    subject=PACKAGES,
    columns=COLUMNS,
    first=_FIRST,
    widths={
        "ref": 190,  # what a row is known by: 11 capital letters must fit
        "locality": 110,
        "service": 124,
        "waited": 104,
        "left": 144,  # "53 d 20 h over"
        "next": 124,
        "hours": 100,
        "carers": 92,
        "visits": 100,
        "therapy": 150,
        "setting": 120,
        "reason": 184,
        "hospital": 240,
        "pathway": 110,
        "team": 190,
        "provider": 170,
        "offers": 96,
        "funding": 160,
        "past": 230,
        "unchanged": 150,
        "phase": 110,
        "day": 130,
        "planned_end": 150,
        "outcome": 240,
        "referred": 166,
        "ready": 166,
        "due": 166,
        "breached": 110,
        "accepted": 166,
        "sent_back": 166,
        "triaged": 166,
        "sourced": 166,
        "started": 166,
        "ended": 166,
        "therapy_again": 110,
        "person": 190,
        "listed": 166,
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
    lengths=_lengths,
    exports=((".csv", "CSV"), (".xlsx", "Excel")),
    jumps=(("#could-start", "Could start"), ("#triage", "Triage queue"), ("#check", "Check these"), ("#list", "List")),
    everybody="Everybody who waits for care at home",
    whose_rows="A package is shown to the locality where the care is wanted, and to the hospital in which the person lies.",
    whose_line="the package's life line",
    first_of=_first_of,
    switches={
        "phase": (
            (None, "waiting"),
            (Phase.RECEIVING.value, "receiving"),
            (Phase.ENDED.value, "ended in the last 8 days"),
        ),
        "service": ((None, "care at home"), ("recovery-bed", "recovery beds")),
    },
)
