"""One person's time on the lists: every step with its moment and how long it took since the one before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from dash import html
from dash.development.base_component import Component

from flowcentre.measures.delay_counts import days_ready
from flowcentre.measures.delays import FAMILY_KEYS, FAMILY_OF_REASON, REASON_BY_KEY
from flowcentre.model import County, DelayedDischarge, Interval
from layouts.parts.list_words import days, place_name
from layouts.parts.tree import marked
from layouts.parts.words import LONDON, length_words


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a person, and when."""

    at: datetime
    words: str
    kind: str  # "stay", "ready", "change", "review", "list" or "left"
    until: datetime | None = None  # of several in one, when the last was


def life(ref: str, intervals: Sequence[Interval], county: County, at: datetime) -> Component:
    """The whole timeline, under the facts by which one knows whom it is of."""
    rows = [(one, one.person) for one in intervals if isinstance(one.person, DelayedDischarge)]
    if not rows:
        return html.Div([html.H2(ref), html.P("The lists hold nothing of this person.")], className="list-life")
    latest = max(rows, key=lambda row: row[0].observed_at)[1]
    ward = county.places.get(latest.ward) if latest.ward is not None else None
    told = list(folded(steps(intervals, county)))
    waited_until = latest.discharged_at or at
    return html.Div(
        [
            html.H2(ref, id="life-of", tabIndex="-1"),
            html.Dl(
                [
                    _fact("Hospital", place_name(county, latest.place)),
                    _fact("Ward", ward.label if ward is not None else "none given"),
                    _fact("Pathway", "not known" if latest.pathway is None else str(latest.pathway)),
                    _fact("Must act next", _owner(county, latest)),
                    _fact("Since ready", days(days_ready(latest, waited_until))),
                ],
                className="life-facts",
            ),
            html.Ol([_step(step, before) for step, before in zip(told, [None, *told[:-1]], strict=True)]),
        ],
        className="list-life",
    )


def _fact(name: str, said: str) -> html.Div:
    return html.Div([html.Dt(name), html.Dd(said)])


def _step(step: Step, before: Step | None) -> html.Li:
    local = step.at.astimezone(LONDON)
    last = None if before is None else before.until or before.at
    since = f"{_length(step.at - last)} later" if last is not None and step.at > last else ""
    when = f"{local:%a} {local.day} {local:%b %Y}, {local:%H:%M}"
    return html.Li(
        [html.Span(since, className="since"), html.Time(when), html.Strong(step.words)], **marked(data_kind=step.kind)
    )


def _length(length: timedelta) -> str:
    """How long a step took: days and hours are near enough."""
    if length < timedelta(days=2):
        return length_words(timedelta(minutes=length // timedelta(minutes=1)))
    hours = length // timedelta(hours=1)
    return f"{hours // 24} days {hours % 24} h" if hours % 24 else f"{hours // 24} days"


def steps(intervals: Sequence[Interval], county: County) -> Iterator[Step]:
    """Everything that happened, oldest first. A change is dated by the list that first said it."""
    found: list[Step] = []
    before: DelayedDischarge | None = None
    gone_at: datetime | None = None
    for one in sorted(_as_known_now(intervals), key=lambda one: one.observed_at):
        person = one.person
        assert isinstance(person, DelayedDischarge)
        found += _stays(person)
        if before is None or gone_at is not None and one.observed_at > gone_at:
            found += _gone_and_back(before, gone_at, one)
            found.append(Step(one.observed_at, _whole(person, county), "change"))
        else:
            found += [Step(one.observed_at, words, "change") for words in _changes(before, person, county)]
        before, gone_at = person, one.left_at
    if before is not None and gone_at is not None and before.discharged_at is None:
        found.append(Step(gone_at, "No longer on the list", "list"))
    once = dict.fromkeys(sorted(found, key=lambda step: (step.at, _ORDER[step.kind])))
    yield from once


def folded(told: Iterable[Step]) -> Iterator[Step]:
    """The same steps; of reviews that follow one another, one that says how many they were and when the last was."""
    for kind, run in groupby(told, lambda step: step.kind):
        same = list(run)
        if kind != "review" or len(same) == 1:
            yield from same
            continue
        last = same[-1].at.astimezone(LONDON)
        times = "twice" if len(same) == 2 else f"{len(same)} times"
        words = f"Reviewed {times}, last {last:%a} {last.day} {last:%b %H:%M}"
        yield Step(same[0].at, words, kind, same[-1].at)


_ORDER = {"stay": 0, "ready": 1, "list": 2, "change": 3, "review": 4, "left": 5}


def _as_known_now(intervals: Sequence[Interval]) -> Iterator[Interval]:
    """Without what was corrected since."""
    return (
        one
        for one in intervals
        if isinstance(one.person, DelayedDischarge) and (one.left_at is None or one.left_at > one.observed_at)
    )


def _stays(person: DelayedDischarge) -> Iterator[Step]:
    yield Step(person.admitted_at, "Admitted", "stay")
    yield Step(person.ready_at, "Ready to leave: no criteria to reside", "ready")
    if person.reviewed_at is not None:
        yield Step(person.reviewed_at, "Reviewed", "review")
    if person.discharged_at is not None:
        yield Step(person.discharged_at, "Discharged", "left")


def _gone_and_back(before: DelayedDischarge | None, gone_at: datetime | None, one: Interval) -> Iterator[Step]:
    if before is None or gone_at is None:
        return
    if before.discharged_at is None:
        yield Step(gone_at, "No longer on the list", "list")
    yield Step(one.observed_at, "Back on the list", "list")


def _whole(person: DelayedDischarge, county: County) -> str:
    pathway = "pathway not known" if person.pathway is None else f"pathway {person.pathway}"
    said = [f"On the list: {_ward(county, person)}", pathway, _reason(person)]
    return ", ".join([*said, f"{_owner(county, person)} must act"])


def _changes(before: DelayedDischarge, person: DelayedDischarge, county: County) -> Iterator[str]:
    if before.reason != person.reason:
        yield f"Reason: {_reason(person)}"
    if before.owner != person.owner:
        yield f"Must act: {_owner(county, person)}"
    if before.pathway != person.pathway:
        yield "Pathway not known" if person.pathway is None else f"Pathway {person.pathway}"
    if (before.place, before.ward) != (person.place, person.ward):
        yield f"Moved to {_ward(county, person)}"
    if before.expected_on != person.expected_on:
        on = person.expected_on
        yield "Expected date taken away" if on is None else f"Expected to leave on {on:%a} {on.day} {on:%b}"


def _reason(person: DelayedDischarge) -> str:
    if person.reason is None:
        return "reason not known"
    family = FAMILY_KEYS[FAMILY_OF_REASON[person.reason]]
    return f"{REASON_BY_KEY[person.reason].text} ({family.lower()})"


def _ward(county: County, person: DelayedDischarge) -> str:
    return place_name(county, person.ward if person.ward is not None else person.place)


def _owner(county: County, person: DelayedDischarge) -> str:
    return place_name(county, person.owner, "nobody named")
