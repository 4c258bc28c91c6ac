"""The sender: writes what has to be told into messages, hands them to channels, and notes what became of each.

A message is taken with a lease before it is sent and noted after: whoever dies in between has sent it once at most, and it
is sent again with the same key. So everybody is told at least once, and a repeat is known for one.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from flowcentre.alerts.composing import another_way, compose
from flowcentre.alerts.conduits import HANGS, Conduits, Going, environment
from flowcentre.alerts.contract import Channel, NotDelivered, Receipts
from flowcentre.alerts.going_out import Since, free_at, key_of, letter_of
from flowcentre.alerts.letters import BUDGET_SPAN, Book, way_of
from flowcentre.alerts.receipts import FIRST_ASKED, Inquiries
from flowcentre.alerts.routing import channel_tellings
from flowcentre.alerts.words import short_subject_words
from flowcentre.model import Alerting, Lead, Message, Picture, Telling
from flowcentre.store import Decided, Store

LEASE = timedelta(seconds=60)  # longer than any channel takes
RETRIES = tuple(timedelta(seconds=each) for each in (5, 15, 60, 300, 900))
THEN_EACH, GIVEN_UP_AFTER = timedelta(minutes=30), timedelta(hours=12)
FALLBACK_AFTER = timedelta(seconds=60)  # or after the second failure, whichever comes first
LONGEST_ASKED = timedelta(
    minutes=50
)  # that another side may have us wait: what is due later was written by a wrong clock
FAILING_FOR = timedelta(minutes=5)  # of a channel: then the leads of the route "channels" are told
_FAILING_LOOKED_AT = timedelta(seconds=15)
_DAY = timedelta(days=1)
_ROUND_EVERY = 1.0  # seconds
_LAST_WORDS = 5.0  # seconds that a stop waits for letters that are being sent
log = structlog.get_logger(__name__)


@dataclass(eq=False)
class _Work:
    """A letter that is with a channel, in a thread of its own."""

    thread: threading.Thread
    batch: Sequence[Message]
    going: Going
    begun_at: datetime
    begun: float  # by a clock that nobody sets

    def is_overdue(self, at: datetime) -> bool:
        """Has it been there for a lease, by either clock?"""
        return at - self.begun_at >= LEASE or time.monotonic() - self.begun >= LEASE.total_seconds()


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
        self._inquiries = Inquiries(store, self._conduits, self._book, now)
        self._failing: dict[str, str] = {}  # channels that deliver nothing, with what they last said
        self._failing_looked_at: datetime | None = None
        self._told_of_failing: set[str] = set()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._working: list[_Work] = []

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
        for work in self._working:
            work.thread.join(max(ends - time.monotonic(), 0))

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
        self._working = [work for work in self._working if work.thread.is_alive()]
        self._give_up_what_hangs()
        while not self._stopping.is_set() and (batch := self._claim()) is not None:
            # A thread for each: of no channel are there more than a few, and one that hangs holds up no other.
            going = self._conduits.begin(batch[0].channel)
            thread = threading.Thread(target=self._work, args=(batch, going), name="sender of one", daemon=True)
            self._working.append(_Work(thread, batch, going, self._now(), time.monotonic()))
            try:
                thread.start()
            except RuntimeError:  # no thread is to be had: the message is taken again when its lease ends
                self._working.pop()
                self._conduits.end(going)
                raise
        self._inquiries.begin()
        self._look_at_channels()
        self.last_round_at = self._now()

    def _work(self, batch: Sequence[Message], going: Going) -> None:
        try:
            self._send(batch)
        except Exception as error:
            # What became of it could not be noted: it is sent again when its lease ends.
            log.error("a message's end could not be noted", message=batch[0].id, error=type(error).__name__)
        finally:
            self._conduits.end(going)
            self._wake.set()

    def _give_up_what_hangs(self) -> None:
        """What a channel has not answered within the lease is a failed attempt: the next address must not wait for it."""
        at = self._now()
        for work in self._working:
            if work.going.hangs or not work.is_overdue(at):
                continue
            self._conduits.hangs(work.going, at)
            self._note_failures(work.batch, self._alerting(), NotDelivered(HANGS), may_have_gone=True)

    # --- One round ------------------------------------------------------------------------

    def send_due(self) -> datetime | None:
        """Write what waits to be told, send and ask everything that is due, one after the other, and say when the next is."""
        self._inquiries.ask()
        held_until = self.compose()
        while (batch := self._claim()) is not None:
            self._send(batch)
        self._look_at_channels()
        self.last_round_at = self._now()
        moments = (held_until, self._store.next_message_due(), self._store.next_ask())
        return min((moment for moment in moments if moment is not None), default=None)

    def compose(self) -> datetime | None:
        """Write the messages of what waits to be told. When that may go which is held back."""
        at = self._now()
        return compose(self._store, self._book(), at)

    def _book(self) -> Book:
        """What one has to know to write, but what is spoken of."""
        alerting = self._alerting()
        return Book(alerting, self._current(), {}, self._conduits.short(alerting), self._failing)

    def _claim(self) -> Sequence[Message] | None:
        """Take what is due to one lead at one address, to go in one letter; what would be too many letters waits on."""
        while True:
            at = self._now()
            batch: Sequence[Message] = self._store.claim_together(
                self.name, at, LEASE, leaving_out=self._conduits.busy()
            )
            if not batch:
                return None
            batch = self._withdraw_needless(batch)
            if not batch:
                continue
            lead, numbers = batch[0].lead, [each.id for each in batch]
            going = self._store.letters_in_hand(lead, at, besides=numbers)
            until = free_at([*self._store.sent_lately(lead, at - BUDGET_SPAN), *[at] * going], batch, at)
            if until <= at:
                return batch
            self._store.postpone(numbers, until)

    # --- One letter -----------------------------------------------------------------------

    def _send(self, batch: Sequence[Message]) -> None:
        alerting = self._alerting()
        lead = alerting.lead(batch[0].lead)
        begun, began_at = time.monotonic(), self._now()
        try:
            recovered, receipt = self._hand_over(batch, self._happened_since(batch), lead, alerting)
        except NotDelivered as error:
            took = max(timedelta(seconds=time.monotonic() - begun), self._now() - began_at)
            self._note_failures(batch, alerting, error, may_have_gone=error.unsure or took >= LEASE)
            return
        at = self._now()  # one moment for all: they went in one letter
        words = "" if len(batch) == 1 else f"in one letter with {len(batch) - 1} more"
        numbers = [message.id for message in batch]
        self._store.delivered_together(numbers, at, words, receipt=receipt, ask_at=at + FIRST_ASKED)
        if recovered:
            self._store.hasten(batch[0].channel, at)

    def _happened_since(self, batch: Sequence[Message]) -> Since:
        """How the alerts stand of which messages tell, that were written a while ago or a moment."""
        tellings = self._store.tellings_of([message.id for message in batch])
        numbers = {each.alert for told in tellings.values() for each in told if each.alert is not None}
        chased = {each.action for told in tellings.values() for each in told if each.action is not None}
        actions = {number: action for number in chased if (action := self._store.action(number)) is not None}
        alerts = self._store.alerts_of(numbers) if numbers else {}
        picture = self._current()
        places = {each.subject: short_subject_words(each.subject, picture) for each in alerts.values()}
        spells = self._store.blind_spells(numbers) if numbers else {}
        ways = self._store.ways_of([message.id for message in batch])
        return Since(tellings, alerts, actions, ways, places, spells)

    def _withdraw_needless(self, batch: Sequence[Message]) -> Sequence[Message]:
        """Of those that only say that nobody has acknowledged an alert, none goes out once somebody has; nor reminders."""
        kept, since = [], self._happened_since(batch)
        for message in batch:
            if (why := since.why_needless(message, self._now())) is None:
                kept.append(message)
            else:
                self._store.withdraw(message.id, self._now(), why)
        return kept

    def _hand_over(
        self, batch: Sequence[Message], since: Since, lead: Lead | None, alerting: Alerting
    ) -> tuple[bool, str]:
        """Hand what there is to say to a channel. Whether it takes a letter for the first time after it did not, and by what it is
        asked later whether that arrived; "" where it cannot say.
        """
        message = batch[0]
        address = _address(message, lead)
        resting = self._conduits.resting(message.channel, self._now())
        if resting is not None:
            raise NotDelivered(resting)
        try:
            channel = self._conduits.channel(message.channel, alerting)
            letter = letter_of(batch, since, alerting, self._now(), short=channel.short)
            said = channel.send(letter, address, key_of(batch))
        except NotDelivered as error:
            if not error.for_good:
                self._conduits.went_wrong(message.channel, message.lead, error.reason, self._now())
            raise
        except (Exception, SystemExit) as error:  # a third party's, or a slip of ours; its words may quote an address
            reason = f"the channel failed ({type(error).__name__})"
            self._conduits.went_wrong(message.channel, message.lead, reason, self._now())
            raise NotDelivered(reason, unsure=True) from None
        receipt = said if isinstance(channel, Receipts) and isinstance(said, str) else ""
        return self._conduits.went_well(message.channel), receipt

    def _note_failures(
        self, batch: Sequence[Message], alerting: Alerting, error: NotDelivered, *, may_have_gone: bool
    ) -> None:
        if may_have_gone:
            self._store.may_have_gone([message.id for message in batch])
        for message in batch:
            self._note_failure(message, alerting.lead(message.lead), error)

    def _note_failure(self, message: Message, lead: Lead | None, error: NotDelivered) -> None:
        at = self._now()
        other = another_way(self._store, message, lead, self._book(), at)
        again_at: datetime | None = at + max(
            _delay(message.attempts), min(error.again_in or timedelta(0), LONGEST_ASKED)
        )
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
