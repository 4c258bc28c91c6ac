"""What services outside hospital write of their capacity: commissioned, staffed, used, free and closed apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flowcentre.demo.neighbours import Flats, Volunteers
from flowcentre.demo.package import Package
from flowcentre.demo.services import Beds, Home, Hours, VirtualWard
from flowcentre.demo.simulation import Simulation
from flowcentre.demo.writing import code_of, utc_text
from flowcentre.model import Place, PlaceKind, Therapy

CAPACITY_COLUMNS = (
    *("place_code", "service", "as_at", "commissioned", "staffed", "used", "free", "closed"),
    *("reserved", "accepting", "two_carers_free"),
)
SERVICES = {
    PlaceKind.COMMUNITY_HOSPITAL: "community hospital beds",
    PlaceKind.RECOVERY_UNIT: "recovery beds",
    PlaceKind.VIRTUAL_WARD: "virtual ward",
    PlaceKind.CARE_HOME: "care home beds",
    PlaceKind.HOME_CARE: "home care hours",
    PlaceKind.REABLEMENT: "reablement hours",
    PlaceKind.EXTRA_CARE: "extra care",
    PlaceKind.VOLUNTARY: "voluntary sector",
}
_NONE = ""
_WITH_THERAPY = (Therapy.THERAPY_AND_CARE, Therapy.THERAPY_ONLY)
_TREATED = 0.094  # people for each hour of reablement a week that a team was set up for
_IN_PAIRS = 0.45  # of the free hours, about

Unit = Beds | Hours | VirtualWard | Home | Flats | Volunteers


class CapacityDocuments:
    """The rows of a county's services, as at the moment at which its simulation stands."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        community, neighbours = simulation.community, simulation.neighbours
        units: list[Unit] = [
            *community.beds,
            *community.reablement,
            *community.home_care,
            *community.virtual_wards,
            *community.homes,
            *neighbours.flats,
            *neighbours.volunteers,
        ]
        self._units = {unit.size.place: unit for unit in units}

    def rows(self, places: Iterable[Place]) -> list[Sequence[object]]:
        """A row for each service that a place gives; places that give none are left out."""
        rows: list[Sequence[object]] = []
        for place in places:
            if place.id in self._units:
                rows.append(self._row(place))
                if place.kind is PlaceKind.REABLEMENT:
                    rows.append(self._therapy(place))
        return rows

    def _row(self, place: Place) -> Sequence[object]:
        unit, at = self._units[place.id], self._simulation.at_seconds
        figures: tuple[object, ...]
        match unit:
            case Home():
                said = unit.said
                assert said is not None  # every home has answered before the beginning
                at = said.at
                figures = (_NONE, said.beds, said.occupied, _NONE, _NONE, said.reserved, said.accepting, _NONE)
            case Beds():
                # A bed that is kept for somebody on their way is neither used nor free.
                kept = len(self._promised(place.id))
                figures = (unit.size.beds, unit.open, unit.occupied - kept, unit.free, unit.closed, *_nothing(3))
            case Hours():
                figures = self._hours(place, unit)
            case VirtualWard():
                closed = max(0, unit.size.staffed - unit.staffed)
                figures = (unit.staffed + closed, unit.staffed, unit.caseload, unit.free, closed, *_nothing(3))
            case Flats():
                figures = (_NONE, unit.open, unit.let, unit.open - unit.let, *_nothing(4))
            case Volunteers():
                figures = (_NONE, unit.size.people, unit.helped, unit.size.people - unit.helped, *_nothing(4))
        return (code_of(place), SERVICES[place.kind], utc_text(at), *figures)

    def _hours(self, place: Place, unit: Hours) -> tuple[object, ...]:
        # What is promised is not yet given: it is free in none of the hours that could be offered.
        promised = sum(package.hours for package in self._promised(place.id))
        closed = max(0.0, unit.size.hours - unit.capacity)
        # How many of the free hours lie with two carers on one round changes from day to day.
        share = _IN_PAIRS * (0.6 + 0.8 * (hash_of(place.id, self._simulation.at_seconds // 86_400) % 100) / 100)
        together = int(unit.free * share * 4) / 4
        given = f"{unit.used - promised:g}"
        free = f"{unit.free:g}" if place.kind is PlaceKind.HOME_CARE else _NONE
        figures = (f"{unit.capacity + closed:g}", f"{unit.capacity:g}", given, free, f"{closed:g}")
        return (*figures, _NONE, _NONE, f"{together:g}")

    def _therapy(self, place: Place) -> Sequence[object]:
        at, unit = self._simulation.at_seconds, self._units[place.id]
        assert isinstance(unit, Hours)
        treated = sum(
            package.therapy in _WITH_THERAPY and package.provider == place.id and package.is_running(at)
            for package in self._simulation.packages.listed()
        )
        staffed = max(treated, round(unit.size.hours * _TREATED))
        figures = (_NONE, staffed, treated, staffed - treated, *_nothing(4))
        return (code_of(place), "therapy", utc_text(at), *figures)

    def _promised(self, place: str) -> list[Package]:
        at = self._simulation.at_seconds
        return [p for p in self._simulation.packages.listed() if p.provider == place and p.is_promised(at)]


def hash_of(place: str, day: int) -> int:
    """A number of a place and a day that is the same in every process."""
    return sum(ord(letter) * (position + 7) for position, letter in enumerate(place)) * 31 + day * 17


def _nothing(cells: int) -> tuple[str, ...]:
    return (_NONE,) * cells
