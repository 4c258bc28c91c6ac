"""A rule that is looked at for the first time: its hold counts from when the stored history shows it in breach, and from no gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from flowcentre.alerts.evaluate import Evaluator
from flowcentre.model import Alerting
from flowcentre.picture import build
from flowcentre.store import Store
from tests.alerts.test_rehearse import CROWDED, say
from tests.alerts.world import AT, COUNTY, MINUTE

HELD = replace(CROWDED, hold_for=30 * MINUTE)


class Looker:
    """An engine's evaluator over the pictures of a store, and its clock."""

    def __init__(self, store: Store) -> None:
        self.at = AT
        self.store = store
        self.evaluator = Evaluator(
            store, lambda: build(store, COUNTY, self.at, live=True), lambda: Alerting(rules=(HELD,)), lambda: self.at,
            lambda *_: ((), None),
        )  # fmt: skip

    def look(self, at: datetime) -> str:
        self.at = at
        self.evaluator.look()
        standings = self.store.standings()
        return standings[0].state.value if standings else "never stood"


@pytest.mark.parametrize(
    ("figures", "state"),
    [
        ([40, 70, 70, 70, 70, 70, 70, 70, 70], "raised"),
        ([40, 40, 40, 40, 40, 70, 70, 70, 70], "pending"),
        ([70, 70, 70, 70, 55, 70, 70, 70, 70], "pending"),  # between its limits is no breach
        ([70, None, None, None, None, None, None, None, None, None, None, None, None, None, 70], "pending"),
        ([40, 40, 40], "never stood"),
    ],
)
def test_the_hold_of_a_first_look_counts_from_what_is_stored(
    store: Store, figures: Sequence[float | None], state: str
) -> None:
    say(store, figures)
    assert Looker(store).look(AT + (len(figures) - 1) * 5 * MINUTE + MINUTE) == state


def test_what_was_looked_at_counts_from_its_looks(store: Store) -> None:
    """News of the past that comes late raises nothing at once where somebody looked, and saw it calm."""
    say(store, [40])
    looker = Looker(store)
    assert looker.look(AT + MINUTE) == "never stood"
    say(store, [40, 70, 70, 70, 70, 70, 70, 70, 70])
    assert looker.look(AT + 41 * MINUTE) == "pending"
    assert looker.look(AT + 42 * MINUTE) == "pending"


def test_it_is_raised_once_and_another_engine_raises_it_no_more(store: Store) -> None:
    say(store, [70] * 9)
    for _ in range(2):
        assert Looker(store).look(AT + 41 * MINUTE) == "raised"
    (alert,) = store.alerts(AT, AT + 60 * MINUTE)
    assert [each.what.value for each in store.alert_story(alert.id)[0]] == ["pending", "raised"]
    assert store.standings()[0].breach_since == AT
    assert [each.at for each in store.alert_story(alert.id)[0]] == [AT, AT + 41 * MINUTE]
    assert alert.since == AT
