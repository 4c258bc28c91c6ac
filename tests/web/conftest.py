"""What the tests of the server ask for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING
from unittest import mock

import fastapi.routing
import httpx
import pytest
from playwright.sync_api import Browser, Page

from flowcentre.store import Store
from tests.chromium import chromium
from tests.web.cast import Westshire, running

if TYPE_CHECKING:
    from tests.web.rows_cast import Centre


@pytest.fixture(scope="session", autouse=True)
def _built_once() -> Iterator[None]:
    """Half of what a test of a server took: for each server the shapes of all answers, for each client all the world's certificates."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fastapi.routing, "create_model_field", cache(fastapi.routing.create_model_field))
        patch.setattr("httpx._transports.default.create_ssl_context", cache(httpx.create_ssl_context))
        yield


@pytest.fixture
def westshire() -> Westshire:
    """A server's surroundings, to be set up before it runs."""
    return Westshire()


@pytest.fixture
def client(westshire: Westshire) -> Iterator[httpx.Client]:
    """Asks a running server."""
    with running(westshire.app()) as url, httpx.Client(base_url=url, timeout=10) as asking:
        yield asking


@pytest.fixture(scope="module")
def centre(lasting_store: Store) -> Iterator[Centre]:
    """A whole centre with sign-in, somebody of each kind in it, and people on its lists."""
    from tests.web.rows_cast import SECRETS, Centre, settle_people  # all of the layouts: for those alone who need them

    settle_people(lasting_store)
    with mock.patch.dict("os.environ", SECRETS):
        yield Centre(lasting_store)


@pytest.fixture(scope="module")
def asks(centre: Centre) -> Iterator[httpx.Client]:
    """Asks that centre, running; follows nothing, and keeps no cookie."""
    with running(centre.app) as url, httpx.Client(base_url=url, timeout=10) as asking:
        yield asking


# A module's, not the session's: while it is open nobody else can start one in this process.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture
def screen(browser: Browser) -> Iterator[Page]:
    """A display. A mistake of its script, or against its content security policy, fails the test."""
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    mistakes: list[str] = []
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    page.on("console", lambda said: mistakes.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    page.close()
    assert mistakes == []
