"""A figure that leaps: a nought too many under a thumb is a thousand places that are not there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from flowcentre.feeds.answers import Answer, Parsed
from flowcentre.feeds.contract import TO_BE_SURE, in_figures
from flowcentre.feeds.remembered import Key, Said
from flowcentre.measures import ALL
from flowcentre.model import AskedPlace, AskedService, County, Fact, Held, Reading
from flowcentre.store import Known

TIMES = 5  # what it was, or a fifth of it, and
AT_LEAST = 20  # away from it


def known_of(form: AskedPlace, county: County, rows: Iterable[Known]) -> dict[Key, Said]:
    """What is known of a form's figures, and stands in its fields: the newest, be it from a file or typed."""
    order = {feed.id: number for number, feed in enumerate(county.feeds)}
    provides = {feed.id: feed.provides for feed in county.feeds}
    asked = {figure.measure for figure in form.figures()}
    found: dict[Key, Said] = {}
    ours = [row for row in rows if row.place == form.place and row.measure in asked]
    for row in sorted(ours, key=lambda row: order.get(row.feed, 0)):
        before = found.get((row.place, row.measure))
        if row.measure in provides.get(row.feed, ()) and (before is None or row.observed_at > before.at):
            found[row.place, row.measure] = Said(row.value, row.observed_at)
    return found


def without_silent(answer: Answer, form: AskedPlace, said: Mapping[Key, Said]) -> Answer:
    """An answer without the services of which nothing was filled in and nothing is known: nothing is said of those."""
    documents = answer.documents
    for service in form.services:
        if not any(_value(said.get((form.place, figure.measure))) is not None for figure in service.figures):
            documents = tuple(_unless_filled_in(document, service) for document in documents)
    return replace(answer, documents=documents)


def hold_leaps(answer: Answer, form: AskedPlace, said: Mapping[Key, Said]) -> Answer:
    """An answer with each service held in which a figure leaps, whole: half of what was typed together says nothing.

    ``said`` is what is known of the place: see ``known_of``.
    """
    return replace(answer, documents=tuple(_without_leaps(document, form, said) for document in answer.documents))


def _without_leaps(document: Parsed, form: AskedPlace, said: Mapping[Key, Said]) -> Parsed:
    facts: list[Fact] = list(document.facts)
    for service in form.services:
        own = _of_service(facts, service)
        if leaps := [words for fact in own if (words := _leap(fact, said))]:
            facts = [fact for fact in facts if fact not in own]
            facts.append(Held(f"{document.name}, {service.name}", f"{TO_BE_SURE}{'; '.join(leaps)}", form.place))
    return replace(document, facts=tuple(facts))


def _unless_filled_in(document: Parsed, service: AskedService) -> Parsed:
    own = _of_service(document.facts, service)
    if any(fact.value is not None for fact in own):
        return document
    return replace(document, facts=tuple(fact for fact in document.facts if fact not in own))


def _of_service(facts: Iterable[Fact], service: AskedService) -> list[Reading]:
    """What was typed of a service, with what follows from it and so was not asked for."""
    asked = {figure.measure for figure in service.figures}

    def follows(measure: str) -> bool:
        formula = ALL[measure].formula if measure in ALL else None
        return formula is not None and set(formula.inputs) <= asked

    return [fact for fact in facts if isinstance(fact, Reading) and (fact.measure in asked or follows(fact.measure))]


def _value(said: Said | None) -> float | None:
    return None if said is None else said.value


def _leap(reading: Reading, said: Mapping[Key, Said]) -> str | None:
    """That a figure is far from the one that is known, in words."""
    last = _value(said.get((reading.place, reading.measure)))
    if last is None or reading.value is None:
        return None
    low, high = sorted((last, reading.value))
    if high - low < AT_LEAST or high < TIMES * low:
        return None
    return f"{ALL[reading.measure].label}: {in_figures(last)} before, and {in_figures(reading.value)} now"
