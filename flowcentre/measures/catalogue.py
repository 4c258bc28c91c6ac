"""Every measure there is, by id."""

from collections.abc import Mapping

from flowcentre.measures import beds, community, delays, discharge, emergency, national
from flowcentre.model import Measure

ALL: Mapping[str, Measure] = {
    measure.id: measure
    for house in (emergency, beds, delays, community, discharge, national)
    for measure in house.MEASURES
}


def by_id(measure_id: str) -> Measure:
    """The measure of that id. Raises KeyError, naming it, where there is none."""
    try:
        return ALL[measure_id]
    except KeyError:
        raise KeyError(f"there is no measure {measure_id!r} in the catalogue") from None


def find(measure_id: str) -> Measure | None:
    """The measure of that id, or None."""
    return ALL.get(measure_id)
