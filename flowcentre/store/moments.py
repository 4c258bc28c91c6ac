"""Moments in and out of the store: aware UTC outside, integer milliseconds inside."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(moment: datetime) -> int:
    """Whole milliseconds since 1970. Raises ValueError for a moment without a zone: it could be any of several."""
    if moment.tzinfo is None:
        raise ValueError(f"the moment {moment.isoformat()} has no zone; hand in an aware one")
    return (moment - _EPOCH) // _MILLISECOND


def from_ms(ms: int) -> datetime:
    """The aware UTC moment."""
    return _EPOCH + timedelta(milliseconds=ms)


def maybe_to_ms(moment: datetime | None) -> int | None:
    """The same, where there may be no moment."""
    return None if moment is None else to_ms(moment)


def maybe_from_ms(ms: int | None) -> datetime | None:
    """The same, where there may be no moment."""
    return None if ms is None else from_ms(ms)


class Moments(dict[int, datetime]):
    """Moments by their milliseconds, each made once: a history says the same ones for many series."""

    def __missing__(self, ms: int) -> datetime:
        made = self[ms] = from_ms(ms)
        return made
