"""One attempt at a feed in a process of its own, killed at its deadline.

A thread cannot be killed; a process can, whatever it hangs in. The process is forked from a small
fork server that has the modules loaded, holds no store and no picture, and answers once.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import resource
import signal
import sys
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess

from pydantic import ValidationError

from flowcentre.feeds.answers import Answer, Failed, parse_documents, where_it_failed
from flowcentre.feeds.contract import Bookmark, Connector, FeedMalformed, FeedUnavailable, PlaceCodes
from flowcentre.model import Outcome

_CONTEXT = multiprocessing.get_context("forkserver")
_MEGABYTE = 2**20
_PATIENCE = 1.0  # seconds, for a worker that closed its end to end
_STARTING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker may use."""

    memory: int = 512  # MB of address space, Python itself included
    answer: int = 64  # MB, as handed back


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that a worker needs to ask a feed once."""

    connector: type[Connector]
    settings: Mapping[str, object]
    places: PlaceCodes
    bookmark: str | None
    deadline: timedelta
    limits: Limits = Limits()


def start_workers(modules: Iterable[str] = ()) -> None:
    """Start the fork server with ``modules`` (of connectors) loaded ahead. While it lives, calling it again does nothing."""
    with _STARTING:
        multiprocessing.set_forkserver_preload([*modules, "flowcentre.feeds.nursery"])
        # Python 3.11's fork server does not take over sys.path, so a start from another folder would load nothing ahead.
        before = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        try:
            forkserver.ensure_running()
        finally:
            if before is None:
                del os.environ["PYTHONPATH"]
            else:
                os.environ["PYTHONPATH"] = before


class Workers:
    """The worker processes of one engine, so that all can be ended together. ``modules`` are loaded ahead for them."""

    def __init__(self, modules: Iterable[str] = ()) -> None:
        self._modules = tuple(modules)
        self._running: set[ForkServerProcess] = set()
        # multiprocessing reaps children whenever it starts one: not while another thread reaps its own.
        self._lock = threading.Lock()
        self._ended = False

    def start(self) -> None:
        """Load ahead now, so that the first question need not wait for it."""
        start_workers(self._modules)

    def ask(self, question: Question) -> Answer | Failed:
        """Fetch and parse in a fresh process, which is killed at the deadline. Raises CancelledError after ``end``."""
        reader, writer = _CONTEXT.Pipe(duplex=False)
        process = _CONTEXT.Process(target=_work, args=(question, writer), daemon=True)
        with self._lock:
            if self._ended:
                raise CancelledError
            # The fork server may have been killed for want of memory. multiprocessing would start another, with nothing
            # loaded ahead where we run in another folder.
            start_workers(self._modules)
            process.start()
            self._running.add(process)
        writer.close()
        overran = threading.Event()

        def overrun() -> None:
            with self._lock:
                if process in self._running:
                    overran.set()
                    process.kill()

        # A timer, and not a wait for the first byte: a worker may hang in the middle of its answer.
        deadline = threading.Timer(question.deadline.total_seconds(), overrun)
        deadline.start()
        content = b""
        try:
            content = reader.recv_bytes()
        except (EOFError, OSError):
            pass
        finally:
            deadline.cancel()
            reader.close()
            code = self._reap(process, patience=0 if content else _PATIENCE)
        if content:
            answered = pickle.loads(content)
            assert isinstance(answered, Answer | Failed)
            return answered
        if self._ended:
            raise CancelledError
        if overran.is_set():
            return Failed(Outcome.OVERRAN, f"no answer within {question.deadline.total_seconds():g} s: ended")
        return Failed(Outcome.CRASHED, f"the worker ended without an answer ({_how_it_ended(code)})")

    def end(self) -> None:
        """End every worker now; those who wait for one get CancelledError."""
        with self._lock:
            self._ended = True
            for process in self._running:
                process.kill()

    def _reap(self, process: ForkServerProcess, *, patience: float) -> int:
        """Its exit code. One that has answered is wanted no more; another may end by itself, and tell how it did."""
        wait([process.sentinel], patience)
        with self._lock:
            process.kill()
            process.join()
            self._running.discard(process)
            code = process.exitcode
            process.close()
        return 0 if code is None else code


def _how_it_ended(code: int) -> str:
    if code < 0:
        name = signal.Signals(-code).name
        return f"killed by {name}" + (", for want of memory?" if -code == signal.SIGKILL else "")
    return f"exit {code}"


# --- In the worker ----------------------------------------------------------------------


def _work(question: Question, writer: Connection) -> None:
    """The whole life of a worker. Nothing that it raises gets out as it is: an error may quote a row."""
    _confine(question)
    writer.send_bytes(_fetch_and_parse(question))


def _fetch_and_parse(question: Question) -> bytes:
    answered = _answer(question)
    try:
        content = pickle.dumps(answered, protocol=pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        content = b""
    if not content or len(content) > question.limits.answer * _MEGABYTE:
        facts = sum(len(document.facts) for document in answered.documents) if isinstance(answered, Answer) else 0
        del answered
        failed = Failed(Outcome.CRASHED, f"an answer of {facts:,} facts: more than {question.limits.answer} MB")
        content = pickle.dumps(failed)
    return content


def _answer(question: Question) -> Answer | Failed:
    try:
        settings = question.connector.Settings.model_validate(dict(question.settings))
        connector = question.connector(settings, question.places)
        payload = connector.fetch(Bookmark(question.bookmark) if question.bookmark is not None else None)
        return parse_documents(connector, payload.documents, payload.bookmark)
    except FeedUnavailable as why:
        return Failed(Outcome.UNAVAILABLE, str(why), retry_after=why.retry_after)
    except FeedMalformed as why:
        return Failed(Outcome.REFUSED, str(why), rows=why.rows)
    except ValidationError as why:
        wrong = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in why.errors())
        return Failed(Outcome.CRASHED, f"settings: {wrong}")
    except MemoryError:
        return Failed(Outcome.CRASHED, f"needed more memory than the {question.limits.memory} MB that it may have")
    except BaseException as error:
        return Failed(Outcome.CRASHED, where_it_failed(error))


def _confine(question: Question) -> None:
    """Bound what the worker can use, and see that nothing it prints reaches a log."""
    memory = question.limits.memory * _MEGABYTE
    # A backstop: the processor time of two deadlines.
    processor = int(question.deadline.total_seconds() * 2) + 5
    for what, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, processor),
        (resource.RLIMIT_CORE, 0),  # a core dump would keep rows
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (limit, limit))
    os.nice(5)  # one that loops must not slow the wall
    threading.Thread(target=_end_with_the_engine, daemon=True).start()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def _end_with_the_engine() -> None:
    """A killed engine cannot end its workers, and the fork server lives as long as any of them does."""
    engine = multiprocessing.parent_process()
    if engine is not None:
        engine.join()
        os.kill(os.getpid(), signal.SIGKILL)
