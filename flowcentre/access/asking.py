"""Who asks, for as long as one request lasts. The gate sets it; whatever reads rows of people asks here."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from flowcentre.model.access import OPEN, Identity, Permission


class NotSignedIn(PermissionError):
    """Nobody is known to ask, so nothing is given."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One request's asker."""

    identity: Identity
    key: str = ""  # marks the forms that are drawn for them; "" where there is no sign-in
    token_hash: str = ""  # of their session, for sign-out; "" where there is none


# Threads that are started by asyncio.to_thread or by anyio inherit it. There is no default: a function that reads rows
# and is called without an asker gives nothing.
asking: ContextVar[Asking | None] = ContextVar("asking", default=None)


def who() -> Identity:
    """Who asks. Raises NotSignedIn where nobody does."""
    asker = asking.get()
    if asker is None:
        raise NotSignedIn("nobody is signed in")
    return asker.identity


def permitted(permission: Permission) -> bool:
    """Is it permitted anywhere to whoever asks? To nobody where nobody asks."""
    asker = asking.get()
    return asker is not None and asker.identity.may(permission)


def author() -> str | None:
    """Who asks, as the author of what they do; None where there is no sign-in. Raises NotSignedIn where nobody asks."""
    identity = who()
    return None if identity is OPEN else identity.title
