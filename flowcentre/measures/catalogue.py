"""Every measure there is, by id."""

from collections.abc import Mapping

from flowcentre.measures import (
    beds,
    community,
    delays,
    discharge,
    emergency,
    mental_health,
    national,
    nhs_111,
    packages,
    pressure,
    visit_counts,
)
from flowcentre.model import Measure

# Every group of measures under the title that it has wherever all of them are listed.
HOUSES = (
    ("Pressure, now", pressure.MEASURES),
    ("A&E and ambulances, now", emergency.MEASURES),
    ("Hospital beds, now", beds.MEASURES),
    ("Delayed discharges, now", delays.MEASURES),
    ("Packages of care, now", packages.MEASURES),
    ("Home visits", visit_counts.MEASURES),
    ("Community, now", community.MEASURES),
    ("Mental health, now", mental_health.MEASURES),
    ("NHS 111", nhs_111.MEASURES),
    ("Discharge: the national situation report", discharge.MEASURES),
    ("National monthly returns", national.MEASURES),
)
ALL: Mapping[str, Measure] = {measure.id: measure for _, measures in HOUSES for measure in measures}


def by_id(measure_id: str) -> Measure:
    """The measure of that id. Raises KeyError, naming it, where there is none."""
    try:
        return ALL[measure_id]
    except KeyError:
        raise KeyError(f"there is no measure {measure_id!r} in the catalogue") from None


def find(measure_id: str) -> Measure | None:
    """The measure of that id, or None."""
    return ALL.get(measure_id)
