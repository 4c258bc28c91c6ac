"""`app.py purge`: what would go by class and date, and what went."""

from __future__ import annotations

import re
import shutil
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from flowcentre.config import DEFAULTS
from flowcentre.model import EPOCH, UNSAID, Audited, Kept, Upkeep
from flowcentre.store import open_store
from running.clock import utc_now
from running.purging import PeriodsDuty, purge
from running.start import CannotStart
from tests.layouts.cast import county as a_county
from tests.layouts.cast import picture
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


def test_of_a_county_that_says_no_periods_nothing_goes_and_it_is_told_what_would(
    sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    county = tmp_path / "county"
    shutil.copytree(DEFAULTS / "westshire", county)
    for file in county.glob("*.toml"):
        real = re.sub("^demonstration = true$", "", file.read_text(), flags=re.MULTILINE)
        real = real.replace("${demo}", "https://beds.example")
        file.write_text(real.replace("[alerting]\n", '[alerting]\npublic_url = "https://flow.example"\n'))
    at = utc_now()
    with closing(open_store(sqlite_url)) as store:
        for days in (900, 850, 3):
            tell(store, "beds", at - days * DAY, sighting("a1", at - days * DAY, beds=days))
        store.roll_up(at)
    for dry_run, words in ((False, "readings  kept for good"), (True, "were there a [retention] in county.toml.")):
        purge(county, sqlite_url, dry_run=dry_run)
        assert words in capsys.readouterr().out
    with closing(open_store(sqlite_url, writer=False)) as store:
        assert store.to_purge({Kept.READINGS: at - 800 * DAY})[0].rows == 2
    shown = picture(configured=replace(a_county(), retention=UNSAID))
    (trouble,) = PeriodsDuty(lambda: shown).told(Upkeep()).troubles
    assert "no [retention], so nothing is purged but polls after 90 days and sign-ins after 30" in trouble


def test_a_purge_of_a_store_that_is_not_there_makes_none(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="no store at"):
        purge(DEFAULTS / "westshire", f"sqlite:///{tmp_path / 'misspelt.db'}", dry_run=False)
    assert list(tmp_path.iterdir()) == []
