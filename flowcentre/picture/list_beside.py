"""Two kinds of list that tell of the same people: each tells the step that a person has reached on the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flowcentre.model import County
from flowcentre.picture.listed import PlaceList, Subject, T


def beside(
    subject: Subject[T],
    lists: Sequence[PlaceList[T]],
    other: Subject[Any],
    others: Sequence[PlaceList[Any]],
    county: County,
) -> tuple[PlaceList[T], ...]:
    """The same lists, each person with the step on the other lists. Somebody who is known twice there is told once."""
    furthest: dict[str, Any] = {}
    for item in (item for each in others for item in (*each.people, *each.left)):
        pseudonym = other.pseudonym(item)
        known = furthest.get(pseudonym)
        if known is None or other.precedence(item) > other.precedence(known):
            furthest[pseudonym] = item
    here = {subject.pseudonym(item) for each in lists for item in (*each.people, *each.left)}
    steps = {name: other.step(item, county) for name, item in furthest.items() if name in here}
    return tuple(_told(subject, each, steps) for each in lists)


def _told(subject: Subject[T], one: PlaceList[T], steps: Mapping[str, str]) -> PlaceList[T]:
    people, left = (
        tuple(_with_step(item, steps.get(subject.pseudonym(item))) for item in items)
        for items in (one.people, one.left)
    )
    return replace(one, people=people, left=left)


def _with_step(item: Any, words: str | None) -> Any:
    """The person with the step in words; the same object where there is nothing new to tell."""
    return item if item.elsewhere == words else replace(item, elsewhere=words)
