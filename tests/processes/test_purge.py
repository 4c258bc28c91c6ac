"""`app.py purge`: what would go by class and date, and what went."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest

from flowcentre.config import DEFAULTS
from flowcentre.model import EPOCH, Audited, Kept
from flowcentre.store import open_store
from running.clock import utc_now
from running.purging import purge
from tests.store.saying import sighting, tell

DAY = timedelta(days=1)


def test_a_dry_run_says_what_would_go_and_deletes_nothing_and_a_purge_does_it(
    sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    at = utc_now()
    with closing(open_store(sqlite_url)) as store:
        store.set_mark("demonstration", "yes")
        store.set_mark("system", "westshire")
        for days in (900, 850, 3):
            tell(store, "beds", at - days * DAY, sighting("a1", at - days * DAY, beds=days))
        purge_first = store.to_purge({Kept.READINGS: at - 800 * DAY})
        store.roll_up(at)
    assert (purge_first[0].before, purge_first[0].rows) == (EPOCH, 0)  # nothing goes that is still to be rolled up
    told = []
    for dry_run in (True, False, True):
        purge(DEFAULTS / "westshire", sqlite_url, dry_run=dry_run)
        told.append(capsys.readouterr().out)
    would, done, again = told
    assert f"readings            2 rows from before {at - 800 * DAY:%Y-%m-%d}" in would
    assert would.endswith("Nothing was deleted.\n")
    rows = [line for line in would.splitlines() if " from before " in line]
    assert [line[:40] for line in rows] == [line[:40] for line in done.splitlines()[1:]]
    assert " 2 rows from" not in again
    with closing(open_store(sqlite_url, writer=False)) as store:
        entries = store.audit_entries()
    assert [(entry.act, entry.who.partition("|")[0]) for entry in entries] == [(Audited.PURGED, "terminal")] * 2
