"""Which measures are counts of what stands on whole lists, so that a row held back makes each of them "at least"."""

from flowcentre.measures.catalogue import ALL
from flowcentre.measures.contract_counts import contract_readings
from flowcentre.measures.delay_counts import delay_readings
from flowcentre.measures.derive import ambulance_readings, attendance_readings
from flowcentre.measures.referral_counts import provider_readings, referral_readings, team_readings
from flowcentre.measures.visit_counts import visit_readings
from flowcentre.measures.visit_window import VisitWindow
from flowcentre.model import EPOCH, CareTerms, Summing

_READINGS = (
    *attendance_readings("", (), EPOCH),
    *ambulance_readings("", (), EPOCH),
    *delay_readings("", (), EPOCH),
    *referral_readings("", (), EPOCH, CareTerms()),
    *team_readings(("",), (), EPOCH),
    *provider_readings(("",), (), EPOCH),
    *contract_readings("", (), EPOCH, ("",)),
    *visit_readings("", VisitWindow(CareTerms(), EPOCH)),
)
# A sum, and the count of those of the same list of whom it is not known what they would add to it.
NOT_IN_SUM = {"poc_hours_waiting_now": "poc_hours_unknown_now"}
# A median may move either way when somebody is missing.
COUNTED_FROM_PEOPLE = frozenset(
    reading.measure for reading in _READINGS if ALL[reading.measure].across_places in (Summing.SUM, Summing.MAX)
)
