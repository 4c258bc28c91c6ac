"""Totals and shares kept as history, so that a trend of the county is one look-up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from flowcentre.model import County, Level, Reading, Value
from flowcentre.picture.build import work_out
from flowcentre.picture.contracts_today import ContractsToday
from flowcentre.picture.expected import Expected
from flowcentre.picture.pressure import Pressures, changes_of_rules
from flowcentre.picture.whole_system import WholeSystem
from flowcentre.store import Store


def derived_readings(county: County, values: Mapping[tuple[str, str], Value], at: datetime) -> list[Reading]:
    """The derived values above the wards, as at a moment.

    A value that is not to be trusted as the present is kept as None: a gap, not the last number.
    """
    return [
        Reading(value.measure, value.place, value.value if value.known else None, at)
        for value in values.values()
        if value.derived and county.places[value.place].level is not Level.UNIT
    ]


def keep_derived(store: Store, county: County, expected: Expected, moments: Iterable[datetime]) -> None:
    """Work out and keep the totals and shares of each moment from the latest that is then known, as a history is read in."""
    values, whole_system, contracts, pressures = None, WholeSystem(store), ContractsToday(store), Pressures(store)
    for at in moments:
        rows = contracts.recounted(store.latest(), county, at)
        values = work_out(expected, rows, at, before=values)
        whole_system.add_to(values, county)
        pressures.add_to(values, county, at)
        store.record_derived(derived_readings(county, values, at), received_at=at)


def keep_what_aged(store: Store, county: County, expected: Expected, until: datetime) -> None:
    """Keep, at a start, how the totals fell silent while nothing ran.

    Totals are kept as changes, and nobody was there to see them turn old: without this an outage
    would stand in the history as a steady line.
    """
    rows, whole_system, contracts, pressures = (
        store.latest(),
        WholeSystem(store),
        ContractsToday(store),
        Pressures(store),
    )
    at = max((row.received_at for row in rows), default=None)
    while at is not None and at < until:
        values = work_out(expected, contracts.recounted(rows, county, at), at)
        whole_system.add_to(values, county)
        pressures.add_to(values, county, at)
        store.record_derived(derived_readings(county, values, at), received_at=at)
        ahead = [v.stale_at for v in values.values() if v.stale_at is not None and v.stale_at > at]
        at = min([*ahead, *changes_of_rules(county.pressure, at)], default=None)
