"""The audit, for administrators: who saw one person, what somebody saw and did, and whether the chain of entries is whole.

What is asked of it is in it too. A person's reference is asked for by a form, never by an address.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from flowcentre.access.asking import who
from flowcentre.model import Audited, AuditEntry, AuditShown, Permission, Picture
from flowcentre.store import Store
from flowcentre.web.asked import unknown_word
from flowcentre.web.failures import kind_and_place
from flowcentre.web.glass import Glass
from flowcentre.web.slips import NotASlip, fields_of, fresh_mark

PATH = "/access/audit"
_NEWEST, _MOST = 100, 1000
_LONGEST = 200  # letters of what is asked for
_ASKS = ("person", "asker", "verify")
_WORDS = ("since", "until", "who", "act", "before", "limit")
_NOT_READ = (
    "The audit cannot be read just now, or it cannot be written down who reads it. Please try again in a moment."
)
_NOT_YOURS = "The audit is for administrators."
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class AuditRoutes:
    """The routes of the audit. The gate lets administrators alone come to them, and it is seen to once more here."""

    store: Store
    glass: Glass
    current: Callable[[], Picture]
    now: Callable[[], datetime]

    @property
    def routes(self) -> list[Route]:
        """Every route."""
        return [
            Route(PATH, self.page, methods=["GET"]),
            Route(PATH, self.sent, methods=["POST"]),
            Route(f"{PATH}.json", self.entries, methods=["GET"]),
        ]

    def page(self, _request: Request) -> Response:
        """The newest entries, and what can be asked."""
        return self._answered(lambda: AuditShown(entries=tuple(self.store.audit_entries(limit=_NEWEST))))

    async def sent(self, request: Request) -> Response:
        """One of its questions. The gate has read its body, and seen that it was drawn for whoever sends it."""
        return await asyncio.to_thread(self._take, await request.body())

    def _take(self, body: bytes) -> Response:
        try:
            fields = fields_of(body)
        except NotASlip as why:
            return PlainTextResponse(str(why), 400)
        return self._answered(lambda: self._asked(fields))

    def _asked(self, fields: Mapping[str, str]) -> AuditShown:
        asks, of = fields.get("do", ""), fields.get("of", "").strip()
        if asks not in _ASKS or len(of) > _LONGEST or (asks != "verify" and not of):
            return AuditShown(mistake="Say whom you ask about: a reference as it stands in a list, or who asked.")
        if asks == "verify":
            self._kept("the audit: every hash worked out anew")
            return AuditShown(asks, broken_at=self.store.verify_audit())
        if asks == "person":
            self._kept("the audit: who saw one person", of)
            return AuditShown(asks, of, tuple(self.store.audit_of(of, limit=_MOST)))
        found = tuple(self.store.audit_by(of, limit=_MOST))
        # What they saw is told with whom: so whoever reads it here is told of them too.
        self._kept(f"the audit: what {found[0].who} saw and did" if found else "the audit: somebody who did nothing")
        return AuditShown(asks, of, found)

    def entries(self, request: Request) -> Response:
        """Entries for machines, the newest first: how many people each tells of, and not which."""
        asked = request.query_params
        if (words := unknown_word(asked, _WORDS)) is not None:
            return JSONResponse({"detail": words}, 422)
        try:
            since, until = (
                datetime.fromisoformat(asked[name]) if name in asked else None for name in ("since", "until")
            )
            if any(each is not None and each.tzinfo is None for each in (since, until)):
                raise ValueError("a time without an offset")
            act = Audited(asked["act"]) if "act" in asked else None
            before = int(asked["before"]) if "before" in asked else None
            limit = min(max(int(asked.get("limit", _NEWEST)), 1), _MOST)
        except ValueError:
            return JSONResponse(
                {"detail": "a time has an offset, act is one of them, before and limit are numbers"}, 422
            )

        def read() -> Any:
            number, newest = self.store.audit_head()
            found = self.store.audit_entries(since, until, asked.get("who"), act, before, limit)
            return {"newest": {"number": number, "hash": newest}, "entries": [_shape(each) for each in found]}

        return self._guarded(lambda: JSONResponse(read(), headers={"cache-control": "no-store"}))

    def _answered(self, shown: Callable[[], AuditShown]) -> Response:
        draw = self.glass.audit_page

        def drawn() -> Response:
            if draw is None:
                return PlainTextResponse("There is no such page.", 404)
            what = shown()
            number, newest = self.store.audit_head()
            page = draw(self.current(), what, (number, newest), fresh_mark(), self.now())
            return HTMLResponse(page, 422 if what.mistake else 200, {"cache-control": "no-store"})

        return self._guarded(drawn)

    def _guarded(self, answer: Callable[[], Response]) -> Response:
        if not who().may(Permission.ADMINISTER):
            return PlainTextResponse(_NOT_YOURS, 403)
        try:
            return answer()
        except Exception as error:
            log.error("the audit could not be read", **kind_and_place(error))
            return PlainTextResponse(_NOT_READ, 503)

    def _kept(self, what: str, *refs: str) -> None:
        identity = who()
        self.store.audit(identity.id, identity.title, Audited.ADMINISTERED, what, refs, at=self.now())


def _shape(entry: AuditEntry) -> dict[str, object]:
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "who": entry.who,
        "title": entry.title,
        "act": entry.act.value,
        "what": entry.what,
        "people": len(entry.refs),
        "before": entry.before,
        "hash": entry.hash,
    }
