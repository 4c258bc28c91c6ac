"""From the model's nouns to the shapes of the JSON API."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime

from flowcentre.measures import ALL
from flowcentre.model import (
    Coverage,
    FeedStatus,
    HeldRow,
    Measure,
    Picture,
    Place,
    Poll,
    PollCounts,
    State,
    Typed,
    Value,
)
from flowcentre.picture.level_words import notice_of
from flowcentre.web.shapes import (
    CoverageShape,
    FeedShape,
    HeldRowShape,
    MeasureShape,
    PictureShape,
    PlaceShape,
    PollCountsShape,
    PollShape,
    TypedShape,
    ValueShape,
)


def number(value: float | None) -> float | None:
    """A number that JSON has: not-a-number and infinities are no number."""
    return value if value is not None and math.isfinite(value) else None


def value_shape(value: Value, measures: Mapping[str, Measure] = ALL) -> ValueShape:
    """One value of a picture."""
    measure, known = measures.get(value.measure), number(value.value)
    broken = value.value is not None and known is None
    return {
        "measure": value.measure,
        "place": value.place,
        "value": known,
        "unit": measure.unit if measure else "",
        "state": State.UNKNOWN if broken else value.state,
        "observed_at": value.observed_at,
        "received_at": value.received_at,
        "late_at": value.late_at,
        "stale_at": value.stale_at,
        "feeds": list(value.feeds),
        "coverage": coverage_shape(value.coverage),
        "at_least": value.at_least,
        "derived": value.derived,
        "held": value.held,
        "typed": typed_shape(value.typed),
    }


def typed_shape(typed: Typed | None) -> TypedShape | None:
    """Who typed something in, where anybody did."""
    if typed is None:
        return None
    return {"author": typed.author, "typed_at": typed.typed_at, "expires_at": typed.expires_at}


def coverage_shape(coverage: Coverage) -> CoverageShape:
    """How many of those who should report did."""
    return {
        "reporting": coverage.reporting,
        "expected": coverage.expected,
        "noun": coverage.noun,
        "missing": list(coverage.missing),
    }


def picture_shape(picture: Picture, places: frozenset[str], measures: frozenset[str]) -> PictureShape:
    """A picture, or the part of it at some places and of some measures; none named means all."""
    told = [
        (place, measure)
        for place, measure in sorted(picture.values)
        if (not places or place in places) and (not measures or measure in measures)
    ]
    return {
        "version": picture.version,
        "at": picture.at,
        "county": picture.county.name,
        "demonstration": picture.county.demonstration,
        "notices": {
            measure: notice
            for measure in sorted({measure for _, measure in told})
            if (notice := notice_of(picture.county, measure))
        },
        "values": [value_shape(picture.values[key]) for key in told],
    }


def counts_shape(counts: PollCounts) -> PollCountsShape:
    """The rows of one poll or of many."""
    return {
        "received": counts.received,
        "accepted": counts.accepted,
        "duplicate": counts.duplicate,
        "held": counts.held,
        "refused": counts.refused,
    }


def poll_shape(poll: Poll) -> PollShape:
    """One attempt at a feed."""
    return {
        "due_at": poll.due_at,
        "started_at": poll.started_at,
        "finished_at": poll.finished_at,
        "outcome": poll.outcome.value,
        "message": poll.message,
        "attempts": poll.attempts,
        "missed": poll.missed,
        "counts": counts_shape(poll.counts),
    }


def held_row_shape(held: HeldRow) -> HeldRowShape:
    """A held row."""
    return {
        "held_at": held.held_at,
        "row": held.row,
        "reason": held.reason,
        "place": held.place,
        "measure": held.measure,
        "rows": held.rows,
    }


def feed_shape(status: FeedStatus, now: datetime) -> FeedShape:
    """A feed as at ``now``. Its settings are not shown: they may say where secrets are."""
    feed = status.feed
    age = None if status.observed_at is None else (now - status.observed_at).total_seconds()
    return {
        "id": feed.id,
        "name": feed.name,
        "connector": feed.connector,
        "places": list(feed.places),
        "demonstration": feed.demonstration,
        "polled": feed.polled,
        "every_seconds": feed.every.total_seconds() if feed.polled else None,
        "late_after_seconds": feed.late_after.total_seconds() if feed.polled else None,
        "stale_after_seconds": feed.stale_after.total_seconds(),
        "state": status.state,
        "observed_at": status.observed_at,
        "age_seconds": age,
        "late_by_seconds": None if age is None or not feed.polled else max(0.0, age - feed.late_after.total_seconds()),
        "last_success_at": status.last_success_at,
        "next_due_at": status.next_due_at,
        "last_poll": poll_shape(status.last_poll) if status.last_poll else None,
        "today": counts_shape(status.today),
        "skipped_today": status.skipped_today,
        "clock_off_seconds": status.clock.by.total_seconds() if status.clock is not None else None,
        "unmoving_since": status.unmoving_since,
        "held_rows": [held_row_shape(held) for held in status.held_rows],
        "typed": typed_shape(status.typed),
        "last_doubt": poll_shape(status.last_doubt) if status.last_doubt else None,
    }


def measure_shape(measure: Measure) -> MeasureShape:
    """A measure as the catalogue has it."""
    return {
        "id": measure.id,
        "label": measure.label,
        "short_label": measure.short_label,
        "unit": measure.unit,
        "stock_or_flow": measure.stock_or_flow.value,
        "period": measure.period.value,
        "across_places": measure.across_places.value,
        "over_time": measure.over_time.value,
        "worse": measure.worse.value,
        "decimals": measure.decimals,
        "definition": measure.definition,
        "source": measure.source,
        "formula": measure.formula.words if measure.formula else None,
        "inputs": list(measure.formula.inputs) if measure.formula else [],
        "confirmed": measure.confirmed,
    }


def place_shape(place: Place) -> PlaceShape:
    """A place of the county."""
    return {
        "id": place.id,
        "name": place.name,
        "level": place.level.value,
        "kind": place.kind.value,
        "parent": place.parent,
        "locality": place.locality,
    }
