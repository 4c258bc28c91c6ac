"""The channel contract: a way by which messages go, from us to somebody's telephone or desk.

A third party ships one in its own package, through the entry-point group ``flowcentre.channels``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Protocol, runtime_checkable

from flowcentre.model import Severity

TIMEOUT = 10.0  # seconds that a channel waits for any one thing
SEND_WITHIN = 30.0  # seconds that all of a sending may take: well below the lease of a message


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be read: plain text, complete in itself. ``link`` leads to where it can be acknowledged.

    ``tried_at`` is the moment of this attempt, not of the letter.
    """

    subject: str
    text: str
    link: str
    severity: Severity
    tried_at: datetime


class NotDelivered(Exception):
    """A channel did not take a letter. ``reason`` is kept and shown: it never quotes an address or a secret.

    ``again_in`` is what the other side asked us to wait. ``for_good`` says that to try the same again is of no use.
    ``unsure`` says that it may have been taken all the same, as where no answer came: it goes again in the same letter.
    """

    def __init__(
        self, reason: str, *, again_in: timedelta | None = None, for_good: bool = False, unsure: bool = False
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again_in = again_in
        self.for_good = for_good
        self.unsure = unsure


class NotArrived(Exception):
    """What a channel took has not arrived, and will not. ``reason`` is kept and shown: it never quotes an address or a secret."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BadSettings(ValueError):
    """A channel cannot be made of these settings. Says which, never what a secret holds."""


@runtime_checkable
class Channel(Protocol):
    """A way by which letters go. It is made once, and used from several threads at the same time.

    ``settings`` are those of its ``[[channel]]``; ``secret`` gives what an environment variable holds, and raises
    BadSettings where it is not set. Making one raises BadSettings too; neither making nor ``send`` does anything else.
    """

    kind: ClassVar[str]  # what a [[channel]] calls it by

    def __init__(self, settings: Mapping[str, object], secret: Callable[[str], str]) -> None: ...

    @property
    def short(self) -> bool:
        """Do its letters have to be short, as a text message is?"""
        ...

    def send(self, letter: Letter, address: str, key: str) -> str | None:
        """Hand a letter over, and return only when it has been taken. Raises NotDelivered.

        What is returned is a receipt: by it, a channel that has the verb ``arrived`` is asked later. None: it cannot say.

        ``key`` is the same each time one message is tried; it goes with the letter, so that one that comes twice is known.
        """
        ...


@runtime_checkable
class Receipts(Protocol):
    """A channel whose other side says later whether what it took arrived."""

    def arrived(self, receipt: str) -> bool:
        """Did it arrive? False: that is not known yet. Raises NotArrived where it will not, NotDelivered where it cannot be asked."""
        ...


def text_setting(settings: Mapping[str, object], name: str, default: str | None = None) -> str:
    """A setting that is text. Raises BadSettings where it is missing, or something else."""
    value = settings.get(name, default)
    if not isinstance(value, str) or (not value and default is None):
        raise BadSettings(f'the channel needs the setting "{name}", as text')
    return value


def number_setting(settings: Mapping[str, object], name: str, default: int) -> int:
    """A setting that is a whole number. Raises BadSettings where it is something else."""
    value = settings.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadSettings(f'the setting "{name}" of the channel is a whole number')
    return value


def yes_or_no_setting(settings: Mapping[str, object], name: str) -> bool:
    """A setting that is true or false, and false where nothing is said. Raises BadSettings where it is something else."""
    value = settings.get(name, False)
    if not isinstance(value, bool):
        raise BadSettings(f'the setting "{name}" of the channel is true or false')
    return value


def secret_setting(settings: Mapping[str, object], name: str, secret: Callable[[str], str]) -> str:
    """What the environment variable holds that a setting names. Raises BadSettings."""
    return secret(text_setting(settings, name))


_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


def whole_address(address: str, secret: Callable[[str], str]) -> str:
    """An address, or what the environment variable holds that it names: a webhook's whole address is a secret.

    Raises NotDelivered where there is no such variable.
    """
    if not _VARIABLE.fullmatch(address):
        return address
    try:
        return secret(address)
    except BadSettings as error:
        raise NotDelivered(str(error), for_good=True) from None


def know_only(settings: Mapping[str, object], *names: str) -> None:
    """Raise BadSettings for a setting that the channel does not have: a slip of the pen must not go unseen."""
    unknown = sorted(set(settings) - set(names))
    if unknown:
        raise BadSettings(f'the channel has no setting "{unknown[0]}": it has {", ".join(names) or "none"}')
