"""GOV.UK Notify: text messages and e-mails, by a template of one's own service there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from flowcentre.alerts.contract import (
    TIMEOUT,
    BadSettings,
    Letter,
    NotArrived,
    NotDelivered,
    know_only,
    secret_setting,
    text_setting,
)

_RATE_LIMIT = timedelta(minutes=1)
_API = "https://api.notifications.service.gov.uk"

# How a letter ends there that was taken and reached nobody.
_LOST = {
    "permanent-failure": "there is no such number or address",
    "temporary-failure": "the telephone was off or the mailbox full for too long",
    "technical-failure": "it failed between Notify and the network",
}


class Notify:
    """A lead's address is a telephone number, or an e-mail address where ``by`` is "email".

    The template has ((message)), and that of an e-mail ((subject)) too. Our key is the notification's reference there.
    """

    kind: ClassVar[str] = "notify"

    def __init__(self, settings: Mapping[str, object], secret: Callable[[str], str]) -> None:
        know_only(settings, "by", "template_id", "api_key_env", "reply_to_id", "base_url")
        self._by = text_setting(settings, "by", "sms")
        if self._by not in ("sms", "email"):
            raise BadSettings('the setting "by" is "sms" or "email"')
        self._template = text_setting(settings, "template_id")
        self._api_key = secret_setting(settings, "api_key_env", secret)
        self._reply_to = text_setting(settings, "reply_to_id", "") or None
        self._base_url = text_setting(settings, "base_url", _API)
        parts = urlsplit(self._base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
            raise BadSettings(
                f'the setting "base_url" is an address without a path, such as {_API}: all else would be dropped'
            )

    @property
    def short(self) -> bool:
        """A text message has to be."""
        return self._by == "sms"

    def send(self, letter: Letter, address: str, key: str) -> str | None:
        """Hand a letter to GOV.UK Notify, which takes it, and says later what became of it: its id there is the receipt."""

        def hand_over(client: Any) -> object:
            if self._by == "sms":
                return client.send_sms_notification(
                    address, self._template, {"message": letter.text}, reference=key, sms_sender_id=self._reply_to
                )
            return client.send_email_notification(
                address,
                self._template,
                {"subject": letter.subject, "message": letter.text},
                reference=key,
                email_reply_to_id=self._reply_to,
            )

        answer = self._ask(hand_over)
        if not isinstance(answer, dict) or not answer.get("id"):
            raise NotDelivered("GOV.UK Notify answered without saying that it took the letter", unsure=True)
        return str(answer["id"])

    def arrived(self, receipt: str) -> bool:
        """Ask GOV.UK Notify what became of a letter. A text message abroad stays "sent": nobody says more of it."""
        answer = self._ask(lambda client: client.get_notification_by_id(receipt))
        status = answer.get("status") if isinstance(answer, dict) else None
        if status in _LOST:
            raise NotArrived(f"GOV.UK Notify took it, and it did not arrive ({status}: {_LOST[status]})")
        return status == "delivered"

    def _ask(self, what: Callable[[Any], object]) -> object:
        from notifications_python_client.errors import APIError
        from notifications_python_client.notifications import NotificationsAPIClient

        # It would log what the service answers, which may quote the address.
        logging.getLogger("notifications_python_client").setLevel(logging.CRITICAL)
        make: Any = NotificationsAPIClient  # its types are not declared
        try:
            client = make(self._api_key, base_url=self._base_url, timeout=TIMEOUT)
        except AssertionError:
            raise NotDelivered("the key of GOV.UK Notify is no key of a service", for_good=True) from None
        with closing(client.request_session) as session:  # one for each letter: the client is for one thread only
            session.max_redirects = 0
            try:
                return what(client)
            except APIError as error:
                if error.response is None:
                    raise _no_answer(error.__cause__) from None
                raise _refused(error.status_code) from None


def _no_answer(cause: BaseException | None) -> NotDelivered:
    """Of what was never handed over it is known that it did not arrive; of what was, and not answered, it is not."""
    import requests
    from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, SSLError

    if isinstance(cause, requests.Timeout) and not isinstance(cause, requests.ConnectTimeout):
        return NotDelivered(f"GOV.UK Notify did not answer within {TIMEOUT:g} s", unsure=True)
    why = cause.args[0] if cause is not None and cause.args else None
    reason = why.reason if isinstance(why, MaxRetryError) else None
    if isinstance(reason, (NewConnectionError, ConnectTimeoutError, SSLError)):
        return NotDelivered("GOV.UK Notify could not be reached")
    return NotDelivered("GOV.UK Notify broke off", unsure=True)


def _refused(status: int) -> NotDelivered:
    if 200 <= status < 300:
        return NotDelivered("GOV.UK Notify answered what cannot be read", unsure=True)
    if status == 429:
        return NotDelivered(
            "GOV.UK Notify asks us to send less often, or the day's limit is reached (429)", again_in=_RATE_LIMIT
        )
    if status == 400:
        return NotDelivered("GOV.UK Notify refused the address, the template or the letter (400)", for_good=True)
    if status in (401, 403):
        return NotDelivered(f"GOV.UK Notify refused our key, or our clock is wrong ({status})")
    return NotDelivered(f"GOV.UK Notify failed ({status})", for_good=400 <= status < 500)
