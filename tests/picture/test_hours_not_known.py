"""Hours that are waited for are at least so many while somebody's are not known, wherever they are told."""

from __future__ import annotations

import re
from datetime import timedelta

from flowcentre.model import Picture
from flowcentre.picture import build
from flowcentre.store import Store
from layouts import explain
from layouts.finished import to_html
from tests.feeds.care_cast import COUNTY, LOCALITIES, QUARTER, listed, poll
from tests.measures.care_cast import AT, referral

HOURS, UNKNOWN = "poc_hours_waiting_now", "poc_hours_unknown_now"


def waiting(store: Store, hours: float | None, quarters: int, before: Picture | None = None) -> Picture:
    """Two wait in the north: one for 14 hours of care a week, the other for ``hours``."""
    at = AT + quarters * QUARTER
    two = [referral(3, "R-1", weekly_hours=14), referral(4, "R-2", weekly_hours=hours)]
    poll(store, listed(two, at, *LOCALITIES), at)
    return build(store, COUNTY, at + timedelta(minutes=1), before=before.values if before else None)


def test_hours_waiting_are_at_least_while_somebodys_are_not_known_and_no_longer(store: Store) -> None:
    short = waiting(store, None, 1)
    for place in ("north", "westshire"):
        told = short.value(place, HOURS)
        assert (told.value, told.at_least, short.value(place, UNKNOWN).value) == (14, True, 1), place
    assert not short.value("mid", HOURS).at_least
    known = waiting(store, 0, 2, short)  # a sum that is what it was, of which nothing is lacking now
    assert [
        (known.value(place, HOURS).value, known.value(place, HOURS).at_least) for place in ("north", "westshire")
    ] == [(14, False)] * 2
    assert waiting(store, None, 3, known).value("westshire", HOURS).at_least


def test_explain_says_whose_hours_are_lacking(store: Store) -> None:
    def said(picture: Picture) -> str:
        page = to_html(explain.render(picture, "westshire", HOURS, (), ()))
        return " ".join(re.sub(r"<[^>]*>", " ", page).split())

    assert "At least this. Waiting for a package of care, hours not known: 1" in said(waiting(store, None, 1))
    assert "At least this" not in said(waiting(store, 7, 2))
