"""Microsoft Teams: an adaptive card to a workflow's webhook ("Post to a channel when a webhook request is received")."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from channels._http import Answer, post
from flowcentre.alerts.contract import Letter, NotDelivered, know_only, text_setting, whole_address
from flowcentre.model import Severity

_LONGEST = 18_000  # characters; Teams refuses a card of more than some 28 kB
_COLOURS = {Severity.CRITICAL: "attention", Severity.WARNING: "warning", Severity.NOTICE: "default"}
_RATE_LIMIT = timedelta(minutes=1)


class Teams:
    """A lead's address is the workflow's address or, better, the environment variable that holds it."""

    kind: ClassVar[str] = "teams"
    short: bool = False

    def __init__(self, settings: Mapping[str, object], secret: Callable[[str], str]) -> None:
        know_only(settings, "proxy")
        self._proxy = text_setting(settings, "proxy", "")
        self._secret = secret

    def send(self, letter: Letter, address: str, key: str) -> None:
        """Post a card. An answer of success whose body tells of an error is a failure: Teams does that."""
        message = {
            "type": "message",
            "attachments": [
                {
                    "contentType": "application/vnd.microsoft.card.adaptive",
                    "contentUrl": None,
                    "content": _card(letter, key),
                }
            ],
        }
        where = whole_address(address, self._secret)
        _check(post(where, json.dumps(message).encode(), {"Idempotency-Key": key}, proxy=self._proxy))


def _card(letter: Letter, key: str) -> dict[str, Any]:
    text = letter.text if len(letter.text) <= _LONGEST else f"{letter.text[:_LONGEST]}...\n\nMore: {letter.link}"
    blocks = [_block(part) for part in text.split("\n\n") if part.strip()]
    head = _block(letter.subject) | {"size": "Large", "weight": "Bolder", "color": _COLOURS[letter.severity]}
    mark = _block(f"Message {key[:8]}") | {"size": "Small", "isSubtle": True}  # one that comes twice is known by it
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [head, *blocks, mark],
        "actions": [{"type": "Action.OpenUrl", "title": "Open Flow Centre", "url": letter.link}],
    }


def _block(text: str) -> dict[str, Any]:
    # In a card a single end of line is none, and some marks would make it bold or a list.
    plain = re.sub(r"([*_\[\]`])", r"\\\1", text)
    return {"type": "TextBlock", "wrap": True, "text": plain.replace("\n", "\n\n")}


def _check(answer: Answer) -> None:
    if answer.body in ("", "1"):
        return
    said = answer.json()
    if isinstance(said, dict) and not said.get("error") and not said.get("errors"):
        return
    # It says in words: delivery failed, the endpoint behind it returned HTTP error 429.
    inner = re.search(r"HTTP error (\d{3})", answer.body)
    if inner is None:
        raise NotDelivered(f"Teams answered {answer.status}, with an error in its words")
    status = int(inner[1])
    raise NotDelivered(
        f"Teams answered {answer.status}, and in its words {status}",
        again_in=_RATE_LIMIT if status == 429 else None,
        for_good=status in (400, 404, 410, 413),
    )
