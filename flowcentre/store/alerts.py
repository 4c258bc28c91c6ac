"""What is decided of alerts, kept whole: how rules stand, what happened, which alerts began or ended, and who is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from flowcentre.model import MessageState, Rule, Standing, Telling, TellingKind, Transition
from flowcentre.model.alerts import AlertState, Phase, What
from flowcentre.store import actions, silences, standings
from flowcentre.store import alert_tables as db
from flowcentre.store.answers import UNNUMBERED, Decided, Ended, Stood
from flowcentre.store.moments import maybe_to_ms, to_ms
from flowcentre.store.writing import insert_new

_ENDS = (What.CLEARED, What.CLOSED)
_Key = tuple[str, str]  # rule and subject
_ENDED_LATELY = timedelta(days=2)
_sent = db.message.alias()
_noted = select(func.count()).where(db.attempt.c.message == _sent.c.id).correlate(_sent).scalar_subquery()
# What was withdrawn before it was sent was not told: who never heard of an alert need not hear of its end. But what stood in for
# it may have gone out, and so may it where a sender took it and never said what became of it.
_went_out = or_(
    func.coalesce(db.message.c.state, "") != MessageState.WITHDRAWN,
    select(_sent.c.id)
    .where(
        or_(_sent.c.id == db.message.c.id, _sent.c.first == db.message.c.id),
        or_(_sent.c.state == MessageState.DELIVERED, _sent.c.attempts > _noted + 1),
    )
    .correlate(db.message)
    .exists(),
)


def take_turn(connection: Connection) -> None:
    """Wait until nobody else decides, and keep the others waiting until this transaction ends.

    On SQLite whoever writes is alone anyway.
    """
    connection.execute(select(db.alerting.c.one).with_for_update()).one()


def read_stood(connection: Connection, at: datetime) -> Stood:
    """How all stands; read once the turn is taken, so that nothing of it moves any more."""
    told = connection.execute(
        select(db.telling.c.key)
        .join(db.alert, db.alert.c.id == db.telling.c.alert)
        .outerjoin(db.message, db.message.c.id == db.telling.c.message)
        .where(db.alert.c.cleared_at.is_(None), _went_out)
    )
    return Stood(
        {(standing.rule, standing.subject): standing for standing in standings.read(connection)},
        tuple(silences.read(connection, at)),
        frozenset(told.scalars()),
        tuple(actions.read_open(connection)),
        tuple(_read_ended(connection, at)),
    )


def _read_ended(connection: Connection, at: datetime) -> Iterator[Ended]:
    """The alerts that ended within two days (no silence is longer than one), and of whose end nobody was told."""
    alert, telling, happened = db.alert.c, db.telling.c, db.alert_transition.c
    of = db.telling.alias()
    of_it = select(of.c.id).where(of.c.alert == alert.id)
    over = select(happened.id).where(happened.alert == alert.id, happened.what.in_(_ENDS))
    found = connection.execute(
        select(alert.id, alert.rule, alert.subject, telling.key)
        .join(db.telling, telling.alert == alert.id)
        .outerjoin(db.message, db.message.c.id == telling.message)
        .where(
            alert.cleared_at >= to_ms(at - _ENDED_LATELY),
            of_it.where(of.c.kind.in_((TellingKind.RAISED, TellingKind.ESCALATED))).exists(),
            ~of_it.where(of.c.kind == TellingKind.CLEARED).exists(),
            over.exists(),
            _went_out,
        )
        .order_by(alert.id, telling.id)
    )
    for (id, rule, subject), rows in groupby(found, key=lambda row: (row.id, row.rule, row.subject)):
        yield Ended(id, rule, subject, tuple(row.key for row in rows))


def keep(connection: Connection, stood: Stood, decided: Decided, rules: Mapping[str, Rule]) -> Decided:
    """Write what was decided. The same with the numbers of the alerts that begin, and without what was told before."""
    _end(connection, stood, [each for each in decided.transitions if each.what in _ENDS and each.alert is not None])
    numbers = _begin(connection, decided.transitions, rules)
    transitions = _number_transitions(decided.transitions, numbers)
    changed = [
        replace(standing, alert=numbers.get((standing.rule, standing.subject)))
        if standing.open and standing.alert is None
        else standing
        for standing in decided.standings
    ]
    _check_none_vanishes(stood, changed, transitions)
    standings.write(connection, changed)
    write_transitions(connection, transitions)
    _number_what_led_to_it(connection, changed, numbers)
    tellings = write_tellings(connection, decided.tellings, numbers)
    actions.chase(connection, decided.chased)
    return Decided(changed, transitions, tellings, decided.chased)


def acknowledge(connection: Connection, alert: int, by: str, at: datetime, words: str) -> bool:
    """Note who has taken an alert on; False where it is over, or taken on already."""
    by = silences.said(by, "somebody acknowledges an alert: say who")
    standing = standings.read_of_alert(connection, alert)
    if standing is None or standing.acknowledged_at is not None:
        return False
    standing = replace(standing, acknowledged_at=at, acknowledged_by=by)
    standings.write(connection, [standing])
    write_transitions(connection, [_by_a_person(standing, What.ACKNOWLEDGED, standing.state, by, at, words.strip())])
    return True


def close(connection: Connection, alert: int, by: str, at: datetime, words: str) -> bool:
    """End an alert that is blind; False for any other."""
    by = silences.said(by, "somebody closes an alert: say who")
    words = silences.said(words, "to close an alert needs a reason")
    standing = standings.read_of_alert(connection, alert)
    if standing is None or standing.state is not AlertState.BLIND:
        return False
    closed = _by_a_person(standing, What.CLOSED, AlertState.CLEAR, by, at, words)
    _end(connection, Stood({(standing.rule, standing.subject): standing}), [closed])
    # When it was raised stays: an alert that people close again and again flaps all the same.
    clear = Standing(standing.rule, standing.subject, Phase.CLEAR, at, raises=standing.raises)
    seen = {name: getattr(standing, name) for name in ("value", "at_least", "observed_at", "edition", "looked_at")}
    standings.write(connection, [replace(clear, **seen)])
    write_transitions(connection, [closed])
    return True


def _by_a_person(standing: Standing, what: What, state: AlertState, by: str, at: datetime, words: str) -> Transition:
    seen: dict[str, Any] = {name: getattr(standing, name) for name in ("alert", "value", "at_least", "observed_at")}
    return Transition(standing.rule, standing.subject, what, at, state, words=words, by=by, **seen)


def write_transitions(connection: Connection, transitions: Sequence[Transition]) -> None:
    """Write what happened, in its order."""
    if transitions:
        connection.execute(
            insert(db.alert_transition),
            [
                {
                    "rule": each.rule,
                    "subject": each.subject,
                    "what": each.what,
                    "at": to_ms(each.at),
                    "state": each.state,
                    "alert": each.alert,
                    "value": each.value,
                    "at_least": each.at_least,
                    "observed_at": maybe_to_ms(each.observed_at),
                    "words": each.words,
                    "by": each.by,
                }
                for each in transitions
            ],
        )


def _begin(connection: Connection, transitions: Iterable[Transition], rules: Mapping[str, Rule]) -> dict[_Key, int]:
    """Number the alerts that begin. At one rule and subject one can be open: the database refuses a second."""
    raised = [each for each in transitions if each.what is What.RAISED and each.alert is None]
    if not raised:
        return {}
    rows = [
        {
            "rule": each.rule,
            "subject": each.subject,
            "title": rules[each.rule].title,
            "severity": rules[each.rule].severity,
            "limit": rules[each.rule].raise_at,
            "raised_at": to_ms(each.at),
        }
        for each in raised
    ]
    made = connection.execute(
        insert(db.alert).returning(db.alert.c.rule, db.alert.c.subject, db.alert.c.id, sort_by_parameter_order=True),
        rows,
    )
    return {(rule, subject): number for rule, subject, number in made}


def _end(connection: Connection, stood: Stood, ends: Sequence[Transition]) -> None:
    """Keep with each alert that ends how it stood, for its standing goes on to other things."""
    rows = []
    for each in ends:
        before = stood.standings.get((each.rule, each.subject), Standing(each.rule, each.subject))
        last = before if each.value is None else each
        rows.append(
            {
                "one": each.alert,
                "cleared_at": to_ms(each.at),
                "value": last.value,
                "at_least": last.at_least,
                "observed_at": maybe_to_ms(last.observed_at),
                "worst": before.worst,
                "blind_since": maybe_to_ms(before.blind_since) if each.what is What.CLOSED else None,
                "blind_why": before.blind_why if each.what is What.CLOSED else "",
                "acknowledged_at": maybe_to_ms(before.acknowledged_at),
                "acknowledged_by": before.acknowledged_by,
                "on_trial": before.on_trial,
            }
        )
    if rows:
        values: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "one"}
        connection.execute(update(db.alert).where(db.alert.c.id == bindparam("one")).values(values), rows)


def _check_none_vanishes(stood: Stood, changed: Iterable[Standing], transitions: Iterable[Transition]) -> None:
    """See that an alert ends where it is said to end, and nowhere else: none is let go of in silence."""
    ended = {each.alert for each in transitions if each.what in _ENDS}
    after = {**stood.standings, **{(each.rule, each.subject): each for each in changed}}
    stands = {each.alert for each in after.values() if each.open}
    stood_before = {each.alert for each in stood.standings.values() if each.open}
    begun = {each.alert for each in transitions if each.what is What.RAISED}
    if stands != (stood_before | begun) - ended:
        raise ValueError("an alert stands that has ended or never began, or has gone without an end")


def _number_transitions(transitions: Iterable[Transition], numbers: Mapping[_Key, int]) -> list[Transition]:
    numbered: list[Transition] = []
    begun: set[_Key] = set()
    for each in transitions:
        key = (each.rule, each.subject)
        if each.what is What.RAISED:
            begun.add(key)
        numbered.append(replace(each, alert=numbers.get(key)) if each.alert is None and key in begun else each)
    return numbered


def _number_what_led_to_it(connection: Connection, changed: Iterable[Standing], numbers: Mapping[_Key, int]) -> None:
    """Give the number of an alert to what happened since it was first in breach, so that its story begins there."""
    row = db.alert_transition.c
    rows = [
        {"of_rule": each.rule, "of_subject": each.subject, "number": number, "begin": to_ms(each.breach_since)}
        for each in changed
        if each.breach_since is not None and (number := numbers.get((each.rule, each.subject))) is not None
    ]
    if rows:
        connection.execute(
            update(db.alert_transition)
            .where(
                row.rule == bindparam("of_rule"),
                row.subject == bindparam("of_subject"),
                row.at >= bindparam("begin"),
                row.alert.is_(None),
            )
            .values(alert=bindparam("number")),
            rows,
        )


def write_tellings(connection: Connection, tellings: Iterable[Telling], numbers: Mapping[_Key, int]) -> list[Telling]:
    """Write who is told what. Those that were kept: not those that were decided before."""
    numbered: dict[str, Telling] = {}
    for each in tellings:
        number = numbers.get((each.rule, each.subject)) if each.alert is None else None
        if number is not None:
            key = each.key.replace(UNNUMBERED, f"alert {number}/", 1) if each.key.startswith(UNNUMBERED) else each.key
            each = replace(each, key=key, alert=number)
        numbered.setdefault(each.key, each)
    if not numbered:
        return []
    rows = [
        {
            "key": each.key,
            "lead": each.lead,
            "kind": each.kind,
            "severity": each.severity,
            "decided_at": to_ms(each.decided_at),
            "alert": each.alert,
            "rule": each.rule,
            "subject": each.subject,
            "step": each.step,
            "action": each.action,
            "huddle": each.huddle,
        }
        for each in numbered.values()
    ]
    new = set(connection.execute(insert_new(connection, db.telling).returning(db.telling.c.key), rows).scalars())
    return [each for key, each in numbered.items() if key in new]
