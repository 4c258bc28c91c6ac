"""Health, readiness and metrics."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from flowcentre.model import Ending, Upkeep
from flowcentre.web.pulse import Pulse
from tests.web.cast import AT, QuietStore, Westshire, picture_of


def test_a_process_that_answers_is_alive_whatever_else(client: httpx.Client, westshire: Westshire) -> None:
    westshire.store.failing = True
    assert client.get("/healthz").json() == {"alive": True}
    assert client.head("/healthz").status_code == 200


def test_it_is_ready_when_store_picture_and_engine_are(client: httpx.Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "version": 1, "reasons": []}


def test_a_store_that_fails_is_a_reason_and_its_words_stay_inside(client: httpx.Client, westshire: Westshire) -> None:
    westshire.store.failing = True
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["reasons"] == ["the store cannot be read (ConnectionError)"]
    assert "secret" not in answer.text


def test_a_picture_that_stays_behind_the_store_is_a_reason(westshire: Westshire) -> None:
    pulse = Pulse(westshire.live.current, westshire.store, westshire.live.now)  # type: ignore[arg-type]
    westshire.store.versions = 3
    pulse.look()
    assert pulse.not_ready() == ["the picture is behind: it shows version 1, the store has 3"]


def test_a_picture_that_nobody_looks_at_again_is_a_reason(client: httpx.Client, westshire: Westshire) -> None:
    westshire.live.at = AT + timedelta(minutes=2)
    westshire.store.beat_at = westshire.live.at
    assert client.get("/readyz").json()["reasons"] == ["the picture has not been looked at for 120 s"]


def test_an_engine_that_fell_silent_is_a_reason(client: httpx.Client, westshire: Westshire) -> None:
    westshire.store.beat_at = AT - timedelta(minutes=1)
    assert client.get("/readyz").json()["reasons"] == ["no engine has been heard from since 2026-11-22 08:13:00 UTC"]


def test_without_any_engine_it_is_not_ready(client: httpx.Client, westshire: Westshire) -> None:
    westshire.store.beat_at = None
    assert client.get("/readyz").json()["reasons"] == ["no engine polls"]


def test_trouble_is_over_with_the_first_good_look(westshire: Westshire) -> None:
    store = QuietStore()
    pulse = Pulse(westshire.live.current, store, westshire.live.now, patience=timedelta(seconds=-1))  # type: ignore[arg-type]
    assert pulse.trouble() == "the store does not answer", "nobody has looked, so nobody knows"
    store.failing = True
    pulse.look()
    assert pulse.trouble() == "the store cannot be read (ConnectionError)"


def test_metrics_are_in_the_form_that_prometheus_reads(client: httpx.Client, westshire: Westshire) -> None:
    westshire.live.at = AT + timedelta(seconds=30)
    client.get("/wall/county/body")
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    samples = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    feed = ("feed", "northgate-beds")
    assert samples["flowcentre_picture_version",] == 1
    assert samples["flowcentre_picture_age_seconds",] == 30
    assert samples["flowcentre_feed_age_seconds", feed] == 30
    assert samples["flowcentre_feed_last_poll", feed, ("outcome", "ok")] == 1
    assert samples["flowcentre_feed_last_poll", feed, ("outcome", "held")] == 0
    assert samples["flowcentre_feed_rows_today", feed, ("outcome", "held")] == 10
    assert samples["flowcentre_displays",] == 0
    assert samples["flowcentre_builds_total",] == 1
    assert samples["flowcentre_display_bytes_total",] > 100
    assert samples["flowcentre_display_answers_total", ("status", "200")] == 1


def test_metrics_tell_how_the_server_itself_stands_and_leave_out_what_nobody_knows(
    client: httpx.Client, westshire: Westshire
) -> None:
    def told() -> dict[str, float]:
        lines = client.get("/metrics").text.splitlines()
        found = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return {name.removeprefix("flowcentre_"): float(value) for name, value in found.items()}

    assert not [name for name in told() if "backup" in name or "disk" in name or "certificate" in name]
    ending = Ending("flow.example", AT + timedelta(days=9))
    upkeep = Upkeep(("one is overdue",), AT - timedelta(hours=30), (ending,), AT - timedelta(minutes=1), 4_000, 90_000)
    westshire.live.picture = picture_of(1, upkeep=upkeep)
    found = told()
    assert found["upkeep_troubles"] == 1
    assert found["backup_age_seconds"] == 30 * 3600
    assert found["fallback_age_seconds"] == 60
    assert (found["disk_free_bytes"], found["disk_size_bytes"]) == (4_000, 90_000)
    assert found['certificate_left_seconds{host="flow.example"}'] == 9 * 86400


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_what_watches_us_gets_no_kept_answer(client: httpx.Client, path: str) -> None:
    assert client.get(path).headers["cache-control"] == "no-store"
