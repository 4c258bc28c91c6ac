"""The audit: kept before anything leaves, in one chain, and what was done to it is found out."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import create_engine, text

from flowcentre.model import Audited
from flowcentre.store import NotAudited, Store, open_store

MINUTE = timedelta(minutes=1)
ANN, BEN = "local|ann", "local|ben"


def fill(store: Store, at: datetime, entries: int = 6) -> None:
    for count in range(entries):
        store.audit(ANN, "Ann", Audited.SAW, f"delays?at={count}", [f"p{count}", "p-all"], at=at + count * MINUTE)


def test_the_chain_is_what_its_documentation_says(store: Store, at: datetime) -> None:
    assert store.audit_head() == (0, "")
    first = store.audit(ANN, "Ann", Audited.EXPORTED, "delays?hospital=northgate", ["p2", "p1", "p2"], at=at)
    second = store.audit(BEN, "", Audited.SIGNED_IN, "", at=at + MINUTE)
    told = {
        "number": 1,
        "at": int(at.timestamp() * 1000),
        "who": ANN,
        "title": "Ann",
        "act": "exported rows",
        "what": "delays?hospital=northgate",
        "before": "",
        "refs": ["p1", "p2"],
    }
    canonical = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert first.hash == hashlib.sha256(canonical.encode()).hexdigest()
    assert (second.number, second.before) == (2, first.hash)
    assert store.audit_head() == (2, second.hash)
    assert store.audit_entries() == [second, first]
    assert store.verify_audit() is None


def do_behind(store: Store, *statements: str) -> None:
    """Do something behind the store's back, as whoever owns the database can."""
    engine = create_engine(store.url)
    with engine.begin() as connection:
        if store.dialect == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))  # no foreign key minds
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.mark.parametrize(
    ("done", "found"),
    [
        ("UPDATE audit SET what = 'delays' WHERE number = 3", 3),
        ("UPDATE audit SET at = at + 1 WHERE number = 1", 1),
        ("UPDATE audit_ref SET ref = 'p9' WHERE number = 4 AND ref = 'p3'", 4),
        ("DELETE FROM audit_ref WHERE number = 4", 4),
        ("INSERT INTO audit_ref (ref, number) VALUES ('p9', 2)", 2),
        ("DELETE FROM audit_ref WHERE number = 3; DELETE FROM audit WHERE number = 3", 4),
        ("DELETE FROM audit_ref WHERE number = 1; DELETE FROM audit WHERE number = 1", 2),
        # Two change places, with all that they say of the entries before them.
        (
            "UPDATE audit SET number = 90 WHERE number = 2; UPDATE audit SET number = 2 WHERE number = 3;"
            "UPDATE audit SET number = 3 WHERE number = 90",
            2,
        ),
        # Taken out, and those after it numbered anew.
        (
            "DELETE FROM audit WHERE number = 3; UPDATE audit SET number = 3 WHERE number = 4;"
            "UPDATE audit SET number = 4 WHERE number = 5; UPDATE audit SET number = 5 WHERE number = 6",
            3,
        ),
        ("INSERT INTO audit SELECT 7, at, who, title, act, what, before, hash FROM audit WHERE number = 6", 7),
    ],
)
def test_what_is_changed_removed_reordered_or_put_in_is_found_and_where(
    store: Store, at: datetime, done: str, found: int
) -> None:
    fill(store, at)
    do_behind(store, *done.split(";"))
    assert store.verify_audit() == found


def test_entries_cut_off_at_the_end_show_in_the_head_alone(store: Store, at: datetime) -> None:
    fill(store, at)
    head = store.audit_head()
    do_behind(store, "DELETE FROM audit_ref WHERE number = 6", "DELETE FROM audit WHERE number = 6")
    assert store.verify_audit() is None
    assert store.audit_head() != head


def test_all_who_write_at_once_make_one_chain(store: Store, at: datetime) -> None:
    """On PostgreSQL by two stores, as two web servers would."""
    other = open_store(store.url) if store.dialect == "postgresql" else store
    try:
        with ThreadPoolExecutor(8) as several:

            def write(count: int) -> int:
                return (store, other)[count % 2].audit(ANN, "", Audited.SAW, str(count), ["p1"], at=at).number

            assert sorted(several.map(write, range(60))) == list(range(1, 61))
    finally:
        if other is not store:
            other.close()
    assert store.verify_audit() is None
    assert len(store.audit_of("p1")) == 60


def test_who_saw_a_person_and_what_somebody_saw(store: Store, at: datetime) -> None:
    fill(store, at)
    did = store.audit(BEN, "Ben", Audited.DID, "/alerts/7", at=at + 9 * MINUTE)
    (one,) = store.audit_of("p3")
    assert (one.number, one.who, one.refs) == (4, ANN, frozenset({"p3"}))
    assert [each.number for each in store.audit_of("p-all", limit=2)] == [6, 5]
    assert [each.number for each in store.audit_of("p-all", before=5)] == [4, 3, 2, 1]
    assert store.audit_by(BEN) == [did]
    assert [(each.number, each.refs) for each in store.audit_by(ANN, limit=1)] == [(6, frozenset({"p5", "p-all"}))]
    among = store.audit_entries(at + MINUTE, at + 4 * MINUTE, who=ANN, act=Audited.SAW)
    assert [each.number for each in among] == [4, 3, 2]
    assert [each.number for each in store.audit_entries(before=3, limit=1)] == [2]


def test_what_cannot_be_kept_is_refused_and_says_nothing_of_what_it_was_to_keep(store: Store, at: datetime) -> None:
    reader = open_store(store.url, writer=False)
    try:
        with pytest.raises(NotAudited):
            reader.audit(ANN, "", Audited.SAW, "delays", ["p1"], at=at)
    finally:
        reader.close()
    with store.in_bulk(), pytest.raises(NotAudited, match="before a bulk"):
        store.audit(ANN, "", Audited.SAW, "delays", ["p1"], at=at)
    do_behind(store, "INSERT INTO audit_ref (ref, number) VALUES ('p1-canary', 1)")
    with pytest.raises(NotAudited) as refused:
        store.audit(ANN, "", Audited.SAW, "delays", ["p1-canary"], at=at)
    assert "canary" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert store.audit_entries() == []
