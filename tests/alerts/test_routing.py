"""Who has to be told what, and that nobody is told it twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from flowcentre.alerts.routing import channel_tellings, route, told_next
from flowcentre.model import (
    ANOTHER_MEASURE,
    Alerting,
    AlertState,
    Lead,
    Phase,
    Route,
    RouteStep,
    Silence,
    Standing,
    State,
    Team,
    Telling,
    TellingKind,
    Transition,
    Turn,
    What,
)
from flowcentre.store import UNNUMBERED, Stood
from tests.alerts.telling_cast import (
    ALERTING,
    AT,
    CROWDED,
    FULL,
    MINUTE,
    SILENT,
    a_picture,
    an_alert,
    occupancy,
    raised,
)

HOUR = timedelta(hours=1)


class Kept:
    """What a store keeps between two looks: how all stands, the silences, and the keys of what was told."""

    def __init__(self, alerting: Alerting = ALERTING) -> None:
        self.alerting = alerting
        self.standings: dict[tuple[str, str], Standing] = {}
        self.silences: tuple[Silence, ...] = ()
        self.told: set[str] = set()
        self.picture = a_picture(AT, occupancy())
        self.next_due: datetime | None = None

    def look(self, at: datetime, *changed: Standing, happened: tuple[Transition, ...] = ()) -> list[Telling]:
        """Decide, and keep what was decided; alerts are numbered from 1 as they come."""
        stood = Stood(dict(self.standings), self.silences, frozenset(self.told))
        tellings, self.next_due = route(self.alerting, stood, happened, changed, self.picture, at)
        kept = []
        for standing in changed:
            number = standing.alert or (len(self.standings) + 1 if standing.open else None)
            self.standings[standing.rule, standing.subject] = replace(standing, alert=number)
        for telling in tellings:
            if telling.alert is None and telling.rule:
                number = self.standings[telling.rule, telling.subject].alert
                telling = replace(telling, key=telling.key.replace(UNNUMBERED, f"alert {number}/"), alert=number)
            assert telling.key not in self.told
            kept.append(telling)
        self.told |= {telling.key for telling in kept}
        return kept

    def change(self, rule: str, subject: str = "northgate", **to: object) -> Standing:
        """A standing as it is kept, with something changed."""
        return replace(self.standings[rule, subject], **to)  # type: ignore[arg-type]

    def clear(self, at: datetime, rule: str = "beds-full") -> list[Telling]:
        """The alert of a rule clears."""
        gone = self.change(rule, phase=Phase.CLEAR, alert=None, raised_at=None)
        cleared = Transition(rule, "northgate", What.CLEARED, at, AlertState.CLEAR)
        return self.look(at, gone, happened=(cleared,))


def who(tellings: list[Telling]) -> list[tuple[str, str]]:
    return [(telling.lead, str(telling.kind)) for telling in tellings]


def a_silence(starts: datetime, ends: datetime, rule: str = "beds-full", subject: str = "") -> Silence:
    return Silence(1, rule, subject, "building work", "site manager", starts, ends)


# --- Chains -----------------------------------------------------------------------------------------


def test_the_first_step_is_told_at_once_and_the_next_when_nobody_acknowledges():
    kept = Kept()
    assert who(kept.look(AT, raised())) == [("site", "raised")]
    assert kept.next_due == AT + 15 * MINUTE
    assert not kept.look(AT + 14 * MINUTE)
    assert who(kept.look(AT + 15 * MINUTE)) == [("director", "escalated")]
    assert kept.next_due == AT + 30 * MINUTE
    assert who(kept.look(AT + 30 * MINUTE)) == [("desk", "escalated")]
    assert kept.next_due is None
    assert not kept.look(AT + 3 * HOUR)


def test_who_is_told_next_is_known_beforehand_and_nobody_is_once_it_is_acknowledged_or_silenced():
    kept = Kept()
    alert = an_alert(1)
    assert told_next(ALERTING, alert, kept.told, (), AT) == (AT + 15 * MINUTE, ("director",))
    for moment, following in ((0, (15, "director")), (15, (30, "desk")), (30, None)):
        at = AT + moment * MINUTE
        kept.look(at, raised())
        expected = following and (AT + following[0] * MINUTE, (following[1],))
        assert told_next(ALERTING, alert, kept.told, (), at) == expected
    assert told_next(ALERTING, replace(alert, acknowledged_at=AT), (), (), AT) is None
    assert told_next(ALERTING, alert, (), (a_silence(AT, AT + HOUR),), AT) is None


def test_a_telling_knows_its_alert_its_step_and_how_grave_it_is():
    telling = Kept().look(AT, raised())[0]
    assert (telling.rule, telling.subject, telling.step, telling.severity) == (
        "beds-full",
        "northgate",
        0,
        FULL.severity,
    )
    assert telling.key.startswith("alert 1/raised/")
    assert telling.alert == 1


def test_an_alert_that_is_raised_now_has_a_key_that_the_store_can_number():
    tellings, _ = route(ALERTING, Stood({}), (), [raised()], a_picture(), AT)
    assert [telling.key[: len(UNNUMBERED)] for telling in tellings] == [UNNUMBERED]


def test_once_it_is_acknowledged_nobody_else_is_told():
    kept = Kept()
    kept.look(AT, raised())
    assert not kept.look(AT + 5 * MINUTE, kept.change("beds-full", acknowledged_at=AT + 5 * MINUTE))
    assert kept.next_due is None
    assert not kept.look(AT + HOUR)


def test_after_an_outage_all_steps_that_fell_due_are_told():
    kept = Kept()
    kept.look(AT, raised())
    assert who(kept.look(AT + 2 * HOUR)) == [("director", "escalated"), ("desk", "escalated")]


def test_a_step_is_told_to_who_is_on_then_and_not_again_to_who_comes_on_later():
    shifts = Team(
        "shifts", "Shifts", (Turn("desk", starts="00:00", until="08:10"), Turn("site", starts="08:10", until="00:00"))
    )
    chain = Route("site", "Shifts", (RouteStep(timedelta(0), ("shifts",)), RouteStep(15 * MINUTE, ("shifts",))))
    kept = Kept(replace(ALERTING, teams=(shifts,), routes=(chain,)))
    assert who(kept.look(AT, raised())) == [("desk", "raised")]
    assert not kept.look(AT + 12 * MINUTE)
    assert who(kept.look(AT + 15 * MINUTE)) == [("site", "escalated")]


def test_a_chain_may_begin_late():
    chain = Route("site", "Late", (RouteStep(10 * MINUTE, ("site",)), RouteStep(20 * MINUTE, ("director",))))
    kept = Kept(replace(ALERTING, routes=(chain,)))
    assert not kept.look(AT, raised())
    assert kept.next_due == AT + 10 * MINUTE
    assert who(kept.look(AT + 10 * MINUTE)) == [("site", "raised")]
    assert who(kept.look(AT + 20 * MINUTE)) == [("director", "escalated")]


@pytest.mark.parametrize("where", [0, 1, 2, 3])
def test_a_step_that_is_put_in_between_tells_nobody_twice_and_leaves_nobody_out(where):
    """Whoever was told stays told, whatever number their step has now."""
    kept = Kept()
    kept.look(AT, raised())
    kept.look(AT + 15 * MINUTE)
    steps = list(ALERTING.routes[0].steps)
    after = (timedelta(0), 10 * MINUTE, 20 * MINUTE, 40 * MINUTE)[where]
    steps.insert(where, RouteStep(after, ("night",)))
    night = Lead("night", "Night manager", (("mail", "night@northgate.example"),))
    chain = replace(ALERTING.routes[0], steps=tuple(steps))
    kept.alerting = replace(ALERTING, leads=(*ALERTING.leads, night), routes=(chain,))
    told = [lead for minute in range(16, 60) for lead, _ in who(kept.look(AT + minute * MINUTE))]
    assert sorted(told) == ["desk", "night"]


def test_a_chain_that_began_by_a_clock_that_was_ahead_waits_for_no_such_moment():
    kept = Kept()
    kept.look(AT + 6 * HOUR, raised(at=AT + 6 * HOUR))
    righted = kept.change("beds-full", raised_at=AT, since=AT)
    assert not kept.look(AT, righted)
    assert kept.next_due == AT + 15 * MINUTE
    assert who(kept.look(AT + 15 * MINUTE)) == [("director", "escalated")]
    assert who(kept.look(AT + 30 * MINUTE)) == [("desk", "escalated")]


def test_each_route_of_a_rule_is_a_chain_of_its_own():
    kept = Kept(replace(ALERTING, rules=(replace(FULL, routes=("site", "desk")),)))
    assert who(kept.look(AT, raised())) == [("site", "raised"), ("desk", "raised")]
    assert who(kept.look(AT + 15 * MINUTE)) == [("director", "escalated")]


def test_two_places_of_one_rule_are_two_alerts():
    kept = Kept()
    assert len(kept.look(AT, raised(), raised(subject="southmere"))) == 2
    kept.look(AT + MINUTE, kept.change("beds-full", acknowledged_at=AT + MINUTE))
    escalated = kept.look(AT + 15 * MINUTE)
    assert [telling.subject for telling in escalated] == ["southmere"]


def test_of_a_rule_on_trial_nobody_is_told():
    kept = Kept(replace(ALERTING, rules=(replace(FULL, on_trial=True),)))
    assert not kept.look(AT, raised(blind_since=AT, flapping_since=AT))
    assert not kept.clear(AT + HOUR)


def test_an_alert_that_is_clearing_and_comes_back_goes_on_where_it_was():
    kept = Kept()
    kept.look(AT, raised())
    kept.look(AT + 5 * MINUTE, kept.change("beds-full", phase=Phase.CLEARING))
    assert not kept.look(AT + 10 * MINUTE, kept.change("beds-full", phase=Phase.RAISED))


def test_what_is_pending_is_told_to_nobody():
    assert not Kept().look(AT, raised(phase=Phase.PENDING))


# --- Silences ---------------------------------------------------------------------------------------


def test_a_silenced_alert_is_told_when_the_silence_ends_and_its_chain_begins_then():
    kept = Kept()
    kept.silences = (a_silence(AT - HOUR, AT + HOUR),)
    assert not kept.look(AT, raised())
    assert kept.next_due == AT + HOUR
    assert not kept.look(AT + HOUR - MINUTE)
    kept.silences = ()
    assert who(kept.look(AT + HOUR)) == [("site", "raised")]
    assert not kept.look(AT + HOUR + 14 * MINUTE)
    assert who(kept.look(AT + HOUR + 15 * MINUTE)) == [("director", "escalated")]


def test_a_silence_that_a_person_ends_sooner_ends_then():
    kept = Kept()
    kept.silences = (replace(a_silence(AT - HOUR, AT + HOUR), ended_at=AT + 10 * MINUTE),)
    kept.look(AT, raised())
    assert kept.next_due == AT + 10 * MINUTE
    assert who(kept.look(AT + 10 * MINUTE)) == [("site", "raised")]


def test_an_alert_that_was_acknowledged_in_silence_is_not_told_afterwards():
    kept = Kept()
    kept.silences = (a_silence(AT - HOUR, AT + HOUR),)
    kept.look(AT, raised())
    kept.look(AT + MINUTE, kept.change("beds-full", acknowledged_at=AT + MINUTE))
    kept.silences = ()
    assert not kept.look(AT + HOUR)


@pytest.mark.parametrize(
    ("rule", "subject", "hushed"),
    [("", "", True), ("", "northgate", True), ("beds-full", "southmere", False), ("ae-crowded", "", False)],
)
def test_a_silence_hushes_what_it_names_and_nothing_else(rule, subject, hushed):
    kept = Kept()
    kept.silences = (a_silence(AT - HOUR, AT + HOUR, rule, subject),)
    assert (not kept.look(AT, raised())) is hushed


def test_a_silence_that_has_not_begun_hushes_nothing():
    kept = Kept()
    kept.silences = (a_silence(AT + MINUTE, AT + HOUR),)
    assert kept.look(AT, raised())


# --- Clearing, flapping, blind ----------------------------------------------------------------------


def test_the_end_is_told_to_those_who_were_told_the_beginning():
    kept = Kept()
    kept.look(AT, raised())
    kept.look(AT + 15 * MINUTE)
    assert who(kept.clear(AT + 20 * MINUTE)) == [("director", "cleared"), ("site", "cleared")]


def test_the_end_of_what_nobody_was_told_is_told_to_nobody():
    kept = Kept()
    kept.silences = (a_silence(AT - HOUR, AT + HOUR),)
    kept.look(AT, raised())
    kept.silences = ()
    assert not kept.clear(AT + HOUR)


def test_flapping_is_told_once():
    kept = Kept()
    kept.look(AT, raised())
    flapping = kept.change("beds-full", flapping_since=AT + MINUTE, acknowledged_at=AT)
    assert who(kept.look(AT + MINUTE, flapping)) == [("site", "flapping")]
    for minute in range(2, 20):
        phase = Phase.CLEARING if minute % 2 else Phase.RAISED
        assert not kept.look(AT + minute * MINUTE, kept.change("beds-full", phase=phase))


def test_an_alert_that_is_raised_and_flaps_at_once_is_told_as_both():
    assert who(Kept().look(AT, raised(flapping_since=AT))) == [("site", "raised"), ("site", "flapping")]


def test_each_blindness_is_told_once_to_those_who_know_of_the_alert():
    kept = Kept()
    kept.look(AT, raised(acknowledged_at=None))
    kept.look(AT + MINUTE, kept.change("beds-full", acknowledged_at=AT + MINUTE))
    blind = kept.change("beds-full", blind_since=AT + HOUR)
    assert who(kept.look(AT + HOUR, blind)) == [("site", "blind")]
    assert not kept.look(AT + 2 * HOUR)
    kept.look(AT + 3 * HOUR, kept.change("beds-full", blind_since=None))
    again = kept.change("beds-full", blind_since=AT + 4 * HOUR)
    assert who(kept.look(AT + 4 * HOUR, again)) == [("site", "blind")]
    assert not kept.look(AT + 5 * HOUR)


def test_what_goes_blind_again_and_again_is_told_of_each_half_hour_at_most_and_in_the_end():
    kept = Kept()
    kept.look(AT, raised())
    kept.look(AT, kept.change("beds-full", acknowledged_at=AT))
    told = []
    for minute in range(60):
        since = AT + minute * MINUTE if minute % 2 else None
        told += [
            (minute, *each)
            for each in who(kept.look(AT + minute * MINUTE, kept.change("beds-full", blind_since=since)))
        ]
    assert told == [(1, "site", "blind"), (31, "site", "blind")]
    assert kept.next_due == AT + 61 * MINUTE
    assert who(kept.look(AT + 61 * MINUTE)) == [("site", "blind")]


@pytest.mark.parametrize("phase", [Phase.PENDING, Phase.RAISED])
def test_what_a_silent_feed_blinds_is_told_by_the_alert_of_its_silence_alone(phase):
    kept = Kept()
    kept.look(AT, raised())
    kept.look(AT + MINUTE, kept.change("beds-full", acknowledged_at=AT))
    kept.picture = a_picture(AT, occupancy(state=State.STALE))
    kept.alerting = replace(ALERTING, rules=(FULL, CROWDED, replace(SILENT, routes=("site",))))
    silent = raised(SILENT, "beds", AT + HOUR, phase=phase)
    said = kept.look(AT + HOUR, kept.change("beds-full", blind_since=AT + HOUR), silent)
    assert who(said) == ([("site", "raised")] if phase is Phase.RAISED else [])


@pytest.mark.parametrize("phase", [Phase.PENDING, Phase.RAISED])
def test_who_is_not_told_of_the_silence_is_told_what_it_blinds(phase):
    kept = Kept()
    kept.look(AT, raised())
    kept.look(AT + MINUTE, kept.change("beds-full", acknowledged_at=AT))
    silent = raised(SILENT, "beds", AT + HOUR, phase=phase)  # whose route is the desk's
    said = kept.look(AT + HOUR, kept.change("beds-full", blind_since=AT + HOUR), silent)
    assert ("site", "blind") in who(said)
    assert ("desk", "blind") not in who(said)


def test_when_the_feed_speaks_again_and_the_alert_is_blind_still_that_is_told():
    kept = Kept(replace(ALERTING, rules=(FULL, replace(SILENT, routes=("site",)))))
    kept.look(AT, raised())
    kept.look(AT + MINUTE, kept.change("beds-full", acknowledged_at=AT))
    silent = raised(SILENT, "beds", AT + HOUR)
    assert who(kept.look(AT + HOUR, kept.change("beds-full", blind_since=AT + HOUR), silent)) == [("site", "raised")]
    back = replace(kept.standings["silent", "beds"], phase=Phase.CLEAR)
    assert who(kept.look(AT + 2 * HOUR, back)) == [("site", "blind")]


def test_what_turned_to_another_measure_is_told_though_a_feed_is_silent():
    kept = Kept(replace(ALERTING, rules=(FULL, replace(SILENT, routes=("site",)))))
    kept.look(AT, raised())
    turned = kept.change("beds-full", acknowledged_at=AT, blind_since=AT + HOUR, blind_why=ANOTHER_MEASURE)
    assert ("site", "blind") in who(kept.look(AT + HOUR, turned, raised(SILENT, "beds", AT + HOUR)))


@pytest.mark.parametrize("how", ["another feed", "on trial", "silenced"])
def test_a_silence_that_speaks_for_nothing_leaves_it_to_the_blind_alert(how):
    kept = Kept()
    kept.look(AT, raised())
    kept.look(AT + MINUTE, kept.change("beds-full", acknowledged_at=AT))
    feed = "other" if how == "another feed" else "beds"
    if how == "on trial":
        kept.alerting = replace(ALERTING, rules=(FULL, replace(SILENT, on_trial=True)))
    if how == "silenced":
        kept.silences = (a_silence(AT, AT + 5 * HOUR, "silent"),)
    said = kept.look(AT + HOUR, kept.change("beds-full", blind_since=AT + HOUR), raised(SILENT, feed, AT + HOUR))
    assert ("site", "blind") in who(said)


def test_an_alert_whose_rule_is_gone_is_told_as_blind_to_those_who_know_of_it():
    kept = Kept()
    kept.look(AT, raised())
    kept.alerting = replace(ALERTING, rules=(CROWDED,))
    gone = kept.change("beds-full", blind_since=AT + MINUTE, blind_why="no rule watches this any more")
    assert who(kept.look(AT + MINUTE, gone)) == [("site", "blind")]
    assert not kept.look(AT + HOUR)


# --- Tests and channels -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "told", "next_due"),
    [
        (datetime(2026, 11, 23, 9, 59, tzinfo=UTC), False, datetime(2026, 11, 23, 10, 0, tzinfo=UTC)),
        (datetime(2026, 11, 23, 10, 0, tzinfo=UTC), True, datetime(2026, 11, 30, 10, 0, tzinfo=UTC)),
        (datetime(2026, 11, 23, 11, 30, tzinfo=UTC), True, datetime(2026, 11, 30, 10, 0, tzinfo=UTC)),
        (datetime(2026, 11, 23, 12, 0, tzinfo=UTC), False, datetime(2026, 11, 30, 10, 0, tzinfo=UTC)),
        (datetime(2026, 10, 19, 9, 0, tzinfo=UTC), True, datetime(2026, 10, 26, 10, 0, tzinfo=UTC)),  # ten in summer
    ],
)
def test_the_weekly_test_goes_to_every_lead_at_its_hour_in_london(at, told, next_due):
    tellings, due = route(replace(ALERTING, test_at="mon 10:00"), Stood({}), (), (), a_picture(), at)
    ways = [("site", 0), ("site", 1), ("director", 0), ("desk", 0)]  # by each of their addresses
    assert [(telling.lead, telling.step) for telling in tellings] == (ways if told else [])
    assert all(telling.kind is TellingKind.TEST for telling in tellings)
    assert due == next_due


def test_the_tests_of_two_weeks_are_two_and_those_of_one_are_one():
    alerting = replace(ALERTING, test_at="mon 10:00")

    def keys(at: datetime) -> set[str]:
        return {telling.key for telling in route(alerting, Stood({}), (), (), a_picture(), at)[0]}

    monday = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    assert keys(monday) == keys(monday + HOUR)
    assert keys(monday).isdisjoint(keys(monday + timedelta(days=7)))


def test_of_a_failing_channel_the_leads_of_the_route_channels_are_told():
    tellings = channel_tellings(ALERTING, "text", AT, AT + 5 * MINUTE)
    assert who(tellings) == [("site", "channel")]
    assert tellings[0].subject == "text"
    assert not channel_tellings(replace(ALERTING, routes=()), "text", AT, AT + 5 * MINUTE)


# --- Whatever happens -------------------------------------------------------------------------------

_EVENTS = some.sampled_from(["raise", "acknowledge", "clear", "blind", "see", "flap", "silence", "end silence", "wait"])


@settings(max_examples=200, deadline=None)
@given(some.lists(some.tuples(_EVENTS, some.integers(1, 40)), max_size=25))
def test_whatever_happens_nobody_is_told_twice_or_in_silence_or_of_an_end_without_a_beginning(events):
    kept = Kept()  # it fails for a key that is told twice
    at, alert = AT, 0
    begun: dict[int, set[str]] = {}
    for event, minutes in events:
        at += minutes * MINUTE
        standing = kept.standings.get(("beds-full", "northgate"), Standing("beds-full", "northgate"))
        happened: tuple[Transition, ...] = ()
        match event:
            case "raise" if not standing.open:
                alert += 1
                standing = raised(at=at, alert=alert)
            case "acknowledge" if standing.open and standing.acknowledged_at is None:
                standing = replace(standing, acknowledged_at=at)
            case "clear" if standing.open:
                standing = Standing("beds-full", "northgate")
                happened = (Transition("beds-full", "northgate", What.CLEARED, at, AlertState.CLEAR),)
            case "blind" if standing.open:
                standing = replace(standing, blind_since=at)
            case "see":
                standing = replace(standing, blind_since=None)
            case "flap" if standing.open:
                standing = replace(standing, flapping_since=at)
            case "silence":
                kept.silences = (a_silence(at, at + HOUR),)
            case "end silence":
                kept.silences = ()
        kept.silences = tuple(each for each in kept.silences if each.ends_at > at)
        said = kept.look(at, standing, happened=happened)
        assert not (said and kept.silences)
        for telling in said:
            assert telling.alert is not None
            knows = begun.setdefault(telling.alert, set())
            if telling.kind in (TellingKind.RAISED, TellingKind.ESCALATED):
                assert standing.acknowledged_at is None
                knows.add(telling.lead)
            else:
                assert telling.lead in knows
        # Of what stands, is not silenced and was not acknowledged, the first lead knows.
        if standing.open and standing.acknowledged_at is None and not kept.silences:
            assert "site" in begun[standing.alert or 0]
