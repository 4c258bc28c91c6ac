"""The sender: writes what has to be told into messages, hands them to channels, and notes what became of each.

A message is taken with a lease before it is sent and noted after: whoever dies in between has sent it once at most, and it
is sent again with the same key. So everybody is told at least once, and a repeat is known for one.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from flowcentre.alerts.composing import compose
from flowcentre.alerts.conduits import Conduits, environment
from flowcentre.alerts.contract import Channel, NotDelivered
from flowcentre.alerts.letters import Book, fallback, letter_of, link_of, way_of
from flowcentre.alerts.routing import channel_tellings
from flowcentre.model import Alerting, Lead, Message, Picture, Telling
from flowcentre.store import Decided, Store

LEASE = timedelta(seconds=60)  # longer than any channel takes
RETRIES = tuple(timedelta(seconds=each) for each in (5, 15, 60, 300, 900))
THEN_EACH, GIVEN_UP_AFTER = timedelta(minutes=30), timedelta(hours=12)
FALLBACK_AFTER = timedelta(seconds=60)  # or after the second failure, whichever comes first
FAILING_FOR = timedelta(minutes=5)  # of a channel: then the leads of the route "channels" are told
_FAILING_LOOKED_AT = timedelta(seconds=15)
_DAY = timedelta(days=1)
_ROUND_EVERY = 1.0  # seconds
_LAST_WORDS = 5.0  # seconds that a stop waits for letters that are being sent
log = structlog.get_logger(__name__)


class Sender:
    """Sends what is due, by the channels of the configuration in force.

    ``kinds`` are the kinds of channel there are (``channels.find_channels``); ``alerting`` and ``current`` give the
    configuration and the picture of the moment; ``name`` tells senders apart in the store.
    """

    def __init__(
        self,
        store: Store,
        kinds: Mapping[str, type[Channel]],
        alerting: Callable[[], Alerting],
        current: Callable[[], Picture],
        *,
        now: Callable[[], datetime],
        name: str,
        secret: Callable[[str], str] = environment,
    ) -> None:
        self.name = f"{name}/{secrets.token_hex(3)}"
        self.last_round_at: datetime | None = None  # when all that was due had been looked at
        self._store = store
        self._alerting = alerting
        self._current = current
        self._now = now
        self._conduits = Conduits(kinds, secret)
        self._failing: dict[str, str] = {}  # channels that deliver nothing, with what they last said
        self._failing_looked_at: datetime | None = None
        self._told_of_failing: set[str] = set()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._working: list[threading.Thread] = []

    # --- Life -----------------------------------------------------------------------------

    def start(self) -> None:
        """Send, in threads of its own, until it is stopped."""
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Send no more. What hangs is left behind, and sent again by whoever is next when its lease ends."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        ends = time.monotonic() + _LAST_WORDS
        for working in self._working:
            working.join(max(ends - time.monotonic(), 0))

    def wake(self) -> None:
        """Look now: something was decided that has to be told."""
        self._wake.set()

    def _run(self) -> None:
        failing = False
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self._round()
                failing = False
            except Exception as error:
                if not failing:
                    log.error("messages cannot be sent; it is tried on and on", error=type(error).__name__)
                failing = True
            self._wake.wait(_ROUND_EVERY)

    def _round(self) -> None:
        self.compose()
        self._working = [working for working in self._working if working.is_alive()]
        while not self._stopping.is_set() and (message := self._claim()) is not None:
            # A thread for each: of no channel are there more than a few, and one that hangs holds up no other.
            self._conduits.begin(message.channel)
            working = threading.Thread(target=self._work, args=(message,), name="sender of one", daemon=True)
            self._working.append(working)
            try:
                working.start()
            except RuntimeError:  # no thread is to be had: the message is taken again when its lease ends
                self._conduits.end(message.channel)
                raise
        self._look_at_channels()
        self.last_round_at = self._now()

    def _work(self, message: Message) -> None:
        try:
            self._send(message)
        except Exception as error:
            # What became of it could not be noted: it is sent again when its lease ends.
            log.error("a message's end could not be noted", message=message.id, error=type(error).__name__)
        finally:
            self._conduits.end(message.channel)
            self._wake.set()

    # --- One round ------------------------------------------------------------------------

    def send_due(self) -> datetime | None:
        """Write what waits to be told, send everything that is due, one after the other, and say when the next is."""
        held_until = self.compose()
        while (message := self._claim()) is not None:
            self._send(message)
        self._look_at_channels()
        self.last_round_at = self._now()
        moments = (held_until, self._store.next_message_due())
        return min((moment for moment in moments if moment is not None), default=None)

    def compose(self) -> datetime | None:
        """Write the messages of what waits to be told. When that may go which is held back."""
        at = self._now()
        alerting = self._alerting()
        book = Book(alerting, self._current(), {}, self._conduits.short(alerting), self._failing)
        return compose(self._store, book, at)

    def _claim(self) -> Message | None:
        return self._store.claim_message(self.name, self._now(), LEASE, leaving_out=self._conduits.busy())

    # --- One message ----------------------------------------------------------------------

    def _send(self, message: Message) -> None:
        alerting = self._alerting()
        lead = alerting.lead(message.lead)
        try:
            self._hand_over(message, lead, alerting)
        except NotDelivered as error:
            self._note_failure(message, lead, alerting, error)
        else:
            self._store.delivered(message.id, self._now())

    def _hand_over(self, message: Message, lead: Lead | None, alerting: Alerting) -> None:
        address = _address(message, lead)
        resting = self._conduits.resting(message.channel, self._now())
        if resting is not None:
            raise NotDelivered(resting)
        try:
            channel = self._conduits.channel(message.channel, alerting)
            channel.send(letter_of(message, alerting, self._now()), address, message.key)
        except NotDelivered as error:
            if not error.for_good:
                self._conduits.went_wrong(message.channel, message.lead, error.reason, self._now())
            raise
        except (Exception, SystemExit) as error:  # a third party's, or a slip of ours; its words may quote an address
            reason = f"the channel failed ({type(error).__name__})"
            self._conduits.went_wrong(message.channel, message.lead, reason, self._now())
            raise NotDelivered(reason) from None
        self._conduits.went_well(message.channel)

    def _note_failure(self, message: Message, lead: Lead | None, alerting: Alerting, error: NotDelivered) -> None:
        at = self._now()
        other = fallback(message, lead, self._conduits.short(alerting), link_of(message, alerting), at)
        again_at: datetime | None = at + max(_delay(message.attempts), error.again_in or timedelta(0))
        if again_at is not None and again_at > message.created_at + GIVEN_UP_AFTER:
            again_at = None
        if error.for_good and other is not None:
            again_at = None  # without another way it is tried on all the same: somebody may mend what is wrong
        waits_long = again_at is None or again_at - message.created_at > FALLBACK_AFTER
        late = message.attempts >= 2 or waits_long
        if message.attempts == 1 or again_at is None:  # each attempt is in the store
            log.warning(
                "message given up" if again_at is None else "message not delivered; it is tried again",
                message=message.id,
                channel=message.channel,
                lead=message.lead,
                reason=error.reason,
            )
        self._store.not_delivered(
            message.id,
            at,
            error.reason,
            again_at=again_at,
            fallback=other if late else None,
            attempt=message.attempts,
        )

    # --- Channels that fail ---------------------------------------------------------------

    def _look_at_channels(self) -> None:
        """Have it told, by other channels, of each that has delivered nothing for minutes though it was tried."""
        at = self._now()
        if self._failing_looked_at is not None and timedelta(0) <= at - self._failing_looked_at < _FAILING_LOOKED_AT:
            return
        self._failing_looked_at = at
        tellings: list[Telling] = []
        failing: dict[str, str] = {}
        # Of two days, and told within one: so "since when" is not just where we began to look.
        for channel, health in self._store.channel_health(at - 2 * _DAY).items():
            since = health.failing_since
            if since is not None and FAILING_FOR <= at - since < _DAY:
                failing[channel] = health.last_trouble
                tellings += channel_tellings(self._alerting(), channel, since, at)
        self._failing = failing
        fresh = [telling for telling in tellings if telling.key not in self._told_of_failing]
        if fresh:
            self._store.decide_alerts(lambda _stood: Decided(tellings=fresh), rules={}, at=at)
            self._told_of_failing |= {telling.key for telling in fresh}
            self._wake.set()


def _address(message: Message, lead: Lead | None) -> str:
    """Where a message goes now: the configuration may have changed since it was written."""
    if lead is None:
        raise NotDelivered("there is no such lead in the configuration", for_good=True)
    way = way_of(message.key)
    if way < len(lead.addresses) and lead.addresses[way][0] == message.channel:
        return lead.addresses[way][1]
    found = next((address for channel, address in lead.addresses if channel == message.channel), None)
    if found is None:
        raise NotDelivered("the lead has no address by this channel", for_good=True)
    return found


def _delay(attempts: int) -> timedelta:
    return RETRIES[attempts - 1] if attempts <= len(RETRIES) else THEN_EACH
