"""Local accounts: nobody learns which there are, nobody tries for long, and a code is good once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from flowcentre.access import accounts
from flowcentre.access.accounts import (
    LOCKED_FOR,
    MOST_FAILURES,
    MOST_ON_ONE_WAY,
    WORDS,
    Refused,
    code_step,
    sign_in,
    ways_to_try,
)
from flowcentre.access.devices import MOST_ACCOUNTS, device_cookie, known_device
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


@pytest.fixture
def tries():
    return ways_to_try()


def code_of(account: Account, at) -> str:
    assert account.totp is not None
    return pyotp.TOTP(account.totp).at(at)


def test_name_password_and_code_let_somebody_in_and_failures_are_forgotten(store, tries, at):
    account = make_account(store, NAME, "Ward lead", PASSWORD, at, by=BY)
    for _ in range(MOST_ON_ONE_WAY - 1):
        assert sign_in(store, tries, NAME, "another password", code_of(account, at), at) == Refused(
            WORDS, "wrong password"
        )
    found = sign_in(store, tries, NAME, PASSWORD, code_of(account, at), at)
    assert isinstance(found, Account)
    assert (found.name, found.title, found.failures, found.locked_until) == (NAME, "Ward lead", 0, None)
    assert PASSWORD not in repr(store.account(NAME))


def test_a_code_is_good_once_and_a_step_to_either_side_and_never_an_older_one_after_it(store, tries, at):
    account = make_account(store, NAME, "", PASSWORD, at, by=BY)
    for seconds, taken in ((-30, True), (-30, False), (30, True), (0, False), (60, False), (-60, False)):
        code = code_of(account, at + timedelta(seconds=seconds))
        assert isinstance(sign_in(store, tries, NAME, PASSWORD, code, at), Account) is taken, seconds
    assert isinstance(sign_in(store, tries, NAME, PASSWORD, "", at), Refused)


def test_a_code_with_a_blank_in_it_is_one_and_what_is_no_digit_is_none(at):
    key = pyotp.random_base32()
    code = pyotp.TOTP(key).at(at)
    assert code_step(key, f"{code[:3]} {code[3:]}", at) == int(at.timestamp()) // 30
    arabic = code.translate({ord("0") + digit: 0x0660 + digit for digit in range(10)})
    assert [code_step(key, each, at) for each in ("", arabic, code + "0", "-" + code)] == [None] * 4


@pytest.mark.parametrize("tried", ["nobody", "Ward.Lead", "", "x" * 5000, "closed", "locked"])
def test_whatever_is_wrong_is_said_in_the_same_words_and_costs_one_hash(store, tries, at, monkeypatch, tried):
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
    refused = sign_in(store, tries, name, PASSWORD, code_of(account, at), at)
    assert isinstance(refused, Refused)
    assert refused.words == WORDS
    assert len(hashes) == 1


@pytest.mark.parametrize("name", [NAME, "nobody"])
def test_a_password_longer_than_any_costs_one_hash_too(store, tries, at, monkeypatch, name):
    make_account(store, NAME, "", PASSWORD, at, by=BY)
    hashes = []

    class Counting(accounts.PasswordHasher):
        def hash(self, password, *, salt=None):
            hashes.append(len(password))
            return super().hash(password, salt=salt)

    monkeypatch.setattr(accounts, "_HASHER", Counting(time_cost=1, memory_cost=64, parallelism=1))
    assert isinstance(sign_in(store, tries, name, "x" * 7000, "", at), Refused)
    assert hashes == [accounts.LONGEST_PASSWORD]


@pytest.mark.parametrize("changed", ["password", "code", "closed"])
def test_what_is_changed_while_somebody_signs_in_is_not_what_lets_them_in(store, tries, at, monkeypatch, changed):
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
    refused = sign_in(store, tries, NAME, PASSWORD, code_of(account, at), at)
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


def addresses():
    """An address of its own for each try: whoever guesses has many."""
    return (f"192.0.2.{number}" for number in range(1, 255))


def guess(store, tries, moment, address, device=""):
    return sign_in(store, tries, NAME, "another password", "", moment, address=address, device=device)


def lock(store, tries, at):
    """Have a stranger lock the account for every browser that is new to it."""
    for address in list(addresses())[:MOST_FAILURES]:
        assert isinstance(guess(store, tries, at, address), Refused)
    assert store.account(NAME).locked_until == at + LOCKED_FOR


def test_from_one_address_the_fifth_failure_shuts_that_address_out_and_no_other(store, tries, at):
    account = make_account(store, NAME, "", PASSWORD, at, by=BY)
    for _ in range(MOST_ON_ONE_WAY):
        assert guess(store, tries, at, "192.0.2.1").reason == "wrong password"
    again = sign_in(store, tries, NAME, PASSWORD, code_of(account, at), at, address="192.0.2.1")
    assert again == Refused(WORDS, "too many tries from one address")
    assert store.account(NAME).failures == MOST_ON_ONE_WAY
    later = at + LOCKED_FOR  # then one try, and another quarter of an hour
    assert guess(store, tries, later, "192.0.2.1").reason == "wrong password"
    assert guess(store, tries, later, "192.0.2.1").reason == "too many tries from one address"
    found = sign_in(store, tries, NAME, PASSWORD, code_of(account, later), later, address="192.0.2.2")
    assert isinstance(found, Account)


def test_a_lock_is_a_quarter_of_an_hour_however_many_fail_and_nobody_lengthens_it(store, tries, at):
    account, moment = make_account(store, NAME, "", PASSWORD, at, by=BY), at
    lock(store, tries, at)
    for address in list(addresses())[MOST_FAILURES : MOST_FAILURES + 9]:
        before, moment = moment + LOCKED_FOR - timedelta(seconds=1), moment + LOCKED_FOR
        refused = sign_in(store, tries, NAME, PASSWORD, code_of(account, before), before, address="198.51.100.1")
        assert refused.reason.startswith("the account is locked until")
        assert store.account(NAME).locked_until == moment
        assert guess(store, tries, moment, address).reason == "wrong password"
        assert store.account(NAME).locked_until == moment + LOCKED_FOR
    unlock(store, NAME, moment, by=BY)
    found = sign_in(store, tries, NAME, PASSWORD, code_of(account, moment), moment, address="198.51.100.1")
    assert isinstance(found, Account)


def test_no_stranger_keeps_out_a_browser_in_which_somebody_has_signed_in_before(store, tries, at):
    account = make_account(store, NAME, "", PASSWORD, at, by=BY)
    device, moment = device_cookie("", account), at
    for _ in range(3):
        lock(store, tries, moment)
        code = code_of(account, moment)
        # From the very address of whoever guesses, too: a hospital has one.
        assert isinstance(
            sign_in(store, tries, NAME, PASSWORD, code, moment, device=device, address="192.0.2.1"), Account
        )
        tries.forget(NAME)
        moment += timedelta(days=1)


def test_a_known_browser_has_few_tries_as_well_and_is_then_one_like_any_other(store, tries, at):
    account = make_account(store, NAME, "", PASSWORD, at, by=BY)
    device = device_cookie("", account)
    for _ in range(MOST_ON_ONE_WAY):
        assert guess(store, tries, at, "192.0.2.1", device).reason == "wrong password"
    assert store.account(NAME).failures == 0
    for _ in range(MOST_ON_ONE_WAY):
        guess(store, tries, at, "192.0.2.1", device)
    assert store.account(NAME).failures == MOST_ON_ONE_WAY
    assert guess(store, tries, at, "192.0.2.1", device).reason == "too many tries from one address"
    assert guess(store, tries, at + LOCKED_FOR, "192.0.2.1", device).reason == "wrong password"
    assert store.account(NAME).failures == MOST_ON_ONE_WAY


def test_a_browser_is_known_to_those_who_signed_in_there_until_their_password_is_another(store, at):
    accounts_ = [make_account(store, f"nurse-{number}", "", PASSWORD, at, by=BY) for number in range(MOST_ACCOUNTS + 1)]
    device = device_cookie("", accounts_[0])
    for account in accounts_[1:]:
        device = device_cookie(device, account)
    assert device == device_cookie(device, accounts_[-1])
    assert len({known_device(device, account) for account in accounts_[1:]}) == 1
    assert known_device(device, accounts_[0]) == ""  # so many signed in there since
    for forged in ("", device[:-1], device + ".", device.replace(".", "~"), "x" * 22 + device[22:], device * 2):
        assert known_device(forged, accounts_[-1]) == ""
    change_password(store, "nurse-3", "quite another password", at, by=BY)
    assert known_device(device, store.account("nurse-3")) == ""


def test_many_tries_at_once_are_no_more_than_one_after_another(store, tries, at, monkeypatch):
    make_account(store, NAME, "", PASSWORD, at, by=BY, with_code=False)
    judged = []
    monkeypatch.setattr(accounts, "is_password", lambda kept, password: bool(judged.append(password)))
    looked = store.account
    # All of them have read the account before any is counted: the worst that can be.
    kept = looked(NAME)
    monkeypatch.setattr(store, "account", lambda name: kept)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda from_: guess(store, tries, at, from_), list(addresses())[:60]))
        assert {
            each.reason for each in threads.map(lambda _: guess(store, ways_to_try(), at, "192.0.2.9"), range(9))
        } == {"locked by a try at the same moment"}
        of_one = list(threads.map(lambda _: tries.take("another", "address 192.0.2.9", at), range(40)))
    assert sum(of_one) == MOST_ON_ONE_WAY
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


def test_a_lost_telephone_makes_no_codes_any_more_and_the_link_for_the_next_says_whose_it_is(store, tries, at):
    old = make_account(store, NAME, "", PASSWORD, at, by=BY)
    fresh = change_code_key(store, NAME, at, by=BY)
    assert isinstance(sign_in(store, tries, NAME, PASSWORD, code_of(old, at), at), Refused)
    assert isinstance(sign_in(store, tries, NAME, PASSWORD, code_of(fresh, at), at), Account)
    link = urlsplit(code_uri(fresh, "Westshire"))
    assert (link.scheme, link.netloc, link.path) == ("otpauth", "totp", "/Flow%20Centre%20Westshire:ward.lead")
    assert parse_qs(link.query)["secret"] == [fresh.totp]


def test_a_password_is_the_same_however_a_keyboard_writes_it(store, tries, at):
    make_account(store, NAME, "", "caf\u00e9 harbour gravel", at, by=BY, with_code=False)
    assert isinstance(sign_in(store, tries, NAME, "cafe\u0301 harbour gravel", "", at), Account)
