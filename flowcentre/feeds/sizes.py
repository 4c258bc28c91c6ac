"""Lists, and sets of places, that came too small to be believed, or empty.

Pure functions of what came and what was said last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from flowcentre.feeds.people import KINDS
from flowcentre.feeds.plausibility import Rules, Sorted
from flowcentre.feeds.remembered import Remembered
from flowcentre.measures import ALL
from flowcentre.model import PeopleList, PlaceKind, Reading

_PLURALS = {
    PlaceKind.HOME_CARE: "home care services",
    PlaceKind.REABLEMENT: "reablement services",
    PlaceKind.LOCALITY: "localities",
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """A list that is too small: ``subject`` says which, the same from poll to poll."""

    subject: str  # "half-size list of wards"
    words: str  # "12 of 24"
    lasting: bool = True  # believed when it comes again and again: wards do close


def small_sets(documents: Iterable[Sorted], remembered: Remembered, rules: Rules) -> Iterator[Doubt]:
    """Kinds of place of which far fewer speak than did last. A kind that is not spoken of at all is another matter: it ages."""
    spoke = {reading.place for document in documents for reading in document.readings}
    last = _last_spoken(remembered) if spoke else {}
    for kind in sorted({remembered.places[place].kind for place in spoke}):
        of_kind = {place: at for place, at in last.items() if remembered.places[place].kind is kind}
        # Places that fell silent long ago are not missed anew each time.
        newest = max(of_kind.values(), default=None)
        speaking = sum(newest is not None and newest - at <= remembered.feed.stale_after for at in of_kind.values())
        now = sum(remembered.places[place].kind is kind for place in spoke)
        if speaking >= rules.enough and now < speaking * rules.half_size:
            yield Doubt(f"half-size list of {plural(kind)}", f"{now} of {speaking}")


def _last_spoken(remembered: Remembered) -> dict[str, datetime]:
    """When each place of the feed last spoke of anything."""
    last: dict[str, datetime] = {}
    for (place, _), said in remembered.values.items():
        if place in remembered.places and (place not in last or said.at > last[place]):
            last[place] = said.at
    return last


def small_list(
    whole: PeopleList, last: PeopleList | None, rules: Rules, *, nobody: bool = False, held: int = 0
) -> Doubt | None:
    """Is a list far smaller than the last one leads one to expect?

    ``nobody``: the source says that it lists 0. ``held``: rows of the document that were held at that place.

    Each kind of list says who of its last one belongs on the next too. A list of people in hospital holds whoever
    came since midnight, is there, or left since midnight: within a day nobody drops off it.
    """
    if last is None or whole.observed_at <= last.observed_at:
        return None
    kind = KINDS[whole.people]
    expected = sum(kind.still_listed(person, whole.observed_at) for person in last.persons)
    now = len(whole.persons)
    subject = f"list of {whole.people} at {whole.place}"
    if now == 0 and expected > 0:
        return Doubt(f"empty {subject}", f"0 where there were {expected}", lasting=nobody)
    near = kind.steady or whole.observed_at - last.observed_at <= rules.like_with_like
    if expected < rules.enough or now >= expected * rules.half_size:
        return None
    if now + held >= expected * rules.half_size:
        # The list is long enough and we cannot read it: however often that comes, fewer people are not there.
        return Doubt(f"half-size {subject}", f"{now} of {expected}, with {held} rows held", lasting=False)
    return Doubt(f"half-size {subject}", f"{now} of {expected}") if near else None


def unknown_now(remembered: Remembered) -> list[Reading]:
    """Readings without a value for whatever is known of the present, right after it was last said.

    For a source that answers with nothing: its figures are not zero, and no longer known. Right after,
    and not now: a proper answer of the same hour may yet come, and must count. Figures of a past day,
    week or month stand: an empty file of today does not unsay them.
    """
    return [
        Reading(measure, place, None, known.at + timedelta(milliseconds=1))
        for (place, measure), known in remembered.values.items()
        if known.value is not None and ALL[measure].period.goes_on
    ]


def plural(kind: PlaceKind) -> str:
    """Many places of a kind, in words."""
    return _PLURALS.get(kind, f"{kind}s")
