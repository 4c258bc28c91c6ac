"""The picture as a pure function of the store and a moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from flowcentre.measures import ALL
from flowcentre.measures.counted import COUNTED_FROM_PEOPLE, NOT_IN_SUM
from flowcentre.measures.derive import local_day, local_midnight
from flowcentre.model import (
    EPOCH,
    Alert,
    ClockBy,
    ClockOff,
    County,
    Coverage,
    Feed,
    FeedStatus,
    Measure,
    Period,
    Picture,
    Point,
    State,
    Summing,
    Value,
)
from flowcentre.picture.cannot_tell import read_cannot_tell
from flowcentre.picture.contracts_today import ContractsToday
from flowcentre.picture.expected import Expected, Total, expect
from flowcentre.picture.looked import not_evaluated_since
from flowcentre.picture.pressure import Pressures
from flowcentre.picture.totals import Values, by_formula, held_astray, summed
from flowcentre.picture.typed import last_typed, status_of_typed
from flowcentre.picture.undelivered import read_failing, read_undelivered
from flowcentre.picture.whole_system import WholeSystem
from flowcentre.store import FeedLog, Known, Store

STEP = timedelta(minutes=15)  # of trends
CLOCKS_DIFFER = timedelta(minutes=2)  # by so much, and nobody is told
SLOWEST_CLOCK = timedelta(minutes=90)  # an hour is forgotten in spring; files of an older moment are late, not slow


def build(
    store: Store,
    county: County,
    at: datetime,
    *,
    known_at: datetime | None = None,
    expected: Expected | None = None,
    trends: Mapping[tuple[str, str], tuple[Point, ...]] | None = None,
    live: bool = False,
    before: Mapping[tuple[str, str], Value] | None = None,
    whole_system: WholeSystem | None = None,
    contracts: ContractsToday | None = None,
) -> Picture:
    """Everything known at ``at``, with the knowledge of ``known_at`` (as it was known then, unless given).

    ``live`` is for the present: it reads the kept latest values, which is quicker, and has the picture
    speak of the last moment at which anything in it changed, so that of two servers on one store each
    makes the same picture to the byte. ``expected`` and ``trends`` are worked out unless handed in.
    ``before`` are the values of the last picture of the same ``expected``: what is unchanged is taken over. Hand
    ``whole_system`` and ``contracts`` in again and again: they read each list once.
    """
    known_at = known_at or at
    expected = expected or expect(county, local_day(at))
    if live:
        snapshot = store.snapshot(local_midnight(at))
        version, rows, log = snapshot.version, snapshot.known, snapshot.log
    else:
        version, rows = store.version(), store.known(at, known_at)
        log = store.feed_log(local_midnight(known_at), until=known_at)
    rows = (contracts or ContractsToday(store)).recounted(rows, county, at)
    held = {feed: entry.held_now for feed, entry in log.items() if entry.held_now}
    values = work_out(expected, rows, at, held, before)
    (whole_system or WholeSystem(store)).add_to(values, county)
    Pressures(store).add_to(values, county, at, known_at=known_at)
    seen = {} if live else _newest_by_feed(rows)
    silent = _with_nothing_known(rows)
    typed = last_typed(rows)
    feeds = tuple(
        _status(feed, log.get(feed.id), at, seen.get(feed.id), nothing_known=feed.id in silent)
        if feed.polled
        else status_of_typed(feed, log.get(feed.id), at, typed.get(feed.id), nothing_known=feed.id in silent)
        for feed in county.feeds
    )
    alerts = tuple(store.open_alerts(at)) if live else ()  # of the past nobody is told
    return Picture(
        version=version,
        at=max([_last_change(values.values(), log.values(), at), *_moments(alerts, at)]) if live else at,
        known_at=known_at,
        county=county,
        values=values,
        feeds=feeds,
        trends=trends or {},
        changes_at=next_change(values.values(), at),
        alerts=alerts,
        undelivered=len(read_undelivered(store, [alert.id for alert in alerts], at)) if live else 0,
        failing=read_failing(store, at) if live and county.alerting.channels else (),
        silences=tuple(each for each in store.silences(at) if each.starts_at <= at) if live else (),
        not_evaluated_since=not_evaluated_since(store, at) if live and county.alerting.rules else None,
        cannot_tell=read_cannot_tell(store, county, values, at) if live else (),
    )


def work_out(
    expected: Expected,
    rows: Iterable[Known],
    at: datetime,
    held: Mapping[str, Mapping[str | None, int]] | None = None,
    before: Mapping[tuple[str, str], Value] | None = None,
) -> Values:
    """Every value that follows from what the feeds said: reported, then by formula, then summed.

    ``held`` gives, for each feed, how many rows of its last poll were held back at each place.
    ``before`` are the values worked out last with the same ``expected``: one poll changes few of them.
    """
    said = {(row.feed, row.place, row.measure): row for row in rows}
    held, before = held or {}, before or {}
    values: Values = {}
    same: set[tuple[str, str]] = set()  # of what is the very value that it was before
    midnights: dict[datetime, datetime] = {}
    for measure in expected.measures:
        inputs = measure.formula.inputs if measure.formula else ()
        not_in_it = NOT_IN_SUM.get(measure.id)
        fills_blanks = measure.formula is not None and measure.formula.fills_blanks
        for place, feeds in expected.reporters[measure.id].items():
            key = (place, measure.id)
            found = [row for feed in feeds if (row := said.get((feed.id, place, measure.id))) is not None]
            was = before.get(key)
            held_back = _held_back(measure, place, feeds, held, expected) if held else 0
            short = not_in_it is not None and _falls_short(found, said, not_in_it)
            values[key] = value = _reported(measure, place, feeds, found, at, held_back, short, midnights, was)
            if value is was:
                same.add(key)
        for place in expected.formulas.get(measure.id, ()):
            key = (place, measure.id)
            own = values.get(key)
            if own is None or own.state is State.NEVER or (fills_blanks and own.state is State.UNKNOWN):
                was = before.get(key)
                unchanged = was is not None and was.derived and all((place, i) in same for i in inputs)
                values[key] = was if was is not None and unchanged else by_formula(measure, place, values)
                (same.add if unchanged else same.discard)(key)
        astray = held_astray(expected, measure, held)
        shared = inputs if measure.across_places is Summing.RATIO else ()
        for total in expected.totals[measure.id]:
            key = (total.place, measure.id)
            was = before.get(key)
            if was is not None and not astray and _unchanged(measure, total, was, values, same, shared):
                values[key] = was
                same.add(key)
            else:
                values[key] = summed(measure, total, values, astray, expected.serves)
    return values


def _unchanged(
    measure: Measure,
    total: Total,
    was: Value,
    values: Values,
    same: set[tuple[str, str]],
    inputs: tuple[str, ...],
) -> bool:
    """Is a total what it was? Its members are, their inputs where it is a share, and no row went astray then."""
    held = 0
    for part in total.parts:
        for reporter in part.reporters:
            if (reporter, measure.id) not in same:
                return False
            for i in inputs:
                if (reporter, i) not in same:
                    return False
            held += values[(reporter, measure.id)].held
    return was.held == held


def _held_back(
    measure: Measure,
    place: str,
    feeds: tuple[Feed, ...],
    held: Mapping[str, Mapping[str | None, int]],
    expected: Expected,
) -> int:
    """Rows of a place, and for a team or a provider those of its locality's list: each of them may be about it."""
    locality = expected.serves.get(place)
    # A locality that counts the measure itself says so itself.
    by_locality = locality is not None and locality not in expected.reporters[measure.id]
    found = [held[feed.id] for feed in feeds if feed.id in held]
    return sum([rows.get(place, 0) + (rows.get(locality, 0) if by_locality else 0) for rows in found])


def _reported(
    measure: Measure,
    place: str,
    feeds: tuple[Feed, ...],
    found: list[Known],
    at: datetime,
    held_back: int,
    short: bool,
    midnights: dict[datetime, datetime],
    was: Value | None,
) -> Value:
    if not found:
        names = tuple([feed.id for feed in feeds])
        never = Value(measure.id, place, None, State.NEVER, feeds=names, coverage=Coverage(0, 1), held=held_back)
        return was if was == never else never
    row = found[0] if len(found) == 1 else max(found, key=_moment_of)  # the first configured, where two speak of one
    # People whose rows were held back, or of whom a figure is not known, are there all the same.
    at_least = row.value is not None and (short or (held_back > 0 and measure.id in COUNTED_FROM_PEOPLE))
    same = was is not None and was.held == held_back and was.at_least == at_least
    if was is not None and same and _says_what_it_said(row, was):
        state = _state_of(row.value, was.late_at, was.stale_at, at)
        if state is was.state:
            return was
    feed = next(feed for feed in feeds if feed.id == row.feed)
    late_at: datetime | None = row.observed_at + feed.late_after
    stale_at = row.observed_at + feed.stale_after
    if row.typed is not None:
        late_at, stale_at = None, row.typed.expires_at  # nobody is late who promised nothing
    if measure.period is Period.SINCE_MIDNIGHT:
        # Yesterday's count since midnight is no count of today, however fresh its feed.
        stale_at = min(stale_at, _midnight_after(row.observed_at, midnights))
    state = _state_of(row.value, late_at, stale_at, at)
    return Value(
        measure.id,
        place,
        row.value,
        state,
        row.observed_at,
        row.received_at,
        (row.feed,),
        Coverage(int(state.usable), 1),
        at_least=at_least,
        held=held_back,
        late_at=late_at,
        stale_at=stale_at,
        typed=row.typed,
    )


def _falls_short(found: list[Known], said: Mapping[tuple[str, str, str], Known], not_in_it: str) -> bool:
    """Does the very list that a sum is of count people who are not in the sum?"""
    if not found:
        return False
    row = max(found, key=_moment_of)
    beside = said.get((row.feed, row.place, not_in_it))
    return beside is not None and beside.observed_at == row.observed_at and bool(beside.value)


def _moment_of(row: Known) -> datetime:
    return row.observed_at


def _says_what_it_said(row: Known, was: Value) -> bool:
    return (
        not was.derived
        and was.value == row.value
        and was.observed_at == row.observed_at
        and was.received_at == row.received_at
        and was.feeds == (row.feed,)
        and was.typed == row.typed
    )


def _state_of(value: float | None, late_at: datetime | None, stale_at: datetime | None, at: datetime) -> State:
    if value is None:
        return State.UNKNOWN
    if stale_at is not None and at >= stale_at:
        return State.STALE
    if late_at is not None and at >= late_at:
        return State.LATE
    return State.FRESH


def _midnight_after(observed_at: datetime, midnights: dict[datetime, datetime]) -> datetime:
    if observed_at not in midnights:
        # 36 hours on from a local midnight lies in the next local day, be it 23, 24 or 25 hours long.
        midnights[observed_at] = local_midnight(local_midnight(observed_at) + timedelta(hours=36))
    return midnights[observed_at]


def next_change(values: Iterable[Value], at: datetime) -> datetime | None:
    """When the first of these turns late or stale after ``at``; None where none will."""
    ahead = (m for v in values for m in (v.late_at, v.stale_at) if m is not None and m > at)
    return min(ahead, default=None)


def _last_change(values: Iterable[Value], log: Iterable[FeedLog], now: datetime) -> datetime:
    """When the picture of now began: the newest poll, the newest value to grow too old, or the quarter of an hour."""
    ended = [entry.last_poll.finished_at for entry in log if entry.last_poll is not None]
    aged = [moment for value in values for moment in (value.late_at, value.stale_at)]
    return max([step_of(now), *[moment for moment in (*ended, *aged) if moment is not None and moment <= now]])


def _moments(alerts: Iterable[Alert], at: datetime) -> list[datetime]:
    """When something happened to what stands, as far as it is shown."""
    happened = [moment for one in alerts for moment in (one.raised_at, one.acknowledged_at, one.blind_since)]
    return [moment for moment in happened if moment is not None and moment <= at]


def _newest_by_feed(rows: Iterable[Known]) -> dict[str, datetime]:
    newest: dict[str, datetime] = {}
    for row in rows:
        newest[row.feed] = max(row.observed_at, newest.get(row.feed, row.observed_at))
    return newest


def _with_nothing_known(rows: Iterable[Known]) -> set[str]:
    """Feeds whose last word on all that they say of the present is that it is not known, as after an empty answer."""
    speaking: dict[str, bool] = {}
    for row in rows:
        measure = ALL.get(row.measure)  # a store may hold one that the catalogue no longer has
        if measure is not None and measure.period.goes_on:
            speaking[row.feed] = speaking.get(row.feed, False) or row.value is not None
    return {feed for feed, known in speaking.items() if not known}


def _status(
    feed: Feed, log: FeedLog | None, at: datetime, seen_at: datetime | None, *, nothing_known: bool
) -> FeedStatus:
    """``seen_at`` is what a look at the past found of the feed; the present goes by the ledger."""
    if log is None:
        return FeedStatus(feed, State.NEVER)
    observed_at = seen_at or log.observed_at
    if observed_at is not None and observed_at > at:
        observed_at = None  # it had not spoken yet
    if observed_at is None:
        state = State.NEVER
    elif nothing_known:
        state = State.UNKNOWN  # however lately it answered
    elif at - observed_at >= feed.stale_after:
        state = State.STALE
    elif at - observed_at >= feed.late_after:
        state = State.LATE
    else:
        state = State.FRESH
    return FeedStatus(
        feed,
        state,
        observed_at,
        log.last_success_at,
        log.last_poll,
        feed.next_due_at(at),
        log.today,
        log.skipped,
        log.held,
        log.last_doubt,
        clock=_clock_off(feed, log),
        unmoving_since=_unmoving_since(feed, log, observed_at),
        held_now=sum(log.held_now.values()),
        read_at=log.read_at,
    )


def _clock_off(feed: Feed, log: FeedLog) -> ClockOff | None:
    """How far a source's clock is off, where that is worth telling. Files of figures that are late are no slow clock."""
    clock = log.clock
    if clock is None or abs(clock.by) <= CLOCKS_DIFFER:
        return None
    late = clock.of is ClockBy.FILES and -clock.by >= min(feed.late_after, SLOWEST_CLOCK)
    return None if late else clock


def _unmoving_since(feed: Feed, log: FeedLog, observed_at: datetime | None) -> datetime | None:
    """Since which of its own moments a feed has said the very same, where that is longer than its limit.

    It goes by the moments of the source: one that is silent is late, and says nothing again.
    """
    if feed.unmoving_after is None or log.moved_at is None or observed_at is None:
        return None
    return log.moved_at if observed_at - log.moved_at >= feed.unmoving_after else None


def step_of(at: datetime) -> datetime:
    """The start of the quarter of an hour that ``at`` falls in."""
    return at - (at - EPOCH) % STEP
