"""The demonstration county as it is configured, and five weeks of its life, lived once for all tests that only read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors import find_connectors
from flowcentre.config.load import load
from flowcentre.demo.simulation import Simulation
from flowcentre.demo.westshire import WESTSHIRE
from flowcentre.feeds.contract import Connector, PlaceCodes
from flowcentre.model import County, Places, Stream

ROOT = Path(__file__).resolve().parent.parent.parent
CONFIGURATION = ROOT / "flowcentre" / "config" / "defaults" / "westshire"
CONNECTORS: dict[str, type[Connector]] = find_connectors()
START = datetime(2026, 11, 2, tzinfo=UTC)  # a Monday
SETTLED = START + timedelta(days=7)


@pytest.fixture
def configured(tmp_path: Path) -> Callable[..., County]:
    """Makes the county with its drops below the test's folder and its A&E departments on a port."""

    def configure(port: int = 9) -> County:
        variables = {"drop": str(tmp_path / "drops"), "demo": f"http://127.0.0.1:{port}"}
        return load(CONFIGURATION, variables, CONNECTORS, ["wall"])

    return configure


@pytest.fixture
def county(configured: Callable[..., County]) -> County:
    return configured()


@pytest.fixture
def readers(county: County) -> dict[str, Connector]:
    """The real connector of each feed, by the feed's id."""
    return {
        feed.id: CONNECTORS[feed.connector](
            CONNECTORS[feed.connector].Settings.model_validate(dict(feed.settings)),
            PlaceCodes(county.places, feed.places),
        )
        for feed in county.feeds
        if feed.polled
    }


@pytest.fixture(scope="session")
def places() -> Places:
    """The county's places, for what asks no more of it."""
    return load(CONFIGURATION, {"drop": "drops", "demo": "http://127.0.0.1:9"}, CONNECTORS, ["wall"]).places


@dataclass(frozen=True)
class Hour:
    """What an observer notes of a hospital one second before a full hour."""

    at: datetime
    open: int
    occupied: int
    free: int
    waiting: int
    not_residing: int
    admissions: int
    discharges: int
    general: frozenset[int]  # who is in a general and acute bed
    critical: frozenset[int]
    in_emergency: int
    boarding: int
    attendances: int  # since midnight
    streamed: int


def look(simulation: Simulation, site: str) -> Hour:
    """Note how a hospital stands."""
    acute = simulation.acutes[site]
    wards, at = acute.hospital.general, simulation.at_seconds
    midnight = at - at % 86400  # of London too: these are winter weeks
    today = [a for a in acute.emergency.attendances if a.arrived >= midnight]
    here = [
        a
        for a in acute.emergency.attendances
        if a.stream is Stream.EMERGENCY_DEPARTMENT and (a.departed is None or a.departed > at)
    ]
    return Hour(
        at=simulation.at,
        open=sum(ward.open for ward in wards),
        occupied=sum(ward.occupied for ward in wards),
        free=min(ward.free for ward in acute.hospital.wards),
        waiting=len(acute.hospital.waiting),
        not_residing=sum(ward.no_criteria_to_reside for ward in wards),
        admissions=sum(ward.admissions_today for ward in wards),
        discharges=sum(ward.discharges_today for ward in wards),
        general=frozenset(ref for ward in wards for ref in ward.patients),
        critical=frozenset(ref for w in acute.hospital.wards if w not in wards for ref in w.patients),
        in_emergency=len(here),
        boarding=acute.emergency.boarding,
        attendances=len(today),
        streamed=sum(a.stream is not Stream.EMERGENCY_DEPARTMENT for a in today),
    )


@pytest.fixture(scope="session")
def weeks() -> dict[str, list[Hour]]:
    """Four settled weeks of both hospitals, hour by hour."""
    simulation = Simulation(WESTSHIRE, seed=2026, start=START)
    noted: dict[str, list[Hour]] = {site: [] for site in simulation.acutes}
    for hour in range(1, 28 * 24 + 1):
        simulation.advance(SETTLED + timedelta(hours=hour, seconds=-1))
        for site, hours in noted.items():
            hours.append(look(simulation, site))
    return noted
