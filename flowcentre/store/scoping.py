"""Which rows of people somebody may see: the condition that stands in each question, and the database's own on PostgreSQL.

There each question of a scoped reader is asked as ``ROLE``, a role that may read the three tables and nothing else, and row-level
security gives it the rows of the settings below alone: a question whose condition was forgotten gives no other rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select
from sqlalchemy.exc import DBAPIError

from flowcentre.model import RowScope
from flowcentre.store import schema as db
from flowcentre.store.answers import NotScoped

ROLE = "flowcentre_scoped"
REFERRALS = "referrals"  # the list whose refs visits name as their packages
DELAYS = "delays"  # the hospitals' lists, on which somebody stands who waits there for care
CONTRACTS = "contracts"  # the one list on which nobody stands: it is what is bought
_BETWEEN = "\x1f"  # no id holds it
_NOT_LET = {"22023", "42501", "42704"}  # no such role, not a member of it, no right to read

_person, _visit, _roster = db.person.c, db.visit.c, db.roster.c
Condition = tuple[ColumnElement[bool], ...]


def of_people(scope: RowScope | None) -> Condition:
    """The condition for rows of lists; none without a scope, and where it is everywhere."""
    if scope is None or scope.everywhere:
        return ()
    # The empty text keeps SQLite from looking a list up by this, in place of by the list's own index.
    place = _person.place.concat("")
    theirs = [
        place.in_(sorted(scope.places)),
        _person.locality.in_(sorted(scope.localities)),
        _person.people == CONTRACTS,
    ]
    if scope.places:  # a referral of somebody who lies there now
        theirs.append(and_(_person.people == REFERRALS, _person.about.in_(_lying_in(scope))))
    return (or_(*theirs),)


def _lying_in(scope: RowScope) -> Select[Any]:
    """The refs of those who stand on the hospitals' lists of a scope's places now."""
    there = db.person.alias("there").c
    return select(there.ref).where(
        there.people == DELAYS, there.place.in_(sorted(scope.places)), there.left_at.is_(None)
    )


def of_visits(scope: RowScope | None) -> Condition:
    """The condition for visits: those of a service of the scope, and those to a package of a referral in it."""
    if scope is None or scope.everywhere:
        return ()
    theirs = select(_roster.id).where(_roster.place.in_(sorted(scope.places)))
    package = exists().where(_person.people == REFERRALS, _person.ref == _visit.package, *of_people(scope))
    return (or_(_visit.roster.in_(theirs), package),)


@contextmanager
def asked_as(connection: Connection, scope: RowScope) -> Iterator[Connection]:
    """Let what is asked within, until the transaction's end, be narrowed by the database too, where it can be.

    Raises NotScoped where that was not set up: then nothing is given.
    """
    if connection.dialect.name != "postgresql":
        yield connection
        return
    settings = {
        "flowcentre.everywhere": "yes" if scope.everywhere else "no",
        "flowcentre.places": _BETWEEN.join(sorted(scope.places)),
        "flowcentre.localities": _BETWEEN.join(sorted(scope.localities)),
        "role": ROLE,
    }
    try:
        connection.execute(select(*(func.set_config(name, value, True) for name, value in settings.items())))
        if scope.places and not scope.everywhere:
            # A policy cannot ask its own table: who lies there is asked before, as whoever the policy narrows.
            lying = connection.execute(_lying_in(scope)).scalars()
            connection.execute(select(func.set_config("flowcentre.lying", _BETWEEN.join(lying), True)))
        if not connection.execute(select(func.row_security_active("person"))).scalar_one():
            raise NotScoped(f"row-level security is off for {ROLE}: nobody's rows are given. See docs/scope.md.")
        yield connection
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in _NOT_LET:
            raise NotScoped(
                f"this database does not let Flow Centre read as {ROLE}, so nobody's rows are given. "
                "Its administrator makes that role once: docs/scope.md says how."
            ) from None
        raise
