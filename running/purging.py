"""What has been kept long enough, at a terminal: what would go, and the deleting of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from running.accounts import by
from running.clock import utc_now
from running.setting import opened, setting_of
from running.start import CannotStart
from running.terminal import counted, say

if TYPE_CHECKING:
    from flowcentre.model import County, Picture, Upkeep


def purge(folder: Path, store_url: str | None, *, dry_run: bool) -> None:
    """Delete what is older than the configuration keeps it, or say what would go; each class with its date.

    Of a county that says nothing about it, what would go is said by the periods that are proposed. Raises CannotStart.
    """
    from flowcentre.model import EPOCH, Kept, Retention
    from flowcentre.store.backup import file_of

    setting = setting_of(folder, store_url, demo_port=0)
    county = setting.load()
    at = utc_now()
    file = file_of(setting.store_url)
    if file is not None and not file.is_file():
        raise CannotStart(
            f"there is no store at {file}: nothing was purged, and none was made. Is --store written right?"
        )
    proposed = dry_run and not county.retention.said
    cuts = (Retention() if proposed else county.retention).cuts(at)
    # On PostgreSQL it is the engine that brings the schema up to date. A SQLite file has one writer, whoever that is.
    migrates = setting.store_url.startswith("sqlite")
    with opened(setting, county, writer=not dry_run, migrates=migrates) as store:
        found = {each.kept: each for each in (store.to_purge(cuts) if dry_run else store.purge(cuts, at=at, who=by()))}
    by_what = ", were there a [retention] in county.toml" if proposed else ""
    say(f"{county.name}: {'what would be purged now' if dry_run else 'purged'}{by_what}.")
    for kept in Kept:
        if kept not in found:
            say(f"  {kept:<10}kept for good")
        elif found[kept].before <= EPOCH:
            say(f"  {kept:<10}nothing yet: they are still to be rolled up")
        else:
            one = found[kept]
            say(f"  {kept:<10}{counted(one.rows, 'row'):>16} from before {one.before:%Y-%m-%d %H:%M} UTC")
    if dry_run:
        say("Nothing was deleted.")


def period_words(county: County) -> Iterator[str]:
    """A sentence where a county does not say for how long anything is kept."""
    if not county.retention.said:
        yield (
            f"county.toml has no [retention], so nothing is purged but polls after {county.retention.polls.days} days and "
            f"sign-ins after {county.retention.sessions.days}. docs/retention.md proposes periods, and app.py purge --dry-run "
            "says how many rows they would take."
        )


class PeriodsDuty:
    """Tells that nobody has said for how long anything is kept: rows of people stay, and a disk fills."""

    name = "periods"

    def __init__(self, current: Callable[[], Picture]) -> None:
        self._current = current

    def look(self) -> None:
        """Nothing is to be looked at."""

    def told(self, upkeep: Upkeep) -> Upkeep:
        """A trouble, until the configuration says it."""
        return replace(upkeep, troubles=upkeep.troubles + tuple(period_words(self._current().county)))
