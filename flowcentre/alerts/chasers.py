"""Chasers: whoever should have done something by now is reminded of it, a few times, until it is done, dropped or moved.

Pure. How often somebody was reminded stands with the action in the store, so that a restart reminds nobody twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from flowcentre.alerts.rota import told
from flowcentre.model import Action, ActionNote, ActionState, Alerting, Noted, Severity, Telling, TellingKind

EVERY = timedelta(hours=1)
MOST = 3  # then the page shows it on, and nobody is written to: whoever did not answer three will not answer a fourth


def next_chaser(action: Action) -> datetime | None:
    """When somebody is to be reminded of an action; None: never, or not again."""
    if action.state is not ActionState.OPEN or action.chased >= MOST:
        return None
    # After hours in which nothing ran they do not come all at once.
    return action.due_at if not action.chased or action.chased_at is None else action.chased_at + EVERY


def why_needless(action: Action, telling: Telling) -> str | None:
    """Why a reminder need not go that was decided before: somebody has ended the action since, moved it or given it away."""
    if action.state is not ActionState.OPEN:
        return f"the action was {action.state} by then"
    if telling.key.split("/")[2].partition(".")[0] != str(action.moved):
        return "the action was moved by then, or somebody else had it"
    return None


def chase(
    alerting: Alerting, actions: Iterable[Action], at: datetime
) -> tuple[list[Telling], list[ActionNote], datetime | None]:
    """Who is told at a moment that something should have been done, what is noted of it, and when to ask again.

    ``who`` of an action is a lead's id, or a team's: then whoever is on. A role in plain words reaches nobody, and is not
    chased. A silence hushes alerts, and no chaser: it was agreed by people, not raised by a rule.
    """
    tellings: list[Telling] = []
    notes: list[ActionNote] = []
    moments: list[datetime] = []
    for action in actions:
        due, leads = next_chaser(action), told(alerting, (action.who,), at)
        if due is None or not leads:
            continue
        if due > at:
            moments.append(due)
            continue
        number = action.chased + 1
        tellings += [
            Telling(
                key=f"action {action.id}/chaser/{action.moved}.{number}/{lead}",
                lead=lead,
                kind=TellingKind.CHASER,
                severity=Severity.WARNING,
                decided_at=at,
                subject=action.place,
                step=number,
                action=action.id,
            )
            for lead in leads
        ]
        notes.append(ActionNote(action.id, Noted.CHASED, at, ", ".join(leads)))
        if number < MOST:
            moments.append(at + EVERY)
    return tellings, notes, min(moments, default=None)
