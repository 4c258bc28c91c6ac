"""The county that everything is measured on: 8 acute sites, 120 wards, 3,000 beds, 2,000 series.

It is larger than Westshire and moves by the minute: 1 % of its beds and of its A&E patients change.
Its documents have the form of the real feeds, and go through the real connectors.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson

from connectors.bed_state_csv import BedStateCsv
from connectors.community_capacity_csv import CommunityCapacityCsv
from connectors.emergency_department_json import EmergencyDepartmentJson
from flowcentre.feeds.contract import Connector
from flowcentre.feeds.remembered import place_codes
from flowcentre.model import Board, County, Feed, Level, Place, PlaceKind, Places, Stream

SITES = ("northgate", "southmere", "eastwick", "westover", "ashmoor", "larkhill", "stonebridge", "thornfield")
LOCALITIES = ("north", "mid", "south")
WARDS = 15  # a site
BEDS = 25  # a ward
CHANGED = 0.01  # of beds and of patients, a minute
IN_EMERGENCY = 300  # persons on a busy site's list: those there, and those who came since midnight
CONNECTORS: dict[str, type[Connector]] = {
    "bed_state_csv": BedStateCsv,
    "community_capacity_csv": CommunityCapacityCsv,
    "emergency_department_json": EmergencyDepartmentJson,
}
# Service, kind of place, how many places, and what each reports: series enough to make 2,000.
COMMUNITY = (
    ("community hospital beds", PlaceKind.COMMUNITY_HOSPITAL, 4, (24, 20, 1, "", "")),
    ("recovery beds", PlaceKind.RECOVERY_UNIT, 4, (20, 15, 0, "", "")),
    ("virtual ward", PlaceKind.VIRTUAL_WARD, 4, (60, 41, "", "", "")),
    ("care home beds", PlaceKind.CARE_HOME, 102, (40, 35, "", 1, 3)),
    ("home care hours", PlaceKind.HOME_CARE, 32, (900, 850.5, "", "", "")),
    ("reablement hours", PlaceKind.REABLEMENT, 6, (400, 320.5, "", "", "")),
)
SERIES = 2000


# --- The configuration -----------------------------------------------------------------------


def county(*, one_file: bool = False) -> County:
    """The county. With ``one_file`` all sites' beds come in one file, and nothing else is fed."""
    found = [Place("westshire", "Westshire", Level.SYSTEM, PlaceKind.SYSTEM)]
    for locality in LOCALITIES:
        name = f"{locality.capitalize()} Westshire"
        found.append(Place(locality, name, Level.LOCALITY, PlaceKind.LOCALITY, parent="westshire"))
    found.append(Place("hospitals", "Hospitals", Level.ORGANISATION, PlaceKind.TRUST, parent="westshire"))
    for number, site in enumerate(SITES):
        found.append(
            Place(
                site,
                f"{site.capitalize()} General",
                Level.SITE,
                PlaceKind.ACUTE_HOSPITAL,
                parent="hospitals",
                locality=LOCALITIES[number % 3],
                ods=site_code(site),
            )
        )
        found += [
            Place(f"{site}-{ward}", f"Ward {ward}", Level.UNIT, PlaceKind.WARD, parent=site, codes=(ward.upper(),))
            for ward in map(ward_code, range(WARDS))
        ]
    for _, kind, count, _ in COMMUNITY:
        level = Level.SITE if kind in (PlaceKind.COMMUNITY_HOSPITAL, PlaceKind.RECOVERY_UNIT) else Level.UNIT
        for number in range(count):
            locality = LOCALITIES[number % 3]
            id = community_place(kind, number)
            found.append(Place(id, id.capitalize(), level, kind, parent="westshire", locality=locality))
    feeds = [_beds_feed("beds", ("hospitals",))] if one_file else list(_feeds())
    boards = (Board("county", "Westshire flow centre", "wall", ("westshire", *SITES[:4])),)
    return County("Westshire", Places(found), tuple(feeds), boards, demonstration=True)


def site_code(site: str) -> str:
    """The code by which feeds name a site."""
    return f"ZW{101 + SITES.index(site)}"


def ward_code(number: int) -> str:
    """The code of a ward: some of them are awkward."""
    return ("007", "1e5", "na", *(f"w{other}" for other in range(4, WARDS + 1)))[number]


def community_place(kind: PlaceKind, number: int) -> str:
    """The id of a place outside the hospitals."""
    return f"{kind.value.replace(' ', '-')}-{number + 1}"


def _feeds() -> Iterator[Feed]:
    for site in SITES:
        yield _beds_feed(f"{site}-beds", (site,))
        yield _feed(
            f"{site}-emergency", "emergency_department_json", (site,), {"url": "http://127.0.0.1:9/emergency.json"}
        )
    for service, kind, count, _ in COMMUNITY:
        where = tuple(community_place(kind, number) for number in range(count))
        yield _feed(service.replace(" ", "-"), "community_capacity_csv", where, {"folder": "drops"})


def _beds_feed(id: str, where: tuple[str, ...]) -> Feed:
    return _feed(id, "bed_state_csv", where, {"folder": "drops"})


def _feed(id: str, connector: str, where: tuple[str, ...], settings: dict[str, object]) -> Feed:
    return Feed(
        id=id,
        name=id.replace("-", " ").capitalize(),
        connector=connector,
        every=timedelta(minutes=1),
        late_after=timedelta(hours=1),
        stale_after=timedelta(hours=6),
        places=where,
        provides=CONNECTORS[connector].provides,
        settings=settings,
        demonstration=True,
    )


def make_connector(feed: Feed, within: County) -> Connector:
    """The real connector of a feed."""
    kind = CONNECTORS[feed.connector]
    return kind(kind.Settings.model_validate(dict(feed.settings)), place_codes(feed, within))


# --- Its life ----------------------------------------------------------------------------------


@dataclass
class Ward:
    """One ward's beds."""

    occupied: int = BEDS - 2
    escalation: int = 0
    remaining: int = 5  # with no criteria to reside
    admitted: int = 0  # since midnight, as is the next
    discharged: int = 0
    closed: int = 0


@dataclass
class Life:
    """How the county goes on, minute by minute; the same for the same seed."""

    draw: random.Random = field(default_factory=lambda: random.Random(2026))
    wards: dict[tuple[str, str], Ward] = field(default_factory=dict)
    emergency: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    in_emergency: int = IN_EMERGENCY
    refs: int = 0

    def __post_init__(self) -> None:
        self.wards = {(site, ward_code(number)): Ward() for site in SITES for number in range(WARDS)}

    def pass_minute(self) -> None:
        """Let a minute pass in the wards: one bed in a hundred is filled or emptied."""
        for ward in self.draw.choices(list(self.wards.values()), k=int(len(self.wards) * BEDS * CHANGED)):
            if self.draw.random() < (BEDS + ward.escalation - ward.occupied) / 4:
                ward.occupied, ward.admitted = ward.occupied + 1, ward.admitted + 1
            else:
                ward.occupied, ward.discharged = ward.occupied - 1, ward.discharged + 1
                ward.remaining = min(max(ward.remaining + self.draw.choice((-1, 0, 1)), 0), ward.occupied)

    def begin_day(self) -> None:
        """Midnight: what is counted since then is counted anew."""
        for ward in self.wards.values():
            ward.admitted = ward.discharged = 0

    def beds_csv(self, at: datetime, sites: Iterable[str] = SITES) -> bytes:
        """A bed state as a trust drops it."""
        lines = [
            "site_code,ward_code,census_time,bed_type,core_open,escalation_open,occupied,closed_infection,"
            "closed_staffing,closed_estates,closed_other,no_criteria_to_reside,admissions_since_midnight,"
            "discharges_since_midnight"
        ]
        chosen = set(sites)
        said = f"{at:%Y-%m-%dT%H:%M:%SZ}"
        lines += [
            f"{site_code(site)},{code.upper()},{said},general_acute,{BEDS},{ward.escalation},{ward.occupied},"
            f"{ward.closed},0,0,0,{ward.remaining},{ward.admitted},{ward.discharged}"
            for (site, code), ward in self.wards.items()
            if site in chosen
        ]
        return "\n".join([*lines, ""]).encode()

    def emergency_json(self, site: str, at: datetime) -> bytes:
        """An A&E as it answers: one person in a hundred has come, moved on or left since the last minute."""
        persons = self.emergency.setdefault(site, [])
        if not persons:
            persons += [self._arrival(at - timedelta(minutes=2 * number)) for number in range(self.in_emergency, 0, -1)]
        for _ in range(max(1, int(len(persons) * CHANGED)) - 1):
            self._move_on(self.draw.choice(persons), at)
        persons.pop(0)  # who left yesterday is listed no more
        persons.append(self._arrival(at))
        answer = {
            "site_code": site_code(site),
            "as_at": _said(at),
            "attendances_listed": len(persons),
            "attendances": persons,
            "ambulances_listed": 2,
            "ambulances": [
                {"ref": f"v{number}", "arrived_at": _said(at - timedelta(minutes=9 + number)), "handed_over_at": None}
                for number in (1, 2)
            ],
        }
        return orjson.dumps(answer)

    def _arrival(self, at: datetime) -> dict[str, object]:
        self.refs += 1
        stream = Stream.EMERGENCY_DEPARTMENT if self.refs % 6 else self.draw.choice(list(Stream))
        gone = None if self.draw.random() < 0.3 else _said(at)
        return {
            "ref": f"p{self.refs}",
            "arrived_at": _said(at),
            "stream": stream.value,
            "triaged_at": _said(at),
            "seen_at": None,
            "decided_to_admit_at": None,
            "departed_at": gone,
            "admitted": False,
        }

    def _move_on(self, person: dict[str, object], at: datetime) -> None:
        for step in ("seen_at", "decided_to_admit_at", "departed_at"):
            if person[step] is None:
                person[step] = _said(at)
                return

    def community_csv(self, service: str, at: datetime) -> bytes:
        """A service's capacity as it drops it."""
        _, kind, count, figures = next(row for row in COMMUNITY if row[0] == service)
        lines = ["place_code,service,as_at,commissioned,staffed,used,free,closed,reserved,accepting,two_carers_free"]
        capacity, used, *others = figures
        bought = service == "home care hours"
        for number in range(count):
            taken = max(used - self.draw.randrange(3), 0)
            whole = (capacity, "") if bought else ("", capacity)
            cells = (community_place(kind, number), service, _said(at), *whole, taken, "", *others, "")
            lines.append(",".join(map(str, cells)))
        return "\n".join([*lines, ""]).encode()


def _said(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
