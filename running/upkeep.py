"""What is looked after while it runs: backups, pages to fall back on, the disk, certificates, and the audit's newest entry."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from running.clock import utc_now

if TYPE_CHECKING:
    from flowcentre.model import Upkeep
    from flowcentre.picture import LivePicture
    from flowcentre.store import Store

LOOK_EVERY = timedelta(seconds=30)
STOPS_WITHIN = timedelta(seconds=5)  # a share that hangs must not keep a server from stopping
AUDIT_EVERY = timedelta(hours=1)
# Below a tenth of the disk, or this much where a tenth is more: then there is time to make room before nothing is taken in.
LEAST_FREE_SHARE, LEAST_FREE = 0.1, 5_000_000_000


class Duty(Protocol):
    """One thing that is looked after. It does at each look what is due, and remembers how it went."""

    name: str

    def look(self) -> None:
        """Do what is due now, if anything is."""

    def told(self, upkeep: Upkeep) -> Upkeep:
        """What is told of the server, with what this knows."""


@contextmanager
def keeping(store: Store, live: LivePicture, *, serves: bool, writes: bool) -> Iterator[None]:
    """Everything that is looked after, each in a thread of its own, until the end of the block.

    A process that ``serves`` looks at its certificates and screens; one that ``writes`` makes backups and pages to fall back on.
    """
    import structlog

    from flowcentre.store.backup import file_of
    from flowcentre.store.opening import may_corrupt_a_wal
    from running.backing_up import BackupDuty
    from running.certificates import CertificateDuty
    from running.elsewhere import HearingDuty, TellingDuty
    from running.fallback import FallbackDuty
    from running.purging import PeriodsDuty
    from running.screens import ScreenDuty

    stopping = threading.Event()
    duties: list[Duty] = []
    database = file_of(store.url)
    if database is not None and may_corrupt_a_wal() and not live.current().county.demonstration:
        structlog.get_logger("upkeep").warning(
            "this SQLite has a fault by which two writers can corrupt a store; one alone writes here, and PostgreSQL has no such "
            "fault (docs/backups.md)",
            version=store.database_version,
        )
    if database is not None:
        duties.append(DiskDuty(database.parent))
    if writes:
        duties += [BackupDuty(database, live.current, utc_now, stopping.is_set), FallbackDuty(live.current, utc_now)]
        duties += [AuditDuty(store, utc_now), PeriodsDuty(live.current)]
    if serves:
        duties += [CertificateDuty(live.current, utc_now), ScreenDuty(store, live.current, utc_now)]
    if writes and not serves:
        duties.append(TellingDuty(store, tuple(duties), utc_now))
    if serves and not writes:
        duties.append(HearingDuty(store, utc_now))
    with repeated({duty.name: looking(duty, duties, live.kept_up) for duty in duties}, stopping):
        yield


@contextmanager
def repeated(
    looks: Mapping[str, Callable[[], None]], stopping: threading.Event, *, within: timedelta = STOPS_WITHIN
) -> Iterator[None]:
    """Each look again and again, in a thread of its own, until the end of the block; at which one that hangs is left behind."""

    def repeat(look: Callable[[], None]) -> None:
        while True:
            look()
            if stopping.wait(LOOK_EVERY.total_seconds()):
                return

    threads = [
        threading.Thread(target=repeat, args=(look,), name=f"upkeep {name}", daemon=True)
        for name, look in looks.items()
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        until = time.monotonic() + within.total_seconds()
        for thread in threads:
            thread.join(max(until - time.monotonic(), 0))


def looking(duty: Duty, duties: Sequence[Duty], tell: Callable[[Upkeep], None]) -> Callable[[], None]:
    """One look at a duty, after which everybody is told how all of them stand. A duty that fails spoils it for no other."""
    import structlog

    from flowcentre.model import Upkeep

    log = structlog.get_logger("upkeep")

    def look() -> None:
        try:
            duty.look()
        except Exception:
            log.exception("a duty of upkeep failed", duty=duty.name)
        try:
            upkeep = Upkeep()
            for each in duties:
                upkeep = each.told(upkeep)
            tell(upkeep)
        except Exception:
            log.exception("what upkeep has to tell could not be told")

    return look


class DiskDuty:
    """Watches the free space where the store lies. What it says is said before the store can take nothing in any more."""

    name = "disk"

    def __init__(self, folder: Path, usage: Callable[[Path], tuple[int, int, int]] = shutil.disk_usage) -> None:
        self._folder = folder
        self._usage = usage
        self._free: int | None = None
        self._size: int | None = None
        self._low = False
        self._asked = False

    def look(self) -> None:
        """Ask the disk."""
        import structlog

        self._asked, self._free, self._size = True, None, None  # unknown, should it not answer
        self._size, _, self._free = self._usage(self._folder)
        before, self._low = self._low, self._free < min(self._size * LEAST_FREE_SHARE, LEAST_FREE)
        if self._low and not before:
            structlog.get_logger("upkeep").error("the store's disk is nearly full", free=self._free, size=self._size)

    def told(self, upkeep: Upkeep) -> Upkeep:
        """The free space, and a trouble where it is little."""
        from flowcentre.store.backup import in_words

        troubles = upkeep.troubles
        if not self._asked:
            return upkeep
        if self._free is None or self._size is None:
            troubles += ("Nobody knows how full the store's disk is: it did not say.",)
        elif self._low:
            # In steps, or the words would be others at each look.
            gone = "under 100 MB" if self._free < 1e8 else in_words(int(self._free // 1e8 * 1e8))
            troubles += (
                f"The store's disk is nearly full: {gone} of {in_words(self._size)} are free. When nothing is, nothing is "
                "taken in any more.",
            )
        return replace(upkeep, disk_free=self._free, disk_size=self._size, troubles=troubles)


class AuditDuty:
    """Says each hour in the log what the newest entry of the audit is: where logs are kept elsewhere, a cut-off end shows."""

    name = "audit"

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._said_at: datetime | None = None

    def look(self) -> None:
        """Say it, if an hour has gone by, or the clock was set back."""
        import structlog

        at = self._now()
        if self._said_at is not None and timedelta(0) <= at - self._said_at < AUDIT_EVERY:
            return
        number, newest = self._store.audit_head()
        self._said_at = at
        if number:
            structlog.get_logger("audit").info("the audit's newest entry", head=f"{number}:{newest}")

    def told(self, upkeep: Upkeep) -> Upkeep:
        """Nothing: it is for the log."""
        return upkeep
