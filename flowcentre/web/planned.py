"""A silence that is entered beforehand, for planned work: which rule, where, from when until when, why, and who says so."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from flowcentre.access.acts import Acts
from flowcentre.feeds.author import author_of
from flowcentre.measures.derive import LONDON
from flowcentre.model import Permission, Picture, Silence
from flowcentre.picture.alerts_now import NOT_CHOSEN, PlannedSilence
from flowcentre.web.alert_slips import LONGEST_SILENCE
from flowcentre.web.glass import Glass
from flowcentre.web.slip_parts import NotSaid, by_whom, refusal_of, said, unless_refused
from flowcentre.web.slips import NOT_OURS, NotASlip, fields_of, fresh_mark
from flowcentre.web.typed import SignedIn

_AHEAD = timedelta(days=31)
_FIELD = "%Y-%m-%dT%H:%M"


class SilenceDesk(Protocol):
    """What is needed of the store."""

    def silence(self, rule: str, subject: str, reason: str, by: str, starts_at: datetime, ends_at: datetime) -> Silence:
        """Have nobody told for a while."""
        ...

    def silences(self, at: datetime) -> list[Silence]:
        """The silences in force or to come."""
        ...


@dataclass(frozen=True)
class PlannedSilences:
    """The form of a planned silence, and what is sent by it."""

    desk: SilenceDesk | None
    glass: Glass
    current: Callable[[], Picture]
    now: Callable[[], datetime]
    acts: Acts
    signed_in: SignedIn
    one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def shown(self, request: Request) -> Response:
        """The empty form, or filled in with a rule and a place that the address names."""
        asked = request.query_params
        hour = (self.now() + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
        form = PlannedSilence(
            rule=asked.get("rule", NOT_CHOSEN)[:200],
            subject=asked.get("place", "")[:200],
            starts=hour.astimezone(LONDON).strftime(_FIELD),
            ends=(hour + timedelta(hours=2)).astimezone(LONDON).strftime(_FIELD),
        )
        return self._drawn(request, form)

    async def sent(self, request: Request) -> Response:
        """The form, filled in."""
        return await asyncio.to_thread(self._take, request, await request.body())

    def _take(self, request: Request, body: bytes) -> Response:
        if self.desk is None:
            return PlainTextResponse("This server reads alerts and takes nothing.", 405)
        form = PlannedSilence()
        try:
            fields = fields_of(body)
            form = _as_filled_in(fields, self.now())
            self._keep(self.desk, form, fields, self.signed_in(request))
        except Exception as error:
            status, why = refusal_of(error, "a planned silence could not be kept")
            return self._drawn(request, replace(form, mistakes=(why,)), status)
        return RedirectResponse("/alerts#silences", status_code=303)

    def _keep(self, desk: SilenceDesk, form: PlannedSilence, fields: Mapping[str, str], who: str | None) -> None:
        at, county = self.now(), self.current().county
        if form.rule == NOT_CHOSEN:
            raise NotSaid("Choose what to silence: a rule, or every rule of a place.")
        rule = county.alerting.rule(form.rule)
        if form.subject == NOT_CHOSEN:
            raise NotSaid("Choose where to silence it.")
        if form.rule and rule is None:
            raise NotASlip(NOT_OURS)
        if form.subject and form.subject not in county.places and county.feed(form.subject) is None:
            raise NotASlip(NOT_OURS)
        if not form.rule and not form.subject:
            raise NotSaid("Choose a rule, or a place: not everything everywhere.")
        if rule is not None and form.subject and form.subject not in rule.subjects:
            raise NotSaid("That rule does not watch that place: choose another place, or everywhere.")
        starts_at, ends_at = _moment(form.starts, "starts"), _moment(form.ends, "ends")
        if ends_at <= at:
            raise NotSaid("That time has passed: choose when it ends.")
        starts_at = max(starts_at, at.replace(second=0, microsecond=0))
        if not starts_at < ends_at <= starts_at + LONGEST_SILENCE:
            raise NotSaid("A silence ends after it starts, and a day later at most.")
        if starts_at > at + _AHEAD:
            raise NotSaid("That is more than a month ahead: enter it nearer to the time.")
        words = said(fields.get("words", ""), needed=True, at=at)
        wanted = (form.rule, form.subject, words, by_whom(fields, who))
        what = (
            f"{form.rule or 'every rule'} at {form.subject or 'every place'}: silenced from {starts_at:%Y-%m-%dT%H:%MZ}"
        )
        self.acts.before(Permission.ACT, [form.subject], what)
        with self.one_at_a_time:  # the same form again is the same silence
            for kept in desk.silences(at):
                if (kept.rule, kept.subject, kept.reason, kept.by, kept.ends_at) == (*wanted, ends_at):
                    return
            desk.silence(*wanted, starts_at, ends_at)

    def _drawn(self, request: Request, form: PlannedSilence, status: int = 200) -> Response:
        draw, who = self.glass.planned_silence, self.signed_in(request)
        if draw is None or not self.current().county.alerting.rules:
            return PlainTextResponse("There are no rules of alerts to silence.", 404)
        author, subjects = who if who is not None else form.author, self._subjects()
        form = replace(
            form,
            author=author,
            signed_in=who is not None,
            mark=fresh_mark(),
            may_write=self.desk is not None and self.acts.may(Permission.ACT, []) and subjects != frozenset(),
            subjects=subjects,
        )
        return HTMLResponse(draw(self.current(), form, self.now()), status)

    def _subjects(self) -> frozenset[str] | None:
        """Where whoever asks may silence, of all that rules watch; None: all of it."""
        if self.acts.may(Permission.ACT, [""]):
            return None
        watched = {subject for rule in self.current().county.alerting.rules for subject in rule.subjects}
        return frozenset(each for each in watched if self.acts.may(Permission.ACT, [each]))


def _joined(fields: Mapping[str, str], name: str) -> str:
    """A moment out of the day and the time that were chosen of it, or as it was sent whole."""
    day, time = fields.get(f"{name}_day", "")[:10], fields.get(f"{name}_time", "")[:5]
    return f"{day}T{time}" if day and time else fields.get(name, "")[:20]


def _as_filled_in(fields: Mapping[str, str], at: datetime) -> PlannedSilence:
    """What is shown again where something is wrong: not what may be somebody's number."""
    return PlannedSilence(
        rule=fields.get("rule", "")[:200],
        subject=fields.get("place", "")[:200],
        starts=_joined(fields, "starts"),
        ends=_joined(fields, "ends"),
        words=unless_refused(partial(said, needed=False, at=at), fields.get("words", "")),
        author=unless_refused(author_of, fields.get("author", "")),
    )


def _moment(text: str, which: str) -> datetime:
    """A moment by the clocks of London."""
    try:
        return datetime.strptime(text, _FIELD).replace(tzinfo=LONDON).astimezone(UTC)
    except ValueError:
        raise NotSaid(f"Say when it {which}, as a day and an hour: 2026-11-26T14:00.") from None
