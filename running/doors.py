"""Said at a check: feeds whose figures somebody else than their source could lay down, folders that are not there, that there is no
board or no channel that leads out, and a store that others may read.

Of the feeds each start says it too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from running.setting import Setting

if TYPE_CHECKING:
    from flowcentre.model import County


def door_words(setting: Setting, county: County) -> Iterator[str]:
    """A sentence for each feed that is asked without TLS, or whose folder everybody may write."""
    from flowcentre.feeds.doors import open_doors

    for feed in county.feeds:
        kind = setting.connectors.get(feed.connector)
        if kind is not None:
            yield from open_doors(feed.id, kind.Settings.model_validate(dict(feed.settings)))


def folder_words(county: County) -> Iterator[str]:
    """A sentence for each folder of ``[backup]`` and ``[fallback]`` that is not there."""
    for part, kept in (("backup", county.backups), ("fallback", county.fallback)):
        if kept is not None and not Path(kept.folder).is_dir():
            yield f"The folder of [{part}] is not there: {kept.folder}. Make it, or mount what it lies on."


def board_words(county: County) -> Iterator[str]:
    """A sentence where a county has no board."""
    if not county.boards:
        yield "No board: there is no wall, and nothing to fall back on. docs/configuration.md says what boards.toml holds."


def channel_words(county: County) -> Iterator[str]:
    """A sentence where a real county's alerts go to folders of this machine alone."""
    channels = county.alerting.channels
    if channels and not county.demonstration and all(channel.kind == "maildir" for channel in channels):
        yield "Every channel is a folder of this machine: no alert reaches anybody elsewhere. docs/alerts.md has the kinds that do."


def store_words(store_url: str) -> Iterator[str]:
    """A sentence for each file of a SQLite store that other accounts of the machine may read. Raises StoreError."""
    from flowcentre.store.opening import parse, readable_by_others

    url = parse(store_url)
    if url.get_backend_name() == "sqlite":
        for file in readable_by_others(Path(str(url.database))):
            mode = f"{file.stat().st_mode & 0o777:o}"
            yield f"{file.name} may be read by other accounts of this machine (mode {mode}): chmod 600, or start Flow Centre by the account that owns it."
