"""A folder of letters on this machine, in the form that mail programs read: for the demonstration, and where mail is fetched."""

from __future__ import annotations

import mailbox
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from channels._mail import mail
from flowcentre.alerts.contract import Letter, NotDelivered, know_only, text_setting, yes_or_no_setting


class Maildir:
    """A letter is a file in the folder ``new`` of ``folder``; its address is the one that it is written to.

    With ``short`` it is as short as a text message: so a demonstration shows what would be on a telephone.
    """

    kind: ClassVar[str] = "maildir"

    def __init__(self, settings: Mapping[str, object], secret: Callable[[str], str]) -> None:
        know_only(settings, "folder", "sender", "short")
        self._folder = Path(text_setting(settings, "folder"))
        self._sender = text_setting(settings, "sender", "flow-centre@localhost")
        self._short = yes_or_no_setting(settings, "short")

    @property
    def short(self) -> bool:
        """As it is configured."""
        return self._short

    def send(self, letter: Letter, address: str, key: str) -> None:
        """Leave a letter in the folder, whole or not at all."""
        written = mail(letter, self._sender, address, key)
        try:
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            mailbox.Maildir(self._folder, create=True).add(written)
        except OSError as error:
            raise NotDelivered(f"the folder of letters cannot be written ({type(error).__name__})") from None
