"""The store's verbs of alerts: how rules stand, what happened, who is told, and what became of each message.

What is decided of alerts is decided one at a time, of all processes that use the store: each decision sees what the one
before it wrote, and is kept whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Connection

from flowcentre.model import Alert, Message, MessageState, Rule, Silence, Telling, Transition
from flowcentre.model import alerts as model
from flowcentre.store import alert_story, alerts, outbox, outbox_read, receipts, silences, standings, versions
from flowcentre.store.answers import ChannelHealth, Decided, NewMessage, Stood, Ways
from flowcentre.store.connections import Connections


class AlertVerbs(Connections):
    """What a store can do about alerts."""

    # --- Deciding -----------------------------------------------------------------------

    def decide_alerts(self, decide: Callable[[Stood], Decided], *, rules: Mapping[str, Rule], at: datetime) -> Decided:
        """Decide what changes, from how all stands, and keep it, in one transaction. What was kept, numbered.

        ``decide`` is called once, under the lock, and must be pure: it may not ask the store anything. Of ``rules``, by id,
        come the title, the severity and the limit of an alert that begins. Only a transition or a chaser makes a version.
        """
        with self._deciding() as connection:
            stood = alerts.read_stood(connection, at)
            decided = alerts.keep(connection, stood, decide(stood), rules)
            version = self._next_version(connection) if decided.transitions or decided.chased else None
        self._tell_of(version)
        return decided

    def acknowledge(self, alert: int, by: str, at: datetime, words: str = "") -> bool:
        """Note that somebody has taken an alert on. False where there is nothing to take on: it is over, or taken on already.

        Raises ValueError where nobody is named.
        """
        return self._by_a_person(lambda connection: alerts.acknowledge(connection, alert, by, at, words))

    def close_alert(self, alert: int, by: str, at: datetime, words: str) -> bool:
        """End an alert that cannot tell, as no figure will. False for any other: those end by their figures alone.

        Raises ValueError where nobody is named, or no reason.
        """
        return self._by_a_person(lambda connection: alerts.close(connection, alert, by, at, words))

    def silence(self, rule: str, subject: str, reason: str, by: str, starts_at: datetime, ends_at: datetime) -> Silence:
        """Have nobody told of a rule, at a subject or ("") at all, for a day at most; of every rule where it is "".

        Raises ValueError where it is not said who and why, or where it ends before it starts or lasts longer.
        """
        with self._deciding() as connection:
            silence = silences.keep(connection, rule, subject, reason, by, starts_at, ends_at)
            version = self._next_version(connection)
        self._tell_of(version)
        return silence

    def end_silence(self, silence: int, at: datetime, by: str) -> bool:
        """End a silence before its time; False where it has ended. Raises ValueError where nobody is named."""
        return self._by_a_person(lambda connection: silences.end(connection, silence, at, by))

    # --- What stands, and what has been ---------------------------------------------------

    def standings(self) -> list[model.Standing]:
        """How every rule stands at every subject, of those that were ever written."""
        with self._reading() as connection:
            return standings.read(connection)

    def blind_standings(self) -> list[model.Standing]:
        """Those of them that cannot tell, and of which no alert stands."""
        with self._reading() as connection:
            return standings.read_blind(connection)

    def open_alerts(self, at: datetime) -> list[Alert]:
        """The alerts that stand now, the gravest first, of those alike the newest; ``at`` says which are silenced."""
        with self._reading(one_moment=True) as connection:
            return alert_story.read_open(connection, at)

    def alerts(self, since: datetime, until: datetime, limit: int = 200) -> list[Alert]:
        """The alerts that stood at any moment from ``since`` until before ``until``, the newest first."""
        with self._reading(one_moment=True) as connection:
            return alert_story.read_between(connection, since, until, limit)

    def alert(self, alert: int, at: datetime | None = None) -> Alert | None:
        """One alert, if there is one of that number; ``at`` says whether it is silenced."""
        with self._reading(one_moment=True) as connection:
            return alert_story.read_one(connection, alert, at)

    def alerts_of(self, numbers: Collection[int], at: datetime | None = None) -> dict[int, Alert]:
        """Some alerts, by number."""
        with self._reading(one_moment=True) as connection:
            return alert_story.read_some(connection, numbers, at)

    def blind_spells(self, alerts: Collection[int]) -> dict[int, tuple[datetime, datetime]]:
        """By alert from when until when it last could not tell, of those that could not and can again."""
        with self._reading() as connection:
            return alert_story.read_blind_spells(connection, alerts)

    def alert_story(self, alert: int) -> tuple[list[Transition], list[Message]]:
        """All that happened to an alert since it was pending, and all messages that tell of it, oldest first."""
        with self._reading(one_moment=True) as connection:
            return alert_story.read_transitions(connection, alert), outbox_read.read_of_alert(connection, alert)

    def silences(self, at: datetime) -> list[Silence]:
        """The silences in force or to come, those first that end first."""
        with self._reading() as connection:
            return silences.read(connection, at)

    # --- Telling ------------------------------------------------------------------------

    def compose(
        self,
        write: Callable[[Sequence[Telling], Mapping[str, Sequence[datetime]]], Sequence[NewMessage]],
        at: datetime,
    ) -> list[Message]:
        """Make messages of what is still to be told, in one transaction: a telling is in one message, or still waits.

        ``write`` gets the tellings that wait, oldest first, and by lead the moments at which messages to that lead were
        made in the last five minutes, oldest first. It must be pure, as ``decide_alerts`` says. Raises ValueError where it
        writes of a telling that does not wait, or twice of one.
        """
        with self._reading() as connection:  # so that nobody who writes waits for a question that is asked each second
            if not outbox.anything_waits(connection):
                return []
        with self._deciding() as connection:
            return outbox.compose(connection, write, at)

    def claim_together(
        self, sender: str, at: datetime, lease: timedelta, *, leaving_out: Collection[str] = ()
    ) -> list[Message]:
        """Take the message that has been due for longest, to send it, with all else that goes in one letter with it; or none.

        It is one that waits, or one that a sender took and has not spoken of within its lease. ``due_at`` is then when this
        lease ends. With it go those to the same lead at the same address. Messages of the channels in ``leaving_out`` are
        left for others.
        """
        with (
            self._reading() as connection
        ):  # asked first, so that nobody who writes waits for a question of each second
            if not outbox.anything_due(connection, at):
                return []
        with self._changing() as connection:
            return outbox.claim(connection, sender, at, lease, leaving_out)

    def delivered_together(
        self,
        messages: Collection[int],
        at: datetime,
        words: str = "",
        *,
        receipt: str = "",
        ask_at: datetime | None = None,
    ) -> None:
        """Note that a channel took one letter in which some messages went, and when to ask it by what whether it arrived."""
        with self._changing() as connection:
            for message in messages:
                outbox.delivered(connection, message, at, words)
            if receipt and ask_at is not None:
                receipts.keep(connection, messages, receipt, ask_at)

    def next_ask(self) -> datetime | None:
        """When a channel is to be asked next what became of what it took; None where nothing is waited for."""
        with self._reading() as connection:
            return receipts.next_ask(connection)

    def claim_receipts(self, at: datetime, lease: timedelta) -> list[Message]:
        """Take the messages of which channels are to be asked now; nobody else takes them within the lease."""
        with self._changing() as connection:
            return receipts.claim(connection, at, lease)

    def ask_again(self, messages: Sequence[Message], at: datetime | None) -> None:
        """Note when a channel is asked again whether a letter arrived; None: not any more."""
        with self._changing() as connection:
            receipts.ask_again(connection, messages, at)

    def arrived(self, messages: Sequence[Message], at: datetime) -> None:
        """Note that a letter arrived, as its channel says."""
        with self._changing() as connection:
            receipts.arrived(connection, messages, at)

    def bounced(self, message: Message, at: datetime, trouble: str, *, fallback: NewMessage | None = None) -> bool:
        """Note that a message was taken and did not arrive: it is undeliverable, and the fallback goes out instead.

        False where that was known, or where it did arrive: then nothing is written.
        """
        with self._changing() as connection:
            return receipts.bounced(connection, message, at, trouble, fallback)

    def may_have_gone(self, messages: Collection[int]) -> None:
        """Note of messages that went in one letter, and of which no channel has spoken, that it may have arrived.

        They go again in that letter, with its key, and in no other.
        """
        with self._changing() as connection:
            outbox.may_have_gone(connection, messages)

    def postpone(self, messages: Collection[int], until: datetime) -> None:
        """Give back messages that were taken and not tried, to be taken again at a moment."""
        with self._changing() as connection:
            outbox.postpone(connection, messages, until)

    def hasten(self, channel: str, at: datetime) -> None:
        """Let all that a channel did not take be due at once: it delivers again."""
        with self._changing() as connection:
            outbox.hasten(connection, channel, at)

    def withdraw(self, message: int, at: datetime, words: str) -> None:
        """Note that a message is not sent any more, and why."""
        with self._changing() as connection:
            outbox.withdraw(connection, message, at, words)

    def sent_lately(self, lead: str, since: datetime) -> list[datetime]:
        """When letters reached a lead since a moment, oldest first."""
        with self._reading() as connection:
            return outbox.sent_lately(connection, lead, since)

    def letters_in_hand(self, lead: str, at: datetime, *, besides: Collection[int] = ()) -> int:
        """How many letters to a lead are with channels, or may have gone out with a sender that died, but for some messages."""
        with self._reading() as connection:
            return outbox.in_hand(connection, lead, at, besides)

    def tellings_of(self, messages: Collection[int]) -> dict[int, list[Telling]]:
        """What each of some messages tells, by message."""
        with self._reading() as connection:
            return outbox_read.read_tellings(connection, messages)

    def ways_of(self, messages: Collection[int]) -> dict[int, Ways]:
        """When what each of some messages tells was first written, and by which other ways it has gone out."""
        with self._reading() as connection:
            return outbox_read.read_ways(connection, messages)

    def next_message_due(self) -> datetime | None:
        """When the next message is due, or the next lease ends; None where none waits."""
        with self._reading() as connection:
            return outbox.next_due(connection)

    def not_delivered(
        self,
        message: int,
        at: datetime,
        trouble: str,
        *,
        again_at: datetime | None,
        fallback: NewMessage | None = None,
        attempt: int | None = None,
    ) -> None:
        """Note that a channel did not take a message: when it is tried again (None: never), and what goes out instead.

        The fallback tells what the message tells, whatever it says of tellings, and one of a kept key is left out. Given
        ``attempt``, the ``attempts`` of the message as it was claimed, a sender whose lease has ended and whose message
        another has taken since says only what happened, and moves nothing.
        """
        with self._changing() as connection:
            outbox.not_delivered(connection, message, at, trouble, again_at, fallback, attempt)

    def messages(
        self, since: datetime, limit: int = 200, states: Collection[MessageState] | None = None
    ) -> list[Message]:
        """The messages made since a moment, the newest first; in some states only, where given."""
        with self._reading(one_moment=True) as connection:
            return outbox_read.read_messages(connection, since, limit, states)

    def undelivered(self, since: datetime, *, waiting_since: datetime | None = None, limit: int = 200) -> list[Message]:
        """The messages made since a moment that no channel took, neither they nor any fallback, newest first.

        While another way may yet be tried it is not one of them, but where it was made before ``waiting_since``. Of a
        message and its fallbacks the newest stands for all.
        """
        with self._reading(one_moment=True) as connection:
            return outbox_read.read_undelivered(connection, since, waiting_since, limit)

    def oldest_waiting(self) -> datetime | None:
        """Since when the oldest has waited that is to be told; None where nothing waits."""
        with self._reading() as connection:
            return outbox_read.read_oldest_waiting(connection)

    def channel_health(self, since: datetime) -> dict[str, ChannelHealth]:
        """How each channel fared in its attempts since a moment; one that was not tried is missing."""
        with self._reading(one_moment=True) as connection:
            return outbox_read.read_health(connection, since)

    # --- How ----------------------------------------------------------------------------

    @contextmanager
    def _deciding(self) -> Iterator[Connection]:
        """A transaction that writes, and that no other of its kind runs beside, in any process."""
        with self._changing() as connection:
            alerts.take_turn(connection)
            yield connection

    def _by_a_person(self, do: Callable[[Connection], bool]) -> bool:
        with self._deciding() as connection:
            done = do(connection)
            version = self._next_version(connection) if done else None
        self._tell_of(version)
        return done

    @staticmethod
    def _next_version(connection: Connection) -> int:
        version, _ = versions.next_version(connection)
        versions.announce(connection, version)
        return version

    def _tell_of(self, version: int | None) -> None:
        if version is not None:
            self._tell(version)
