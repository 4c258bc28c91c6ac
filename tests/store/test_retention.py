"""What is kept for how long: what is old goes and is told of, and what still speaks of the present stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import create_engine, text

from flowcentre.model import (
    Audited,
    Kept,
    Noted,
    Outcome,
    PeopleList,
    Retention,
    RosterExport,
    RowScope,
    Severity,
    Telling,
    TellingKind,
    Typed,
)
from flowcentre.store import Decided, Store, retention
from tests.store.alerting import RULES, claim_one, clear, compose_each, raise_alert, stood
from tests.store.saying import sighting, tell, values
from tests.store.test_people import attendance, refs, whole
from tests.store.test_visits import visit

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def rows_gone(store: Store, at: datetime, *classes: Kept, period: timedelta = 100 * DAY) -> dict[Kept, int]:
    """Purge some classes, or all, of what is older than a period; first see that the dry run says the same."""
    cuts = dict.fromkeys(classes or Kept, at - period)
    would = store.to_purge(cuts)
    gone = store.purge(cuts, at=at)
    # The audit is told of what goes before it, and so has more.
    assert [each for each in would if each.kept is not Kept.AUDIT] == [
        each for each in gone if each.kept is not Kept.AUDIT
    ]
    return {each.kept: each.rows for each in gone if each.rows}


def test_old_figures_go_and_whoever_asks_of_later_moments_sees_no_difference(store: Store, at: datetime) -> None:
    said = [(300, 7), (250, 8), (200, 9), (50, 9), (0, 4)]
    for days, value in said:
        tell(store, "beds", at - days * DAY, sighting("a1", at - days * DAY, beds=value, open=20))
    tell(store, "old", at - 200 * DAY, sighting("b1", at - 200 * DAY, beds=3))  # it fell silent
    store.roll_up(at)
    cut, key = at - 100 * DAY, ("a1", "beds")

    def seen() -> list[object]:
        rolled = store.rolled("a1", "beds", at - 400 * DAY, at, "day")
        return [store.latest(), store.known(cut, cut), store.history([key], cut, at + DAY), rolled]

    before = seen()
    # Two values and two sightings of a1; what stood at the cut stays, and all that anybody knows of the silent one.
    assert rows_gone(store, at, Kept.READINGS) == {Kept.READINGS: 4}
    assert seen() == before
    assert [point.value for point in store.history([key], at - 400 * DAY, at + DAY)[key]] == [9, 9, 4]
    assert store.kept_since(Kept.READINGS) == cut
    assert rows_gone(store, at, Kept.READINGS) == {}


def test_a_day_whose_figures_went_is_not_rolled_up_anew_out_of_what_comes_late(store: Store, at: datetime) -> None:
    day = at - 200 * DAY
    for hour in range(4):
        tell(store, "beds", day + hour * HOUR, sighting("a1", day + hour * HOUR, beds=10 + hour))
    tell(store, "beds", at, sighting("a1", at, beds=1))
    assert rows_gone(store, at, Kept.READINGS) == {}  # nothing goes that is still to be rolled up
    store.roll_up(at + HOUR)
    rolled = store.rolled("a1", "beds", day - DAY, day + 2 * DAY, "day")
    assert rows_gone(store, at, Kept.READINGS) == {Kept.READINGS: 6}
    tell(store, "beds", at + HOUR, sighting("a1", day - HOUR, beds=99))
    store.roll_up(at + 2 * HOUR)
    assert store.rolled("a1", "beds", day - DAY, day + 2 * DAY, "day") == rolled
    assert rows_gone(store, at + 2 * HOUR, Kept.READINGS) == {Kept.READINGS: 2}  # what came late goes too


def test_people_go_once_they_have_left_and_whoever_is_there_keeps_their_story(store: Store, at: datetime) -> None:
    days = {300: ("p1", "p2", "p3"), 250: ("p2", "p3"), 200: ("p2",), 50: ("p2", "p3"), 0: ("p2", "p3")}
    for ago, there in days.items():
        moment = at - ago * DAY
        persons = [attendance(ref, at - 300 * DAY, seen_at=moment if ref == "p2" else None) for ref in there]
        tell(store, "ed", moment, lists=[whole(moment, *persons)])
    assert rows_gone(store, at, Kept.PEOPLE) == {Kept.PEOPLE: 1}  # p3 came back
    assert [len(store.intervals("attendances", ref)) for ref in ("p1", "p2", "p3")] == [0, 5, 2]
    assert refs(store, at) == ["p2", "p3"]
    store.scoped(RowScope(frozenset({"northgate"}), frozenset())).people("attendances", "northgate", at)
    tell(store, "ed", at + HOUR, lists=[PeopleList("attendances", "northgate", at + HOUR, ())])
    assert rows_gone(store, at + 101 * DAY, Kept.PEOPLE) == {Kept.PEOPLE: 6}  # the newest row keeps its number


def test_visits_of_long_ago_go_however_often_they_were_told_of(store: Store, at: datetime) -> None:
    first = at - 200 * DAY
    old, new = [visit(f"old{number}", first) for number in range(3)], visit("new", at)
    tell(store, "visits", first, exports=[RosterExport(first, tuple(old))])
    tell(store, "visits", first + HOUR, exports=[RosterExport(first + HOUR, (replace(old[0], carers=2),))])
    tell(store, "visits", at, exports=[RosterExport(at, (new,))])
    last = store.last_visit()
    assert rows_gone(store, at, Kept.PEOPLE) == {Kept.PEOPLE: 4}
    assert store.visits("visits", "wupi-north", first - DAY) == [new]
    assert store.last_visit() == last


def test_what_was_told_and_done_goes_together_and_nothing_that_something_refers_to(store: Store, at: datetime) -> None:
    old = at - 200 * DAY
    over, acted, stands = (raise_alert(store, old, place) for place in ("northgate", "southgate", "westgate"))
    compose_each(store, old)
    for alert in (over, acted):
        clear(store, old + HOUR, alert.subject)
    for _ in range(3):
        message = claim_one(store, "here", old + HOUR, HOUR)
        assert message is not None
        store.delivered_together([message.id], old + HOUR, "taken")
    store.declare("northgate", 3, "no beds", "me", old, old + HOUR)
    store.declare("northgate", 2, "fewer beds", "me", old + HOUR, old + 2 * HOUR)
    huddle = store.open_huddle("control room", old).id
    store.add_minute(huddle, "me", "beds are short", old)
    done = store.log_action("open beds", "me", old + HOUR, "me", old, alert=acted.id, huddle=huddle)
    store.note_action(done.id, Noted.DONE, "me", old + 2 * HOUR)
    store.log_action("call them", "me", at + HOUR, "me", at, alert=stands.id)
    store.close_huddle(huddle, "me", old + HOUR)
    store.open_huddle("control room", at)
    gone = rows_gone(store, at)
    assert gone[Kept.ACTIONS] == 1 + 2  # the action, with what was noted of it
    assert gone[Kept.MINUTES] == 1 + 1 + 1  # the huddle, its minute, and the declaration that another ended
    assert gone[Kept.ALERTS] == 2 + 4
    assert gone[Kept.LETTERS] == 2 * 3  # the newest keeps its number
    assert [store.alert(each.id) is None for each in (over, acted, stands)] == [True, True, False]
    assert [each.reason for each in store.declarations(at)] == ["fewer beds"]
    assert rows_gone(store, at) == {}


def test_whoever_was_told_of_what_still_stands_stays_told_however_long_ago_that_was(store: Store, at: datetime) -> None:
    old = at - 200 * DAY
    raise_alert(store, old, "northgate")
    over = raise_alert(store, old, "southgate")
    chased = store.log_action("open beds", "me", at, "me", old)
    huddle = store.open_huddle("control room", old)
    store.decide_alerts(
        lambda _: Decided(
            tellings=[
                Telling(
                    f"action {chased.id}/late/me", "me", TellingKind.CHASER, Severity.NOTICE, old, action=chased.id
                ),
                Telling(
                    f"huddle {huddle.id}/sitrep/me", "me", TellingKind.SITREP, Severity.NOTICE, old, huddle=huddle.id
                ),
            ]
        ),
        rules=RULES,
        at=old,
    )
    raise_alert(store, old + HOUR, "westgate")  # its message is the newest
    compose_each(store, old)
    while (message := claim_one(store, "here", old + HOUR, HOUR)) is not None:
        store.delivered_together([message.id], old + HOUR, "taken")
    clear(store, at - HOUR, over.subject)
    before = stood(store, at).told
    assert rows_gone(store, at, Kept.LETTERS) == {}
    assert (
        stood(store, at).told == before
    )  # or the alert would be sent again as new, and nobody be told that it is over
    assert rows_gone(store, at + 150 * DAY, Kept.LETTERS) == {Kept.LETTERS: 3}  # that which is over alone


def test_who_typed_in_what_still_stands_stays_known(store: Store, at: datetime) -> None:
    for ago in (300, 200, 150):
        moment = at - ago * DAY
        with store.in_bulk():
            poll = store.claim_poll("typed", moment, engine="here", started_at=moment)
            assert poll is not None
            recorded = store.record_poll(
                poll,
                feed="typed",
                finished_at=moment,
                outcome=Outcome.OK,
                sightings=[sighting("a1", moment, beds=ago)],
            )
            store.keep_slip(
                str(ago),
                feed="typed",
                place="a1",
                typed_in=Typed("ward lead", moment, moment + HOUR),
                poll=poll,
                recorded=recorded,
            )
    store.roll_up(at)
    assert rows_gone(store, at, Kept.TYPED, Kept.READINGS) == {Kept.TYPED: 2, Kept.READINGS: 4}
    assert values(store.latest()) == {("a1", "beds"): 150}
    (row,) = store.latest()
    assert row.typed is not None


def test_the_audits_oldest_part_goes_and_the_rest_can_still_be_verified(store: Store, at: datetime) -> None:
    for ago in range(130, 70, -1):
        store.audit("local|ann", "Ann", Audited.SAW, "delays", ["p1", f"q{ago}"], at=at - ago * DAY)
    assert rows_gone(store, at, Kept.AUDIT) == {Kept.AUDIT: 30}
    assert store.verify_audit() is None
    assert [entry.number for entry in store.audit_of("p1")][-1] == 31
    counts, before = store.audit_entries(limit=2)
    assert (counts.act, before.act) == (Audited.PURGED, Audited.PURGED)
    assert counts.what == "audit before 2026-08-14 08:00 UTC, 30 rows"
    assert before.what.startswith("audit until entry 30, ")
    # Whoever takes out more of it, and says that it was purged, is found out: no entry said so.
    engine = create_engine(store.url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_ref WHERE number <= 40"))
        connection.execute(text("DELETE FROM audit WHERE number <= 40"))
        connection.execute(
            text(
                "UPDATE mark SET value = '40 ' || (SELECT before FROM audit WHERE number = 41) WHERE key = 'audit anchor'"
            )
        )
    engine.dispose()
    assert store.verify_audit() == 41


def test_killed_in_the_middle_it_goes_on_where_it_was_and_tells_of_all(
    store: Store, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for ago in range(140, 80, -1):
        store.audit("local|ann", "Ann", Audited.SAW, "delays", ["p1"], at=at - ago * DAY)
    monkeypatch.setattr("flowcentre.store.audits._PURGED_AT_ONCE", 15)
    die = iter([False, True])

    def rest(_: float) -> None:
        if next(die, False):
            pytest.fail("killed")

    monkeypatch.setattr("flowcentre.store.purging.time.sleep", rest)
    cuts = {Kept.AUDIT: at - 100 * DAY}
    with pytest.raises(pytest.fail.Exception):
        store.purge(cuts, at=at)
    assert store.verify_audit() is None
    assert store.purge(cuts, at=at + DAY)[0].rows == 40
    assert store.audit_entries(limit=1)[0].what.endswith("40 rows")
    assert store.verify_audit() is None


def test_many_rows_go_in_small_transactions(sqlite_url: str, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    from flowcentre.store import open_store

    store = open_store(sqlite_url)
    with store.in_bulk():
        for hour in range(50):
            tell(store, "beds", at - 200 * DAY + hour * HOUR, sighting("a1", at - 200 * DAY + hour * HOUR, beds=hour))
        tell(store, "beds", at, sighting("a1", at, beds=1))
    store.roll_up(at)
    monkeypatch.setattr(retention, "_FIGURES_AT_ONCE", 10)
    rests: list[float] = []
    monkeypatch.setattr("flowcentre.store.purging.time.sleep", rests.append)
    assert rows_gone(store, at, Kept.READINGS) == {Kept.READINGS: 49 + 49}
    assert len(rests) == 10 + 2  # and one after each piece, of which nothing may have gone
    store.close()


def test_a_purge_that_is_asked_to_stop_ends_after_the_piece_that_it_does_and_tells_of_it(
    store: Store, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for ago in range(140, 80, -1):
        store.audit("local|ann", "Ann", Audited.SAW, "delays", ["p1"], at=at - ago * DAY)
        tell(store, f"beds{ago % 4}", at - ago * DAY, sighting(f"a{ago % 4}", at - ago * DAY, beds=ago))
    store.roll_up(at)
    monkeypatch.setattr(retention, "_SERIES_AT_ONCE", 1)
    written: list[float] = []
    monkeypatch.setattr("flowcentre.store.purging.time.sleep", written.append)
    cuts = dict.fromkeys([Kept.READINGS, Kept.AUDIT], at - 100 * DAY)
    (gone,) = store.purge(cuts, at=at, stop=lambda: bool(written))
    assert len(written) == 1
    assert 0 < gone.rows < 40
    assert store.audit_entries(limit=1)[0].what.endswith(f"{gone.rows} rows")
    assert {each.kept for each in store.purge(cuts, at=at)} == set(cuts)


def test_every_class_has_a_period_and_is_purged_by_it(at: datetime) -> None:
    assert set(Retention().cuts(at)) == set(Kept)
