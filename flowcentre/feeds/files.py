"""Drop folders: which files are new, whole and safe to read.

A file counts as whole when it looks the same twice, a moment apart, and again before and after it
is read. No clock is asked. A writer that stalls for longer than that moment can still be read too
early, so that is mended afterwards: a file that changes later is newer than the bookmark, and is
read again. Good writers write ``name.part`` and rename it.

What is new is told by the file system's own time of change (``ctime``), not by the name or by
``mtime``: renaming a file into the folder or copying it there with its old ``mtime`` sets the time
of change, so a late file is never passed over. A mere ``chmod`` makes a file new too; its figures
are then duplicates, which do no harm.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import Field

from flowcentre.feeds.contract import (
    LEAST_REASON,
    Bookmark,
    Document,
    FeedMalformed,
    FeedSettings,
    FeedUnavailable,
    Payload,
)
from flowcentre.feeds.doors import (
    SIGNATURE,
    anyone_may_write,
    check_folder,
    signing_key,
    why_not_signed,
)
from flowcentre.feeds.tables import decode
from flowcentre.model import EPOCH, Held

MEGABYTE = 1_000_000
ALL_TOGETHER = 4  # times the limit of one file: what one poll may hold in memory


class DropFolderSettings(FeedSettings):
    """Where the files are dropped, and how many of what size one poll may read."""

    folder: Path
    pattern: str = "*.csv"  # capitals do not matter; "*.csv|*.xlsx" is either
    settle_for: float = Field(0.25, ge=0, le=10)  # seconds between the two looks at a new file
    at_most: int = Field(500, ge=1)  # files a poll, oldest first; the rest comes with the next poll
    limit_mb: float = Field(16, gt=0, le=256)  # of one file
    # Why everybody on the machine may write there, where that has to be: else such a folder is not read.
    anyone_may_write: str | None = Field(None, min_length=LEAST_REASON)
    signed_by_env: str | None = None  # the environment variable that holds what its files are signed with


@dataclass(frozen=True, slots=True)
class _Mark:
    """How far a folder has been read: to a time of change, and which files of that very time.

    File systems keep time coarsely, so two files may share it and the second arrive after a poll.
    """

    changed_ns: int
    names: frozenset[str]

    @classmethod
    def of(cls, bookmark: Bookmark | None) -> _Mark:
        try:
            said = json.loads(bookmark.text) if bookmark else {}
            return cls(int(said["changed_ns"]), frozenset(said["names"]))
        except (ValueError, KeyError, TypeError):
            # None yet, or another connector's: everything is new, and what was known is a duplicate.
            return cls(-1, frozenset())

    def is_new(self, name: str, seen: os.stat_result) -> bool:
        changed_ns = seen.st_ctime_ns
        return changed_ns > self.changed_ns or (changed_ns == self.changed_ns and name not in self.names)

    def moved_to(self, read: Iterable[tuple[str, os.stat_result]]) -> _Mark:
        changed_ns = max([self.changed_ns, *(seen.st_ctime_ns for _, seen in read)])
        names = {name for name, seen in read if seen.st_ctime_ns == changed_ns}
        return _Mark(changed_ns, frozenset(names | self.names if changed_ns == self.changed_ns else names))

    @property
    def bookmark(self) -> Bookmark:
        return Bookmark(json.dumps({"changed_ns": self.changed_ns, "names": sorted(self.names)}))


def read_new_files(settings: DropFolderSettings, since: Bookmark | None) -> Payload:
    """The files dropped since the bookmark, by their time of writing, oldest first.

    Raises FeedUnavailable where the folder cannot be read. A link, or a file that is too large or
    may not be read, comes as a document without content that says why in its name: parsing refuses
    it, so it is seen once on the feeds page and does not hold up the others.
    """
    limit = int(settings.limit_mb * MEGABYTE)
    mark = _Mark.of(since)
    try:
        folder = os.open(settings.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise FeedUnavailable(f"the drop folder {settings.folder} cannot be opened: {error.strerror}") from None
    try:
        check_folder(settings, os.fstat(folder))
        key = signing_key(settings)
        first = {name: seen for name, seen in _look(folder, settings.pattern).items() if mark.is_new(name, seen)}
        if not first:
            return Payload((), since)
        time.sleep(settings.settle_for)
        second = _look(folder, settings.pattern)
        whole = [(name, seen) for name, seen in first.items() if name in second and _same(seen, second[name])]
        whole.sort(key=lambda entry: (entry[1].st_ctime_ns, entry[0]))

        documents: list[tuple[int, Document]] = []
        passed: list[tuple[str, os.stat_result]] = []
        size = 0
        for name, seen in whole[: settings.at_most]:
            if size + min(seen.st_size, limit) > ALL_TOGETHER * limit:
                break
            document = _read(folder, name, seen, limit, key=key, everyones=settings.anyone_may_write is not None)
            if document is not None:
                documents.append((seen.st_mtime_ns, document))
                passed.append((name, seen))
                size += len(document.content)
    except OSError as error:
        raise FeedUnavailable(f"the drop folder {settings.folder} cannot be read: {error.strerror}") from None
    finally:
        os.close(folder)
    if not passed:
        return Payload((), since)
    documents.sort(key=lambda entry: (entry[0], entry[1].name))
    return Payload(tuple(document for _, document in documents), mark.moved_to(passed).bookmark)


def _look(folder: int, pattern: str) -> dict[str, os.stat_result]:
    """Everything in the folder with such a name, hidden files and folders left out."""
    patterns = pattern.lower().split("|")
    found: dict[str, os.stat_result] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if (
                entry.name.startswith(".")
                or entry.name.endswith(SIGNATURE)
                or not any(fnmatchcase(entry.name.lower(), one) for one in patterns)
            ):
                continue
            try:
                seen = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # moved away since it was listed
            if not stat.S_ISDIR(seen.st_mode):
                found[entry.name] = seen
    return found


def _same(one: os.stat_result, other: os.stat_result) -> bool:
    return (one.st_ino, one.st_size, one.st_mtime_ns, one.st_ctime_ns) == (
        other.st_ino,
        other.st_size,
        other.st_mtime_ns,
        other.st_ctime_ns,
    )


def _read(
    folder: int, name: str, seen: os.stat_result, limit: int, *, key: bytes | None, everyones: bool
) -> Document | None:
    """The file's content; None where it changed or went while we looked, so that a later poll takes it."""
    if stat.S_ISLNK(seen.st_mode):
        return _unread(name, "a link, and links are not followed")
    if not stat.S_ISREG(seen.st_mode):
        return _unread(name, "not a regular file")
    if anyone_may_write(seen) and not everyones:
        return _unread(name, "everybody on the machine may write to it")  # chmod changes it, and it is then read
    if seen.st_size > limit:
        return _unread(name, f"{seen.st_size / MEGABYTE:.3g} MB, and the limit is {limit / MEGABYTE:g} MB")
    try:
        # O_NOFOLLOW and O_NONBLOCK: it may have become a link or a pipe since we looked.
        opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except PermissionError:
        return _unread(name, "we may not read it")  # giving permission changes it, and it is then read
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ELOOP, errno.ENXIO):
            return None
        raise
    with os.fdopen(opened, "rb") as file:
        if not _same(os.fstat(opened), seen):
            return None
        content = file.read(limit + 1)
        if not _same(os.fstat(opened), seen) or len(content) != seen.st_size:
            return None
    if key is not None and (why := why_not_signed(key, content, folder, name)):
        return _unread(name, why)
    return Document(_shown(name), content, _moment(seen.st_mtime_ns))


def _unread(name: str, why: str) -> Document:
    return Document(f"{_shown(name)} (not read: {why})", b"")


def _shown(name: str) -> str:
    """A file name fit to be stored and shown: any bytes may stand in one."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)


def _moment(mtime_ns: int) -> datetime | None:
    try:
        return EPOCH + timedelta(microseconds=mtime_ns // 1000)
    except OverflowError:
        return None  # anyone may set any time on a file


def whole_lines(document: Document) -> tuple[Document, tuple[Held, ...]]:
    """A text document without a last line that has no line end, and that line as held.

    A file cut off in its last cell still has the right number of cells: 13 discharges become 1.
    Only the missing line end tells. Raises FeedMalformed where no line is whole.
    """
    text = decode(document)
    if not text or text.endswith(("\n", "\r")):
        return document, ()
    end = max(text.rfind("\n"), text.rfind("\r")) + 1
    if end == 0:
        raise FeedMalformed(f"{document.name}: one line without a line end; is the file cut off?")
    held = Held(f"{document.name} last row", "has no line end: the file may be cut off")
    return replace(document, content=text[:end].encode()), (held,)
