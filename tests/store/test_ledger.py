"""The ledger read, looked back at and kept to a length: how each feed stands, and what it held."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, event, text

from flowcentre.model import Held, Kept, Outcome, PeopleList, PollCounts, Reading
from flowcentre.store import Store
from tests.store.saying import sighting, tell, values

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def test_held_rows_are_kept_with_their_reason(store: Store, at: datetime) -> None:
    tell(store, "beds", at, held=[Held("row 1", "first", "a1", "beds"), Held("row 2", "second")])
    tell(store, "community", at, held=[Held("row 3", "third")])
    assert [(row.row, row.reason, row.place, row.measure) for row in store.held_rows("beds")] == [
        ("row 2", "second", None, None),
        ("row 1", "first", "a1", "beds"),
    ]
    assert len(store.held_rows()) == 3
    assert len(store.held_rows(limit=2)) == 2


def test_the_log_of_a_feed_says_how_it_stands(store: Store, at: datetime) -> None:
    yesterday, hour = at - timedelta(days=1), timedelta(hours=1)
    tell(store, "beds", yesterday, sighting("a1", yesterday, beds=1))
    held = [Held("row 4", "not a count", "a1"), Held("row 5", "not a place")]
    tell(store, "beds", at, sighting("a1", at, beds=1), held=held)
    tell(store, "beds", at + hour, outcome=Outcome.UNCHANGED)
    tell(store, "beds", at + 2 * hour, outcome=Outcome.UNAVAILABLE, message="refused the connection")
    log = store.feed_log(at - hour)["beds"]
    assert log.last_poll is not None
    assert log.last_poll.outcome is Outcome.UNAVAILABLE
    assert log.last_success_at == at + hour
    assert log.observed_at == at
    assert log.today == PollCounts(received=3, accepted=1, held=2)
    assert [row.row for row in log.held] == ["row 5", "row 4"]
    assert log.held_now == {"a1": 1, None: 1}


def test_a_list_that_is_held_whole_is_one_line_of_the_log_and_hides_no_other_reason(store: Store, at: datetime) -> None:
    tell(store, "beds", at, held=[Held("row 7", "not a count", "a1"), *[Held("r.csv", "half the size", "a1")] * 600])
    tell(store, "beds", at + MINUTE, held=[*[Held("r.csv", "half the size", "a1")] * 50, Held("r.csv", "other", "a2")])
    lines = [("row 7", "not a count", 1), ("r.csv", "half the size", 60)]
    tell(store, "community", at, held=[Held("row 7", "not a count"), *[Held("r.csv", "half the size")] * 60])
    assert [(row.row, row.reason, row.rows) for row in store.feed_log(at - HOUR)["community"].held] == lines[::-1]
    for log in (store.feed_log(at - HOUR)["beds"], store.feed_log(at - HOUR, until=at + HOUR)["beds"]):
        assert [(row.row, row.reason, row.place, row.rows) for row in log.held] == [
            ("r.csv", "other", "a2", 1),
            ("r.csv", "half the size", "a1", 50),
            ("r.csv", "half the size", "a1", 600),
        ]
        assert log.today == PollCounts(received=652, held=652)
        assert log.held_now == {"a1": 50, "a2": 1}


def test_rows_held_are_held_no_more_once_an_answer_is_read_without_any(store: Store, at: datetime) -> None:
    tell(store, "beds", at, held=[Held("row 4", "not a count", "a1")], outcome=Outcome.HELD)
    tell(store, "beds", at + MINUTE, sighting("a1", at, beds=1))
    log = store.feed_log(at)["beds"]
    assert log.held_now == {}
    assert [row.row for row in log.held] == ["row 4"]


def test_what_was_held_at_a_moment_is_of_the_last_answer_that_was_read_by_then(store: Store, at: datetime) -> None:
    tell(store, "beds", at, held=[Held("row 4", "not a count", "a1"), Held("row 5", "first"), Held("row 6", "second")])
    tell(store, "beds", at + MINUTE, outcome=Outcome.UNAVAILABLE, message="refused the connection")
    tell(store, "beds", at + 2 * MINUTE, sighting("a1", at, beds=1))
    moments = [at - MINUTE, at, at + MINUTE, at + 2 * MINUTE]
    assert store.held_at(moments) == dict(
        zip(moments, [{}, {"beds": {"a1": 1, None: 2}}, {"beds": {"a1": 1, None: 2}}, {}], strict=True)
    )
    for moment in moments:
        logged = {feed: log.held_now for feed, log in store.feed_log(at, until=moment).items() if log.held_now}
        assert store.held_at([moment]) == {moment: logged}


def test_why_an_answer_was_refused_is_told_until_one_is_believed_whole(store: Store, at: datetime) -> None:
    def doubt() -> str | None:
        poll = store.feed_log(at)["beds"].last_doubt
        assert store.feed_log(at, until=at + HOUR)["beds"].last_doubt == poll
        return None if poll is None else poll.message

    tell(store, "beds", at - MINUTE, outcome=Outcome.REFUSED, refused=3, message="of yesterday")
    assert doubt() is None
    tell(store, "beds", at, outcome=Outcome.REFUSED, refused=3, message="no column 'occupied'")
    tell(store, "beds", at + MINUTE, outcome=Outcome.UNCHANGED)
    tell(store, "beds", at + 2 * MINUTE, outcome=Outcome.UNAVAILABLE, message="refused the connection")
    assert doubt() == "no column 'occupied'"
    tell(store, "beds", at + 3 * MINUTE, sighting("a1", at, beds=1), held=[Held("row 4", "not a count", "a1")])
    assert doubt() == ""
    tell(store, "beds", at + 4 * MINUTE, sighting("a1", at, beds=2))
    assert doubt() is None
    assert store.feed_log(at, until=at + 2 * MINUTE)["beds"].last_doubt is not None


def test_a_list_of_people_moves_the_newest_moment_of_its_feed(store: Store, at: datetime) -> None:
    tell(store, "ed", at, lists=[PeopleList("attendances", "northgate", at, ())])
    assert store.feed_log(at)["ed"].observed_at == at


# --- Looking back -----------------------------------------------------------------------


def test_the_log_of_a_moment_gone_by_says_how_the_feed_stood_then(store: Store, at: datetime) -> None:
    tell(store, "beds", at, sighting("a1", at, beds=1), held=[Held("row 4", "not a count", "a1")])
    tell(store, "beds", at + HOUR, outcome=Outcome.UNAVAILABLE, message="refused the connection")
    tell(store, "beds", at + 2 * HOUR, sighting("a1", at + 2 * HOUR, beds=2))
    store.record_skip("beds", at + 3 * HOUR, missed=2, reason="the machine slept", at=at + 3 * HOUR)
    tell(store, "beds", at + 4 * HOUR, sighting("a1", at + 4 * HOUR, beds=3), held=[Held("row 9", "too late", "b2")])

    then = store.feed_log(at - DAY, until=at + 90 * MINUTE)["beds"]
    assert then.last_poll is not None
    assert then.last_poll.message == "refused the connection"
    assert (then.last_success_at, then.observed_at) == (at, at)
    assert then.today == PollCounts(received=2, accepted=1, held=1)
    assert (then.skipped, then.held_now) == (0, {"a1": 1})
    assert [row.row for row in then.held] == ["row 4"]

    later = store.feed_log(at - DAY, until=at + 3 * HOUR)["beds"]
    assert later.last_poll is not None
    assert later.last_poll.outcome is Outcome.SKIPPED
    assert (later.last_success_at, later.observed_at) == (at + 2 * HOUR, at + 2 * HOUR)
    assert (later.skipped, later.held_now) == (2, {})
    assert store.feed_log(at - DAY, until=at - MINUTE) == {}


def test_looked_back_at_from_now_the_log_is_the_log_of_now(store: Store, at: datetime) -> None:
    tell(store, "beds", at, sighting("a1", at, beds=1), held=[Held("row 4", "not a count", "a1")])
    tell(store, "beds", at + MINUTE, outcome=Outcome.UNCHANGED)
    tell(store, "ed", at, lists=[PeopleList("attendances", "northgate", at, ())])
    tell(store, "ed", at + MINUTE, outcome=Outcome.OVERRAN)
    store.record_skip("ed", at + HOUR, missed=2, reason="the machine slept", at=at + HOUR)
    store.record_skip("unheard", at, missed=1, reason="the machine slept", at=at)
    assert store.feed_log(at, until=at + HOUR) == store.feed_log(at)


# --- One moment for all of it -----------------------------------------------------------


def test_a_snapshot_holds_the_version_what_is_known_and_the_log(store: Store, at: datetime) -> None:
    tell(store, "beds", at, sighting("a1", at, beds=1), held=[Held("row 4", "not a count", "a1")])
    snapshot = store.snapshot(at)
    assert snapshot.version == store.version() == 1
    assert snapshot.known == store.latest()
    assert snapshot.log == store.feed_log(at)


def test_a_snapshot_is_of_one_moment_whatever_is_recorded_while_it_is_read(
    store: Store, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flowcentre.store import known

    tell(store, "beds", at, sighting("a1", at, beds=1))
    read_latest = known.read_latest

    def record_meanwhile(connection: Any) -> Any:
        tell(store, "beds", at + MINUTE, sighting("a1", at + MINUTE, beds=2))
        return read_latest(connection)

    monkeypatch.setattr(known, "read_latest", record_meanwhile)
    snapshot = store.snapshot(at)
    assert (snapshot.version, values(snapshot.known)) == (1, {("a1", "beds"): 1})
    assert snapshot.log["beds"].observed_at == at
    monkeypatch.undo()
    assert store.snapshot(at).version == 2


# --- Kept to a length -------------------------------------------------------------------


def prune(store: Store, before: datetime) -> int:
    """Purge the ledger; how many polls and held rows went."""
    return store.purge({Kept.POLLS: before}, at=before)[0].rows


def test_what_is_old_is_pruned_and_what_is_younger_stays(store: Store, at: datetime) -> None:
    for days in range(10, -1, -1):
        tell(store, "beds", at - days * DAY, sighting("a1", at - days * DAY, beds=days), held=[Held("row 1", "why")])
    log, known = store.feed_log(at - HOUR), store.latest()
    assert prune(store, at - 3 * DAY) == 7 + 7
    assert [poll.finished_at for poll in store.polls("beds")] == [at - days * DAY for days in range(4)]
    assert [row.held_at for row in store.held_rows("beds")] == [at - days * DAY for days in range(4)]
    assert (store.feed_log(at - HOUR), store.latest()) == (log, known)
    assert prune(store, at - 3 * DAY) == 0
    assert len(store.history([("a1", "beds")], at - 20 * DAY, at + DAY)["a1", "beds"]) == 11  # facts stay


def test_of_a_feed_that_fell_silent_what_it_last_said_is_never_pruned(store: Store, at: datetime) -> None:
    tell(store, "beds", at - 9 * DAY, sighting("a1", at - 9 * DAY, beds=1), held=[Held("row 1", "why", "a1")])
    for hour in range(1, 5):
        tell(store, "beds", at - 9 * DAY + hour * HOUR, outcome=Outcome.UNAVAILABLE)
    before = store.feed_log(at - 10 * DAY)["beds"]
    assert prune(store, at) == 3
    after = store.feed_log(at - 10 * DAY)["beds"]
    assert (after.last_poll, after.held_now, after.held) == (before.last_poll, {"a1": 1}, before.held)
    assert (after.last_success_at, after.observed_at) == (before.last_success_at, before.observed_at)


def test_pruning_frees_no_due_time_of_the_newest_and_ends_no_running_poll(store: Store, at: datetime) -> None:
    ahead = at + 30 * DAY  # claimed by a clock that was wrong
    wrong = store.claim_poll("beds", ahead, engine="one", started_at=at - DAY)
    assert wrong is not None
    store.record_poll(wrong, feed="beds", finished_at=at - DAY, outcome=Outcome.OK)
    tell(store, "beds", at)
    running = store.claim_poll("beds", at - HOUR, engine="lost", started_at=at - DAY)
    assert prune(store, at + DAY) == 0
    assert store.last_due("beds") == ahead
    assert [poll.id for poll in store.abandoned_polls(silent_since=at)] == [running]


def test_more_is_pruned_than_one_piece(store: Store, at: datetime) -> None:
    with store.in_bulk():
        for minute in range(450):
            tell(store, "beds", at + minute * MINUTE, held=[Held("row 1", "why"), Held("row 2", "why")])
    assert prune(store, at + DAY) == 449 + 898
    assert len(store.polls("beds")) == 1


# --- A ledger that has grown ------------------------------------------------------------


def grow(store: Store, at: datetime, rows: int) -> None:
    """Give two feeds very many rows that were held long ago; one of them holds a few again."""
    for feed in ("long ago", "lately"):
        poll = tell(store, feed, at - 9 * DAY, held=[Held("row 0", "why")]).version
        numbers = {
            "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows) SELECT i FROM n",
            "postgresql": "SELECT generate_series(1, :rows) AS i",
        }[store.dialect]
        grown = text(
            "INSERT INTO held_row (feed, poll, held_at, row, reason, place) "
            f"SELECT :feed, :poll, :moment, 'row', 'why', 'a1' FROM ({numbers}) AS many"
        )
        moment = int((at - 9 * DAY).timestamp() * 1000)
        engine = create_engine(store.url)
        with engine.begin() as connection:
            connection.execute(grown, {"feed": feed, "poll": poll, "moment": moment, "rows": rows})
        engine.dispose()
    tell(store, "long ago", at - 8 * DAY)
    tell(store, "lately", at, held=[Held(f"row {number}", "why", "a1") for number in range(3_000)])
    engine = create_engine(store.url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if store.dialect == "sqlite" else "VACUUM ANALYZE"))
    engine.dispose()


def steps(store: Store, explained: list[Any]) -> list[str]:
    """The steps of a plan in words: "SCAN held_row" or "Seq Scan held_row"."""
    if store.dialect == "sqlite":
        return [row[-1] for row in explained]
    found, nodes = [], [explained[0][0][0]["Plan"]]
    while nodes:
        node = nodes.pop()
        found.append(f"{node['Node Type']} {node.get('Relation Name', '')}".strip())
        nodes += node.get("Plans", ())
    return found


def plans(store: Store, at: datetime) -> list[list[str]]:
    """How the database goes about each statement that reads held rows for the log and the page of feeds."""
    found: list[list[str]] = []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if "FROM held_row" in statement and not statement.startswith("EXPLAIN"):
            how = "EXPLAIN QUERY PLAN " if store.dialect == "sqlite" else "EXPLAIN (FORMAT JSON) "
            found.append(steps(store, connection.exec_driver_sql(how + statement, parameters).all()))

    event.listen(store._engine, "before_cursor_execute", explain)
    try:
        store.feed_log(at - HOUR)
        store.feed_log(at - HOUR, until=at + HOUR)
        store.held_rows("lately", limit=20)
        store.held_rows(limit=20)
    finally:
        event.remove(store._engine, "before_cursor_execute", explain)
    return found


def test_with_very_many_held_rows_the_log_reads_an_index_and_never_the_table(store: Store, at: datetime) -> None:
    grow(store, at, rows=20_000)
    found = plans(store, at)
    assert len(found) == 8
    if store.dialect == "sqlite":
        assert found.pop() == ["SCAN held_row"]  # in the order of its own key, until the limit
    for plan in found:
        assert not {"SCAN held_row", "Seq Scan held_row", "Sort", "USE TEMP B-TREE FOR ORDER BY"} & set(plan), plan
        assert any("held_row" in step for step in plan)
    log = store.feed_log(at - HOUR)
    assert len(log["lately"].held) == 20
    assert log["long ago"].held == ()
    assert log["lately"].held_now == {"a1": 3_000}


# --- Totals are no feed -----------------------------------------------------------------


def test_totals_are_not_in_the_log(store: Store, at: datetime) -> None:
    tell(store, "beds", at)
    store.record_derived([Reading("beds", "westshire", 7, at)], received_at=at)
    assert set(store.feed_log(at)) == set(store.feed_log(at, until=at)) == {"beds"}
