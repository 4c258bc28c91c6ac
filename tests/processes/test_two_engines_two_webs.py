"""Beyond one process: on PostgreSQL, two engines and two webs are one flow centre."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import TypeVar

import pytest

from flowcentre.model import Outcome, Poll
from flowcentre.store import Store, open_store

T = TypeVar("T")
HERE = Path(__file__).resolve().parents[2]
EVERY = 2  # seconds between due times
STARTED_WITHIN = 180.0  # seconds, of four processes at once on a busy machine: nothing is promised of that
LOST_WITHIN = 30.0  # seconds that a feed may be delayed by an engine's death

COUNTY = """
name = "Westshire"
demonstration = false
"""
PLACES = """
[[place]]
id = "westshire"
name = "Westshire"
level = "system"
kind = "system"
[[place]]
id = "northgate"
name = "Northgate General"
level = "site"
kind = "acute hospital"
parent = "westshire"
codes = ["ZW101"]
[[place]]
id = "northgate-a1"
name = "Ward A1"
level = "unit"
kind = "ward"
parent = "northgate"
codes = ["A1"]
"""
FEEDS = """
[[feed]]
id = "northgate-beds"
name = "Northgate bed state"
connector = "bed_state_csv"
every = "2s"
late_after = "1m"
stale_after = "5m"
places = ["northgate"]
[feed.settings]
folder = "{drop}"
settle_for = 0.05
"""
BOARDS = """
[[board]]
id = "county"
title = "Westshire flow centre"
layout = "wall"
places = ["northgate"]
"""
ACCESS = """
[sign_in]
public_url = "https://flow.westshire.example"
local = true
[[grant]]
to = "everybody"
roles = ["viewer"]
[[machine]]
id = "reads"
token_env = "FLOWCENTRE_TEST_TOKEN"
"""
TOKEN = secrets.token_hex(16)
HEADING = (
    "site_code,ward_code,census_time,bed_type,core_open,escalation_open,occupied,closed_infection,closed_staffing,"
    "closed_estates,closed_other,no_criteria_to_reside,admissions_since_midnight,discharges_since_midnight"
)


def drop(folder: Path, occupied: int) -> None:
    """Northgate publishes its bed state as of now: one ward, so many beds occupied."""
    at = datetime.now(UTC)
    row = f"ZW101,A1,{at.isoformat()},general_acute,40,0,{occupied},0,0,0,0,3,1,1"
    part = folder / "beds.part"
    part.write_text(f"{HEADING}\n{row}\n")
    part.rename(folder / f"beds_{at:%Y%m%dT%H%M%S%f}Z.csv")


def until(what: Callable[[], T], seconds: float = 45) -> T:
    """The first true answer of ``what``; fails where there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := what():
            return answer
        time.sleep(0.1)
    pytest.fail(f"not within {seconds} s: {what.__doc__ or what}")


@contextmanager
def running(tmp_path: Path, name: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of Flow Centre, ended by its own id."""
    with (tmp_path / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, str(HERE / "app.py"), *arguments],
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ | {"FLOWCENTRE_VAR": str(tmp_path / "var"), "FLOWCENTRE_TEST_TOKEN": TOKEN},
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def get(port: int, path: str) -> tuple[HTTPResponse, bytes] | None:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {TOKEN}"})
        answer = connection.getresponse()
        return answer, answer.read()
    except OSError:
        return None
    finally:
        connection.close()


def occupied_at(port: int) -> float | None:
    answer = get(port, "/api/v1/picture?place=westshire&measure=ga_beds_occupied")
    if answer is None or answer[0].status != 200:
        return None
    values = json.loads(answer[1])["values"]
    return values[0]["value"] if values else None


def ran(store: Store) -> list[Poll]:
    """Every poll that was run or is running, by due time."""
    polls = [poll for poll in store.polls("northgate-beds", limit=1000) if poll.outcome is not Outcome.SKIPPED]
    return sorted(polls, key=lambda poll: poll.due_at)


def longest_gap(polls: list[Poll]) -> timedelta:
    finished = sorted(poll.finished_at for poll in polls if poll.finished_at is not None)
    return max(later - earlier for earlier, later in zip(finished, finished[1:], strict=False))


def test_each_due_poll_runs_once_every_web_shows_it_and_an_engines_death_delays_no_feed(
    tmp_path: Path, postgres_url: str, free_port: Callable[[], int]
) -> None:
    folder, dropped = tmp_path / "county", tmp_path / "drop"
    folder.mkdir()
    dropped.mkdir()
    texts = {
        "county": COUNTY,
        "places": PLACES,
        "feeds": FEEDS.format(drop=dropped),
        "boards": BOARDS,
        "access": ACCESS,
    }
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text)
    open_store(postgres_url).close()  # the schema stands before four processes come at once
    shared = ("--config", str(folder), "--store", postgres_url)
    ports = [free_port(), free_port()]
    with (
        running(tmp_path, "engine-1", "engine", *shared) as first,
        running(tmp_path, "engine-2", "engine", *shared) as second,
        running(tmp_path, "web-1", "web", *shared, "--port", str(ports[0])),
        running(tmp_path, "web-2", "web", *shared, "--port", str(ports[1])),
    ):
        store = open_store(postgres_url, writer=False)
        try:
            drop(dropped, 31)
            for port in ports:
                until(lambda port=port: occupied_at(port) == 31.0, STARTED_WITHIN)
            # The same picture to the byte, whichever web is asked.
            until(
                lambda: (
                    len({answer[0].getheader("ETag") for p in ports if (answer := get(p, "/wall/county/body"))}) == 1
                )
            )
            for name in ("engine-1", "engine-2"):
                until(lambda name=name: b"polling" in (tmp_path / f"{name}.log").read_bytes(), STARTED_WITHIN)

            # Which of the two is quicker to a due time is their own affair: the one that was goes, and the other stays.
            quicker = ran(store)[-1].engine
            lost = next(engine for engine in (first, second) if f":{engine.pid}/" in quicker)
            lost.send_signal(signal.SIGKILL)
            lost.wait()
            drop(dropped, 37)
            for port in ports:
                until(lambda port=port: occupied_at(port) == 37.0, LOST_WITHIN)
            died_at = datetime.now(UTC)
            until(lambda: sum(poll.due_at > died_at and poll.engine != quicker for poll in ran(store)) >= 3)

            polls = ran(store)
            due = [poll.due_at for poll in polls]
            assert len(set(due)) == len(due), "no due time was polled twice"
            missing = {
                due[0] + timedelta(seconds=EVERY * n)
                for n in range(int((due[-1] - due[0]).total_seconds() / EVERY) + 1)
            } - set(due)

            def is_counted() -> bool:
                """A due time that nobody polled is counted and visible, a moment after the next is claimed."""
                skips = [p for p in store.polls("northgate-beds", limit=1000) if p.outcome is Outcome.SKIPPED]
                return len(missing) <= sum(skip.missed for skip in skips)

            assert until(is_counted)
            assert longest_gap(polls) <= timedelta(seconds=LOST_WITHIN)
        finally:
            store.close()
