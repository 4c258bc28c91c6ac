"""The picture of now, rebuilt when the store has news and when something grows too old."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

import structlog

from flowcentre.measures.derive import local_day
from flowcentre.model import County, Picture, Upkeep, Value
from flowcentre.picture.build import build, step_of
from flowcentre.picture.contracts_today import ContractsToday
from flowcentre.picture.expected import Expected, expect
from flowcentre.picture.trends import Trends, read_trends, with_present
from flowcentre.picture.whole_system import WholeSystem
from flowcentre.store import Store

log = structlog.get_logger(__name__)

# However quiet the store, look again: a notification may have been lost with its connection.
LOOK_AGAIN = timedelta(seconds=30)


class LivePicture:
    """Holds the present picture, and tells those who subscribe of each new one."""

    def __init__(
        self, store: Store, county: County, now: Callable[[], datetime], *, as_at: datetime | None = None
    ) -> None:
        """``as_at`` shows a moment of the past instead of now, with the corrections learnt since."""
        self._store = store
        self._now = now
        self._as_at = as_at
        self._building = threading.Lock()
        self._subscribers: list[Callable[[Picture], None]] = []
        self._news = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._unlisten: Callable[[], None] | None = None
        self._county = county
        self._expected: Expected | None = None
        self._expected_on: date | None = None
        self._values: Mapping[tuple[str, str], Value] | None = None
        self._whole_system = WholeSystem(store)
        self._contracts = ContractsToday(store)
        self._refused: tuple[str, ...] = ()
        self._upkeep = Upkeep()
        self._trends: Trends = {}
        self._trends_step: datetime | None = None
        self._picture = self._build()

    def current(self) -> Picture:
        """The present picture."""
        return self._picture

    def subscribe(self, told: Callable[[Picture], None]) -> Callable[[], None]:
        """Call ``told`` with each new picture, in this object's thread; returns how to stop it.

        Who came last is told first: those who show a picture subscribe after those who keep it.
        """
        self._subscribers.insert(0, told)
        return lambda: self._subscribers.remove(told)

    def use(self, county: County) -> None:
        """Go on with a changed configuration."""
        with self._building:
            self._county, self._expected, self._trends_step = county, None, None
            self._refused = ()
        self._news.set()

    def refuse(self, mistakes: tuple[str, ...]) -> None:
        """Show why a change of the configuration is not in use; nothing, once it is put right."""
        self._refused = mistakes
        self._news.set()

    def kept_up(self, upkeep: Upkeep) -> None:
        """Show how the server itself stands, from the next look on."""
        before, self._upkeep = self._upkeep, upkeep
        if _told(upkeep) != _told(before):
            self._news.set()

    def start(self) -> None:
        """Listen to the store and rebuild until stopped."""
        self._unlisten = self._store.listen(lambda _version: self._news.set())
        self._thread = threading.Thread(target=self._run, name="picture", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop rebuilding; the last picture stays."""
        self._stopped.set()
        self._news.set()
        if self._unlisten is not None:
            self._unlisten()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def rebuild(self) -> Picture:
        """Build the picture of now and tell everyone, if it differs from the last."""
        with self._building:
            before, self._picture = self._picture, self._build()
            picture = self._picture
        if _differs(picture, before):
            for told in tuple(self._subscribers):
                try:
                    told(picture)
                except Exception:
                    log.exception("a subscriber to the picture failed")
        return picture

    def _build(self) -> Picture:
        now = self._now()
        at = self._as_at or now
        if self._expected is None or self._expected_on != local_day(at):  # places come and go with the days
            self._expected_on = local_day(at)
            self._expected = expect(self._county, self._expected_on)
            self._values = None
        picture = build(
            self._store,
            self._county,
            at,
            known_at=now,
            expected=self._expected,
            live=self._as_at is None,
            before=self._values,
            whole_system=self._whole_system,
            contracts=self._contracts,
        )
        self._values = picture.values
        if self._trends_step != step_of(at):
            self._trends = read_trends(self._store, self._county, dict(picture.values), at)
            self._trends_step = step_of(at)
        return replace(picture, trends=with_present(self._trends, picture), refused=self._refused, upkeep=self._upkeep)

    def _run(self) -> None:
        failing = False
        while not self._stopped.is_set():
            self._news.wait(timeout=self._wait().total_seconds())
            self._news.clear()
            if self._stopped.is_set():
                return
            try:
                self.rebuild()
            except Exception:
                # The last picture stands and grows old in everyone's sight. Said once, however long it lasts.
                if not failing:
                    log.exception("the picture cannot be rebuilt")
                failing = True
                self._stopped.wait(1)
                self._news.set()
            else:
                if failing:
                    log.info("the picture is rebuilt again")
                failing = False

    def _wait(self) -> timedelta:
        changes_at = self._picture.changes_at
        if changes_at is None or self._as_at is not None:
            return LOOK_AGAIN
        return min(max(changes_at - self._now(), timedelta(milliseconds=50)), LOOK_AGAIN)


def _differs(picture: Picture, before: Picture) -> bool:
    return _seen(picture) != _seen(before)


def _seen(picture: Picture) -> tuple[object, ...]:
    # Who was told, what has ended by itself and who is at work change without a version.
    told = (picture.alerts, picture.undelivered, picture.failing, picture.silences)
    not_told = (picture.not_evaluated_since, picture.cannot_tell)
    return (picture.version, picture.values, picture.refused, id(picture.county), told, not_told, _told(picture.upkeep))


def _told(upkeep: Upkeep) -> tuple[object, ...]:
    # What is written out on a page: free space and the age of a page to fall back on differ at every look.
    return (upkeep.troubles, upkeep.backup_at, upkeep.certificates)
