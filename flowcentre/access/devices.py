"""Browsers in which somebody has signed in before: their tries are counted apart, so that no stranger's keep them out.

A browser's cookie has a number of chance, and for each account that has signed in there a mark, which is made with that
account's password hash: nothing is kept, nobody else can make one, and another password ends it on every server. A mark begins
with a tag of its account, so that one that is made up costs no more where there are many accounts.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from flowcentre.model import Account

MOST_ACCOUNTS = 10  # of one browser: of a ward's, those who signed in last
_TAG = 4  # letters: of a thousand accounts hardly two have the same, and then both are tried
_FORM = re.compile(rf"([\w-]{{22}})((?:\.[\w-]{{{_TAG + 22}}}){{1,{MOST_ACCOUNTS}}})", re.ASCII)
Tagged = Mapping[str, Sequence[Account]]


def tagged(accounts: Iterable[Account]) -> Tagged:
    """Accounts by the tags of their marks, to be made once for many questions."""
    found = defaultdict(list)
    for each in accounts:
        found[_tag(each)].append(each)
    return found


def known_device(cookie: str, account: Account) -> str:
    """The number of a browser in which this account has signed in; "" where it has not."""
    number, marks = _parts(cookie)
    own = _mark(account, number).encode()
    return number if any(hmac.compare_digest(own, mark.encode()) for mark in marks) else ""


def known_to_any(cookie: str, accounts: Tagged) -> str:
    """The number of a browser in which one of these accounts has signed in; "" where none has."""
    named = {mark[:_TAG] for mark in _parts(cookie)[1]}
    among = (each for tag in named for each in accounts.get(tag, ()))
    return next((number for each in among if (number := known_device(cookie, each))), "")


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
    return _tag(account) + _keyed(account, f"device\n{account.name}\n{number}")


def _tag(account: Account) -> str:
    return _keyed(account, "tag")[:_TAG]


def _keyed(account: Account, what: str) -> str:
    digest = hmac.digest(account.password.encode(), what.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()
