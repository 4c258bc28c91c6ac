"""The many services that the library ``apprise`` knows, each by an address of its own form."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import ClassVar

from flowcentre.alerts.contract import SEND_WITHIN, Letter, NotDelivered, know_only, whole_address
from flowcentre.model import Severity

_KINDS = {Severity.CRITICAL: "failure", Severity.WARNING: "warning", Severity.NOTICE: "info"}


class AnyApprise:
    """A lead's address is an ``apprise`` address or, as it holds secrets, the environment variable that holds it."""

    kind: ClassVar[str] = "apprise"
    short: bool = False

    def __init__(self, settings: Mapping[str, object], secret: Callable[[str], str]) -> None:
        know_only(settings)
        self._secret = secret

    def send(self, letter: Letter, address: str, key: str) -> None:
        """Hand a letter to a service. Of why one was not taken, apprise says nothing that could be shown."""
        import apprise

        # Its log would quote addresses.
        logging.getLogger("apprise").setLevel(logging.CRITICAL)
        asset = apprise.AppriseAsset(app_id="Flow Centre", async_mode=False, http_redirects=False)
        service = apprise.Apprise(asset=asset)
        if not service.add(whole_address(address, self._secret)):
            raise NotDelivered("apprise knows no service of such an address", for_good=True)
        waits = min(each.socket_read_timeout for each in service)
        begun = time.monotonic()
        taken = service.notify(
            title=letter.subject,
            body=f"{letter.text}\n\nMessage {key[:8]}",
            notify_type=_KINDS[letter.severity],
            body_format="text",
            timeout=SEND_WITHIN,
        )
        if not taken:
            # Why, it does not say; but what took as long as it waits for an answer was asked, and not answered in time.
            unsure = time.monotonic() - begun >= waits
            raise NotDelivered("the service did not take it, or could not be reached (apprise)", unsure=unsure)
