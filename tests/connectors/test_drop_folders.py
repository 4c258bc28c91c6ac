"""Which files of a drop folder are read, and when."""

import hmac
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from flowcentre.feeds import files
from flowcentre.feeds.contract import Bookmark, Document, FeedMalformed, FeedUnavailable, Payload
from flowcentre.feeds.doors import open_doors
from flowcentre.feeds.files import DropFolderSettings, read_new_files, whole_lines


def read(folder: Path, since: Bookmark | None = None, **settings: Any) -> Payload:
    return read_new_files(DropFolderSettings(**{"folder": folder, "settle_for": 0} | settings), since)


def names(payload: Payload) -> list[str]:
    return [document.name for document in payload.documents]


def drop(folder: Path, name: str, content: str = "a,b\n", *, mtime: int | None = None) -> Path:
    """As a good writer does it: under another name, then renamed."""
    part = folder / f"{name}.part"
    part.write_text(content)
    if mtime is not None:
        os.utime(part, (mtime, mtime))
    return part.rename(folder / name)


def test_each_file_is_read_once(tmp_path: Path) -> None:
    drop(tmp_path, "beds_1.csv")
    first = read(tmp_path)
    assert names(first) == ["beds_1.csv"]
    assert first.documents[0].content == b"a,b\n"
    again = read(tmp_path, first.bookmark)
    assert again == Payload((), first.bookmark)
    drop(tmp_path, "beds_2.csv")
    assert names(read(tmp_path, first.bookmark)) == ["beds_2.csv"]


def test_a_late_file_with_an_older_name_and_an_older_time_is_still_read(tmp_path: Path) -> None:
    drop(tmp_path, "beds_20261122T0800Z.csv", mtime=1_700_000_800)
    first = read(tmp_path)
    drop(tmp_path, "beds_20261122T0700Z.csv", mtime=1_700_000_700)
    assert names(read(tmp_path, first.bookmark)) == ["beds_20261122T0700Z.csv"]


def test_files_of_one_poll_come_oldest_first(tmp_path: Path) -> None:
    drop(tmp_path, "b.csv", mtime=1_700_000_300)
    drop(tmp_path, "c.csv", mtime=1_700_000_100)
    drop(tmp_path, "a.csv", mtime=1_700_000_200)
    payload = read(tmp_path)
    assert names(payload) == ["c.csv", "a.csv", "b.csv"]
    assert payload.documents[0].modified_at is not None
    assert payload.documents[0].modified_at.timestamp() == 1_700_000_100


def test_a_file_written_again_is_read_again(tmp_path: Path) -> None:
    path = drop(tmp_path, "beds.csv", "cut off")
    first = read(tmp_path)
    path.write_text("the whole of it\n")
    assert read(tmp_path, first.bookmark).documents[0].content == b"the whole of it\n"


def test_two_files_of_one_moment_are_both_read_though_one_comes_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(tmp_path, "z.csv")
    real = os.stat_result

    def at_one_moment(folder: int, pattern: str) -> dict[str, real]:
        # A file system that keeps time in whole seconds.
        return {name: _with_ctime(seen, 1_700_000_000) for name, seen in look(folder, pattern).items()}

    look = files._look
    monkeypatch.setattr(files, "_look", at_one_moment)
    monkeypatch.setattr(files, "_same", lambda one, other: one.st_size == other.st_size)
    first = read(tmp_path)
    drop(tmp_path, "a.csv")
    second = read(tmp_path, first.bookmark)
    assert names(second) == ["a.csv"]
    assert not read(tmp_path, second.bookmark).documents


def _with_ctime(seen: os.stat_result, ctime: int) -> os.stat_result:
    class Coarse:
        st_ctime_ns = ctime * 10**9

        def __getattr__(self, name: str) -> Any:
            return getattr(seen, name)

    return Coarse()  # type: ignore[return-value]


def test_a_file_that_is_still_growing_is_left_for_the_next_poll(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(tmp_path, "whole.csv")
    growing = drop(tmp_path, "growing.csv", "a,b\n1,")
    monkeypatch.setattr(files.time, "sleep", lambda seconds: growing.write_text("a,b\n1,2\n"))
    first = read(tmp_path)
    assert names(first) == ["whole.csv"]
    monkeypatch.undo()
    second = read(tmp_path, first.bookmark)
    assert [(d.name, d.content) for d in second.documents] == [("growing.csv", b"a,b\n1,2\n")]


def test_a_file_that_goes_while_we_look_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    going = drop(tmp_path, "going.csv")
    monkeypatch.setattr(files.time, "sleep", lambda seconds: going.unlink())
    assert read(tmp_path) == Payload()


def test_unfinished_hidden_and_other_files_and_folders_are_not_read(tmp_path: Path) -> None:
    for name in ("beds.csv.part", ".beds.csv", "beds.txt", "beds.csv~"):
        (tmp_path / name).write_text("x")
    (tmp_path / "old.csv").mkdir()
    assert read(tmp_path) == Payload()
    drop(tmp_path, "BEDS.CSV")
    assert names(read(tmp_path)) == ["BEDS.CSV"]


def test_a_link_is_never_followed_and_says_so_once(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "beds.csv").symlink_to(secret)
    drop(folder, "good.csv")
    payload = read(folder)
    assert sorted(names(payload)) == ["beds.csv (not read: a link, and links are not followed)", "good.csv"]
    assert all(b"secret" not in document.content for document in payload.documents)
    assert not read(folder, payload.bookmark).documents


def test_a_file_that_becomes_a_link_while_we_look_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop(tmp_path, "beds.csv")
    (tmp_path / "secret.txt").write_text("secret")
    real = files._read

    def swap_then_read(*args: Any, **more: Any) -> Document | None:
        path.unlink()
        path.symlink_to(tmp_path / "secret.txt")
        return real(*args, **more)

    monkeypatch.setattr(files, "_read", swap_then_read)
    assert read(tmp_path) == Payload()


def test_a_pipe_does_not_hang_the_poll(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "beds.csv")
    assert names(read(tmp_path)) == ["beds.csv (not read: not a regular file)"]


def test_a_file_over_the_limit_is_named_and_does_not_stop_the_others(tmp_path: Path) -> None:
    drop(tmp_path, "huge.csv", "x" * 3_000)
    drop(tmp_path, "good.csv")
    payload = read(tmp_path, limit_mb=0.002)
    assert sorted(names(payload)) == ["good.csv", "huge.csv (not read: 0.003 MB, and the limit is 0.002 MB)"]


def test_a_backlog_is_read_in_pieces_and_nothing_twice(tmp_path: Path) -> None:
    for number in range(7):
        drop(tmp_path, f"{number}.csv")
    read_so_far: list[str] = []
    since = None
    while (payload := read(tmp_path, since, at_most=3)).documents:
        assert len(payload.documents) <= 3
        read_so_far += names(payload)
        since = payload.bookmark
    assert read_so_far == [f"{number}.csv" for number in range(7)]


def test_one_poll_holds_no_more_than_a_few_files_of_the_limit(tmp_path: Path) -> None:
    for number in range(9):
        drop(tmp_path, f"{number}.csv", "x" * 1_000)
    first = read(tmp_path, limit_mb=0.001)
    assert len(first.documents) == files.ALL_TOGETHER
    assert len(read(tmp_path, first.bookmark, limit_mb=0.001).documents) == files.ALL_TOGETHER


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FeedUnavailable, match="nowhere"):
        read(tmp_path / "nowhere")


def test_a_bookmark_of_another_kind_reads_everything(tmp_path: Path) -> None:
    drop(tmp_path, "beds.csv")
    for text in ("", "beds.csv", "[]", '{"changed_ns": "x", "names": []}', "null"):
        assert names(read(tmp_path, Bookmark(text))) == ["beds.csv"]


def test_a_file_name_that_cannot_be_shown_is_still_read(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"beds\xff\n.csv")).write_text("a\n")
    payload = read(tmp_path)
    assert names(payload) == ["beds??.csv"]
    payload.documents[0].name.encode()
    assert not read(tmp_path, payload.bookmark).documents


def test_a_writer_that_renames_is_never_read_half(tmp_path: Path) -> None:
    whole = "a,b\n" + "1,2\n" * 5_000
    stop = threading.Event()

    def write() -> None:
        for number in range(200):
            if stop.is_set():
                return
            drop(tmp_path, f"{number % 5}.csv", whole)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(50):
            assert all(document.content == whole.encode() for document in read(tmp_path).documents)
    finally:
        stop.set()
        writer.join()


def test_the_last_line_without_an_end_is_held() -> None:
    document, held = whole_lines(Document("beds.csv", b"a,b\n1,13\n2,1"))
    assert document.content == b"a,b\n1,13\n"
    assert [row.row for row in held] == ["beds.csv last row"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_kind_of_line_end_is_an_end(end: bytes) -> None:
    document = Document("beds.csv", b"a,b" + end + b"1,13" + end)
    assert whole_lines(document) == (document, ())


def test_one_line_without_an_end_is_refused() -> None:
    with pytest.raises(FeedMalformed, match="without a line end"):
        whole_lines(Document("beds.csv", b"a,b"))


# --- Whose files they are -----------------------------------------------------------------


def test_a_folder_that_everybody_may_write_is_not_read_unless_somebody_says_why(tmp_path: Path) -> None:
    drop(tmp_path, "beds.csv")
    tmp_path.chmod(0o777)
    with pytest.raises(FeedUnavailable, match=r"everybody on the machine may write to it \(mode 777\). chmod o-w"):
        read(tmp_path)
    said = read(tmp_path, anyone_may_write="a share that shows every file so: ticket 4711")
    assert names(said) == ["beds.csv"]
    tmp_path.chmod(0o770)  # those of its group are whom somebody has chosen
    assert names(read(tmp_path)) == ["beds.csv"]


def test_a_file_that_everybody_may_write_is_refused_until_that_is_mended(tmp_path: Path) -> None:
    drop(tmp_path, "beds.csv").chmod(0o666)
    first = read(tmp_path)
    assert names(first) == ["beds.csv (not read: everybody on the machine may write to it)"]
    (tmp_path / "beds.csv").chmod(0o644)
    assert names(read(tmp_path, first.bookmark)) == ["beds.csv"]


def test_where_files_are_signed_only_what_its_source_signed_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEDS_SIGNED_BY", "what both sides know")
    good, other = (hmac.new(key, b"a,b\n", "sha256").hexdigest() for key in (b"what both sides know", b"a guess"))
    for name, signature in (("1_good.csv", good.upper() + "\n"), ("2_other.csv", other), ("3_none.csv", None)):
        if signature is not None:
            (tmp_path / f"{name}.hmac").write_text(signature)
        drop(tmp_path, name)
    payload = read(tmp_path, signed_by_env="BEDS_SIGNED_BY", pattern="*")
    assert sorted(names(payload)) == [
        "1_good.csv",
        "2_other.csv (not read: its signature is not of this content)",
        "3_none.csv (not read: no signature in a file .hmac beside it; that has to be written first)",
    ]
    assert [document.content for document in payload.documents if "not read" in document.name] == [b"", b""]
    monkeypatch.delenv("BEDS_SIGNED_BY")
    with pytest.raises(FeedUnavailable, match="signatures cannot be checked"):
        read(tmp_path, signed_by_env="BEDS_SIGNED_BY")


def test_what_is_let_be_is_told_with_the_reason_and_what_will_not_be_read_too(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    [will_not] = open_doors("beds", DropFolderSettings(folder=tmp_path))
    assert "will not be read" in will_not
    [let_be] = open_doors("beds", DropFolderSettings(folder=tmp_path, anyone_may_write="a share, ticket 4711"))
    assert let_be.endswith("said of it: a share, ticket 4711")
    tmp_path.chmod(0o700)
    assert list(open_doors("beds", DropFolderSettings(folder=tmp_path))) == []
