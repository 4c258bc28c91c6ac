"""Delayed discharges for machines and to take away: JSON, CSV, XLSX, and a sheet for the ward round.

No address holds a person's reference: filters name places, pathways and reasons. Every answer is read in
a thread, and none is kept by whoever passes it on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol
from urllib.parse import parse_qs

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from flowcentre.picture.delay_book import NoSuchMoment, asked_moment
from flowcentre.picture.delays import FACETS, PAST, Chosen
from flowcentre.web.api import JSON, to_json
from flowcentre.web.delay_files import File, as_csv, as_xlsx, file_of_counts, file_of_people
from flowcentre.web.delay_shapes import DelaysShape, delays_shape, people_shape
from flowcentre.web.glass import Glass

CSV = "text/csv; charset=utf-8; header=present"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NO_LISTS = "This server reads no discharge lists."
_FILTERS: list[dict[str, Any]] = [
    {
        "name": facet,
        "in": "query",
        "required": False,
        "description": "one value, or several with commas; all where absent",
        "schema": {"type": "string"},
    }
    for facet in (*FACETS, PAST)
]


class Delays(Protocol):
    """What the server needs of the lists of people. It blocks: call it in a thread."""

    def choose(self, query: str) -> Chosen:
        """Whom an address chooses. Raises NoSuchMoment."""
        ...


class Refusal(Exception):
    """A question that is not answered: the status, and why in plain words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


@dataclass(frozen=True, slots=True)
class Answer:
    """The people whom an address chooses; with ``asked_at``, as they were known then."""

    chosen: Chosen
    asked_at: datetime | None

    @property
    def headers(self) -> dict[str, str]:
        """What every form of the answer carries."""
        return {"cache-control": "no-store", "x-flow-version": str(self.chosen.picture.version)}


# All that an address may ask for. A misspelt filter would take everybody away.
_NAMES = frozenset({*FACETS, PAST, "at", "group", "counts", "small", "people", "limit", "offset"})


class DelayRoutes:
    """Every route of delayed discharges. While there is ``trouble``, the present is refused, not told from memory."""

    def __init__(self, delays: Delays | None, glass: Glass, trouble: Callable[[], str | None]) -> None:
        self._delays = delays
        self._ward_sheet = glass.ward_sheet
        self._trouble = trouble

    @property
    def routes(self) -> list[Route]:
        """What is taken away. They are no coroutines, so each runs in a thread."""
        return [
            Route("/delays.csv", self._told(self.csv)),
            Route("/delays.xlsx", self._told(self.xlsx)),
            Route("/delays/ward-sheet", self._told(self.ward_sheet)),
        ]

    def csv(self, query: str) -> Response:
        """The rows as CSV."""
        file, answer = self._file(query)
        return _attached(as_csv(file), CSV, f"{file.name}.csv", answer)

    def xlsx(self, query: str) -> Response:
        """The rows as a workbook."""
        file, answer = self._file(query)
        return _attached(as_xlsx(file, answer.chosen), XLSX, f"{file.name}.xlsx", answer)

    def ward_sheet(self, query: str) -> Response:
        """The rows by ward, to be printed."""
        if self._ward_sheet is None:
            raise Refusal(404, "This server draws no ward sheets.")
        _refuse_hidden_people(query)
        answer = self.answer(query)
        return HTMLResponse(self._ward_sheet(answer.chosen, answer.asked_at), headers=answer.headers)

    def answer(self, query: str) -> Answer:
        """Whom an address chooses. Raises Refusal."""
        if self._delays is None:
            raise Refusal(404, NO_LISTS)
        if unknown := sorted(parse_qs(query, keep_blank_values=True).keys() - _NAMES):
            raise Refusal(422, f"there is no filter {ascii(unknown[0][:40])}: there are {', '.join((*FACETS, PAST))}")
        if not parse_qs(query).get("at") and (why := self._trouble()) is not None:
            raise Refusal(503, why)
        try:
            chosen = self._delays.choose(query)
            asked_at = asked_moment(query, chosen.picture.at)
        except NoSuchMoment as why_not:
            raise Refusal(422, str(why_not)) from None
        if astray := chosen.filters.astray:
            # A slip must not take away more people than were meant.
            raise Refusal(422, f"no such value of {', '.join(astray)}: see the page's own links, or /api/v1/delays")
        return Answer(chosen, asked_at)

    def _file(self, query: str) -> tuple[File, Answer]:
        counts = _asked(query, "counts", "yes", "no") == "yes"
        if not counts:
            _refuse_hidden_people(query)
        small_hidden = _asked(query, "small", "suppress") is not None
        answer = self.answer(query)
        if counts:
            return file_of_counts(answer.chosen, answer.asked_at, small_hidden=small_hidden), answer
        return file_of_people(answer.chosen, answer.asked_at), answer

    def _told(self, answer: Callable[[str], Response]) -> Callable[[Request], Response]:
        """An endpoint that says in plain words why it does not answer."""

        def endpoint(request: Request) -> Response:
            try:
                return answer(_query(request))
            except Refusal as why:
                return PlainTextResponse(why.words, why.status, {"cache-control": "no-store"})

        return endpoint


def create_delays_api(routes: DelayRoutes) -> APIRouter:
    """The route of the API."""
    plain = {
        404: {"description": "This server reads no discharge lists."},
        422: {"description": "A question that cannot be answered as put: `detail` says why, in plain words."},
        503: {"description": "This server does not know the present: `detail` says why."},
    }
    router = APIRouter(prefix="/api/v1", tags=["Flow Centre"], responses=plain)  # type: ignore[arg-type]

    @router.get(
        "/delays",
        response_model=DelaysShape,
        summary="Delayed discharges: who waits, for what, and for how long",
        openapi_extra={"parameters": _FILTERS},
    )
    def delays(
        request: Request,
        at: Annotated[  # read from the address, with the filters; here it is described
            str | None, Query(description="a past moment, in London time unless it has an offset; now where absent")
        ] = None,
        people: Annotated[Literal["yes", "no"], Query(description="no: the counts alone")] = "yes",
        limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
        offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    ) -> Response:
        """The count as any other value is given, counts by each facet, and the people, longest first."""
        try:
            _refuse_hidden_people(_query(request))
            answer = routes.answer(_query(request))
        except Refusal as why:
            raise HTTPException(why.status, why.words) from None
        page = people_shape(answer.chosen, limit=limit, offset=offset) if people == "yes" else None
        shape = delays_shape(answer.chosen, looks_back=answer.asked_at is not None, people=page)
        return Response(to_json(shape), media_type=JSON, headers=answer.headers)

    return router


def _query(request: Request) -> str:
    text: bytes = request.scope["query_string"]
    return text.decode("latin-1")


def _asked(query: str, name: str, *words: str) -> str | None:
    """Which of few words an address says, or None. Raises Refusal: a slip must not show more than was asked for."""
    said = set(parse_qs(query, keep_blank_values=True).get(name, ()))
    if len(said) > 1 or not said <= set(words):
        raise Refusal(422, f"{name} is {' or '.join(words)}")
    return said.pop() if said else None


def _refuse_hidden_people(query: str) -> None:
    """Raises Refusal where rows of people are asked for with small numbers hidden."""
    if _asked(query, "small", "suppress"):
        raise Refusal(
            403,
            "Small numbers can be hidden in counts, not in rows of people: ask /delays.csv or /delays.xlsx with "
            "counts=yes.",
        )


def _attached(content: bytes, media_type: str, name: str, answer: Answer) -> Response:
    return Response(
        content,
        media_type=media_type,
        headers=answer.headers | {"content-disposition": f'attachment; filename="{name}"'},
    )
