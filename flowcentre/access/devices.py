"""Browsers in which somebody has signed in before: their tries are counted apart, so that no stranger's keep them out.

A browser's cookie has a number of chance, and for each account that has signed in there a mark, which is made with that
account's password hash: nothing is kept, nobody else can make one, and another password ends it on every server.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable

from flowcentre.model import Account

MOST_ACCOUNTS = 10  # of one browser: of a ward's, those who signed in last
_FORM = re.compile(rf"([\w-]{{22}})((?:\.[\w-]{{22}}){{1,{MOST_ACCOUNTS}}})", re.ASCII)


def known_device(cookie: str, account: Account) -> str:
    """The number of a browser in which this account has signed in; "" where it has not."""
    number, marks = _parts(cookie)
    own = _mark(account, number).encode()
    return number if any(hmac.compare_digest(own, mark.encode()) for mark in marks) else ""


def known_to_any(cookie: str, accounts: Iterable[Account]) -> str:
    """The number of a browser in which one of these accounts has signed in; "" where none has."""
    if not _FORM.fullmatch(cookie):
        return ""
    return next((number for each in accounts if (number := known_device(cookie, each))), "")


def device_cookie(cookie: str, account: Account) -> str:
    """What a browser keeps once this account has signed in there, of what it kept before."""
    number, marks = _parts(cookie)
    number = number or secrets.token_urlsafe(16)
    own = _mark(account, number)
    return ".".join([number, own, *[mark for mark in marks if mark != own][: MOST_ACCOUNTS - 1]])


def _parts(cookie: str) -> tuple[str, list[str]]:
    found = _FORM.fullmatch(cookie)
    return (found[1], found[2].split(".")[1:]) if found is not None else ("", [])


def _mark(account: Account, number: str) -> str:
    digest = hmac.digest(account.password.encode(), f"device\n{account.name}\n{number}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()
