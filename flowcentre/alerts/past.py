"""Moments before, for rules that look back: each picture is made once, however many rules and looks ask for it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from flowcentre.measures.derive import local_day
from flowcentre.model import EPOCH, County, Picture, Point
from flowcentre.picture import Expected, build, expect
from flowcentre.picture.worked_out import WorkedOut
from flowcentre.store import Store

_KEPT = 8  # as many different lengths as a configuration may have of steps; of more, as many as there are
_MINUTE = timedelta(minutes=1)


class Past:
    """What was the present some time ago, to the minute, with all that is known of it by now. For one thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pictures: OrderedDict[tuple[int, datetime], tuple[County, Picture]] = OrderedDict()
        self._kept = _KEPT
        self._expected: tuple[County, date, Expected] | None = None

    def keep_for(self, lengths: int) -> None:
        """Keep a picture for each of so many lengths: with fewer kept than there are, each look would make them all anew."""
        self._kept = max(self._kept, lengths)

    def picture(self, county: County, moment: datetime, known_at: datetime) -> Picture:
        """The picture of a moment, of its last whole minute."""
        minute = moment - (moment - EPOCH) % _MINUTE
        key = (id(county), minute)
        if key not in self._pictures:
            self._pictures[key] = (
                county,
                build(self._store, county, minute, known_at=known_at, expected=self._expect(county, local_day(minute))),
            )
            while len(self._pictures) > self._kept:
                self._pictures.popitem(last=False)
        return self._pictures[key][1]

    def histories(
        self, county: County, keys: Sequence[tuple[str, str]], start: datetime, end: datetime
    ) -> Mapping[tuple[str, str], Sequence[Point]]:
        """The points of each (place, measure), with the last before the start."""
        return WorkedOut(self._store, county, self._expect(county, local_day(end))).history(keys, start, end)

    def _expect(self, county: County, day: date) -> Expected:
        kept = self._expected
        if kept is None or kept[0] is not county or kept[1] != day:
            self._expected = kept = (county, day, expect(county, day))
        return kept[2]
