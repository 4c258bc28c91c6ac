"""What a feed says anew: a source that puts a new moment on an old extract says nothing that it had not said before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from flowcentre.feeds.remembered import Key, Said
from flowcentre.model import PeopleList, Reading


def moved_at(
    readings: Iterable[Reading],
    lists: Iterable[PeopleList],
    values: Mapping[Key, Said],
    last: Callable[[PeopleList], PeopleList | None],
) -> datetime | None:
    """The newest moment at which an answer says anything that was not said before; None where it says nothing new.

    ``readings`` are those that the feed gives itself. What is counted from its lists is none: how long people have waited
    moves by itself, however old the list. Older moments than the last are no news of the present.
    """
    moments = [reading.observed_at for reading in readings if _is_news(reading, values)]
    moments += [whole.observed_at for whole in lists if _is_another(whole, last(whole))]
    return max(moments, default=None)


def _is_news(reading: Reading, values: Mapping[Key, Said]) -> bool:
    said = values.get((reading.place, reading.measure))
    return said is None or (reading.observed_at >= said.at and reading.value != said.value)


def _is_another(whole: PeopleList, last: PeopleList | None) -> bool:
    if last is None:
        return True
    if whole.observed_at < last.observed_at:
        return False
    return {person.ref: person for person in whole.persons} != {person.ref: person for person in last.persons}
