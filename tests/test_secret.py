"""A secret is in a variable or in the file that its twin names: one of them, read each time, and never quoted."""

from dataclasses import replace

import pytest

from flowcentre.alerts.conduits import environment
from flowcentre.alerts.watchdog import Watchdog
from flowcentre.feeds.http import HttpSettings
from flowcentre.feeds.http import _credentials as credentials
from flowcentre.feeds.pseudonyms import NhsNumberKey
from flowcentre.secret import MOST_BYTES, NoSecret, secret_of
from tests.alerts.sinks import web_sink
from tests.alerts.telling_cast import ALERTING, AT

HELD = "hunter2-and-more"


def test_a_secret_is_in_its_variable_or_in_the_file_that_its_twin_names(tmp_path):
    (tmp_path / "token").write_text(f"  {HELD}\n", encoding="utf-8")
    assert secret_of("TOKEN", {"TOKEN": f" {HELD} "}) == HELD
    in_file = {"TOKEN": " ", "TOKEN_FILE": str(tmp_path / "token")}
    assert secret_of("TOKEN", in_file) == HELD
    (tmp_path / "token").write_text("another", encoding="utf-8")
    assert secret_of("TOKEN", in_file) == "another"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b" \n", "is empty"),
        (b"\xff\xfe" + HELD.encode(), "is not text"),
        (HELD.encode() + b"x" * MOST_BYTES, "is larger than a secret is"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_a_file_without_a_secret_says_so_by_the_name_of_its_variable(tmp_path, content, why):
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(NoSecret) as refused:
        secret_of("TOKEN", {"TOKEN_FILE": str(file)})
    assert str(refused.value) == f"the file that the environment variable TOKEN_FILE names {why}"


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({}, "the environment variable TOKEN is not set"),
        ({"TOKEN": HELD, "TOKEN_FILE": "/run/x"}, "TOKEN and TOKEN_FILE are both set"),
        ({"TOKEN_FILE": "nul\0"}, "names cannot be read: it is no path"),
    ],
)
def test_a_secret_that_is_not_there_or_is_there_twice_is_none(environment, why):
    with pytest.raises(NoSecret, match=why) as refused:
        secret_of("TOKEN", environment)
    assert HELD not in str(refused.value)


def test_tokens_of_feeds_keys_of_pseudonyms_secrets_of_channels_and_the_watchdogs_address_may_be_in_files(
    tmp_path, monkeypatch
):
    key = "0123456789abcdef" * 4
    (tmp_path / "secret").write_text(f"{key}\n", encoding="utf-8")
    monkeypatch.setenv("HELD_FILE", str(tmp_path / "secret"))
    feed = HttpSettings(url="https://beds.northgate.example/", token_env="HELD")
    assert credentials(feed) == {"Authorization": f"Bearer {key}"}
    in_variable = NhsNumberKey("k1", bytes.fromhex(key)).pseudonym("943 476 5919")
    assert NhsNumberKey.from_environment("k1", "HELD").pseudonym("943 476 5919") == in_variable
    assert environment("HELD") == key
    with web_sink() as sink:
        (tmp_path / "secret").write_text(f"{sink.address}/alive\n", encoding="utf-8")
        alerting = replace(ALERTING, dead_man="", dead_man_env="HELD")
        assert Watchdog(lambda: alerting, lambda: AT, lambda: AT, now=lambda: AT).ping()
    assert [asked.path for asked in sink.asked] == ["/alive"]
