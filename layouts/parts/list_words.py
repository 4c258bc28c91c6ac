"""What is said of any list of people: numbers, changes, money, and what the counts are short of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from dash import html
from dash.development.base_component import Component

from flowcentre.model import County, Value
from flowcentre.picture.list_history import Then
from flowcentre.picture.listed import UNKNOWN, Chosen
from layouts.parts.words import rounded, when_words

MINUS = "\N{MINUS SIGN}"


def place_name(county: County, place_id: str | None, unknown: str = "Not known") -> str:
    """The name of a place; a ward's with its hospital's, for two hospitals have a Ward 1."""
    place = county.places.get(place_id or UNKNOWN)
    if place is None:
        return unknown if place_id in (None, UNKNOWN) else str(place_id)
    hospital = county.places.get(place.parent) if place.level.value == "unit" and place.parent else None
    return f"{hospital.label}, {place.label}" if hospital is not None else place.label


def people(number: int) -> str:
    """ "1 person", "12 people"."""
    return f"{number:,} {'person' if number == 1 else 'people'}"


def days(number: float) -> str:
    """ "1 day", "12 days", "6.5 days"."""
    said = rounded(number, 1).removesuffix(".0")
    return f"{said} {'day' if number == 1 else 'days'}"


def pounds(amount: float) -> str:
    """ "£676,648", and from a million "£2.25 million"."""
    return f"£{amount / 1_000_000:,.2f} million" if amount >= 1_000_000 else f"£{amount:,.0f}"


def lists_of(values: Iterable[Value], at: datetime) -> str:
    """As at when lists of the present speak: ", by lists of 08:45 to 09:00"; nothing where there is none."""
    moments = [value.observed_at for value in values if value.known and value.observed_at is not None]
    if not moments:
        return ""
    first, last = when_words(min(moments), at), when_words(max(moments), at)
    return f", by lists of {first}" if first == last else f", by lists of {first} to {last}"


def signed(change: int) -> str:
    """ "+12", "−3", "no change"."""
    if change == 0:
        return "no change"
    return f"+{change:,}" if change > 0 else f"{MINUS}{-change:,}"


def least(number: int, short: bool) -> str:
    """ "12"; of a count that is short of somebody "at least 12", and never a bare 0."""
    if not short:
        return f"{number:,}"
    return f"at least {number:,}" if number else "none known"


def least_people(number: int, short: bool) -> str:
    """ "12 people", "at least 12 people", "none known"."""
    return people(number) if not short else f"at least {people(number)}" if number else "none known"


def least_sign(number: int, short: bool) -> str:
    """The same where there is no room for words: "\N{GREATER-THAN OR EQUAL TO} 12"."""
    return f"\N{GREATER-THAN OR EQUAL TO}\N{NO-BREAK SPACE}{number:,}" if short else f"{number:,}"


def short_words(chosen: Chosen[Any]) -> str:
    """What the counts are short of: "of 3 of 4 hospitals: the list of Southmere is missing"; "" where of nothing."""
    said = [f"of {chosen.count.coverage}: {missing_words(chosen)}"] if chosen.count.coverage.missing else []
    if held := chosen.count.held:
        said.append(f"{held:,} row{'s' if held != 1 else ''} held back")
    return "; ".join(said) or ("a list is not whole" if chosen.count.at_least else "")


def nobody(short: bool) -> Component:
    """In place of counts of nobody."""
    return html.P("Nobody known." if short else "Nobody.", className="what")


def short_note(chosen: Chosen[Any]) -> Component | None:
    """In the head of a panel: that its counts are short, and of what."""
    if not chosen.count.at_least:
        return None
    return html.P([html.Strong("Every count is at least: "), short_words(chosen)], className="coverage")


def missing_words(chosen: Chosen[Any]) -> str:
    """Which lists are missing now: "the list of Hartwell is missing"; "" where none is."""
    coverage = chosen.count.coverage
    missing = [place_name(chosen.picture.county, place) for place in coverage.missing]
    if len(missing) > 2:
        return f"{len(missing)} of {coverage.expected} lists are missing"
    if len(missing) == 2:
        return f"the lists of {missing[0]} and {missing[1]} are missing"
    return f"the list of {missing[0]} is missing" if missing else ""


def change_words(chosen: Chosen[Any], then: Then[Any] | None, since: str) -> tuple[str, int | None]:
    """How the count has changed since a moment, and by how much; why one cannot say, where lists were missing."""
    if then is None or then.count is None:
        return f"No comparison with {since}: no list was known then", None
    if not then.complete:
        missing = then.expected - then.reporting
        lists, were = "list" if then.expected == 1 else "lists", "was" if missing == 1 else "were"
        return f"No comparison with {since}: {missing} of {then.expected} {lists} {were} missing", None
    if not then.whole:
        rows = "1 row was" if then.held == 1 else f"{then.held:,} rows were"
        return f"No comparison with {since}: {rows} held back then", None
    change = len(chosen.counted) - then.count
    return f"{signed(change)} since {since}", change


def nothing_known(chosen: Chosen[Any], what: str) -> html.P:
    """Says that something is not known now, where no list in scope is of the present."""
    old = any(each.people for each in chosen.in_scope)
    said = "Every list is too old to be the present." if old else "No list has come."
    then = " Who stood on the last ones is below, marked as old." if old else ""
    return html.P(f"{said} {what} is not known now.{then}", className="panel nothing-known")
