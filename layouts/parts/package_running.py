"""Care that runs: how many have it, who is past the last day of a short-term package, and whose care ends soon."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

from dash import html

from flowcentre.measures.care_clocks import Phase
from flowcentre.picture.listed import Chosen
from flowcentre.picture.packages import ENDING_SOON, OVER_LENGTH, Package
from layouts.parts.capacity_words import number
from layouts.parts.figure import explained
from layouts.parts.list_links import Address
from layouts.parts.list_tiles import big, facts, missing
from layouts.parts.list_words import short_words
from layouts.parts.package_tiles import at_least, choose, tile

_RUNS = Phase.RECEIVING.value


def beside_waiting(chosen: Chosen[Package], everybody: Iterable[Package], address: Address[Package]) -> html.Article:
    """One tile on the page of those who wait: what the same choice has of people whose care runs."""
    title, what, short = "Care that runs", "people who have care", chosen.count.at_least
    if not chosen.count.known:
        return tile(title, what, missing(chosen))
    running = [package for package in everybody if package.phase is Phase.RECEIVING]
    rows = [
        (_past_words(chosen), choose(address, _past(running), short, sign=True, phase=_RUNS, past=OVER_LENGTH)),
        (_soon_words(chosen), choose(address, _soon(running), short, sign=True, phase=_RUNS, past=ENDING_SOON)),
    ]
    system = chosen.picture.county.places.system.id
    if address.at is None and not chosen.filters.chosen:
        rows.append(("handed back in 7 days", explained(chosen.picture, system, "poc_handed_back_7d", "second")))
    return tile(title, what, big(choose(address, len(running), short, phase=_RUNS)), facts(*rows))


def running_tiles(chosen: Chosen[Package], address: Address[Package]) -> list[html.Article]:
    """The tiles where those are chosen whose care runs; none where only care that has ended is."""
    if chosen.filters.in_force.get("phase") == frozenset({Phase.ENDED.value}):
        return []
    running = [package for package in chosen.counted if package.phase is Phase.RECEIVING]
    short = chosen.count.at_least
    coverage = [html.P(short_words(chosen), className="coverage")] if short else []
    days = [package.day for package in running if package.day is not None]
    hours = [package.person.carer_hours for package in running if package.person.service.at_home]
    untold = sum(each is None for each in hours)
    length = tile(
        "Day of care",
        "of those chosen",
        *coverage,
        big(f"{median(days):.0f}" if days else "nobody", "half are at this day or before" if days else ""),
        facts(("longest", f"day {max(days)}" if days else "nobody")),
    )
    ends = tile(
        "Ends",
        "of those chosen",
        *coverage,
        big(choose(address, _past(running), short, past=OVER_LENGTH), _past_words(chosen)),
        facts((_soon_words(chosen), choose(address, _soon(running), short, sign=True, past=ENDING_SOON))),
    )
    if not hours:
        return [length, ends]
    told = at_least(number(sum(each for each in hours if each is not None)), short or untold > 0)
    taken = tile(
        "Hours taken", "of carers, a week", *coverage, big(told, "hours"), facts(("hours not known", f"{untold:,}"))
    )
    return [length, ends, taken]


def _past(running: Iterable[Package]) -> int:
    return sum(OVER_LENGTH in package.past for package in running)


def _soon(running: Iterable[Package]) -> int:
    return sum(ENDING_SOON in package.past for package in running)


def _past_words(chosen: Chosen[Package]) -> str:
    own = any(chosen.picture.county.places.stay_limits.values())
    return "past the last day" if own else f"past day {chosen.picture.county.care.runs_for_days}"


def _soon_words(chosen: Chosen[Package]) -> str:
    return f"end within {chosen.picture.county.care.ending_soon_days} days"
