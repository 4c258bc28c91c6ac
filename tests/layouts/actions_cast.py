"""Actions of Westshire in every condition that their pages must bear: made by hand, no store behind them."""

from __future__ import annotations

from dataclasses import replace

from flowcentre.model import Action, ActionNote, ActionState, Effect, Movement, Noted
from flowcentre.picture.actions_now import ActionForm, ActionsNow, ActionStory, Draft
from flowcentre.web.action_slips import dues
from tests.layouts.alerts_cast import HOUR, MINUTE, alert, shown
from tests.layouts.cast import NOW

CONDITIONS = ("normal", "empty", "overloaded")
LONG = (
    "Ask the duty social worker and the community trust whether four packages that wait for a start date can begin " * 2
)
FORM = ActionForm(dues(NOW), mark="m" * 22)
LATE = Action(
    1,
    "Open six beds on A1",
    "northgate-site",
    NOW - 35 * MINUTE,
    "control room",
    NOW - 3 * HOUR,
    alert=21,
    place="northgate",
    measure="ae_patients_now",
    chased=1,
    chased_at=NOW - 35 * MINUTE,
)
TO_COME = replace(
    LATE, id=2, what="Ring the care homes", who="ward sister of A1", due_at=NOW + HOUR, alert=None, place="", measure="",
    chased=0, chased_at=None,
)  # fmt: skip
DONE = replace(
    LATE, id=3, what="Discharge lounge open all day", state=ActionState.DONE, ended_at=NOW - 90 * MINUTE, ended_by="site manager",
)  # fmt: skip
JUST_DONE = replace(DONE, id=4, what="Second ambulance bay", ended_at=NOW - 5 * MINUTE)
DROPPED = replace(DONE, id=5, what="Ask the next county for beds", state=ActionState.DROPPED)


def effect(movement: Movement = Movement.NO_CLEAR_CHANGE, after: float | None = 72, days: int = 28) -> Effect:
    """What A&E at Northgate did after DONE."""
    usual = (-6.0, 9.5) if days >= 14 else (None, None)
    look = NOW - 30 * MINUTE
    return Effect(
        "ae_patients_now", "northgate", 74, NOW - 3 * HOUR, after, look, look - (NOW - 3 * HOUR), *usual, days, movement
    )


def actions_now(condition: str = "normal") -> ActionsNow:
    """All of the page of actions, in one of CONDITIONS."""
    if condition == "empty":
        return ActionsNow(shown("empty"), NOW)
    still, ended = (LATE, TO_COME), (JUST_DONE, DONE, DROPPED)
    told = {DONE.id: effect()}
    if condition == "overloaded":
        still += tuple(
            replace(TO_COME, id=100 + n, what=LONG[:200], who="county-lead", due_at=NOW + n * HOUR, place="westshire", measure="ga_occupancy")
            for n in range(1, 120)
        )  # fmt: skip
        ended += tuple(replace(DONE, id=300 + n, what=LONG[:200]) for n in range(60))
        told |= {300 + n: effect(list(Movement)[n % 5]) for n in range(60)}
    return ActionsNow(shown(condition), NOW, still, ended, told)


def story(of: Action = LATE, *effects: Effect, so_far: Effect | None = None) -> ActionStory:
    """One action with what happened to it."""
    notes = [ActionNote(of.id, Noted.LOGGED, of.logged_at, of.logged_by)]
    notes.append(
        ActionNote(of.id, Noted.TRIED, of.logged_at + HOUR, "ward sister", "Rang the agency: nobody till noon")
    )
    if of.chased_at is not None:
        notes.append(ActionNote(of.id, Noted.CHASED, of.chased_at, "northgate-site"))
    found = alert(21) if of.alert is not None else None
    return ActionStory(shown(), NOW, of, tuple(notes), found, effects, so_far)


def draft(**more: object) -> Draft:
    """An action that is about to be logged."""
    return Draft(shown(), NOW, **more)  # type: ignore[arg-type]
