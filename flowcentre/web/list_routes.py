"""A list of people for machines and to take away: JSON, CSV and XLSX.

No address holds a person's reference: filters name places, pathways and reasons. Every answer is read in
a thread, and none is kept by whoever passes it on. Rows, and counts of them, are given by the guard alone, of the scope of
whoever asks. Whoever may see no rows is given counts of the whole county or of one place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, Protocol, TypeVar
from urllib.parse import parse_qs, quote

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from flowcentre.access.asking import permitted
from flowcentre.access.rows import Guard, NoRows, small_numbers_for
from flowcentre.model import Audited, Leaving, Permission, SmallNumbers
from flowcentre.picture.list_book import NoSuchMoment, asked_moment
from flowcentre.picture.list_leaving import counted, leaving
from flowcentre.picture.list_small import NARROWED, is_narrowed
from flowcentre.picture.listed import Chosen, T
from flowcentre.picture.suppression import NATIONAL
from flowcentre.web.api import JSON, to_json
from flowcentre.web.asked import unknown_word
from flowcentre.web.list_files import File, as_csv, as_xlsx, file_of_counts, file_of_people
from flowcentre.web.list_shapes import PeopleShape, page_of, people_shape
from flowcentre.web.list_told import Told

A = TypeVar("A")
CSV = "text/csv; charset=utf-8; header=present"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Lists(Protocol[T]):
    """What the server needs of the lists of people. It blocks: call it in a thread."""

    def choose(self, query: str) -> Chosen[T]:
        """Whom an address chooses. Raises NoSuchMoment."""
        ...


class Refusal(Exception):
    """A question that is not answered: the status, and why in plain words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """The people whom an address chooses; with ``asked_at``, as they were known then."""

    chosen: Chosen[T]
    asked_at: datetime | None
    whose: str = ""  # whose rows these are, in words, where they are not everybody's

    @property
    def headers(self) -> dict[str, str]:
        """What every form of the answer carries; where it is only a part, of whose rows."""
        scope = {"x-flow-scope": quote(self.whose, safe=_OF_A_HEADER)} if self.whose else {}
        return {"cache-control": "no-store", "x-flow-version": str(self.chosen.picture.version)} | scope


_OF_A_HEADER = " !#$&'()*+,-./:;<=>?@[]^_`{|}~"  # what stands there as it is; the rest in percents
# What an address may ask for beside the filters. A misspelt filter would take everybody away.
_OTHERS = frozenset({"at", "group", "counts", "small", "people", "limit", "offset"})


class ListRoutes(Generic[T]):
    """The files of a list. While there is ``trouble``, the present is refused, not told from memory."""

    def __init__(
        self, told: Told[T], lists: Lists[T] | None, trouble: Callable[[], str | None], guard: Guard | None
    ) -> None:
        self.told = told
        self._lists = lists
        self._trouble = trouble
        self._guard = guard

    @property
    def routes(self) -> list[Route]:
        """What is taken away. They are no coroutines, so each runs in a thread."""
        return [
            Route(f"{self.told.path}.csv", self.endpoint(self.csv)),
            Route(f"{self.told.path}.xlsx", self.endpoint(self.xlsx)),
        ]

    def csv(self, query: str) -> Response:
        """The rows as CSV."""
        return self._file(query, lambda file, answer: _attached(as_csv(file), CSV, f"{file.name}.csv", answer), ".csv")

    def xlsx(self, query: str) -> Response:
        """The rows as a workbook."""

        def workbook(file: File, answer: Answer[T]) -> Response:
            return _attached(as_xlsx(self.told, file, answer.chosen), XLSX, f"{file.name}.xlsx", answer)

        return self._file(query, workbook, ".xlsx")

    def answer(self, query: str) -> Answer[T]:
        """Whom an address chooses, to be counted: of the rows that the asker may see, as long as they may see any.

        Whoever may see none has everybody's of the county or of one place counted. Raises Refusal.
        """
        if permitted(Permission.PEOPLE):
            return self.rows(
                query,
                lambda theirs: (theirs, self.leaving(Audited.SAW, " counted", theirs, counted(theirs.chosen))),
            )
        answer = self._answer(query, self._lists)
        if is_narrowed(answer.chosen.filters):
            raise Refusal(403, NARROWED)
        return answer

    def rows(self, query: str, draw: Callable[[Answer[T]], tuple[A, Leaving]]) -> A:
        """What is drawn of the rows that an address chooses and the asker may see; the answer says whose they are.

        The audit has whoever leaves before this returns. Raises Refusal.
        """
        if self._lists is None or self._guard is None:
            raise Refusal(404, self.told.no_lists)
        whose = self._guard.whose

        def drawn(theirs: Lists[T]) -> tuple[A, Leaving]:
            return draw(replace(self._answer(query, theirs), whose=whose()))

        try:
            return self._guard.give(self.told.id, drawn)
        except NoRows as why:
            raise Refusal(why.status, why.words) from None

    def leaving(self, act: Audited, what: str, answer: Answer[T], people: Iterable[T]) -> Leaving:
        """Those of whom is about to be told, as the audit keeps them."""
        return leaving(act, f"{self.told.id}{what}", answer.chosen, answer.asked_at, people)

    def _answer(self, query: str, lists: Lists[T] | None) -> Answer[T]:
        if lists is None:
            raise Refusal(404, self.told.no_lists)
        names = self.told.subject.names
        asked = parse_qs(query, keep_blank_values=True).keys()
        if (words := unknown_word(asked - _OTHERS, names)) is not None:
            raise Refusal(422, words)
        if not parse_qs(query).get("at") and (why := self._trouble()) is not None:
            raise Refusal(503, why)
        try:
            chosen = lists.choose(query)
            asked_at = asked_moment(query, chosen.picture.at)
        except NoSuchMoment as why_not:
            raise Refusal(422, str(why_not)) from None
        if astray := chosen.filters.astray:
            # A slip must not take away more people than were meant.
            raise Refusal(
                422, f"no such value of {', '.join(astray)}: see the page's own links, or /api/v1{self.told.path}"
            )
        return Answer(chosen, asked_at)

    def _file(self, query: str, as_answer: Callable[[File, Answer[T]], Response], kind: str) -> Response:
        counts = _asked(query, "counts", "yes", "no") == "yes"
        if not counts:
            self.refuse_hidden_people(query)
        asked_hidden = _asked(query, "small", "suppress") is not None
        if counts:
            answer = self.answer(query)
            access = answer.chosen.picture.county.access
            limits = small_numbers_for(access)
            if limits is None and asked_hidden:
                limits = access.small_numbers or NATIONAL
            file = file_of_counts(self.told, answer.chosen, answer.asked_at, answer.whose, limits=limits)
            return as_answer(file, answer)

        def of_people(answer: Answer[T]) -> tuple[Response, Leaving]:
            file = file_of_people(self.told, answer.chosen, answer.asked_at, answer.whose)
            return as_answer(file, answer), self.leaving(Audited.EXPORTED, kind, answer, answer.chosen.people)

        return self.rows(query, of_people)

    def endpoint(self, answer: Callable[[str], Response]) -> Callable[[Request], Response]:
        """An endpoint that says in plain words why it does not answer."""

        def endpoint(request: Request) -> Response:
            try:
                return answer(_query(request))
            except Refusal as why:
                return PlainTextResponse(why.words, why.status, {"cache-control": "no-store"})

        return endpoint

    def refuse_hidden_people(self, query: str) -> None:
        """Raises Refusal where rows of people are asked for with small numbers hidden."""
        if _asked(query, "small", "suppress"):
            path = self.told.path
            raise Refusal(
                403,
                f"Small numbers can be hidden in counts, not in rows of people: ask {path}.csv or {path}.xlsx with "
                "counts=yes.",
            )


# Of an answer, the page of people asked for, and which counts are hidden from whoever asks: everything that the API says.
Shaped = Callable[[Answer[T], PeopleShape | None, SmallNumbers | None], Any]


def create_list_api(routes: ListRoutes[T], shape: type[Any], shaped: Shaped[T], summary: str, says: str) -> APIRouter:
    """The route of the API for one kind of list."""
    told = routes.told
    plain = {
        404: {"description": told.no_lists},
        403: {"description": "Not for whoever asks: `detail` says why."},
        422: {"description": "A question that cannot be answered as put: `detail` says why, in plain words."},
        503: {"description": "This server does not know the present: `detail` says why."},
    }
    router = APIRouter(prefix="/api/v1", tags=["Flow Centre"], responses=plain)  # type: ignore[arg-type]
    filters: list[dict[str, Any]] = [
        {
            "name": facet,
            "in": "query",
            "required": False,
            "description": _filter_words(told, facet),
            "schema": {"type": "string"},
        }
        for facet in told.subject.names
    ]

    @router.get(
        told.path,
        response_model=shape,
        summary=summary,
        description=says,
        operation_id=f"{told.id}_api_v1_{told.id}_get",
        openapi_extra={"parameters": filters},
    )
    def people_listed(
        request: Request,
        at: Annotated[  # read from the address, with the filters; here it is described
            str | None, Query(description="a past moment, in London time unless it has an offset; now where absent")
        ] = None,
        people: Annotated[Literal["yes", "no"], Query(description="no: the counts alone")] = "yes",
        limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
        offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    ) -> Response:
        def of_people(theirs: Answer[T]) -> tuple[tuple[Answer[T], PeopleShape], Leaving]:
            shown = page_of(theirs.chosen.people, limit=limit, offset=offset)
            told_of = routes.leaving(Audited.SAW, " by the API", theirs, (*shown, *counted(theirs.chosen)))
            return (theirs, people_shape(told, theirs.chosen, limit=limit, offset=offset)), told_of

        try:
            routes.refuse_hidden_people(_query(request))
            answer, page = (
                routes.rows(_query(request), of_people) if people == "yes" else (routes.answer(_query(request)), None)
            )
        except Refusal as why:
            raise HTTPException(why.status, why.words) from None
        limits = small_numbers_for(answer.chosen.picture.county.access)
        return Response(to_json(shaped(answer, page, limits)), media_type=JSON, headers=answer.headers)

    return router


def _filter_words(told: Told[T], facet: str) -> str:
    implied = told.subject.implied.get(facet)
    absent = f"{', '.join(sorted(implied))} where absent" if implied else "all where absent"
    return f"one value, or several with commas; {absent}"


def _query(request: Request) -> str:
    text: bytes = request.scope["query_string"]
    return text.decode("latin-1")


def _asked(query: str, name: str, *words: str) -> str | None:
    """Which of few words an address says, or None. Raises Refusal: a slip must not show more than was asked for."""
    said = set(parse_qs(query, keep_blank_values=True).get(name, ()))
    if len(said) > 1 or not said <= set(words):
        raise Refusal(422, f"{name} is {' or '.join(words)}")
    return said.pop() if said else None


def _attached(content: bytes, media_type: str, name: str, answer: Answer[Any]) -> Response:
    return Response(
        content,
        media_type=media_type,
        headers=answer.headers | {"content-disposition": f'attachment; filename="{name}"'},
    )
