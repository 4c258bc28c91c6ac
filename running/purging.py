"""What has been kept long enough, at a terminal: what would go, and the deleting of it."""

from __future__ import annotations

from pathlib import Path

from running.accounts import by
from running.clock import utc_now
from running.setting import opened, setting_of
from running.terminal import counted, say


def purge(folder: Path, store_url: str | None, *, dry_run: bool) -> None:
    """Delete what is older than the configuration keeps it, or say what would go; each class with its date."""
    from flowcentre.model import EPOCH, Kept

    setting = setting_of(folder, store_url, demo_port=0)
    county = setting.load()
    at = utc_now()
    cuts = county.retention.cuts(at)
    # On PostgreSQL it is the engine that brings the schema up to date. A SQLite file has one writer, whoever that is.
    migrates = setting.store_url.startswith("sqlite")
    with opened(setting, county, writer=not dry_run, migrates=migrates) as store:
        found = {each.kept: each for each in (store.to_purge(cuts) if dry_run else store.purge(cuts, at=at, who=by()))}
    say(f"{county.name}: {'what would be purged now' if dry_run else 'purged'}.")
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
