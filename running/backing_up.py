"""Backups that a running server makes by itself, where its configuration says where to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowcentre.model import Picture, Upkeep

AT_NIGHT = timedelta(hours=2, minutes=30)  # UTC: where one is made each day, this is when
AGAIN_AFTER = timedelta(minutes=15)
_ANSWERS_WITHIN = timedelta(minutes=5)  # a folder, when it is asked what is in it
_GRACE = timedelta(hours=2)  # for one that is being made, and for the turn of a server that was stopped at its time


class BackupDuty:
    """Makes a backup at its time, and tells of the newest, whoever made it: the folder is what is believed."""

    name = "backup"

    def __init__(
        self,
        database: Path | None,
        current: Callable[[], Picture],
        now: Callable[[], datetime],
        stop: Callable[[], bool],
    ) -> None:
        """``database`` is None where the store is PostgreSQL's; ``stop`` says that there is no time to end one."""
        self._database = database
        self._current = current
        self._now = now
        self._stop = stop
        self._name = ""  # of its backups, once it is known
        self._trouble = ""
        self._doing: tuple[str, datetime] | None = None  # what has begun, and by when it should have ended
        self._beside = False  # on the disk of the store
        self._ahead = 0  # of a moment that is to come
        self._newest: datetime | None = None
        self._tried_at: datetime | None = None

    def look(self) -> None:
        """Make one, if it is due."""
        import structlog

        from flowcentre.store import StoreError
        from flowcentre.store.backup import back_up, in_words

        log, backups, at = structlog.get_logger("backup"), self._current().county.backups, self._now()
        if backups is None:
            self._trouble, self._newest = "", None
            return
        if self._database is None:
            self._trouble = "[backup] makes none of a PostgreSQL store: pg_dump does (docs/backups.md)."
            return
        folder = Path(backups.folder)
        try:
            self._doing = (
                f"The folder of [backup] was asked at {at:%H:%M} UTC what is in it, and has",
                at + _ANSWERS_WITHIN,
            )
            self._look_into(folder, self._database, at)
            if self._newest is not None and self._newest >= due_at(backups.every, at):
                self._trouble = ""  # made by whomever
                return
            if self._tried_at is not None and timedelta(0) <= at - self._tried_at < AGAIN_AFTER:
                return  # one has just failed
            self._tried_at = at
            self._doing = (f"The backup that began at {at:%H:%M} UTC has", at + _GRACE)
            made = back_up(self._database, folder, at, keep=backups.keep, stop=self._stop)
        except (StoreError, OSError) as why:
            if not self._stop():
                self._trouble = "The last backup failed: the log says why."
                log.error("no backup was made", reason=str(why))
            return
        finally:
            self._doing = None
        self._trouble, self._newest = "", at
        head = f"{made.audit[0]}:{made.audit[1]}"
        log.info("a backup was made and proved", file=made.file.name, size=in_words(made.size), audit_head=head)

    def _look_into(self, folder: Path, database: Path, at: datetime) -> None:
        """See what is in the folder, and on which disk it lies."""
        from flowcentre.store.backup import backups_in, name_of

        self._name = self._name or name_of(database)
        moments = [taken for _, taken in backups_in(folder, self._name)]
        self._newest = next((taken for taken in moments if taken <= at), None)
        self._ahead = sum(taken > at for taken in moments)
        self._beside = folder.is_dir() and folder.stat().st_dev == database.parent.stat().st_dev

    def told(self, upkeep: Upkeep) -> Upkeep:
        """When the newest was made; and a trouble where one failed, or where it is older than was agreed."""
        backups, troubles = self._current().county.backups, list(upkeep.troubles)
        if backups is None:
            return upkeep
        if self._trouble:
            troubles.append(self._trouble)
        doing = self._doing
        if doing is not None and self._now() > doing[1]:
            troubles.append(f"{doing[0]} not ended: does the folder answer?")
        if self._ahead:
            troubles.append(
                f"In the folder of [backup] {self._ahead} {'is' if self._ahead == 1 else 'are'} of a moment that is to come: "
                "not counted, and not deleted. Was a clock ahead?"
            )
        if self._beside and not self._current().county.demonstration:
            troubles.append("The folder of [backup] lies on the very disk of the store: what takes that takes both.")
        if self._database is not None and self._tried_at is not None:
            if self._newest is None:
                troubles.append("There is no backup in the folder of [backup].")
            elif self._now() - self._newest > backups.every + _GRACE:
                troubles.append(f"The newest backup is of {self._newest:%d %B %Y, %H:%M} UTC: one is overdue.")
        return replace(upkeep, backup_at=self._newest, troubles=tuple(troubles))


def due_at(every: timedelta, at: datetime) -> datetime:
    """The last moment until now at which a backup was due: on the UTC grid of ``every``, at night for one each day."""
    from flowcentre.model import EPOCH

    first = EPOCH + AT_NIGHT % every
    return first + (at - first) // every * every
