"""Four weeks of waiting for care: from hospital and from the community at the end of each day, with gaps where a list was missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flowcentre.measures.derive import local_midnight
from flowcentre.model import County, Picture, Point, Value
from flowcentre.store import Store

DAYS = 28
_KEPT = 8  # of days that somebody looks back to, and today
_MINUTE = timedelta(minutes=1)
HOSPITAL, COMMUNITY = "poc_waiting_hospital_now", "poc_waiting_community_now"


@dataclass(frozen=True, slots=True)
class Waited:
    """How many waited at a moment. None: a list was missing, too old or not whole, so nobody knows."""

    at: datetime
    hospital: float | None
    community: float | None

    @property
    def people(self) -> float | None:
        """Both together."""
        return None if self.hospital is None or self.community is None else self.hospital + self.community


class PackageWeeks:
    """Reads the counts of the lists at past moments and keeps them. Used from any thread: at worst two read the same."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[datetime, Mapping[str, tuple[Waited, ...]]] = {}  # by the last moment, and by locality
        self._county: County | None = None

    def read(self, picture: Picture, localities: Sequence[str]) -> tuple[Waited, ...]:
        """The four weeks before a picture, of some localities together, oldest first."""
        last = local_midnight(picture.at) - _MINUTE
        if self._county is not picture.county:
            self._kept, self._county = {}, picture.county
        kept = self._kept.get(last, {})
        if missing := [locality for locality in localities if locality not in kept]:
            kept = {**kept, **read_weeks(self._store, picture, last, missing)}
            others = [(at, weeks) for at, weeks in self._kept.items() if at != last]
            self._kept = dict(others[-_KEPT + 1 :]) | {last: kept}
        return tuple(
            Waited(
                at,
                _together([kept[locality][index].hospital for locality in localities]),
                _together([kept[locality][index].community for locality in localities]),
            )
            for index, at in enumerate(_ends_of_days(last))
        )


def read_weeks(
    store: Store, picture: Picture, last: datetime, localities: Sequence[str]
) -> dict[str, tuple[Waited, ...]]:
    """What each locality's own list said at the end of each Europe/London day until ``last``, as it was known then.

    So it is the same whenever it is read, and whoever looks back to that day sees nothing that came later. A list of
    which rows were held back at the end of a day was not whole.
    """
    moments = _ends_of_days(last)
    keys = [(locality, measure) for locality in localities for measure in (HOSPITAL, COMMUNITY)]
    patience = {key: _patience(picture, *key) for key in keys}
    start = moments[0] - max(patience.values(), default=timedelta(0))
    histories = store.history(keys, start, last + timedelta(milliseconds=1), known_at=last)
    held = store.held_at(moments)
    sampled = {
        key: [
            None if any(key[0] in held[at].get(feed, {}) for feed in picture.value(*key).feeds) else found
            for at, found in zip(moments, _sampled(histories[key], moments, patience[key]), strict=True)
        ]
        for key in keys
    }
    return {
        locality: tuple(map(Waited, moments, sampled[locality, HOSPITAL], sampled[locality, COMMUNITY]))
        for locality in localities
    }


def _ends_of_days(last: datetime) -> list[datetime]:
    """The last minute of each of four weeks' days, the oldest first."""
    # Noon is safe ground: an hour more or less on the nights of the clock changes stays within its day.
    noon = local_midnight(last) + timedelta(hours=12)
    return [local_midnight(noon - timedelta(days=back)) - _MINUTE for back in range(DAYS - 2, -1, -1)] + [last]


def waited_now(picture: Picture, localities: Sequence[str]) -> Waited:
    """How many wait by the lists that a picture counts; a list of which rows are held back is not whole."""
    hospital, community = (
        _together([_whole(picture.value(locality, of)) for locality in localities]) for of in (HOSPITAL, COMMUNITY)
    )
    return Waited(picture.at, hospital, community)


def _whole(value: Value) -> float | None:
    return value.value if value.known and not value.at_least else None


def _patience(picture: Picture, place: str, measure: str) -> timedelta:
    """For how long a list stands for the present."""
    feeds = (picture.county.feed(id) for id in picture.value(place, measure).feeds)
    return max((feed.stale_after for feed in feeds if feed is not None), default=timedelta(0))


def _sampled(points: Sequence[Point], moments: Sequence[datetime], patience: timedelta) -> list[float | None]:
    """The last that was said before each moment, where that was not too old by then."""
    found: list[float | None] = []
    said, index = list(points), 0
    for moment in moments:
        while index < len(said) and said[index].at <= moment:
            index += 1
        last = said[index - 1] if index else None
        found.append(last.value if last is not None and moment - last.at < patience else None)
    return found


def _together(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None
