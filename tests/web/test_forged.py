"""Requests that nobody's page would send: forged, replayed, of another session, another site, another organisation.

Whoever sends them, and in whatever number: nobody gets a row that is not theirs, nobody gets one that the audit has not, and
nothing is done in anybody's name but by their own form.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from unittest import mock

import httpx
import pytest

from flowcentre.model import Audited, AuditEntry
from flowcentre.store import Store
from flowcentre.web import slips
from flowcentre.web.asker import DISPLAY, SESSION
from tests.web.access_cast import form_mark
from tests.web.rows_cast import (
    DASH,
    GRANTED,
    READER,
    WATCHER,
    WHOLE,
    Centre,
    named_in,
    page_question,
    question,
    text_of,
)

NAMES = (*GRANTED, "ended", "nobody", "screen", "reader", "watcher")
WITH_ROWS = ("all", "mid", "southmere", "reader")
MANY = 50_000  # on each database
LISTS = ("delays", "packages")
FORMS = ("/huddle", "/huddle/1", "/actions/new", "/actions/1", "/pressure/northgate", "/silences/new", "/type-in/northgate",
         "/access", "/access/audit", "/sign-out")  # fmt: skip
PATHS = ("/delays.csv", "/delays.xlsx", "/delays/ward-sheet", "/packages.csv", "/packages.xlsx", "/api/v1/delays",
         "/api/v1/packages", "/api/v1/capacity", "/live/pages/packages", "/live/pages/capacity", "/live/pages/delays",
         "/wall/county", "/wall/county/body", "/access", "/access/audit", "/access/audit.json", "/_dash-layout", "/metrics",
         "/_dash-component-suites/dash/dash.py", "/_dash-component-suites/os/x.js", "/_dash-component-suites/dash/../dash.py",
         "/delays", "/packages//", "/delays.CSV", "/%64elays.csv", "/api/v1/../v1/delays", "/delays/%2e%2e/delays.csv")  # fmt: skip
QUERIES = ("", "?counts=yes", "?people=yes&people=no", "?counts=no&counts=yes", "?people=no", "?small=suppress", "?site=southmere",
           "?locality=mid", "?scope=everywhere", "?at=2026-11-22T08:03", "?phase=waiting,receiving,ended", "?counts=YES")  # fmt: skip
SITES = ("same-origin", "cross-site", "same-site", "none", None)


@dataclass
class Seen:
    """What the audit was told, as it is told: by whom each ref was seen, and who did anything."""

    of: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    did: list[tuple[str, str]] = field(default_factory=list)


@pytest.fixture(scope="module")
def seen(lasting_store: Store) -> Iterator[Seen]:
    seen, audit = Seen(), Store.audit

    def told(
        store: Store, who: str, title: str, act: Audited, what: str, refs: Collection[str] = (), *, at: datetime
    ) -> AuditEntry:
        entry = audit(store, who, title, act, what, refs, at=at)
        seen.of[who].update(refs)
        if act is Audited.DID:
            seen.did.append((who, what))
        return entry

    with mock.patch.object(Store, "audit", told):
        yield seen


@dataclass
class Forger:
    """Makes up requests, each of a known holder: whose token it is sent with, or nobody's."""

    centre: Centre
    url: str
    chance: random.Random

    def request(self) -> tuple[str, dict[str, Any], bool]:
        """The holder, what is sent, and whether it is their own page's: their token, their mark, their origin."""
        chance = self.chance
        name, other = chance.choice(NAMES + 2 * WITH_ROWS), chance.choice([each for each in NAMES if each in GRANTED])
        headers, holder, key = self._token(name)
        own = key is not None
        if chance.random() < 0.4:  # the mark of another session, of none, or of the wrong kind
            key = chance.choice([self.centre.token(other)[1], "", slips.page_mark("made up"), None])
            own = own and key == self.centre.token(name)[1]
        site = chance.choice(SITES) if chance.random() < 0.3 else "same-origin"
        if site is not None:
            headers["sec-fetch-site"] = site
        origin = chance.choice(["https://elsewhere.example", "null", self.url]) if chance.random() < 0.3 else self.url
        headers["origin"] = origin
        headers.pop("x-flow-mark", None)
        of_a_page = slips.page_mark(key or "")
        if key is not None:
            headers["x-flow-mark"] = chance.choice([of_a_page] * 8 + [key, form_mark(key)])
        # A browser that says of no site where it comes from was sent by whoever sits before it.
        own = own and site in ("same-origin", "none", None) and origin == self.url
        sent = self._sent(headers, key)
        if "json" in sent:  # a form has its mark in it
            own = own and headers["x-flow-mark"] == of_a_page
        return holder, sent, own

    def _token(self, name: str) -> tuple[dict[str, str], str, str | None]:
        """Headers with somebody's token, as it is or spoilt: then it is nobody's."""
        chance = self.chance
        if name == "nobody":
            made_up = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz0123456789_-", k=43))
            return {"cookie": f"{chance.choice([SESSION, DISPLAY, 'session'])}={made_up}"}, "nobody", None
        headers = dict(self.centre.headers(name))
        if name in ("reader", "watcher"):
            if chance.random() < 0.2:
                headers["authorization"] = f"Bearer {(READER if name == 'reader' else WATCHER)[:-1]}x"
                return headers, "nobody", None
            return headers, name, None
        key = self.centre.token(name)[1] if name in GRANTED else None
        spoil = chance.random()
        if spoil < 0.1:  # one letter is another
            headers["cookie"] = headers["cookie"][:-1] + ("A" if headers["cookie"][-1] != "A" else "B")
            return headers, "nobody", None
        if spoil < 0.2:  # the same cookie twice: somebody else put one there
            headers["cookie"] = f"{headers['cookie']}; {headers['cookie']}"
            return headers, "nobody", None
        if spoil < 0.25:  # a person's token as a screen's, and the other way round
            swapped = {SESSION: DISPLAY, DISPLAY: SESSION}
            was, _, token = headers["cookie"].partition("=")
            headers["cookie"] = f"{swapped[was]}={token}"
            return headers, "nobody", None
        if spoil < 0.3:  # a header that says who one is
            headers |= {"x-remote-user": "all", "x-forwarded-user": "all", "remote-user": "all"}
        return headers, name, key

    def _sent(self, headers: dict[str, str], key: str | None) -> dict[str, Any]:
        chance, everybody = self.chance, ("NG-4001", "SM-1", "WC-3001", "WC-3002", "WR-7001", "C-2", "NG-9999", "'; --")
        kind = chance.random()
        if kind < 0.4:
            return {
                "method": chance.choice(["GET", "GET", "GET", "HEAD", "PUT", "DELETE", "POST"]),
                "url": chance.choice(PATHS) + chance.choice(QUERIES),
                "headers": headers,
            }
        if kind < 0.8:
            asked = {
                "query": chance.choice(QUERIES),
                "ref": chance.choice(everybody),
                "request": WHOLE,
                "scope": "everywhere",
            }
            list_ = chance.choice(LISTS)
            body = question(
                list_, kind=chance.choice(["rows", "news", "life", "all"]), since="2026-11-22T07:00:00+00:00", **asked
            )
            if chance.random() < 0.2:
                body = page_question(chance.choice(["/packages", "/delays", "/capacity"]), chance.choice(QUERIES))
            if chance.random() < 0.1:
                body["outputs"] = {"id": f"{LISTS[1 - LISTS.index(list_)]}-answer", "property": "data"}
            return {"method": "POST", "url": DASH, "json": body, "headers": headers}
        fields = {
            "form": form_mark(key) if key is not None else "", "do": chance.choice(["open", "minute", "close", "log", "end", "make", "person"]),
            "words": "forged", "author": "somebody else", "level": "4", "until": "later", "of": "SM-1", "which": "1", "what": "forged",
        }  # fmt: skip
        return {"method": "POST", "url": chance.choice(FORMS), "data": fields, "headers": headers}


def many(centre: Centre, asks: httpx.Client, seen: Seen, number: int, seed: int) -> None:
    everybody = centre.everybody()
    theirs = {name: centre.theirs(name) for name in NAMES}
    ids = {name: f"local|{name}" for name in GRANTED} | {"reader": "machine|reader"}
    forger = Forger(centre, str(asks.base_url).rstrip("/"), random.Random(seed))
    for turn in range(number):
        holder, sent, own = forger.request()
        done = len(seen.did)
        answer = asks.request(**sent)
        said = text_of(answer)
        asked = str(sent.get("json", "")) + str(sent.get("data", ""))
        named = {
            ref for ref in named_in(said, everybody) if ref not in asked or "data-kind" in said or "rowData" in said
        }
        told = (seed, turn, holder, sent, answer.status_code)
        if "SM-1" in asked and sent["url"] == "/access/audit" and holder == "admin":
            named.discard("SM-1")  # what an administrator asks about, said back to them
        assert named <= theirs[holder], told
        assert named <= seen.of[ids.get(holder, "")], told  # written down before it left
        assert answer.status_code < 500, told
        if sent["method"] == "POST" and not own:
            assert answer.status_code in (303, 400, 401, 403, 404, 405, 422), told
            assert not named, told
        if len(seen.did) > done:
            assert holder in ("lead", "editor"), told
            assert own, told
        if turn % 50 == 0:
            centre.forget()  # as if five minutes had passed
            centre.sign_in_again()  # whoever was signed out by their own form
    assert centre.store.verify_audit() is None


@pytest.mark.parametrize("seed", [1, 2])
def test_no_forged_request_gives_a_row_or_does_anything(
    centre: Centre, asks: httpx.Client, seen: Seen, seed: int
) -> None:
    many(centre, asks, seen, 150, seed)
    if seed == 2:
        assert seen.of["local|all"]  # some were real: a test in which everything is refused would prove nothing
        assert seen.of["local|mid"]


@pytest.mark.soak
def test_nor_do_a_hundred_thousand(centre: Centre, asks: httpx.Client, seen: Seen) -> None:
    many(centre, asks, seen, MANY, 3)
