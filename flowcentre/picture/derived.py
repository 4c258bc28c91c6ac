"""Totals and shares kept as history, so that a trend of the county is one look-up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from flowcentre.measures.pressure import OF_PRESSURE
from flowcentre.model import County, Level, Picture, Reading, Value
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


class DerivedHistory:
    """Keeps what each picture computes as history, and a gap where one computes something no longer.

    A place that is taken out of the rules of pressure while everything runs has no value any more, not an unknown one: without the
    gap its last would stand in the history for ever.
    """

    def __init__(self, store: Store, first: Picture) -> None:
        """``first`` is the picture at the start: what stands of pressure that it has no value of ends with the next one kept."""
        self._store = store
        # Everything that stands, or was seen since the start, by place and measure.
        self._seen = _keys(derived_readings(first.county, first.values, first.at)) | self._left_standing(first)

    def keep(self, picture: Picture) -> None:
        """Keep the derived values of a picture. Only changes are written: a gap that stands already is not written again."""
        readings = derived_readings(picture.county, picture.values, picture.at)
        # What a feed gives now that was computed before does not end.
        gone = sorted(self._seen - picture.values.keys())
        gaps = [Reading(measure, place, None, picture.at) for place, measure in gone]
        self._seen |= _keys(readings)
        self._store.record_derived([*readings, *gaps], received_at=picture.at)

    def _left_standing(self, first: Picture) -> set[tuple[str, str]]:
        """What stands of pressure in the history, though rules were taken away while nothing ran."""
        every = [(place.id, measure.id) for place in first.county.places for measure in OF_PRESSURE]
        gone = [key for key in every if key not in first.values]
        found = self._store.history(gone, first.at, first.at)
        return {key for key, points in found.items() if points and points[-1].value is not None}


def _keys(readings: Iterable[Reading]) -> set[tuple[str, str]]:
    return {(reading.place, reading.measure) for reading in readings}


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
