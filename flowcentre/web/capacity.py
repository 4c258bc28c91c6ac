"""Community capacity for machines: built once for each picture, and sent to everyone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol

import orjson
from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from flowcentre.access.rows import NoRows, small_numbers_for
from flowcentre.measures import community
from flowcentre.measures.care_clocks import waited
from flowcentre.measures.visit_counts import VISITED
from flowcentre.model import CareContract, Picture, SmallNumbers, Value
from flowcentre.picture.ahead import Ahead
from flowcentre.picture.capacity import Capacity
from flowcentre.picture.care_room import Room
from flowcentre.picture.could_start import RULE, LocalityToday, Start
from flowcentre.picture.hindrance import Hindrance, few_people
from flowcentre.picture.recovery import BEDS, RecoveryUnit, Stay
from flowcentre.picture.typed import typed_of
from flowcentre.picture.visits import PackageVisits
from flowcentre.web.api import JSON, to_json
from flowcentre.web.asked import refuse_unknown
from flowcentre.web.capacity_shapes import (
    AheadShape,
    CapacityShape,
    ContractShape,
    DriftShape,
    LocalityShape,
    RecoveryShape,
    RoomShape,
    StartShape,
    StayShape,
    TypedPlaceShape,
)
from flowcentre.web.finished import Builder, Finished, Renderings, finish, respond
from flowcentre.web.named import Named
from flowcentre.web.shapes import ValueShape
from flowcentre.web.shaping import typed_shape, value_shape

PART = "capacity"
NO_CAPACITY = "This server reads nothing of community capacity."
_LOCALITY = (
    "poc_waiting_now",
    "poc_hours_waiting_now",
    "block_hours_bought",
    "block_hours_used",
    "block_hours_unfilled",
    "reablement_hours_free",
    "therapy_places_free",
    "visits_drift_under_hours",
)
_BEDS = ("commissioned", "capacity", "used", "free", "closed")
_SERVICES = frozenset([measure.id for measure in community.MEASURES] + list(VISITED))
_HOUR = timedelta(hours=1)


class Capacities(Protocol):
    """What the server needs of the book of capacity. It blocks: call it in a thread."""

    def read(self, picture: Picture) -> Capacity:
        """The capacity of a picture."""
        ...


def capacity_builder(book: Capacities) -> Builder:
    """How the capacity of a picture is drawn as JSON."""
    return lambda picture, _which: (to_json(capacity_shape(book.read(picture))), JSON)


def create_capacity_api(
    has_book: bool, renderings: Renderings, trouble: Callable[[], str | None], named: Named
) -> APIRouter:
    """The route of the API. While there is ``trouble``, the present is refused, not told from memory."""
    plain = {
        404: {"description": NO_CAPACITY},
        503: {"description": "This server does not know the present: `detail` says why."},
    }
    router = APIRouter(prefix="/api/v1", tags=["Flow Centre"], responses=plain)  # type: ignore[arg-type]

    @router.get(
        "/capacity",
        response_model=CapacityShape,
        summary="Community capacity: who could start today, what each service has, what drifts, and what ends when",
    )
    async def capacity(request: Request) -> Response:
        """Everything of the page of capacity. With an ETag. Counts are the same for everyone.

        `starts`, `stays` and `drift` hold those alone whose rows whoever asks may see. For whoever may see none, `not_started`
        leaves out the reasons of few people.
        """
        if not has_book:
            raise HTTPException(404, NO_CAPACITY)
        refuse_unknown(request, (), "capacity is of the present, and whole")
        if (why := trouble()) is not None:
            raise HTTPException(503, why)
        finished, picture = await renderings.part(PART, "")
        try:
            limits = small_numbers_for(picture.county.access)
            finished = await asyncio.to_thread(_narrowed, named, finished, limits)
        except NoRows as none:
            raise HTTPException(none.status, none.words) from None
        answer = respond(request, finished, picture)
        answer.headers["cache-control"] = "no-store"  # it holds rows of people
        return answer

    return router


def _narrowed(named: Named, finished: Finished, limits: SmallNumbers | None) -> Finished:
    """The same without those of whom whoever asks may not be told. Raises NoRows."""
    said = orjson.loads(finished.content)
    listed = [(each, "starts", "ref") for each in said["localities"]]
    listed += [(each, "stays", "ref") for each in said["recovery"]]
    listed.append((said, "drift", "package"))
    names = frozenset(row[name] for each, rows, name in listed for row in each[rows])
    theirs = named.theirs("capacity", "", names) if names else None
    if theirs is None and limits is None:
        return finished
    if limits is not None:
        for each in said["localities"]:
            people = {Hindrance(row["reason"]): row["people"] for row in each["not_started"]}
            few = few_people(people, limits)
            each["not_started"] = [row for row in each["not_started"] if row["reason"] not in few]
    if theirs is not None:
        for each, rows, name in listed:
            each[rows] = [row for row in each[rows] if row[name] in theirs]
    return finish(orjson.dumps(said), JSON)


def capacity_shape(capacity: Capacity) -> CapacityShape:
    """Everything that is answered."""
    picture = capacity.picture
    patterns = (each for each in capacity.rostered.patterns if not each.stale)
    return {
        "version": picture.version,
        "at": picture.at,
        "county": picture.county.name,
        "demonstration": picture.county.demonstration,
        "rule": list(RULE),
        "could_start": capacity.starting if capacity.matched else None,
        "at_least": capacity.at_least,
        "referrals": [value_shape(value) for value in capacity.referrals],
        "contracts": [value_shape(value) for value in capacity.contracts],
        "localities": [_locality(picture, today) for today in capacity.today],
        "side_by_side": [
            {
                "locality": side.locality,
                "services": [
                    {"place": one.place, "organisation": one.organisation, "values": _values(one.values)}
                    for one in side.services
                ],
                "totals": _values(side.totals),
            }
            for side in capacity.sides
        ],
        "drift": [_drift(each) for each in patterns],
        "recovery": [_recovery(picture, unit) for unit in capacity.units],
        "ahead": [_ahead(line) for line in capacity.ahead],
        "access_points": [
            {"place": team.place, "locality": team.locality, "values": _values(team.values)} for team in capacity.teams
        ],
        "uncontracted": [
            {"locality": locality, "provider": provider, "packages": number}
            for (locality, provider), number in sorted(capacity.uncontracted.items())
        ],
        "provider_unknown": [
            {"locality": locality, "packages": each.packages, "hours": each.hours}
            for locality, each in sorted(capacity.unplaced.items())
        ],
        "services": [value_shape(picture.values[key]) for key in sorted(picture.values) if key[1] in _SERVICES],
        "typed_in": _typed(picture),
    }


def _values(values: Iterable[Value]) -> list[ValueShape]:
    return [value_shape(value) for value in values]


def _locality(picture: Picture, today: LocalityToday) -> LocalityShape:
    return {
        "place": today.place,
        "listed_at": today.at,
        "could_start": len(today.starts) if today.known else None,
        "at_least": today.at_least,
        "values": [value_shape(picture.value(today.place, measure)) for measure in _LOCALITY],
        "rooms": [_room(room) for room in today.rooms],
        "silent": list(today.silent),
        "starts": [_start(start, today.at or picture.at) for start in today.starts],
        "not_started": [{"reason": why.value, "people": number} for why, number in today.why_not.items()],
    }


def _room(room: Room) -> RoomShape:
    return {
        "place": room.place,
        "service": room.service.value,
        "free_hours": room.hours,
        "promised_hours": room.promised,
        "left_hours": room.left,
        "two_carers_hours": room.two_carers,
        "therapy_places": room.therapy,
    }


def _start(start: Start, at: datetime) -> StartShape:
    referral = start.referral
    return {
        "ref": referral.ref,
        "waited_hours": round(waited(referral, at) / _HOUR, 2),
        "service": referral.service.value,
        "weekly_hours": referral.weekly_hours,
        "carers": referral.carers,
        "therapy": referral.therapy.value if referral.therapy is not None else None,
        "hours": start.hours,
        "hours_at": start.hours_at,
        "hours_left": start.hours_left,
        "therapy_at": start.therapy_at,
        "therapy_left": start.therapy_left,
    }


def _drift(package: PackageVisits) -> DriftShape:
    drift = package.drift
    return {
        "package": package.package,
        "service": package.place,
        "pattern": drift.pattern.value if drift.pattern is not None else "",
        "compared": drift.compared,
        "planned_minutes": drift.planned_minutes,
        "actual_minutes": drift.actual_minutes,
        "outside": drift.outside,
        "untold": drift.untold,
        "untimed": drift.untimed,
        "missed": drift.missed,
        "cancelled": drift.cancelled,
        "hours_a_week": round(drift.hours_a_week, 2),
    }


def _recovery(picture: Picture, unit: RecoveryUnit) -> RecoveryShape:
    stem = BEDS[picture.county.places[unit.place].kind]
    return {
        "place": unit.place,
        "stay_limit_days": unit.limit,
        "values": [value_shape(picture.value(unit.place, f"{stem}_{what}")) for what in _BEDS],
        "stays": [_stay(stay) for stay in unit.stays],
        "ending_in_7_days": unit.ending(7),
        "ending_in_14_days": unit.ending(14),
        "contracts": [_contract(contract) for contract in unit.contracts],
    }


def _stay(stay: Stay) -> StayShape:
    return {
        "ref": stay.referral.ref,
        "day": stay.day,
        "ends_on": stay.ends_on,
        "planned": stay.referral.planned_end is not None,
        "days_left": stay.left,
        "limit_days": stay.limit,
        "over_limit": stay.over,
    }


def _contract(contract: CareContract) -> ContractShape:
    return {
        "provider": contract.provider,
        "locality": contract.place,
        "unit": contract.unit.value,
        "amount": contract.amount,
        "valid_from": contract.valid_from,
        "last_day": contract.last_day,
        "contract_end": contract.contract_end,
        "funding": contract.funding,
        "funding_end": contract.funding_end,
    }


def _ahead(line: Ahead) -> AheadShape:
    return {
        "unit": line.unit.value,
        "until": line.until,
        "steps": [{"day": day, "amount": amount} for day, amount in line.steps],
        "changes": [
            {
                "day": change.day,
                "provider": change.provider,
                "locality": change.locality,
                "before": change.before,
                "after": change.after,
                "cause": change.cause.value,
                "doubted": change.doubted,
            }
            for change in line.changes
        ],
        "at_least": line.at_least,
    }


def _typed(picture: Picture) -> list[TypedPlaceShape]:
    shapes = ((place.id, typed_shape(typed_of(picture, place.id))) for place in picture.county.places)
    return [{"place": place, **shape} for place, shape in shapes if shape is not None]
