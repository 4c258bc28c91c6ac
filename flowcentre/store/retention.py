"""What is old enough to go, by class: which rows those are, and the deleting of some of them.

What still speaks of the present never goes, however old: of a series the last value, of somebody who is on a list all that was
said of them, an alert that stands, an action that is open. Nor does what something else that stays refers to, nor the newest
row of what is known by its number: SQLite would give that number to another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, false, func, or_, select

from flowcentre.model import Kept
from flowcentre.store import access_tables, rollups
from flowcentre.store import action_tables as acts
from flowcentre.store import alert_tables as told
from flowcentre.store import schema as db
from flowcentre.store.batches import AT_ONCE, some_at_once
from flowcentre.store.pruning import count_polls, prune_some

Cuts = Mapping[Kept, int]  # by class the moment before which it goes
Piece = Callable[[Connection], int]  # deletes some of what goes; how many rows, 0 when all is done
_FIGURES_AT_ONCE = 2_000  # of the large tables, whose rows lie side by side
_SERIES_AT_ONCE = 50  # of which each has to be looked at, whether anything of it goes or not
_DAY = 86_400_000
# The tables of letters, those that refer to others first, each with the message that a row is of.
_LETTERS = tuple(
    (table, table.c[key]) for table, key in ((told.attempt, "message"), (told.telling, "message"), (told.message, "id"))
)


def pieces(connection: Connection, kept: Kept, cuts: Cuts) -> Iterator[Piece]:
    """What deletes a class, to be called in this order and each until it gives 0, in transactions of its own."""
    before = cuts[kept]
    match kept:
        case Kept.POLLS:
            yield partial(prune_some, before=before)
        case Kept.READINGS | Kept.ROLLUPS:
            for table, column, ids in _figures(connection, kept):
                for some in some_at_once(ids, _SERIES_AT_ONCE):
                    yield partial(_figures_some, table=table, column=column, left=some, before=before)
        case Kept.PEOPLE:
            for which in _people(connection, before):
                yield partial(_some, table=db.person, key="id", which=which)
            for which in _visits(connection, before):
                yield partial(_some, table=db.visit, key="id", which=which)
        case Kept.LETTERS:
            yield partial(_letters_some, before=before)
        case _:
            for table, key, which in _rows_of(kept, cuts):
                yield partial(_some, table=table, key=key, which=which)


def count(connection: Connection, kept: Kept, cuts: Cuts) -> int:
    """How many rows of a class would go, with what goes of the classes before it."""
    before = cuts[kept]
    match kept:
        case Kept.POLLS:
            return count_polls(connection, before)
        case Kept.READINGS | Kept.ROLLUPS:
            return sum(
                _how_many(connection, table, table.c[column] == id, _older(connection, table, column, id, before))
                for table, column, ids in _figures(connection, kept)
                for id in ids
            )
        case Kept.PEOPLE:
            people = sum(_how_many(connection, db.person, which) for which in _people(connection, before))
            return people + sum(_how_many(connection, db.visit, which) for which in _visits(connection, before))
        case Kept.LETTERS:
            going = select(told.message.c.id).where(_message_goes(told.message, before))
            return sum(_how_many(connection, table, column.in_(going)) for table, column in _LETTERS)
        case _:
            return sum(_how_many(connection, table, which) for table, _, which in _rows_of(kept, cuts))


def safe_before(connection: Connection, before: int) -> int:
    """The moment before which figures may go, if not that: what waits to be rolled up must not go before it is."""
    rolled_until: int = connection.execute(select(db.version.c.rolled_until)).scalar_one()
    waits: int | None = connection.execute(select(func.min(db.touched.c.from_at))).scalar()
    first = min(rolled_until, rolled_until if waits is None else waits)
    return min(before, rollups.day_start(first) - _DAY) if first > 0 else 0


# --- Figures ----------------------------------------------------------------------------


def _figures(connection: Connection, kept: Kept) -> Iterator[tuple[Table, str, list[int]]]:
    series = list(connection.execute(select(db.series.c.id).order_by(db.series.c.id)).scalars())
    if kept is Kept.ROLLUPS:
        yield db.rollup, "series", series
        return
    yield db.reading, "series", series
    yield db.sighting, "source", list(connection.execute(select(db.source.c.id).order_by(db.source.c.id)).scalars())


def _older(connection: Connection, table: Table, column: str, id: int, before: int) -> ColumnElement[bool]:
    """Of a series: its rows that nobody sees who asks for a moment from ``before`` on, with the knowledge of then or later."""
    if table is db.rollup:
        return table.c.start_at < before
    last = select(func.max(table.c.observed_at)).where(
        table.c[column] == id, table.c.observed_at < before, table.c.received_at < before
    )
    return table.c.observed_at < (connection.execute(last).scalar() or 0)


def _figures_some(connection: Connection, *, table: Table, column: str, left: list[int], before: int) -> int:
    """Delete some of the oldest rows of the series that are left; those that are done are left no more."""
    gone = 0
    while left and gone < _FIGURES_AT_ONCE:
        rows = _figures_of(connection, table, column, left[0], before)
        gone += rows
        if rows < _FIGURES_AT_ONCE:
            left.pop(0)
    return gone


def _figures_of(connection: Connection, table: Table, column: str, id: int, before: int) -> int:
    """Delete some of the oldest rows of a series, by a span of its index."""
    older = and_(table.c[column] == id, _older(connection, table, column, id, before))
    at = table.c.start_at if table is db.rollup else table.c.observed_at
    last = connection.execute(select(at).where(older).order_by(at).offset(_FIGURES_AT_ONCE - 1).limit(1)).scalar()
    whole = older if last is None else and_(older, at <= last)
    return connection.execute(delete(table).where(whole)).rowcount


# --- People -----------------------------------------------------------------------------


def _people(connection: Connection, before: int) -> Iterator[ColumnElement[bool]]:
    """By list, so that its index finds them: rows of those who have been on no list of the kind since a moment."""
    row, later = db.person.c, db.person.alias()
    since = or_(later.c.left_at.is_(None), later.c.left_at >= before, later.c.known_to >= before)
    returned = exists().where(later.c.people == row.people, later.c.ref == row.ref, since)
    lists = select(db.people_list.c.people, db.people_list.c.place).distinct()
    for people, place in connection.execute(lists).all():
        yield and_(
            row.people == people,
            row.place == place,
            row.left_at < before,
            row.known_to < before,
            ~returned,
            _not_newest(db.person),
        )


def _visits(connection: Connection, before: int) -> Iterator[ColumnElement[bool]]:
    """By roster: visits that were planned for before a moment, however often they were told of."""
    row = db.visit.c
    for roster in connection.execute(select(db.roster.c.id)).scalars().all():
        yield and_(row.roster == roster, row.planned_start < before, _not_newest(db.visit))


# --- What was decided, told and done ----------------------------------------------------


def _message_goes(message: Any, before: int | None) -> ColumnElement[bool]:
    """A message goes with all that stood in for one another, once the last of them has ended, and what it told of is over.

    By what was told of an alert that stands it is known whom to tell no second time, and who hears that it is over.
    """
    if before is None:
        return false()
    row, other = message.c, told.message.alias()
    first = func.coalesce(row.first, row.id)
    lately = or_(other.c.ended_at.is_(None), other.c.ended_at >= before)
    # In two, each by an index.
    beside = exists().where(other.c.first == first, lately)
    itself = exists().where(other.c.id == first, lately)
    newest = select(func.max(told.message.c.id)).correlate(None).scalar_subquery()
    chain = select(func.coalesce(other.c.first, other.c.id)).where(other.c.id == newest).scalar_subquery()
    return and_(row.ended_at < before, ~beside, ~itself, first != chain, *(~each for each in _open(first, before)))


def _open(first: ColumnElement[Any], before: int) -> Iterator[ColumnElement[bool]]:
    """What a message told of, and those that stood in for it: an alert, an action or a huddle that was not over by a moment."""
    for table, ended in ((told.alert, "cleared_at"), (acts.action, "ended_at"), (acts.huddle, "closed_at")):
        of, telling, message = table.alias(), told.telling.alias(), told.message.alias()
        there = and_(of.c.id == telling.c[table.name], or_(of.c[ended].is_(None), of.c[ended] >= before))
        yield exists().where(telling.c.message == first, there)
        yield exists().where(message.c.first == first, telling.c.message == message.c.id, there)


def _letters_some(connection: Connection, *, before: int) -> int:
    """Delete some messages, those that stood in for one another together, with what was tried and whom they told of what."""
    row = told.message.c
    firsts = select(func.coalesce(row.first, row.id)).where(_message_goes(told.message, before)).distinct()
    chosen = list(connection.execute(firsts.limit(AT_ONCE)).scalars())
    going = list(connection.execute(select(row.id).where(or_(row.id.in_(chosen), row.first.in_(chosen)))).scalars())
    gone = 0
    for table, column in _LETTERS:
        gone += connection.execute(delete(table).where(column.in_(going))).rowcount if going else 0
    return gone


def _still_told(column: ColumnElement[Any], of: ColumnElement[Any], cuts: Cuts) -> ColumnElement[bool]:
    """Is something still told of one of these: by a message that stays, or that is still to be written?"""
    telling, message = told.telling.alias(), told.message.alias()
    goes = exists().where(message.c.id == telling.c.message, _message_goes(message, cuts.get(Kept.LETTERS)))
    return exists().where(telling.c[column.name] == of, ~goes)


def _action_goes(action: Any, cuts: Cuts) -> ColumnElement[bool]:
    if Kept.ACTIONS not in cuts:
        return false()
    ended = action.c.ended_at < cuts[Kept.ACTIONS]
    return and_(ended, ~_still_told(told.telling.c.action, action.c.id, cuts), _not_newest(acts.action, action))


def _no_action(column: ColumnElement[Any], of: ColumnElement[Any], cuts: Cuts) -> ColumnElement[bool]:
    action = acts.action.alias()
    return ~exists().where(action.c[column.name] == of, ~_action_goes(action, cuts))


def _huddle_goes(cuts: Cuts) -> ColumnElement[bool]:
    row = acts.huddle.c
    return and_(
        row.closed_at < cuts[Kept.MINUTES],
        ~_still_told(told.telling.c.huddle, row.id, cuts),
        _no_action(acts.action.c.huddle, row.id, cuts),
        _not_newest(acts.huddle),
    )


def _alert_goes(cuts: Cuts) -> ColumnElement[bool]:
    row = told.alert.c
    return and_(
        row.cleared_at < cuts[Kept.ALERTS],
        ~_still_told(told.telling.c.alert, row.id, cuts),
        _no_action(acts.action.c.alert, row.id, cuts),
        ~exists().where(told.alert_standing.c.alert == row.id),
        _not_newest(told.alert),
    )


def _rows_of(kept: Kept, cuts: Cuts) -> Iterator[tuple[Table, str, ColumnElement[bool]]]:
    """The tables of a class, those that refer to others first: the key by which rows are chosen, and which go."""
    before = cuts[kept]
    match kept:
        case Kept.TYPED:
            yield db.typed, "id", _typed_goes(before, cuts.get(Kept.READINGS, 0))
        case Kept.ACTIONS:
            going = select(acts.action.c.id).where(_action_goes(acts.action, cuts))
            yield acts.action_note, "id", acts.action_note.c.action.in_(going)
            yield acts.action, "id", _action_goes(acts.action, cuts)
        case Kept.MINUTES:
            going = select(acts.huddle.c.id).where(_huddle_goes(cuts))
            yield acts.minute, "id", acts.minute.c.huddle.in_(going)
            yield acts.sitrep, "huddle", acts.sitrep.c.huddle.in_(going)
            yield acts.huddle, "id", _huddle_goes(cuts)
            yield acts.declaration, "id", _declaration_goes(before)
        case Kept.ALERTS:
            row = told.alert_transition.c
            going = select(told.alert.c.id).where(_alert_goes(cuts))
            yield told.alert_transition, "id", or_(row.alert.in_(going), and_(row.alert.is_(None), row.at < before))
            yield told.alert, "id", _alert_goes(cuts)
            yield told.alert_silence, "id", and_(told.alert_silence.c.ends_at < before, _not_newest(told.alert_silence))
        case Kept.SESSIONS:
            session = access_tables.session
            last = func.coalesce(session.c.ended_at, session.c.active_at)
            yield session, "token_hash", last < before


def _typed_goes(before: int, readings: int) -> ColumnElement[bool]:
    """Who typed something in stays known as long as the figure: without it, it would pass for a feed's own."""
    row, seen, later = db.typed.c, db.sighting.alias(), db.sighting.alias()
    newer = exists().where(
        later.c.source == seen.c.source,
        later.c.observed_at > seen.c.observed_at,
        later.c.observed_at < readings,
        later.c.received_at < readings,
    )
    stays = exists().where(
        db.source.c.feed == row.feed,
        db.source.c.place == row.place,
        seen.c.source == db.source.c.id,
        seen.c.observed_at == row.observed_at,
        ~newer,
    )
    return and_(row.observed_at < before, ~stays)


def _declaration_goes(before: int) -> ColumnElement[bool]:
    """A declaration goes, but for the last of a place that was made by then: it says what held since."""
    row, later = acts.declaration.c, acts.declaration.alias()
    newer = exists().where(
        later.c.place == row.place,
        or_(later.c.declared_at > row.declared_at, and_(later.c.declared_at == row.declared_at, later.c.id > row.id)),
        later.c.declared_at < before,
    )
    return and_(row.declared_at < before, row.holds_until < before, newer)


def _not_newest(table: Table, of: Any = None) -> ColumnElement[bool]:
    highest = select(func.max(table.alias().c.id)).correlate(None).scalar_subquery()
    column: ColumnElement[bool] = (table if of is None else of).c.id < highest
    return column


def _some(connection: Connection, *, table: Table, key: str, which: ColumnElement[bool]) -> int:
    """Delete some of the rows of a table."""
    column = table.c[key]
    chosen = list(connection.execute(select(column).where(which).limit(AT_ONCE)).scalars())
    return connection.execute(delete(table).where(column.in_(chosen))).rowcount if chosen else 0


def _how_many(connection: Connection, table: Table, *which: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(table).where(*which)).scalar_one()
