"""A rule, and short ways to raise and end its alerts in a store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import event

from flowcentre.model import (
    Alert,
    AlertState,
    Message,
    Phase,
    Rule,
    RuleKind,
    Severity,
    Standing,
    Telling,
    TellingKind,
    Transition,
    What,
)
from flowcentre.store import UNNUMBERED, Decided, NewMessage, Stood, Store

MINUTE = timedelta(minutes=1)
CROWDED = Rule(
    "crowded",
    "A&E crowded",
    RuleKind.LEVEL,
    Severity.CRITICAL,
    routes=("site",),
    action_card="crowded",
    measure="ae_patients",
    places=("northgate", "southgate"),
    raise_at=95,
    stand_down_at=85,
)
LONG_WAITS = replace(CROWDED, id="long-waits", title="Long waits", severity=Severity.WARNING, raise_at=12)
RULES = {rule.id: rule for rule in (CROWDED, LONG_WAITS)}


def raised(
    subject: str, at: datetime, *, rule: Rule = CROWDED, value: float = 96, leads: Sequence[str] = ("site-manager",)
) -> Decided:
    """That an alert begins, which was pending for ten minutes, and whom that is told."""
    return Decided(
        [Standing(rule.id, subject, Phase.RAISED, at, at - 10 * MINUTE, raised_at=at, value=value, worst=value)],
        [Transition(rule.id, subject, What.RAISED, at, AlertState.RAISED, value=value)],
        [
            Telling(f"{UNNUMBERED}raised/0/{lead}", lead, TellingKind.RAISED, rule.severity, at, None, rule.id, subject)
            for lead in leads
        ],
    )


def cleared(standing: Standing, at: datetime, value: float = 80) -> Decided:
    """That an alert ends, and nobody is told."""
    return Decided(
        [Standing(standing.rule, standing.subject, Phase.CLEAR, at, value=value)],
        [Transition(standing.rule, standing.subject, What.CLEARED, at, AlertState.CLEAR, standing.alert, value)],
    )


def decide(store: Store, at: datetime, decided: Decided) -> Decided:
    """Decide that, whatever stands."""
    return store.decide_alerts(lambda _: decided, rules=RULES, at=at)


def raise_alert(
    store: Store,
    at: datetime,
    subject: str = "northgate",
    *,
    rule: Rule = CROWDED,
    leads: Sequence[str] = ("site-manager",),
) -> Alert:
    """Raise an alert, and read it."""
    number = decide(store, at, raised(subject, at, rule=rule, leads=leads)).transitions[-1].alert
    assert number is not None
    alert = store.alert(number)
    assert alert is not None
    return alert


def standing_of(store: Store, subject: str = "northgate", rule: Rule = CROWDED) -> Standing:
    """How a rule stands."""
    return next(each for each in store.standings() if (each.rule, each.subject) == (rule.id, subject))


def clear(store: Store, at: datetime, subject: str = "northgate", *, rule: Rule = CROWDED) -> None:
    """End the alert that stands."""
    decide(store, at, cleared(standing_of(store, subject, rule), at))


def stood(store: Store, at: datetime) -> Stood:
    """What somebody who decides is given."""
    given: list[Stood] = []

    def look(stood: Stood) -> Decided:
        given.append(stood)
        return Decided()

    store.decide_alerts(look, rules=RULES, at=at)
    return given[0]


def new_message(
    key: str, due_at: datetime, *tellings: str, lead: str = "site-manager", channel: str = "mail"
) -> NewMessage:
    """A message, in words that do not matter."""
    return NewMessage(key, lead, channel, "A&E crowded", "Northgate: 96", tellings, due_at)


def compose_each(store: Store, at: datetime, channel: str = "mail") -> list[Message]:
    """Each telling that waits in a message of its own."""
    return store.compose(
        lambda tellings, _: [
            new_message(f"{telling.key}/{channel}", at, telling.key, lead=telling.lead, channel=channel)
            for telling in tellings
        ],
        at,
    )


def claim_one(
    store: Store, sender: str, at: datetime, lease: timedelta, *, leaving_out: Collection[str] = ()
) -> Message | None:
    """The message that is due, where none goes together with it."""
    claimed = store.claim_together(sender, at, lease, leaving_out=leaving_out)
    assert len(claimed) <= 1, claimed
    return claimed[0] if claimed else None


@contextmanager
def dying_at(store: Store, statement: int) -> Iterator[list[str]]:
    """The statements that the store executes, until it dies at one of them."""
    executed: list[str] = []

    def die(_: object, __: object, sql: str, *___: object) -> None:
        if len(executed) == statement:
            raise Died(sql)
        executed.append(sql)

    event.listen(store._engine, "before_cursor_execute", die)
    try:
        yield executed
    finally:
        event.remove(store._engine, "before_cursor_execute", die)


class Died(Exception):
    """It ended in the middle."""


def die_everywhere(store: Store, do: Callable[[], object], everything: Callable[[], object]) -> int:
    """Do something that dies at its first statement, then at its second, and so on until it is done; how often it died.

    After each death all must be as it was.
    """
    before = everything()
    for statement in range(1000):
        try:
            with dying_at(store, statement):
                do()
        except Died:
            assert everything() == before, f"something is left of what died at statement {statement}"
        else:
            return statement
    raise AssertionError("it never ends")
