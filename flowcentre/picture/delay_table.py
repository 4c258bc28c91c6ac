"""The columns of the list of delayed discharges."""

from __future__ import annotations

from flowcentre.measures.delays import FAMILY_KEYS, REASON_BY_KEY
from flowcentre.picture.delays import LIMITS, Delay
from flowcentre.picture.list_table import Column, place_words


def _reason(delay: Delay) -> str | None:
    return REASON_BY_KEY[delay.person.reason].text if delay.person.reason is not None else None


COLUMNS: tuple[Column[Delay], ...] = (
    Column("ref", "Ref", "text", lambda delay, _: delay.person.ref),
    Column("site", "Hospital", "text", lambda delay, county: place_words(county, delay.person.place)),
    Column("ward", "Ward", "text", lambda delay, county: place_words(county, delay.person.ward)),
    Column("days", "Days since ready", "number", lambda delay, _: delay.days),
    Column("pathway", "Pathway", "number", lambda delay, _: delay.person.pathway),
    Column("family", "Kind of reason", "text", lambda delay, _: FAMILY_KEYS[delay.family] if delay.family else None),
    Column("reason", "Reason for delay", "text", lambda delay, _: _reason(delay)),
    Column("owner", "Must act next", "text", lambda delay, county: place_words(county, delay.person.owner)),
    Column("coordinator", "Co-ordinator", "text", lambda delay, _: delay.person.coordinator),
    Column("council", "Council or locality", "text", lambda delay, county: place_words(county, delay.person.residence)),
    Column("package", "Package of care", "text", lambda delay, _: delay.elsewhere),
    Column("expected", "Expected discharge", "date", lambda delay, _: delay.person.expected_on),
    Column("reviewed", "Last review", "moment", lambda delay, _: delay.person.reviewed_at),
    Column("unchanged", "Unchanged since", "moment", lambda delay, _: delay.unchanged_since),
    Column("ready", "Discharge ready", "moment", lambda delay, _: delay.person.ready_at),
    Column("admitted", "Admitted", "moment", lambda delay, _: delay.person.admitted_at),
    Column("nights", "Length of stay, nights", "number", lambda delay, _: delay.nights),
    Column(
        "past",
        "Past a limit",
        "text",
        lambda delay, _: "; ".join(words for limit, words in LIMITS.items() if limit in delay.past) or None,
    ),
    Column("listed", "List as at", "moment", lambda delay, _: delay.at),
    Column("too_old", "List too old", "flag", lambda delay, _: delay.stale),
)
