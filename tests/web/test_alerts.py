"""Alerts over the web: taken up, silenced and closed, each once, and what never gets through."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import TypeAdapter
from structlog.testing import capture_logs

from flowcentre.model import Alert, AlertState, Silence, What
from flowcentre.picture.alerts_now import LONGEST_WORDS
from flowcentre.picture.looked import MARK, last_look, note_look
from flowcentre.store import Store
from flowcentre.web.alert_shapes import AlertsShape
from flowcentre.web.alert_slips import silence_ends
from flowcentre.web.cards import cards_in
from tests.web.alerts_cast import FORM, HOUR, MINUTE, WHO, PretendAlerts, Watch, fill_in, forms_of, send
from tests.web.cast import Westshire, running

# What never reaches the store needs but one of the databases.
on_one = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@pytest.fixture
def watch(store: Store, tmp_path: Path) -> Watch:
    return Watch(store, tmp_path)


@pytest.fixture
def client(watch: Watch) -> Iterator[httpx.Client]:
    with watch.serving() as url, httpx.Client(base_url=url, timeout=20) as asking:
        yield asking


def kept(watch: Watch, alert: Alert) -> Alert:
    found = watch.store.alert(alert.id)
    assert found is not None
    return found


def page_of(alert: Alert) -> str:
    return f"/alerts/{alert.id}"


# --- Acknowledged -----------------------------------------------------------------------------------


def test_whoever_acknowledges_is_named_with_the_moment_in_one_version(watch: Watch, client: httpx.Client) -> None:
    alert = watch.raise_alert()
    before = watch.store.version()
    answer = fill_in(client, page_of(alert), "acknowledge", words="Called the site team")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/alerts/{alert.id}?done=acknowledged")
    now = kept(watch, alert)
    assert (now.state, now.acknowledged_by, now.acknowledged_at) == (AlertState.ACKNOWLEDGED, WHO, watch.clock().replace(microsecond=125_000))  # fmt: skip
    assert watch.store.version() == before + 1
    page = client.get(answer.headers["location"]).text
    assert f"At 08:14 by {WHO}." in page
    assert f"acknowledged by {WHO}: Called the site team" in page
    assert "acknowledge" not in forms_of(page)


@on_one
def test_a_name_is_told_as_it_was_typed(watch: Watch, client: httpx.Client) -> None:
    alert = watch.raise_alert()
    answer = fill_in(client, page_of(alert), "acknowledge", author="Northgate Site Manager")
    assert "by Northgate Site Manager. Nobody else" in client.get(answer.headers["location"]).text


def test_the_wall_hears_of_it(watch: Watch, client: httpx.Client) -> None:
    alert = watch.raise_alert()
    assert [one.state for one in watch.live.rebuild().alerts] == [AlertState.RAISED]
    fill_in(client, page_of(alert), "acknowledge")
    assert [one.acknowledged_by for one in watch.live.rebuild().alerts] == [WHO]


def test_the_same_form_sent_twice_or_by_two_at_once_counts_once(watch: Watch, client: httpx.Client) -> None:
    alert = watch.raise_alert()
    fields = forms_of(client.get(page_of(alert)).text)["acknowledge"] | {"author": WHO}
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: send(client, page_of(alert), fields), range(4)))
    done = sorted(answer.headers["location"].partition("done=")[2] for answer in answers)
    assert done == ["acknowledged", "already", "already", "already"]
    happened, _ = watch.store.alert_story(alert.id)
    assert [one.what for one in happened].count(What.ACKNOWLEDGED) == 1


def test_whoever_comes_second_is_told_who_was_first(watch: Watch, client: httpx.Client) -> None:
    alert = watch.raise_alert()
    late = forms_of(client.get(page_of(alert)).text)["acknowledge"]
    fill_in(client, page_of(alert), "acknowledge")
    answer = send(client, page_of(alert), late | {"author": "matron"})
    assert answer.headers["location"].endswith("?done=already")
    page = client.get(answer.headers["location"]).text
    assert "It had been acknowledged before" in page
    assert WHO in page
    assert "matron" not in page


def test_what_has_ended_meanwhile_is_said_to_have_ended(watch: Watch, client: httpx.Client) -> None:
    alert = watch.raise_alert()
    late = forms_of(client.get(page_of(alert)).text)["acknowledge"]
    watch.clear(alert)
    answer = send(client, page_of(alert), late | {"author": WHO})
    page = client.get(answer.headers["location"]).text
    assert "It has ended" in page
    assert kept(watch, alert).acknowledged_at is None


@on_one
@pytest.mark.parametrize("author", ["", "943 476 5919", "a@b.example", "7"])
def test_who_acknowledges_has_to_be_said_and_is_no_number(watch: Watch, client: httpx.Client, author: str) -> None:
    alert = watch.raise_alert()
    answer = fill_in(client, page_of(alert), "acknowledge", author=author, words="Called the site team")
    assert answer.status_code == 422
    assert "Nothing was kept" in answer.text
    assert forms_of(answer.text)["acknowledge"]["words"] == "Called the site team"
    assert "943 476" not in answer.text
    assert kept(watch, alert).acknowledged_at is None


@on_one
@pytest.mark.parametrize(
    "words",
    ["NHS 943 476 5919", "born 01/02/1940", "ring 07700 900123", "a@b.example", "at NR1 3DE", "x" * (LONGEST_WORDS + 1), "bell\x07"],
)  # fmt: skip
def test_nothing_by_which_a_patient_is_known_is_kept_in_words(watch: Watch, client: httpx.Client, words: str) -> None:
    alert = watch.raise_alert()
    answer = fill_in(client, page_of(alert), "acknowledge", words=words)
    assert answer.status_code == 422
    assert words not in answer.text
    assert forms_of(answer.text)["acknowledge"]["author"] == WHO
    assert kept(watch, alert).acknowledged_at is None


@on_one
@pytest.mark.parametrize("words", ["", "OPEL 4 since 14:30, 28 of 30 beds, 3 wards", "Ward 12B closed 22 Nov"])
def test_ordinary_words_are_kept(watch: Watch, client: httpx.Client, words: str) -> None:
    alert = watch.raise_alert()
    assert fill_in(client, page_of(alert), "acknowledge", words=words).status_code == 303


# --- Silenced ---------------------------------------------------------------------------------------


def test_a_silence_has_a_reason_an_end_and_somebody_who_takes_it_on(watch: Watch, client: httpx.Client) -> None:
    alert = watch.raise_alert()
    answer = fill_in(client, page_of(alert), "silence", words="Planned move")
    assert answer.headers["location"].endswith("?done=silenced")
    [silence] = watch.store.silences(watch.clock())
    assert (silence.rule, silence.subject, silence.reason, silence.by) == (
        "ae-crowded",
        "northgate",
        "Planned move",
        WHO,
    )
    assert silence.ends_at == datetime(2026, 11, 22, 9, 14, tzinfo=UTC)
    assert "Until 09:14. It is still watched and shown." in client.get(answer.headers["location"]).text
    drawn = watch.live.rebuild()
    assert [one.silenced for one in drawn.alerts] == [True]
    assert drawn.silences == (silence,)
    watch.clock.forward(2 * HOUR)
    assert watch.live.rebuild().silences == ()


def test_a_rule_may_be_silenced_everywhere(watch: Watch, client: httpx.Client) -> None:
    fill_in(client, page_of(watch.raise_alert()), "silence", words="Planned move", where="everywhere")
    [silence] = watch.store.silences(watch.clock())
    assert (silence.rule, silence.subject) == ("ae-crowded", "")


def test_a_silence_sent_twice_is_one_and_another_reason_is_another(watch: Watch, client: httpx.Client) -> None:
    alert = watch.raise_alert()
    fields = forms_of(client.get(page_of(alert)).text)["silence"] | {"author": WHO, "words": "Planned move"}
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: send(client, page_of(alert), fields), range(4)))
    assert {answer.headers["location"] for answer in answers} == {f"/alerts/{alert.id}?done=silenced"}
    assert len(watch.store.silences(watch.clock())) == 1
    send(client, page_of(alert), fields | {"words": "Fire drill"})
    assert len(watch.store.silences(watch.clock())) == 2


@on_one
@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"words": ""}, 422),
        ({"words": "..."}, 422),
        ({"until": "2026-11-22T08:00Z"}, 422),
        ({"until": "2026-11-23T08:15Z"}, 422),
        ({"until": "2027-11-23T08:15Z"}, 422),
        ({"until": "1 h"}, 400),
        ({"until": ""}, 400),
        ({"where": "nowhere"}, 400),
    ],
)
def test_a_silence_without_a_reason_or_of_more_than_a_day_is_refused(
    watch: Watch, client: httpx.Client, change: dict[str, str], status: int
) -> None:
    answer = fill_in(client, page_of(watch.raise_alert()), "silence", **{"words": "Planned move"} | change)
    assert answer.status_code == status
    assert watch.store.silences(watch.clock()) == []


def test_a_silence_can_be_ended_before_its_time_once(watch: Watch, client: httpx.Client) -> None:
    alert = watch.raise_alert()
    fill_in(client, page_of(alert), "silence", words="Planned move")
    [silence] = watch.store.silences(watch.clock())
    fields = forms_of(client.get(f"/silences/{silence.id}").text)["end"]
    assert send(client, f"/silences/{silence.id}", fields | {"author": ""}).status_code == 422
    answer = send(client, f"/silences/{silence.id}", fields | {"author": WHO})
    assert (answer.status_code, answer.headers["location"]) == (303, "/alerts#silences")
    assert watch.store.silences(watch.clock()) == []
    assert send(client, f"/silences/{silence.id}", fields | {"author": WHO}).status_code == 404


# --- Closed -----------------------------------------------------------------------------------------


def test_only_what_cannot_tell_is_closed_by_hand_and_with_a_reason(watch: Watch, client: httpx.Client) -> None:
    alert = watch.raise_alert()
    forged = {"do": "close", "author": WHO, "words": "The ward has moved"}
    assert send(client, page_of(alert), forged).headers["location"].endswith("?done=over")
    assert kept(watch, alert).cleared_at is None
    watch.blind(alert)
    assert "close" not in forms_of(client.get(page_of(alert)).text)  # its feed may only be late
    watch.live.use(replace(watch.county, alerting=replace(watch.county.alerting, rules=())))
    watch.live.rebuild()
    assert "Close it: nothing watches it any more" in client.get(page_of(alert)).text
    assert fill_in(client, page_of(alert), "close", words="").status_code == 422
    assert kept(watch, alert).cleared_at is None
    answer = fill_in(client, page_of(alert), "close", words="The ward has moved")
    assert answer.headers["location"].endswith("?done=closed")
    assert kept(watch, alert).cleared_at is not None
    assert f"closed by {WHO}: The ward has moved" in client.get(page_of(alert)).text


# --- Never through ----------------------------------------------------------------------------------


@on_one
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_sent_from_elsewhere_is_refused(watch: Watch, client: httpx.Client, headers: dict[str, str]) -> None:
    alert = watch.raise_alert()
    fields = {"do": "acknowledge", "author": WHO, "words": ""}
    assert send(client, page_of(alert), fields, **headers).status_code == 403
    assert client.post(page_of(alert), data=fields).status_code == 403  # nor one that does not say where it was drawn
    assert kept(watch, alert).acknowledged_at is None


@on_one
@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain", ""])
def test_a_form_of_another_kind_is_refused(watch: Watch, client: httpx.Client, kind: str) -> None:
    alert = watch.raise_alert()
    fields = {"do": "acknowledge", "author": WHO}
    assert send(client, page_of(alert), fields, **{"content-type": kind}).status_code == 400
    assert kept(watch, alert).acknowledged_at is None


@on_one
@pytest.mark.parametrize(
    "body", ["", "do", "do=x&author=jb", "do=end&author=jb", "do=acknowledge&do=close", "%FF=%FF", "author=jb"]
)
def test_what_is_no_form_of_ours_is_refused_in_plain_words(watch: Watch, client: httpx.Client, body: str) -> None:
    alert = watch.raise_alert()
    headers = FORM | {"origin": str(client.base_url).rstrip("/")}
    answer = client.post(page_of(alert), content=body, headers=headers)
    assert answer.status_code == 400
    assert "open it again" in answer.text
    assert kept(watch, alert).acknowledged_at is None


@on_one
def test_a_huge_form_is_refused(watch: Watch, client: httpx.Client) -> None:
    headers = FORM | {"origin": str(client.base_url).rstrip("/")}
    answer = client.post(page_of(watch.raise_alert()), content=b"author=" + b"x" * 9_000, headers=headers)
    assert answer.status_code == 413


@on_one
@pytest.mark.parametrize(
    "path", ["/alerts", "/alerts/", "/alerts/x", "/alerts/1/x", "/alerts/%2e%2e", "/action-cards/a"]
)
def test_nothing_is_sent_anywhere_else(client: httpx.Client, path: str) -> None:
    assert send(client, path, {"do": "acknowledge", "author": WHO}).status_code == 405


@on_one
@pytest.mark.parametrize("path", ["/alerts/999", "/alerts/999999999999", "/alerts/1234567890123", "/alerts/x", "/alerts/-1", "/silences/1", "/silences/x", "/alerts/1/2"])  # fmt: skip
def test_what_is_not_there_is_not_found(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404


@on_one
def test_no_words_of_anybodys_are_html(watch: Watch, client: httpx.Client) -> None:
    alert = watch.raise_alert()
    fill_in(client, page_of(alert), "acknowledge", words="<script>x</script>")
    page = client.get(page_of(alert)).text
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page
    assert client.get(page_of(alert)).headers["cache-control"] == "no-store"


# --- A store that cannot be written -----------------------------------------------------------------


class _Broken:
    def __getattr__(self, name: str) -> object:
        raise OSError("the disk is full, and nobody should be told")


@on_one
def test_a_store_that_cannot_be_written_is_said_plainly_and_the_form_comes_back(store: Store, tmp_path: Path) -> None:
    watch = Watch(store, tmp_path, desk=_Broken())  # type: ignore[arg-type]
    alert = watch.raise_alert()
    with watch.serving() as url, httpx.Client(base_url=url) as client, capture_logs() as lines:
        answer = fill_in(client, page_of(alert), "acknowledge", words="Called")
    assert answer.status_code == 503
    assert "the store does not answer" in answer.text
    assert "disk" not in answer.text
    assert (
        forms_of(answer.text)["acknowledge"] | {"author": WHO, "words": "Called"}
        == forms_of(answer.text)["acknowledge"]
    )
    [line] = [line for line in lines if line["log_level"] == "error"]
    assert line["error"] == "OSError"
    assert WHO not in str(lines)


@on_one
def test_a_server_that_only_reads_draws_no_form_and_takes_nothing(store: Store, tmp_path: Path) -> None:
    watch = Watch(store, tmp_path, writes=False)
    alert = watch.raise_alert()
    with watch.serving() as url, httpx.Client(base_url=url) as client:
        assert "<form" not in client.get(page_of(alert)).text
        assert send(client, page_of(alert), {"do": "acknowledge", "author": WHO}).status_code == 405
    assert kept(watch, alert).acknowledged_at is None


@on_one
def test_whoever_is_signed_in_is_named_whatever_the_form_says(store: Store, tmp_path: Path) -> None:
    watch = Watch(store, tmp_path, signed_in=lambda _: "ward sister, Maple")
    alert = watch.raise_alert()
    with watch.serving() as url, httpx.Client(base_url=url, timeout=20) as client:
        assert "author" not in forms_of(client.get(page_of(alert)).text)["acknowledge"]
        fill_in(client, page_of(alert), "acknowledge", author="somebody else")
    assert kept(watch, alert).acknowledged_by == "ward sister, Maple"


# --- Action cards -----------------------------------------------------------------------------------


@on_one
def test_a_card_is_read_from_its_folder_when_it_is_asked_for(watch: Watch, client: httpx.Client) -> None:
    assert "Ask the nurse in charge" in client.get("/action-cards/ae-crowded").text
    (watch.cards / "ae-crowded.md").write_text("# Changed\n\nRing the bell.")
    assert "Ring the bell." in client.get("/action-cards/ae-crowded").text
    assert "Ring the bell." in client.get(page_of(watch.raise_alert())).text
    (watch.cards / "levels").mkdir()
    (watch.cards / "levels" / "nhs-111-level-2.md").write_text("# NHS 111: level 2\n\nLook at the queue.")
    card = client.get("/action-cards/levels/nhs-111-level-2").text
    assert "Look at the queue." in card
    assert 'href="/pressure"' in card  # whence whoever reads it came
    assert client.get("/action-cards/levels/nhs-111-level-3").status_code == 404


@on_one
@pytest.mark.parametrize("name", ["none", "..", "%2e%2e%2fsecret", "a/b", "AE", "ae-crowded.md", "x" * 101])
def test_there_is_no_card_outside_its_folder(watch: Watch, client: httpx.Client, name: str) -> None:
    (watch.cards.parent / "secret.md").write_text("secret")
    answer = client.get(f"/action-cards/{name}")
    assert answer.status_code == 404
    assert "secret" not in answer.text
    assert cards_in(watch.cards)("../secret") is None


# --- The API ----------------------------------------------------------------------------------------


def told(client: httpx.Client, question: str = "") -> AlertsShape:
    answer = client.get(f"/api/v1/alerts{question}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return TypeAdapter(AlertsShape).validate_python(answer.json())


def test_machines_are_told_everything_of_the_page(watch: Watch, client: httpx.Client) -> None:
    alert = watch.raise_alert()
    watch.pend()
    watch.lose_a_message()
    fill_in(client, page_of(alert), "silence", words="Planned move")
    ended = watch.raise_alert(subject="southmere")
    watch.clear(ended)
    pended_at = watch.clock().replace(microsecond=125_000)
    watch.clock.forward(MINUTE)
    known = told(client)
    [one] = known["open"]
    assert (one["id"], one["state"], one["severity"], one["subject"]) == (alert.id, "raised", "critical", "northgate")
    assert (one["value"], one["unit"], one["limit"], one["silenced"], one["untold"]) == (74.0, "people", 70.0, True, 1)
    assert one["action_card"] == "/action-cards/ae-crowded"
    assert one["breach_since"] == alert.raised_at - 10 * MINUTE
    [pending] = known["pending"]
    assert pending["raised_from"] == pended_at + HOUR
    assert [each["id"] for each in known["ended"]] == [ended.id]
    assert [each["reason"] for each in known["silences"]] == ["Planned move"]
    assert [(each["lead"], each["trouble"]) for each in known["undelivered"]] == [
        ("northgate-site", "the mail server refused it")
    ]
    assert [(each["channel"], each["failed"]) for each in known["channels"]] == [("mail", 1), ("text", 0)]


def test_machines_are_told_which_rules_cannot_tell(watch: Watch, client: httpx.Client) -> None:
    assert {each["blind_why"] for each in told(client)["cannot_tell"]} == {"rules have not been evaluated yet"}
    since = watch.clock().replace(microsecond=0)
    watch.store.set_mark(MARK, since.isoformat())
    assert told(client)["cannot_tell"] == []
    watch.cannot_tell("occupancy", "northgate", since)
    [one] = told(client)["cannot_tell"]
    assert (one["rule"], one["subject"], one["measure"]) == ("occupancy", "northgate", "ga_occupancy")
    assert (one["severity"], one["blind_why"]) == ("warning", "no news since 07:49")
    assert one["blind_since"] == since


def test_the_figure_of_a_silent_feed_is_its_minutes_and_says_so(watch: Watch, client: httpx.Client) -> None:
    watch.raise_alert("feed-silent", "northgate-ed", value=2.0035666666666665)
    [one] = told(client)["open"]
    assert (one["value"], one["worst"], one["unit"], one["limit"]) == (2.0, 2.0, "minutes", None)


def test_machines_are_told_who_closed_an_alert_and_why(watch: Watch, client: httpx.Client) -> None:
    alert = watch.raise_alert()
    watch.blind(alert)
    watch.store.close_alert(alert.id, "duty manager", watch.clock(), "the ward is watched instead")
    watch.clock.forward(MINUTE)
    [one] = told(client)["ended"]
    assert (one["closed_by"], one["closed_why"]) == ("duty manager", "the ward is watched instead")


def test_an_undelivered_message_is_on_the_wall_and_leaves_it_with_its_alert(watch: Watch) -> None:
    alert = watch.raise_alert()
    watch.lose_a_message()
    assert watch.live.rebuild().undelivered == 1
    watch.clear(alert)
    assert watch.live.rebuild().undelivered == 0


def test_that_nobody_evaluates_the_rules_is_told(watch: Watch, client: httpx.Client) -> None:
    assert (told(client)["watching"], watch.live.rebuild().not_evaluated_since) == (None, None)  # nobody ever noted it
    noted = watch.clock().replace(microsecond=0)
    watch.store.set_mark(MARK, noted.isoformat())
    assert (told(client)["watching"], watch.live.rebuild().not_evaluated_since) == (True, None)
    watch.clock.forward(3 * MINUTE)
    assert (told(client)["watching"], watch.live.rebuild().not_evaluated_since) == (False, noted)
    assert told(client)["looked_at"] == noted


def test_a_look_is_noted_now_and_then_and_never_long_after(watch: Watch) -> None:
    at = watch.clock()
    noted = note_look(watch.store, at, None)
    assert last_look(watch.store) == noted == at
    assert note_look(watch.store, at + timedelta(seconds=19), noted) == at
    assert last_look(watch.store) == at
    later = at + timedelta(seconds=20)
    assert note_look(watch.store, later, noted) == last_look(watch.store) == later
    assert (
        note_look(watch.store, at, later) == last_look(watch.store) == at
    )  # a clock that was set back is no reason to say nothing


def test_what_ended_is_told_since_the_moment_that_is_asked_for(watch: Watch, client: httpx.Client) -> None:
    alert = watch.raise_alert()
    watch.clear(alert)
    watch.clock.forward(timedelta(days=3))
    assert told(client)["ended"] == []
    assert [one["id"] for one in told(client, "?since=2026-11-22T00:00:00Z")["ended"]] == [alert.id]
    for since in ("yesterday", "2026-11-22T00:00:00", "2030-01-01T00:00:00Z", "2020-01-01T00:00:00Z"):
        assert client.get("/api/v1/alerts", params={"since": since}).status_code == 422


def test_a_server_without_alerts_says_so() -> None:
    with running(Westshire().app()) as url, httpx.Client(base_url=url) as client:
        assert client.get("/api/v1/alerts").json() == {"detail": "This server reads nothing of alerts."}
        assert client.get("/alerts/1").status_code == 404
        assert send(client, "/alerts/1", {"do": "acknowledge"}).status_code == 404


@pytest.mark.parametrize("condition", ["normal", "empty", "stale", "overloaded"])
def test_the_answer_is_as_it_is_described_in_every_condition(condition: str) -> None:
    westshire = Westshire(alerts=PretendAlerts(condition))
    with running(westshire.app()) as url, httpx.Client(base_url=url, timeout=10) as client:
        assert len(told(client)["open"]) == len(westshire.alerts.known.open)  # type: ignore[union-attr]


# --- How long ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "keys"),
    [
        ("2026-11-22T08:14", ["2026-11-22T09:14Z", "2026-11-22T12:14Z", "2026-11-23T08:00Z", "2026-11-23T08:14Z"]),
        ("2026-11-22T07:50", ["2026-11-22T08:50Z", "2026-11-22T11:50Z", "2026-11-23T07:50Z"]),
        ("2026-07-01T22:00", ["2026-07-01T23:00Z", "2026-07-02T02:00Z", "2026-07-02T07:00Z", "2026-07-02T22:00Z"]),
        ("2026-10-24T22:00", ["2026-10-24T23:00Z", "2026-10-25T02:00Z", "2026-10-25T08:00Z", "2026-10-25T22:00Z"]),
    ],
)
def test_the_ends_go_from_soon_to_a_day_and_the_morning_is_by_londons_clocks(now: str, keys: list[str]) -> None:
    ends = silence_ends(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert [end.key for end in ends] == keys
    assert [end.chosen for end in ends] == [True] + [False] * (len(keys) - 1)


def test_a_silence_that_is_kept_is_found_again_by_its_number(watch: Watch) -> None:
    at = watch.clock()
    kept: Silence = watch.store.silence("ae-crowded", "", "Planned move", WHO, at, at + HOUR)
    assert kept.id in [each.id for each in watch.store.silences(at)]
