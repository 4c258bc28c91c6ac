"""The lists of several places taken together: what one says of those whom another has, and of services of both."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from flowcentre.feeds.elsewhere import Claim
from flowcentre.feeds.people import KINDS, Beside, count_people, kind_of, shared_with
from flowcentre.feeds.remembered import Remembered
from flowcentre.model import PeopleList, Reading


def newest_lists(people: str, told: Iterable[PeopleList], remembered: Remembered) -> dict[str, PeopleList]:
    """The newest list of a kind at each place of a feed that has one: what a document told, else what was told before."""
    newest = remembered.newest_lists(people)
    return newest | {whole.place: whole for whole in told if whole.people == people}


def count_lists(told: Sequence[PeopleList], remembered: Remembered, beside: Beside) -> list[Reading]:
    """The measures of the lists of a document that are believed, each with the newest of the other places beside it."""
    readings: list[Reading] = []
    for people in dict.fromkeys(whole.people for whole in told):
        of_kind = [whole for whole in told if whole.people == people]
        if KINDS[people].shared is None:
            readings += [reading for whole in of_kind for reading in count_people(whole, beside)]
            continue
        newest = newest_lists(people, of_kind, remembered)
        for whole in newest.values():
            with_others = replace(beside, others=[other for other in newest.values() if other is not whole])
            if any(whole is each for each in of_kind):
                readings += count_people(whole, with_others)
            else:
                readings += _corrected(whole, with_others, remembered)
    return readings


def _corrected(whole: PeopleList, beside: Beside, remembered: Remembered) -> list[Reading]:
    """What a list that is not told anew counts otherwise now, for the others changed: of the same moment, known better."""
    found = []
    for reading in shared_with(whole, beside):
        said = remembered.values.get((reading.place, reading.measure))
        if said is not None and said.at == reading.observed_at and None not in (said.value, reading.value):
            found += [reading] if said.value != reading.value else []
    return found


def still_claimed(
    claims: Mapping[str, Sequence[Claim]],
    taken: dict[tuple[str, str], str],
    whole: PeopleList,
    newest: Mapping[str, PeopleList],
) -> Mapping[str, Sequence[Claim]]:
    """The claims of a list's people that other places have not let go by their own ``newest`` lists.

    Whom a place has let go is taken out of ``taken`` as well: an earlier list of the same answer may have had them.
    """
    has = {place: _open(each) for place, each in newest.items() if place != whole.place}
    for person in whole.persons:
        owner = taken.get((whole.people, person.ref))
        if owner in has and person.ref not in has[owner]:
            del taken[whole.people, person.ref]
    return {
        ref: [claim for claim in theirs if claim.place not in has or ref in has[claim.place]]
        for ref, theirs in claims.items()
    }


def _open(whole: PeopleList) -> Collection[str]:
    return {person.ref for person in whole.persons if kind_of(person).gone_at(person) is None}
