"""The columns of the list of packages of care."""

from __future__ import annotations

from datetime import timedelta

from flowcentre.measures.care_words import FUNDING, OUTCOME_BY_KEY
from flowcentre.picture.list_table import Column, place_words
from flowcentre.picture.packages import LIMITS, NEXT_WORDS, Package

_HOUR = timedelta(hours=1)


def length_shown(length: timedelta) -> str:
    """A wait as one reads it: "50 min", "14 h", "3 d 4 h"."""
    minutes = length // timedelta(minutes=1)
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    if hours < 48:
        return f"{hours} h"
    return f"{hours // 24} d {hours % 24} h" if hours % 24 else f"{hours // 24} d"


def _left(package: Package) -> float | None:
    """Hours until care is promised to start, below 0 when past; None where nobody waits any more."""
    return None if package.next_step is None else round((package.due_at - package.at) / _HOUR, 1)


def _left_shown(package: Package) -> str:
    if package.next_step is None:
        return ""
    left = package.due_at - package.at
    return f"{length_shown(left)} left" if left >= timedelta(0) else f"{length_shown(-left)} over"


def _day_shown(package: Package) -> str:
    if package.day is None or package.days_left is None:
        return ""
    left = package.days_left
    ends = f"{left} left" if left > 0 else "ends today" if left == 0 else f"{-left} over"
    return f"{package.day} ({ends})"


def _outcome(package: Package) -> str | None:
    outcome = OUTCOME_BY_KEY.get(package.person.outcome or "")
    return outcome.text if outcome is not None else package.person.outcome


def _limits(package: Package) -> str | None:
    return "; ".join(words for limit, words in LIMITS.items() if limit in package.past) or None


COLUMNS: tuple[Column[Package], ...] = (
    Column("ref", "Ref", "text", lambda package, _: package.person.ref),
    Column(
        "waited",
        "Waited",
        "number",
        lambda package, _: round(package.waited_hours, 1),
        lambda package: length_shown(package.waited),
        "hours",
    ),
    Column("left", "Promise", "number", lambda package, _: _left(package), _left_shown, "hours left"),
    Column(
        "next",
        "Must act next",
        "text",
        lambda package, _: NEXT_WORDS[package.next_step] if package.next_step is not None else None,
    ),
    Column("day", "Day of care", "number", lambda package, _: package.day, _day_shown),
    Column("started", "Care began", "moment", lambda package, _: package.person.started_at),
    Column("planned_end", "Planned end", "date", lambda package, _: package.person.planned_end),
    Column("ended", "Ended", "moment", lambda package, _: package.person.ended_at),
    Column("outcome", "Outcome", "text", lambda package, _: _outcome(package)),
    Column("locality", "Locality", "text", lambda package, county: place_words(county, package.person.place)),
    Column("service", "Service", "text", lambda package, _: package.person.service.value),
    Column("hours", "Carer hours a week", "number", lambda package, _: package.person.carer_hours),
    Column("carers", "Carers", "number", lambda package, _: package.person.carers),
    Column("visits", "Visits a day", "number", lambda package, _: package.person.visits_a_day),
    Column("therapy", "Therapy", "text", lambda package, _: package.person.therapy),
    Column("setting", "Referred from", "text", lambda package, _: package.person.setting.value),
    Column("reason", "Reason", "text", lambda package, _: package.person.reason),
    Column("hospital", "In hospital", "text", lambda package, _: package.elsewhere),
    Column("pathway", "Pathway", "number", lambda package, _: package.person.pathway),
    Column("team", "Team", "text", lambda package, county: place_words(county, package.person.team)),
    Column("provider", "Provider", "text", lambda package, county: place_words(county, package.person.provider)),
    Column("offers", "Offers", "number", lambda package, _: package.person.offers),
    Column(
        "funding",
        "Funding",
        "text",
        lambda package, _: FUNDING.get(package.person.funding or "", package.person.funding),
    ),
    Column("past", "Past a limit", "text", lambda package, _: _limits(package)),
    Column("unchanged", "Unchanged since", "moment", lambda package, _: package.unchanged_since),
    Column("phase", "Phase", "text", lambda package, _: package.phase.value),
    Column("referred", "Referred", "moment", lambda package, _: package.person.referred_at),
    Column("ready", "Ready", "moment", lambda package, _: package.person.ready_at),
    Column("due", "Start promised by", "moment", lambda package, _: package.due_at),
    Column("breached", "Past the promise", "flag", lambda package, _: package.breached),
    Column("accepted", "Accepted", "moment", lambda package, _: package.person.accepted_at),
    Column("sent_back", "Sent back", "moment", lambda package, _: package.person.sent_back_at),
    Column("triaged", "Triaged", "moment", lambda package, _: package.person.triaged_at),
    Column("sourced", "Sourced", "moment", lambda package, _: package.person.sourced_at),
    Column("therapy_again", "Back to therapy", "flag", lambda package, _: package.person.therapy_again),
    Column("person", "Person", "text", lambda package, _: package.person.person),
    Column("listed", "List as at", "moment", lambda package, _: package.at),
    Column("too_old", "List too old", "flag", lambda package, _: package.stale),
)
