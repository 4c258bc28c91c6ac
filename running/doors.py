"""Said at a check and at each start: feeds whose figures somebody else than their source could lay down."""

from __future__ import annotations

from collections.abc import Iterator
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
