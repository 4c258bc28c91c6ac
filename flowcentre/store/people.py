"""Lists of people as intervals: a row stands from the list that first had it until the first without it.

Lists of one place are taken in the order of their moments only, so that "as it was known then" is exact:
of the lists that speak of a moment and were known by then, the newest counts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import fields
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter, itemgetter
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import orjson
from sqlalchemy import ColumnElement, Connection, bindparam, insert, select, union_all, update

from flowcentre.model import CareContract, CareReferral, DelayedDischarge, Interval, Listed, PeopleList, RowScope
from flowcentre.store import schema as db
from flowcentre.store.answers import Standing
from flowcentre.store.batches import some_at_once
from flowcentre.store.memory import FeedMemory, Row
from flowcentre.store.moments import Moments, from_ms, maybe_from_ms, to_ms
from flowcentre.store.scoping import of_people
from flowcentre.store.writing import upsert

_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(Listed)}
_KEPT = {kind: tuple(each.name for each in fields(kind) if each.name != "ref") for kind in _KINDS.values()}
_VALUES = {kind: attrgetter(*names) for kind, names in _KEPT.items()}


def _reader(hint: Any) -> Callable[[Any], Any] | None:
    """What makes a field of its text; None where the text is the value."""
    if get_origin(hint) in (Union, UnionType):
        hint = next(each for each in get_args(hint) if each is not type(None))
    if hint in (datetime, date):
        return hint.fromisoformat  # type: ignore[no-any-return]
    return hint if issubclass(hint, StrEnum) else None


_READERS = {
    name: {field: read for field, hint in get_type_hints(kind).items() if (read := _reader(hint)) is not None}
    for name, kind in _KINDS.items()
}


# What is asked of each list that comes, made once.
_list, _person = db.people_list.c, db.person.c
_NEWEST_LIST = select(_list.observed_at).where(
    _list.feed == bindparam("feed"), _list.people == bindparam("people"), _list.place == bindparam("place")
)
_CLOSE = (
    update(db.person)
    .where(_person.id == bindparam("one"))
    .values(left_at=bindparam("at"), known_to=bindparam("learnt"))
)
_OPEN = insert(db.person).returning(_person.id, _person.ref)


def pack(person: Listed) -> bytes:
    """A person's row as text, without the ref, which has a column of its own."""
    kind = type(person)
    row: dict[str, Any] = {"kind": kind.__name__}
    for name, value in zip(_KEPT[kind], _VALUES[kind](person), strict=True):
        if value is not None:
            row[name] = value
    return orjson.dumps(row)


@lru_cache(maxsize=4096)  # one list after the other is read, and most rows of two are the same
def unpack(ref: str, packed: bytes) -> Listed:
    """The person of a row, just as it was packed."""
    row = orjson.loads(packed)
    name = row.pop("kind")
    readers = _READERS[name]
    for field in row.keys() & readers.keys():
        row[field] = readers[field](row[field])
    person: Listed = _KINDS[name](ref=ref, **row)
    return person


def locality_of(person: Listed) -> str | None:
    """The id of the locality, or of the council, whose person it is: where they live, or where the care is wanted."""
    match person:
        case DelayedDischarge():
            return person.residence
        case CareReferral() | CareContract():
            return person.place
        case _:
            return None


def about(person: Listed) -> str | None:
    """Of a referral, the ref by which the hospitals' lists know whose it is."""
    return person.person if isinstance(person, CareReferral) else None


def record_lists(
    connection: Connection, memory: FeedMemory, lists: Iterable[PeopleList], received_at: int
) -> tuple[int, int]:
    """Take in lists of people. How many persons were accepted, and how many were duplicate."""
    accepted = duplicate = 0
    for whole in sorted(lists, key=lambda each: each.observed_at):
        moment = to_ms(whole.observed_at)
        named = {"feed": memory.feed, "people": whole.people, "place": whole.place}
        before = connection.execute(_NEWEST_LIST, named).scalar()
        if before is not None and moment <= before:
            duplicate += len(whole.persons)
            continue
        persons = {person.ref: person for person in whole.persons}
        accepted += len(persons)
        duplicate += len(whole.persons) - len(persons)
        _exchange(connection, memory, whole, persons, received_at)
        if memory.observed_at is None or moment > memory.observed_at:
            memory.observed_at = moment
    return accepted, duplicate


def _exchange(
    connection: Connection, memory: FeedMemory, whole: PeopleList, persons: dict[str, Listed], received_at: int
) -> None:
    """Close the rows that are gone or changed, and open the new ones."""
    moment = to_ms(whole.observed_at)
    here = _here(connection, memory, whole.people, whole.place)
    rows = {ref: pack(person) for ref, person in persons.items()}
    closed = [
        {"one": id, "at": moment, "learnt": received_at} for ref, (id, row) in here.items() if rows.get(ref) != row
    ]
    opened = {ref: row for ref, row in rows.items() if ref not in here or here[ref][1] != row}
    if closed:
        connection.execute(_CLOSE, closed)
    named = {"feed": memory.feed, "people": whole.people, "place": whole.place}
    if opened:
        interval = named | {"observed_at": moment, "known_from": received_at}
        new: list[dict[str, Any]] = [
            interval | {"ref": ref, "row": row, "locality": locality_of(persons[ref]), "about": about(persons[ref])}
            for ref, row in opened.items()
        ]
        made = connection.execute(_OPEN, new)
        ids = {ref: id for id, ref in made}
        here.update({ref: (ids[ref], row) for ref, row in opened.items()})
    for gone in here.keys() - rows.keys():
        del here[gone]
    connection.execute(upsert(connection, db.people_list), named | {"observed_at": moment})


def _here(connection: Connection, memory: FeedMemory, people: str, place: str) -> dict[str, Row]:
    """The rows that stand open, by ref."""
    if (people, place) not in memory.here:
        found = connection.execute(
            select(db.person.c.ref, db.person.c.id, db.person.c.row).where(
                db.person.c.feed == memory.feed,
                db.person.c.people == people,
                db.person.c.place == place,
                db.person.c.left_at.is_(None),
            )
        )
        memory.here[people, place] = {ref: (id, row) for ref, id, row in found}
    return memory.here[people, place]


def read_standing(connection: Connection, people: str, refs: Collection[str], besides: str) -> list[Standing]:
    """The rows of some people that stand open on the lists of a kind, of every place but one."""
    row, newest = db.person.c, db.people_list.c
    asked = (
        select(row.id, row.ref, row.row, row.feed, newest.observed_at)
        .join_from(
            db.person,
            db.people_list,
            (newest.feed == row.feed) & (newest.people == row.people) & (newest.place == row.place),
        )
        .where(row.people == people, row.place != besides, row.left_at.is_(None))
    )
    found = sorted(
        (tuple(each) for some in some_at_once(refs) for each in connection.execute(asked.where(row.ref.in_(some)))),
        key=itemgetter(0),
    )
    return [Standing(unpack(ref, packed), feed, from_ms(listed_at)) for _, ref, packed, feed, listed_at in found]


def read_intervals(
    connection: Connection, people: str, ref: str, known_at: int | None, scope: RowScope | None = None
) -> list[Interval]:
    """Everything that the lists of a kind ever said of one person, oldest first; as known at a moment, or all of it."""
    row = db.person.c
    known = [row.known_from <= known_at] if known_at is not None else []
    found = connection.execute(
        select(row.row, row.observed_at, row.left_at, row.known_from, row.known_to)
        .where(row.people == people, row.ref == ref, *known, *of_people(scope))
        .order_by(row.observed_at, row.id)
    )

    def later(moment: int | None, learnt: int | None) -> int | None:
        return None if known_at is not None and learnt is not None and learnt > known_at else moment

    return [
        Interval(
            unpack(ref, packed),
            from_ms(observed),
            maybe_from_ms(later(left, known_to)),
            from_ms(known_from),
            maybe_from_ms(later(known_to, known_to)),
        )
        for packed, observed, left, known_from, known_to in found
    ]


def read_seen(
    connection: Connection, people: str, refs: Collection[str], known_at: int | None, scope: RowScope
) -> set[str]:
    """Which of some people a scope has any row of on the lists of a kind, as known at a moment, or ever."""
    row = db.person.c
    known = [row.known_from <= known_at] if known_at is not None else []
    asked = select(row.ref).distinct().where(row.people == people, *known, *of_people(scope))
    return {ref for some in some_at_once(refs) for (ref,) in connection.execute(asked.where(row.ref.in_(some)))}


def read_departures(
    connection: Connection, people: str, refs: Collection[str], known_at: int | None
) -> dict[str, datetime]:
    """When those of some people who stood on the lists of a kind, and stand on none of them any more, were last there."""
    row = db.person.c
    known = [row.known_from <= known_at] if known_at is not None else []
    asked = select(row.ref, row.left_at, row.known_to).where(row.people == people, *known)
    last: dict[str, int | None] = {}
    for some in some_at_once(refs):
        for ref, left, learnt in connection.execute(asked.where(row.ref.in_(some))):
            stays = left is None or (known_at is not None and learnt is not None and learnt > known_at)
            before = last.get(ref, 0)
            last[ref] = None if stays or before is None else max(before, left)
    return {ref: from_ms(left) for ref, left in last.items() if left is not None}


def read_people(
    connection: Connection, people: str, place: str, at: int, known_at: int | None, scope: RowScope | None = None
) -> list[Listed]:
    """Who was on a list at a moment, by order of arrival in it."""
    asked = _on_a_list(people, place, at, known_at, scope, db.person.c.row)
    return [unpack(ref, packed) for _, ref, packed in connection.execute(asked)]


def read_since(
    connection: Connection, people: str, place: str, at: int, known_at: int | None, scope: RowScope | None = None
) -> dict[str, datetime]:
    """By ref, since which list each of those has stood on it without a change."""
    asked = _on_a_list(people, place, at, known_at, scope, db.person.c.observed_at)
    moments = Moments()
    return {ref: moments[since] for _, ref, since in connection.execute(asked)}


def _on_a_list(
    people: str, place: str, at: int, known_at: int | None, scope: RowScope | None, told: ColumnElement[Any]
) -> Any:
    """What is told of those who were on a list at a moment, by order of arrival in it.

    Asked for in parts, each by an index: were all of it one condition, SQLite would look through everybody who ever
    was on the list.
    """
    row = db.person.c
    had_come = [row.people == people, row.place == place, row.observed_at <= at, *of_people(scope)]
    had_not_left: list[list[ColumnElement[bool]]] = [[row.left_at.is_(None)], [row.left_at > at]]
    if known_at is not None:
        had_come.append(row.known_from <= known_at)
        # Who had left, and nobody knew it yet. The sum keeps SQLite from the index of left_at, in which these are years.
        had_not_left.append([row.known_to > known_at, row.left_at + 0 <= at])
    asked = select(row.id, row.ref, told)
    return union_all(*(asked.where(*had_come, *part) for part in had_not_left)).order_by("id")
