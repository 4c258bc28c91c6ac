"""Delayed discharges: a hospital's whole list of people with no criteria to reside, one row a person.

CSV or XLSX in a drop folder, or JSON over HTTP; docs/delayed-discharges.md gives the layout and what is done
with a bad row. ``ref`` is a pseudonym, and columns that may hold what is never kept are refused at the door.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from connectors._discharge_times import stay
from connectors._list_documents import Layout
from connectors._list_feeds import ListOfPeople, ListSettings, is_said, matched_tidily
from connectors._personal import refused_columns
from connectors._persons import each_once, read_each, without_names
from connectors._reasons import find_reason
from connectors._words import find_pathway
from flowcentre.feeds.contract import Document, PlaceCodes, RowHeld
from flowcentre.feeds.pseudonyms import holds_nhs_number, is_word, says_who
from flowcentre.feeds.tables import Row, tidy
from flowcentre.measures.delays import REPORTED
from flowcentre.measures.discharge import REASONS
from flowcentre.model import DelayedDischarge, Fact, RefusedColumn, WholeList

LAYOUT = Layout(
    place="site_code",
    find=PlaceCodes.site,
    noun="hospital",
    another="another site's list",
    required=(
        "ref",
        "ward_code",
        "admitted",
        "discharge_ready",
        "pathway",
        "reason",
        "owner",
        "coordinator",
        "residence",
        "expected_discharge",
        "last_review",
    ),
    optional=("discharged",),
    lists="sites",
    rows="people",
    whose="ref",
)
_CODE = re.compile(r"[A-Za-z0-9._:-]{1,32}")


class DischargeListSettings(ListSettings):
    """Where a list comes from, and what its own words mean."""

    reasons: Mapping[str, str] = Field(default_factory=dict)  # local code -> key of a national reason
    pathways: Mapping[str, Annotated[int, Field(ge=0, le=3)]] = Field(default_factory=dict)  # local word -> pathway

    @field_validator("reasons")
    @classmethod
    def _are_national(cls, reasons: Mapping[str, str]) -> Mapping[str, str]:
        return matched_tidily(reasons, [reason.key for reason in REASONS], "the key of a national reason")

    @field_validator("pathways")
    @classmethod
    def _are_matched_tidily(cls, pathways: Mapping[str, int]) -> Mapping[str, int]:
        return {tidy(word): pathway for word, pathway in pathways.items()}


class DischargeList(ListOfPeople):
    """One document, the whole list of one or more hospitals. Another site's document is refused whole."""

    provides: ClassVar = REPORTED  # what the poller counts from the persons
    Settings: ClassVar = DischargeListSettings
    settings: DischargeListSettings

    def parse(self, document: Document) -> Iterator[Fact | RefusedColumn]:
        layout = self.layout(LAYOUT)
        listing = self.listing(document, layout)
        if listing is None:
            return
        # A held row is of the site, whose list it is, and not of the ward.
        persons = read_each(listing.rows, lambda row: self._person(row, listing.at), self._site)
        yield from each_once(without_names(persons, "ref", lambda one: one.ref))
        for site, listed in listing.listed.items():
            yield WholeList("delays", site, listing.at, listed, listing.has("discharged"))
        yield from refused_columns(listing.columns, layout.agreed)
        cells = [row.text("coordinator") for row in listing.rows if isinstance(row, Row)]
        if dropped := sum(is_said(cell) and not _is_code(cell) for cell in cells):
            yield RefusedColumn("coordinator (not a code)", dropped)

    def _site(self, row: Row) -> str | None:
        return self.places.site(row.text("site_code"))

    def _person(self, row: Row, list_time: datetime) -> DelayedDischarge:
        site = self._site(row)
        if site is None:
            raise RowHeld("site_code is missing")
        ref, ward, times = self.who(row, "ref"), self._ward(row, site), stay(row, list_time)
        coordinator = row.text("coordinator")
        return DelayedDischarge(
            ref=ref,
            place=site,
            ward=ward,
            admitted_at=times.admitted_at,
            ready_at=times.ready_at,
            pathway=self._pathway(row.text("pathway")),
            reason=self._reason(row.text("reason")),
            owner=self.places.organisation(row.text("owner")),
            coordinator=coordinator if is_said(coordinator) and _is_code(coordinator) else None,
            residence=self.places.residence(row.text("residence")),
            expected_on=times.expected_on,
            reviewed_at=times.reviewed_at,
            discharged_at=times.discharged_at,
        )

    def _ward(self, row: Row, site: str) -> str | None:
        """The ward; None where the county knows none of that hospital's."""
        if not self.places.has_units(site):
            return None
        ward = self.places.find(row.text("ward_code"), within=site)
        if ward is None:
            raise RowHeld(f"ward_code is not a place within {site}")
        return ward

    def _pathway(self, said: str) -> int | None:
        word = tidy(said)
        if word in self.settings.pathways:
            return self.settings.pathways[word]
        return find_pathway(said)

    def _reason(self, said: str) -> str | None:
        if tidy(said) in self.settings.reasons:
            return self.settings.reasons[tidy(said)]
        found = find_reason(said)
        return found.key if found else None


def _is_code(cell: str) -> bool:
    """Is it a code that a care transfer hub may give a co-ordinator? A name of two words, or an NHS number, is none."""
    return _CODE.fullmatch(cell) is not None and not holds_nhs_number(cell) and not says_who(cell) and not is_word(cell)
