"""One person, one bed: somebody who stands on another hospital's list is counted there until it lets go.

The lists of two hospitals overlap while somebody is moved, and where both believe that they have them. Only
if one of the two rows waits do each hospital's own count and the county's total agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flowcentre.feeds.people import kind_of
from flowcentre.model import County, Held, Interval, PeopleList
from flowcentre.store import Store


@dataclass(frozen=True, slots=True)
class Claim:
    """A hospital that lists a person, and since when without a break."""

    since: datetime
    place: str


Claims = Callable[[PeopleList], Mapping[str, Sequence[Claim]]]  # by ref, of those of a list whom another has too


def nobody_claims(_whole: PeopleList) -> Mapping[str, Sequence[Claim]]:
    """There is no list but the one that is weighed."""
    return {}


def claims_of(store: Store, county: County) -> Claims:
    """Who of a list stands on another too. A list too old to be shown as the present holds nobody back."""
    patience = {feed.id: feed.stale_after for feed in county.feeds}

    def claims(whole: PeopleList) -> Mapping[str, Sequence[Claim]]:
        refs = {person.ref for person in whole.persons if kind_of(person).gone_at(person) is None}
        rivals: dict[str, set[str]] = {}
        for one in store.standing(whole.people, refs, besides=whole.place):
            too_old = whole.observed_at - one.listed_at >= patience.get(one.feed, timedelta(0))
            if not too_old and kind_of(one.person).gone_at(one.person) is None:
                rivals.setdefault(one.person.ref, set()).add(one.person.place)
        found = {}
        for ref, places in rivals.items():  # nearly always nobody
            lives = store.intervals(whole.people, ref)
            found[ref] = [
                Claim(since, place)
                for place in sorted({*places, whole.place})
                if (since := unbroken_since([life for life in lives if life.person.place == place])) is not None
            ]
        return found

    return claims


def unbroken_since(lives: Iterable[Interval]) -> datetime | None:
    """Since when somebody stands on a list without a break, from their rows there in order; None where they do not.

    A row ends whenever anything of it changes, as with each review: the next one then goes on from there.
    """
    since, ended = None, None
    for life in lives:
        if since is None or ended != life.observed_at:
            since = life.observed_at
        ended = life.left_at
    return since if ended is None else None


def hold_those_elsewhere(
    name: str, whole: PeopleList, claims: Mapping[str, Sequence[Claim]], taken: dict[str, str]
) -> tuple[PeopleList, list[Held]]:
    """A list without the people who stand on another hospital's, and a held row for each of them.

    Of two hospitals that list a person, the one counts that has listed them longer. ``taken`` says by ref
    which hospital an earlier list of the same answer gave them to; it is added to.
    """
    kept, held = [], []
    for person in whole.persons:
        owner = whole.place
        if kind_of(person).gone_at(person) is None:
            first = min(claims.get(person.ref, ()), key=lambda claim: (claim.since, claim.place), default=None)
            owner = taken.setdefault(person.ref, first.place if first else whole.place)
        if owner == whole.place:
            kept.append(person)
        else:
            why = "stands on another hospital's list, and is counted there"
            held.append(Held(f"{name}, {whole.people}", why, whole.place))
    return replace(whole, persons=tuple(kept)), held
