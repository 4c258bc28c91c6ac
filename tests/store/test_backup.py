"""Copies of a store: whole though somebody writes, proved before they count, and put back over nothing that anybody needs."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from flowcentre.model import Audited, Session
from flowcentre.model.access import OPEN
from flowcentre.store import StoreBusy, StoreError, StoreTooNew, backup, open_store, opening, schema
from tests.store.saying import sighting, tell, values


class Disk(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def file(migrated_sqlite: Path, tmp_path: Path, at: datetime) -> Path:
    """A store with a reading and two entries in its audit, which nobody has open."""
    found = tmp_path / "flow.db"
    shutil.copyfile(migrated_sqlite, found)
    with closing(open_store(f"sqlite:///{found}")) as store:
        tell(store, "beds", at, sighting("a1", at, beds=3))
        for what in ("list delays", "list packages"):
            store.audit("local|ward.lead", "Ward lead", Audited.SAW, what, ["p1"], at=at)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "backups"
    found.mkdir()
    return found


def changed(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute(statement)
        database.commit()


def test_a_copy_that_is_made_while_somebody_writes_is_the_store_as_at_one_moment(
    file: Path, folder: Path, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "_PAGES_AT_ONCE", 4)
    with closing(open_store(f"sqlite:///{file}")) as store:
        written: list[int] = []

        def write() -> bool:  # between the parts of the copy, so that each part finds another store
            store.set_mark(f"mark {len(written)}", "x" * 2000)
            written.append(len(written))
            return False

        write()
        made = backup.back_up(file, folder, at, stop=write)
    assert len(written) > 10
    assert made.rows["mark"] == 1
    assert made.file.name == "flow-20261122T080000Z.db"
    assert made.audit[0] == 2
    assert [each.name for each in folder.iterdir()] == [made.file.name]  # no journal beside it, and nothing unfinished
    assert made.file.stat().st_mode & 0o077 == 0
    assert backup.verify(made.file) == made


def test_a_backup_that_fails_leaves_those_of_before_and_one_that_is_proved_the_newest_few(
    file: Path, folder: Path, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [folder / name for name in ("flow-notes.db", "flow-2-20261101T000000Z.db", "flow-20261301T000000Z.db")]
    for other in others:
        other.touch()
    for days in range(3):
        backup.back_up(file, folder, at + timedelta(days=days), keep=2)
    assert [taken for _, taken in backup.backups_in(folder, "flow")] == [at + timedelta(days=2), at + timedelta(days=1)]
    before = sorted(folder.iterdir())
    monkeypatch.setattr(backup.shutil, "disk_usage", lambda _: Disk(10**9, 10**9 - 10**6, 10**6))
    with pytest.raises(StoreError, match=r"needs 6\d MB free in .*backups, and 1 MB are"):
        backup.back_up(file, folder, at + timedelta(days=3), keep=1)
    monkeypatch.undo()
    with pytest.raises(StoreError, match="asked to stop"):
        backup.back_up(file, folder, at + timedelta(days=3), keep=1, stop=lambda: True)
    assert sorted(folder.iterdir()) == before
    assert all(other.exists() for other in others)


def test_two_stores_whose_files_are_called_the_same_keep_their_backups_apart_in_one_folder(
    file: Path, folder: Path, tmp_path: Path, at: datetime
) -> None:
    other = tmp_path / "other" / "flow.db"
    other.parent.mkdir()
    shutil.copyfile(file, other)
    names = []
    for number, each in enumerate((file, other)):
        changed(each, f"INSERT INTO mark (key, value) VALUES ('store', '00000{number}')")
        backup.back_up(each, folder, at, keep=1)
        names.append(backup.name_of(each))
    assert names == ["flow-000000", "flow-000001"]
    assert [len(backup.backups_in(folder, name)) for name in names] == [1, 1]


def test_what_a_clock_that_was_ahead_has_named_neither_goes_nor_has_the_fresh_one_go(
    file: Path, folder: Path, at: datetime
) -> None:
    ahead = folder / "flow-20990101T000000Z.db"
    ahead.touch()
    first = backup.back_up(file, folder, at, keep=1).file
    second = backup.back_up(file, folder, at + timedelta(days=1), keep=1).file
    assert (ahead.exists(), first.exists(), second.exists()) == (True, False, True)


def test_what_a_backup_that_was_killed_has_left_is_taken_away_by_the_next_whatever_the_store_is_called(
    file: Path, folder: Path, at: datetime
) -> None:
    odd = file.rename(file.with_name("flow[1].db"))
    left = [
        folder / f".flow[1]-20261121T{hour}0000Z.db.unfinished{end}"
        for hour in ("02", "23")
        for end in ("", "-journal")
    ]
    for each in left:
        each.touch()
    for days in range(2):
        backup.back_up(odd, folder, at + timedelta(hours=days), keep=1)
    assert [each.exists() for each in left] == [False, False, True, True]  # another may be being made
    assert len(backup.backups_in(folder, "flow[1]")) == 1


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda file: file.write_bytes(file.read_bytes()[:40_000]), "damaged|cannot be read"),
        (lambda file: file.write_bytes(b"no store at all" * 100), "cannot be read as a store"),
        (lambda file: changed(file, "DROP TABLE alembic_version"), "no store of Flow Centre"),
        (lambda file: changed(file, "UPDATE audit SET what = 'list nobody' WHERE number = 2"), "broken at entry 2"),
        (lambda file: file.unlink(), "no file"),
    ],
)
def test_a_copy_that_is_not_whole_is_found_out_and_not_put_back(
    file: Path, folder: Path, at: datetime, spoil: Callable[[Path], object], words: str
) -> None:
    made = backup.back_up(file, folder, at).file
    spoil(made)
    there = file.read_bytes()
    for use in (lambda: backup.verify(made), lambda: backup.restore(made, file, at, over=True)):
        with pytest.raises(StoreError, match=words):
            use()
    assert file.read_bytes() == there


def test_a_copy_of_a_newer_flow_centre_is_refused(file: Path, folder: Path, at: datetime) -> None:
    made = backup.back_up(file, folder, at).file
    changed(made, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreTooNew, match="9999"):
        backup.verify(made)


def test_a_store_is_put_back_over_another_only_where_that_is_said_and_the_other_is_kept(
    file: Path, folder: Path, at: datetime
) -> None:
    made = backup.back_up(file, folder, at).file
    url = f"sqlite:///{file}"
    with closing(open_store(url)) as store:
        tell(store, "beds", at + timedelta(minutes=15), sighting("a1", at + timedelta(minutes=15), beds=7))
        with pytest.raises(StoreBusy, match="being written"):
            backup.restore(made, file, at, over=True)
    with pytest.raises(StoreError, match="give --over"):
        backup.restore(made, file, at)
    # One that a power cut ended leaves a journal: it is the kept store's, and never the restored one's.
    killed = sqlite3.connect(file, isolation_level=None)
    killed.execute("INSERT INTO mark (key, value) VALUES ('late', 'news')")
    journal = file.with_name("flow.db-wal").read_bytes()
    killed.close()
    file.with_name("flow.db-wal").write_bytes(journal)
    kept = backup.restore(made, file, at, over=True).kept
    assert kept is not None
    assert not kept.with_name(f"{kept.name}-wal").exists()  # so that a kill between two moves would lose nothing of it
    with closing(open_store(url, writer=False)) as store:
        assert (values(store.latest()), store.mark("late")) == ({("a1", "beds"): 3}, None)
    with closing(open_store(f"sqlite:///{kept}", writer=False)) as store:
        assert (values(store.latest()), store.mark("late")) == ({("a1", "beds"): 7}, "news")
    elsewhere = folder / "other.db"
    assert backup.restore(made, elsewhere, at).kept is None
    open_store(f"sqlite:///{elsewhere}").close()


def test_a_restore_that_was_killed_between_its_moves_has_lost_nothing_and_no_empty_store_is_begun(
    file: Path, folder: Path, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{file}"
    with closing(open_store(url)) as store:
        store.begin_session(Session("a", OPEN, "key", at, at, id_token="eyJ"))
    made = backup.back_up(file, folder, at).file
    killed = sqlite3.connect(file, isolation_level=None)
    killed.execute("INSERT INTO mark (key, value) VALUES ('late', 'news')")
    journal = file.with_name("flow.db-wal").read_bytes()
    killed.close()
    file.with_name("flow.db-wal").write_bytes(journal)
    replace, moves = backup.os.replace, []

    def moved(source: Path, to: Path) -> None:
        if source in (file, opening.restored_beside(file)):
            moves.append(source)
            if len(moves) == 2:
                shutil.copyfile(opening.restored_beside(file), folder / "ready")
                pytest.fail("killed")
        replace(source, to)

    monkeypatch.setattr(backup.os, "replace", moved)
    with pytest.raises(pytest.fail.Exception):
        backup.restore(made, file, at, over=True)
    monkeypatch.undo()
    (kept,) = file.parent.glob("flow.db.replaced-*Z")
    with pytest.raises(StoreError, match=rf"beside it is {kept.name}: a restore did not end.*Run app.py restore again"):
        open_store(url)
    assert not file.exists()
    with closing(open_store(f"sqlite:///{kept}", writer=False)) as store:
        assert store.mark("late") == "news"
    with closing(sqlite3.connect(folder / "ready")) as moved_in:  # whoever dies now has signed everybody out before
        assert moved_in.execute("SELECT ended_by, id_token FROM session").fetchall() == [("a restore", "")]
    kept.rename(folder / kept.name)
    (folder / "ready").rename(opening.restored_beside(file))  # which a kill leaves too
    with pytest.raises(StoreError, match=r"beside it is \.flow\.db\.restored"):
        open_store(url)
    assert backup.restore(made, file, at) == backup.Restored(None, 1)
    open_store(url).close()


def of_schema(url: str, number: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
        config.set_main_option("path_separator", "os")
        command.upgrade(config, number)
        connection.execute(text("INSERT INTO mark (key, value) VALUES ('kept', 'yes')"))
    engine.dispose()


def test_before_a_store_is_brought_up_a_copy_of_it_is_kept_by_which_one_goes_back(
    sqlite_url: str, tmp_path: Path, at: datetime
) -> None:
    of_schema(sqlite_url, "0007")
    open_store(sqlite_url).close()
    kept = tmp_path / "flow.db.schema-0007"
    found = backup.verify(kept)
    assert (found.schema, found.rows["mark"]) == ("0007", 1)
    backup.restore(kept, tmp_path / "flow.db", at, over=True)
    assert backup.verify(tmp_path / "flow.db").schema == "0007"
    kept.unlink()
    open_store(f"sqlite:///{tmp_path / 'new.db'}").close()
    assert not list(tmp_path.glob("new.db.schema*"))  # of what was nothing there is no copy


def test_where_no_copy_can_be_kept_a_store_is_not_brought_up_and_the_words_say_why(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_schema(sqlite_url, "0007")
    monkeypatch.setattr(backup.shutil, "disk_usage", lambda _: Disk(10**9, 10**9 - 10**6, 10**6))
    with pytest.raises(StoreError, match=r"has schema 0007.*no other way back.*1 MB are.*Nothing was changed"):
        open_store(sqlite_url)
    assert [each.name for each in tmp_path.glob("*schema*")] == []
    assert backup.verify(tmp_path / "flow.db").schema == "0007"


def test_a_sqlite_that_is_too_old_is_refused_with_the_reason() -> None:
    with pytest.raises(StoreError, match=r"SQLite 3\.37\.1 is too old: Flow Centre needs 3\.37\.2.*PostgreSQL"):
        opening.must_be_new_enough((3, 37, 1))
    opening.must_be_new_enough((3, 37, 2))
    opening.must_be_new_enough(sqlite3.sqlite_version_info)
    faulty = {(3, 40, 1), (3, 44, 5), (3, 45, 0), (3, 50, 6), (3, 51, 2)}
    sound = {(3, 44, 6), (3, 50, 7), (3, 51, 3), (3, 53, 1)}
    assert {version for version in faulty | sound if opening.may_corrupt_a_wal(version)} == faulty
