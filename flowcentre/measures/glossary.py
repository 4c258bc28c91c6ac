"""The glossary: the field's terms and every measure, as Markdown drawn from the catalogue.

``python -m flowcentre.measures.glossary > docs/glossary.md`` writes it anew; a test keeps the
committed file up to date.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import NamedTuple

from flowcentre.measures import HOUSES
from flowcentre.model import Measure, Period, StockOrFlow, Summing, Worse


class Term(NamedTuple):
    """A word of the field or of this house."""

    word: str
    meaning: str


OF_THE_FIELD = (
    Term("A&E, emergency department", "Accident and emergency. *Type 1* is a major, consultant-led department."),
    Term(
        "action card",
        "What one role does when one thing happens, on one page. The word that staff already use.",
    ),
    Term(
        "admission avoidance", "Care at home, asked for so that a person who would go into hospital does not have to."
    ),
    Term("bed closed", "A bed that cannot be used, with the reason: infection control, staffing, estates, other."),
    Term(
        "block hours",
        "Hours of home care a week that are bought of a provider for a time and paid for whether they are used or not. What "
        "is bought one package at a time is bought *on the spot*.",
    ),
    Term("brokerage", "The team that finds a provider for a package of care."),
    Term("care transfer hub", "The team that arranges discharge on pathways 1, 2 and 3."),
    Term(
        "clinical queue",
        "Those whose call to NHS 111 was answered, and who wait for a clinician to call them back.",
    ),
    Term("commissioned", "Bought: hours of home care that a council pays for, whether used or not."),
    Term("core bed", "A bed that is funded all year."),
    Term(
        "criteria to reside",
        "The national list of reasons to be in an acute hospital bed (Hospital Discharge Service policy, annex A).",
    ),
    Term(
        "decision to admit",
        "The moment at which a clinician decides that a person in A&E is to be admitted. Always written out: "
        "its short form is also used for *discharge to assess*.",
    ),
    Term(
        "discharge list",
        "One hospital's list of everybody in a bed with no criteria to reside: for what, since when, and who must act next.",
    ),
    Term("discharge ready date", "The day on which a person in hospital no longer met the criteria to reside."),
    Term(
        "discharge to assess", "Leaving hospital first and being assessed for care after, at home or in a recovery bed."
    ),
    Term(
        "double-handed", "Of a package whose visits need two carers together: an hour of it takes two hours of carers."
    ),
    Term("escalation bed", "A bed opened over and above the core to meet pressure."),
    Term("general and acute", "All hospital beds but critical care, maternity, mental health and learning disability."),
    Term(
        "hand-back",
        "A provider gives a package of care back that it had agreed to or was giving. Care that is asked for anew after it is "
        "another referral: a *restart*.",
    ),
    Term(
        "interface, capacity",
        "Two kinds of reason for delay that somebody else must act on: *interface*, the service is there and is being "
        "arranged; *capacity*, it is not available yet.",
    ),
    Term("integrated care board, ICB", "The NHS body that plans and pays for health care in an area."),
    Term(
        "no criteria to reside",
        "Said of a person who is in a hospital bed and no longer meets the criteria to reside. Three counts of such people "
        "are never mixed: at census, remaining at midnight, and the days since the discharge ready date of those who have left.",
    ),
    Term("occupancy", "Occupied beds as a share of open beds. Over 100 % is possible."),
    Term(
        "ODS code", "The national code of an organisation or site, given by the Organisation Data Service. Always text."
    ),
    Term(
        "OPEL",
        "Operational Pressures Escalation Levels, 1 to 4. Declared by people. Flow Centre computes none: the national "
        "scoring has not been confirmed. What it computes is a *level of pressure*, by the county's own rules.",
    ),
    Term("over 12 hours", "From *arrival*, or from the *decision to admit*: two different measures, always labelled."),
    Term("package of care", "The visits and hours that a person at home is given each week."),
    Term(
        "pathway 0",
        "Discharge home, or to where the person lived, with no new or additional care; arranged by the ward.",
    ),
    Term("pathway 1", "Discharge home with new or additional health or social care."),
    Term("pathway 2", "Discharge to a bed with dedicated recovery support, for a limited time."),
    Term("pathway 3", "Discharge to a new care home placement; rare."),
    Term("reablement", "Care at home for some weeks that helps a person to do things for themselves again."),
    Term("recovery bed", "A bed in the community with recovery support, for people on pathway 2."),
    Term("restart", "Care that had stopped, as by a stay in hospital or a hand-back, and is asked for again."),
    Term("same-day emergency care", "Assessment and treatment of an emergency without a night in hospital."),
    Term("since midnight", "Since 00:00, Europe/London. Such a counter starts again from nothing each day."),
    Term(
        "single point of access",
        "Where a team takes referrals in: each is accepted, or sent back to whoever referred. What is sent back and not "
        "ended still waits.",
    ),
    Term(
        "section 136 suite, health-based place of safety",
        "Where the police bring a person whom they have detained under section 136 of the Mental Health Act, to be assessed.",
    ),
    Term("sitrep", "Situation report: a return that hospitals send to NHS England each day."),
    Term("step-up", "More care at home, or a recovery bed, for a person who comes from home and not from hospital."),
    Term("streamed away", "Sent on from the front door of A&E to a service that suits better."),
    Term("unvalidated", "As it stands in the source now, before the checks that a published figure has had."),
    Term("virtual ward", "Hospital care for a person who is at home; also *hospital at home*."),
)

OF_THIS_HOUSE = (
    Term("at least", "Before a total, some of whose places are silent: the true figure is this or more."),
    Term(
        "as at", "The moment that a figure speaks of, by the source's own clock. Not the moment at which we learnt it."
    ),
    Term("board", "What one wall display shows."),
    Term(
        "computed level",
        "The level of pressure, 1 to 4, that follows from a score by its cut-offs. Not certain where something is not known.",
    ),
    Term("coverage", "How many of the places that should report a figure did: *2 of 3 sites*."),
    Term(
        "declared level",
        "The level of pressure, 1 to 4, that a person has declared, with a reason and until an hour. Never changed by what is computed.",
    ),
    Term("feed", "A configured source, with its promise of how often it speaks."),
    Term("flow", "Something that happens over a time, and is summed: attendances, discharges."),
    Term("fresh", "Of an age that the feed's own rhythm explains."),
    Term("held row", "A row that was not believed: kept, with its reason, and not counted."),
    Term(
        "indicative, locally configured",
        "Said of every computed score and level until a named person has verified the rules that it rests on.",
    ),
    Term("late", "Overdue. Still used, with its age."),
    Term("never", "Nothing has ever come."),
    Term("pillar", "A part of a system that is scored by itself: acute, community, mental health, NHS 111."),
    Term("poll", "One attempt at a feed."),
    Term("stale", "Too old to be shown as now. It is in no total."),
    Term("stock", "Something counted at a moment, and averaged over time: beds, people waiting."),
    Term("unknown", "The source spoke, and gave no figure. It is not zero."),
)

_PERIODS = {
    Period.MOMENT: "counted at a moment",
    Period.SINCE_MIDNIGHT: "counted since midnight, Europe/London",
    Period.LAST_SEVEN_DAYS: "counted over the seven days up to a moment",
    Period.LAST_28_DAYS: "counted over the 28 days up to a moment",
    Period.DAY: "for a day",
    Period.WEEK: "for a week",
    Period.MONTH: "for a month",
}
_OVER_TIME = {
    Summing.SUM: "added",
    Summing.MEAN: "averaged",
    Summing.MAX: "the highest is taken",
    Summing.LAST: "the last is taken",
    Summing.RATIO: "numerators and denominators are added, then divided",
    Summing.MEDIAN_OF_ROWS: "taken again over the people",
    Summing.NEVER: "never",
}
_ACROSS_PLACES = {**_OVER_TIME, Summing.LAST: "never"}


def render() -> str:
    """The whole glossary, as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Glossary"
    yield ""
    yield "<!-- Written by `python -m flowcentre.measures.glossary > docs/glossary.md`. Do not edit: edit the catalogue. -->"
    yield ""
    yield "The words that Flow Centre uses, and every measure that it can show: each defined once, in the catalogue."
    for title, terms in (("Terms of the field", OF_THE_FIELD), ("Terms of Flow Centre", OF_THIS_HOUSE)):
        yield ""
        yield f"## {title}"
        yield ""
        for term in terms:
            yield f"- **{term.word}**: {term.meaning}"
    yield ""
    yield "## Measures"
    for title, measures in HOUSES:
        yield ""
        yield f"### {title}"
        for measure in measures:
            yield ""
            yield from _measure(measure)


def _measure(measure: Measure) -> Iterator[str]:
    yield f"#### {measure.label}"
    yield ""
    yield measure.definition
    yield ""
    yield f"- id: `{measure.id}`; on a tile: *{measure.short_label}*"
    places = f", {measure.decimals} decimal place{'s' * (measure.decimals != 1)}" if measure.decimals else ""
    yield f"- unit: {measure.unit}{places}"
    what = "stock" if measure.stock_or_flow is StockOrFlow.STOCK else "flow"
    yield f"- {what}, {_PERIODS[measure.period]}"
    across, over = _ACROSS_PLACES[measure.across_places], _OVER_TIME[measure.over_time]
    yield f"- across places: {across}; over time: {over}"
    if measure.formula is not None:
        where = "" if not measure.reported_by else ", where no feed reports it"
        yield f"- worked out as: {measure.formula.words}{where}"
    if measure.overlaps is not None:
        yield "- counts people or beds that others count too: not to be added to those"
    if measure.worse is not Worse.NEITHER:
        yield f"- worse when {measure.worse}"
    if measure.reported_by:
        yield f"- reported by: {', '.join(sorted(measure.reported_by))}"
    yield f"- source: {measure.source}"
    if not measure.confirmed:
        yield "- **the definition is not confirmed nationally**"


if __name__ == "__main__":
    sys.stdout.write(render())
