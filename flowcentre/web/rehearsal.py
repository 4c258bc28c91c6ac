"""The page on which a rule is rehearsed: asked for by its address alone, so that it works without a script and can be shared."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from flowcentre.alerts.rehearse import rehearse
from flowcentre.config.proposed import CHANGEABLE, propose, written
from flowcentre.model import LONGEST_REHEARSAL, Picture, Rehearsal, Rehearsed, Rule
from flowcentre.store import Store
from flowcentre.web.displays import no_such_page
from flowcentre.web.failures import kind_and_place
from flowcentre.web.glass import Glass

PATH = "/rehearsal"
DAYS = 28
WITHIN = 20.0  # seconds that one may take
_WAIT = 3.0  # seconds for which one waits for another to end
_MOST_DAYS_OF_PLACES = 2_000
_LONGEST_ANSWER = 4_000  # characters of a field
_BUSY = "Another rehearsal is being worked out. Ask again in a moment."
_TOO_LONG = "This took too long and was given up: ask for fewer days, or for fewer places."
_AWAY = "The stored history cannot be read just now. Ask again in a moment."
log = structlog.get_logger(__name__)


class _TooLong(Exception):
    pass


@dataclass(frozen=True)
class RehearsalRoutes:
    """The routes of the page; without a store there is none of it. One rehearsal is worked out at a time."""

    store: Store | None
    glass: Glass
    current: Callable[[], Picture]
    now: Callable[[], datetime]
    one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    @property
    def routes(self) -> list[Route]:
        """Every route, with the plain refusal of what lies below."""
        return [Route(PATH, self.page, methods=["GET"]), Route(f"{PATH}/{{rest:path}}", no_such_page)]

    def page(self, request: Request) -> Response:
        """The page for what its address asks. In a thread of the server's own: it reads weeks of history."""
        draw = self.glass.rehearsal_page
        picture = self.current()
        if draw is None or self.store is None or not picture.county.alerting.rules:
            return PlainTextResponse("There are no rules of alerts to rehearse.", 404)
        asked = self._asked(request.query_params, picture)
        done = self._rehearsed(asked, picture) if asked.rule is not None and not asked.trouble else asked
        status = 503 if done.busy else 200
        return HTMLResponse(draw(picture, done), status, {"retry-after": "5"} if done.busy else None)

    def _asked(self, query: Mapping[str, str], picture: Picture) -> Rehearsal:
        """What the address asks: the rule, what is changed of it, and over how long."""
        days, trouble = _days(query.get("days", ""))
        asked = Rehearsal(self.now(), days, trouble=trouble)
        id = query.get("rule", "")
        rule = picture.county.alerting.rule(id)
        if rule is None:
            return replace(asked, trouble="There is no rule of that id any more.") if id else asked
        kept = written(rule)
        changes = {key: query[key].strip()[:_LONGEST_ANSWER] for key in CHANGEABLE[rule.kind] if key in query}
        changes = {key: value for key, value in changes.items() if value != kept[key]}
        proposed = propose(rule, changes, picture.county) if changes else None
        return replace(asked, rule=rule, asked=kept | changes, proposed=proposed)

    def _rehearsed(self, asked: Rehearsal, picture: Picture) -> Rehearsal:
        rule, proposed = asked.rule, asked.proposed
        assert rule is not None
        if proposed is not None and proposed.rule is None:
            return asked  # refused: it would not go live, and nothing is worked out
        runs = [rule, *([proposed.rule] if proposed is not None and proposed.rule is not None else [])]
        most = max(len(each.subjects) for each in runs)
        if most * asked.days > _MOST_DAYS_OF_PLACES:
            fewer = max(_MOST_DAYS_OF_PLACES // most, 1)
            words = (
                f"{asked.days} days of {most} places are too much at once: ask for {fewer} days, or for fewer places."
            )
            return replace(asked, trouble=words)
        if not self.one_at_a_time.acquire(timeout=_WAIT):
            return replace(asked, trouble=_BUSY, busy=True)
        try:
            did = [self._run(each, asked, picture) for each in runs]
        except _TooLong:
            return replace(asked, trouble=_TOO_LONG)
        except Exception as error:
            log.error("a rule could not be rehearsed", rule=rule.id, **kind_and_place(error))
            return replace(asked, trouble=_AWAY)
        finally:
            self.one_at_a_time.release()
        return replace(asked, kept_did=did[0], proposed_did=did[1] if len(did) > 1 else None)

    def _run(self, rule: Rule, asked: Rehearsal, picture: Picture) -> Rehearsed:
        assert self.store is not None
        ends = time.monotonic() + WITHIN

        def go_on() -> None:
            if time.monotonic() > ends:
                raise _TooLong

        start = asked.at - timedelta(days=asked.days)
        return rehearse(self.store, picture.county, rule, start, asked.at, go_on=go_on)


def _days(said: str) -> tuple[int, str]:
    said = said.strip()
    if not said:
        return DAYS, ""
    if not said.isascii() or not said.isdigit() or not 1 <= int(said[:9]) <= LONGEST_REHEARSAL:
        return DAYS, f"A rehearsal goes over 1 to {LONGEST_REHEARSAL} days."
    return int(said), ""
