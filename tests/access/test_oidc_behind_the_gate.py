"""Sign-in by a real identity provider through the server's own routes: begun, ended, replayed, mixed up and signed out."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urljoin

import httpx
import pytest

from flowcentre.model import Access, Audited, Grant, Role, Scope
from flowcentre.store import open_store
from flowcentre.web.asker import PENDING, SESSION
from tests.access.oidc.running import BACK, Running, a_provider
from tests.web.access_cast import ACCESS, Clock, Door, as_person, asking_at
from tests.web.cast import Westshire, running

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with a_provider(tmp_path_factory.mktemp("provider") / "log") as started:
        yield started


@dataclass
class Site:
    """The server, asked by browsers that each keep what it gave them."""

    door: Door
    client: httpx.Client
    provider: Running

    def begin(self, then: str = "/feeds") -> tuple[str, str]:
        """The cookie of a sign-in that has begun, and where the browser is sent."""
        answer = self.client.get(f"/sign-in/provider?{urlencode({'next': then})}")
        assert answer.status_code == 303, answer.text
        return cookie_in(answer, PENDING), answer.headers["location"]

    def end(self, pending: str, query: dict[str, str]) -> httpx.Response:
        """The browser comes back from the provider."""
        return self.client.get(f"/sign-in/callback?{urlencode(query)}", headers={"cookie": f"{PENDING}={pending}"})

    def signed_in(self, browser: httpx.Client | None = None) -> str:
        """The token of somebody's session."""
        pending, address = self.begin()
        return cookie_in(self.end(pending, self.provider.come_back(address, browser=browser)), SESSION)


def cookie_in(answer: httpx.Response, name: str) -> str:
    lines = [line for line in answer.headers.get_list("set-cookie") if line.startswith(f"{name}=")]
    return lines[0].partition("=")[2].partition(";")[0] if lines else ""


@pytest.fixture
def site(provider: Running, migrated_sqlite: Path, tmp_path: Path) -> Iterator[Site]:
    shutil.copyfile(migrated_sqlite, tmp_path / "flow.db")
    store = open_store(f"sqlite:///{tmp_path / 'flow.db'}")
    oidc = provider.oidc(title="your Westshire account")
    grants = (Grant("group:flow-leads", frozenset({Role.LEAD}), Scope(frozenset({"northgate"}))),)
    access: Access = replace(ACCESS, public_url=BACK, local=False, oidc=oidc, grants=grants)
    door = Door(store, Clock(datetime.now(UTC)), access)
    door.front._provider = (oidc, provider.application(oidc))
    with running(Westshire(front=door.front).app()) as url, asking_at(url) as client:
        yield Site(door, client, provider)
    store.close()


def test_somebody_signs_in_goes_where_they_were_going_and_has_what_their_groups_are_granted(site: Site) -> None:
    pending, address = site.begin("/feeds?x=1")
    answer = site.end(pending, site.provider.come_back(address))
    assert (answer.status_code, answer.headers["location"]) == (303, "/feeds?x=1")
    assert cookie_in(answer, PENDING) == ""  # and the sign-in that had begun is over
    token = cookie_in(answer, SESSION)
    assert (
        site.client.get("/signed-in", headers=as_person(token)).text.removeprefix("<!doctype html>").split()[0]
        == "ward.lead"
    )
    assert site.client.get("/actions/new", headers=as_person(token)).status_code != 403  # a lead may
    assert site.client.get("/access", headers=as_person(token)).status_code == 403
    (entry,) = site.door.store.audit_entries()
    assert (entry.who, entry.act) == (f"{site.provider.issuer}|lead", Audited.SIGNED_IN)


def test_an_answer_that_is_replayed_mixed_up_or_without_its_cookie_lets_nobody_in(site: Site) -> None:
    pending, address = site.begin()
    query = site.provider.come_back(address)
    other, _ = site.begin()
    for held, asked in ((other, query), ("", query), ("made.up", query), (pending, query | {"state": "x"})):
        answer = site.end(held, asked)
        assert (answer.status_code, cookie_in(answer, SESSION)) == (403, "")
    assert site.end(pending, query).status_code == 303
    assert site.end(pending, query).status_code == 403
    assert len(site.door.store.sessions()) == 1


def test_somebody_to_whom_nothing_is_granted_is_known_and_not_let_in(site: Site) -> None:
    site.door.access = replace(site.door.access, grants=())
    pending, address = site.begin()
    answer = site.end(pending, site.provider.come_back(address))
    assert (answer.status_code, cookie_in(answer, SESSION)) == (403, "")
    assert "nothing is granted to you" in answer.text
    assert [entry.act for entry in site.door.store.audit_entries()] == [Audited.REFUSED_SIGN_IN]


def test_signing_out_leads_to_the_provider_and_what_ends_there_ends_here(site: Site) -> None:
    token = site.signed_in()
    mark = site.client.get("/signed-in", headers=as_person(token)).text.split()[-1]
    headers = FORM | as_person(token) | {"sec-fetch-site": "same-origin"}
    out = site.client.post("/sign-out", content=urlencode({"form": mark}), headers=headers)
    assert out.text.startswith(f"<!doctype html>signed out {site.provider.issuer}")
    assert site.client.get("/wall/county", headers=as_person(token)).status_code == 401

    browser = site.provider.browser()
    token = site.signed_in(browser)
    assert site.client.get("/wall/county", headers=as_person(token)).status_code == 200
    session = next(each for each in site.door.store.sessions())
    known = site.door.front.provider()
    assert known is not None
    address = known.sign_out_url(session.id_token, f"{BACK}/signed-out")
    assert address is not None
    page = browser.get(address)  # they sign out at the provider, which tells us by itself
    form = dict(re.findall(r'name="(\w+)" value="([^"]+)"', page.text))
    browser.post(urljoin(address, "/session/end/confirm"), data={**form, "logout": "yes"})
    told = site.provider.logout_tokens.get(timeout=10)
    forged = site.client.post("/sign-out/back-channel", content=urlencode({"logout_token": told + "x"}), headers=FORM)
    assert forged.status_code == 400
    assert site.client.get("/wall/county", headers=as_person(token)).status_code == 200
    heard = site.client.post("/sign-out/back-channel", content=urlencode({"logout_token": told}), headers=FORM)
    assert heard.status_code == 200
    assert site.client.get("/wall/county", headers=as_person(token)).status_code == 401
    again = site.client.post("/sign-out/back-channel", content=urlencode({"logout_token": told}), headers=FORM)
    assert again.status_code == 400
