"""Around due times: those that were missed, how soon after one a feed is asked, and when it is asked again."""

from __future__ import annotations

from datetime import datetime, timedelta
from zlib import crc32

from flowcentre.model import Feed

_LONGEST_WAIT = timedelta(seconds=10)
_BACK_OFF = (timedelta(seconds=5), timedelta(seconds=15), timedelta(seconds=45))


def missed_between(feed: Feed, last: datetime, due: datetime) -> int:
    """How many due times lie after ``last`` and before ``due``."""
    return max(-((last - due) // feed.every) - 1, 0)


def jitter(feed: Feed, engine: str) -> timedelta:
    """How long after its due time an engine asks a feed: the same each time, another for each feed and engine.

    At most a tenth of the interval and never past the deadline, so that not all feeds are asked at the
    full hour, and of two engines now one is first and now the other.
    """
    most = min(feed.every / 10, feed.deadline, _LONGEST_WAIT)
    return most * (crc32(f"{engine} {feed.id}".encode()) / 2**32)


def retry_at(feed: Feed, due: datetime, attempts: int, at: datetime, retry_after: timedelta | None) -> datetime | None:
    """When to ask again after ``attempts`` in vain; None where that would run into the next due time.

    The source's own wish is honoured where it is longer than our patience.
    """
    wait = _BACK_OFF[attempts - 1] if attempts <= len(_BACK_OFF) else _BACK_OFF[-1] * 3 ** (attempts - len(_BACK_OFF))
    again_at = at + max(wait, retry_after or timedelta(0))
    return again_at if again_at + timedelta(seconds=1) < due + feed.every else None
