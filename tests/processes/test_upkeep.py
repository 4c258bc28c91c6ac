"""What is looked after while it runs, each with a clock that is set by hand: and what is told before it is too late."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import socket
import sqlite3
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from structlog.testing import capture_logs
from typer.testing import CliRunner

from app import command_line
from flowcentre.access.certificates import NotSeen, ends_at
from flowcentre.access.scrub import scrubbed
from flowcentre.model import Access, Audited, Backups, Fallback, Picture, SmallNumbers, Upkeep
from flowcentre.store import backup, open_store
from flowcentre.store.backup import backups_in, name_of
from layouts import fallback as page
from layouts import feeds, wall
from layouts.finished import to_html
from running.backing_up import BackupDuty
from running.certificates import CertificateDuty
from running.elsewhere import HearingDuty, TellingDuty
from running.fallback import FallbackDuty, styles_in
from running.screens import ScreenDuty
from running.setting import ASSETS
from running.start import CannotStart
from running.upkeep import AuditDuty, DiskDuty, Duty, looking, repeated
from tests.layouts.cast import NOW, county, picture
from tests.store.test_backup import changed, of_schema

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


SIGNED_IN = """INSERT INTO session (token_hash, who, identity, key, began_at, active_at)
    SELECT 'aa', 'local|ann', '{"issuer": "local", "subject": "ann", "title": "Ann", "scopes": {}, "board": "", "groups": []}', 'k', 0, 0"""


class Clock:
    """A clock that is set by hand, and the picture that is shown."""

    def __init__(self, at: datetime, **configured: object) -> None:
        self.at = at
        self.picture = picture(configured=replace(county(), **configured))  # type: ignore[arg-type]

    def now(self) -> datetime:
        return self.at

    def current(self) -> Picture:
        return self.picture


def one_of(file: Path, question: str) -> object:
    with closing(sqlite3.connect(file)) as database:
        return database.execute(question).fetchone()[0]


def told(duty: Duty) -> tuple[str, ...]:
    """Its troubles, after a look."""
    duty.look()
    return duty.told(Upkeep()).troubles


# --- Backups --------------------------------------------------------------------------------------


@pytest.fixture
def file(migrated_sqlite: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(migrated_sqlite, tmp_path / "flow.db"))


def test_a_backup_is_made_at_once_where_there_is_none_then_each_night_and_the_newest_few_stay(file, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    clock = Clock(datetime(2026, 11, 22, 8, 0, tzinfo=UTC), backups=Backups(str(folder), DAY, keep=2))
    duty = BackupDuty(file, clock.current, clock.now, lambda: False)
    made = []
    for hours in (0, 1, 17, 19, 20, 43, 67):  # from 08:00: 19 is 03:00
        clock.at = datetime(2026, 11, 22, 8, 0, tzinfo=UTC) + hours * HOUR
        assert told(duty) == ()
        made.append(backups_in(folder, "flow")[0][1] == clock.at)
    assert made == [True, False, False, True, False, True, True]
    assert len(backups_in(folder, "flow")) == 2
    again = BackupDuty(file, clock.current, clock.now, lambda: False)  # a start anew believes the folder
    again.look()
    assert again.told(Upkeep()).backup_at == clock.at
    assert len(backups_in(folder, "flow")) == 2


def test_a_backup_that_fails_is_told_and_tried_again_and_one_that_is_overdue_too(file, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    clock = Clock(datetime(2026, 11, 22, 8, 0, tzinfo=UTC), backups=Backups(str(folder)))
    duty = BackupDuty(file, clock.current, clock.now, lambda: False)
    duty.look()
    kept = shutil.move(folder, tmp_path / "away")
    clock.at += 20 * HOUR
    with capture_logs() as logs:
        assert "failed" in told(duty)[0]
    assert "no folder" in logs[0]["reason"]
    clock.at += DAY
    (tmp_path / "flow.db").rename(tmp_path / "gone.db")
    shutil.move(kept, folder)
    failed, overdue = told(duty)
    assert "failed" in failed
    assert overdue == "The newest backup is of 22 November 2026, 08:00 UTC: one is overdue."
    (tmp_path / "gone.db").rename(tmp_path / "flow.db")
    clock.at += MINUTE
    assert len(told(duty)) == 2  # not again so soon
    clock.at += 15 * MINUTE
    assert told(duty) == ()


def test_once_somebody_has_made_one_by_hand_nothing_is_told_of_the_one_that_failed(file, tmp_path):
    clock = Clock(datetime(2026, 11, 22, 8, 0, tzinfo=UTC), backups=Backups(str(tmp_path / "share")))
    duty = BackupDuty(file, clock.current, clock.now, lambda: False)
    with capture_logs():
        assert len(told(duty)) == 2  # it failed, and there is none
    (tmp_path / "share").mkdir()
    backup.back_up(file, tmp_path / "share", clock.at)
    clock.at += MINUTE
    assert told(duty) == ()


def test_a_backup_of_a_moment_that_is_to_come_keeps_none_from_being_made_and_is_told(file, tmp_path):
    (tmp_path / "flow-20990101T000000Z.db").touch()
    clock = Clock(datetime(2026, 11, 22, 8, 0, tzinfo=UTC), backups=Backups(str(tmp_path), keep=1))
    duty = BackupDuty(file, clock.current, clock.now, lambda: False)
    (trouble,) = told(duty)
    assert "1 is of a moment that is to come" in trouble
    assert duty.told(Upkeep()).backup_at == clock.at
    assert [taken.year for _, taken in backups_in(tmp_path, "flow")] == [2099, 2026]


def test_a_folder_that_does_not_answer_is_told_while_it_is_waited_for(file, tmp_path, monkeypatch):
    clock = Clock(datetime(2026, 11, 22, 8, 0, tzinfo=UTC), backups=Backups(str(tmp_path)))
    duty, heard = BackupDuty(file, clock.current, clock.now, lambda: False), []

    def hang(folder: Path, name: str) -> list[tuple[Path, datetime]]:
        for minutes in (4, 2):
            clock.at += minutes * MINUTE
            heard.append(duty.told(Upkeep()).troubles)  # as another duty's look tells it
        return []

    monkeypatch.setattr(backup, "backups_in", hang)
    duty.look()
    assert heard[:2] == [
        (),
        ("The folder of [backup] was asked at 08:00 UTC what is in it, and has not ended: does the folder answer?",),
    ]


def test_a_folder_on_the_very_disk_of_the_store_is_told_to_a_real_county(file, tmp_path):
    clock = Clock(NOW, backups=Backups(str(tmp_path)), demonstration=False)
    (trouble,) = told(BackupDuty(file, clock.current, clock.now, lambda: False))
    assert "very disk of the store" in trouble


def test_of_a_postgresql_store_no_backup_is_promised(tmp_path):
    clock = Clock(NOW, backups=Backups(str(tmp_path)))
    assert "pg_dump" in told(BackupDuty(None, clock.current, clock.now, lambda: False))[0]


def test_the_commands_make_prove_and_put_back_a_store_and_sign_everybody_out(file, tmp_path):
    store, folder = f"sqlite:///{file}", str(tmp_path)

    def done(*arguments: str) -> str:
        result = CliRunner().invoke(command_line(), arguments)
        assert result.exception is None, result.exception
        return result.output

    with closing(open_store(store)):  # as it runs
        assert "made, and proved" in done("backup", "make", folder, "--store", store)
        ((made, _),) = backups_in(tmp_path, name_of(file))
    assert "is whole" in done("backup", "verify", str(made))
    assert "kept as" in done("restore", str(made), "--store", store, "--over")
    with closing(open_store(store, writer=False)) as restored:
        (entry,) = restored.audit_entries()
        assert (entry.act, entry.what) == (Audited.ADMINISTERED, f"the store was restored from {made.name}")
    of_schema(f"sqlite:///{tmp_path / 'older.db'}", "0016")
    changed(tmp_path / "older.db", SIGNED_IN)
    assert "Its schema was 0016" in done("restore", str(tmp_path / "older.db"), "--store", store, "--over")
    with closing(open_store(store, writer=False)) as restored:
        assert restored.audit_entries()[0].what == "the store was restored from older.db"
    assert one_of(file, "SELECT count(*) FROM session WHERE ended_at IS NOT NULL") == 1
    shared = CliRunner().invoke(command_line(), ["backup", "make", folder, "--store", "postgresql://u:secret@db/flow"])
    assert shared.exit_code == 2
    assert re.search(r'pg_dump --format=custom --file="\S+/flow-\w+\.dump" "postgresql://u@db/flow"', shared.output)


# --- The disk, the audit --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "free", "words"),
    [
        (20_000_000_000, 2_100_000_000, ""),
        (20_000_000_000, 1_990_000_000, "1.9 GB of 20.0 GB are free"),
        (4_000_000_000_000, 5_100_000_000, ""),
        (4_000_000_000_000, 4_900_000_000, "4.9 GB of 4,000.0 GB are free"),
        (20_000_000_000, 3_000, "under 100 MB of 20.0 GB are free"),
    ],
)
def test_a_disk_that_fills_is_told_before_it_is_full(tmp_path, size, free, words):
    duty = DiskDuty(tmp_path, lambda _: (size, size - free, free))
    troubles = told(duty)
    assert bool(troubles) is bool(words)
    assert words in "".join(troubles)
    assert duty.told(Upkeep()).disk_free == free


def test_a_disk_that_does_not_say_is_told_and_spoils_it_for_no_other_duty(tmp_path):
    def gone(_: Path) -> tuple[int, int, int]:
        raise OSError

    disk, heard = DiskDuty(tmp_path, gone), []
    with capture_logs():
        looking(disk, [disk, DiskDuty(tmp_path, lambda _: (100, 1, 99))], heard.append)()
    assert "Nobody knows how full" in heard[0].troubles[0]


def test_a_duty_that_hangs_keeps_nobody_from_stopping():
    began, looked, free = threading.Event(), threading.Event(), threading.Event()

    def hang() -> None:
        began.set()
        free.wait(60)

    with repeated({"share": hang, "disk": looked.set}, threading.Event(), within=timedelta(milliseconds=50)):
        assert began.wait(10)
        assert looked.wait(10)
    (left,) = [each for each in threading.enumerate() if each.name == "upkeep share"]
    assert left.daemon  # no process waits for it to end
    free.set()
    left.join(10)
    assert not left.is_alive()


def test_the_audits_newest_entry_is_told_to_the_log_each_hour_whole_and_is_known_again(file, tmp_path):
    store, clock = open_store(f"sqlite:///{file}"), Clock(NOW)
    for what in ("one", "two", "three"):
        store.audit("local|ward.lead", "Ward lead", Audited.SAW, what, at=NOW)
    duty, heads = AuditDuty(store, clock.now), []
    for minutes in (0, 30, 59, 61):
        clock.at = NOW + minutes * MINUTE
        with capture_logs() as logs:
            duty.look()
        heads += [entry["head"] for entry in logs]
    assert heads == [f"3:{store.audit_head()[1]}"] * 2
    store.close()
    where = ("--config", "flowcentre/config/defaults/westshire", "--store", f"sqlite:///{file}")
    assert scrubbed("head 3:" + "1234567890" * 6 + "abcd") == "head 3:" + "1234567890" * 6 + "abcd"

    def verified(head: str) -> str:
        result = CliRunner().invoke(command_line(), ["audit", "verify", *where, "--head", head])
        return str(result.exception) if isinstance(result.exception, CannotStart) else result.output

    assert "Entry 3 is the one that was written down" in verified(heads[0])
    assert "Entry 3 is another" in verified("3:" + "0" * 64)
    assert "Entries were cut off the audit: 4 was written down" in verified("4:" + "0" * 64)
    assert "no number and hash" in verified("3:abc")


# --- Certificates ---------------------------------------------------------------------------------


@contextmanager
def shown(ends: datetime, folder: Path) -> Iterator[int]:
    """A server by TLS with a certificate of its own making, and its port."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, ends - 90 * DAY, ends).sign(key, hashes.SHA256())
    plain = serialization.NoEncryption()
    (folder / "flow.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "flow.pem")
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            try:
                with context.wrap_socket(server.accept()[0], server_side=True) as secured:
                    secured.recv(1)
            except OSError:
                return

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join(timeout=10)


@pytest.mark.parametrize("ends", [datetime(2027, 1, 14, 12, 0, tzinfo=UTC), datetime(2020, 1, 14, 12, 0, tzinfo=UTC)])
def test_the_end_of_a_certificate_is_read_whoever_made_it_and_though_it_has_ended(tmp_path, ends):
    with shown(ends, tmp_path) as port:
        assert ends_at("127.0.0.1", port) == ends


def test_a_server_that_does_not_answer_holds_nobody_up(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(NotSeen, match=r"within 0\.1 s"):
            ends_at("127.0.0.1", port, within=0.1)
    with pytest.raises(NotSeen, match="cannot be reached"):
        ends_at("127.0.0.1", port, within=5)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (22 * DAY, ""),
        (20 * DAY + HOUR, "flow.example ends in 20 days, on"),
        (HOUR, "flow.example ends within a day, on"),
        (-HOUR, "flow.example ended on"),
    ],
)
def test_a_certificate_is_told_three_weeks_before_it_ends(left, words):
    clock = Clock(NOW, access=Access(configured=True, public_url="https://flow.example"))
    duty = CertificateDuty(clock.current, clock.now, lambda host, port: NOW + left)
    with capture_logs():
        assert words in "".join(told(duty))
    assert bool(duty.told(Upkeep()).troubles) is bool(words)
    assert [(each.host, each.at) for each in duty.told(Upkeep()).certificates] == [("flow.example", NOW + left)]


def test_a_certificate_is_looked_at_each_day_and_one_that_was_not_seen_each_hour_and_is_told(tmp_path):
    clock = Clock(NOW, access=Access(configured=True, public_url="https://flow.example:8443"))
    asked, answers = [], [NOW + 60 * DAY]

    def look(host: str, port: int) -> datetime:
        asked.append((host, port, clock.at - NOW))
        if not answers:
            raise NotSeen("it cannot be reached")
        return answers.pop()

    duty = CertificateDuty(clock.current, clock.now, look)
    with capture_logs():
        for minutes in (0, 60, 24 * 60, 24 * 60 + 30, 25 * 60):
            clock.at = NOW + minutes * MINUTE
            troubles = told(duty)
    assert asked == [("flow.example", 8443, each) for each in (0 * DAY, DAY, 25 * HOUR)]
    assert troubles == ("Nobody knows when the certificate of flow.example ends: it cannot be reached.",)
    assert told(CertificateDuty(Clock(NOW).current, clock.now, look)) == ()  # nothing by https, nothing asked


# --- Pages to fall back on ------------------------------------------------------------------------


def test_a_page_to_fall_back_on_needs_no_server_and_says_its_moment_before_anything_else():
    shown = picture("partial")
    board = shown.county.boards[0]
    written = page.document(shown, board, styles=styles_in(ASSETS))
    assert re.findall(r"""(?:href|src|action)=|url\((?!["']?data:)""", written) == []
    words = re.sub(r"<(style|script).*?</\1>|<[^>]*>", " ", written.partition("<body")[2], flags=re.DOTALL)
    assert " ".join(words.partition(">")[2].split()).startswith(
        "Picture of 08:14, not live Sunday 22 November 2026. Every age on this page counts to 08:14 of that day."
    )
    script = re.search(r"<script>(.*?)</script>", written, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; font-src data:; script-src 'sha256-{digest}'" in written
    assert page.file_name(board) in page.contents(shown, styles="")


def test_it_hides_small_numbers_as_every_display_does():
    hiding = replace(county(), access=Access(configured=True, small_numbers=SmallNumbers(hide_to=7, round_to=5)))
    shown = picture(configured=hiding)
    board = shown.county.boards[0]
    written = page.document(shown, board, styles="")
    assert wall.body(shown, board) in written
    assert wall.body(picture(), board) not in page.document(shown, board, styles="")


def test_pages_are_written_each_minute_and_a_picture_that_stands_still_is_not_called_newer(tmp_path):
    clock = Clock(NOW, fallback=Fallback(str(tmp_path)))
    duty = FallbackDuty(clock.current, clock.now)
    assert told(duty) == ()
    board = clock.picture.county.boards[0]
    file = tmp_path / page.file_name(board)
    boards = {page.file_name(each) for each in clock.picture.county.boards}
    assert {each.name for each in tmp_path.iterdir()} == boards | {"index.html"}
    clock.at, clock.picture = NOW + MINUTE, replace(clock.picture, known_at=NOW + MINUTE)
    told(duty)
    assert "Picture of 08:15, not live" in file.read_text()
    clock.at = NOW + 20 * MINUTE  # the store is away: nothing newer is known
    assert "show an old picture" in told(duty)[0]
    assert "Picture of 08:15, not live" in file.read_text()
    assert duty.told(Upkeep()).fallback_at == NOW + MINUTE


def test_a_share_that_is_not_there_is_told(tmp_path):
    clock = Clock(NOW, fallback=Fallback(str(tmp_path / "share")))
    duty = FallbackDuty(clock.current, clock.now)
    with capture_logs():
        assert "cannot be written" in told(duty)[0]
    (tmp_path / "share").mkdir()
    clock.at += MINUTE
    with capture_logs():
        assert told(duty) == ()


def test_what_an_engine_cannot_do_is_told_by_the_web_servers_beside_it_while_it_is_heard_from(file, tmp_path):
    clock = Clock(NOW, fallback=Fallback(str(tmp_path / "share")))
    with closing(open_store(f"sqlite:///{file}")) as store:
        duty = FallbackDuty(clock.current, clock.now)
        engine, web = TellingDuty(store, [duty], clock.now), HearingDuty(store, clock.now)
        assert told(web) == ()
        with capture_logs():
            duty.look()
        engine.look()
        assert told(web) == ("The pages to fall back on cannot be written: the log says why.",)
        clock.at += 6 * MINUTE
        assert told(web) == ()
        (tmp_path / "share").mkdir()
        with capture_logs():
            duty.look()
        engine.look()
        assert told(web) == ()
        assert web.told(Upkeep()).fallback_at == clock.picture.known_at


def test_what_somebody_has_to_see_to_stands_above_the_feeds():
    shown = picture()
    assert "server" not in to_html(feeds.render(shown))
    well = replace(shown, upkeep=Upkeep(backup_at=NOW - HOUR))
    assert "The server</h2><p>Last backup: 07:14." in to_html(feeds.render(well))
    ill = replace(shown, upkeep=Upkeep(troubles=("The newest backup is overdue.",)))
    assert "Somebody has to see to the server</h2><ul><li>The newest backup is overdue." in to_html(feeds.render(ill))


def test_a_screen_that_nobody_has_seen_for_ten_minutes_is_told_and_one_that_was_taken_away_is_not(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    clock = Clock(NOW, access=Access(configured=True))
    shutil.copyfile(migrated_sqlite, tmp_path / "flow.db")
    with closing(open_store(f"sqlite:///{tmp_path / 'flow.db'}")) as store:
        duty = ScreenDuty(store, lambda: clock.picture, clock.now)
        seen, never, gone = (store.add_display(f"{n}", "county", f"Room {n}", "ann", NOW) for n in (1, 2, 3))
        store.revoke_display(gone.id, NOW)

        def told() -> list[str]:
            duty.look()
            return [trouble.partition(" has shown nothing")[0] for trouble in duty.told(Upkeep()).troubles]

        clock.at = NOW + 10 * MINUTE
        store.display_seen(seen.id, clock.at)
        assert told() == []
        clock.at += MINUTE
        assert told() == [f"The screen {never.title}"]
        clock.at += 10 * MINUTE
        assert told() == [f"The screen {seen.title}", f"The screen {never.title}"]
        clock.at += 30 * DAY  # their addresses are no longer good
        assert told() == []
