"""What each feed of the county publishes at a moment: from state to bytes, as a supplier would write them."""

from __future__ import annotations

import json

from flowcentre.demo import lapses
from flowcentre.demo.capacity_documents import CAPACITY_COLUMNS, SERVICES, CapacityDocuments
from flowcentre.demo.contract_documents import contract_list
from flowcentre.demo.delays import DischargeLists
from flowcentre.demo.emergency import Ambulance, Attendance
from flowcentre.demo.list_documents import as_json, as_spreadsheet, as_text
from flowcentre.demo.referral_documents import referral_list
from flowcentre.demo.rhythm import DAY, HOUR, seconds, utc
from flowcentre.demo.roster import Roster
from flowcentre.demo.simulation import Simulation
from flowcentre.demo.situation_documents import mental_health_report, nhs_111_report
from flowcentre.demo.visit_documents import visit_export
from flowcentre.demo.ward import WHY_CLOSED
from flowcentre.demo.westshire import WESTSHIRE, Care
from flowcentre.demo.writing import Written, code_of, separated, utc_text
from flowcentre.model import County, Feed, Place, PlaceKind

BED_COLUMNS = (
    *("site_code", "ward_code", "census_time", "bed_type", "core_open", "escalation_open", "occupied"),
    *(f"closed_{why}" for why in WHY_CLOSED),
    *("no_criteria_to_reside", "admissions_since_midnight", "discharges_since_midnight"),
)
SPREADSHEETS = {"southmere"}  # whose discharge list is one
_WRITTEN_DAILY = {"block_contracts": 6}  # at which hour UTC


def writing_habit(feed: Feed) -> tuple[int, int]:
    """How often a feed's supplier writes, and how far into each such stretch, in seconds from midnight UTC."""
    if feed.connector in _WRITTEN_DAILY:
        return DAY, _WRITTEN_DAILY[feed.connector] * HOUR  # and looked for more often
    # An offset of some seconds or minutes is the reader's patience; whole hours are the writer's habit.
    return int(feed.every.total_seconds()), int(feed.offset.total_seconds()) // HOUR * HOUR


def missing_place(county: County) -> str | None:
    """A hospital or ward of Westshire that the county's feeds are to be written of and the county has not."""
    hospitals = {hospital.place: hospital for hospital in WESTSHIRE.hospitals}
    for feed in county.feeds:
        if feed.connector not in ("bed_state_csv", "emergency_department_json"):
            continue
        hospital = hospitals.get(feed.places[0])
        if hospital is None:
            return next((place for place in hospitals if place not in county.places), feed.places[0])
        if feed.connector == "bed_state_csv":
            for ward in hospital.wards:
                if ward.place not in county.places:
                    return ward.place
    return None


class Clerk:
    """Writes what the feeds of a county publish, as at the moment at which its simulation stands."""

    def __init__(self, simulation: Simulation, county: County) -> None:
        self._simulation = simulation
        self._places = county.places
        self._capacity = CapacityDocuments(simulation)
        self._roster = Roster(simulation.seed)
        self._within = {
            feed.id: [place for top in feed.places for place in county.places.within(top)] for feed in county.feeds
        }
        self._lists = DischargeLists(simulation, county.places)

    def write(self, feed: Feed) -> Written | None:
        """What a feed publishes now; None where it stays silent. Raises ValueError for a feed that is none of ours."""
        at = self._simulation.at_seconds
        stamp = utc(at).strftime("%Y%m%dT%H%MZ")
        match feed.connector:
            case "bed_state_csv":
                return Written(f"beds_{stamp}.csv", self._bed_state(feed.places[0]))
            case "emergency_department_json":
                return Written("emergency-department.json", self._emergency_department(feed.places[0]))
            case "community_capacity_csv":
                if lapses.silent(feed.places, at):
                    return None
                return Written(f"{feed.id}_{stamp}.csv", self._capacities(feed))
            case "mental_health_csv":
                return Written(f"{feed.id}_{stamp}.csv", mental_health_report(self._simulation, self._within[feed.id]))
            case "nhs_111_csv":
                return Written(f"{feed.id}_{stamp}.csv", nhs_111_report(self._simulation, self._within[feed.id]))
            case "care_referrals":
                listed = self._simulation.packages.listed()
                return Written(f"care-referrals_{stamp}.csv", referral_list(listed, at, self._places))
            case "block_contracts":
                began = seconds(self._simulation.start)
                return Written(f"block-contracts_{stamp}.xlsx", contract_list(at, began, self._places))
            case "visits" if lapses.roster_is_late(feed.places, at):
                return None
            case "visits":
                services = {place.id for place in self._within[feed.id]}
                packages = self._simulation.packages.listed()
                return Written(f"visits_{stamp}.csv", visit_export(packages, services, self._roster, at, self._places))
            case "discharge_list" if "url" in feed.settings:
                sites = [(self._places[site], self._lists.of(site)) for site in feed.places]
                return Written("discharge-list.json", as_json(sites, at, self._places))
            case "discharge_list":
                if lapses.list_is_late(feed.places[0], at):
                    return None
                return self._discharge_list(self._places[feed.places[0]], at, stamp)
            case other:
                raise ValueError(f"feed {feed.id}: the demonstration publishes nothing for {other}")

    # --- Beds ---------------------------------------------------------------------------

    def _bed_state(self, site: str) -> bytes:
        at = self._simulation.at_seconds
        wards = self._simulation.acutes[site].hospital.wards
        rows = []
        for ward in wards:
            general = ward.care is not Care.CRITICAL
            figures = (ward.no_criteria_to_reside, ward.admissions_today, ward.discharges_today)
            rows.append(
                [
                    *(code_of(self._places[site]), code_of(self._places[ward.place]), utc_text(at)),
                    *("general_acute" if general else "critical_care", ward.core_open, ward.escalation_open),
                    *(ward.occupied, *ward.closed.values()),
                    *(figures if general else ("", "", "")),
                ]
            )
        spoilt = lapses.illegible_row(site, at, sum(ward.care is not Care.CRITICAL for ward in wards))
        if spoilt is not None:
            rows[spoilt][BED_COLUMNS.index("no_criteria_to_reside")] = "tbc"
        return separated(BED_COLUMNS, rows)

    # --- Discharges ---------------------------------------------------------------------

    def _discharge_list(self, site: Place, at: int, stamp: str) -> Written:
        listed = self._lists.of(site.id)
        if site.id in SPREADSHEETS:
            return Written(f"discharges_{stamp}.xlsx", as_spreadsheet(site, listed, at, self._places))
        here = (one for one in listed if one.discharged_at is None)
        longest = min(here, key=lambda one: one.ready_at, default=None)
        named = longest.ref if longest and lapses.names_a_local_reason(site.id, at) else None
        return Written(f"discharges_{stamp}.csv", as_text(site, listed, at, self._places, named))

    # --- A&E ----------------------------------------------------------------------------

    def _emergency_department(self, site: str) -> bytes:
        at = self._simulation.at_seconds
        department = self._simulation.acutes[site].emergency
        attendances = [_attendance(person, at) for person in department.attendances]
        ambulances = [_ambulance(ambulance, at) for ambulance in department.ambulances]
        head = {"site_code": code_of(self._places[site]), "as_at": utc_text(at)}
        parts = (
            json.dumps(head)[:-1],
            f'"attendances_listed": {len(attendances)}',
            '"attendances": [' + ", ".join(attendances) + "]",
            f'"ambulances_listed": {len(ambulances)}',
            '"ambulances": [' + ", ".join(ambulances) + "]}",
        )
        return ", ".join(parts).encode()

    # --- Community ----------------------------------------------------------------------

    def _capacities(self, feed: Feed) -> bytes:
        at, within = self._simulation.at_seconds, self._within[feed.id]
        rows = self._capacity.rows(within)
        if any(place.kind is PlaceKind.CARE_HOME for place in within) and lapses.names_a_closed_home(at):
            figures = ("", 30, 0, "", "", 0, 0, "")
            rows.append((lapses.CLOSED_HOME, SERVICES[PlaceKind.CARE_HOME], utc_text(at), *figures))
        return separated(CAPACITY_COLUMNS, rows)


def _come(moment: int | None, at: int) -> str:
    # The simulation knows some moments ahead; nobody in the county does.
    return f'"{utc_text(moment)}"' if moment is not None and moment <= at else "null"


def _attendance(person: Attendance, at: int) -> str:
    if person.row:
        return person.row
    gone = person.departed is not None and person.departed <= at
    # Written by hand: there are hundreds of rows to an answer, and nothing in them that wants escaping.
    row = (
        f'{{"ref": "{person.ref}", "arrived_at": "{utc_text(person.arrived)}", "stream": "{person.stream}", '
        f'"triaged_at": {_come(person.triaged, at)}, "seen_at": {_come(person.seen, at)}, '
        f'"decided_to_admit_at": {_come(person.decided, at)}, "departed_at": {_come(person.departed, at)}, '
        f'"admitted": {"true" if person.admitted and gone else "false"}}}'
    )
    if gone:
        person.row = row
    return row


def _ambulance(ambulance: Ambulance, at: int) -> str:
    if ambulance.row:
        return ambulance.row
    row = (
        f'{{"ref": "{ambulance.ref}", "arrived_at": "{utc_text(ambulance.arrived)}", '
        f'"handed_over_at": {_come(ambulance.handed_over, at)}}}'
    )
    if ambulance.handed_over is not None and ambulance.handed_over <= at:
        ambulance.row = row
    return row
