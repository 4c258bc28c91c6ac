"""What feeds of whole lists of people share: a folder or an address, a key for NHS numbers, and maps of local words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from connectors._list_documents import NHS_NUMBER, Layout, Listing, read_listing
from flowcentre.feeds.contract import (
    Bookmark,
    Connector,
    Document,
    FeedMalformed,
    FeedUnavailable,
    Payload,
    PlaceCodes,
)
from flowcentre.feeds.files import DropFolderSettings, read_new_files
from flowcentre.feeds.http import HttpSettings, get
from flowcentre.feeds.pseudonyms import NhsNumberKey, pseudonym
from flowcentre.feeds.tables import NO_FIGURE, Row, tidy


class ListSettings(DropFolderSettings, HttpSettings):
    """Where lists come from, a folder or an address, and the key where people are known by NHS number."""

    folder: Path = Path()
    url: str = ""
    pattern: str = "*.csv|*.xlsx"
    final_newline: bool = True  # False: the files never end with a line end, so a cut last cell is not found out
    nhs_number_key_env: str | None = Field(None, pattern=r"^[A-Z][A-Z0-9_]*$")  # the variable that holds the key
    nhs_number_key_id: str | None = Field(None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,15}$")

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


def matched_tidily(words: Mapping[str, str], keys: Collection[str], what: str) -> dict[str, str]:
    """A map of local words to our keys, fit for matching. Raises ValueError for a key that is none of ``keys``."""
    for key in words.values():
        if key not in keys:
            near = get_close_matches(key, list(keys), 1)
            raise ValueError(f'"{key}" is not {what}' + (f': "{near[0]}"?' if near else ""))
    return {tidy(word): key for word, key in words.items()}


class ListOfPeople(Connector):
    """A feed whose documents are whole lists of people, known by a pseudonym or, with a key, by NHS number."""

    settings: ListSettings

    def __init__(self, settings: ListSettings, places: PlaceCodes) -> None:
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

    def layout(self, layout: Layout) -> Layout:
        """What was agreed, NHS numbers included where the feed has a key for them."""
        return layout.with_nhs_numbers() if self._key is not None else layout

    def listing(self, document: Document, layout: Layout) -> Listing | None:
        """The lists of a document. Raises FeedMalformed."""
        if self._no_key:
            raise FeedMalformed(f"{document.name}: {self._no_key}")
        return read_listing(document, self.places, layout, final_newline=self.settings.final_newline)

    def who(self, row: Row, column: str) -> str:
        """The pseudonym in a column, or the one that the key makes of a number. Raises RowHeld."""
        if self._key is not None and is_said(number := row.text(NHS_NUMBER)):
            return self._key.pseudonym(number)
        return pseudonym(row.text(column), column)


def is_said(cell: str) -> bool:
    """Does a cell hold anything?"""
    return cell.casefold() not in NO_FIGURE
