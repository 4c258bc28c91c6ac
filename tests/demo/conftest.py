"""The demonstration county as it is configured, and a month of its life, lived once for all tests that only read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.bed_state_csv import BedStateCsv
from connectors.community_capacity_csv import CommunityCapacityCsv
from connectors.emergency_department_json import EmergencyDepartmentJson
from flowcentre.config.load import load
from flowcentre.feeds.contract import Connector, PlaceCodes
from flowcentre.model import County

ROOT = Path(__file__).resolve().parent.parent.parent
WESTSHIRE = ROOT / "flowcentre" / "config" / "defaults" / "westshire"
CONNECTORS: dict[str, type[Connector]] = {
    "bed_state_csv": BedStateCsv,
    "community_capacity_csv": CommunityCapacityCsv,
    "emergency_department_json": EmergencyDepartmentJson,
}
MONDAY = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture()
def configured(tmp_path: Path) -> Callable[[int], County]:
    """The county with its drops below the test's folder and its A&E departments on a port."""

    def configure(port: int = 9) -> County:
        variables = {"drop": str(tmp_path / "drops"), "demo": f"http://127.0.0.1:{port}"}
        return load(WESTSHIRE, variables, CONNECTORS, ["wall"])

    return configure


@pytest.fixture()
def county(configured: Callable[[int], County]) -> County:
    return configured(9)


@pytest.fixture()
def readers(county: County) -> dict[str, Connector]:
    """The real connector of each feed, by the feed's id."""
    return {
        feed.id: CONNECTORS[feed.connector](
            CONNECTORS[feed.connector].Settings.model_validate(feed.settings), PlaceCodes(county.places, feed.places)
        )
        for feed in county.feeds
    }


