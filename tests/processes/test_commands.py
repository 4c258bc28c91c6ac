"""The command line, as a person meets it: real processes, plain words."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner

from app import command_line, main
from flowcentre.store import open_store
from running.commands import run as run_command
from running.demonstration import day_by_day
from running.doors import channel_words
from running.setting import opened, setting_of
from running.start import CannotStart
from running.terminal import PAGES, counted, pages_of
from tests.layouts.cast import picture
from tests.layouts.pressure_cast import scored

HERE = Path(__file__).resolve().parents[2]
WESTSHIRE = HERE / "flowcentre" / "config" / "defaults" / "westshire"
Asked = Callable[..., subprocess.CompletedProcess[str]]
FIRST_START = 180.0  # seconds, to live for five weeks and have 28 days of them told on a busy machine


def app(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`app.py` as a process: for a few, since to start one takes seconds."""
    return subprocess.run(
        [sys.executable, str(HERE / "app.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"FLOWCENTRE_VAR": str(tmp_path / "var")},
    )


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Asked:
    """Asks `app.py` what that would say and end with, in this process: what it does not foresee fails the test."""
    monkeypatch.setattr("running.setting.VAR", tmp_path / "var")
    monkeypatch.setattr("running.logs.configure_logging", lambda: None)  # it is this process's for good

    def ask(*arguments: str) -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr(sys, "argv", ["app.py", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said, code = capsys.readouterr(), ended.value.code
        if isinstance(code, str):  # as Python itself does at an end
            return subprocess.CompletedProcess(arguments, 1, said.out, f"{said.err}{code}\n")
        return subprocess.CompletedProcess(arguments, code or 0, said.out, said.err)

    return ask


def changed_westshire(tmp_path: Path, file: str, was: str, now: str) -> Path:
    """A copy of Westshire with one change."""
    folder = tmp_path / "mine"
    shutil.copytree(WESTSHIRE, folder)
    path = folder / file
    assert was in path.read_text()
    path.write_text(path.read_text().replace(was, now, 1))
    return folder


def test_check_says_that_a_good_configuration_has_no_mistakes(tmp_path: Path) -> None:
    done = app(tmp_path, "check", str(WESTSHIRE))
    assert (done.returncode, done.stderr) == (0, "")
    assert "Westshire: 90 places, 25 feeds, 1 board, 21 rules. No mistakes." in done.stdout


def test_check_plays_the_mornings_of_each_rule_and_says_what_came_of_them(tmp_path: Path, asked: Asked) -> None:
    folder = tmp_path / "county"
    shutil.copytree(WESTSHIRE, folder)
    text = (folder / "alerts.toml").read_text()
    right = re.search(r'^gives = "(.*)"$', text, re.MULTILINE)
    assert right is not None
    states = right[1].split()
    text = text.replace(right[0], f'gives = "{" ".join(states[:-1])} blind"', 1)
    line = text[: right.start()].count("\n") + 1
    # Beside it something else that is wrong, in a rule of its own: each is told.
    (folder / "alerts.toml").write_text(text.replace("on_trial", "on_tryal") + '\n[[rule]]\nid = "half"\n')
    done = asked("check", str(folder))
    assert done.returncode == 1
    (told,) = [each for each in done.stderr.splitlines() if "is not what the rule does" in each]
    assert told.startswith(f"alerts.toml line {line}: a morning of ")
    assert f", gives blind, and the rule makes it {states[-1]}. Right: another rule, or gives = " in told
    assert '"half" has no "title"' in done.stderr


def test_check_warns_of_a_store_that_other_accounts_may_read(tmp_path: Path, asked: Asked) -> None:
    database = tmp_path / "flow.db"
    open_store(f"sqlite:///{database}").close()
    for mode, warned in ((0o600, 0), (0o644, 1)):
        database.chmod(mode)
        done = asked("check", str(WESTSHIRE), "--store", f"sqlite:///{database}")
        assert (done.returncode, done.stdout.count("flow.db may be read by other accounts")) == (0, warned)


def test_check_says_of_folders_that_are_not_there(tmp_path: Path, asked: Asked) -> None:
    folder = tmp_path / "county"
    shutil.copytree(WESTSHIRE, folder)
    county = folder / "county.toml"
    gone = tmp_path / "gone"
    county.write_text(f'{county.read_text()}\n[backup]\nfolder = "{gone}"\n[fallback]\nfolder = "{tmp_path}"\n')
    said = asked("check", str(folder)).stdout
    assert (said.count(f"The folder of [backup] is not there: {gone}."), "[fallback]" in said) == (1, False)


def test_a_running_county_takes_no_rule_whose_morning_fails_as_no_start_does(tmp_path: Path) -> None:
    folder = changed_westshire(tmp_path, "alerts.toml", "raise_at", "raise_at")
    setting = setting_of(folder, "sqlite://", demo_port=0)
    reloader = setting.reloader(setting.load())
    text = (folder / "alerts.toml").read_text()
    right = re.search(r'^gives = "(.*)"$', text, re.MULTILINE)
    assert right is not None
    states = right[1].split()
    (folder / "alerts.toml").write_text(text.replace(right[0], f'gives = "{" ".join(states[:-1])} blind"', 1))
    assert [reloader.look() for _ in range(3)] == [None] * 3
    (mistake,) = reloader.untold()
    assert f", gives blind, and the rule makes it {states[-1]}" in mistake.what
    assert mistake.line == text[: right.start()].count("\n") + 1
    (folder / "alerts.toml").unlink()
    assert [reloader.look() for _ in range(3)] == [None] * 3
    assert reloader.current.alerting.rules
    assert "gone while it is in use" in reloader.untold()[0].what


def test_check_says_that_there_is_no_board_and_that_no_alert_leaves_the_machine(tmp_path: Path, asked: Asked) -> None:
    folder = tmp_path / "county"
    shutil.copytree(WESTSHIRE, folder)
    (folder / "boards.toml").unlink()
    said = asked("check", str(folder)).stdout
    assert "No board: there is no wall, and nothing to fall back on." in said
    assert "Every channel is a folder" not in said  # of a demonstration that is right
    county = setting_of(WESTSHIRE, "", demo_port=0).load()
    (words,) = channel_words(replace(county, demonstration=False))
    assert words.startswith("Every channel is a folder of this machine: no alert reaches anybody elsewhere.")


def test_a_rule_that_there_is_not_cannot_be_rehearsed_and_the_others_are_named(sqlite_url: str, asked: Asked) -> None:
    open_store(sqlite_url).close()
    done = asked("rehearse", "--store", sqlite_url, "--rule", "beds-ful")
    assert (done.returncode, done.stderr) == (1, 'there is no rule "beds-ful": did you mean "beds-full"?\n')
    every = asked("rehearse", "--store", sqlite_url, "--days", "1")
    assert every.returncode == 0
    assert every.stdout.count("nobody can say whether it would have been raised") == 21  # of a store of nothing


def test_what_to_look_at_names_only_pages_on_which_the_county_has_something() -> None:
    full = picture()
    always = {"/", "/feeds", "/measures", "/api/v1/picture"}
    assert always <= set(pages_of(full)) <= set(PAGES)
    assert {"/delays", "/packages", "/capacity", "/pressure", "/alerts", "/type-in"}.isdisjoint(
        pages_of(replace(full, values={}, county=replace(full.county, feeds=())))
    )
    assert "/pressure" in pages_of(scored(full))


def test_check_names_the_file_the_line_and_what_would_be_right_and_no_traceback(tmp_path: Path) -> None:
    folder = changed_westshire(tmp_path, "feeds.toml", '"emergency_department_json"', '"emergency_departement_json"')
    done = app(tmp_path, "check", str(folder))
    assert done.returncode == 1
    assert 'feeds.toml line 8: there is no connector "emergency_departement_json"' in done.stderr
    assert 'Right: "emergency_department_json"' in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [("check",), ("run", "--config")])
def test_check_refuses_a_demonstration_of_other_places_in_the_same_words_as_run(
    tmp_path: Path, asked: Asked, command: tuple[str, ...]
) -> None:
    folder = changed_westshire(tmp_path, "places.toml", 'id = "northgate-a1"', 'id = "northgate-ward-1"')
    done = asked(*command, str(folder))
    assert done.returncode == 1
    assert "a demonstration lives in Westshire's places, and 'northgate-a1' is not in this configuration" in done.stderr


@pytest.mark.parametrize(
    ("mark", "kept", "why"),
    [
        ("demonstration", "yes", "invented and real figures never share a store"),
        ("system", "westshire", "the county of 'westshire' and the configuration is that of 'six-trusts'"),
    ],
)
def test_a_county_refuses_the_store_of_another(tmp_path: Path, asked: Asked, mark: str, kept: str, why: str) -> None:
    store = f"sqlite:///{tmp_path / 'mixed.db'}"
    with closing(open_store(store)) as another:
        another.set_mark(mark, kept)
    done = asked("run-published", "--folder", str(tmp_path), "--store", store)
    assert done.returncode == 1
    assert why in done.stderr
    assert "Give another --store." in done.stderr


def test_a_store_is_marked_with_the_county_that_opens_it_first_and_taken_up_by_it_again(sqlite_url: str) -> None:
    setting = setting_of(WESTSHIRE, sqlite_url, demo_port=1)
    for _ in range(2):
        with opened(setting, setting.load()) as store:
            assert (store.mark("demonstration"), store.mark("system")) == ("yes", "westshire")


@pytest.mark.parametrize("command", ["web", "engine"])
def test_what_must_be_one_process_on_sqlite_is_not_run_apart(sqlite_url: str, asked: Asked, command: str) -> None:
    done = asked(command, "--config", str(WESTSHIRE), "--store", sqlite_url)
    assert done.returncode == 1
    assert f"`app.py {command}` works on PostgreSQL" in done.stderr


def test_published_figures_need_a_folder_that_is_there(tmp_path: Path, asked: Asked) -> None:
    done = asked("run-published", "--folder", str(tmp_path / "nowhere"))
    assert done.returncode == 1
    assert "there is no folder" in done.stderr


LOGS = """
import logging, structlog
from running.logs import configure_logging
configure_logging()
reference = "Smith, John"
try:
    int(reference)
except ValueError:
    structlog.get_logger("ours").exception("a row failed")
    logging.getLogger("theirs").exception("a job failed")
"""


def test_a_log_tells_an_errors_kind_and_place_and_never_its_words() -> None:
    done = subprocess.run([sys.executable, "-c", LOGS], capture_output=True, text=True, cwd=HERE, check=True)
    assert "a row failed" in done.stderr
    assert "a job failed" in done.stderr
    assert done.stderr.count("ValueError") == 2
    assert "Smith" not in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 3


# --- make run -----------------------------------------------------------------------------


def get(url: str) -> bytes | None:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            content: bytes = answer.read()
            return content
    except urllib.error.HTTPError as refused:
        refused.close()
        return None
    except OSError:
        return None


@contextmanager
def run(tmp_path: Path, port: int, demo_port: int, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """`app.py run` in a process group of its own, as a terminal would have it."""
    ports = ("--port", str(port), "--demo-port", str(demo_port))
    with (tmp_path / "run.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, str(HERE / "app.py"), "run", *ports, *arguments],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=os.environ | {"FLOWCENTRE_VAR": str(tmp_path / "var")},
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def until_ready(process: subprocess.Popen[bytes], port: int, seconds: float) -> float:
    """Wait until it is ready; how long it took, in seconds."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        assert process.poll() is None, "it ended by itself"
        if get(f"http://127.0.0.1:{port}/readyz"):
            return time.monotonic() - began
        time.sleep(0.2)
    pytest.fail(f"not ready within {seconds} s")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ctrl-C, and nothing is left."""
    tree = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=20) == 0
    _, left = psutil.wait_procs(tree, timeout=10)
    assert left == []


# A day of history takes some seconds of a processor, and the last as much as two others. The 28 that are told unless one
# says otherwise are lived through by `make soak`; how each part of them is published, and read, is the affair of
# tests/demo/test_documents.py.
@pytest.mark.parametrize(
    ("asked", "days", "points"),
    [
        pytest.param(("--past", "1"), 1, 40, id="1 day"),
        pytest.param((), 28, 300, id="28 days", marks=pytest.mark.soak),
    ],
)
def test_westshire_runs_stops_with_ctrl_c_and_goes_on_from_the_same_store(
    tmp_path: Path, free_port: Callable[[], int], asked: tuple[str, ...], days: int, points: int
) -> None:
    port, demo_port = free_port(), free_port()
    here = f"http://127.0.0.1:{port}"
    with run(tmp_path, port, demo_port, *asked) as process:
        until_ready(process, port, FIRST_START)
        for path in ("/", "/wall", "/wall/county", "/feeds", "/measures", "/docs", "/metrics", "/api/v1/measures"):
            assert get(here + path), path
        history = json.loads(
            get(f"{here}/api/v1/history?place=westshire&measure=ga_occupancy&from={days_ago(days + 1)}") or b""
        )
        assert len(history["points"]) > points, f"{days} days of it"
        earliest = datetime.fromisoformat(history["points"][0]["at"])
        # Of the oldest days a bed file was published every three hours.
        assert timedelta(days=days, hours=-4) < datetime.now(UTC) - earliest < timedelta(days=days, minutes=10)
        first = json.loads(get(f"{here}/api/v1/picture") or b"")
        assert first["demonstration"] is True
        # Nobody has declared a level yet; of everything else something has come.
        said = [
            value for value in first["values"] if value["measure"] not in ("pressure_declared", "pressure_mismatch")
        ]
        assert {value["state"] for value in said} <= {"fresh", "late", "stale", "unknown"}
        stop(process)
    with run(tmp_path, port, demo_port) as process:
        until_ready(process, port, FIRST_START)
        again = json.loads(get(f"{here}/api/v1/picture") or b"")
        assert again["version"] >= first["version"]
        stop(process)
    said = (tmp_path / "run.log").read_text()
    assert said.count("First start") == 1
    past = counted(days, "day")
    assert re.search(rf"First start.* last {past} .*\n(  {past} of history: day \d+ of {days}\n)+", said)
    assert said.count("Stop with Ctrl-C") == 2
    assert "Traceback" not in said


def test_a_first_start_tells_28_days_unless_it_is_asked_for_fewer_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr("running.commands.run", lambda *arguments, host: asked.append(arguments[-1]))
    runner, commands = CliRunner(), command_line()
    for arguments in (["run"], ["run", "--past", "3"]):
        assert runner.invoke(commands, arguments).exit_code == 0
    for days in ("0", "29"):
        assert runner.invoke(commands, ["run", "--past", days]).exit_code == 2
    assert asked == [28, 3]


def test_a_county_that_asks_nobody_who_they_are_is_shown_to_no_other_machine(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    with pytest.raises(CannotStart, match=r"--host 0.0.0.0 would let others see it.*access.toml"):
        run_command(None, f"sqlite:///{tmp_path / 'flow.db'}", free_port(), free_port(), 3, host="0.0.0.0")
    assert list(tmp_path.iterdir()) == []  # refused before anything else is done


def test_a_kill_in_the_first_start_leaves_nobody_who_would_hold_the_store(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    with run(tmp_path, free_port(), free_port()) as process:
        for _ in range(150):
            started = psutil.Process(process.pid).children(recursive=True)
            if any("spawn_main" in " ".join(child.cmdline()) for child in started):
                break
            assert process.poll() is None, (tmp_path / "run.log").read_text()
            time.sleep(0.2)
        else:
            pytest.fail("nobody was started who tells the past")
        process.kill()
        process.wait()
        _, left = psutil.wait_procs(started, timeout=10)
        assert left == []


def test_a_history_tells_which_day_it_has_come_to_once_each_and_not_too_often(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    until = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    since = until - timedelta(days=4)
    moments = [since + timedelta(hours=hour) for hour in range(1, 97)]
    took = {"now": 0.0}
    monkeypatch.setattr("time.monotonic", lambda: took["now"])
    seen = []
    for at in day_by_day(moments, since, until):
        seen.append(at)
        took["now"] += 0.25  # an hour of the history
    assert seen == moments
    # After five seconds at the least, and of each day once: the 4th is done at 24 s.
    told = capsys.readouterr().out.splitlines()
    assert told == [f"  4 days of history: day {day} of 4" for day in (1, 2, 3, 4)]


def days_ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
