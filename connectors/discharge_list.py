"""Delayed discharges: a hospital's whole list of people with no criteria to reside, one row a person.

CSV or XLSX in a drop folder, or JSON over HTTP; docs/delayed-discharges.md gives the layout and what is done
with a bad row. ``ref`` is a pseudonym, and columns that may hold what is never kept are refused at the door.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, ClassVar, Self

from pydantic import Field, field_validator, model_validator

from connectors._discharge_documents import NHS_NUMBER, Agreed, read_listing
from connectors._discharge_times import stay
from connectors._personal import refused_columns
from connectors._persons import each_once
from connectors._reasons import find_reason
from flowcentre.feeds.contract import (
    Bookmark,
    Connector,
    Document,
    FeedMalformed,
    FeedUnavailable,
    Payload,
    PlaceCodes,
    RowHeld,
)
from flowcentre.feeds.files import DropFolderSettings, read_new_files
from flowcentre.feeds.http import HttpSettings, get
from flowcentre.feeds.pseudonyms import NhsNumberKey, holds_nhs_number, is_word, pseudonym, says_who
from flowcentre.feeds.tables import NO_FIGURE, Row, tidy
from flowcentre.measures.delays import REPORTED
from flowcentre.measures.discharge import REASONS
from flowcentre.model import DelayedDischarge, Fact, Held, RefusedColumn, WholeList

_KEYS = [reason.key for reason in REASONS]
_PATHWAY = re.compile(r"(?:(?:pathway|p)[ -]?)?([0-3])")
_CODE = re.compile(r"[A-Za-z0-9._:-]{1,32}")


class DischargeListSettings(DropFolderSettings, HttpSettings):
    """Where a list comes from, a folder or an address, and what its own words mean."""

    folder: Path = Path()
    url: str = ""
    pattern: str = "*.csv|*.xlsx"
    final_newline: bool = True  # False: the files never end with a line end, so a cut last cell is not found out
    reasons: Mapping[str, str] = Field(default_factory=dict)  # local code -> key of a national reason
    pathways: Mapping[str, Annotated[int, Field(ge=0, le=3)]] = Field(default_factory=dict)  # local word -> pathway
    nhs_number_key_env: str | None = Field(None, pattern=r"^[A-Z][A-Z0-9_]*$")  # the variable that holds the key
    nhs_number_key_id: str | None = Field(None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,15}$")

    @field_validator("reasons")
    @classmethod
    def _are_national(cls, reasons: Mapping[str, str]) -> Mapping[str, str]:
        for key in reasons.values():
            if key not in _KEYS:
                near = get_close_matches(key, _KEYS, 1)
                raise ValueError(f'"{key}" is not the key of a national reason' + (f': "{near[0]}"?' if near else ""))
        return {tidy(code): key for code, key in reasons.items()}

    @field_validator("pathways")
    @classmethod
    def _are_matched_tidily(cls, pathways: Mapping[str, int]) -> Mapping[str, int]:
        return {tidy(word): pathway for word, pathway in pathways.items()}

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        given = self.model_fields_set
        if len(given & {"folder", "url"}) != 1:
            raise ValueError("give one of folder and url")
        of_the_other = HttpSettings if "folder" in given else DropFolderSettings
        both = set(DropFolderSettings.model_fields) & set(HttpSettings.model_fields)
        if astray := sorted(given & set(of_the_other.model_fields) - both):
            raise ValueError(f"{', '.join(astray)} has no meaning with {'folder' if 'folder' in given else 'url'}")
        if (self.nhs_number_key_env is None) != (self.nhs_number_key_id is None):
            raise ValueError("nhs_number_key_env and nhs_number_key_id belong together")
        return self


class DischargeList(Connector):
    """One document, the whole list of one or more hospitals. Another site's document is refused whole."""

    provides: ClassVar = REPORTED  # what the poller counts from the persons
    Settings: ClassVar = DischargeListSettings
    settings: DischargeListSettings

    def __init__(self, settings: DischargeListSettings, places: PlaceCodes) -> None:
        super().__init__(settings, places)
        self._key: NhsNumberKey | None = None
        self._no_key = ""  # why there is none, where there should be one
        if settings.nhs_number_key_env is not None and settings.nhs_number_key_id is not None:
            try:
                self._key = NhsNumberKey.from_environment(settings.nhs_number_key_id, settings.nhs_number_key_env)
            except FeedUnavailable as why:
                self._no_key = str(why)

    def fetch(self, since: Bookmark | None) -> Payload:
        if self._no_key:
            raise FeedUnavailable(self._no_key)
        if self.settings.url:
            return Payload((get(self.settings),), since)
        return read_new_files(self.settings, since)

    def parse(self, document: Document) -> Iterator[Fact | RefusedColumn]:
        if self._no_key:
            raise FeedMalformed(f"{document.name}: {self._no_key}")
        agreed = Agreed(nhs_numbers=self._key is not None)
        listing = read_listing(document, self.places, agreed, final_newline=self.settings.final_newline)
        if listing is None:
            return
        persons = [(_where(row), self._person_or_held(row, listing.at)) for row in listing.rows]
        yield from each_once(_without_names(persons))
        for site, listed in listing.listed.items():
            yield WholeList("delays", site, listing.at, listed, listing.departures)
        yield from refused_columns(listing.columns, agreed.all)
        cells = [row.text("coordinator") for row in listing.rows if isinstance(row, Row)]
        if dropped := sum(_is_said(cell) and not _is_code(cell) for cell in cells):
            yield RefusedColumn("coordinator (not a code)", dropped)

    def _person_or_held(self, row: Row | Held, list_time: datetime) -> DelayedDischarge | Held:
        if isinstance(row, Held):
            return row
        try:
            return self._person(row, list_time)
        except RowHeld as why:
            # Of the site, whose list it is, and not of the ward.
            return Held(row.where, str(why), self.places.site(row.text("site_code")))

    def _person(self, row: Row, list_time: datetime) -> DelayedDischarge:
        site = self.places.site(row.text("site_code"))
        if site is None:
            raise RowHeld("site_code is missing")
        ref, ward, times = self._ref(row), self._ward(row, site), stay(row, list_time)
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
            coordinator=coordinator if _is_said(coordinator) and _is_code(coordinator) else None,
            residence=self.places.residence(row.text("residence")),
            expected_on=times.expected_on,
            reviewed_at=times.reviewed_at,
            discharged_at=times.discharged_at,
        )

    def _ref(self, row: Row) -> str:
        """The pseudonym given, or the one that the key makes of a number."""
        if self._key is not None and _is_said(number := row.text(NHS_NUMBER)):
            return self._key.pseudonym(number)
        return pseudonym(row.text("ref"))

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
        found = _PATHWAY.fullmatch(word)
        return int(found[1]) if found else None

    def _reason(self, said: str) -> str | None:
        if tidy(said) in self.settings.reasons:
            return self.settings.reasons[tidy(said)]
        found = find_reason(said)
        return found.key if found else None


def _without_names(rows: list[tuple[str, DelayedDischarge | Held]]) -> Iterator[tuple[str, DelayedDischarge | Held]]:
    """The rows, those held whose ref is a word where most are: then it is a column of names."""
    persons = [person for _, person in rows if isinstance(person, DelayedDischarge)]
    are_names = 2 * sum(is_word(person.ref) for person in persons) > len(persons)
    for where, person in rows:
        if are_names and isinstance(person, DelayedDischarge) and is_word(person.ref):
            why = "ref has no digit, like most here: are they names? A pseudonym is wanted"
            yield where, Held(where, why, person.place)
        else:
            yield where, person


def _where(row: Row | Held) -> str:
    return row.where if isinstance(row, Row) else row.row


def _is_said(cell: str) -> bool:
    return cell.casefold() not in NO_FIGURE


def _is_code(cell: str) -> bool:
    """Is it a code that a care transfer hub may give a co-ordinator? A name of two words, or an NHS number, is none."""
    return _CODE.fullmatch(cell) is not None and not holds_nhs_number(cell) and not says_who(cell) and not is_word(cell)
