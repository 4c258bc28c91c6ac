"""(i) Alerts: from a breach that is committed to its message at a sink, with 300 rules, by the threads that run.

A real store and live picture, the real evaluator and sender, and webhooks on the loopback. Each rule tells a lead of its own:
what one person may be told is bounded on purpose, and would be measured instead. Every second another site speaks, and
nothing changes by it.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bench.county import BEDS, SITES, WARDS, county, ward_code
from bench.measure import CannotMeasure, Line, Times, at_most
from bench.workplace import ROWS, Workplace
from channels import find_channels
from flowcentre.alerts.evaluate import Evaluator
from flowcentre.alerts.routing import route
from flowcentre.alerts.sender import Sender
from flowcentre.model import (
    Alerting,
    ChannelSettings,
    Lead,
    Outcome,
    Reading,
    Route,
    RouteStep,
    Rule,
    RuleKind,
    Severity,
    Sighting,
)
from flowcentre.store import Store, open_store
from running.parts import picturing

RULES = 300
BREACHES, A_FEW = 24, 4
EVERY = 3.0  # seconds between two breaches
WAIT = 20.0  # seconds for the last message
P95, P99 = 5.0, 15.0
_CALM, _FULL = 10.0, 25.0
_LEVELS = (("ga_beds_occupied", 24, 20), ("ga_occupancy", 97, 90))
_due = itertools.count(1)


def measure(place: Workplace) -> Iterator[Line]:
    """Every line of this part."""
    breaches = BREACHES if place.rows >= ROWS else A_FEW
    folder, wards = place.make("alerts"), [f"{site}-{ward_code(n)}" for n in range(WARDS) for site in SITES]
    with closing(open_store(f"sqlite:///{folder / 'flow.db'}")) as store, sink() as (address, arrived):
        alerting = _alerting(wards, address)
        within = replace(county(), alerting=alerting)
        for site in SITES:
            _say(store, site, {ward: _CALM for ward in wards if ward.startswith(f"{site}-")})
        committed: dict[str, float] = {}
        with picturing(store, within, keep=True) as live:
            evaluator = Evaluator(store, live.current, lambda: alerting, _now, route)
            sender = Sender(
                store, find_channels(), lambda: alerting, live.current, now=_now, name="bench", secret=lambda _: "bench"
            )
            unsubscribe = live.subscribe(evaluator.wake)
            evaluator.start()
            sender.start()
            try:
                _wait_for(lambda: evaluator.last_look_at is not None, "the rules were not looked at")
                for ward in wards[:breaches]:
                    _say(store, ward.partition("-")[0], {ward: _FULL})
                    committed[ward] = time.monotonic()
                    _pass(store, wards, EVERY)
                expected = [
                    rule for rule in alerting.rules if rule.places[0] in committed and rule.kind is RuleKind.LEVEL
                ]
                _wait_for(lambda: len(arrived) >= len(expected), "not every message came")
            finally:
                unsubscribe()
                sender.stop()
                evaluator.stop()
    times = Times([arrived[rule.id] - committed[rule.places[0]] for rule in expected])
    what = f"breach committed to message at the sink, {len(alerting.rules)} rules, {len(times.all)} messages"
    yield Line("alerts", f"{what}, median", f"{times.median:.2f} s")
    for name, share, most in (("95th centile", 0.95, P95), ("99th centile", 0.99, P99)):
        target, met = at_most(times.share(share), most, " s")
        yield Line("alerts", f"{what}, {name}", f"{times.share(share):.2f} s", target, met)


def _alerting(wards: list[str], address: str) -> Alerting:
    """300 rules, most of levels, some that look back; each tells somebody of its own."""
    rules: list[Rule] = []
    for measure, raise_at, stand_down_at in _LEVELS:
        rules += [_rule(RuleKind.LEVEL, measure, ward, raise_at, stand_down_at) for ward in wards]
    looking_back = itertools.product((RuleKind.STEP, RuleKind.TIME_AT_LEVEL), wards)
    for kind, ward in itertools.islice(looking_back, RULES - len(rules)):
        hours = 2 + len(rules) % 4
        rule = _rule(kind, "ga_beds_occupied", ward, BEDS * 4, BEDS * 3)
        rules.append(replace(rule, over=timedelta(hours=hours), hold_for=timedelta(hours=1)))
    leads = tuple(Lead(rule.id, rule.title, (("hook", f"{address}/{rule.id}"),)) for rule in rules)
    routes = tuple(Route(rule.id, rule.title, (RouteStep(timedelta(0), (rule.id,)),)) for rule in rules)
    channels = (ChannelSettings("hook", "webhook", {"secret_env": "BENCH"}),)
    return Alerting(tuple(rules), leads, (), routes, channels)


def _rule(kind: RuleKind, measure: str, ward: str, raise_at: float, stand_down_at: float) -> Rule:
    id = f"{kind.value.replace(' ', '-')}-{measure.replace('_', '-')}-{ward}"
    return Rule(
        id, f"{measure} at {ward}", kind, Severity.WARNING, (id,), "card", measure, (ward,),
        raise_at=raise_at, stand_down_at=stand_down_at,
    )  # fmt: skip


def _say(store: Store, site: str, wards: dict[str, float]) -> None:
    """A site says how full some of its wards are: a whole poll, committed when this returns."""
    at = _now()
    feed = f"{site}-beds"
    poll = store.claim_poll(feed, at + timedelta(milliseconds=next(_due)), engine="bench", started_at=at)
    if poll is None:
        raise CannotMeasure(f"{feed} was polled twice at one moment")
    sightings = []
    for ward, occupied in wards.items():
        figures = {"ga_beds_occupied": occupied, "ga_beds_core_open": float(BEDS), "ga_beds_escalation_open": 0.0}
        sightings.append(Sighting(ward, at, tuple(Reading(m, ward, v, at) for m, v in figures.items())))
    store.record_poll(poll, feed=feed, finished_at=at, outcome=Outcome.OK, sightings=sightings)


def _pass(store: Store, wards: list[str], seconds: float) -> None:
    """So much time, in which each second another site speaks of a ward in which nothing has changed."""
    for _ in range(int(seconds)):
        time.sleep(1)
        ward = wards[-1 - next(_due) % len(SITES)]
        _say(store, ward.partition("-")[0], {ward: _CALM})


def _wait_for(true: Callable[[], bool], otherwise: str) -> None:
    ends = time.monotonic() + WAIT
    while not true():
        if time.monotonic() > ends:
            raise CannotMeasure(otherwise)
        time.sleep(0.05)


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def sink() -> Iterator[tuple[str, dict[str, float]]]:
    """A webhook on the loopback: its address, and by the last part of each path when it was asked first."""
    arrived: dict[str, float] = {}

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            arrived.setdefault(self.path.rpartition("/")[2], time.monotonic())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", arrived
    finally:
        server.shutdown()
        server.server_close()
