"""Columns whose headings say that they may hold what is never kept: refused at the door, and counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from flowcentre.feeds.tables import Table
from flowcentre.model import RefusedColumn

_NUMBER = r" ?(?:number|num|no|nr|id|identifier)\b"
# Our own words, in the order in which they are looked for: "case notes number" is no free text.
_MAY_HOLD = tuple(
    (what, re.compile(pattern))
    for what, pattern in (
        ("an NHS number", rf"\bnhs(?:{_NUMBER}|$)"),
        ("a date of birth", r"\bd ?o ?b\b|birth|\bborn\b"),
        ("a postcode", r"\bpost ?codes?\b|\bpcode\b|\bzip\b"),
        ("an e-mail address", r"\be ?mails?\b"),
        ("an address", r"address|\baddr\b|\bstreet\b|\buprn\b|\bhouse(?: number| no)\b"),
        ("a telephone number", rf"phone|\btel\b|\bmobile\b|\blandline\b|\bcontact{_NUMBER}"),
        (
            "a hospital number",
            rf"\b(?:hospital|unit|district|patient|person|client|pas|medical record|case ?notes?){_NUMBER}|\b[mc]rn\b",
        ),
        ("an identifier", rf"\bnational insurance\b|\bni{_NUMBER}|\bpassport\b"),
        (
            "a name",
            r"names?\b|\binitials?\b|^(?:patient|person|client|resident)s?$|\bnext of kin\b|\bnok\b|\bcarers?\b"
            r"|\brelatives?\b|\bconsultant\b|\b(?:social|key|case) ?worker\b",
        ),
        (
            "free text",
            r"\bnotes?\b|\bcomment|\bnarrative\b|\bfree ?text\b|\btext\b|\bdetails?\b|\bremarks?\b|\bdescription\b"
            r"|\bsummary\b|\binformation\b",
        ),
    )
)
# A ward's name is no person's.
_OF_A_THING = re.compile(
    r"\b(?:ward|bay|site|hospital|trust|organisation|council|authority|provider|team|service|specialty|pathway|reason"
    r"|locality|borough|county|practice|home|file) ?names?\b"
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it came: how it is called in our words."""

    where: str  # "column 7"
    heading: str
    count: Callable[[], int]  # looks through every row, so only columns that matter are counted

    @property
    def filled(self) -> int:
        """How many of its cells hold anything."""
        return self.count()


def columns_of(table: Table) -> list[Column]:
    """Every column of a table, agreed or not."""

    def counting(at: int) -> Callable[[], int]:
        return lambda: sum(bool(cells[at].strip()) for _, cells in table.lines)

    return [
        Column(f"column {number}", heading, counting(number - 1))
        for number, heading in enumerate(table.heading, start=1)
    ]


def refused_columns(columns: Iterable[Column], agreed: Collection[str]) -> Iterator[RefusedColumn]:
    """Those that were not agreed and may hold what is never kept. Their headings are not repeated, and no cell is read."""
    for column in columns:
        what = None if column.heading in agreed else may_hold(column.heading)
        if what is not None and (filled := column.filled):
            yield RefusedColumn(f"{column.where} ({what})", filled)


def may_hold(heading: str) -> str | None:
    """What of a person a heading speaks of, in our own words; None where it speaks of nothing of the kind."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z0-9]+", " ", heading).strip().casefold()
    said = _OF_A_THING.sub(" ", apart).strip()
    return next((what for what, pattern in _MAY_HOLD if pattern.search(said)), None)
