"""Actions for machines: read from the store each time, as on their page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from fastapi import APIRouter

from flowcentre.measures import find
from flowcentre.model import Action, Effect
from flowcentre.picture.actions_now import LATELY, ActionsNow
from flowcentre.web.action_desk import ActionReading
from flowcentre.web.action_shapes import ActionShape, ActionsShape, EffectShape
from flowcentre.web.ended_api import EndedSince, create_ended_api

NO_ACTIONS = "This server reads nothing of actions."
LONGEST = timedelta(days=366)
_ROUTE = EndedSince(
    "/actions",
    ActionsShape,
    "Actions: what is to be done and by when, what ended, and what its figure did",
    NO_ACTIONS,
    LATELY,
    "the last week",
    LONGEST,
)


def create_actions_api(
    book: ActionReading | None, now: Callable[[], datetime], trouble: Callable[[], str | None]
) -> APIRouter:
    """The route of the API: everything of the page of actions. See ``create_ended_api``."""
    read = partial(_read, book) if book is not None else None
    return create_ended_api(_ROUTE, read, now, trouble)


def _read(book: ActionReading, ended_since: datetime) -> ActionsShape:
    return actions_shape(book.read(since=ended_since), ended_since)


def actions_shape(known: ActionsNow, ended_since: datetime) -> ActionsShape:
    """Everything that is answered."""
    picture = known.picture
    return {
        "version": picture.version,
        "at": known.at,
        "county": picture.county.name,
        "demonstration": picture.county.demonstration,
        "open": [_action(known, action) for action in known.open],
        "ended_since": ended_since,
        "ended": [_action(known, action) for action in known.ended],
    }


def _action(known: ActionsNow, action: Action) -> ActionShape:
    measure = find(action.measure) if action.measure else None
    effect = known.effects.get(action.id)
    return {
        "id": action.id,
        "what": action.what,
        "who": action.who,
        "due_at": action.due_at,
        "overdue": action.overdue(known.at),
        "state": action.state.value,
        "logged_at": action.logged_at,
        "logged_by": action.logged_by,
        "alert": action.alert,
        "huddle": action.huddle,
        "place": action.place or None,
        "measure": action.measure or None,
        "unit": measure.unit if measure is not None else None,
        "ended_at": action.ended_at,
        "ended_by": action.ended_by,
        "chased": action.chased,
        "chased_at": action.chased_at,
        "moved": action.moved,
        "effect": _effect(effect) if effect is not None else None,
    }


def _effect(effect: Effect) -> EffectShape:
    return {
        "before": effect.before,
        "before_at": effect.before_at,
        "after": effect.after,
        "after_at": effect.after_at,
        "change": effect.change,
        "over_minutes": effect.over.total_seconds() / 60,
        "usual_low": effect.usual_low,
        "usual_high": effect.usual_high,
        "days_looked_at": effect.looked_at,
        "movement": effect.movement.value,
    }
