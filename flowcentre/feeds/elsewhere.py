"""One ref, one place: who stands on the list of another hospital or locality is counted there until it lets go.

The lists of two places overlap while somebody is moved, and where both believe that they have them. Only
if one of the two rows waits do each place's own count and the county's total agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flowcentre.feeds.people import KINDS, kind_of
from flowcentre.model import County, Held, Interval, PeopleList
from flowcentre.store import Standing, Store


@dataclass(frozen=True, slots=True)
class Claim:
    """A place that lists a person, and since when without a break."""

    since: datetime
    place: str


Claims = Callable[[PeopleList], Mapping[str, Sequence[Claim]]]  # by ref, of those of a list whom another has too


def nobody_claims(_whole: PeopleList) -> Mapping[str, Sequence[Claim]]:
    """There is no list but the one that is weighed."""
    return {}


def claims_of(store: Store, county: County) -> Claims:
    """Who of a list stands on another too. A list too old to be shown as the present holds nobody back."""
    too_old = _too_old(county)

    def claims(whole: PeopleList) -> Mapping[str, Sequence[Claim]]:
        refs = {person.ref for person in whole.persons if kind_of(person).gone_at(person) is None}
        rivals: dict[str, set[str]] = {}
        for one in store.standing(whole.people, refs, besides=whole.place):
            if not too_old(one, whole) and kind_of(one.person).gone_at(one.person) is None:
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


def _too_old(county: County) -> Callable[[Standing, PeopleList], bool]:
    patience = {feed.id: feed.stale_after for feed in county.feeds}
    return lambda one, whole: whole.observed_at - one.listed_at >= patience.get(one.feed, timedelta(0))


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
    name: str, whole: PeopleList, claims: Mapping[str, Sequence[Claim]], taken: dict[tuple[str, str], str]
) -> tuple[PeopleList, list[Held]]:
    """A list without the people who stand on another place's, and a held row for each of them.

    Of two places that list a person, the one counts that has listed them longer. ``taken`` says by list and ref
    which place an earlier list of the same answer gave them to; it is added to. A list whose refs may stand at
    several places is given back as it is.
    """
    why = KINDS[whole.people].elsewhere
    if why is None:
        return whole, []
    kept, held = [], []
    for person in whole.persons:
        owner = whole.place
        if kind_of(person).gone_at(person) is None:
            first = min(claims.get(person.ref, ()), key=lambda claim: (claim.since, claim.place), default=None)
            owner = taken.setdefault((whole.people, person.ref), first.place if first else whole.place)
        if owner == whole.place:
            kept.append(person)
        else:
            held.append(Held(f"{name}, {whole.people}", why, whole.place))
    return replace(whole, persons=tuple(kept)), held
