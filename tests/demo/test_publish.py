"""The publisher as it runs: a process of its own, whole files only, gone with its parent."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from flowcentre.demo.documents import Written
from flowcentre.demo.publish import CannotPublish, Publisher, drop, serve
from flowcentre.demo.simulation import Simulation
from flowcentre.demo.westshire import WESTSHIRE
from flowcentre.feeds.contract import Connector, Document
from flowcentre.model import County, DelayedDischarge, EmergencyAttendance, Held, WholeList
from tests.demo.conftest import START

NOON = START + timedelta(days=1, hours=12)

# The process under test, as app.py starts it: here time runs 600 times faster, so that drops follow closely.
CHILD = """
import os, sys, time
from datetime import datetime, timedelta
from pathlib import Path
from flowcentre.demo.publish import run_publisher
from tests.demo.conftest import CONFIGURATION, CONNECTORS
from flowcentre.config.load import load

drops, port, start = sys.argv[1], sys.argv[2], datetime.fromisoformat(sys.argv[3])
county = load(CONFIGURATION, {"drop": drops, "demo": f"http://127.0.0.1:{port}"}, CONNECTORS, ["wall"])
began = time.monotonic()
now = lambda: start + timedelta(days=1) + timedelta(seconds=600 * (time.monotonic() - began))
run_publisher(county, seed=1, start=start, now=now, parent=os.getppid(), ready=lambda: print("ready", flush=True))
"""


def wait_for(what: Callable[[], object], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def start_child(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts publishers; those still running at the end are ended."""
    started: list[subprocess.Popen[str]] = []

    def start(*wrapping: str) -> subprocess.Popen[str]:
        command = [*wrapping, sys.executable, "-c", CHILD]
        arguments = [str(tmp_path / "drops"), str(free_port()), START.isoformat()]
        root = Path(__file__).resolve().parent.parent.parent
        child = subprocess.Popen([*command, *arguments], cwd=root, stdout=subprocess.PIPE, text=True)
        started.append(child)
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "ready"
        return child

    yield start
    for child in started:
        child.kill()
        child.wait()
        if child.stdout is not None:
            child.stdout.close()


@pytest.fixture
def publisher(county: County) -> Publisher:
    return Publisher(Simulation(WESTSHIRE, seed=1, start=START), county)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_every_feed_has_its_first_file_at_once(publisher: Publisher, county: County, tmp_path: Path) -> None:
    publisher.begin(NOON - timedelta(minutes=46, seconds=20))
    assert names(tmp_path / "drops" / "northgate-beds") == ["beds_20261103T1113Z.csv"]
    assert names(tmp_path / "drops" / "care-homes") == ["care-homes_20261103T1113Z.csv"]
    dropping = [feed for feed in county.feeds if "folder" in feed.settings]
    assert all(len(names(Path(str(feed.settings["folder"])))) == 1 for feed in dropping)


def test_a_spreadsheet_is_dropped_and_removed_as_any_file_is(
    publisher: Publisher, readers: dict[str, Connector], tmp_path: Path
) -> None:
    publisher.begin(NOON)
    publisher.catch_up(NOON + timedelta(minutes=20))
    folder = tmp_path / "drops" / "southmere-discharges"
    assert names(folder) == ["discharges_20261103T1200Z.xlsx", "discharges_20261103T1215Z.xlsx"]
    later = folder / "discharges_20261103T1215Z.xlsx"
    facts = list(readers["southmere-discharges"].parse(Document(later.name, later.read_bytes())))
    assert sum(isinstance(fact, DelayedDischarge) for fact in facts) > 30
    publisher.prune(NOON + timedelta(hours=24, minutes=1))
    assert names(folder) == [later.name]


def test_files_come_on_their_feeds_rhythm_each_as_at_its_own_moment(
    publisher: Publisher, readers: dict[str, Connector], tmp_path: Path
) -> None:
    publisher.begin(NOON)
    publisher.catch_up(NOON + timedelta(minutes=11, seconds=3))
    beds = tmp_path / "drops" / "southmere-beds"
    assert names(beds) == ["beds_20261103T1200Z.csv", "beds_20261103T1205Z.csv", "beds_20261103T1210Z.csv"]
    for path in beds.iterdir():
        facts = list(readers["southmere-beds"].parse(Document(path.name, path.read_bytes())))
        assert facts
        assert {f.observed_at.strftime("%Y%m%dT%H%MZ") for f in facts if not isinstance(f, Held)} == {path.stem[5:]}
    publisher.catch_up(NOON + timedelta(hours=1, seconds=1))
    assert names(tmp_path / "drops" / "wupi") == ["wupi_20261103T1200Z.csv", "wupi_20261103T1300Z.csv"]


def test_after_a_long_sleep_the_lost_files_are_not_made_up_for(publisher: Publisher, tmp_path: Path) -> None:
    publisher.begin(NOON)
    publisher.catch_up(NOON + timedelta(hours=9))
    assert 12 < len(names(tmp_path / "drops" / "northgate-beds")) < 16


def test_a_file_older_than_a_day_is_removed_and_nothing_else(publisher: Publisher, tmp_path: Path) -> None:
    publisher.begin(NOON)
    folder = tmp_path / "drops" / "northgate-beds"
    (folder / "notes.txt").write_text("mine")
    publisher.catch_up(NOON + timedelta(minutes=6))
    publisher.prune(NOON + timedelta(hours=24, minutes=1))
    assert names(folder) == ["beds_20261103T1205Z.csv", "notes.txt"]


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    content = b"x" * 300_000
    seen: list[int] = []
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            seen.extend(len(path.read_bytes()) for path in tmp_path.glob("*.csv"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number in range(60):
        drop(tmp_path, Written(f"{number}.csv", content))
    stop.set()
    watcher.join()
    assert set(seen) <= {len(content)}
    assert len(names(tmp_path)) == 60


@pytest.fixture
def answering(
    configured: Callable[..., County], free_port: Callable[[], int]
) -> Iterator[tuple[ThreadingHTTPServer, list[datetime]]]:
    """A publisher that answers over HTTP, at a moment which the test may move."""
    county = configured(free_port())
    own = Publisher(Simulation(WESTSHIRE, seed=1, start=START), county)
    moment = [NOON]
    server = serve(own, lambda: moment[0])
    own.begin(NOON)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server, moment
    server.shutdown()
    thread.join()
    server.server_close()


def ask(server: ThreadingHTTPServer, path: str) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def test_an_emergency_department_answers_with_its_present(
    answering: tuple[ThreadingHTTPServer, list[datetime]], readers: dict[str, Connector]
) -> None:
    server, moment = answering
    moment[0] = NOON + timedelta(seconds=41)
    status, headers, content = ask(server, "/northgate/emergency-department.json")
    assert status == 200
    assert headers["Content-Type"] == "application/json"
    assert json.loads(content)["as_at"] == "2026-11-03T12:00:41Z"
    facts = list(readers["northgate-emergency"].parse(Document("answer.json", content)))
    assert sum(isinstance(fact, EmergencyAttendance) for fact in facts) > 50
    assert ask(server, "/elsewhere.json")[0] == 404


def test_the_community_hospitals_answer_with_their_list(
    answering: tuple[ThreadingHTTPServer, list[datetime]], readers: dict[str, Connector]
) -> None:
    server, moment = answering
    moment[0] = NOON + timedelta(seconds=41)
    status, _, content = ask(server, "/health-and-care/discharge-list.json")
    assert status == 200
    facts = list(readers["community-discharges"].parse(Document("answer.json", content)))
    whole = [(fact.place, fact.observed_at) for fact in facts if isinstance(fact, WholeList)]
    assert whole == [("eastfield", moment[0]), ("hartwell", moment[0])]
    assert any(isinstance(fact, DelayedDischarge) for fact in facts)


def test_southmeres_interface_restarts_in_the_afternoon_and_says_for_how_long(
    answering: tuple[ThreadingHTTPServer, list[datetime]],
) -> None:
    server, moment = answering
    moment[0] = NOON + timedelta(hours=3, minutes=31)
    status, headers, _ = ask(server, "/southmere/emergency-department.json")
    assert (status, headers["Retry-After"]) == (503, "180")
    assert ask(server, "/northgate/emergency-department.json")[0] == 200
    moment[0] = NOON + timedelta(hours=3, minutes=34)
    assert ask(server, "/southmere/emergency-department.json")[0] == 200


def test_the_demonstration_is_served_on_this_machine_alone(publisher: Publisher) -> None:
    publisher.addresses = {"192.0.2.1:8051"}
    with pytest.raises(CannotPublish, match="on 127.0.0.1 and a port alone"):
        serve(publisher, lambda: NOON)


def test_a_taken_port_is_said_so(configured: Callable[..., County]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        county = configured(taken.getsockname()[1])
        with pytest.raises(CannotPublish, match="is it taken"):
            serve(Publisher(Simulation(WESTSHIRE, seed=1, start=START), county), lambda: NOON)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_the_process_ends_cleanly_when_it_is_told_to(
    start_child: Callable[..., subprocess.Popen[str]], ending: signal.Signals
) -> None:
    child = start_child()
    child.send_signal(ending)
    assert child.wait(timeout=10) == 0


def test_the_process_does_not_outlive_its_parent(start_child: Callable[..., subprocess.Popen[str]]) -> None:
    # The shell is the parent: it waits for the publisher, and is killed in front of it.
    shell = start_child("sh", "-c", '"$@"; exit $?', "sh")
    children = Path(f"/proc/{shell.pid}/task/{shell.pid}/children").read_text().split()
    assert len(children) == 1
    shell.kill()
    shell.wait()

    def gone() -> bool:
        try:
            return Path(f"/proc/{children[0]}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except (FileNotFoundError, ProcessLookupError):  # the file may go while it is read
            return True

    wait_for(gone)


def test_killed_at_any_moment_it_leaves_no_half_file_under_a_final_name(
    start_child: Callable[..., subprocess.Popen[str]], readers: dict[str, Connector], tmp_path: Path
) -> None:
    drops = tmp_path / "drops"
    for waits in (False, True, True):
        child = start_child()
        before = len(list(drops.glob("*/*.csv")))
        if waits:
            wait_for(lambda before=before: len(list(drops.glob("*/*.csv"))) > before)
        child.kill()
        child.wait()
        files = list(drops.glob("*/*.csv"))
        assert files
        for path in files:
            facts = list(readers[path.parent.name].parse(Document(path.name, path.read_bytes())))
            reasons = {fact.reason for fact in facts if isinstance(fact, Held)}
            assert reasons <= {"no_criteria_to_reside is not a number", "place_code is not a place of this feed"}
            if path.parent.name.endswith("gate-beds"):
                assert len(path.read_bytes().splitlines()) == 20


def test_the_process_is_light(start_child: Callable[..., subprocess.Popen[str]]) -> None:
    child = start_child()
    status = Path(f"/proc/{child.pid}/status").read_text()
    resident = int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])
    assert resident < 120_000  # kilobytes, the connectors and the reading of TOML included


def test_the_moment_of_a_restart_changes_nothing_of_the_life(county: County, tmp_path: Path) -> None:
    first = Publisher(Simulation(WESTSHIRE, seed=1, start=START), county)
    first.begin(NOON)
    first.catch_up(NOON + timedelta(minutes=25))
    later = tmp_path / "drops" / "northgate-beds" / "beds_20261103T1225Z.csv"
    content = later.read_bytes()
    later.unlink()
    again = Publisher(Simulation(WESTSHIRE, seed=1, start=START), county)
    again.begin(NOON + timedelta(minutes=25, seconds=30))
    assert later.read_bytes() == content
