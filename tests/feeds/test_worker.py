"""Attempts in real processes: those that behave, and those that do not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from flowcentre.feeds.answers import Answer, Failed
from flowcentre.feeds.contract import Connector, PlaceCodes
from flowcentre.feeds.worker import Limits, Question, Workers, start_workers
from flowcentre.model import Outcome
from tests.feeds import pretend_connectors as pretend
from tests.feeds.cast import PLACES

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module", autouse=True)
def _fork_server() -> None:
    start_workers(["tests.feeds.pretend_connectors"])


@pytest.fixture
def workers() -> Workers:
    return Workers()


def question(connector: type[Connector], seconds: float = 10, **more: object) -> Question:
    settings = more.pop("settings", {})
    return Question(
        connector,
        settings,  # type: ignore[arg-type]
        PlaceCodes(PLACES, ["northgate"]),
        None,
        timedelta(seconds=seconds),
        **more,  # type: ignore[arg-type]
    )


def fork_server() -> psutil.Process:
    """The process that workers are forked from."""
    children = psutil.Process().children()
    (server,) = [each for each in children if "multiprocessing.forkserver" in " ".join(each.cmdline())]
    return server


def test_an_answer_comes_back_whole(workers: Workers) -> None:
    answered = workers.ask(question(pretend.Steady, settings={"occupied": 19}))
    assert isinstance(answered, Answer)
    assert answered.bookmark == pretend.MOMENT.isoformat()
    [document] = answered.documents
    assert len(document.facts) == len(PLACES.within("northgate"))
    assert {fact.value for fact in document.facts} == {19}  # type: ignore[union-attr]


def test_one_refused_document_does_not_stop_the_next(workers: Workers) -> None:
    answered = workers.ask(question(pretend.Malformed))
    assert isinstance(answered, Answer)
    assert [document.name for document in answered.documents] == ["first.csv", "third.csv"]
    assert [(refused.name, refused.rows, refused.crashed) for refused in answered.refused] == [
        ("second.csv", 24, False)
    ]


@pytest.mark.parametrize("connector", [pretend.Hung, pretend.Looping])
def test_a_worker_that_does_not_end_is_ended_at_its_deadline(workers: Workers, connector: type[Connector]) -> None:
    began = time.monotonic()
    answered = workers.ask(question(connector, 0.5))
    assert isinstance(answered, Failed)
    assert answered.outcome is Outcome.OVERRAN
    assert time.monotonic() - began < 3


def test_a_worker_that_will_not_hear_is_killed(workers: Workers) -> None:
    answered = workers.ask(question(pretend.Deaf, 0.5))
    assert isinstance(answered, Failed)
    assert answered.outcome is Outcome.OVERRAN


def test_a_worker_that_eats_memory_fails_alone(workers: Workers) -> None:
    answered = workers.ask(question(pretend.Greedy, limits=Limits(memory=200)))
    assert answered == Failed(Outcome.CRASHED, "needed more memory than the 200 MB that it may have")


def test_a_worker_that_vanishes_is_told_by_how_it_ended(workers: Workers) -> None:
    vanished, stopped = workers.ask(question(pretend.Vanishing)), workers.ask(question(pretend.Stopped))
    assert isinstance(vanished, Failed)
    assert isinstance(stopped, Failed)
    assert vanished.outcome is stopped.outcome is Outcome.CRASHED
    assert "exit 3" in vanished.message
    assert "SIGKILL" in stopped.message


def test_a_worker_that_closes_its_way_out_is_not_waited_for(workers: Workers) -> None:
    began = time.monotonic()
    answered = workers.ask(question(pretend.Mute, 30))
    assert isinstance(answered, Failed)
    assert answered.outcome is Outcome.CRASHED
    assert time.monotonic() - began < 10


def test_a_crash_is_told_by_its_kind_and_place_and_never_quoted(
    workers: Workers, capfd: pytest.CaptureFixture[str]
) -> None:
    answered = workers.ask(question(pretend.Talkative))
    assert isinstance(answered, Answer)
    [refused] = answered.refused
    assert refused.crashed
    assert "KeyError at pretend_connectors.py line" in refused.reason
    assert "Alice" not in str(answered)
    assert "9434765919" not in str(answered)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("connector", [pretend.Garbage, pretend.Naive])
def test_what_is_no_fact_is_refused(workers: Workers, connector: type[Connector]) -> None:
    answered = workers.ask(question(connector))
    assert isinstance(answered, Answer)
    assert not answered.documents
    assert "not a fact" in answered.refused[0].reason


def test_an_answer_that_is_too_large_is_not_taken(workers: Workers) -> None:
    answered = workers.ask(question(pretend.Flooding, 30, limits=Limits(answer=1)))
    assert answered == Failed(Outcome.CRASHED, "an answer of 50,000 facts: more than 1 MB")


def test_a_source_that_asks_to_wait_is_told_apart(workers: Workers) -> None:
    assert workers.ask(question(pretend.Busy)) == Failed(Outcome.UNAVAILABLE, "busy", timedelta(seconds=7))


def test_a_fetch_in_another_form_is_refused(workers: Workers) -> None:
    answered = workers.ask(question(pretend.LoginPage))
    assert isinstance(answered, Failed)
    assert answered.outcome is Outcome.REFUSED
    assert answered.rows == 1


def test_wrong_settings_are_told_without_their_values(workers: Workers) -> None:
    answered = workers.ask(question(pretend.Steady, settings={"token": "secret-token"}))
    assert isinstance(answered, Failed)
    assert "token" in answered.message
    assert "secret-token" not in answered.message


def test_a_worker_is_not_forked_from_this_process() -> None:
    workers = Workers()
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(workers.ask, question(pretend.Hung, 60))
        me = psutil.Process()
        grandchildren: set[psutil.Process] = set()
        while not grandchildren:
            grandchildren = set(me.children(recursive=True)) - set(me.children())
            time.sleep(0.01)
        workers.end()
        with pytest.raises(CancelledError):
            asked.result(timeout=5)
    assert psutil.wait_procs(grandchildren, timeout=5)[1] == []
    with pytest.raises(CancelledError):
        workers.ask(question(pretend.Steady))


def test_a_poll_costs_well_under_a_tenth_of_a_second(workers: Workers) -> None:
    """Of a processor: others may keep the machine."""
    workers.ask(question(pretend.Steady))
    server = fork_server()

    def spent() -> float:
        theirs = server.cpu_times()  # with what its workers took
        return time.process_time() + theirs.user + theirs.system + theirs.children_user + theirs.children_system

    before = spent()
    for _ in range(10):
        workers.ask(question(pretend.Steady))
    assert (spent() - before) / 10 < 0.1


def test_hung_workers_hold_nobody_else_up(workers: Workers) -> None:
    with ThreadPoolExecutor(8) as pool:
        hung = [pool.submit(workers.ask, question(pretend.Hung, 3)) for _ in range(6)]
        time.sleep(0.2)  # for all of them to hang
        began = time.monotonic()
        assert isinstance(workers.ask(question(pretend.Steady)), Answer)
        assert time.monotonic() - began < 1.5
        assert not any(each.done() for each in hung)
        workers.end()


def test_a_killed_engine_leaves_no_worker_behind(tmp_path: Path) -> None:
    program = tmp_path / "main.py"
    program.write_text(
        "import threading, time\n"
        "from pathlib import Path\n"
        f"Path({str(tmp_path / 'runs')!r}).open('a').write('ran ')\n"
        "from datetime import timedelta\n"
        "if __name__ == '__main__':\n"
        "    from flowcentre.feeds.contract import PlaceCodes\n"
        "    from flowcentre.feeds.worker import Question, Workers, start_workers\n"
        "    from flowcentre.model import Places\n"
        "    from tests.feeds.pretend_connectors import Hung\n"
        "    start_workers(['tests.feeds.pretend_connectors'])\n"
        "    asked = Question(Hung, {}, PlaceCodes(Places([]), []), None, timedelta(seconds=60))\n"
        "    Workers().ask(asked)\n"
    )
    engine = subprocess.Popen([sys.executable, str(program)], env=os.environ | {"PYTHONPATH": str(ROOT)}, cwd=tmp_path)
    try:
        me = psutil.Process(engine.pid)
        family: list[psutil.Process] = []
        limit = time.monotonic() + 40
        while not (set(family) - set(me.children())) and time.monotonic() < limit:
            family = me.children(recursive=True)
            time.sleep(0.02)
        assert len(family) >= 3  # the fork server, a tracker of multiprocessing's, the worker
        time.sleep(0.3)  # for the worker to be in its fetch
        engine.send_signal(signal.SIGKILL)
        engine.wait(timeout=5)
        assert psutil.wait_procs(family, timeout=5)[1] == []
    finally:
        engine.kill()
    assert (tmp_path / "runs").read_text() == "ran "  # the main program is not run again in a worker


def test_the_fork_server_is_started_anew_when_it_dies_with_everything_loaded_ahead(
    workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where Python would not find the modules by itself
    workers.ask(question(pretend.Steady))
    server = fork_server()
    server.kill()
    while server.status() != psutil.STATUS_ZOMBIE:  # multiprocessing is who takes it off the list
        time.sleep(0.01)
    answered = workers.ask(question(pretend.LoadedAhead))
    assert isinstance(answered, Answer)
    assert answered.bookmark == "ahead"
