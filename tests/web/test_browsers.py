"""What a browser that says that it is known can cost."""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import replace
from typing import Any

import pytest

from flowcentre.access.devices import MOST_ACCOUNTS, device_cookie
from flowcentre.web.browsers import Browsers
from tests.web.access_cast import account
from tests.web.cast import AT


def test_a_mark_that_is_made_up_costs_no_more_where_there_are_many_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    several = [account(f"nurse-{number}", f"hash {number}") for number in range(300)]
    there = ""
    for each in several[:MOST_ACCOUNTS]:
        there = device_cookie(there, each)
    number, *marks = there.split(".")
    made_up = ".".join([number, *(mark[::-1] for mark in marks)])
    browsers = Browsers(lambda: several, lambda: AT)
    monkeypatch.setattr("flowcentre.web.browsers._BELIEVED_FOR", 3600)
    keyed: list[int] = []
    digest = hmac.digest

    def counted(*what: Any) -> bytes:
        keyed.append(1)
        return digest(*what)

    async def asked() -> None:
        assert await browsers.known(there) == number
        monkeypatch.setattr(hmac, "digest", counted)
        assert await browsers.known(made_up) == ""
        assert len(keyed) <= 2 * MOST_ACCOUNTS
        for name, knows in (("nurse-3", number), ("nurse-299", ""), ("nobody", "")):
            assert await browsers.known(there, name) == knows
        assert await browsers.known(made_up, "nurse-3") == ""

    asyncio.run(asked())


def test_an_account_that_is_closed_knows_no_browser() -> None:
    one = account("nurse", "hash")
    there = device_cookie("", one)
    closed = Browsers(lambda: [replace(one, closed_at=AT)], lambda: AT)
    assert asyncio.run(closed.known(there)) == ""
