"""One person's time on the lists: every step with its moment and how long it took since the one before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from dash.development.base_component import Component

from flowcentre.measures.delay_counts import days_ready
from flowcentre.measures.delays import FAMILY_KEYS, FAMILY_OF_REASON, REASON_BY_KEY
from flowcentre.model import County, DelayedDischarge, Interval
from layouts.parts.list_life import REVIEW, Step, as_known_now, drawn, in_order, nothing
from layouts.parts.list_words import days, place_name


def life(
    ref: str, intervals: Sequence[Interval], county: County, at: datetime, package: str | None = None
) -> Component:
    """The whole timeline, under the facts by which one knows whom it is of. ``package``: the step of the person's care."""
    rows = [(one, one.person) for one in intervals if isinstance(one.person, DelayedDischarge)]
    if not rows:
        return nothing(ref)
    latest = max(rows, key=lambda row: row[0].observed_at)[1]
    ward = county.places.get(latest.ward) if latest.ward is not None else None
    facts = [
        ("Hospital", place_name(county, latest.place)),
        ("Ward", ward.label if ward is not None else "none given"),
        ("Pathway", "not known" if latest.pathway is None else str(latest.pathway)),
        ("Must act next", _owner(county, latest)),
        ("Since ready", days(days_ready(latest, latest.discharged_at or at))),
    ]
    if package is not None:
        facts.append(("Package of care", package))
    return drawn(ref, facts, steps(intervals, county))


def steps(intervals: Sequence[Interval], county: County) -> Iterator[Step]:
    """Everything that happened, oldest first. A change is dated by the list that first said it."""
    found: list[Step] = []
    before: DelayedDischarge | None = None
    gone_at: datetime | None = None
    for one in as_known_now(intervals):
        person = one.person
        if not isinstance(person, DelayedDischarge):
            continue
        found += _stays(person)
        if before is None or gone_at is not None and one.observed_at > gone_at:
            found += _gone_and_back(before, gone_at, one)
            found.append(Step(one.observed_at, _whole(person, county), "change"))
        else:
            found += [Step(one.observed_at, words, "change") for words in _changes(before, person, county)]
        before, gone_at = person, one.left_at
    if before is not None and gone_at is not None and before.discharged_at is None:
        found.append(Step(gone_at, "No longer on the list", "list"))
    yield from in_order(found, _ORDER)


_ORDER = ("stay", "ready", "list", "change", REVIEW, "left")


def _stays(person: DelayedDischarge) -> Iterator[Step]:
    yield Step(person.admitted_at, "Admitted", "stay")
    yield Step(person.ready_at, "Ready to leave: no criteria to reside", "ready")
    if person.reviewed_at is not None:
        yield Step(person.reviewed_at, "Reviewed", REVIEW)
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
