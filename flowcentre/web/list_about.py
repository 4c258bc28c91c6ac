"""What a file of a list of people says of itself: of when it is, what was chosen, and what it leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from flowcentre.measures.derive import LONDON
from flowcentre.model import SmallNumbers, State, Value
from flowcentre.picture.list_small import seen
from flowcentre.picture.listed import Chosen, T
from flowcentre.picture.suppression import HIDDEN
from flowcentre.web.cells import london
from flowcentre.web.list_told import Told

_LONGEST_NAME = 150  # letters of a file's name


def people_of(count: Value) -> int | None:
    """A count as a number of people."""
    return None if count.value is None else round(count.value)


def about(
    told: Told[T], chosen: Chosen[T], asked_at: datetime | None, limits: SmallNumbers | None, whose: str = ""
) -> Iterator[tuple[str, str]]:
    """Each thing that it says, by what it is of. ``limits`` say which counts are hidden, if any are; ``whose`` rows these are,
    where they are not everybody's.
    """
    picture, count = chosen.picture, chosen.count
    if picture.county.demonstration:
        yield "Demonstration", "every figure here is invented"
    if asked_at is not None:
        yield "Looks back", f"as it was known at {london(asked_at)}: this is not the present"
    yield "As at", "no list has come" if count.observed_at is None else london(count.observed_at)
    yield "Picture", f"version {picture.version}, of {london(picture.at)}"
    yield "Filters", "; ".join(_filters(told, chosen)) or "none: everybody"
    if whose:
        yield "Rows", f"of {whose} alone, as whoever took them away may see: others are neither here nor counted here"
    yield told.counted, _count_words(chosen, limits)
    silent = [_silence(each.value, chosen) for each in chosen.in_scope if not each.value.known]
    if silent:
        yield "Not counted", "; ".join(silent)
    if count.held:
        rows = "some rows" if limits is not None else f"{count.held} row{'s' if count.held != 1 else ''}"
        yield "Held back", f"{rows} of the lists, not counted"
    if limits is None:
        yield "Note", "local and not validated; references are personal data"
    else:
        yield "Note", "local and not validated"
        yield (
            "Small numbers",
            f"1 to {limits.hide_to} are {HIDDEN}, others rounded to the nearest {limits.round_to}; what would give one away "
            "is not shown",
        )


def _count_words(chosen: Chosen[T], limits: SmallNumbers | None) -> str:
    count = chosen.count
    people = people_of(count)
    if people is None:
        return "not known"
    hidden = None if limits is None else seen(people, limits)
    if limits is not None and hidden is not None:
        said = f"fewer than {limits.hide_to + 1}" if hidden.hidden else f"about {hidden.people}" if people else "0"
    else:
        said = str(people)
    if not count.known:
        return f"not known; {said} when the lists were last known"
    words = f"at least {said}" if count.at_least and not (hidden and hidden.hidden) else said
    return f"{words}, {count.coverage}{', late' if count.state is State.LATE else ''}"


def _silence(value: Value, chosen: Chosen[T]) -> str:
    subject, county = chosen.subject, chosen.picture.county
    name = subject.label(subject.place_facet, value.place, county)
    if value.observed_at is None:
        return f"{name}, no list has come"
    if value.state is State.STALE:
        return f"{name}, list too old, as at {london(value.observed_at)}"
    return f"{name}, list not known as at {london(value.observed_at)}"


def _filters(told: Told[T], chosen: Chosen[T]) -> Iterator[str]:
    for facet, values in chosen.filters.in_force.items():
        words = sorted(told.subject.label(facet, value, chosen.picture.county) for value in values)
        yield f"{told.headings[facet]}: {', '.join(words)}"


def file_name(chosen: Chosen[T], what: str) -> str:
    """What and when, of letters that no header can be broken with. A filter names places, never a person."""
    picture = chosen.picture
    parts: Sequence[str] = (
        "DEMONSTRATION" if picture.county.demonstration else "",
        picture.county.name,
        what,
        f"{picture.at.astimezone(LONDON):%Y-%m-%dT%H%M}",
        f"v{picture.version}",
        chosen.filters.query,
    )
    return re.sub(r"[^A-Za-z0-9_]+", "-", "-".join(filter(None, parts)))[:_LONGEST_NAME].strip("-")
