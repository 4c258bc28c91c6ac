"""The last 24 hours of each headline, thinned to what an eye can see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flowcentre.measures import ALL
from flowcentre.model import County, Level, Picture, Point, Value
from flowcentre.picture.build import step_of
from flowcentre.store import Store

SPAN = timedelta(hours=24)

Trends = dict[tuple[str, str], tuple[Point, ...]]


def headline_keys(county: County, values: dict[tuple[str, str], Value]) -> list[tuple[str, str]]:
    """Each headline at each place above a ward, as (place, measure)."""
    return [
        (place, measure)
        for place, measure in values
        if ALL[measure].headline and county.places[place].level is not Level.UNIT
    ]


def read_trends(store: Store, county: County, values: dict[tuple[str, str], Value], at: datetime) -> Trends:
    """The trends up to the start of the present quarter of an hour, one point for each."""
    end = step_of(at)
    histories = store.history(headline_keys(county, values), end - SPAN, end)
    return {
        key: thin(points, end - SPAN, end, stands=values[key].derived) for key, points in histories.items() if points
    }


def thin(points: Sequence[Point], start: datetime, end: datetime, *, stands: bool) -> tuple[Point, ...]:
    """The last point in each quarter of an hour; a quarter without news keeps a gap of its own.

    ``stands`` is for totals, which are kept only when they change: the one from before still stands
    at the start.
    """
    last: dict[datetime, Point] = {}
    for point in points:
        if stands and point.at < start:
            last[start] = Point(start, point.value)
        if start <= point.at < end:
            last[step_of(point.at)] = point
    return tuple(last[step] for step in sorted(last))


def with_present(trends: Trends, picture: Picture) -> Trends:
    """Trends that end in what the picture says now; an untrusted value is a gap."""
    ended = {}
    for key in headline_keys(picture.county, dict(picture.values)):
        value = picture.values[key]
        past = trends.get(key, ())
        present = Point(picture.at, value.value if value.known else None)
        ended[key] = (*past, present)
    return ended
