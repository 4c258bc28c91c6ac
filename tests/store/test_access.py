"""Accounts, sessions and displays: what is counted once is counted once, and what has ended stays ended."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from flowcentre.model import Account, Identity, Kept, Permission, Scope, Session
from flowcentre.store import Store, open_store
from flowcentre.store.sessions import MOST_OPEN

MINUTE, QUARTER = timedelta(minutes=1), timedelta(minutes=15)


def session(token: str, at: datetime, subject: str = "ward.lead", provider_session: str = "") -> Session:
    scopes = {
        Permission.PEOPLE: Scope(frozenset({"northgate"})),
        Permission.AGGREGATES: Scope(everywhere=True),
    }
    who = Identity("local", subject, "Ward lead", scopes, groups=frozenset({"leads"}))
    return Session(token, who, "key", at, at, provider_session=provider_session, id_token="eyJ")


def test_an_account_is_kept_whole_and_its_name_is_not_given_twice(store: Store, at: datetime) -> None:
    made = Account("ward.lead", "Ward lead", "$argon2id$hash", None, at)
    store.add_account(made)
    assert (store.account("ward.lead"), store.account("nobody")) == (made, None)
    closed = store.set_account("ward.lead", closed_at=at + MINUTE, totp="BASE32")
    assert closed == replace(made, closed_at=at + MINUTE, totp="BASE32") == store.accounts()[0]
    with pytest.raises(ValueError, match="already"):
        store.add_account(made)
    with pytest.raises(ValueError, match="nobody changes made_at"):
        store.set_account("ward.lead", made_at=at)
    with pytest.raises(LookupError):
        store.set_account("nobody", title="Somebody")


def test_failures_lock_an_account_and_nobody_lengthens_a_lock(store: Store, at: datetime) -> None:
    def standing() -> tuple[int, datetime | None]:
        account = store.account("ward.lead")
        assert account is not None
        return account.failures, account.locked_until

    store.add_account(Account("ward.lead", "Ward lead", "hash", None, at))
    for count in range(1, 5):
        assert store.note_failure("ward.lead", at, 5, QUARTER)
        assert standing() == (count, None)
    assert store.note_failure("ward.lead", at, 5, QUARTER)
    assert standing() == (5, at + QUARTER)
    assert not store.note_failure("ward.lead", at + QUARTER - MINUTE, 5, QUARTER)
    assert standing() == (5, at + QUARTER)
    for again in range(1, 60):
        assert store.note_failure("ward.lead", at + again * QUARTER, 5, QUARTER)
        assert standing() == (5 + again, at + (again + 1) * QUARTER)
    assert store.note_success("ward.lead", None)
    assert standing() == (0, None)
    assert not store.note_failure("nobody", at, 5, QUARTER)


def test_of_many_sign_ins_at_once_with_one_code_one_succeeds_and_every_failure_counts(
    store: Store, at: datetime
) -> None:
    """Each on a connection of its own; on PostgreSQL by two stores, as two web servers would."""
    store.add_account(Account("ward.lead", "Ward lead", "hash", "BASE32", at))
    other = open_store(store.url) if store.dialect == "postgresql" else store
    try:
        with ThreadPoolExecutor(8) as several:
            taken = list(several.map(lambda n: (store, other)[n % 2].note_success("ward.lead", 1000), range(8)))
            assert sorted(taken) == [False] * 7 + [True]
            list(several.map(lambda n: (store, other)[n % 2].note_failure("ward.lead", at, 99, MINUTE), range(20)))
    finally:
        if other is not store:
            other.close()
    now = store.account("ward.lead")
    assert now is not None
    assert (now.failures, now.totp_used) == (20, 1000)
    assert not store.note_success("ward.lead", 999)
    store.set_account("ward.lead", closed_at=at)
    assert not store.note_success("ward.lead", 1001)


def test_a_session_comes_back_with_all_that_its_holder_may_and_ends_once(store: Store, at: datetime) -> None:
    begun = session("a" * 64, at)
    store.begin_session(begun)
    assert store.session("a" * 64) == begun
    store.session_active("a" * 64, at + MINUTE)
    store.session_active("a" * 64, at)  # told late by another thread
    assert store.sessions() == [replace(begun, active_at=at + MINUTE)]
    assert store.end_session("a" * 64, at + 2 * MINUTE, "signed out")
    assert not store.end_session("a" * 64, at + 3 * MINUTE, "idle")
    store.session_active("a" * 64, at + 4 * MINUTE)
    ended = replace(begun, active_at=at + MINUTE, ended_at=at + 2 * MINUTE, ended_by="signed out", id_token="")
    assert (store.sessions(), store.sessions(open_only=False)) == ([], [ended])


def test_whoever_has_a_great_many_sessions_loses_those_that_were_idle_for_longest(store: Store, at: datetime) -> None:
    store.begin_session(session("of another", at, "other"))
    tokens = [f"{number:02}" for number in range(MOST_OPEN)]
    for number, token in enumerate(tokens):
        store.begin_session(session(token, at + number * MINUTE))
    store.session_active("00", at + QUARTER * 4)
    store.begin_session(session("one more", at + QUARTER * 5))
    assert {each.token_hash for each in store.sessions()} == {"of another", "one more", *tokens} - {"01"}
    ended = store.session("01")
    assert ended is not None
    assert (ended.ended_at, ended.ended_by) == (at + QUARTER * 5, "too many")


def test_all_of_one_persons_sessions_end_at_once_and_nobody_elses(store: Store, at: datetime) -> None:
    for token in "ab":
        store.begin_session(session(token, at))
    store.begin_session(session("c", at, "other"))
    store.begin_session(session("d", at, "other", provider_session="sid-1"))
    with pytest.raises(ValueError, match="whose"):  # most sessions are of no provider
        store.end_sessions("", at, "administrator")
    assert store.end_sessions("local|ward.lead", at, "administrator") == 2
    assert store.end_sessions("sid-1", at, "provider") == 1
    assert [each.token_hash for each in store.sessions()] == ["c"]
    assert [store.purge({Kept.SESSIONS: at + after}, at=at)[0].rows for after in (0 * MINUTE, MINUTE)] == [0, 4]


def test_a_display_is_found_by_its_token_seen_and_revoked_once(store: Store, at: datetime) -> None:
    hall = store.add_display("f" * 64, "wall", "Control room", "local|admin", at)
    ward = store.add_display("e" * 64, "beds", "Ward 4", "local|admin", at)
    store.display_seen(hall.id, at + 2 * MINUTE)
    store.display_seen(hall.id, at + MINUTE)
    assert store.revoke_display(ward.id, at + MINUTE)
    assert not store.revoke_display(ward.id, at + 2 * MINUTE)
    seen, revoked = replace(hall, seen_at=at + 2 * MINUTE), replace(ward, revoked_at=at + MINUTE)
    assert store.displays() == [seen, revoked]
    assert (store.display("f" * 64), store.display("e" * 64), store.display("d" * 64)) == (seen, revoked, None)
