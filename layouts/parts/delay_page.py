"""What is particular to the page of delayed discharges."""

from __future__ import annotations

from collections.abc import Sequence

from flowcentre.model import County
from flowcentre.picture.delay_sums import counts_by_facet
from flowcentre.picture.delay_table import COLUMNS
from flowcentre.picture.delays import DELAYS, Delay
from flowcentre.picture.listed import PAST, UNKNOWN
from layouts.parts.delay_words import FACET_WORDS, choice_name
from layouts.parts.list_page import ListPage
from layouts.parts.list_words import place_name


def _group_of(delay: Delay, group: str) -> str:
    person = delay.person
    return (person.owner if group == "owner" else person.ward or person.place) or UNKNOWN


def _group_name(_group: str, key: str, county: County) -> str:
    return place_name(county, key, "Nobody named")


def _longest(delays: Sequence[Delay]) -> list[str]:
    most = max(delay.days for delay in delays)
    return [f"longest {most:,} {'day' if most == 1 else 'days'}"]


def _lengths(delays: Sequence[Delay]) -> list[str]:
    return [f"{sum(delay.days for delay in delays):,} bed days lost", *_longest(delays)]


PAGE: ListPage[Delay] = ListPage(
    id="delays",
    title="Delayed discharges",
    source="From the hospitals' own lists: local, not validated.",
    subject=DELAYS,
    columns=COLUMNS,
    first=frozenset(
        {
            "ref",
            "ward",
            "site",
            "days",
            "pathway",
            "reason",
            "owner",
            "council",
            "package",
            "expected",
            "reviewed",
            "past",
        }
    ),
    widths={  # those that are shown first fit a screen of 1920, and a scroll bar
        "ref": 190,  # what a row is known by: 11 capital letters must fit
        "site": 124,
        "ward": 104,
        "days": 100,
        "pathway": 100,
        "family": 170,
        "reason": 286,
        "owner": 160,
        "coordinator": 120,
        "council": 120,
        "package": 164,
        "expected": 124,
        "reviewed": 130,
        "unchanged": 162,
        "ready": 150,
        "admitted": 150,
        "nights": 110,
        "past": 168,
        "listed": 150,
        "too_old": 190,
    },
    facet_words=FACET_WORDS,
    single={"owner": "organisation", "council": "council or locality", "days": "number of days", PAST: "limit"},
    choice_name=choice_name,
    groups={"ward": "ward", "owner": "who must act"},
    group_of=_group_of,
    group_name=_group_name,
    group_sums=_longest,
    lengths=_lengths,
    exports=((".csv", "CSV"), (".xlsx", "Excel"), ("/ward-sheet", "Ward sheet")),
    jumps=(("#why", "Why"), ("#who", "Who"), ("#history", "28 days"), ("#list", "List")),
    everybody="Everybody",
    counts=counts_by_facet,
    whose_rows="A row is shown to the hospital on whose list it stands, and to the locality where the person lives.",
    whose_line="the person's timeline",
)
