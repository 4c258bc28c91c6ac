"""The dead man's ping: while all goes well somebody outside hears from us, so that our own death is noticed.

Silence is the alarm. So it says nothing the moment evaluator or sender stands still, and nothing else ever.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from flowcentre.model import Alerting
from flowcentre.secret import NoSecret, secret_of

EVERY = timedelta(seconds=30)
STILL = timedelta(seconds=45)  # without a round: with the two, who listens knows within a minute and a half
AUDIT_HEAD = "x-flow-audit-head"
_TIMEOUT = 10.0  # seconds
log = structlog.get_logger(__name__)


class Watchdog:
    """Asks for the address ``dead_man`` of the configuration each half minute, while each of some loops goes round.

    ``rounds`` give when each loop last ended a round: the evaluator's ``last_look_at``, the sender's ``last_round_at``.
    """

    def __init__(
        self,
        alerting: Callable[[], Alerting],
        *rounds: Callable[[], datetime | None],
        now: Callable[[], datetime],
        audit_head: Callable[[], tuple[int, str]] | None = None,
    ) -> None:
        """``audit_head`` is the newest entry of the audit: whoever keeps what is asked of them finds it in a header of each ping."""
        self._alerting = alerting
        self._rounds = rounds
        self._now = now
        self._audit_head = audit_head
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._unheard = False
        self._unset = False

    def start(self) -> None:
        """Ping in a thread of its own, until it is stopped."""
        self._thread = threading.Thread(target=self._run, name="alerts watchdog", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ping no more."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def all_goes_round(self) -> bool:
        """Has each loop ended a round lately? One whose round lies in the future has a clock that was set back: it has not."""
        at = self._now()
        return all(
            moment is not None and timedelta(0) <= at - moment < STILL for moment in (last() for last in self._rounds)
        )

    def ping(self) -> bool:
        """Say outwards that all goes well, if it does. True: it was heard."""
        import httpx

        logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log the address, which may hold a key
        address = self._address()
        if not address or not self.all_goes_round():
            return False
        try:
            answer = httpx.get(address, headers=self._headers(), timeout=_TIMEOUT, follow_redirects=False)
            heard, reason = answer.is_success, f"answered {answer.status_code}"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            heard, reason = False, type(error).__name__
        if heard == self._unheard:  # said once when it is lost, and once when it is found again
            self._unheard = not heard
            if heard:
                log.info("the dead man's ping is heard again")
            else:
                log.error("the dead man's ping is not heard", reason=reason)
        return heard

    def _headers(self) -> dict[str, str]:
        """The newest entry of the audit; none where it cannot be read, which is no reason to fall silent."""
        if self._audit_head is None:
            return {}
        with suppress(Exception):
            number, newest = self._audit_head()
            return {AUDIT_HEAD: f"{number}:{newest}"} if number else {}
        return {}

    def _address(self) -> str:
        """Where to ask: it is a secret to some, and then in a variable. One that is not set is said once, and asked of again."""
        alerting = self._alerting()
        if not alerting.dead_man_env:
            return alerting.dead_man
        address, why = "", ""
        try:
            address = secret_of(alerting.dead_man_env)
        except NoSecret as error:
            why = str(error)
        if bool(address) == self._unset:
            self._unset = not address
            if not address:
                log.error("there is no dead man's ping", reason=why)
        return address

    def _run(self) -> None:
        while True:
            try:
                self.ping()
            except Exception as error:
                log.error("the dead man's ping failed", error=type(error).__name__)
            if self._stopping.wait(EVERY.total_seconds()):
                return
