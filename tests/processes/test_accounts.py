"""Accounts and the audit at a terminal, and a real county that does not start before it says who may see it."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from typer.testing import CliRunner, Result

from app import command_line
from flowcentre.access import accounts
from flowcentre.access.accounts import sign_in, ways_to_try
from flowcentre.model import Account
from flowcentre.model.access import ACCOUNT_NAME
from flowcentre.store import open_store
from running.start import CannotStart
from tests.config.test_access import ACCESS, OIDC
from tests.processes.test_commands import WESTSHIRE, changed_westshire

PASSWORD = "harbour lantern gravel"
LOCAL = ACCESS.replace(OIDC, "").replace('"group:site-managers"', '"account:site.manager"')


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with little memory: tests/access has the hashes that run in earnest."""
    monkeypatch.setattr(accounts, "_HASHER", accounts.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """Westshire with local accounts."""
    folder = changed_westshire(tmp_path, "county.toml", "Westshire", "Westshire")
    (folder / "access.toml").write_text(LOCAL)
    return folder


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(command_line(), [*arguments], input=typed)


def done(*arguments: str, typed: str = "") -> str:
    result = run(*arguments, typed=typed)
    assert result.exception is None, result.exception
    return result.output


def test_an_account_is_made_used_given_another_key_and_closed_and_all_of_it_is_in_the_audit(county, sqlite_url):
    where = ("--config", str(county), "--store", sqlite_url)
    told = done("account", "add", "site.manager", *where, "--title", "Site manager", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert PASSWORD not in told
    assert "Nothing is granted" not in told
    key = re.search(r"otpauth://totp/\S*secret=(\w+)", told)
    assert key is not None
    at = datetime.now(UTC)
    with closing(open_store(sqlite_url)) as store:
        found = sign_in(store, ways_to_try(), "site.manager", PASSWORD, pyotp.TOTP(key[1]).at(at), at)
        assert isinstance(found, Account)
        assert found.title == "Site manager"
    again = done("account", "totp", "site.manager", *where)
    assert "otpauth://" in again
    assert key[1] not in again
    done("account", "password", "site.manager", *where, typed="quite another one\nquite another one\n")
    assert "site.manager" in done("account", "list", *where)
    done("account", "close", "site.manager", *where)
    listed = done("account", "list", *where)
    assert "closed on" in listed
    assert listed.endswith("1 account.\n")
    assert "The audit is whole: 4 entries" in done("audit", "verify", *where)
    with closing(open_store(sqlite_url, writer=False)) as store:
        said = [entry.what for entry in store.audit_entries()]
        assert said == [
            f"account site.manager: {what}" for what in ("closed", "another password", "another key for codes", "made")
        ]
        assert store.audit_entries()[0].who.startswith("terminal|")


def test_an_account_to_which_nothing_is_granted_is_told_and_one_without_codes_too(county, sqlite_url):
    (county / "access.toml").write_text(LOCAL.replace('"everybody"', '"account:somebody.else"'))
    where = ("--config", str(county), "--store", sqlite_url)
    told = done("account", "add", "night.lead", *where, "--no-code", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert "whoever learns its password" in told
    assert 'needs [[grant]] with to = "account:night.lead"' in told


def test_what_cannot_be_done_to_an_account_is_said_in_plain_words(county, sqlite_url):
    where = ("--config", str(county), "--store", sqlite_url)
    for arguments, typed, words in (
        (("add", "Site Manager"), PASSWORD, "'Site Manager' can be no account's name"),
        (("add", "site.manager"), "short", "The password is shorter than 12 signs"),
        (("close", "nobody"), "", "There is no account 'nobody'."),
    ):
        result = run("account", *arguments, *where, typed=f"{typed}\n{typed}\n")
        assert isinstance(result.exception, CannotStart), arguments
        assert words in str(result.exception)
    (county / "access.toml").unlink()
    refused = run("account", "list", *where)
    assert isinstance(refused.exception, CannotStart)
    assert "has no local accounts" in str(refused.exception)


def test_a_sqlite_store_that_is_in_use_is_not_written_beside_whoever_uses_it(county, sqlite_url):
    with closing(open_store(sqlite_url)):
        result = run("account", "close", "site.manager", "--config", str(county), "--store", sqlite_url)
    assert isinstance(result.exception, CannotStart)
    assert "is being written by another Flow Centre" in str(result.exception)
    assert "on its page https://flow.westshire.example/access." in str(result.exception)


def test_what_is_wrong_with_a_name_is_told_before_anybody_types_a_password(county, sqlite_url):
    where = ("--config", str(county), "--store", sqlite_url)
    done("account", "add", "one.lead", *where, typed=f"{PASSWORD}\n{PASSWORD}\n")
    for arguments, words in (
        (("add", "Site Manager"), f"it is {ACCOUNT_NAME}."),
        (("add", "one.lead"), "There is an account 'one.lead' already"),
        (("password", "nobody"), "There is no account 'nobody'."),
    ):
        result = run("account", *arguments, *where)
        assert isinstance(result.exception, CannotStart), arguments
        assert (words in str(result.exception), "Password" in result.output) == (True, False), arguments


def test_an_audit_that_somebody_changed_is_told_with_the_entry(county, sqlite_url):
    where = ("--config", str(county), "--store", sqlite_url)
    for name in ("one.lead", "two.lead", "three.lead"):
        done("account", "add", name, *where, "--no-code", typed=f"{PASSWORD}\n{PASSWORD}\n")
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as database:
        database.execute("UPDATE audit SET what = 'account two.lead: looked at' WHERE number = 2")
        database.commit()
    result = run("audit", "verify", *where)
    assert isinstance(result.exception, CannotStart)
    assert "broken at entry 2" in str(result.exception)


@pytest.mark.parametrize("command", ["run", "web"])
def test_a_real_county_that_does_not_say_who_may_see_it_does_not_start(tmp_path, command):
    folder = changed_westshire(tmp_path, "county.toml", "demonstration = true", "demonstration = false")
    for name in ("feeds", "leads", "alerts", "pressure"):
        (folder / f"{name}.toml").unlink()
    (folder / "feeds.toml").write_text(
        '[[feed]]\nid = "typed"\nname = "Typed in"\nconnector = "bed_state_csv"\nevery = "5m"\nlate_after = "12m"\n'
        'stale_after = "45m"\nplaces = ["northgate"]\n[feed.settings]\nfolder = "${drop}"\n'
    )
    store = "postgresql+psycopg://nobody@127.0.0.1:1/none"  # it is refused before any store is looked for
    result = run(command, "--config", str(folder), "--store", store)
    assert isinstance(result.exception, CannotStart)
    assert "nothing says who may see it" in str(result.exception)
    assert "[sign_in]" in str(result.exception)
    checked = run("check", str(folder))
    assert str(checked.exception) == str(result.exception)


def test_check_says_who_may_see_a_county_and_which_secrets_are_not_here(county, monkeypatch):
    monkeypatch.setenv("FLOWCENTRE_METRICS", "something")
    monkeypatch.delenv("FLOWCENTRE_WAREHOUSE", raising=False)
    told = done("check", str(county))
    assert "People sign in by local accounts at https://flow.westshire.example; 3 grants, 2 machines." in told
    assert "Not set here: FLOWCENTRE_WAREHOUSE, or FLOWCENTRE_WAREHOUSE_FILE." in told
    assert "something" not in told
    assert "FLOWCENTRE_METRICS" not in told
    assert "shown on this machine alone" in done("check", str(WESTSHIRE))
