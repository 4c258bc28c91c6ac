"""The JSON API, version 1: the picture, the feeds, the measures, the places and histories."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

import orjson
from fastapi import APIRouter, HTTPException, Query, Request, Response

from flowcentre.measures import ALL, find
from flowcentre.model import Kept, Measure, Picture
from flowcentre.picture.level_words import notice_of
from flowcentre.picture.worked_out import WorkedOut
from flowcentre.web import history
from flowcentre.web.asked import refuse_unknown
from flowcentre.web.finished import Finished, Renderings, finish, respond
from flowcentre.web.shapes import (
    FeedsShape,
    HistoryShape,
    MeasureShape,
    PictureShape,
    PlaceShape,
)
from flowcentre.web.shaping import feed_shape, measure_shape, picture_shape, place_shape

if TYPE_CHECKING:
    from flowcentre.store import Store

JSON = "application/json"
Ids = Annotated[list[str] | None, Query(max_length=64, description="one or more ids; none means all")]
_PLAIN = {
    404: {"description": "No such place or measure: `detail` says which, in plain words."},
    422: {"description": "A question that cannot be answered as put: `detail` says why, in plain words."},
}
_PRESENT: dict[int | str, dict[str, Any]] = {
    503: {
        "description": "This server does not know the present: `detail` says why. A figure kept is not told as fresh."
    }
}


def to_json(shape: object) -> bytes:
    """JSON with UTC moments ending in Z; a number that JSON lacks becomes null."""
    return orjson.dumps(shape, option=orjson.OPT_UTC_Z)


def whole_picture(picture: Picture, _which: str) -> tuple[bytes, str]:
    """How the whole picture is drawn as JSON."""
    return to_json(picture_shape(picture, frozenset(), frozenset())), JSON


def create_api(
    current: Callable[[], Picture],
    store: Store,
    renderings: Renderings,
    now: Callable[[], datetime],
    trouble: Callable[[], str | None],
) -> APIRouter:
    """The routes of the API. While there is ``trouble``, what speaks of the present is refused, not told from memory."""
    router = APIRouter(prefix="/api/v1", tags=["Flow Centre"], responses=_PLAIN)  # type: ignore[arg-type]

    def insist_on_the_present() -> None:
        if (why := trouble()) is not None:
            raise HTTPException(503, why)

    @cache
    def catalogue() -> Finished:
        return finish(to_json([measure_shape(measure) for measure in ALL.values()]), JSON)

    @router.get("/picture", response_model=PictureShape, summary="Everything known now", responses=_PRESENT)
    async def picture_of_now(request: Request, place: Ids = None, measure: Ids = None) -> Response:
        """Each value with its state, age, coverage and where it came from. With an ETag, the same for everyone."""
        refuse_unknown(request, ("place", "measure"), "the picture is of the present; choose by place and measure")
        insist_on_the_present()
        if not place and not measure:
            return respond(request, *await renderings.part("picture", ""))
        picture = current()
        for place_id in place or ():
            _place(picture, place_id)
        for measure_id in measure or ():
            _measure(measure_id)
        content = to_json(picture_shape(picture, frozenset(place or ()), frozenset(measure or ())))
        return respond(request, finish(content, JSON), picture)

    @router.get(
        "/feeds",
        response_model=FeedsShape,
        summary="What each feed promises and has done lately",
        responses=_PRESENT,
    )
    async def feeds(request: Request) -> Response:
        """Cadence, last success, age, lateness, counts of rows, held rows with their reasons, and skips."""
        refuse_unknown(request, (), "feeds are told as they are now, and all of them")
        insist_on_the_present()
        picture, at = current(), now()
        listed = [feed_shape(status, at) for status in picture.feeds]
        return Response(to_json({"version": picture.version, "at": at, "feeds": listed}), media_type=JSON)

    @router.get("/measures", response_model=list[MeasureShape], summary="The catalogue of measures")
    async def measures(request: Request) -> Response:
        """Each measure with its definition, source, and how it is summed."""
        refuse_unknown(request, (), "the catalogue is given whole")
        return respond(request, catalogue())

    @router.get("/places", response_model=list[PlaceShape], summary="The places of the county")
    async def places(request: Request) -> Response:
        """The tree of places: who runs what, and where it serves."""
        refuse_unknown(request, (), "the places are given whole, as they are now")
        content = to_json([place_shape(place) for place in current().county.places])
        return respond(request, finish(content, JSON))

    @router.get(
        "/history",
        response_model=HistoryShape,
        summary="The history of one measure at one place",
        responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    )
    def history_of(
        request: Request,
        measure: Annotated[str, Query(max_length=100)],
        place: Annotated[str, Query(max_length=100)],
        start: Annotated[
            str | None, Query(alias="from", description="with an offset from UTC; a day before `to` where absent")
        ] = None,
        end: Annotated[str | None, Query(alias="to", description="with an offset from UTC; now where absent")] = None,
        format: Annotated[Literal["json", "csv"] | None, Query(description="or by the Accept header")] = None,
    ) -> Response:
        """Oldest first. A null, or an empty cell in CSV, is a gap: nothing was known then."""
        refuse_unknown(request, ("measure", "place", "from", "to", "format"))
        wanted, somewhere = _measure(measure), _place(current(), place)
        try:
            until = history.moment_of("to", end) if end else now()
            since = history.moment_of("from", start) if start else until - timedelta(days=1)
            history.check_span(wanted, since, until)
            key = (somewhere, wanted.id)
            points = WorkedOut(store, current().county).history([key], since, until).get(key, [])
            history.check_points(points)
        except history.Unusable as why:
            raise HTTPException(422, str(why)) from None
        notice = notice_of(current().county, wanted.id)
        if format == "csv" or (format is None and _prefers_csv(request.headers.getlist("accept"))):
            name = history.file_name(wanted.id, somewhere)
            return Response(
                history.as_csv(wanted, somewhere, points, notice),
                media_type="text/csv; charset=utf-8; header=present",
                headers={"content-disposition": f'attachment; filename="{name}"', "vary": "Accept"},
            )
        content = to_json(
            history.as_json(wanted, somewhere, since, until, points, notice, store.kept_since(Kept.READINGS))
        )
        return Response(content, media_type=JSON, headers={"vary": "Accept"})

    return router


def _place(picture: Picture, place_id: str) -> str:
    if place_id not in picture.county.places:
        raise HTTPException(404, f"there is no place {_quoted(place_id)}: see /api/v1/places")
    return place_id


def _measure(measure_id: str) -> Measure:
    measure = find(measure_id)
    if measure is None:
        raise HTTPException(404, f"there is no measure {_quoted(measure_id)}: see /api/v1/measures")
    return measure


def _quoted(text: str) -> str:
    return ascii(text[:60])


def _prefers_csv(accept: Sequence[str]) -> bool:
    offered = ",".join(accept).lower()
    csv_at, json_at = offered.find("text/csv"), offered.find("application/json")
    return csv_at >= 0 and (json_at < 0 or csv_at < json_at)
