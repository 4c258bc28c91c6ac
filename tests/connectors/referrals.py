"""A good row of a list of referrals, and what the connector makes of it when some of it is otherwise."""

import csv
import io
from collections.abc import Mapping

from connectors.care_referrals import CareReferrals, CareReferralsSettings
from flowcentre.feeds.contract import Document, PlaceCodes
from flowcentre.model import CareReferral, Fact, Held, RefusedColumn
from tests.connectors.cast import WESTSHIRE

AT = "2026-11-22T08:00:00Z"
ROW = {
    "list_time": AT,
    "ref": "cr-1",
    "person": "p-1",
    "locality": "north",
    "referred": "2026-11-20T09:00:00Z",
    "setting": "hospital",
    "reason": "discharge",
    "pathway": "1",
    "service": "home care",
    "team": "BRK-N",
    "weekly_hours": "14",
    "visits_a_day": "4",
    "carers": "1",
    "therapy": "care only",
    "accepted": "2026-11-20T09:30:00Z",
    "sent_back": "",
    "triaged": "2026-11-20T10:00:00Z",
    "sourced": "",
    "provider": "",
    "started": "",
    "planned_end": "",
    "ended": "",
    "outcome": "",
    "therapy_again": "no",
    "offers": "0",
    "funding": "council",
}
Found = list[Fact | RefusedColumn]


def connector(places: list[str] | None = None, **settings: object) -> CareReferrals:
    return CareReferrals(
        CareReferralsSettings.model_validate({"folder": "drops"} | settings),
        PlaceCodes(WESTSHIRE, places or ["westshire"]),
    )


def as_csv(*rows: Mapping[str, str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(
        text, list(dict.fromkeys(key for row in rows for key in row)), lineterminator="\n", quoting=csv.QUOTE_ALL
    )
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def parse(content: bytes, **settings: object) -> Found:
    return list(connector(**settings).parse(Document("list", content)))


def facts(*changes: Mapping[str, str], **settings: object) -> Found:
    """The facts of a list with one row for each set of changes to a good one."""
    return parse(as_csv(*(ROW | change for change in changes)), **settings)


def referral(change: Mapping[str, str], **settings: object) -> CareReferral:
    found = facts(change, **settings)[0]
    assert isinstance(found, CareReferral), found
    return found


def referrals(found: Found) -> list[CareReferral]:
    return [fact for fact in found if isinstance(fact, CareReferral)]


def held(found: Found) -> list[str]:
    return [fact.reason for fact in found if isinstance(fact, Held)]
