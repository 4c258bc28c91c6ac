"""The county's list of contracts for care, as its commissioners keep it: a spreadsheet with real dates in its cells."""

from __future__ import annotations

from flowcentre.demo.contracts import terms_on
from flowcentre.demo.rhythm import local
from flowcentre.demo.writing import code_of, utc_text, workbook
from flowcentre.model import Places

CONTRACT_COLUMNS = (
    *("list_time", "ref", "provider", "locality", "unit", "amount", "block", "valid_from", "valid_to"),
    *("contract_end", "funding", "funding_end", "hourly_rate"),
)
_FUNDING = {
    "council": "Council",
    "better_care_fund": "Better Care Fund",
    "discharge_fund": "Discharge fund",
    "nhs": "NHS",
}


def contract_list(at: int, started_at: int, places: Places) -> bytes:
    """What is in force, and what is agreed to follow or to begin, of a life that began at ``started_at``."""
    rows = []
    for term in terms_on(local(at).date(), local(started_at).date()):
        agreement = term.agreement
        rows.append(
            (
                *(utc_text(at), term.ref, code_of(places[agreement.provider]), places[agreement.locality].name),
                *(agreement.unit.value, term.amount, "block" if agreement.block else "spot"),
                *(term.valid_from, term.valid_to, term.contract_end),
                *(_FUNDING[agreement.funding], term.funding_end, agreement.rate),
            )
        )
    return workbook("Contracts for care", CONTRACT_COLUMNS, rows)
