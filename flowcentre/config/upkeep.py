"""What has to survive when things break, out of ``[backup]`` and ``[fallback]`` in ``county.toml``."""

from __future__ import annotations

from datetime import timedelta
from pathlib import PurePath
from typing import TypeVar

from flowcentre.config.document import Document
from flowcentre.config.lengths import write_length
from flowcentre.config.shapes import BackupShape, FallbackShape, Shape, read_shape
from flowcentre.model import Backups, Fallback

BACKUP, FALLBACK = "backup", "fallback"
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_MOST_KEPT = 1000
S = TypeVar("S", bound=Shape)


def read_backup(document: Document) -> Backups | None:
    """Where the server puts backups, how often, and how many stay; None where it makes none. What is wrong is noted."""
    shape = _read(document, BACKUP, BackupShape, 'folder = "/srv/flow-backups"')
    if shape is None:
        return None
    usual = Backups("")
    every, keep = shape.every or usual.every, usual.keep if shape.keep is None else shape.keep
    if not _HOUR <= every <= 7 * _DAY:
        what = f"[{BACKUP}] every {write_length(every)} is not from an hour to a week"
        document.wrong((BACKUP, "every"), what, 'every = "24h"')
    if not 1 <= keep <= _MOST_KEPT:
        what = f"[{BACKUP}] keep {keep} is no number of backups to keep"
        document.wrong((BACKUP, "keep"), what, "keep = 14, the newest so many")
    return Backups(shape.folder, every, keep) if _is_whole(document, BACKUP, shape.folder) and shape.folder else None


def read_fallback(document: Document) -> Fallback | None:
    """Where boards are written as pages that need no server, and how often; None where they are not. What is wrong is noted."""
    shape = _read(document, FALLBACK, FallbackShape, 'folder = "/srv/share/flow"')
    if shape is None:
        return None
    every = shape.every or Fallback("").every
    if not timedelta(minutes=1) <= every <= _HOUR:
        what = f"[{FALLBACK}] every {write_length(every)} is not from a minute to an hour"
        document.wrong((FALLBACK, "every"), what, 'every = "1m"')
    return Fallback(shape.folder, every) if _is_whole(document, FALLBACK, shape.folder) and shape.folder else None


def _read(document: Document, table: str, shape: type[S], example: str) -> S | None:
    written = document.tables.get(table)
    if written is None:
        return None
    if not isinstance(written, dict):
        document.wrong((table,), f'"{table}" is no table', f"[{table}], with {example} below it")
        return None
    return read_shape(document, (table,), written, shape)


def _is_whole(document: Document, table: str, folder: str | None) -> bool:
    """Is the folder one wherever Flow Centre is started from?"""
    if folder is not None and not PurePath(folder).is_absolute():
        what = f'[{table}] folder "{folder}" is not the same wherever Flow Centre is started'
        document.wrong((table, "folder"), what, "a whole path, from / on")
        return False
    return True
