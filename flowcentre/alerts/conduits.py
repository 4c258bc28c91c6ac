"""The channels of a configuration, made as they are needed, and how each fares just now."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flowcentre.alerts.contract import BadSettings, Channel, Letter, NotDelivered
from flowcentre.model import Alerting, ChannelSettings
from flowcentre.secret import NoSecret, secret_of

AT_ONCE = 2  # letters by one channel at the same time: one that hangs holds up no other
_REST = timedelta(seconds=5)  # what a channel that fails is let rest, doubled each time it fails again
_LONGEST_REST = timedelta(minutes=1)
# What one is let rest in which a letter hangs, doubled with each: a thread that hangs is never given back.
_HUNG_REST, _LONGEST_HUNG_REST = timedelta(minutes=1), timedelta(hours=1)
MOST_HUNG = 20  # letters that hang in one channel: then nothing is tried until one comes back, or all begins afresh
HANGS = "the channel does not answer"


def environment(variable: str) -> str:
    """What an environment variable, or the file that it names, holds. Raises BadSettings where there is nothing."""
    try:
        return secret_of(variable)
    except NoSecret as error:
        raise BadSettings(str(error)) from None


class Broken:
    """A channel that could not be made. It says why with each letter, so that this is seen and the next address is used."""

    kind = "broken"
    short = False

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def send(self, letter: Letter, address: str, key: str) -> None:
        """Raise NotDelivered."""
        raise NotDelivered(self._reason)


@dataclass
class _Health:
    failures: int = 0  # one after the other
    leads: set[str] = field(default_factory=set)  # to whom it failed since it last delivered
    rests_until: datetime | None = None
    trouble: str = ""


@dataclass(eq=False)
class Going:
    """A letter that a channel has been handed, until it comes back."""

    channel: str
    hangs: bool = False


class Conduits:
    """The channels, and what one knows of each: how many letters it is at, and since when it has not delivered.

    Any number of threads may use one. ``kinds`` are the classes by kind; ``secret`` gives what a variable holds.
    """

    def __init__(self, kinds: Mapping[str, type[Channel]], secret: Callable[[str], str]) -> None:
        self._kinds = kinds
        self._secret = secret
        self._lock = threading.Lock()
        self._made: dict[str, tuple[ChannelSettings, Channel | Broken]] = {}
        self._going: list[Going] = []
        self._hung_until: dict[str, datetime] = {}
        self._health: dict[str, _Health] = {}

    def channel(self, id: str, alerting: Alerting) -> Channel | Broken:
        """The channel of that id as it is configured now, made anew only when that has changed."""
        settings = next((each for each in alerting.channels if each.id == id), None)
        if settings is None:
            return Broken("there is no such channel in the configuration")
        with self._lock:
            made = self._made.get(id)
            if made is not None and made[0] == settings:
                return made[1]
            channel = self._make(settings)
            if not isinstance(channel, Broken):  # a variable may be set yet
                self._made[id] = (settings, channel)
            return channel

    def _make(self, settings: ChannelSettings) -> Channel | Broken:
        kind = self._kinds.get(settings.kind)
        if kind is None:
            return Broken(f'there is no kind of channel "{settings.kind}"')
        try:
            return kind(settings.settings, self._secret)
        except BadSettings as error:
            return Broken(str(error))
        except Exception as error:  # a third party's
            return Broken(f"the channel cannot be made ({type(error).__name__})")

    def short(self, alerting: Alerting) -> frozenset[str]:
        """The channels whose letters have to be short."""
        return frozenset(each.id for each in alerting.channels if self.channel(each.id, alerting).short)

    # --- Who is at it ---------------------------------------------------------------------

    def busy(self) -> Collection[str]:
        """The channels that are at as many letters as they may; one that hangs is at none, and refuses them instead."""
        with self._lock:
            at_it = Counter(each.channel for each in self._going if not each.hangs)
        return [id for id, letters in at_it.items() if letters >= AT_ONCE]

    def begin(self, id: str) -> Going:
        """Note that a letter is being sent."""
        with self._lock:
            self._going.append(Going(id))
            return self._going[-1]

    def end(self, going: Going) -> None:
        """Note that one is not any more."""
        with self._lock:
            self._going.remove(going)
            if not self._hung(going.channel):
                self._hung_until.pop(going.channel, None)

    def hangs(self, going: Going, at: datetime) -> None:
        """Note that one has not come back, and is not waited for any longer."""
        with self._lock:
            going.hangs = True
            rest = min(_HUNG_REST * 2 ** min(self._hung(going.channel) - 1, 10), _LONGEST_HUNG_REST)
            self._hung_until[going.channel] = at + rest

    def _hung(self, id: str) -> int:
        return sum(each.hangs for each in self._going if each.channel == id)

    # --- How it fares ---------------------------------------------------------------------

    def resting(self, id: str, at: datetime) -> str | None:
        """What a channel last said that fails for several and is let rest; None for one that may be tried.

        What waits for it fails at once then, and goes by the next address, instead of hanging one after the other.
        """
        with self._lock:
            hung_until = self._hung_until.get(id, at)
            if timedelta(0) < hung_until - at <= _LONGEST_HUNG_REST or self._hung(id) >= MOST_HUNG:
                return HANGS
            health = self._health.get(id)
            if health is None or health.rests_until is None:
                return None
            # One that would rest for longer than any does: the clock was set back.
            return health.trouble if timedelta(0) < health.rests_until - at <= _LONGEST_REST else None

    def went_well(self, id: str) -> bool:
        """Note that a channel took a letter. True where it had failed before."""
        with self._lock:
            return self._health.pop(id, None) is not None

    def went_wrong(self, id: str, lead: str, trouble: str, at: datetime) -> None:
        """Note that a channel took no letter, through no fault of the letter."""
        with self._lock:
            health = self._health.setdefault(id, _Health())
            health.failures += 1
            health.leads.add(lead)
            health.trouble = trouble
            if len(health.leads) > 1:  # of one lead alone, it may be that lead's address
                health.rests_until = at + min(_REST * 2 ** min(health.failures - 2, 10), _LONGEST_REST)
