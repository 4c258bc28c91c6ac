"""Which measures are counts of people, so that a row held back makes each of them "at least"."""

from flowcentre.measures.catalogue import ALL
from flowcentre.measures.delay_counts import delay_readings
from flowcentre.measures.derive import ambulance_readings, attendance_readings
from flowcentre.model import EPOCH, Summing

_READINGS = (
    *attendance_readings("", (), EPOCH),
    *ambulance_readings("", (), EPOCH),
    *delay_readings("", (), EPOCH),
)
# A median may move either way when somebody is missing.
COUNTED_FROM_PEOPLE = frozenset(
    reading.measure for reading in _READINGS if ALL[reading.measure].across_places in (Summing.SUM, Summing.MAX)
)
