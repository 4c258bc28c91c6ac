"""One person, one row of a list: what is done with a row that is there again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flowcentre.model import Held, Person


def each_once(found: Iterable[tuple[str, Person | Held]]) -> Iterator[Person | Held]:
    """The persons of a document, given with where their rows stood, in their order.

    Of two equal rows the second is held. Where one ref has other details in the same place all its rows are: none can
    be told to be right. Lists of two places may share a person who is being moved.
    """
    rows = list(found)
    first: dict[tuple[str, str], Person] = {}
    contradicted: set[tuple[str, str]] = set()
    for _, person in rows:
        if not isinstance(person, Held) and first.setdefault((person.place, person.ref), person) != person:
            contradicted.add((person.place, person.ref))
    for where, person in rows:
        if isinstance(person, Held):
            yield person
        elif (person.place, person.ref) in contradicted:
            yield Held(where, "its ref is there again with other details: neither is believed", person.place)
        elif first[person.place, person.ref] is not person:
            yield Held(where, "the same row is there before", person.place)
        else:
            yield person
