"""The command that puts each feed's places and figures side by side, before a county goes live."""

from __future__ import annotations

from pathlib import Path

from running.setting import opened, setting_of
from running.start import CannotStart
from running.terminal import say


def compare(folder: Path | None, store_url: str | None, feed: str | None) -> None:
    """Say of each feed what it last said of which place, by which code. Raises CannotStart where there is no such feed."""
    from flowcentre.feeds.comparing import comparing_words

    setting = setting_of(folder, store_url, demo_port=0)
    county = setting.load()
    with opened(setting, county, writer=False) as store:
        try:
            say(comparing_words(county, store.latest(), feed))
        except ValueError as why:
            raise CannotStart(str(why)) from None
