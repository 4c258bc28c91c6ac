"""For machines that watch over us: is the process alive, is it ready, and how does it do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from datetime import datetime

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from typing_extensions import TypedDict

from flowcentre.access.asking import permitted
from flowcentre.model import Outcome, Permission, Picture, State
from flowcentre.web.announce import Announcer
from flowcentre.web.api import to_json
from flowcentre.web.displays import Displays
from flowcentre.web.finished import Renderings
from flowcentre.web.pulse import Pulse

READY_WITHIN = 3.0  # seconds


class AliveShape(TypedDict):
    """The process answers."""

    alive: bool


class ReadyShape(TypedDict):
    """Whether users may be sent here, and every reason why not."""

    ready: bool
    version: int
    reasons: list[str]


def create_health(
    current: Callable[[], Picture], pulse: Pulse, pulse_thread: Executor, registry: CollectorRegistry
) -> APIRouter:
    """The routes of health and metrics."""
    router = APIRouter(tags=["Health"])

    @router.get("/healthz", response_model=AliveShape, summary="Is the process alive?")
    async def healthz() -> Response:
        """200 as long as the process answers at all."""
        return Response(to_json({"alive": True}), media_type="application/json")

    @router.get(
        "/readyz",
        response_model=ReadyShape,
        responses={503: {"model": ReadyShape}},
        summary="May users be sent here?",
    )
    async def readyz() -> Response:
        """200 when the store is readable, the picture is of now and an engine polls; else 503 with every reason."""
        try:
            asked = asyncio.get_running_loop().run_in_executor(pulse_thread, pulse.not_ready)
            reasons = await asyncio.wait_for(asked, READY_WITHIN)
        except TimeoutError:
            reasons = ["the store does not answer"]
        # Whoever is not signed in may know that, and not why.
        told, version = (reasons, current().version) if permitted(Permission.AGGREGATES) else ([], 0)
        said: ReadyShape = {"ready": not reasons, "version": version, "reasons": told}
        return Response(to_json(said), 503 if reasons else 200, media_type="application/json")

    @router.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
    def metrics() -> Response:
        """In the text format of Prometheus."""
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


class Gauges(Collector):
    """The metrics, read from the picture and the server at the moment of asking.

    While there is ``trouble``, no state is given: a gauge that still says "fresh" would keep an alarm quiet.
    """

    def __init__(
        self,
        current: Callable[[], Picture],
        now: Callable[[], datetime],
        trouble: Callable[[], str | None],
        renderings: Renderings,
        announcer: Announcer,
        displays: Displays,
    ) -> None:
        self._current = current
        self._now = now
        self._trouble = trouble
        self._renderings = renderings
        self._announcer = announcer
        self._displays = displays

    def describe(self) -> Iterator[Metric]:
        """Nothing needs to be read to register this."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        picture, now = self._current(), self._now()
        yield from self._of_picture(picture, now)
        yield from _of_feeds(picture, now)
        yield from _of_upkeep(picture, now)
        if self._trouble() is None:
            yield from _states(picture)
        yield from self._of_server()

    def _of_picture(self, picture: Picture, now: datetime) -> Iterator[Metric]:
        county = {"county": picture.county.name, "demonstration": str(picture.county.demonstration).lower()}
        yield InfoMetricFamily("flowcentre", "What is shown.", value=county)
        yield GaugeMetricFamily("flowcentre_picture_version", "Version of the picture.", picture.version)
        age = (now - picture.known_at).total_seconds()
        yield GaugeMetricFamily("flowcentre_picture_age_seconds", "Since the picture was last looked at.", age)

    def _of_server(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("flowcentre_displays", "Live streams open.", self._announcer.displays)
        yield CounterMetricFamily("flowcentre_pictures_announced", "Pictures told.", self._announcer.announced)
        yield CounterMetricFamily("flowcentre_builds", "Parts drawn.", self._renderings.builds)
        yield CounterMetricFamily(
            "flowcentre_build_seconds", "Time spent drawing and compressing.", self._renderings.build_seconds
        )
        yield CounterMetricFamily(
            "flowcentre_display_bytes", "Sent to displays, headers aside.", self._displays.sent_bytes
        )
        answers = CounterMetricFamily("flowcentre_display_answers", "Answers to displays.", labels=["status"])
        for status, count in sorted(self._displays.answers.items()):
            answers.add_metric([str(status)], count)
        yield answers


def _states(picture: Picture) -> Iterator[Metric]:
    values = GaugeMetricFamily("flowcentre_values", "Values in the picture, by state.", labels=["state"])
    feeds = GaugeMetricFamily("flowcentre_feed_state", "1 for the state a feed is in.", labels=["feed", "state"])
    for state in State:
        values.add_metric([state.value], sum(value.state is state for value in picture.values.values()))
        for status in picture.feeds:
            if status.feed.polled:  # what people type in expires each night: that is no alarm
                feeds.add_metric([status.feed.id, state.value], float(status.state is state))
    unmoving = GaugeMetricFamily(
        "flowcentre_feed_unmoving", "1 where a feed says the very same of new moments for too long.", labels=["feed"]
    )
    for status in picture.feeds:
        if status.feed.unmoving_after is not None:
            unmoving.add_metric([status.feed.id], float(status.unmoving_since is not None))
    yield from (values, feeds, unmoving)


def _of_upkeep(picture: Picture, now: datetime) -> Iterator[Metric]:
    """How the server itself stands. What nobody knows is left out: an alarm on its absence tells."""
    upkeep = picture.upkeep
    yield GaugeMetricFamily("flowcentre_upkeep_troubles", "What somebody has to see to.", len(upkeep.troubles))
    for name, words, at in (
        ("backup", "Since the newest backup of the store.", upkeep.backup_at),
        ("fallback", "Age of what the pages to fall back on show.", upkeep.fallback_at),
    ):
        if at is not None:
            yield GaugeMetricFamily(f"flowcentre_{name}_age_seconds", words, (now - at).total_seconds())
    for name, words, size in (
        ("free", "Free on the store's disk.", upkeep.disk_free),
        ("size", "Size of the store's disk.", upkeep.disk_size),
    ):
        if size is not None:
            yield GaugeMetricFamily(f"flowcentre_disk_{name}_bytes", words, size)
    left = GaugeMetricFamily("flowcentre_certificate_left_seconds", "Until a certificate ends.", labels=["host"])
    for ending in upkeep.certificates:
        left.add_metric([ending.host], (ending.at - now).total_seconds())
    yield left


def _of_feeds(picture: Picture, now: datetime) -> Iterator[Metric]:
    age = GaugeMetricFamily("flowcentre_feed_age_seconds", "Age of a feed's newest moment.", labels=["feed"])
    success = GaugeMetricFamily(
        "flowcentre_feed_success_age_seconds", "Since a feed's last successful poll.", labels=["feed"]
    )
    outcome = GaugeMetricFamily(
        "flowcentre_feed_last_poll", "1 for the outcome of a feed's last poll.", labels=["feed", "outcome"]
    )
    rows = GaugeMetricFamily(
        "flowcentre_feed_rows_today", "Rows since midnight, Europe/London.", labels=["feed", "outcome"]
    )
    skipped = GaugeMetricFamily("flowcentre_feed_skipped_today", "Due polls not run.", labels=["feed"])
    for status in picture.feeds:
        feed = status.feed.id
        if status.observed_at is not None and status.feed.polled:
            age.add_metric([feed], (now - status.observed_at).total_seconds())
        if status.last_success_at is not None:
            success.add_metric([feed], (now - status.last_success_at).total_seconds())
        if status.last_poll is not None:
            for ending in Outcome:
                outcome.add_metric([feed, ending.value], float(status.last_poll.outcome is ending))
        today = status.today
        for kind, count in (
            ("received", today.received),
            ("accepted", today.accepted),
            ("duplicate", today.duplicate),
            ("held", today.held),
            ("refused", today.refused),
        ):
            rows.add_metric([feed, kind], count)
        skipped.add_metric([feed], status.skipped_today)
    yield from (age, success, outcome, rows, skipped)
