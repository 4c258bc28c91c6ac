"""Delayed discharges for machines and to take away: the list's own files, and a sheet for the ward round."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from flowcentre.access.rows import Guard
from flowcentre.model import Audited, Leaving, SmallNumbers
from flowcentre.picture.delay_sums import counts_by_facet, hide_left, left_today
from flowcentre.picture.delay_table import COLUMNS
from flowcentre.picture.delays import DELAYS, Delay
from flowcentre.picture.list_small import Seen
from flowcentre.picture.listed import Chosen
from flowcentre.web.delay_shapes import DelaysShape, delays_shape
from flowcentre.web.glass import Glass
from flowcentre.web.list_routes import Answer, ListRoutes, Lists, Refusal, create_list_api
from flowcentre.web.list_told import Told


def _discharged(chosen: Chosen[Delay], limits: SmallNumbers | None) -> Iterator[tuple[str, str, str, Seen, bool]]:
    left = left_today(chosen)
    counts = [Seen(count, hidden=False) for count in (left.today, left.by_1700, left.by_1200)]
    if limits is not None:
        counts = list(hide_left(left, limits))
    named = (("today", "since midnight"), ("by-17", "by 17:00"), ("by-12", "by 12:00"))
    for (key, words), count in zip(named, counts, strict=True):
        yield "Discharged today", key, words, count, left.at_least


TOLD: Told[Delay] = Told(
    id="delays",
    subject=DELAYS,
    columns=COLUMNS,
    title="delayed discharges",
    short="Delayed",
    file="delayed",
    counted="People delayed",
    place="Hospital",
    no_lists="This server reads no discharge lists.",
    counts=counts_by_facet,
    more_counts=_discharged,
)


class DelayRoutes(ListRoutes[Delay]):
    """Every route of delayed discharges."""

    def __init__(
        self, delays: Lists[Delay] | None, glass: Glass, trouble: Callable[[], str | None], guard: Guard | None
    ) -> None:
        super().__init__(TOLD, delays, trouble, guard)
        self._ward_sheet = glass.ward_sheet

    @property
    def routes(self) -> list[Route]:
        """What is taken away, the sheets for wards included."""
        return [*super().routes, Route("/delays/ward-sheet", self.endpoint(self.ward_sheet))]

    def ward_sheet(self, query: str) -> Response:
        """The rows by ward, to be printed."""
        sheet = self._ward_sheet
        if sheet is None:
            raise Refusal(404, "This server draws no ward sheets.")
        self.refuse_hidden_people(query)

        def drawn(answer: Answer[Delay]) -> tuple[Response, Leaving]:
            leaving = self.leaving(Audited.EXPORTED, "/ward-sheet", answer, answer.chosen.people)
            page = HTMLResponse(sheet(answer.chosen, answer.asked_at, answer.whose), headers=answer.headers)
            return page, leaving

        return self.rows(query, drawn)


def create_delays_api(routes: DelayRoutes) -> APIRouter:
    """The route of the API."""
    return create_list_api(
        routes,
        DelaysShape,
        lambda answer, people, limits: delays_shape(
            answer.chosen,
            looks_back=answer.asked_at is not None,
            people=people,
            limits=limits,
            whose=answer.whose,
        ),
        "Delayed discharges: who waits, for what, and for how long",
        "The count as any other value is given, counts by each facet, and the people, longest first.",
    )
