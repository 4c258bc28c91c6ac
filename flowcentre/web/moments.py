"""The moments that forms offer, and the one that comes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta

from flowcentre.measures.derive import LONDON
from flowcentre.picture.offered import Offered
from flowcentre.web.slip_parts import NotSaid
from flowcentre.web.slips import NotASlip

NEAR = timedelta(minutes=15)  # a time of day nearer than that is nobody's choice
_MORNING = time(8)
_KEY = "%Y-%m-%dT%H:%MZ"


def key_of(moment: datetime) -> str:
    """A moment as a form sends it."""
    return moment.strftime(_KEY)


def moment_of(key: str) -> datetime | None:
    """The moment that a form sends; None where it is none."""
    try:
        return datetime.strptime(key, _KEY).replace(tzinfo=UTC)
    except ValueError:
        return None


def after(now: datetime, length: timedelta) -> datetime:
    """A whole minute, a length from now."""
    return (now + length).replace(second=0, microsecond=0)


def in_london(now: datetime, days: int, clock: time) -> datetime:
    """A time of day by the clocks of London, some days from now."""
    return datetime.combine(now.astimezone(LONDON).date() + timedelta(days=days), clock, LONDON).astimezone(UTC)


def mornings(now: datetime) -> tuple[datetime, datetime]:
    """Eight in the morning of London, today and tomorrow."""
    return in_london(now, 0, _MORNING), in_london(now, 1, _MORNING)


def offered(moments: Mapping[datetime, timedelta | None], wanted: str) -> tuple[Offered, ...]:
    """The moments, each with its length from now where it has one, the soonest first; ``wanted`` is the key of the chosen."""
    return tuple(
        Offered(key, moment, length, key == wanted)
        for moment, length in sorted(moments.items())
        for key in (key_of(moment),)
    )


def ends(now: datetime, lengths: Iterable[timedelta], *, usual: timedelta, chosen: str = "") -> tuple[Offered, ...]:
    """Until when something may be asked for: lengths, and the next eight in the morning of London that is no further away.

    The usual length is chosen until another end is.
    """
    moments: dict[datetime, timedelta | None] = {after(now, length): length for length in lengths}
    furthest = now + max(length for length in moments.values() if length is not None)
    morning = next((each for each in mornings(now) if now + NEAR <= each <= furthest), None)
    if morning is not None:
        moments.setdefault(morning, None)
    known = chosen in {key_of(moment) for moment in moments}
    return offered(moments, chosen if known else key_of(after(now, usual)))


def end_of(key: str, at: datetime, *, longest: timedelta, choose: str, too_long: str) -> datetime:
    """The end that was chosen. Raises NotASlip where none was, and NotSaid where it has passed or is too far away."""
    moment = moment_of(key)
    if moment is None:
        raise NotASlip(f"Choose {choose}.")
    if moment <= at:
        raise NotSaid(f"That time has passed: choose {choose}.")
    if moment > at + longest:
        raise NotSaid(f"{too_long}: choose until when.")
    return moment
