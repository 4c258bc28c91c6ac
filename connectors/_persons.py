"""One person, one row: what is done with a row that is there again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flowcentre.model import Held, Person


def each_once(found: Iterable[tuple[str, Person | Held]]) -> Iterator[Person | Held]:
    """The persons of a document, given with where their rows stood, in their order.

    Of two equal rows the second is held. Where one ref has other details all its rows are: none can be told to be right.
    """
    rows = list(found)
    first: dict[str, Person] = {}
    contradicted: set[str] = set()
    for _, person in rows:
        if not isinstance(person, Held) and first.setdefault(person.ref, person) != person:
            contradicted.add(person.ref)
    for where, person in rows:
        if isinstance(person, Held):
            yield person
        elif person.ref in contradicted:
            yield Held(where, "its ref is there again with other details: neither is believed", person.place)
        elif first[person.ref] is not person:
            yield Held(where, "the same row is there before", person.place)
        else:
            yield person
