"""The parts that run: the live picture, the engine that polls, the alerts, and the watch on the configuration."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from running.clock import utc_now
from running.doors import door_words
from running.purging import period_words
from running.setting import Setting
from running.terminal import say

if TYPE_CHECKING:
    from flowcentre.model import Alerting, County
    from flowcentre.picture import LivePicture
    from flowcentre.store import Store

LOOK_AT_CONFIGURATION_EVERY = 2.0  # seconds


@contextmanager
def picturing(store: Store, county: County, *, as_at: datetime | None = None, keep: bool) -> Iterator[LivePicture]:
    """The live picture; with ``keep``, its totals and shares are kept as history."""
    from flowcentre.measures.derive import local_day
    from flowcentre.picture import DerivedHistory, LivePicture, expect, keep_what_aged

    if keep:
        now = utc_now()
        keep_what_aged(store, county, expect(county, local_day(now)), now)
    live = LivePicture(store, county, utc_now, as_at=as_at)
    if keep:
        live.subscribe(DerivedHistory(store, live.current()).keep)
    live.start()
    try:
        yield live
    finally:
        live.stop()


@contextmanager
def polling(setting: Setting, store: Store, county: County, live: LivePicture) -> Iterator[None]:
    """The engine, polling, and looking for changes of its configuration."""
    from flowcentre.feeds.engine import Engine

    for words in (*door_words(setting, county), *period_words(county)):
        say(words)
    engine = Engine(store, county, setting.connectors, now=utc_now, name=f"{os.uname().nodename}:{os.getpid()}")

    def use(changed: County) -> None:
        engine.reload(changed)
        live.use(changed)

    engine.start()
    try:
        with reloading(setting, county, use, live.refuse):
            yield
    finally:
        engine.stop()


@contextmanager
def reloading(
    setting: Setting, county: County, use: Callable[[County], None], refuse: Callable[[tuple[str, ...]], None]
) -> Iterator[None]:
    """Take up each good change of the configuration; of a broken one say what is wrong, and go on with the old."""
    import structlog

    log = structlog.get_logger("configuration")
    reloader, stopped = setting.reloader(county), threading.Event()

    def look() -> None:
        while not stopped.wait(LOOK_AT_CONFIGURATION_EVERY):
            before, changed = reloader.mistakes, reloader.look()
            if changed is not None:
                use(changed)
                log.info("the configuration has changed and is in use")
            elif reloader.mistakes != before:
                refuse(tuple(str(mistake) for mistake in reloader.mistakes))
            for mistake in reloader.untold():
                log.error("the configuration was changed and refused; the old one goes on", mistake=str(mistake))

    thread = threading.Thread(target=look, name="configuration", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(timeout=5)


@contextmanager
def alerting(setting: Setting, store: Store, live: LivePicture, port: int | None = None) -> Iterator[None]:
    """The rules of alerts, judged on each picture, and whoever must know told. ``port`` is where the pages are served."""
    from flowcentre.alerts.evaluate import Evaluator
    from flowcentre.alerts.routing import route
    from flowcentre.alerts.sender import Sender
    from flowcentre.alerts.watchdog import Watchdog

    def configured() -> Alerting:
        return linked(live.current().county, port)

    name = f"{os.uname().nodename}:{os.getpid()}"
    evaluator = Evaluator(store, live.current, configured, utc_now, route)
    sender = Sender(store, setting.channels, configured, live.current, now=utc_now, name=name)
    rounds = (lambda: evaluator.last_look_at, lambda: sender.last_round_at)
    watchdog = Watchdog(configured, *rounds, now=utc_now, audit_head=store.audit_head)
    unsubscribe = live.subscribe(evaluator.wake)
    parts = (evaluator, sender, watchdog)
    for part in parts:
        part.start()
    try:
        yield
    finally:
        unsubscribe()
        for part in reversed(parts):
            part.stop()


def linked(county: County, port: int | None) -> Alerting:
    """What a county configures of alerts. Letters of a demonstration lead to where it serves, unless it says where to."""
    from flowcentre.model import Alerting

    found = county.alerting
    if port is None or not county.demonstration or found.public_url != Alerting.public_url:
        return found
    return replace(found, public_url=f"http://127.0.0.1:{port}")
