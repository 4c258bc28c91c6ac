"""Local accounts: nobody learns which there are, nobody tries for long, and a code is good once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from flowcentre.access import accounts
from flowcentre.access.accounts import LOCKED_FOR, MOST_FAILURES, WORDS, Refused, code_step, sign_in
from flowcentre.access.enrolment import (
    CannotEnrol,
    change_code_key,
    change_password,
    close,
    code_uri,
    make_account,
    unlock,
)
from flowcentre.access.sessions import begin
from flowcentre.model import Account, Audited, Identity

PASSWORD = "harbour lantern gravel"
NAME, BY = "ward.lead", "terminal|anna"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Hash with little memory: what is tested is what is done with hashes. One test has the real ones."""
    real = accounts._HASHER
    monkeypatch.setattr(accounts, "_HASHER", accounts.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    return real


def code_of(account: Account, at) -> str:
    assert account.totp is not None
    return pyotp.TOTP(account.totp).at(at)


def test_name_password_and_code_let_somebody_in_and_failures_are_forgotten(store, at):
    account = make_account(store, NAME, "Ward lead", PASSWORD, at, by=BY)
    for _ in range(MOST_FAILURES - 1):
        assert sign_in(store, NAME, "another password", code_of(account, at), at) == Refused(WORDS, "wrong password")
    found = sign_in(store, NAME, PASSWORD, code_of(account, at), at)
    assert isinstance(found, Account)
    assert (found.name, found.title, found.failures, found.locked_until) == (NAME, "Ward lead", 0, None)
    assert PASSWORD not in repr(store.account(NAME))


def test_a_code_is_good_once_and_a_step_to_either_side_and_never_an_older_one_after_it(store, at):
    account = make_account(store, NAME, "", PASSWORD, at, by=BY)
    for seconds, taken in ((-30, True), (-30, False), (30, True), (0, False), (60, False), (-60, False)):
        code = code_of(account, at + timedelta(seconds=seconds))
        assert isinstance(sign_in(store, NAME, PASSWORD, code, at), Account) is taken, seconds
    assert isinstance(sign_in(store, NAME, PASSWORD, "", at), Refused)


def test_a_code_with_a_blank_in_it_is_one_and_what_is_no_digit_is_none(at):
    key = pyotp.random_base32()
    code = pyotp.TOTP(key).at(at)
    assert code_step(key, f"{code[:3]} {code[3:]}", at) == int(at.timestamp()) // 30
    arabic = code.translate({ord("0") + digit: 0x0660 + digit for digit in range(10)})
    assert [code_step(key, each, at) for each in ("", arabic, code + "0", "-" + code)] == [None] * 4


@pytest.mark.parametrize("tried", ["nobody", "Ward.Lead", "", "x" * 5000, "closed", "locked"])
def test_whatever_is_wrong_is_said_in_the_same_words_and_costs_one_hash(store, at, monkeypatch, tried):
    account = make_account(store, NAME, "", PASSWORD, at, by=BY)
    if tried == "closed":
        close(store, NAME, at, by=BY)
    if tried == "locked":
        store.set_account(NAME, locked_until=at + timedelta(minutes=1))
    hashes = []

    class Counting(accounts.PasswordHasher):
        def hash(self, password, *, salt=None):
            hashes.append("hash")
            return super().hash(password, salt=salt)

        def verify(self, hash, password):
            hashes.append("verify")
            return super().verify(hash, password)

    monkeypatch.setattr(accounts, "_HASHER", Counting(time_cost=1, memory_cost=64, parallelism=1))
    name = NAME if tried in ("closed", "locked") else tried
    refused = sign_in(store, name, PASSWORD, code_of(account, at), at)
    assert isinstance(refused, Refused)
    assert refused.words == WORDS
    assert len(hashes) == 1


@pytest.mark.parametrize("name", [NAME, "nobody"])
def test_a_password_longer_than_any_costs_one_hash_too(store, at, monkeypatch, name):
    make_account(store, NAME, "", PASSWORD, at, by=BY)
    hashes = []

    class Counting(accounts.PasswordHasher):
        def hash(self, password, *, salt=None):
            hashes.append(len(password))
            return super().hash(password, salt=salt)

    monkeypatch.setattr(accounts, "_HASHER", Counting(time_cost=1, memory_cost=64, parallelism=1))
    assert isinstance(sign_in(store, name, "x" * 7000, "", at), Refused)
    assert hashes == [accounts.LONGEST_PASSWORD]


@pytest.mark.parametrize("changed", ["password", "code", "closed"])
def test_what_is_changed_while_somebody_signs_in_is_not_what_lets_them_in(store, at, monkeypatch, changed):
    account = make_account(store, NAME, "", PASSWORD, at, by=BY)
    right = accounts.is_password
    change = {
        "password": lambda: change_password(store, NAME, "quite another password", at, by=BY),
        "code": lambda: change_code_key(store, NAME, at, by=BY),
        "closed": lambda: close(store, NAME, at, by=BY),
    }

    def judged_late(kept, password):  # an administrator is at work while it is hashed
        change[changed]()
        return right(kept, password)

    monkeypatch.setattr(accounts, "is_password", judged_late)
    # What it was hashed with is out of date, too: the new password must not be overwritten by the old one's new hash.
    monkeypatch.setattr(accounts, "_HASHER", accounts.PasswordHasher(time_cost=2, memory_cost=64, parallelism=1))
    refused = sign_in(store, NAME, PASSWORD, code_of(account, at), at)
    assert isinstance(refused, Refused)
    assert (refused.words, right(store.account(NAME).password, PASSWORD)) == (WORDS, changed != "password")


def test_who_is_not_there_takes_as_long_to_refuse_as_who_is(quick, monkeypatch):
    monkeypatch.setattr(accounts, "_HASHER", quick)  # what runs in earnest
    kept = accounts.hashed(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")

    def took(known: str | None) -> float:
        began = time.process_time()  # of our own work: the machine's other work is no difference
        assert not accounts.is_password(known, "another password")
        return time.process_time() - began

    assert 0.4 < took(kept) / took(None) < 2.5


def test_the_fifth_failure_locks_and_each_after_it_for_twice_as_long_until_a_day(store, at):
    account = make_account(store, NAME, "", PASSWORD, at, by=BY)
    for _ in range(MOST_FAILURES):
        assert isinstance(sign_in(store, NAME, "another password", "", at), Refused)
    lock, moment = LOCKED_FOR, at
    for _ in range(9):
        until = store.account(NAME).locked_until
        assert until - moment == min(lock, timedelta(hours=24))
        before = until - timedelta(seconds=1)
        refused = sign_in(store, NAME, PASSWORD, code_of(account, before), before)
        assert isinstance(refused, Refused)
        assert refused.reason.startswith("the account is locked until")
        assert store.account(NAME).locked_until == until  # to try while it is locked makes it no longer
        moment, lock = until, lock * 2
        assert isinstance(sign_in(store, NAME, "another password", "", moment), Refused)
    unlock(store, NAME, moment, by=BY)
    assert isinstance(sign_in(store, NAME, PASSWORD, code_of(account, moment), moment), Account)


def test_many_tries_at_once_are_no_more_than_one_after_another(store, at, monkeypatch):
    make_account(store, NAME, "", PASSWORD, at, by=BY, with_code=False)
    judged = []
    monkeypatch.setattr(accounts, "is_password", lambda kept, password: bool(judged.append(password)))
    looked = store.account
    # All of them have read the account before any is counted: the worst that can be.
    kept = looked(NAME)
    monkeypatch.setattr(store, "account", lambda name: kept)
    moments = [at + timedelta(milliseconds=number) for number in range(40)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda moment: sign_in(store, NAME, "guess", "", moment), moments))
    assert len([each for each in answers if each.reason == "wrong password"]) == MOST_FAILURES
    assert {each.reason for each in answers} == {"wrong password", "locked by a try at the same moment"}
    assert looked(NAME).failures == MOST_FAILURES


@pytest.mark.parametrize(
    ("name", "password", "why"),
    [
        ("Ward Lead", PASSWORD, "can be no account's name"),
        ("a|b", PASSWORD, "can be no account's name"),
        (NAME, "elevensigns", "shorter than 12"),
        (NAME, "Ward.Lead-2026!", "without the account's name"),
        (NAME, "ababababababab", "fewer than 5 different"),
        (NAME, "long " * 300, "longer than 1024"),
    ],
)
def test_an_account_that_would_be_easy_to_guess_is_not_made(store, at, name, password, why):
    with pytest.raises(CannotEnrol, match=why):
        make_account(store, name, "", password, at, by=BY)
    assert store.accounts() == []
    assert store.audit_entries() == []


def test_a_name_is_one_persons_for_ever(store, at):
    make_account(store, NAME, "", PASSWORD, at, by=BY)
    close(store, NAME, at, by=BY)
    with pytest.raises(CannotEnrol, match="there is an account"):
        make_account(store, NAME, "", PASSWORD, at, by=BY)
    with pytest.raises(CannotEnrol, match="was closed on 2026-11-22"):
        change_password(store, NAME, PASSWORD, at, by=BY)


@pytest.mark.parametrize(
    "done", [close, change_code_key, lambda *a, by: change_password(a[0], a[1], "quite another one", a[2], by=by)]
)
def test_what_is_taken_from_an_account_is_taken_from_those_who_are_signed_in_and_kept_in_the_audit(store, at, done):
    make_account(store, NAME, "", PASSWORD, at, by=BY)
    begin(store, Identity("local", NAME, ""), at)
    begin(store, Identity("local", "another", ""), at)
    done(store, NAME, at + timedelta(minutes=1), by=BY)
    assert [session.identity.subject for session in store.sessions()] == ["another"]
    newest = store.audit_entries()[0]
    assert (newest.who, newest.act) == (BY, Audited.ADMINISTERED)
    assert newest.what.startswith(f"account {NAME}: ")


def test_a_lost_telephone_makes_no_codes_any_more_and_the_link_for_the_next_says_whose_it_is(store, at):
    old = make_account(store, NAME, "", PASSWORD, at, by=BY)
    fresh = change_code_key(store, NAME, at, by=BY)
    assert isinstance(sign_in(store, NAME, PASSWORD, code_of(old, at), at), Refused)
    assert isinstance(sign_in(store, NAME, PASSWORD, code_of(fresh, at), at), Account)
    link = urlsplit(code_uri(fresh, "Westshire"))
    assert (link.scheme, link.netloc, link.path) == ("otpauth", "totp", "/Flow%20Centre%20Westshire:ward.lead")
    assert parse_qs(link.query)["secret"] == [fresh.totp]


def test_a_password_is_the_same_however_a_keyboard_writes_it(store, at):
    make_account(store, NAME, "", "caf\u00e9 harbour gravel", at, by=BY, with_code=False)
    assert isinstance(sign_in(store, NAME, "cafe\u0301 harbour gravel", "", at), Account)
