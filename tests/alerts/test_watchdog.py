"""The dead man's ping: heard outside while all goes round, and only then."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from flowcentre.alerts import watchdog as watchdog_module
from flowcentre.alerts.watchdog import EVERY, STILL, Watchdog
from tests.alerts.sinks import Answer, web_sink
from tests.alerts.telling_cast import ALERTING, AT

SECOND = timedelta(seconds=1)


def a_watchdog(address: str, *rounds: datetime | None) -> Watchdog:
    alerting = replace(ALERTING, dead_man=address)
    lasts = [lambda moment=moment: moment for moment in rounds]
    return Watchdog(lambda: alerting, *lasts, now=lambda: AT)


@pytest.mark.parametrize(
    ("looked", "sent", "heard"),
    [
        (AT, AT, True),
        (AT - 44 * SECOND, AT - 44 * SECOND, True),
        (AT - 45 * SECOND, AT, False),
        (AT, AT - 45 * SECOND, False),
        (None, AT, False),
        (AT, None, False),
        (AT + SECOND, AT, False),  # its clock was set back since
    ],
)
def test_it_is_heard_while_both_loops_go_round_and_not_otherwise(looked, sent, heard):
    with web_sink() as sink:
        assert a_watchdog(f"{sink.address}/alive", looked, sent).ping() is heard
    assert [(asked.method, asked.path) for asked in sink.asked] == ([("GET", "/alive")] if heard else [])


def test_it_carries_the_newest_entry_of_the_audit_out_and_is_heard_without_one():
    def gone() -> tuple[int, str]:
        raise OSError

    with web_sink() as sink:
        alerting = replace(ALERTING, dead_man=sink.address)
        for head in (lambda: (17, "9f86"), lambda: (0, ""), gone):
            dog = Watchdog(lambda: alerting, lambda: AT, now=lambda: AT, audit_head=head)
            assert dog.ping() is True
    assert [asked.headers.get(watchdog_module.AUDIT_HEAD) for asked in sink.asked] == ["17:9f86", None, None]


def test_without_an_address_it_says_nothing():
    assert a_watchdog("", AT, AT).ping() is False


@pytest.mark.parametrize("answer", [Answer(500), Answer(404), Answer(302, "", {"Location": "/elsewhere"})])
def test_what_is_not_heard_is_not_taken_for_heard(answer):
    with web_sink(answer) as sink:
        assert a_watchdog(sink.address, AT, AT).ping() is False
    assert len(sink.asked) == 1


def test_it_outlives_an_address_that_hangs_or_is_gone_or_is_none(monkeypatch):
    monkeypatch.setattr(watchdog_module, "_TIMEOUT", 0.2)
    with web_sink(Answer(hang=True)) as sink:
        assert a_watchdog(sink.address, AT, AT).ping() is False
    assert a_watchdog(sink.address, AT, AT).ping() is False
    assert a_watchdog("nonsense", AT, AT).ping() is False


def test_it_is_logged_once_when_it_is_lost_and_once_when_it_is_found(capsys):
    with web_sink(Answer(500), Answer(500), Answer(200), Answer(200)) as sink:
        dog = a_watchdog(f"{sink.address}/secret", AT, AT)
        for _ in range(4):
            dog.ping()
    said = capsys.readouterr().out
    assert said.count("is not heard") == 1
    assert said.count("heard again") == 1
    assert "secret" not in said


def test_who_listens_notices_a_death_within_a_minute_and_a_half():
    # The last ping may be sent just before a loop has stood still for so long; the next does not come.
    assert timedelta(seconds=90) > STILL + EVERY


def test_it_pings_in_a_thread_of_its_own_until_it_is_stopped():
    with web_sink() as sink:
        dog = a_watchdog(sink.address, AT, AT)
        dog.start()
        assert sink.came.acquire(timeout=20)
        dog.stop()
    assert len(sink.asked) == 1


def test_an_address_that_is_a_secret_is_read_from_its_variable(monkeypatch):
    alerting = replace(ALERTING, dead_man_env="FLOWCENTRE_DEAD_MAN")
    watchdog = Watchdog(lambda: alerting, lambda: AT, now=lambda: AT)
    assert watchdog.ping() is False
    with web_sink() as sink:
        monkeypatch.setenv("FLOWCENTRE_DEAD_MAN", f"{sink.address}/s3cret")
        assert watchdog.ping() is True
    assert [asked.path for asked in sink.asked] == ["/s3cret"]
