"""One person, one bed: somebody who stands on another hospital's list is counted there until it lets go.

The lists of two hospitals overlap while somebody is moved, and where both believe that they have them. Only
if one of the two rows waits do each hospital's own count and the county's total agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from flowcentre.feeds.people import kind_of
from flowcentre.model import County, Held, PeopleList
from flowcentre.store import Standing, Store

Standings = Callable[[PeopleList], Iterable[Standing]]  # of those of a list who stand on another, on both


def nobody_stands(_whole: PeopleList) -> Iterable[Standing]:
    """There is no list but the one that is weighed."""
    return ()


def standings(store: Store, county: County) -> Standings:
    """Who of a list stands on another, and since when on this one. A list too old to be shown as the present holds nobody back."""
    patience = {feed.id: feed.stale_after for feed in county.feeds}

    def standing(whole: PeopleList) -> Iterable[Standing]:
        refs = {person.ref for person in whole.persons if kind_of(person).gone_at(person) is None}
        elsewhere = [
            one
            for one in store.standing(whole.people, refs, besides=whole.place)
            if one.feed in patience
            and whole.observed_at - one.listed_at < patience[one.feed]
            and kind_of(one.person).gone_at(one.person) is None
        ]
        if not elsewhere:  # nearly always
            return ()
        places = {one.person.place for one in elsewhere} | {whole.place}
        claimed = store.standing(whole.people, {one.person.ref for one in elsewhere}, besides="")
        return [one for one in claimed if one.person.place in places]

    return standing


def hold_those_elsewhere(
    name: str, whole: PeopleList, standing: Iterable[Standing], taken: dict[str, str]
) -> tuple[PeopleList, list[Held]]:
    """A list without the people who stand on another hospital's, and a held row for each of them.

    Of two hospitals that list a person, the one counts that has listed them longer. ``taken`` says by ref
    which hospital an earlier list of the same answer gave them to; it is added to.
    """
    claims: dict[str, list[tuple[datetime, str]]] = {}
    for one in standing:
        claims.setdefault(one.person.ref, []).append((one.since, one.person.place))
    kept, held = [], []
    for person in whole.persons:
        owner = whole.place
        if kind_of(person).gone_at(person) is None:
            _, first = min(claims.get(person.ref, []), default=(None, whole.place))
            owner = taken.setdefault(person.ref, first)
        if owner == whole.place:
            kept.append(person)
        else:
            why = "stands on another hospital's list, and is counted there"
            held.append(Held(f"{name}, {whole.people}", why, whole.place))
    return replace(whole, persons=tuple(kept)), held
