"""What is promised and bought of packages of care, out of ``[care]`` in ``county.toml``."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

from flowcentre.config.document import Document
from flowcentre.config.lengths import write_length
from flowcentre.config.shapes import CareShape, read_shape
from flowcentre.model import CareTerms

TABLE = "care"
_LONGEST_PROMISE = timedelta(days=365)


def read_care(document: Document) -> CareTerms:
    """The terms of a county, those of ``CareTerms`` where it gives none; what is wrong is noted in the document."""
    table = document.tables.get(TABLE, {})
    if not isinstance(table, dict):
        document.wrong((TABLE,), f'"{TABLE}" is no table', '[care], with start_within = "24h" and the rest below it')
        return CareTerms()
    shape = read_shape(document, (TABLE,), table, CareShape)
    _check_packages(document, shape)
    _check_reference(document, shape, table)
    _check_visits(document, shape)
    if (target := shape.virtual_ward_target) is not None and not 1 < target <= 100:
        what = f"virtual_ward_target {target:g} is no percentage of virtual ward places to be in use"
        _wrong(document, "virtual_ward_target", what, "virtual_ward_target = 80, in per cent")
    given = {field.name: value for field in fields(CareTerms) if (value := getattr(shape, field.name)) is not None}
    return CareTerms(**given)


def _check_packages(document: Document, shape: CareShape) -> None:
    within, runs, soon = shape.start_within, shape.runs_for_days, shape.ending_soon_days
    if within is not None and not timedelta(0) < within <= _LONGEST_PROMISE:
        what = f"start_within {write_length(within)} is no time in which care can be promised to start"
        _wrong(document, "start_within", what, 'start_within = "24h", from the referral to the first visit')
    if runs is not None and not 1 <= runs <= 3650:
        what = f"runs_for_days {runs} is no length of a short-term package"
        _wrong(document, "runs_for_days", what, "runs_for_days = 42, the first day counted")
    longest = CareTerms().runs_for_days if runs is None else runs
    if soon is not None and not 0 <= soon < max(longest, 1):
        what = f"ending_soon_days {soon} is not from 0 to less than the {longest} days of a package"
        _wrong(document, "ending_soon_days", what, "ending_soon_days = 7")


def _check_reference(document: Document, shape: CareShape, table: dict[str, object]) -> None:
    waiting = shape.reference_waiting
    if waiting is not None and not 0 < waiting < 1_000_000:
        what = f"reference_waiting {waiting} is no number of people to draw a line at"
        _wrong(document, "reference_waiting", what, "reference_waiting = 200, the people who waited on that day")
    for key, other, example in (
        ("reference_waiting", "reference_day", "reference_day = 2026-01-15, the day on which so many waited"),
        ("reference_day", "reference_waiting", "reference_waiting = 200, the people who waited on that day"),
    ):
        if key in table and other not in table:
            _wrong(document, key, f"{key} has no {other} beside it", example)


def _check_visits(document: Document, shape: CareShape) -> None:
    minutes, share, visits = shape.tolerance_minutes, shape.tolerance_share, shape.drift_visits
    if minutes is not None and not 0 <= minutes <= 240:
        what = f"tolerance_minutes {minutes} is no tolerance of a visit's length"
        _wrong(document, "tolerance_minutes", what, "tolerance_minutes = 5")
    if share is not None and not 0 <= share < 1:
        what = f"tolerance_share {share:g} is not a share from 0 to less than 1"
        _wrong(document, "tolerance_share", what, "tolerance_share = 0.15, for 15 % of the planned visit")
    if visits is not None and not 1 <= visits <= 1000:
        what = f"drift_visits {visits} is no number of visits that show a pattern"
        _wrong(document, "drift_visits", what, "drift_visits = 10")


def _wrong(document: Document, key: str, what: str, right: str) -> None:
    document.wrong((TABLE, key), f"[{TABLE}] {what}", right)
