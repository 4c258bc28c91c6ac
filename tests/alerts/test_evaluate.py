"""The evaluator on a real store of each kind: one transaction a look, timers that outlive it, and a loop that does not die."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from flowcentre.alerts.evaluate import PICTURE_LIMIT, Evaluator
from flowcentre.alerts.machine import LONGEST_UNSEEN
from flowcentre.alerts.routing import route
from flowcentre.model import (
    ANOTHER_MEASURE,
    Alerting,
    AlertState,
    Flapping,
    Lead,
    Phase,
    Picture,
    Route,
    RouteStep,
    Rule,
    RuleKind,
    Seen,
    Severity,
    State,
    Telling,
    TellingKind,
    Value,
    What,
)
from flowcentre.picture.looked import last_look
from flowcentre.store import UNNUMBERED, NewMessage, Store, open_store
from tests.alerts.world import AT, COUNTY, DAY, HOUR, MINUTE, World, rule

OCCUPIED = rule("full", "ga_beds_occupied", "northgate-a1", 24, 20, hold_for=30 * MINUTE, clear_for=15 * MINUTE)
FREE = replace(OCCUPIED, id="free", measure="ga_beds_free", raise_at=1, stand_down_at=3)
# What is decided before the store is told of it needs but one of the databases.
on_one = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


class Bench:
    """An evaluator with a hand-made picture: one figure at one ward, and a clock."""

    def __init__(self, store: Store, *rules: Rule) -> None:
        self.store = store
        self.at = AT
        self.known_at: datetime | None = None  # of the picture; None: it is made anew each time
        self.observed_at: datetime | None = None  # of the figure; None: just now
        self.figure: float | None = 10
        self.alerting = Alerting(rules=rules or (OCCUPIED,))
        self.tellings: list[Telling] = []
        self.due: datetime | None = None
        self.restart()

    def restart(self) -> None:
        self.evaluator = Evaluator(self.store, self.picture, lambda: self.alerting, lambda: self.at, self.route)

    def picture(self) -> Picture:
        state = State.FRESH if self.figure is not None else State.UNKNOWN
        values = {
            ("northgate-a1", each.measure): Value(
                each.measure, "northgate-a1", self.figure, state, self.observed_at or self.at
            )
            for each in self.alerting.rules
        }
        known_at = self.known_at or self.at
        return Picture(self.store.version(), known_at, known_at, COUNTY, values)

    def route(self, *_: object) -> tuple[list[Telling], datetime | None]:
        return self.tellings, self.due

    def see(self, figure: float | None, after: timedelta = timedelta(0)) -> datetime | None:
        """So much later there is a figure; what is clearing was looked at in between, as by an engine that runs."""
        until = self.at + after
        while until - self.at > LONGEST_UNSEEN and any(each.phase is Phase.CLEARING for each in self.store.standings()):
            self.at += LONGEST_UNSEEN
            self.evaluator.look()
        self.at, self.figure = until, figure
        return self.evaluator.look()

    def sleep(self, length: timedelta) -> None:
        """Nothing runs for so long, and then another process begins."""
        self.at += length
        self.restart()

    def state(self) -> str:
        (standing,) = self.store.standings()
        return standing.state.value

    def story(self) -> list[str]:
        (alert,) = self.store.alerts(AT - DAY, self.at + DAY)
        return [each.what.value for each in self.store.alert_story(alert.id)[0]]


@pytest.fixture
def bench(store: Store) -> Bench:
    return Bench(store)


# --- One look ---------------------------------------------------------------------------------------


def test_a_whole_alert_stands_in_the_store_with_its_number(bench: Bench) -> None:
    for figure in (24, 24, 24, 22, None, 20, 20):
        bench.see(figure, 15 * MINUTE)
    assert bench.state() == "clear"
    assert bench.story() == ["pending", "raised", "blind", "sees again", "clearing", "cleared"]
    (alert,) = bench.store.alerts(AT, bench.at + DAY)
    assert (alert.raised_at, alert.cleared_at, alert.worst) == (AT + 45 * MINUTE, AT + 105 * MINUTE, 24)
    assert alert.since == AT + 15 * MINUTE
    assert bench.store.open_alerts(bench.at) == []


def test_since_when_it_is_in_breach_stands_with_the_alert_while_it_is_open_and_when_it_is_over(bench: Bench) -> None:
    bench.see(24)
    bench.see(24, 30 * MINUTE)
    (alert,) = bench.store.open_alerts(bench.at)
    assert (alert.since, alert.raised_at) == (AT, AT + 30 * MINUTE)
    for figure in (20, 24, 20, 20):  # nearly clear, and back: it is one alert from its first breach
        bench.see(figure, 15 * MINUTE)
    found = bench.store.alert(alert.id)
    assert found is not None
    assert (found.cleared_at, found.since) == (bench.at, AT)


@on_one
def test_it_says_when_its_timer_ends(bench: Bench) -> None:
    assert bench.see(24) == AT + 30 * MINUTE
    assert bench.see(24, 30 * MINUTE) is None
    assert bench.see(20, MINUTE) == AT + 46 * MINUTE
    bench.due = AT + 40 * MINUTE
    assert bench.see(20, MINUTE) == AT + 40 * MINUTE  # an escalation falls due sooner


def test_only_what_happened_makes_a_version(bench: Bench) -> None:
    before = bench.store.version()
    bench.see(10)
    bench.see(12, MINUTE)
    assert (bench.store.version(), bench.store.standings()) == (before, [])
    bench.see(24, MINUTE)
    assert bench.store.version() == before + 1
    bench.see(25, MINUTE)
    assert bench.store.version() == before + 1
    (standing,) = bench.store.standings()
    assert (standing.value, standing.looked_at) == (25, bench.at)


@on_one
def test_that_nothing_changes_is_written_only_now_and_then(bench: Bench) -> None:
    bench.observed_at = AT
    moments = set()
    for _ in range(60):
        bench.see(24, timedelta(seconds=1))
        moments.add(bench.store.standings()[0].looked_at)
    assert len(moments) == 3
    assert bench.evaluator.last_look_at == bench.at


def test_whom_routing_names_is_told_in_the_same_transaction(bench: Bench) -> None:
    bench.tellings = [
        Telling(
            f"{UNNUMBERED}raised/0/lead",
            "lead",
            TellingKind.RAISED,
            Severity.CRITICAL,
            AT,
            None,
            "full",
            "northgate-a1",
        )
    ]
    bench.alerting = Alerting(rules=(replace(OCCUPIED, hold_for=timedelta(0)),))
    bench.see(24)
    (alert,) = bench.store.open_alerts(bench.at)
    found: list[str] = []
    bench.store.compose(lambda tellings, _: (found.extend(each.key for each in tellings), ())[1], bench.at)
    assert found == [f"alert {alert.id}/raised/0/lead"]


@on_one
def test_with_the_real_routing_a_lead_is_told_once_and_the_next_when_nobody_acknowledges(bench: Bench) -> None:
    steps = (RouteStep(timedelta(0), ("site",)), RouteStep(10 * MINUTE, ("director",)))
    leads = tuple(Lead(id, id, (("letters", id),)) for id in ("site", "director"))
    at_once = replace(OCCUPIED, hold_for=timedelta(0), clear_for=timedelta(0), routes=("site",))
    bench.alerting = Alerting((at_once,), leads, routes=(Route("site", "Site", steps),))
    bench.evaluator = Evaluator(bench.store, bench.picture, lambda: bench.alerting, lambda: bench.at, route)
    told: list[tuple[str, str]] = []

    def note(tellings: Sequence[Telling], _: object) -> tuple[NewMessage, ...]:
        told.extend((each.lead, each.kind.value) for each in tellings)
        return tuple(NewMessage(each.key, each.lead, "letters", "", "", (each.key,), bench.at) for each in tellings)

    for figure, after in ((24, MINUTE), (24, MINUTE), (None, MINUTE), (None, 8 * MINUTE), (24, MINUTE), (20, MINUTE)):
        bench.see(figure, after)
        bench.store.compose(note, bench.at)
    assert told == [
        ("site", "raised"),
        ("site", "blind"),
        ("director", "escalated"),
        ("director", "blind"),
        ("director", "cleared"),
        ("site", "cleared"),
    ]


@on_one
def test_a_look_that_could_see_nothing_does_not_count_for_the_watchdog_or_the_wall(bench: Bench) -> None:
    bench.see(24)
    assert (bench.evaluator.last_look_at, last_look(bench.store)) == (AT, AT)
    bench.known_at = AT  # no picture is made any more
    bench.see(24, 10 * MINUTE)
    assert bench.state() == "pending"
    assert (bench.evaluator.last_look_at, last_look(bench.store)) == (AT, AT)
    bench.known_at = None
    bench.see(24, MINUTE)
    assert bench.evaluator.last_look_at == bench.at


@on_one
def test_a_rule_that_cannot_be_worked_out_is_heard_of_by_the_watchdog(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.see(24)

    def fails(*_: object) -> dict[tuple[str, str], Seen]:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("flowcentre.alerts.evaluate.see", fails)
        bench.see(24, MINUTE)
        assert bench.evaluator.last_look_at == AT
    bench.see(24, MINUTE)
    assert bench.evaluator.last_look_at == bench.at


def test_where_routing_fails_nothing_is_kept_and_the_next_look_makes_up_for_it(bench: Bench) -> None:
    bench.see(24)
    looked = bench.evaluator.last_look_at

    def fails(*_: object) -> tuple[list[Telling], datetime | None]:
        raise RuntimeError("no rota")

    bench.route = fails  # type: ignore[method-assign]
    bench.restart()
    with pytest.raises(RuntimeError, match="no rota"):
        bench.see(24, 30 * MINUTE)
    assert bench.state() == "pending"
    assert bench.evaluator.last_look_at is None
    assert looked == AT
    bench.route = lambda *_: ([], None)  # type: ignore[method-assign]
    bench.restart()
    bench.see(24, MINUTE)
    assert bench.state() == "raised"


@on_one
def test_a_rule_that_cannot_be_worked_out_is_blind_and_no_harm_to_the_others(bench: Bench) -> None:
    fails = replace(OCCUPIED, id="fails", kind=RuleKind.STEP, over=HOUR)
    bench.alerting = Alerting(rules=(fails, OCCUPIED))

    class Broken:
        def keep_for(self, _lengths: int) -> None: ...

        def picture(self, *_: object) -> Picture:
            raise RuntimeError("no past")

    bench.evaluator._past = Broken()  # type: ignore[assignment]
    bench.see(24)
    standings = {each.rule: each for each in bench.store.standings()}
    assert standings["full"].state is AlertState.PENDING
    assert standings["fails"].blind_why == "the rule cannot be worked out: see the log"


@on_one
def test_a_clear_rule_that_cannot_tell_is_written_once(bench: Bench) -> None:
    for _ in range(3):
        bench.see(None, MINUTE)
    (standing,) = bench.store.standings()
    assert (standing.phase, standing.blind_since) == (Phase.CLEAR, AT + MINUTE)
    assert standing.looked_at == AT + MINUTE
    bench.see(10, MINUTE)
    assert bench.store.standings()[0].blind_since is None


def test_an_acknowledgement_outlives_the_looks_and_ends_with_the_alert(bench: Bench) -> None:
    bench.see(24)
    bench.see(24, 30 * MINUTE)
    (alert,) = bench.store.open_alerts(bench.at)
    assert bench.store.acknowledge(alert.id, "site manager", bench.at)
    bench.see(25, MINUTE)
    assert bench.state() == "acknowledged"
    bench.see(20, MINUTE)
    bench.see(20, 15 * MINUTE)
    assert bench.state() == "clear"
    bench.see(24, MINUTE)
    bench.see(24, 30 * MINUTE)
    assert bench.state() == "raised"


@on_one
def test_what_a_person_closed_is_raised_again_only_by_a_breach_that_is_seen(bench: Bench) -> None:
    bench.see(24)
    bench.see(24, 30 * MINUTE)
    bench.see(None, MINUTE)
    (alert,) = bench.store.open_alerts(bench.at)
    assert bench.store.close_alert(alert.id, "site manager", bench.at, "the ward has moved")
    for _ in range(3):
        bench.see(None, HOUR)
    assert bench.state() == "clear"
    bench.see(24, MINUTE)
    bench.see(24, 30 * MINUTE)
    (again,) = bench.store.open_alerts(bench.at)
    assert again.id != alert.id


@on_one
def test_a_rule_that_is_gone_leaves_its_alert_open_until_a_person_closes_it(bench: Bench) -> None:
    bench.see(24)
    bench.see(24, 30 * MINUTE)
    bench.alerting = Alerting()
    for _ in range(4):
        bench.see(None, DAY)
    assert bench.state() == "blind"
    assert bench.story()[-2:] == ["raised", "unwatched"]
    (alert,) = bench.store.open_alerts(bench.at)
    assert bench.store.close_alert(alert.id, "site manager", bench.at, "the rule was dropped")
    bench.see(None, MINUTE)
    assert bench.state() == "clear"


@on_one
def test_an_alert_of_a_rule_on_trial_stays_on_trial_when_its_rule_is_taken_out(bench: Bench) -> None:
    trial = replace(OCCUPIED, on_trial=True)
    bench.alerting = Alerting(rules=(trial,))
    bench.see(24)
    bench.see(24, 30 * MINUTE)
    bench.alerting = Alerting()
    bench.see(None, MINUTE)
    (alert,) = bench.store.open_alerts(bench.at)
    assert alert.on_trial
    assert bench.store.close_alert(alert.id, "site manager", bench.at, "the rule was dropped")
    assert [ended.on_trial for ended in bench.store.alerts(AT, bench.at + DAY)] == [True]


def test_a_rule_whose_trial_is_over_takes_its_alert_with_it(bench: Bench) -> None:
    bench.alerting = Alerting(rules=(replace(OCCUPIED, on_trial=True, edition="a.trial"),))
    bench.see(24)
    bench.see(24, 30 * MINUTE)
    bench.alerting = Alerting(rules=(replace(OCCUPIED, edition="a.live"),))
    bench.see(24, MINUTE)
    assert [alert.on_trial for alert in bench.store.open_alerts(bench.at)] == [False]


def test_what_comes_and_goes_is_said_once(store: Store) -> None:
    often = replace(
        OCCUPIED, hold_for=timedelta(0), clear_for=timedelta(0), flapping=Flapping(3, 2 * HOUR, 30 * MINUTE)
    )
    bench = Bench(store, often)
    for figure in (24, 20, 24, 20, 24, 20, 24, 20):
        bench.see(figure, MINUTE)
        bench.restart()
    assert bench.state() == "flapping"
    what = [each.what for a in store.alerts(AT, bench.at + DAY) for each in store.alert_story(a.id)[0]]
    assert what.count(What.FLAPPING) == 1
    assert bench.see(20, 30 * MINUTE) is None
    assert bench.state() == "clear"


# --- Pictures that may not be believed --------------------------------------------------------------


@on_one
def test_a_picture_that_is_not_made_anew_says_nothing(bench: Bench) -> None:
    bench.see(24)
    bench.see(24, 30 * MINUTE)
    bench.known_at = bench.at
    bench.see(10, PICTURE_LIMIT)
    assert bench.state() == "clearing"
    bench.see(10, timedelta(seconds=1))
    (standing,) = bench.store.standings()
    assert (standing.state, standing.blind_why) == (
        AlertState.BLIND,
        "the picture has not been made anew since 08:30",
    )


def test_a_picture_from_before_something_happened_does_not_undo_it(store: Store) -> None:
    """Of two engines one is a moment behind: it saw the calm before, and not yet the breach."""
    rules = replace(OCCUPIED, hold_for=timedelta(0), clear_for=timedelta(0))
    ahead, behind = Bench(store, rules), Bench(store, rules)
    behind.known_at = AT + MINUTE
    ahead.see(24, 2 * MINUTE)
    behind.see(10, 2 * MINUTE + timedelta(seconds=1))
    assert ahead.state() == "raised"
    behind.known_at = None
    behind.see(10, timedelta(seconds=1))
    assert ahead.state() == "clear"


@on_one
def test_a_slower_clock_changes_nothing_and_one_that_was_far_ahead_holds_nothing_up(store: Store) -> None:
    bench = Bench(store)
    bench.see(24, 30 * DAY)
    bench.see(10, -timedelta(seconds=5))
    assert bench.state() == "pending"
    bench.at = AT
    bench.see(24)
    bench.see(24, 30 * MINUTE)
    assert bench.state() == "raised"


@on_one
def test_a_picture_of_the_past_is_not_looked_at(bench: Bench) -> None:
    picture = replace(bench.picture(), at=AT - DAY)
    bench.evaluator._current = lambda: picture
    assert bench.see(24) is None
    assert bench.store.standings() == []


# --- Restarts ---------------------------------------------------------------------------------------


def _alone(minutes: list[int]) -> list[tuple[str, int]]:
    """What happens to two hours of breach and two of calm in turn, worked out by hand from the looks alone."""
    found: list[tuple[str, int]] = []
    begun: int | None = None
    raised = was_bad = False
    last = 0
    for minute in minutes:
        bad = (minute // 120) % 2 == 0
        unseen, last = minute - last > 5, minute  # nobody looked, so nobody knows that it was calm
        if begun is None or bad != was_bad or (unseen and not bad):
            begun = minute
        was_bad = bad
        if bad and not raised and minute - begun >= 30:
            found.append(("raised", minute))
            raised = True
        if not bad and raised and minute - begun >= 15:
            found.append(("cleared", minute))
            raised = False
    return found


# That each database gives back how a rule stands to the last moment is told in tests/store/test_alerts.py.
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(4))
def test_timers_are_exact_over_restarts_of_any_length(store_url: str, seed: int) -> None:
    chance = random.Random(seed)
    bench = Bench(open_store(store_url))
    looks: list[int] = []
    asleep_until = 0
    for minute in range(0, 700, 5):
        if minute < asleep_until:
            continue
        looks.append(minute)
        bench.at = AT + minute * MINUTE
        bench.see(24 if (minute // 120) % 2 == 0 else 18)
        if chance.random() < 0.2:  # the process dies, and another begins some time later
            asleep_until = minute + chance.randint(0, 50)
            bench.store.close()
            bench.store = open_store(store_url, migrates=False)
            bench.restart()
    found = [
        (each.what.value, (each.at - AT) // MINUTE)
        for alert in reversed(bench.store.alerts(AT - DAY, AT + 10 * DAY))
        for each in bench.store.alert_story(alert.id)[0]
        if each.what in (What.RAISED, What.CLEARED)
    ]
    bench.store.close()
    assert found == _alone(looks)
    assert len(found) >= 2


@on_one
def test_a_time_in_which_nobody_looked_is_no_calm(bench: Bench) -> None:
    bench.see(24)
    bench.see(24, 30 * MINUTE)
    bench.see(20, MINUTE)
    bench.sleep(DAY)
    bench.see(20)
    assert bench.state() == "clearing"
    bench.see(20, 14 * MINUTE)
    assert bench.state() == "clearing"
    bench.see(20, MINUTE)
    assert bench.state() == "clear"


@on_one
def test_a_short_restart_neither_shortens_nor_lengthens_a_clearing(bench: Bench) -> None:
    bench.see(24)
    bench.see(24, 30 * MINUTE)
    bench.see(20, MINUTE)
    bench.see(20, 11 * MINUTE)
    bench.sleep(4 * MINUTE)
    bench.see(20)
    assert bench.state() == "clear"


@pytest.mark.parametrize(("between", "cleared"), [(10, True), (23, False), (None, False)])
def test_where_the_history_shows_that_it_was_calm_all_the_time_it_was(
    store: Store, between: float | None, cleared: bool
) -> None:
    """Another engine has read the feeds meanwhile, though nobody looked at the rules."""
    world = World(store)
    world.with_rules([replace(OCCUPIED, hold_for=timedelta(0))])
    world.beds("northgate-a1", 24)
    world.look()
    world.at += MINUTE
    world.beds("northgate-a1", 10)
    world.look()
    for minutes in range(15, 90, 15):
        world.at += 15 * MINUTE
        if between is not None:
            world.beds("northgate-a1", between if minutes == 45 else 10)
    world.beds("northgate-a1", 10)
    world.restart()
    assert (world.look()["full"].phase is Phase.CLEAR) is cleared


# --- Rules that are edited --------------------------------------------------------------------------


@on_one
def test_an_alert_whose_rule_turns_to_another_measure_is_not_ended_by_what_that_shows(bench: Bench) -> None:
    bench.alerting = Alerting(rules=(replace(OCCUPIED, edition="occupied.first"),))
    bench.see(24)
    bench.see(24, 30 * MINUTE)
    bench.alerting = Alerting(rules=(replace(FREE, id="full", edition="free.second"),))
    for _ in range(3):
        bench.see(20, HOUR)  # beds free: calm
    assert bench.state() == "blind"
    (alert,) = bench.store.open_alerts(bench.at)
    assert (alert.blind_why, alert.value) == (ANOTHER_MEASURE, 24)
    assert bench.story() == ["pending", "raised", "unwatched"]
    assert bench.store.close_alert(alert.id, "site manager", bench.at, "it is watched by another measure now")
    bench.see(0, MINUTE)
    assert bench.state() == "pending"  # and the rule begins afresh


@on_one
def test_what_was_pending_of_another_measure_is_let_go(bench: Bench) -> None:
    bench.alerting = Alerting(rules=(replace(OCCUPIED, edition="occupied.first"),))
    bench.see(24)
    bench.alerting = Alerting(rules=(replace(FREE, id="full", edition="free.second"),))
    bench.see(0, 29 * MINUTE)
    bench.see(0, MINUTE)
    assert bench.state() == "pending"
    bench.see(0, 30 * MINUTE)
    assert bench.state() == "raised"


# --- The loop ---------------------------------------------------------------------------------------


@pytest.fixture
def running(bench: Bench) -> Iterator[Callable[[Evaluator], None]]:
    started: list[Evaluator] = []

    def start(evaluator: Evaluator) -> None:
        started.append(evaluator)
        evaluator.start()

    yield start
    for each in started:
        each.stop()


@on_one
def test_a_picture_wakes_it_and_an_exception_does_not_kill_it(
    bench: Bench, running: Callable[[Evaluator], None]
) -> None:
    looked, fails = threading.Semaphore(0), threading.Event()
    picture = bench.picture

    def current() -> Picture:
        looked.release()
        if fails.is_set():
            raise RuntimeError("no picture")
        return picture()

    evaluator = Evaluator(bench.store, current, lambda: bench.alerting, lambda: bench.at, bench.route)
    fails.set()
    running(evaluator)
    assert looked.acquire(timeout=10)
    assert looked.acquire(timeout=10)  # it tries again by itself
    assert evaluator.last_look_at is None
    fails.clear()
    assert looked.acquire(timeout=10)
    bench.figure = 24
    for _ in range(20):
        evaluator.wake(None)
        assert looked.acquire(timeout=10)
        if bench.store.standings() and evaluator.last_look_at is not None:  # which it notes a moment later
            break
    assert bench.state() == "pending"
    assert evaluator.last_look_at == AT


def test_two_engines_at_once_raise_one_alert(store_url: str) -> None:
    stores = [open_store(store_url)]
    if "postgres" in store_url:
        stores.append(open_store(store_url))
    rules = replace(OCCUPIED, hold_for=timedelta(0))
    benches = [Bench(each, rules) for each in stores for _ in range(2)]
    barrier = threading.Barrier(len(benches))

    def look(bench: Bench) -> None:
        barrier.wait()
        for _ in range(5):
            bench.see(24, timedelta(seconds=1))

    threads = [threading.Thread(target=look, args=(bench,)) for bench in benches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stores[0].alerts(AT - DAY, AT + DAY)) == 1
    for each in stores:
        each.close()


def test_a_real_picture_of_a_real_store_goes_through_it(store: Store) -> None:
    world = World(store)
    world.goes_wrong()
    assert {each.state for each in world.standings().values()} == {AlertState.RAISED}
    world.at += HOUR
    world.look()
    assert len(world.blind()) == len(world.standings()) - 1  # the feed that was silent is silent
