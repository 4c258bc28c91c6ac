"""Capacity that is bought of providers: each locality's whole list of contracts, CSV or XLSX in a drop folder.

docs/packages.md gives the layout and what is done with a bad row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import ClassVar

from pydantic import Field, field_validator

from connectors import _care_words as words
from connectors._list_documents import Layout, read_listing
from connectors._list_feeds import matched_tidily
from connectors._list_times import maybe_when, when
from connectors._personal import refused_columns
from connectors._persons import each_once, read_each, without_names
from connectors._words import spelt
from flowcentre.feeds.contract import Bookmark, Connector, Document, Payload, PlaceCodes, RowHeld
from flowcentre.feeds.files import DropFolderSettings, read_new_files
from flowcentre.feeds.pseudonyms import pseudonym
from flowcentre.feeds.tables import Row, tidy
from flowcentre.measures.care_words import FUNDING
from flowcentre.measures.packages import CONTRACTS_REPORT
from flowcentre.model import CapacityUnit, CareContract, Fact, RefusedColumn, WholeList

LAYOUT = Layout(
    place="locality",
    find=PlaceCodes.locality,
    noun="locality",
    another="another county's list",
    required=(
        *("ref", "provider", "unit", "amount", "block", "valid_from", "valid_to", "contract_end"),
        *("funding", "funding_end", "hourly_rate"),
    ),
    strays=True,
)
_REF = re.compile(r"[A-Za-z0-9._:/-]{1,64}")


class BlockContractsSettings(DropFolderSettings):
    """Where the lists are dropped, and what their own words mean."""

    pattern: str = "*.csv|*.xlsx"
    final_newline: bool = True  # False: the files never end with a line end, so a cut last cell is not found out
    funding: Mapping[str, str] = Field(default_factory=dict)  # local word -> key of a funding stream

    @field_validator("funding")
    @classmethod
    def _are_streams(cls, given: Mapping[str, str]) -> Mapping[str, str]:
        return matched_tidily(given, FUNDING, "the key of a funding stream")


class BlockContracts(Connector):
    """One document, the whole list of each locality that occurs in it. A locality that does not stays silent."""

    provides: ClassVar = CONTRACTS_REPORT  # what the poller counts from the contracts
    Settings: ClassVar = BlockContractsSettings
    settings: BlockContractsSettings

    def fetch(self, since: Bookmark | None) -> Payload:
        return read_new_files(self.settings, since)

    def parse(self, document: Document) -> Iterator[Fact | RefusedColumn]:
        listing = read_listing(document, self.places, LAYOUT, final_newline=self.settings.final_newline)
        if listing is None:
            return
        rows = read_each(listing.rows, self._contract, self._whose)
        yield from each_once(without_names(rows, "ref", lambda one: one.ref))
        for locality, listed in listing.listed.items():
            yield WholeList("contracts", locality, listing.at, listed)
        yield from refused_columns(listing.columns, LAYOUT.agreed)

    def _whose(self, row: Row) -> str | None:
        """The locality of a row; all of them where it is not known, for it may be any."""
        return self.places.locality(row.text("locality")) or self.places.top

    def _contract(self, row: Row) -> CareContract:
        locality = self.places.locality(row.text("locality"))
        if locality is None:
            raise RowHeld("locality is not a locality of this feed")
        unit = words.UNITS.get(spelt(row.text("unit")))
        if unit is None:
            raise RowHeld("unit is none of hours, beds and people")
        block = words.find_block(row.text("block"))
        if block is None:
            raise RowHeld("block is neither yes nor no")
        valid_from = when(row, "valid_from").day
        funding = row.text("funding")
        return CareContract(
            ref=_ref(row),
            place=locality,
            provider=self._provider(row, locality, unit),
            unit=unit,
            amount=_amount(row, unit),
            valid_from=valid_from,
            block=block,
            valid_to=_end(row, "valid_to", valid_from),
            contract_end=_end(row, "contract_end", valid_from),
            funding=self.settings.funding.get(tidy(funding)) or words.FUNDINGS.get(spelt(funding)),
            funding_end=_end(row, "funding_end", valid_from),
            hourly_rate=_rate(row, unit),
        )

    def _provider(self, row: Row, locality: str, unit: CapacityUnit) -> str:
        """Who gives it. Capacity of nobody who is known is nobody's."""
        provider = self.places.service(row.text("provider"), words.PROVIDERS, locality)
        if provider is None:
            raise RowHeld("provider is not one that is known here")
        if unit is CapacityUnit.HOURS and self.places.locality_of(provider) not in (locality, None):
            # Hours are counted at the provider, and with its own locality.
            raise RowHeld("provider serves another locality than the contract's")
        return provider


def _ref(row: Row) -> str:
    ref = row.text("ref")
    if not _REF.fullmatch(ref):
        raise RowHeld("ref is not a code of up to 64 letters, digits and . _ : / -")
    pseudonym(ref.replace("/", "."))  # a contract's may have a stroke; parted by it, a date is a date too
    return ref


def _amount(row: Row, unit: CapacityUnit) -> float:
    amount = row.number("amount") if unit is CapacityUnit.HOURS else row.count("amount")
    if amount is None:
        raise RowHeld("amount is missing")
    if amount < 0:
        raise RowHeld("amount is below zero")
    return amount


def _rate(row: Row, unit: CapacityUnit) -> float | None:
    rate = row.number("hourly_rate")
    if rate is not None and rate < 0:
        raise RowHeld("hourly_rate is below zero")
    if rate and unit is not CapacityUnit.HOURS:
        raise RowHeld(f"hourly_rate is given, and {unit} have none; are columns swapped?")
    return None if unit is not CapacityUnit.HOURS else rate


def _end(row: Row, column: str, valid_from: date) -> date | None:
    end = maybe_when(row, column)
    if end is not None and end.day < valid_from:
        raise RowHeld(f"{column} is before valid_from")
    return end.day if end else None
