"""A discharge list as three suppliers write it: comma-separated, a spreadsheet, and JSON of two hospitals at once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from flowcentre.demo.delays import Listed
from flowcentre.demo.lapses import LOCAL_REASON
from flowcentre.demo.reasons import REASONS
from flowcentre.demo.rhythm import local
from flowcentre.demo.writing import code_of, separated, utc_text, workbook
from flowcentre.model import Place, Places

LIST_COLUMNS = (
    *("site_code", "list_time", "ref", "ward_code", "admitted", "discharge_ready", "pathway", "reason", "owner"),
    *("coordinator", "residence", "expected_discharge", "last_review", "discharged"),
)
# What Northgate's system calls two of the reasons; the feed's settings say what they mean.
_NORTHGATES_WORDS = {"medicines": "TTO", "transport": "PTS"}


def as_text(site: Place, listed: Iterable[Listed], at: int, places: Places, local_reason_of: str | None) -> bytes:
    """Northgate's: moments in UTC and everything called by its full name. One person's reason may be a word that nobody else knows."""
    rows = [
        (
            *(code_of(site), utc_text(at), one.ref, code_of(places[one.ward]) if one.ward else ""),
            *(utc_text(one.admitted_at), utc_text(one.ready_at), f"P{one.pathway}"),
            LOCAL_REASON if one.ref == local_reason_of else _NORTHGATES_WORDS.get(one.reason, REASONS[one.reason].text),
            *(places[one.owner].name, one.coordinator, places[one.residence].name),
            *(one.expected_on or "", utc_text(one.reviewed_at)),
            utc_text(one.discharged_at) if one.discharged_at is not None else "",
        )
        for one in listed
    ]
    return separated(LIST_COLUMNS, rows)


def as_spreadsheet(site: Place, listed: Iterable[Listed], at: int, places: Places) -> bytes:
    """Southmere's: real dates in their cells, on London's clocks, and the reasons with their families."""
    rows = [
        (
            *(code_of(site), utc_text(at), one.ref, code_of(places[one.ward]) if one.ward else None),
            # Admitted in the small hours of the night on which the clocks go back is admitted twice: a date will do.
            *(local(one.admitted_at).date(), _on_the_clock(one.ready_at), one.pathway),
            f"{REASONS[one.reason].family}: {REASONS[one.reason].text}",
            *(places[one.owner].label, one.coordinator, places[one.residence].label),
            *(one.expected_on, _on_the_clock(one.reviewed_at)),
            _on_the_clock(one.discharged_at) if one.discharged_at is not None else None,
        )
        for one in listed
    ]
    return workbook("Discharge list", LIST_COLUMNS, rows)


def as_json(sites: Iterable[tuple[Place, list[Listed]]], at: int, places: Places) -> bytes:
    """The community hospitals': dates where days are all that matters, no wards, codes of organisations."""
    answer = {
        "list_time": utc_text(at),
        "sites": [
            {
                "site_code": code_of(site),
                "listed": len(listed),
                "people": [
                    {
                        "ref": one.ref,
                        "ward_code": None,
                        "admitted": local(one.admitted_at).date().isoformat(),
                        "discharge_ready": local(one.ready_at).date().isoformat(),
                        "pathway": f"Pathway {one.pathway}",
                        "reason": REASONS[one.reason].text,
                        "owner": code_of(places[one.owner]),
                        "coordinator": one.coordinator,
                        "residence": one.residence,
                        "expected_discharge": one.expected_on.isoformat() if one.expected_on else None,
                        "last_review": utc_text(one.reviewed_at),
                        "discharged": utc_text(one.discharged_at) if one.discharged_at is not None else None,
                    }
                    for one in listed
                ],
            }
            for site, listed in sites
        ],
    }
    return json.dumps(answer).encode()


def _on_the_clock(at: int) -> datetime:
    return local(at).replace(tzinfo=None)
