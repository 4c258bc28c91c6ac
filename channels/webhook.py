"""Any webhook: JSON, signed, so that whoever gets it knows that it came from here, when, and whether it came before."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import ClassVar

from channels._http import Answer, post
from flowcentre.alerts.contract import Letter, NotDelivered, know_only, secret_setting, text_setting, whole_address


class Webhook:
    """A lead's address is the webhook's address, or the environment variable that holds it.

    The signature is HMAC-SHA256, by the secret of ``secret_env``, of the timestamp, a full stop and the body.
    """

    kind: ClassVar[str] = "webhook"
    short: bool = False

    def __init__(self, settings: Mapping[str, object], secret: Callable[[str], str]) -> None:
        know_only(settings, "secret_env", "proxy")
        self._key = secret_setting(settings, "secret_env", secret).encode()
        self._proxy = text_setting(settings, "proxy", "")
        self._secret = secret

    def send(self, letter: Letter, address: str, key: str) -> None:
        """Post a letter. An answer of success whose body tells of an error is a failure."""
        content = json.dumps(
            {
                "key": key,
                "severity": str(letter.severity),
                "subject": letter.subject,
                "text": letter.text,
                "link": letter.link,
            }
        ).encode()
        # Of this attempt: the other side may refuse what is old, as a replay.
        timestamp = str(int(letter.tried_at.timestamp()))
        headers = {
            "Idempotency-Key": key,
            "X-Flow-Centre-Timestamp": timestamp,
            "X-Flow-Centre-Signature": f"sha256={signature(self._key, timestamp, content)}",
        }
        _check(post(whole_address(address, self._secret), content, headers, proxy=self._proxy))


def signature(secret: bytes, timestamp: str, content: bytes) -> str:
    """What proves that a body was sent by whoever knows the secret, and when."""
    return hmac.new(secret, timestamp.encode() + b"." + content, hashlib.sha256).hexdigest()


def _check(answer: Answer) -> None:
    said = answer.json()
    if not isinstance(said, dict):
        return
    failed = said.get("ok") is False or said.get("success") is False or said.get("error") or said.get("errors")
    if failed or str(said.get("status", "")).lower() in ("error", "failed", "failure"):
        raise NotDelivered(f"the webhook answered {answer.status}, with an error in its body")
