"""What is said of the lists behind the pages of care: as at when they speak, and that rows of them are held back."""

from __future__ import annotations

from collections.abc import Mapping

from dash import html

from flowcentre.model import County, Value
from flowcentre.picture.capacity import Capacity
from layouts.parts.capacity_words import label
from layouts.parts.tree import Child


def held_words(capacity: Capacity) -> list[Child]:
    """Says that rows of the lists are held back, so that what is told of them can be more or less."""
    told: list[Child] = []
    if held := sum(value.held for value in capacity.referrals):
        rows = "row of the lists is" if held == 1 else "rows of the lists are"
        said = f"{held:,} {rows} held back: others may wait, and less may be free, than is told here"
        told.append(html.P(said, className="coverage"))
    if held := sum(capacity.contracts_held.values()):
        rows = "contract is" if held == 1 else "contracts are"
        told.append(html.P(f"{held:,} {rows} held back: more may be free than is told here", className="coverage"))
    return told


def contracts_held_words(held: Mapping[str, int], county: County) -> str:
    """Where contracts are held back: "North Westshire 2 rows; of no locality that is known 1 row"."""
    said = []
    for place, rows in held.items():
        where = "of no locality that is known" if place == county.places.system.id else label(county, place)
        said.append(f"{where} {rows:,} {'row' if rows == 1 else 'rows'}")
    return "; ".join(said)


def lists_behind(capacity: Capacity, place: str | None = None) -> list[Value]:
    """The lists of referrals and of contracts that say who could start, in one locality or in all."""
    return [each for each in (*capacity.referrals, *capacity.contracts) if place in (None, each.place)]
