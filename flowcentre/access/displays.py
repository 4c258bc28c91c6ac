"""Screens on walls: a token of their own, bound to one board, with no person's cookie and no person's rights."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from flowcentre.access.tokens import hash_of, is_token, make_token
from flowcentre.model import EVERYWHERE, Access, Display, Identity, Permission
from flowcentre.store import Store

DISPLAY = "display"  # the issuer of what shows a board
SEEN_EVERY = timedelta(minutes=1)


def make(store: Store, board: str, title: str, made_by: str, at: datetime, *, token: str = "") -> tuple[str, Display]:
    """A token for a screen that hangs at ``title`` and shows one board: told once, and kept as its hash alone.

    ``token`` is what it is to be, "" for one of chance.
    """
    token = token or make_token()
    return token, store.add_display(hash_of(token), board, title, made_by, at)


def holds(display: Display, unseen_for: timedelta, at: datetime) -> bool:
    """Is a token still good? Not once it is revoked, nor where no screen has come with it for so long."""
    return display.revoked_at is None and at - (display.seen_at or display.made_at) < unseen_for


def identity_of_display(display: Display) -> Identity:
    """Whom a screen is: somebody who may see one board's aggregates, and nothing else."""
    return Identity(DISPLAY, str(display.id), display.title, {Permission.BOARD: EVERYWHERE}, board=display.board)


class Displays:
    """Which screen a token is. ``access`` gives the configuration as it is now."""

    def __init__(self, store: Store, access: Callable[[], Access]) -> None:
        self._store = store
        self._access = access
        self._guard = threading.Lock()
        self._noted: dict[int, datetime] = {}  # when each screen was last written down as seen, by its id

    def who(self, token: str, at: datetime) -> Identity | None:
        """The screen of a token, noted as seen; None where there is none that is still good."""
        if not is_token(token):
            return None
        display = self._store.display(hash_of(token))
        if display is None or not holds(display, self._access().display_unseen, at):
            return None
        self._note(display, at)
        return identity_of_display(display)

    def _note(self, display: Display, at: datetime) -> None:
        """Write down that a screen was seen, once a minute at most: of many servers each does so by what it knows."""
        with self._guard:
            last = max(filter(None, (display.seen_at, self._noted.get(display.id))), default=None)
            if last is not None and at - last < SEEN_EVERY:
                return
            self._noted[display.id] = at
        self._store.display_seen(display.id, at)
