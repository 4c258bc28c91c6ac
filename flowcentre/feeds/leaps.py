"""A figure that leaps: a nought too many under a thumb is a thousand places that are not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flowcentre.feeds.answers import Answer, Parsed
from flowcentre.feeds.contract import TO_BE_SURE
from flowcentre.feeds.remembered import Key, Said
from flowcentre.measures import ALL
from flowcentre.model import AskedPlace, Fact, Held, Reading

TIMES = 5  # what it was, or a fifth of it, and
AT_LEAST = 20  # away from it


def hold_leaps(answer: Answer, form: AskedPlace, said: Mapping[Key, Said]) -> Answer:
    """An answer with each service held in which a figure leaps, whole: half of what was typed together says nothing."""
    return replace(answer, documents=tuple(_without_leaps(document, form, said) for document in answer.documents))


def _without_leaps(document: Parsed, form: AskedPlace, said: Mapping[Key, Said]) -> Parsed:
    facts: list[Fact] = list(document.facts)
    for service in form.services:
        measures = {figure.measure for figure in service.figures}
        own = [fact for fact in facts if isinstance(fact, Reading) and fact.measure in measures]
        if leaps := [words for fact in own if (words := _leap(fact, said))]:
            facts = [fact for fact in facts if fact not in own]
            facts.append(Held(f"{document.name}, {service.name}", f"{TO_BE_SURE}{'; '.join(leaps)}", form.place))
    return replace(document, facts=tuple(facts))


def _leap(reading: Reading, said: Mapping[Key, Said]) -> str | None:
    """That a figure is far from the last one, in words."""
    last = said.get((reading.place, reading.measure))
    if last is None or last.value is None or reading.value is None:
        return None
    low, high = sorted((last.value, reading.value))
    if high - low < AT_LEAST or high < TIMES * low:
        return None
    return f"{ALL[reading.measure].label}: {last.value:g} before, and {reading.value:g} now"
