"""Which published files are read, and in what order."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from connectors._national import PublishedFiles, fetch_changed
from flowcentre.feeds.contract import Bookmark, FeedUnavailable, Payload, PlaceCodes
from flowcentre.model import Places
from tests.connectors.cast import WESTSHIRE

PLACES = PlaceCodes(WESTSHIRE, ["westshire"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in {"ae/May-2025-AE.csv": "raw", "series.csv": "packaged", "notes.txt": "no"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


def settings(folder: Path) -> PublishedFiles:
    return PublishedFiles(folder=str(folder), files=("series.csv", "ae/*-AE.csv"))


def names(payload: Payload) -> list[str]:
    return [document.name for document in payload.documents]


def test_the_first_time_every_matching_file_is_read_the_most_believed_last(folder: Path) -> None:
    assert names(fetch_changed(settings(folder), PLACES, None)) == ["series.csv", "May-2025-AE.csv"]


def test_a_place_that_was_added_has_every_file_read_again(folder: Path) -> None:
    first = fetch_changed(settings(folder), PlaceCodes(WESTSHIRE, ["westshire-hospitals"]), None)
    more = PlaceCodes(WESTSHIRE, ["westshire-hospitals", "westshire-health-and-care"])
    again = fetch_changed(settings(folder), more, first.bookmark)
    assert names(again) == names(first)
    assert not fetch_changed(settings(folder), more, again.bookmark).documents


def test_a_code_that_was_mended_has_every_file_read_again(folder: Path) -> None:
    first = fetch_changed(settings(folder), PLACES, None)
    mended = Places(replace(p, ods="ZW9") if p.id == "westshire-hospitals" else p for p in WESTSHIRE)
    assert len(fetch_changed(settings(folder), PlaceCodes(mended, ["westshire"]), first.bookmark).documents) == 2


def test_files_that_have_not_changed_are_not_read_again(folder: Path) -> None:
    first = fetch_changed(settings(folder), PLACES, None)
    again = fetch_changed(settings(folder), PLACES, first.bookmark)
    assert not again.documents
    assert again.bookmark == first.bookmark


def test_a_new_return_is_read_alone(folder: Path) -> None:
    first = fetch_changed(settings(folder), PLACES, None)
    (folder / "ae" / "June-2025-AE.csv").write_text("raw")
    assert names(fetch_changed(settings(folder), PLACES, first.bookmark)) == ["June-2025-AE.csv"]


def test_when_a_packaged_series_changes_the_returns_follow_it_and_keep_the_last_word(folder: Path) -> None:
    first = fetch_changed(settings(folder), PLACES, None)
    (folder / "series.csv").write_text("packaged again")
    assert names(fetch_changed(settings(folder), PLACES, first.bookmark)) == ["series.csv", "May-2025-AE.csv"]


def test_of_two_files_of_one_pattern_the_one_saved_later_is_believed(folder: Path) -> None:
    (folder / "ae" / "A-May-2025-AE.csv").write_text("revised")
    os.utime(folder / "ae" / "May-2025-AE.csv", (1_700_000_000, 1_700_000_000))
    assert names(fetch_changed(settings(folder), PLACES, None))[-1] == "A-May-2025-AE.csv"


def test_a_bookmark_that_is_none_of_ours_reads_everything(folder: Path) -> None:
    assert len(fetch_changed(settings(folder), PLACES, Bookmark("yesterday")).documents) == 2
    of_old = Bookmark('{"series.csv": "8:1"}')  # as bookmarks were once written
    assert len(fetch_changed(settings(folder), PLACES, of_old).documents) == 2


def test_a_missing_folder_and_a_folder_without_such_files_are_named(folder: Path) -> None:
    with pytest.raises(FeedUnavailable, match="no folder"):
        fetch_changed(settings(folder / "elsewhere"), PLACES, None)
    with pytest.raises(FeedUnavailable, match=r"no file series\.csv or ae"):
        fetch_changed(settings(folder / "ae"), PLACES, None)


def test_links_are_not_followed(folder: Path) -> None:
    (folder / "ae" / "July-2025-AE.csv").symlink_to(folder / "notes.txt")
    assert "July-2025-AE.csv" not in names(fetch_changed(settings(folder), PLACES, None))
