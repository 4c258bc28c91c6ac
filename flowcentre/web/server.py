"""Joins the parts of the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Container, Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp

from flowcentre.access.acts import Acts
from flowcentre.access.rows import Guard, NoRows
from flowcentre.model import Picture
from flowcentre.picture.delays import Delay
from flowcentre.picture.packages import Package
from flowcentre.web.action_api import create_actions_api
from flowcentre.web.action_desk import ActionDesk, ActionReading
from flowcentre.web.actions import ActionRoutes
from flowcentre.web.administer import AdministerRoutes
from flowcentre.web.alert_api import create_alerts_api
from flowcentre.web.alert_desk import AlertDesk, AlertReading
from flowcentre.web.alert_gauges import AlertGauges
from flowcentre.web.alerts import AlertRoutes
from flowcentre.web.announce import Announcer
from flowcentre.web.api import create_api, whole_picture
from flowcentre.web.assets import Assets
from flowcentre.web.audit_pages import AuditRoutes
from flowcentre.web.capacity import PART, Capacities, capacity_builder, create_capacity_api
from flowcentre.web.cards import Cards, no_cards
from flowcentre.web.delays import DelayRoutes, create_delays_api
from flowcentre.web.displays import Displays, builders
from flowcentre.web.docs import docs_routes
from flowcentre.web.finished import Renderings
from flowcentre.web.front import Front
from flowcentre.web.gate import Gate, Policy
from flowcentre.web.glass import Glass
from flowcentre.web.health import Gauges, create_health
from flowcentre.web.huddle import HuddleRoutes
from flowcentre.web.huddle_desk import HuddleDesk, HuddleReading
from flowcentre.web.list_routes import ListRoutes, Lists
from flowcentre.web.named import Named, whole_lists
from flowcentre.web.own import Own
from flowcentre.web.packages import TOLD, create_packages_api
from flowcentre.web.pressure import PressureDesk, PressureReading, PressureRoutes
from flowcentre.web.pressure_api import create_pressure_api
from flowcentre.web.pulse import Pulse
from flowcentre.web.refusals import Refusals
from flowcentre.web.rehearsal import RehearsalRoutes
from flowcentre.web.sign_in import SignInRoutes
from flowcentre.web.sign_in_answers import SignInAnswers
from flowcentre.web.typed import Desk, SignedIn, TypedRoutes, by_title

if TYPE_CHECKING:
    from flowcentre.store import Store

BEAT_EVERY = 5.0  # seconds
_TELLS_WITHIN = 2.0  # seconds: what is left to write down when it stops
DRAWING_THREADS = 2
ABOUT = "What is known now of a health and care system's flow, with the age and the coverage of each figure."


class Live(Protocol):
    """What the server needs of a live picture."""

    def current(self) -> Picture:
        """The present picture."""
        ...

    def subscribe(self, told: Callable[[Picture], None]) -> Callable[[], None]:
        """Call ``told`` with each new picture, in any thread; returns how to stop it."""
        ...


class FlowServer(FastAPI):
    """A FastAPI application with the gate in front of it, outside every middleware that is ever added."""

    def __init__(
        self,
        policy: Policy,
        announcer: Announcer,
        people: Named,
        own: Own,
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self.own = own  # by whom Dash's pages are without what their asker may not do
        self.people = people  # by whom Dash's pages let rows of people out
        self.policy = policy
        self.announcer = announcer

    def build_middleware_stack(self) -> ASGIApp:
        """The application as it is called: the gate first, and what it refuses as a page where somebody goes to one."""
        return Refusals(Gate(super().build_middleware_stack(), self.policy), self.policy)

    def allow_pages(
        self, script_hashes: Iterable[str], callbacks: Container[str] = frozenset(), pages: Container[str] = frozenset()
    ) -> None:
        """Let Dash's pages run: its inline scripts by hash, its callbacks by output, its ``pages`` by their addresses.

        Call it when every callback is registered, with ``dash_app.csp_hashes()`` and ``dash_app.callback_map``.
        """
        self.policy.script_hashes = tuple(script_hashes)
        self.policy.callbacks = callbacks
        self.policy.pages = pages

    def has_files(self, folder: Path) -> None:
        """Serve a folder's files below ``/assets``. Call it before Dash's pages are added, which would serve them dearly."""
        self.mount("/assets", Assets(folder), name="assets")

    def has_not(self, error: type[Exception]) -> None:
        """Answer 404 where Dash raises this: it has no such file. Call it before the server runs."""
        self.add_exception_handler(error, _no_such_file)

    def stop_streams(self) -> None:
        """End every live stream: a server that stops does not wait for them."""
        self.announcer.close()


def create_server(
    live: Live,
    store: Store,
    glass: Glass,
    *,
    now: Callable[[], datetime],
    delays: Lists[Delay] | None = None,
    packages: Lists[Package] | None = None,
    capacity: Capacities | None = None,
    desk: Desk | None = None,
    signed_in: SignedIn = by_title,
    alerts: AlertReading | None = None,
    alert_desk: AlertDesk | None = None,
    actions: ActionReading | None = None,
    action_desk: ActionDesk | None = None,
    huddles: HuddleReading | None = None,
    huddle_desk: HuddleDesk | None = None,
    pressure: PressureReading | None = None,
    pressure_desk: PressureDesk | None = None,
    cards: Cards = no_cards,
    guard: Guard | None = None,
    front: Front | None = None,
    hosts: Sequence[str] = ("127.0.0.1", "localhost"),
    beat_every: float = BEAT_EVERY,
) -> FlowServer:
    """The whole server, as an ASGI application. Dash's pages are added to it by whoever knows them.

    ``delays`` and ``packages`` are the lists of people, where there are any; ``capacity`` is what is known of community
    capacity; ``desk`` takes in what is typed, where anything is, and ``signed_in`` says who types. ``alerts`` are read, and
    what people do about them goes to ``alert_desk``, the store where it may be written; so are ``actions``
    and ``huddles``, with their desks.
    ``pressure`` is read, and levels are declared at its desk. ``cards`` are the action cards.
    ``guard`` lets rows of people out; without one whoever may not see all rows sees none.
    ``front`` is what a county with sign-in has at its door; without it the county is open, and served on this machine alone.
    ``hosts`` are the names it answers to, without a port; ``beat_every`` is the rhythm, in seconds, of the live stream's sign
    of life.
    """
    pulse = Pulse(live.current, store, now)
    # Pages work in asyncio's own threads: however many are asked for, the pulse is felt and boards are drawn.
    pulse_thread = ThreadPoolExecutor(1, thread_name_prefix="pulse")
    drawing_threads = ThreadPoolExecutor(DRAWING_THREADS, thread_name_prefix="drawing")
    drawn = {**builders(glass), "picture": whole_picture}
    if capacity is not None:
        drawn[PART] = capacity_builder(capacity)
    renderings = Renderings(live.current, drawn, drawing_threads)
    announcer = Announcer(
        live.current(), now=now, trouble=pulse.trouble, fingerprint=glass.fingerprint, beat_every=beat_every
    )
    guard = guard or whole_lists(store, {"delays": delays, "packages": packages}, live.current, now)
    named = Named(guard)
    acts = Acts(store, lambda: live.current().county, now)
    own = Own(acts)
    glass = own.glass(glass)
    displays = Displays(live.current, glass, renderings, announcer, named, own)
    delay_routes = DelayRoutes(delays, glass, pulse.trouble, guard)
    package_routes = ListRoutes(TOLD, packages, pulse.trouble, guard)
    rehearsal_routes = RehearsalRoutes(store if alerts is not None else None, glass, live.current, now)
    typed_routes = TypedRoutes(desk, glass, live.current, now, acts, signed_in)
    alert_routes = AlertRoutes(alerts, alert_desk, glass, live.current, now, acts, cards, signed_in)
    action_routes = ActionRoutes(actions, action_desk, glass, live.current, now, acts, signed_in)
    huddle_routes = HuddleRoutes(huddles, huddle_desk, glass, live.current, now, acts, signed_in)
    pressure_routes = PressureRoutes(pressure, pressure_desk, glass, now, acts, signed_in)
    registry = CollectorRegistry()
    registry.register(Gauges(live.current, now, pulse.trouble, renderings, announcer, displays))

    if alerts is not None:
        registry.register(AlertGauges(store, live.current, now, pulse.trouble))

    answers = SignInAnswers(front, glass, live.current) if front is not None else None

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()

        def show(picture: Picture) -> None:
            announcer.announce(picture)
            renderings.build_ahead()

        def told(picture: Picture) -> None:
            with suppress(RuntimeError):  # the loop has ended: nobody is left to tell
                loop.call_soon_threadsafe(show, picture)

        unsubscribe = live.subscribe(told)
        show(live.current())  # it may have changed before we subscribed
        looking = asyncio.create_task(_look_again_and_again(pulse, pulse_thread, beat_every))
        try:
            yield
        finally:
            unsubscribe()
            announcer.close()
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking
            if answers is not None:
                with suppress(Exception):  # nobody is left to tell that the store does not answer
                    await asyncio.wait_for(loop.run_in_executor(pulse_thread, answers.stopped), _TELLS_WITHIN)
            for threads in (pulse_thread, drawing_threads):  # a store that hangs must not hold up the end
                threads.shutdown(wait=False, cancel_futures=True)

    policy = Policy(frozenset(host.lower() for host in hosts), glass.fingerprint)
    if (refused := glass.refused_page) is not None:
        policy.refused_page = lambda refusal: refused(live.current(), refusal)
    if front is not None:
        policy.asker, policy.public_url = front.asker, front.public_url
    app = FlowServer(
        policy,
        announcer,
        named,
        own,
        title="Flow Centre",
        description=ABOUT,
        version="1",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    # Our own bytes are compressed already and pass through; scripts and styles are not.
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_exception_handler(RequestValidationError, _say_what_is_wrong)
    app.add_exception_handler(NoRows, _say_why_no_rows)
    app.include_router(create_health(live.current, pulse, pulse_thread, registry))
    app.include_router(create_api(live.current, store, renderings, now, pulse.trouble))
    app.include_router(create_delays_api(delay_routes))
    app.include_router(create_packages_api(package_routes))
    app.include_router(create_capacity_api(capacity is not None, renderings, pulse.trouble, named))
    app.include_router(create_alerts_api(alerts, now, pulse.trouble))
    app.include_router(create_pressure_api(pressure, pulse.trouble))
    app.include_router(create_actions_api(actions, now, pulse.trouble))
    of_pages = (
        delay_routes,
        package_routes,
        typed_routes,
        alert_routes,
        rehearsal_routes,
        action_routes,
        huddle_routes,
        pressure_routes,
        displays,
    )
    of_access = (
        (
            SignInRoutes(front, glass, live.current, answers),
            AdministerRoutes(front, glass, live.current, announcer.crowded),
            AuditRoutes(store, glass, live.current, now),
        )
        if front is not None and answers is not None
        else ()
    )
    app.router.routes.extend([*docs_routes(), *(route for each in (*of_access, *of_pages) for route in each.routes)])
    return app


async def _look_again_and_again(pulse: Pulse, pulse_thread: Executor, every: float) -> None:
    while True:
        await asyncio.get_running_loop().run_in_executor(pulse_thread, pulse.look)
        await asyncio.sleep(every)


async def _no_such_file(_request: Request, _error: Exception) -> PlainTextResponse:
    return PlainTextResponse("There is no such page.", 404)


async def _say_why_no_rows(_request: Request, why: Exception) -> PlainTextResponse:
    assert isinstance(why, NoRows)
    return PlainTextResponse(why.words, why.status, {"cache-control": "no-store"})


async def _say_what_is_wrong(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    words = "; ".join(f"{mistake['loc'][-1]}: {mistake['msg']}" for mistake in error.errors())
    return JSONResponse({"detail": words}, status_code=422)
