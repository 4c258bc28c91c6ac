"""Actions that are always the same, for tests that ask for every page."""

from __future__ import annotations

from datetime import datetime, timedelta

from flowcentre.model import Action, Picture
from flowcentre.picture.actions_now import ActionsNow, ActionStory, Draft
from tests.layouts.alerts_cast import shown
from tests.layouts.cast import NOW

ACTION = Action(1, "Open six beds on A1", "northgate-site", NOW + timedelta(hours=1), "control room", NOW)


class PretendActions:
    """A book of actions that always tells the same."""

    def read(self, picture: Picture | None = None, *, since: datetime | None = None) -> ActionsNow:
        return ActionsNow(shown(), NOW, (ACTION,))

    def story(self, id: int) -> ActionStory | None:
        return ActionStory(shown(), NOW, ACTION) if id == ACTION.id else None

    def draft(
        self, *, alert: int | None = None, huddle: int | None = None, place: str = "", measure: str = ""
    ) -> Draft:
        return Draft(shown(), NOW, place=place, measure=measure)
