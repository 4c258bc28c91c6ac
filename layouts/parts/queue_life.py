"""A package's life line: every step of the person's referrals in order, and the person's steps in hospital among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from dash.development.base_component import Component

from flowcentre.measures import care_clocks as clocks
from flowcentre.measures.care_words import HANDED_BACK, OUTCOME_BY_KEY
from flowcentre.measures.derive import local_day
from flowcentre.model import (
    CareReferral,
    CareTerms,
    County,
    DelayedDischarge,
    Interval,
    Picture,
    ReferralReason,
    Therapy,
)
from flowcentre.picture.package_book import PackageLife
from flowcentre.picture.package_table import length_shown
from flowcentre.picture.packages import NEXT_WORDS, Package
from flowcentre.picture.visits import PackageVisits
from layouts.parts.capacity_words import number
from layouts.parts.delay_life import steps as hospital_steps
from layouts.parts.list_life import AHEAD, REVIEW, Step, as_known_now, drawn, in_order, nothing
from layouts.parts.list_words import place_name
from layouts.parts.tree import Child
from layouts.parts.words import LONDON

# Kinds of step, of one moment in this order.
_ORDER = ("hospital", "referred", "step", "list", "change", "due", "began", "now", "ended", AHEAD)


def life(ref: str, told: PackageLife, package: Package | None, picture: Picture) -> Component:
    """The whole line of a referral, under the facts by which one knows whom it is of.

    ``package`` is the referral as the lists have it at that moment; None: on none of them.
    """
    rows = [one.person for one in _of(told, ref) if isinstance(one.person, CareReferral)]
    if not rows:
        return nothing(ref)
    facts = [*_facts(rows[-1], package, picture), *(_visits(each, picture.county) for each in told.visits)]
    return drawn(ref, facts, steps(ref, told, picture))


def _of(told: PackageLife, ref: str) -> list[Interval]:
    return [one for each in told.referrals for one in as_known_now(each) if one.person.ref == ref]


def _facts(row: CareReferral, package: Package | None, picture: Picture) -> Iterator[tuple[str, Child]]:
    county, terms = picture.county, picture.county.care
    yield "Locality", place_name(county, row.place)
    yield "Asked for", _asked(row)
    if package is None:
        yield "On the list", "no longer"
    elif package.next_step is not None:
        yield "Must act next", NEXT_WORDS[package.next_step]
        left = package.due_at - package.at
        late = f"{length_shown(-left)} over" if left < timedelta(0) else f"{length_shown(left)} left"
        yield f"Promise of {length_shown(terms.start_within)}", late
    elif package.day is not None:
        yield "Day of care", f"{package.day} of {clocks.runs_for(row, terms, county.places.stay_limits)}"
        yield "Until its end", _days_left(package.days_left)
    yield "Provider", place_name(county, row.provider, "none has agreed")
    yield "In hospital", (package.elsewhere if package is not None else None) or "on no discharge list"


def _visits(visited: PackageVisits, county: County) -> tuple[str, str]:
    """How a service's visits to the package went, by the evidence that the page of capacity gives."""
    drift = visited.drift
    said = [f"{drift.compared:,} made and timed"]
    if drift.planned_minutes is not None and drift.actual_minutes is not None:
        said.append(f"planned {number(drift.planned_minutes, 1)} min, took {number(drift.actual_minutes, 1)}")
    if drift.pattern is not None:
        said.append(f"{drift.pattern}, {number(abs(drift.hours_a_week))} h of carers a week")
    if drift.missed:
        said.append(f"{drift.missed} missed")
    if visited.stale:
        said.append("by a roster too old")
    return f"Visits of {place_name(county, visited.place)}, 28 days", "; ".join(said)


def _days_left(left: int | None) -> str:
    if left is None:
        return "not known"
    days = f"{abs(left)} day{'s' if abs(left) != 1 else ''}"
    return "ends today" if left == 0 else days if left > 0 else f"{days} over"


# --- Steps --------------------------------------------------------------------------------


def steps(ref: str, told: PackageLife, picture: Picture) -> list[Step]:
    """Everything that happened to the person whose referral it is, and what is still ahead of it, oldest first."""
    found: list[Step] = []
    for intervals in told.referrals:
        stands = as_known_now(intervals)
        rows = [one.person for one in stands if isinstance(one.person, CareReferral)]
        if not rows:
            continue
        other = "" if rows[-1].ref == ref else f" (referral {rows[-1].ref})"
        found += [replace(one, words=one.words + other) for one in _referral(rows[-1], stands, picture)]
    found += _hospital(told.hospital, picture.county)
    return in_order(found, _ORDER)


def _referral(row: CareReferral, stands: Sequence[Interval], picture: Picture) -> Iterator[Step]:
    """Of one referral: what its last row says happened, what changed from list to list, and what is ahead."""
    county, terms, at = picture.county, picture.county.care, picture.at
    yield from _moments(row, county)
    yield from _again(row, stands)
    yield from _from_list_to_list(stands, county)
    yield from _clocks(row, terms, clocks.runs_for(row, terms, county.places.stay_limits), at)


def _moments(row: CareReferral, county: County) -> Iterator[Step]:
    restart = row.reason is ReferralReason.RESTART
    yield Step(row.referred_at, f"{'Asked for again' if restart else 'Referred'}: {_asked(row)}", "referred")
    if row.ready_at is not None and row.ready_at != row.referred_at:
        yield Step(row.ready_at, "Ready to go", "step")
    team = place_name(county, row.team, "the team")
    if row.accepted_at is not None:
        yield Step(row.accepted_at, f"Accepted by {team}", "step")
    if row.sent_back_at is not None:
        yield Step(row.sent_back_at, f"Sent back by {team}", "step")
    if row.triaged_at is not None:
        needs = f": {row.therapy}" if row.therapy not in (None, Therapy.NOT_TRIAGED) else ""
        yield Step(row.triaged_at, f"Triaged{needs}", "step")
    if row.sourced_at is not None:
        yield Step(row.sourced_at, f"Sourced: {place_name(county, row.provider, 'a provider not named')}", "step")
    if row.started_at is not None:
        yield Step(row.started_at, "Care began: day 1", "began")
    if row.ended_at is not None:
        yield Step(row.ended_at, _ending(row, county), "ended")


def _ending(row: CareReferral, county: County) -> str:
    if row.outcome == HANDED_BACK:
        return f"Handed back by {place_name(county, row.provider, 'the provider')}"
    outcome = OUTCOME_BY_KEY.get(row.outcome or "")
    how = f": {outcome.text}" if outcome is not None else ""
    return f"Ended{' without care' if row.started_at is None else ''}{how}"


def _again(row: CareReferral, stands: Iterable[Interval]) -> Iterator[Step]:
    """A referral may be sent back and accepted more than once, and the last row says the last time alone."""
    earlier = [one.person for one in stands if isinstance(one.person, CareReferral)]
    for name, words in (("accepted_at", "Accepted"), ("sent_back_at", "Sent back")):
        last = getattr(row, name)
        moments = {getattr(one, name) for one in earlier} - {None, last}
        yield from (Step(moment, words, "step") for moment in moments)


def _from_list_to_list(stands: Sequence[Interval], county: County) -> Iterator[Step]:
    """What each list said anew. A change is dated by the list that first said it."""
    before: CareReferral | None = None
    gone_at: datetime | None = None
    for one in stands:
        row = one.person
        if not isinstance(row, CareReferral):
            continue
        if before is not None and gone_at is not None and one.observed_at > gone_at:
            yield Step(gone_at, "No longer on the list", "list")
            yield Step(one.observed_at, "Back on the list", "list")
        if before is not None:
            yield from (Step(one.observed_at, words, "change") for words in _changes(before, row, county))
        elif row.offers:
            yield Step(one.observed_at, _offers(row), "change")
        before, gone_at = row, one.left_at
    if before is not None and gone_at is not None and before.ended_at is None:
        yield Step(gone_at, "No longer on the list, and no end given", "list")


def _changes(before: CareReferral, row: CareReferral, county: County) -> Iterator[str]:
    if before.place != row.place:
        yield f"Moved to {place_name(county, row.place)}"
    if _asked(before) != _asked(row):
        yield f"Now asked for: {_asked(row)}"
    if before.team != row.team:
        yield f"Team: {place_name(county, row.team, 'none named')}"
    if before.offers != row.offers and row.offers is not None:
        yield _offers(row)
    if before.provider != row.provider and before.provider is not None:
        yield f"Provider: {place_name(county, row.provider, 'none any more')}"
    if before.waits_for != row.waits_for:
        yield f"{_who(NEXT_WORDS[row.waits_for])} must act" if row.waits_for else "The list no longer says who must act"
    if before.therapy_again != row.therapy_again and row.therapy_again:
        yield "Back to therapy"
    if before.planned_end != row.planned_end:
        on = row.planned_end
        yield "Planned end taken away" if on is None else f"Planned to end on {on:%a} {on.day} {on:%b}"
    for name, words in (("started_at", "care began"), ("referred_at", "referred")):
        said, now = getattr(before, name), getattr(row, name)
        if said is not None and said != now:
            yield f"Corrected: {words} {_moment(now)}" if now is not None else f"Corrected: {words} is no longer said"


def _clocks(row: CareReferral, terms: CareTerms, runs_for: int, at: datetime) -> Iterator[Step]:
    """The promise, and how far the care has run: what is past, and what is ahead."""
    due = clocks.due_at(row, terms)
    began_by = min((moment for moment in (row.started_at, row.ended_at) if moment is not None), default=None)
    if due > at and began_by is None:
        yield Step(due, "Care is promised to have begun", AHEAD)
    elif began_by is None or due < began_by:
        yield Step(due, f"The promise of {length_shown(terms.start_within)} ran out: care had not begun", "due")
    day = clocks.day_of(row, at)
    if day is None or row.started_at is None:
        return
    yield Step(at, f"Day {day} of {runs_for}", "now")
    last_day = local_day(row.started_at) + timedelta(days=runs_for - 1)
    what = "a short-term package" if row.service.at_home else "a stay"
    ends = [(row.planned_end, "Planned end"), (last_day, f"Day {runs_for}: {what} may last no longer")]
    for on, words in ends:
        if on is not None and on > local_day(at):
            yield Step(_noon(on), words, AHEAD, whole_day=True)


def _noon(day: date) -> datetime:
    """Where a whole day stands among moments."""
    return datetime.combine(day, time(12), LONDON).astimezone(UTC)


def _hospital(intervals: Sequence[Interval], county: County) -> Iterator[Step]:
    """The same person's steps on the hospitals' lists; reviews are left to that page."""
    listed = [one for one in intervals if isinstance(one.person, DelayedDischarge)]
    for step in hospital_steps(listed, county):
        if step.kind != REVIEW:
            yield Step(step.at, f"In hospital: {step.words[:1].lower()}{step.words[1:]}", "hospital")


# --- Words --------------------------------------------------------------------------------


def _asked(row: CareReferral) -> str:
    """What is asked for: "home care, 10.5 h a week, 2 carers, to leave hospital"."""
    said = [str(row.service)]
    if row.weekly_hours is not None:
        said.append(f"{number(row.weekly_hours)} h of visits a week")
    if row.carers is not None:
        said.append("one carer" if row.carers == 1 else f"{row.carers} carers")
    said.append(f"from {'hospital' if row.setting == 'hospital' else 'the community'}")
    if row.reason is not None and row.reason is not ReferralReason.RESTART:
        said.append(str(row.reason))
    return ", ".join(said)


def _offers(row: CareReferral) -> str:
    return "No offer made" if not row.offers else f"Offers made: {row.offers}"


def _who(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def _moment(moment: datetime) -> str:
    local = moment.astimezone(LONDON)
    return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"
