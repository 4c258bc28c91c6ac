"""The audit, for administrators: who saw one person, what somebody saw and did, and whether the chain of entries is whole.

What is asked of it is in it too. A person's reference is asked for by a form, never by an address.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from flowcentre.access.asking import who
from flowcentre.access.grants import LOCAL
from flowcentre.model import Audited, AuditEntry, AuditShown, Permission, Picture
from flowcentre.store import Store
from flowcentre.web.asked import unknown_word
from flowcentre.web.failures import kind_and_place
from flowcentre.web.glass import Glass
from flowcentre.web.slips import NotASlip, fields_of, fresh_mark

PATH = "/access/audit"
_NEWEST, _MOST = 100, 1000  # entries of a page, and of an answer to a machine
_LONGEST = 200  # letters of what is asked for
_ASKS = ("person", "asker", "verify", "older")
_WITHOUT_WORDS = ("verify", "older")
_WORDS = ("since", "until", "who", "act", "before", "limit")
_NOT_READ = (
    "The audit cannot be read just now, or it cannot be written down who reads it. Please try again in a moment."
)
_NOT_YOURS = "The audit is for administrators."
_NUMBER = re.compile(r"[0-9]{1,12}")
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

        def newest() -> AuditShown:
            self._kept("the audit: newest entries")
            return _page_of("", "", self.store.audit_entries(limit=_NEWEST + 1))

        return self._answered(newest)

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
        if asks not in _ASKS or len(of) > _LONGEST or (asks not in _WITHOUT_WORDS and not of):
            return AuditShown(mistake="Say whom you ask about: a reference as it stands in a list, or who asked.")
        if asks == "verify":
            self._kept("the audit: every hash worked out anew")
            return AuditShown(asks, broken_at=self.store.verify_audit())
        said = fields.get("before", "")
        before = int(said) if _NUMBER.fullmatch(said) else None
        if asks == "older":
            self._kept("the audit: older entries")
            return _page_of(asks, "", self.store.audit_entries(before=before, limit=_NEWEST + 1))
        if asks == "person":
            # A list shows a reference as its hospital writes it: whoever types it may write it otherwise.
            spelt = list(dict.fromkeys((of, of.upper(), of.lower())))
            refs = [each for each in spelt if self.store.audit_of(each, limit=1)]
            # What nobody saw may be an NHS number or a name: it is not kept.
            self._kept(f"the audit: who saw {'one person' if refs else 'somebody whom nobody saw'}", *refs)
            each_once = {
                entry.number: entry
                for ref in refs
                for entry in self.store.audit_of(ref, before=before, limit=_NEWEST + 1)
            }
            newest_first = sorted(each_once.values(), key=lambda entry: -entry.number)
            return _page_of(asks, refs[0] if len(refs) == 1 else of, newest_first)
        # The name of an account is what stands in front of everybody: its identity is asked for where there is none such.
        names = (of,) if "|" in of else (f"{LOCAL}|{of.lower()}", of)
        known = next((each for each in names if self.store.audit_by(each, limit=1)), "")
        titled = [] if known else self.store.audited_as(of)
        if len(titled) > 1:
            self._kept("the audit: who have one title")
            return AuditShown(mistake=f"Several have that title. Ask for one of them: {', '.join(titled)}.")
        known = known or next(iter(titled), of)
        found = self.store.audit_by(known, before=before, limit=_NEWEST + 1)
        page = _page_of(asks, known, found)
        # What they saw is told with whom: so whoever reads it here is told of them too.
        whom = {ref for entry in page.entries for ref in entry.refs}
        told = f"the audit: what {found[0].who} saw and did" if found else "the audit: somebody who did nothing"
        self._kept(told, *sorted(whom))
        return page

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
            if not _NUMBER.fullmatch(asked.get("before", "1")):
                raise ValueError("no number of an entry")
            before = int(asked["before"]) if "before" in asked else None
            limit = min(max(int(asked.get("limit", _NEWEST)), 1), _MOST)
        except ValueError:
            return JSONResponse(
                {"detail": "a time has an offset, act is one of them, before and limit are numbers"}, 422
            )

        def read() -> Any:
            by = asked.get("who")
            # A name that nobody has may be anybody's: it is not kept.
            of = ", ".join(
                [
                    *([f"of {by if self.store.audit_by(by, limit=1) else 'somebody who did nothing'}"] if by else []),
                    *(f"{name} {said}" for name, said in (("since", since), ("until", until), ("act", act)) if said),
                ]
            )
            self._kept(f"the audit: entries for a machine{f' ({of})' if of else ''}")
            number, newest = self.store.audit_head()
            found = self.store.audit_entries(since, until, by, act, before, limit)
            return {"newest": {"number": number, "hash": newest}, "entries": [_shape(each) for each in found]}

        return self._guarded(lambda: JSONResponse(read(), headers={"cache-control": "no-store"}))

    def _answered(self, shown: Callable[[], AuditShown]) -> Response:
        draw = self.glass.audit_page

        def drawn() -> Response:
            if draw is None:
                return PlainTextResponse("There is no such page.", 404)
            what = shown()
            number, newest = self.store.audit_head()
            page = draw(self.current(), what, (number, newest), fresh_mark())
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


def _page_of(asks: str, of: str, found: Sequence[AuditEntry]) -> AuditShown:
    """The first of what was found, and the number before which there are more."""
    entries = tuple(found[:_NEWEST])
    return AuditShown(asks, of, entries, entries[-1].number if len(found) > _NEWEST else None)


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
