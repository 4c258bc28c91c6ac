"""Figures that are asked about, and those that can never be: a nought too many is a thousand places that are not there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import isfinite

from flowcentre.feeds.answers import Answer, Parsed
from flowcentre.feeds.contract import TO_BE_SURE, in_figures
from flowcentre.feeds.remembered import Key, Said
from flowcentre.measures import ALL
from flowcentre.model import MOST_DIGITS, AskedFigure, AskedPlace, AskedService, County, Fact, Figures, Held, Reading
from flowcentre.store import Known

TIMES = 5  # what it was, or a fifth of it, and
AT_LEAST = 20  # away from it
# Behind the tick: what nobody can stand by.
NEVER_TIMES = 10  # what there is, and AT_LEAST above that; or
NEVER_FROM = 100_000  # on, of whatever it is
# A figure, and what it can be ten times of: the larger, for beds that nobody staffs tonight may still be in use.
_OF = {"used": ("staffed", "commissioned"), "staffed": ("commissioned",)}


@dataclass(frozen=True, slots=True)
class Stood(Said):
    """What stood in a field."""

    typed: bool = False  # False: a file said it


def known_of(form: AskedPlace, county: County, rows: Iterable[Known]) -> dict[Key, Stood]:
    """What is known of a form's figures, and stands in its fields: the newest, be it from a file or typed."""
    order = {feed.id: number for number, feed in enumerate(county.feeds)}
    provides = {feed.id: feed.provides for feed in county.feeds}
    asked = {figure.measure for figure in form.figures()}
    found: dict[Key, Stood] = {}
    ours = [row for row in rows if row.place == form.place and row.measure in asked]
    for row in sorted(ours, key=lambda row: order.get(row.feed, 0)):
        before = found.get((row.place, row.measure))
        if row.measure in provides.get(row.feed, ()) and (before is None or row.observed_at > before.at):
            found[row.place, row.measure] = Stood(row.value, row.observed_at, row.typed is not None)
    return found


def anything_known(service: AskedService, place: str, said: Mapping[Key, Said]) -> bool:
    """Is a value known of anything that is asked of a service?"""
    return any(_value(said.get((place, figure.measure))) is not None for figure in service.figures)


def impossible(form: AskedPlace, figures: Figures, said: Mapping[Key, Said]) -> dict[str, str]:
    """The services of which a figure can never be, each with why. What is no number, or too long, the connector refuses.

    ``form`` names every figure of its services, also what a feed leaves out: that may be known from a file.
    """
    found: dict[str, str] = {}
    for service in form.services:
        cells = figures.get(service.name, {})
        typed = {column: value for column, cell in cells.items() if (value := _number(cell)) is not None}
        known = {figure.column: _value(said.get((form.place, figure.measure))) for figure in service.figures}
        reasons = (_cannot_be(figure, typed, known | typed) for figure in service.figures)
        if why := next((words for words in reasons if words), None):
            found[service.name] = why
    return found


def without_silent(answer: Answer, form: AskedPlace, said: Mapping[Key, Said]) -> Answer:
    """An answer without the services of which nothing was filled in and nothing is known: nothing is said of those."""
    documents = answer.documents
    for service in form.services:
        if not anything_known(service, form.place, said):
            documents = tuple(_unless_filled_in(document, service) for document in documents)
    return replace(answer, documents=documents)


def hold_doubts(answer: Answer, form: AskedPlace, said: Mapping[Key, Stood], holds: str) -> Answer:
    """An answer with each service held of which a figure leaps, or every known figure was emptied; each whole.

    Half of what was typed together says nothing. ``said`` is what is known of the place, see ``known_of``; ``holds`` is
    how long the form is to hold, in words.
    """
    return replace(
        answer, documents=tuple(_without_doubts(document, form, said, holds) for document in answer.documents)
    )


def _without_doubts(document: Parsed, form: AskedPlace, said: Mapping[Key, Stood], holds: str) -> Parsed:
    facts: list[Fact] = list(document.facts)
    for service in form.services:
        own = _of_service(facts, service)
        doubts = [words for fact in own if (words := _leap(fact, said))]
        if own and all(fact.value is None for fact in own) and anything_known(service, form.place, said):
            doubts.append(_nothing_known(service, form.place, said, holds))
        if doubts:
            facts = [fact for fact in facts if fact not in own]
            facts.append(Held(f"{document.name}, {service.name}", f"{TO_BE_SURE}{'; '.join(doubts)}", form.place))
    return replace(document, facts=tuple(facts))


def _nothing_known(service: AskedService, place: str, said: Mapping[Key, Stood], holds: str) -> str:
    """That a form unsays all that was known of a service, in words: it may be a thumb that wiped the fields."""
    known = [said[place, figure.measure] for figure in service.figures if (place, figure.measure) in said]
    newest = max((each for each in known if each.value is not None), key=lambda each: each.at)
    before = "what was typed in before" if newest.typed else "what its file says"
    return f"this says that nothing is known of {service.name} {holds}, in place of {before}"


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


def _cannot_be(figure: AskedFigure, typed: Mapping[str, float], known: Mapping[str, float | None]) -> str | None:
    """That a figure which was typed can never be, in words."""
    value, label = typed.get(figure.column), ALL[figure.measure].label
    if value is None:
        return None
    there_is = (known.get(column) for column in _OF.get(figure.column, ()))
    of = max((each for each in there_is if each is not None), default=None)
    if of is not None and value > NEVER_TIMES * of and value - of >= AT_LEAST:
        return f"{label}: {in_figures(value)} of {in_figures(of)} cannot be, more than ten times what there is"
    if value >= NEVER_FROM:
        return f"{label}: {in_figures(value)} cannot be, a figure here is below {in_figures(NEVER_FROM)}"
    return None


def _number(cell: str) -> float | None:
    """A figure as it was typed; None where it is none."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if isfinite(value) and len(cell) <= MOST_DIGITS else None


def _leap(reading: Reading, said: Mapping[Key, Said]) -> str | None:
    """That a figure is far from the one that is known, in words."""
    last = _value(said.get((reading.place, reading.measure)))
    if last is None or reading.value is None:
        return None
    low, high = sorted((last, reading.value))
    if high - low < AT_LEAST or high < TIMES * low:
        return None
    return f"{ALL[reading.measure].label}: {in_figures(last)} before, and {in_figures(reading.value)} now"
