"""Actions for machines: read from the store each time, as on their page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response

from flowcentre.measures import find
from flowcentre.model import Action, Effect
from flowcentre.picture.actions_now import LATELY, ActionsNow
from flowcentre.web import history
from flowcentre.web.action_shapes import ActionShape, ActionsShape, EffectShape
from flowcentre.web.actions import ActionReading
from flowcentre.web.api import JSON, to_json
from flowcentre.web.asked import refuse_unknown

NO_ACTIONS = "This server reads nothing of actions."
LONGEST = timedelta(days=366)


def create_actions_api(
    book: ActionReading | None, now: Callable[[], datetime], trouble: Callable[[], str | None]
) -> APIRouter:
    """The route of the API. While there is ``trouble``, the present is refused, not told from memory."""
    plain = {
        404: {"description": NO_ACTIONS},
        422: {"description": "A question that cannot be answered as put: `detail` says why, in plain words."},
        503: {"description": "This server does not know the present: `detail` says why."},
    }
    router = APIRouter(prefix="/api/v1", tags=["Flow Centre"], responses=plain)  # type: ignore[arg-type]

    @router.get(
        "/actions",
        response_model=ActionsShape,
        summary="Actions: what is to be done and by when, what ended, and what its figure did",
    )
    def actions(
        request: Request,
        since: Annotated[
            str | None,
            Query(description="what ended since then, with an offset from UTC; of the last week where absent"),
        ] = None,
    ) -> Response:
        """Everything of the page of actions."""
        refuse_unknown(request, ("since",))
        if book is None:
            raise HTTPException(404, NO_ACTIONS)
        if (why := trouble()) is not None:
            raise HTTPException(503, why)
        at = now()
        try:
            ended_since = history.moment_of("since", since) if since else at - LATELY
        except history.Unusable as unusable:
            raise HTTPException(422, str(unusable)) from None
        if not at - LONGEST <= ended_since <= at:
            raise HTTPException(422, f"since: a moment of the last {LONGEST.days} days, please")
        shape = actions_shape(book.read(since=ended_since), ended_since)
        return Response(to_json(shape), media_type=JSON, headers={"cache-control": "no-store"})

    return router


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
