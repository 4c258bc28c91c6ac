"""What a rule would have done, in words that the page of rehearsal and the command line share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from statistics import median

from flowcentre.measures.lengths import length_words
from flowcentre.model import Firing, Rehearsed

_ZERO = timedelta(0)


def lasted_words(did: Rehearsed, firings: Sequence[Firing]) -> str:
    """For how long: "25 min"; of several "55 min in all, 25 min (median), 35 min at the longest".

    What stands still is not over: for how long it stands is said as the least, and no median counts it.
    """
    lasted = [firing.lasted(did.end) for firing in firings]
    standing = [firing for firing in firings if firing.cleared_at is None]
    if len(firings) == 1:
        return f"at least {length_words(lasted[0])}, and stands still" if standing else length_words(lasted[0])
    least = "at least " if standing else ""
    said = [f"{least}{length_words(sum(lasted, _ZERO))} in all"]
    over = [firing.lasted(did.end) for firing in firings if firing.cleared_at is not None]
    if over:
        of = f" of the {len(over)} that are over" if standing and len(over) > 1 else ""
        said.append(f"{length_words(_middle(over))} ({'the one that is over' if len(over) == 1 else f'median{of}'})")
    longest = max(lasted)
    still = any(firing.lasted(did.end) == longest for firing in standing)
    said.append(f"{'at least ' if still else ''}{length_words(longest)} at the longest")
    if standing:
        said.append(f"{len(standing)} stand{'s' if len(standing) == 1 else ''} still")
    return ", ".join(said)


def warning_words(firings: Sequence[Firing]) -> str:
    """How long after it was raised the worst came: "10 min", "10 min (median)"; "" where nothing is known of the worst."""
    leads = [firing.lead_time for firing in firings if firing.lead_time is not None]
    if not leads:
        return ""
    middle = _middle(leads)
    return f"{length_words(middle)}{' (median)' if len(leads) > 1 else ''}" if middle else "0"


def _middle(lengths: Sequence[timedelta]) -> timedelta:
    """The median of lengths of time; of an even number the mean of the two in the middle."""
    return timedelta(seconds=median(length.total_seconds() for length in lengths))


def never_words(did: Rehearsed, subject: str | None = None) -> str:
    """That it was not raised, and in how much of the time: of what is not known nobody can say "never".

    At one of its subjects, or in all.
    """
    length = did.end - did.start
    every = [span for each, span in did.unknown if subject in (None, each)]
    if not every:
        return "never"
    if min(every) >= length:
        return "not known"
    if len(every) == 1 and every[0]:
        return f"never in the {length_words(length - every[0])} that are known"
    return "never in what is known" if any(every) else "never"
