"""What there was to see: the line of each subject of a rule in stored history, and when it changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from flowcentre.alerts.lines import Line, draw, judge_time, time_at_level, value_at
from flowcentre.alerts.machine import judge
from flowcentre.alerts.seen import held_until
from flowcentre.measures import ALL
from flowcentre.measures.derive import local_day
from flowcentre.model import County, Feed, Judged, Period, Point, Rule, RuleKind, Seen
from flowcentre.picture import expect
from flowcentre.picture.worked_out import WorkedOut
from flowcentre.store import Store

_NO_TIME = timedelta(0)
_MINUTE = timedelta(minutes=1)


def lines_of(store: Store, county: County, rule: Rule, start: datetime, end: datetime) -> dict[str, Line]:
    """The line of each subject until ``end``, from before ``start`` by as long as the rule looks back."""
    if rule.kind is RuleKind.SILENCE:
        return _silences(store, county, rule, start, end)
    if rule.kind is RuleKind.HELD:
        return {each: _held(store, county.feed(each), start, end) for each in rule.feeds}
    return _lines(store, county, rule, start, end)


def _lines(store: Store, county: County, rule: Rule, start: datetime, end: datetime) -> dict[str, Line]:
    """What was known of the measure at each place, from so long before the start as the rule looks back."""
    begin = start - (rule.over or _NO_TIME)
    since_midnight = rule.measure in ALL and ALL[rule.measure].period is Period.SINCE_MIDNIGHT
    expected = expect(county, local_day(end))
    reporters = expected.reporters.get(rule.measure, {})
    histories = WorkedOut(store, county, expected).history([(place, rule.measure) for place in rule.places], begin, end)
    return {
        place: draw(
            histories.get((place, rule.measure), ()),
            end,
            max((feed.stale_after for feed in reporters.get(place, ())), default=None),
            since_midnight=since_midnight,
        )
        for place in rule.places
    }


def _silences(store: Store, county: County, rule: Rule, start: datetime, end: datetime) -> dict[str, Line]:
    """Of each feed a line of how it was: 0 that it spoke, 0.5 that it was late, 1 that it was silent."""
    found: dict[str, Line] = {}
    for feed_id in rule.feeds:
        feed = county.feed(feed_id)
        found[feed_id] = () if feed is None else _silence(feed, _spoken(store, county, feed, start, end), end)
    return found


def _spoken(store: Store, county: County, feed: Feed, start: datetime, end: datetime) -> list[datetime]:
    """The moments that a feed told of, with the last before the start."""
    within = [place for top in feed.places if top in county.places for place in county.places.within(top)]
    keys = [
        (place.id, measure)
        for place in within
        for measure in feed.provides
        if place.kind in ALL[measure].reported_by and ALL[measure].period.goes_on
    ]
    histories = store.history(list(dict.fromkeys(keys)), start, end)
    return sorted({point.at for points in histories.values() for point in points if point.value is not None})


def _silence(feed: Feed, spoken: Sequence[datetime], end: datetime) -> list[Point]:
    line: list[Point] = []
    for said, following in pairwise([*spoken, end]):
        line.append(Point(said, 0.0))
        for after, how in ((feed.late_after, 0.5), (feed.stale_after, 1.0)):
            if said + after < following or said + after == end:
                line.append(Point(said + after, how))
    return line


def _held(store: Store, feed: Feed | None, start: datetime, end: datetime) -> list[Point]:
    """How many rows of a feed stood held back, by the ledger, which is kept for months and no longer."""
    line: list[Point] = []
    if feed is None:
        return line
    read = store.held_line(feed.id, start, end)
    ends = [*(at for at, _, _ in read), end][1:]
    for (at, observed_at, held), following in zip(read, ends, strict=True):
        line.append(Point(at, held))
        if (until := held_until(feed, at, observed_at)) < following:
            line.append(Point(until, None))
    return line


def sight_of(rule: Rule, line: Line) -> Callable[[datetime], Seen]:
    """What the rule sees of a line at a moment."""

    def level(at: datetime) -> Seen:
        return Seen(value_at(line, at))

    def silence(at: datetime) -> Seen:
        how = value_at(line, at)
        judged = {None: Judged.UNKNOWN, 0.0: Judged.CALM, 0.5: Judged.BETWEEN}.get(how, Judged.BREACH)
        return Seen(None, judged=judged)

    def step_over(at: datetime) -> Seen:
        assert rule.over is not None
        if ALL[rule.measure].period is Period.SINCE_MIDNIGHT and local_day(at) != local_day(at - rule.over):
            return Seen(None)
        now, then = value_at(line, at), value_at(line, at - rule.over)
        return Seen(None if now is None or then is None else now - then)

    def time_over(at: datetime) -> Seen:
        now = Seen(value_at(line, at))
        there, unknown = time_at_level(rule, line, at)
        return Seen(now.value, judged=judge_time(rule, there, unknown, judge(rule, now)))

    if rule.kind is RuleKind.SILENCE:
        return silence
    if rule.kind in (RuleKind.LEVEL, RuleKind.HELD) or rule.over is None or rule.raise_at is None:
        return level if rule.kind in (RuleKind.LEVEL, RuleKind.HELD) else lambda at: Seen(None)
    return step_over if rule.kind is RuleKind.STEP else time_over


def moments_of(rule: Rule, line: Line, start: datetime, end: datetime) -> Iterable[datetime]:
    """When to look: as what is seen changes. Time at a level changes by itself, so there each minute."""
    if rule.kind is RuleKind.TIME_AT_LEVEL:
        return (start + number * _MINUTE for number in range(int((end - start) / _MINUTE) + 1))
    changes = [new.at for old, new in pairwise([Point(start, None), *line]) if new.value != old.value]
    over = rule.over if rule.kind is RuleKind.STEP else None
    later = [at + over for at in changes] if over is not None else []
    return [start, *sorted({at for at in (*changes, *later) if start < at < end})]


def unknown_of(line: Line, start: datetime, end: datetime) -> timedelta:
    """The time between two moments of which nothing is known."""
    inside = [point for point in line if start < point.at < end]
    points = [Point(start, value_at(line, start)), *inside, Point(end, None)]
    return sum((new.at - old.at for old, new in pairwise(points) if old.value is None), _NO_TIME)
