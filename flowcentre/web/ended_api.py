"""A route for machines that tells what stands now, and what ended since a moment: alerts, and actions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response

from flowcentre.web import history
from flowcentre.web.api import JSON, to_json
from flowcentre.web.asked import refuse_unknown


@dataclass(frozen=True, slots=True)
class EndedSince:
    """Such a route, as the description of the API has it."""

    path: str
    shape: Any  # of what is answered
    summary: str
    nothing: str  # said where this server has nothing of it
    lately: timedelta  # what ended within this is told unless another moment is asked for
    lately_words: str
    longest: timedelta  # back from now


def create_ended_api(
    route: EndedSince,
    read: Callable[[datetime], Mapping[str, Any]] | None,
    now: Callable[[], datetime],
    trouble: Callable[[], str | None],
) -> APIRouter:
    """The route of the API; ``read`` gives what is answered, with what ended since a moment.

    While there is ``trouble``, the present is refused, not told from memory.
    """
    plain = {
        404: {"description": route.nothing},
        422: {"description": "A question that cannot be answered as put: `detail` says why, in plain words."},
        503: {"description": "This server does not know the present: `detail` says why."},
    }
    router = APIRouter(prefix="/api/v1", tags=["Flow Centre"], responses=plain)  # type: ignore[arg-type]
    words = f"what ended since then, with an offset from UTC; of {route.lately_words} where absent"

    name = route.path.strip("/")

    # Its annotations are values, and no text to be read elsewhere: ``words`` is known in here alone.
    @router.get(
        route.path,
        name=name,
        response_model=route.shape,
        summary=route.summary,
        description=f"Everything of the page of {name}.",
    )
    def ended(request: Request, since: Annotated[str | None, Query(description=words)] = None) -> Response:
        refuse_unknown(request, ("since",))
        if read is None:
            raise HTTPException(404, route.nothing)
        if (why := trouble()) is not None:
            raise HTTPException(503, why)
        at = now()
        try:
            ended_since = history.moment_of("since", since) if since else at - route.lately
        except history.Unusable as unusable:
            raise HTTPException(422, str(unusable)) from None
        if not at - route.longest <= ended_since <= at:
            raise HTTPException(422, f"since: a moment of the last {route.longest.days} days, please")
        return Response(to_json(read(ended_since)), media_type=JSON, headers={"cache-control": "no-store"})

    return router
