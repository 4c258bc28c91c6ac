"""The commands: what each starts, in which order, and what ends with it.

Each raises ConfigurationMistakes, CannotStart or StoreError where a person has something to put right first.
"""

from __future__ import annotations

import signal
import threading
import time
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from running.accounts import access_words
from running.clock import utc_now
from running.demonstration import demonstration_start, must_be_westshire, publishing, tell_the_past
from running.doors import board_words, channel_words, door_words, folder_words, store_words
from running.parts import alerting, picturing, polling, reloading
from running.purging import period_words
from running.server import serve_glass
from running.setting import DEFAULTS, opened, setting_of, usual_store
from running.start import (
    HOST,
    CannotStart,
    must_be_for_this_machine,
    must_be_free,
    must_say_who_may,
    only_on_postgresql,
)
from running.terminal import PAGES, counted, pages_of, say, started
from running.upkeep import keeping

if TYPE_CHECKING:
    from flowcentre.model import County
    from flowcentre.store import Store


def run(folder: Path | None, store_url: str | None, port: int, demo_port: int, past: int, host: str = HOST) -> None:
    """Serve and poll in one process tree: Westshire, the invented county, unless a configuration is given.

    So many days of its ``past`` are told where it starts for the first time.
    """
    from flowcentre.feeds.typed import Desk

    setting = setting_of(folder, store_url, demo_port=demo_port)
    county = setting.load()
    must_be_westshire(county)
    must_say_who_may(county)
    must_be_for_this_machine(county, host)
    must_be_free(port=port, **({"demo_port": demo_port} if county.demonstration else {}))
    with ExitStack() as parts:
        if county.demonstration:
            tell_the_past(setting, county, past)
        store = parts.enter_context(opened(setting, county))
        if county.demonstration:
            parts.enter_context(publishing(county, demonstration_start(store)))
        live = parts.enter_context(picturing(store, county, keep=True))
        parts.enter_context(polling(setting, store, county, live))
        parts.enter_context(alerting(setting, store, live, port))
        parts.enter_context(keeping(store, live, serves=True, writes=True))
        kind = "is a demonstration: every figure is invented." if county.demonstration else "is live."
        what = f"{county.name} {kind} {counted(len(county.feeds), 'feed')}, {counted(len(county.places), 'place')}, {store.database_version}."
        desk = Desk(store, setting.connectors, lambda: live.current().county, utc_now)
        ready = partial(started, what=what, pages=pages_of(live.current()))
        serve_glass(store, live, port, ready, desk=desk, folder=setting.folder, host=host)
        say("Stopping ...")
    say("Stopped. What is stored is kept.")


def read_first(store: Store, county: County, figures: Path) -> None:
    """Wait until every feed has been read once: a page of nothing would tell a lie. Raises CannotStart."""
    say("Reading the published files ...")
    began = time.monotonic()
    while True:
        log = store.feed_log(utc_now())
        waited = time.monotonic() - began
        if waited > 120 or all(
            feed.id in log and log[feed.id].last_poll is not None for feed in county.feeds if feed.polled
        ):
            return
        if waited > 30 and not any(entry.last_success_at for entry in log.values()):
            raise CannotStart(f"nothing in {figures} could be read: is it the folder with NHS England's files?")
        time.sleep(0.2)


def run_published(figures: Path, store_url: str | None, port: int, as_at: datetime | None) -> None:
    """Show the real figures that NHS England has published, from a folder of its files."""
    if not figures.is_dir():
        raise CannotStart(f"there is no folder {figures}: give the one with NHS England's files as --folder")
    if as_at is not None and as_at > utc_now():
        raise CannotStart("--as-at is for a moment of the past")
    must_be_free(port=port)
    setting = setting_of(DEFAULTS / "published", store_url, demo_port=0, published=figures.resolve())
    county = setting.load()
    with ExitStack() as parts:
        store = parts.enter_context(opened(setting, county))
        live = parts.enter_context(picturing(store, county, as_at=as_at, keep=False))
        parts.enter_context(polling(setting, store, county, live))
        read_first(store, county, figures)
        started_at = utc_now()
        moment = f", as at {as_at:%d %B %Y %H:%M} UTC with the figures published since" if as_at else ""
        what = f"{county.name}: real figures published by NHS England{moment}."

        def now() -> datetime:
            """The present; or a clock that set out from the moment that is shown."""
            return utc_now() if as_at is None else as_at + (utc_now() - started_at)

        # Figures that are months old are no matter for the pages of the present.
        pages = {"/": "the figures, and the year against the last"}
        pages |= {path: PAGES[path] for path in ("/feeds", "/measures", "/api/v1/picture")}
        serve_glass(store, live, port, lambda url: started(url, what, pages), now=now, published=True)
    say("Stopped. What is stored is kept.")


def run_web(folder: Path, store_url: str, port: int, host: str = HOST) -> None:
    """Serve only; on PostgreSQL, any number of these beside any number of engines."""
    from flowcentre.feeds.typed import Desk
    from flowcentre.picture.actions_now import has_actions
    from flowcentre.picture.typed import may_be_typed

    only_on_postgresql(store_url, "web")
    setting = setting_of(folder, store_url, demo_port=0)
    county = setting.load()
    must_say_who_may(county)
    must_be_for_this_machine(county, host)
    with ExitStack() as parts:
        # What people type and do is written here, with who signs in and what they see, and nothing else: the schema is the
        # engines' to bring up to date.
        writes = (
            county.access.configured
            or may_be_typed(county)
            or bool(county.alerting.rules or county.pressure.rules)
            or has_actions(county)
        )
        store = parts.enter_context(opened(setting, county, writer=writes, migrates=False))
        live = parts.enter_context(picturing(store, county, keep=False))
        parts.enter_context(reloading(setting, county, live.use, live.refuse))
        parts.enter_context(keeping(store, live, serves=True, writes=False))
        desk = Desk(store, setting.connectors, lambda: live.current().county, utc_now) if may_be_typed(county) else None
        what = f"{county.name}: web only."
        ready = partial(started, what=what, pages=pages_of(live.current()))
        serve_glass(store, live, port, ready, desk=desk, folder=setting.folder, host=host)


def run_engine(folder: Path, store_url: str) -> None:
    """Poll only; on PostgreSQL, two or more stand by for each other."""
    only_on_postgresql(store_url, "engine")
    setting = setting_of(folder, store_url, demo_port=0)
    county = setting.load()
    if county.demonstration:
        raise CannotStart("a demonstration is published and polled by `app.py run` alone")
    stop = threading.Event()
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, lambda *_: stop.set())
    with ExitStack() as parts:
        store = parts.enter_context(opened(setting, county))
        live = parts.enter_context(picturing(store, county, keep=True))
        parts.enter_context(polling(setting, store, county, live))
        parts.enter_context(alerting(setting, store, live))
        parts.enter_context(keeping(store, live, serves=False, writes=True))
        say(
            f"{county.name}: polling {counted(len(county.feeds), 'feed')} into {store.database_version}. Stop with Ctrl-C."
        )
        stop.wait()


def check(folder: Path, published: Path | None, store_url: str | None = None) -> None:
    """Read a configuration, and say of every mistake where it is and what would be right; and whether others may read the store."""
    setting = setting_of(folder, "", demo_port=0, published=published)
    county = setting.load()
    must_be_westshire(county)
    if published is None:  # of published figures there is nobody to be kept from
        must_say_who_may(county)
    held = ((county.places, "place"), (county.feeds, "feed"), (county.boards, "board"), (county.alerting.rules, "rule"))
    say(f"{county.name}: {', '.join(counted(len(every), noun) for every, noun in held)}. No mistakes.")
    store = store_words(store_url or usual_store(folder))
    for words in (
        *access_words(county),
        *door_words(setting, county),
        *period_words(county),
        *folder_words(county),
        *board_words(county),
        *channel_words(county),
        *store,
    ):
        say(words)


def rehearse(folder: Path | None, store_url: str | None, rule: str | None, days: int) -> None:
    """Say how often each rule of alerts would have been raised over stored history, and for how long."""
    from flowcentre.alerts.rehearsal import rehearsal_words

    setting = setting_of(folder, store_url, demo_port=0)
    county = setting.load()
    with opened(setting, county, writer=False) as store:
        try:
            say(rehearsal_words(store, county, utc_now(), rule_id=rule, days=days))
        except ValueError as why:
            raise CannotStart(str(why)) from None
