"""What came of referrals for care in the last seven days: started in time or not, and what teams did with what they were asked.

The seven days end with the list and are counted anew with each: two such counts are never added.
"""

from __future__ import annotations

from flowcentre.measures.care_words import HANDED_BACK, OUTCOME_BY_KEY
from flowcentre.measures.packages_now import LOCALITIES, REFERRALS, median_of
from flowcentre.model import Formula, Measure, Period, PlaceKind, StockOrFlow, Summing, Worse

TEAMS = frozenset({PlaceKind.BROKERAGE, PlaceKind.REABLEMENT})  # whose single point of access is asked


def _week(id: str, label: str, short: str, definition: str, **more: object) -> Measure:
    settings: dict[str, object] = {
        "unit": "people",
        "source": REFERRALS,
        "reported_by": LOCALITIES,
        "over_time": Summing.LAST,
    } | more
    return Measure(
        id=id,
        label=label,
        short_label=short,
        stock_or_flow=StockOrFlow.FLOW,
        definition=definition,
        period=Period.LAST_SEVEN_DAYS,
        **settings,  # type: ignore[arg-type]
    )


DUE = _week(
    "poc_due_7d",
    "Packages of care due to start, last seven days",
    "Due to start",
    "People for whom the promised time for the start of care ended in the last seven days, up to the list. A referral that "
    "ended before its time was up, without a start, is left out.",
    confirmed=False,
)
STARTED_IN_TIME = _week(
    "poc_started_in_time_7d",
    "Packages of care started in time, last seven days",
    "Started in time",
    "Of those for whom the promised time for the start of care ended in the last seven days, the people whose care had "
    "begun by then. Where a list tells the day alone, all of that day must have been in time.",
    worse=Worse.LOW,
    overlaps="poc_due_7d",
    confirmed=False,
)
STARTED_IN_TIME_SHARE = _week(
    "poc_started_in_time_share_7d",
    "Share of packages of care started in time, last seven days",
    "Started in time",
    "Of the people whose care was due to start in the last seven days, the share whose care had begun by the time "
    "promised. Those who still wait are in it, as not in time.",
    unit="%",
    decimals=1,
    worse=Worse.LOW,
    across_places=Summing.RATIO,
    reported_by=frozenset(),
    formula=Formula(
        plus=("poc_started_in_time_7d",), per=("poc_due_7d",), scale=100, words="started in time / due to start"
    ),
    headline=True,
    confirmed=False,
)
STARTED = _week(
    "poc_started_7d",
    "Packages of care started, last seven days",
    "Started",
    "People whose home care or reablement began in the last seven days, up to the list.",
    worse=Worse.LOW,
)
MEDIAN_START = _week(
    "poc_median_start_hours_7d",
    "Median hours from referral to the start of care, last seven days",
    "Median to start",
    "Of the people whose care began in the last seven days, half were referred this many hours before their first visit "
    "or fewer. Those who still wait are not in it.",
    worse=Worse.HIGH,
    **median_of(),
)
HANDED_BACK_WEEK = _week(
    "poc_handed_back_7d",
    "Packages of care handed back, last seven days",
    "Handed back",
    f"People whose package ended in the last seven days with the outcome: {OUTCOME_BY_KEY[HANDED_BACK].text.lower()}.",
    worse=Worse.HIGH,
)

# --- The single points of access ---------------------------------------------------------------

RECEIVED = _week(
    "spa_received_7d",
    "Referrals received, last seven days",
    "Received",
    "People who were referred to the team in the last seven days, for whatever care.",
    reported_by=TEAMS,
)
ACCEPTED = _week(
    "spa_accepted_7d",
    "Referrals accepted, last seven days",
    "Accepted",
    "People whose referral the team accepted in the last seven days, whenever it came.",
    reported_by=TEAMS,
)
SENT_BACK = _week(
    "spa_sent_back_7d",
    "Referrals sent back, last seven days",
    "Sent back",
    "People whose referral the team last sent back in the last seven days, whenever it came, and whether or not it was "
    "accepted later.",
    worse=Worse.HIGH,
    reported_by=TEAMS,
)
SPA_WAITING = Measure(
    "spa_waiting_now",
    "Referrals waiting for the team's answer",
    "Waiting for an answer",
    "people",
    StockOrFlow.STOCK,
    "People who wait for care and whose referral the team has neither accepted nor sent back, nor triaged or sourced.",
    REFERRALS,
    worse=Worse.HIGH,
    reported_by=TEAMS,
)
MEDIAN_ACCEPT = _week(
    "spa_median_accept_hours_7d",
    "Median hours from referral to acceptance, last seven days",
    "Median to accept",
    "Of the people whose referral the team accepted in the last seven days, half had been referred this many hours before "
    "or fewer.",
    worse=Worse.HIGH,
    reported_by=TEAMS,
    **median_of(),
)

AT_LOCALITIES = (DUE, STARTED_IN_TIME, STARTED, MEDIAN_START, HANDED_BACK_WEEK)
AT_TEAMS = (RECEIVED, ACCEPTED, SENT_BACK, SPA_WAITING, MEDIAN_ACCEPT)
MEASURES = (DUE, STARTED_IN_TIME, STARTED_IN_TIME_SHARE, STARTED, MEDIAN_START, HANDED_BACK_WEEK, *AT_TEAMS)
