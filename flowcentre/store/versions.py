"""Versions: one number that goes up with every recorded poll, and is announced after each."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import psycopg
from sqlalchemy import Connection, Engine, select, text, update

from flowcentre.store import schema as db
from flowcentre.store.opening import REACHING

_log = logging.getLogger(__name__)
_CHANNEL = "flowcentre"
_LOOK_UP = 0.5  # seconds between looks at whether to stop
_RETRY = (0.2, 0.5, 1.0, 2.0)  # seconds to wait after losing the database, the last for ever after

# Each poll takes one, so the statements are made once.
_NEXT = (
    update(db.version).values(number=db.version.c.number + 1).returning(db.version.c.number, db.version.c.rolled_until)
)
_HOLD = select(db.version.c.number, db.version.c.rolled_until).with_for_update()
_ANNOUNCE = text("SELECT pg_notify(:channel, :version)")

Heard = Callable[[int], None]


def read_version(connection: Connection) -> int:
    """The version of the newest record; 0 for an empty store."""
    number: int = connection.execute(select(db.version.c.number)).scalar_one()
    return number


def next_version(connection: Connection) -> tuple[int, int]:
    """Take the next version. Also the moment up to which history is rolled up.

    On PostgreSQL its row is locked until the transaction ends, so versions are handed out in the
    order of commits, and what one record knows of those before it is whole.
    """
    row = connection.execute(_NEXT).one()
    return row.number, row.rolled_until


def hold_version(connection: Connection) -> tuple[int, int]:
    """The same for a write that makes no version: the present one, kept from moving until the transaction ends."""
    row = connection.execute(_HOLD).one()
    return row.number, row.rolled_until


def announce(connection: Connection, version: int) -> None:
    """Have PostgreSQL tell every listener, when and only when the transaction commits."""
    if connection.dialect.name == "postgresql":
        connection.execute(_ANNOUNCE, {"channel": _CHANNEL, "version": str(version)})


class Listeners:
    """Who in this process wants to hear of versions. One that fails spoils it for nobody."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._heard: dict[object, Heard] = {}

    def add(self, heard: Heard) -> Callable[[], None]:
        """Tell ``heard`` from now on; what is returned ends it."""
        key = object()
        with self._guard:
            self._heard[key] = heard

        def stop() -> None:
            with self._guard:
                self._heard.pop(key, None)

        return stop

    def tell(self, version: int) -> None:
        """Tell everyone of a version."""
        with self._guard:
            everyone = list(self._heard.values())
        for heard in everyone:
            call(heard, version)


def call(heard: Heard, version: int) -> None:
    """Tell one listener. Its failure is logged: the record that it is told of stands."""
    try:
        heard(version)
    except Exception:
        _log.exception("a listener failed on version %d", version)


def _version_in(payload: str) -> int | None:
    """The version that a notification tells; None where it is something else: anyone may notify."""
    try:
        return int(payload)
    except ValueError:
        _log.warning("something on the channel %s was no version: %d characters", _CHANNEL, len(payload))
        return None


def listen_to_postgres(engine: Engine, heard: Heard) -> Callable[[], None]:
    """Hear versions that any process records. After each connection made anew the present one is told."""
    ended = threading.Event()
    # Not as one address: written out, the blanks of its options become plus signs that PostgreSQL keeps.
    _, address = engine.dialect.create_connect_args(engine.url)
    reaching = {**REACHING, **address}

    def hear() -> None:
        failures = 0
        while not ended.is_set():
            try:
                with psycopg.connect(**reaching, autocommit=True) as connection:
                    connection.execute(f"LISTEN {_CHANNEL}")
                    present = connection.execute("SELECT number FROM version").fetchone()
                    failures = 0
                    if present is not None:
                        call(heard, present[0])
                    while not ended.is_set():
                        for each in connection.notifies(timeout=_LOOK_UP):
                            if (version := _version_in(each.payload)) is not None:
                                call(heard, version)
            except psycopg.Error as error:
                _log.warning("lost the database while listening (%s); trying again", type(error).__name__)
                ended.wait(_RETRY[min(failures, len(_RETRY) - 1)])
                failures += 1

    thread = threading.Thread(target=hear, name="versions", daemon=True)
    thread.start()

    def stop() -> None:
        ended.set()
        if thread is not threading.current_thread():
            thread.join()

    return stop
