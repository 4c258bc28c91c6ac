"""Packages of care: every measure of them, and which of them a feed of referrals or of contracts reports."""

from __future__ import annotations

from flowcentre.measures import block_hours, packages_now, packages_week
from flowcentre.model import Measure, StockOrFlow, Summing, Worse

WHOLE_SYSTEM = Measure(
    "whole_system_waiting_now",
    "Waiting for the next step of care, whole system",
    "Waiting, whole system",
    "people",
    StockOrFlow.STOCK,
    "People who wait: delayed in hospital, or referred for care at home or a recovery bed. Somebody who is on several "
    "lists, whatever of, is one person and counted once. Worked out from the very lists of one picture.",
    "The hospitals' discharge lists and the localities' lists of referrals: a local definition.",
    worse=Worse.HIGH,
    across_places=Summing.NEVER,
    headline=True,
)
MEASURES = (*packages_now.MEASURES, *packages_week.MEASURES, *block_hours.MEASURES, WHOLE_SYSTEM)
# What a feed of whole lists reports: of each locality, of its teams and of its providers.
REFERRALS_REPORT = tuple(
    measure.id
    for measure in (
        *packages_now.MEASURES,
        *packages_week.AT_LOCALITIES,
        *packages_week.AT_TEAMS,
        block_hours.USED,
    )
)
CONTRACTS_REPORT = tuple(measure.id for measure in block_hours.OF_CONTRACTS)
