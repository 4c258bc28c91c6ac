"""Slack: an incoming webhook."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import ClassVar

from channels._http import post
from flowcentre.alerts.contract import Letter, NotDelivered, know_only, text_setting, whole_address

_LONGEST = 30_000  # characters; Slack cuts off at 40,000


class Slack:
    """A lead's address is the webhook's address or, better, the environment variable that holds it."""

    kind: ClassVar[str] = "slack"
    short: bool = False

    def __init__(self, settings: Mapping[str, object], secret: Callable[[str], str]) -> None:
        know_only(settings, "proxy")
        self._proxy = text_setting(settings, "proxy", "")
        self._secret = secret

    def send(self, letter: Letter, address: str, key: str) -> None:
        """Post a message. Slack says "ok" when it took one, and anything else is a failure."""
        text = letter.text if len(letter.text) <= _LONGEST else f"{letter.text[:_LONGEST]}...\n\nMore: {letter.link}"
        said = f"{letter.subject}\n\n{text}\n\nMessage {key[:8]}"
        for mark, instead in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
            said = said.replace(mark, instead)
        content = json.dumps({"text": said, "mrkdwn": False}).encode()
        where = whole_address(address, self._secret)
        answer = post(where, content, {"Idempotency-Key": key}, proxy=self._proxy)
        if answer.body != "ok":
            raise NotDelivered(f'Slack answered {answer.status}, and did not say "ok"')
