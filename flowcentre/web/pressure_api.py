"""Pressure for machines: of the present picture, with what was declared as the store has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from fastapi import APIRouter, HTTPException, Request, Response

from flowcentre.measures import by_id
from flowcentre.measures.pressure import MISMATCH
from flowcentre.model import Contribution, Declaration, Score, ScoringRules
from flowcentre.picture.pressure import INDICATIVE
from flowcentre.picture.pressure_book import PressureBoard
from flowcentre.picture.pressure_hours import LevelHours
from flowcentre.web.api import JSON, to_json
from flowcentre.web.asked import refuse_unknown
from flowcentre.web.pressure import PressureReading
from flowcentre.web.pressure_shapes import (
    DeclaredAtShape,
    DeclaredShape,
    HoursShape,
    ParameterShape,
    PressureShape,
    RulesShape,
    ScoreShape,
)

NO_PRESSURE = "This county scores no pressure."
_HOUR = timedelta(hours=1)


def create_pressure_api(book: PressureReading | None, trouble: Callable[[], str | None]) -> APIRouter:
    """The route of the API. While there is ``trouble``, the present is refused, not told from memory."""
    plain = {
        404: {"description": NO_PRESSURE},
        503: {"description": "This server does not know the present: `detail` says why."},
    }
    router = APIRouter(prefix="/api/v1", tags=["Flow Centre"], responses=plain)  # type: ignore[arg-type]

    @router.get(
        "/pressure",
        response_model=PressureShape,
        summary="Pressure: scores with what each parameter gives, declared levels, and hours at each level",
    )
    def pressure(request: Request) -> Response:
        """Everything of the page of pressure."""
        refuse_unknown(request, (), "pressure is told as it is now, and all of it")
        if book is None:
            raise HTTPException(404, NO_PRESSURE)
        if (why := trouble()) is not None:
            raise HTTPException(503, why)
        board = book.read()
        if not board.picture.county.pressure.rules:  # they were taken away while it runs
            raise HTTPException(404, NO_PRESSURE)
        return Response(to_json(pressure_shape(board)), media_type=JSON, headers={"cache-control": "no-store"})

    return router


def pressure_shape(board: PressureBoard) -> PressureShape:
    """Everything that is answered."""
    picture, now = board.picture, board.now
    places = picture.county.places
    return {
        "version": picture.version,
        "at": board.at,
        "county": picture.county.name,
        "demonstration": picture.county.demonstration,
        "indicative": now.indicative,
        "notice": INDICATIVE if now.indicative else "",
        "system": _score(board, now.system) if now.system is not None else None,
        "pillars": [_score(board, score) for score in now.pillars],
        "places": [_score(board, score) for score in now.places],
        "declared": [_declared_at(each, board.at) for each in now.declared.values() if each.place in places],
        "rules": [_rules(each) for each in board.rules],
    }


def _score(board: PressureBoard, score: Score) -> ScoreShape:
    of_pillar = score.pillar is not None and bool(score.parts)
    declared = None if of_pillar else board.now.declared.get(score.place)
    mismatch = board.picture.value(score.place, MISMATCH.id)
    return {
        "place": score.place,
        "pillar": score.pillar.value if score.pillar is not None else None,
        "points": score.points,
        "most": score.most,
        "out_of": score.out_of,
        "level": score.level,
        "at_least": score.at_least,
        "state": score.state.value,
        "indicative": score.indicative,
        "rules": score.rules.id if score.rules is not None else None,
        "parameters": [_parameter(each) for each in score.contributions],
        "mismatch": mismatch.value if mismatch.known and not of_pillar else None,
        "declared": _declared(declared, board.at) if declared is not None else None,
        "hours": None if of_pillar else _hours(board.hours.get(score.place)),
    }


def _parameter(each: Contribution) -> ParameterShape:
    value = each.value
    return {
        "measure": value.measure,
        "value": value.value if value.known else None,
        "at_least": value.at_least and value.known,
        "state": value.state.value,
        "unit": by_id(value.measure).unit,
        "observed_at": value.observed_at,
        "limits": list(each.parameter.limits),
        "points": each.points,
        "up_to": each.most if each.up_to is None else each.up_to,
        "most": each.most,
    }


def _declared(declaration: Declaration, at: datetime) -> DeclaredShape:
    return {
        "level": declaration.level,
        "reason": declaration.reason,
        "by": declaration.by,
        "declared_at": declaration.declared_at,
        "holds_until": declaration.holds_until,
        "holds": at < declaration.holds_until,
    }


def _declared_at(declaration: Declaration, at: datetime) -> DeclaredAtShape:
    return {"place": declaration.place, **_declared(declaration, at)}


def _hours(hours: LevelHours | None) -> HoursShape | None:
    if hours is None:
        return None
    return {
        "since": hours.since,
        "until": hours.until,
        "computed": _by_level(hours.computed),
        "computed_not_known": round(hours.not_known / _HOUR, 2),
        "declared": _by_level(hours.declared),
        "not_declared": round(hours.not_declared / _HOUR, 2),
    }


def _by_level(at_level: Mapping[int, timedelta]) -> dict[str, float]:
    return {str(level): round(length / _HOUR, 2) for level, length in at_level.items()}


def _rules(rules: ScoringRules) -> RulesShape:
    return {
        "id": rules.id,
        "title": rules.title,
        "pillar": rules.pillar.value,
        "places": list(rules.places),
        "cut_offs": list(rules.cut_offs),
        "out_of": rules.out_of,
        "source": rules.source,
        "effective_from": rules.effective_from,
        "effective_to": rules.effective_to,
        "verified_by": rules.verified_by,
        "verified_on": rules.verified_on,
    }
