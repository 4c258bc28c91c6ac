"""Who else could lay down a feed's figures: folders that anybody may write, files without a signature, answers without TLS."""

from __future__ import annotations

import hmac
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from flowcentre.feeds.contract import FeedUnavailable
from flowcentre.secret import NoSecret, secret_of

SIGNATURE = ".hmac"  # what the name of a file's signature ends with, after the whole name of the file
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_LONGEST_SIGNATURE = 200  # bytes


class Trusted(Protocol):
    """What of the settings of a drop folder says who is trusted with it."""

    @property
    def folder(self) -> Path: ...
    @property
    def anyone_may_write(self) -> str | None: ...
    @property
    def signed_by_env(self) -> str | None: ...


def in_the_clear(url: str) -> bool:
    """Does an address send what anybody on the way can read and change?"""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname not in LOOPBACK


def anyone_may_write(seen: os.stat_result) -> bool:
    """May everybody on the machine change this file, or lay files into this folder? By its mode, as POSIX has it."""
    return bool(seen.st_mode & stat.S_IWOTH)


def check_folder(settings: Trusted, seen: os.stat_result) -> None:
    """Raises FeedUnavailable for a folder into which everybody may write, unless somebody has said why that is."""
    if settings.anyone_may_write is None and anyone_may_write(seen):
        raise FeedUnavailable(
            f"the drop folder {settings.folder} is not read: everybody on the machine may write to it "
            f"(mode {stat.S_IMODE(seen.st_mode):o}). chmod o-w, or say why it has to be so in anyone_may_write"
        )


def signing_key(settings: Trusted) -> bytes | None:
    """What the files of a folder are signed with; None where they are not. Raises FeedUnavailable where it is not to be had."""
    if settings.signed_by_env is None:
        return None
    try:
        return secret_of(settings.signed_by_env).encode()
    except NoSecret as error:
        raise FeedUnavailable(f"the files' signatures cannot be checked: {error}") from None


def why_not_signed(key: bytes, content: bytes, folder: int, name: str) -> str | None:
    """Why a file is not believed to be its source's: None where its HMAC-SHA256 stands in the file beside it, in hex."""
    try:
        opened = os.open(
            f"{name}{SIGNATURE}", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder
        )
    except OSError:
        return f"no signature in a file {SIGNATURE} beside it; that has to be written first"
    with os.fdopen(opened, "rb") as file:
        said = file.read(_LONGEST_SIGNATURE).split()
    right = hmac.new(key, content, "sha256").hexdigest().encode()
    return None if said and hmac.compare_digest(said[0].lower(), right) else "its signature is not of this content"


def open_doors(feed: str, settings: object) -> Iterator[str]:
    """What a deployer should know of a feed's settings, a sentence each: what is not refused, and who said why."""
    reason = getattr(settings, "insecure", None)
    if reason:
        yield f"{feed}: is asked without TLS, so anybody on the way can change its figures; said of it: {reason}"
    wanted = getattr(settings, "from_a_test", None)
    if wanted:
        yield f"{feed}: figures that say that they come of a test system are taken in; said of it: {wanted}"
    folder, why = getattr(settings, "folder", None), getattr(settings, "anyone_may_write", None)
    if isinstance(folder, Path) and hasattr(settings, "anyone_may_write"):
        try:
            is_open = anyone_may_write(folder.stat())
        except OSError:
            return  # it is not there yet
        if is_open and why is None:
            yield f"{feed}: will not be read: everybody on this machine may write to {folder}. chmod o-w {folder}"
        elif is_open:
            yield f"{feed}: everybody on this machine may write to {folder}; said of it: {why}"
