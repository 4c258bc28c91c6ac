"""The situation reports that mental health units and NHS 111 write of themselves, as their suppliers would."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flowcentre.demo import lapses
from flowcentre.demo.rhythm import MINUTE
from flowcentre.demo.simulation import Simulation
from flowcentre.demo.writing import code_of, separated, utc_text
from flowcentre.model import Place

MENTAL_HEALTH_COLUMNS = (
    *("place_code", "as_at", "beds_open", "beds_occupied", "waiting_for_bed", "ready_for_discharge"),
    *("suites_136_open", "suites_136_free"),
)
NHS_111_COLUMNS = (
    *("place_code", "as_at", "calls_offered", "calls_answered", "calls_answered_60s", "calls_abandoned"),
    *("longest_wait_minutes", "clinical_queue"),
)


def mental_health_report(simulation: Simulation, places: Iterable[Place]) -> bytes:
    """A row for each mental health unit among some places, as at the moment at which the simulation stands."""
    at, units = simulation.at_seconds, {unit.size.place: unit for unit in simulation.mental_health.units}
    rows: list[Sequence[object]] = []
    for place in places:
        if (unit := units.get(place.id)) is not None:
            ready: object = "-" if lapses.counts_nobody_ready(place.id, at) else unit.ready(at)
            beds = (unit.open, unit.occupied, unit.waiting, ready)
            rows.append((code_of(place), utc_text(at), *beds, unit.suites_open, unit.suites_free))
    return separated(MENTAL_HEALTH_COLUMNS, rows)


def nhs_111_report(simulation: Simulation, places: Iterable[Place]) -> bytes:
    """A row for each service of NHS 111 among some places."""
    at, services = simulation.at_seconds, {service.size.place: service for service in simulation.telephones}
    rows: list[Sequence[object]] = []
    for place in places:
        if (service := services.get(place.id)) is not None:
            calls = (service.offered, service.answered, service.answered_in_time, service.abandoned)
            waits = (f"{service.longest_wait(at) / MINUTE:.1f}", service.clinical_queue)
            rows.append((code_of(place), utc_text(at), *calls, *waits))
    return separated(NHS_111_COLUMNS, rows)
