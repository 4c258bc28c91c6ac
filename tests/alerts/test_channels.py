"""Each channel against a real server on the loopback: what it hands over, and what it takes for a failure."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import mailbox
import re
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import channels
from channels import NotAChannel, _http, find_channels, smtp
from channels.any_apprise import AnyApprise
from channels.maildir import Maildir
from channels.notify import Notify
from channels.slack import Slack
from channels.smtp import Smtp
from channels.teams import Teams
from channels.webhook import Webhook
from flowcentre.alerts.contract import BadSettings, Letter, NotArrived, NotDelivered
from flowcentre.model import Severity
from tests.alerts.sinks import Answer, knows, mail_sink, web_sink
from tests.connectors.authority import Authority

KEY = "3f2a9c51d0b74e6f8a1b2c3d4e5f6071.0"
AT = datetime(2026, 11, 22, 8, 14, tzinfo=UTC)
LETTER = Letter(
    "CRITICAL: A&E crowded, Northgate: 96 people (limit 80 people)",
    "CRITICAL: A&E crowded\nWhere: Northgate General\n\nFlow Centre, to Site_manager",
    "https://flow.example/alerts/17",
    Severity.CRITICAL,
    AT,
)
ADDRESS = "site.manager@northgate.example"
SECRETS = {
    "HOOK_SECRET": "not a real secret",
    "MAIL_PASSWORD": "not a real password",
    "NOTIFY_KEY": "test-11111111-2222-4333-8444-555555555555-66666666-7777-4888-9999-aaaaaaaaaaaa",
}


def secret(variable: str) -> str:
    if variable not in SECRETS:
        raise BadSettings(f"the environment variable {variable} is not set")
    return SECRETS[variable]


def refused(send: Callable[[], None]) -> NotDelivered:
    with pytest.raises(NotDelivered) as raised:
        send()
    assert ADDRESS not in raised.value.reason
    assert "127.0.0.1" not in raised.value.reason
    assert not any(held in raised.value.reason for held in SECRETS.values())
    return raised.value


# --- All of them ------------------------------------------------------------------------------------


def test_every_kind_of_channel_is_found():
    assert set(find_channels()) == {"smtp", "teams", "slack", "webhook", "notify", "apprise", "maildir"}


def test_finding_the_kinds_brings_in_no_library_of_theirs():
    asked = (
        "import sys; from channels import find_channels; find_channels(); "
        "print([name for name in ('apprise', 'notifications_python_client', 'requests', 'httpx') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


class Entry:
    """An entry point of a third party's package."""

    def __init__(self, name: str, offered: object) -> None:
        self.name, self.value, self._offered = name, f"theirs:{name}", offered

    def load(self) -> object:
        if isinstance(self._offered, Exception):
            raise self._offered
        return self._offered


class Pager:
    kind = "pager"
    short = True

    def __init__(self, settings: Mapping[str, object], secret: Callable[[str], str]) -> None: ...

    def send(self, letter: Letter, address: str, key: str) -> None: ...


def test_a_third_party_ships_a_channel_and_a_broken_one_stops_nobody(monkeypatch):
    entries = [Entry("pager", Pager), Entry("broken", ImportError("no such thing")), Entry("odd", "no class")]
    entries += [
        Entry("again", type("Again", (Pager,), {"kind": "smtp"})),
        Entry("half", type("Half", (), {"kind": "h"})),
    ]
    monkeypatch.setattr(channels, "entry_points", lambda group: entries)
    reports: list[str] = []
    found = find_channels(reports.append)
    assert found["pager"] is Pager
    assert found["smtp"] is Smtp
    assert [report.split("'")[1] for report in reports] == ["broken", "odd", "again", "half"]


def test_a_module_of_ours_with_no_channel_is_a_mistake(monkeypatch):
    monkeypatch.setattr(
        channels, "iter_modules", lambda path: [type("M", (), {"name": "_http"}), type("M", (), {"name": "notify"})]
    )
    monkeypatch.setattr(channels, "import_module", lambda name: _http)
    with pytest.raises(NotAChannel, match="holds 0 channels"):
        find_channels()


NOTIFY = {"template_id": "t", "api_key_env": "NOTIFY_KEY"}


@pytest.mark.parametrize(
    ("kind", "settings", "words"),
    [
        (Smtp, {"host": "mail.example"}, "sender"),
        (Notify, NOTIFY | {"base_url": "https://gateway.example/notify"}, "without a path"),
        (Notify, NOTIFY | {"base_url": "gateway.example"}, "without a path"),
        (Smtp, {"host": "mail.example", "sender": "a@b.example", "secure": "tls"}, 'no setting "secure"'),
        (Smtp, {"host": "mail.example", "sender": "a@b.example", "security": "ssl"}, "security"),
        (Smtp, {"host": "mail.example", "sender": "a@b.example", "port": "25"}, "whole number"),
        (Smtp, {"host": "m.example", "sender": "a@b.example", "security": "none", "user": "flow"}, "encrypted"),
        (Smtp, {"host": "m.example", "sender": "a@b.example", "user": "flow", "password_env": "NOT_SET"}, "NOT_SET"),
        (Webhook, {}, "secret_env"),
        (Teams, {"url": "x"}, 'no setting "url"'),
        (Notify, {"by": "letter", "template_id": "t", "api_key_env": "NOTIFY_KEY"}, "sms"),
        (Maildir, {}, "folder"),
        (Maildir, {"folder": "letters", "short": "yes"}, "true or false"),
        (AnyApprise, {"url": "x"}, 'no setting "url"'),
    ],
)
def test_settings_that_cannot_be_are_refused_with_what_is_wrong(kind, settings, words):
    with pytest.raises(BadSettings, match=words):
        kind(settings, secret)


# --- Webhooks ---------------------------------------------------------------------------------------

HOOKS: list[tuple[Callable[[], Any], str]] = [
    (lambda: Webhook({"secret_env": "HOOK_SECRET"}, secret), '{"ok": true}'),
    (lambda: Teams({}, secret), ""),
    (lambda: Slack({}, secret), "ok"),
]
hooks = pytest.mark.parametrize(("make", "taken"), HOOKS, ids=["webhook", "teams", "slack"])


@hooks
def test_a_webhook_gets_the_letter_and_its_key(make, taken):
    with web_sink(Answer(200, taken)) as sink:
        make().send(LETTER, f"{sink.address}/in", KEY)
    (asked,) = sink.asked
    assert (asked.method, asked.path) == ("POST", "/in")
    assert asked.headers["idempotency-key"] == KEY
    assert asked.headers["content-type"] == "application/json"
    assert "A&E crowded" in asked.body.decode() or "A&amp;E crowded" in asked.body.decode()


@hooks
def test_no_log_quotes_an_address(make, taken, caplog):
    caplog.set_level(logging.INFO)
    with web_sink(Answer(200, taken)) as sink:
        make().send(LETTER, f"{sink.address}/hidden", KEY)
    assert "hidden" not in caplog.text


@hooks
def test_the_whole_address_may_stand_in_a_variable(make, taken, monkeypatch):
    with web_sink(Answer(200, taken)) as sink:
        monkeypatch.setitem(SECRETS, "NORTHGATE_HOOK", f"{sink.address}/hidden")
        make().send(LETTER, "NORTHGATE_HOOK", KEY)
    assert sink.asked[0].path == "/hidden"
    assert refused(lambda: make().send(LETTER, "NOT_SET", KEY)).for_good


@hooks
@pytest.mark.parametrize(
    ("status", "for_good"), [(400, True), (404, True), (410, True), (408, False), (500, False), (502, False)]
)
def test_a_refusal_is_a_failure_and_says_whether_to_try_again(make, taken, status, for_good):
    with web_sink(Answer(status, taken)) as sink:
        error = refused(lambda: make().send(LETTER, sink.address, KEY))
    assert error.for_good is for_good
    assert str(status) in error.reason


@hooks
@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "90"}, timedelta(seconds=90)),
        ({"Retry-After": "99999999"}, timedelta(hours=1)),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
def test_who_asks_us_to_wait_says_for_how_long(make, taken, headers, wait):
    with web_sink(Answer(429, taken, headers)) as sink:
        error = refused(lambda: make().send(LETTER, sink.address, KEY))
    assert (error.again_in, error.for_good) == (wait, False)


@hooks
def test_redirects_are_not_followed(make, taken):
    with web_sink(Answer(302, "", {"Location": "/elsewhere"}), Answer(200, taken)) as sink:
        error = refused(lambda: make().send(LETTER, sink.address, KEY))
    assert "302" in error.reason
    assert len(sink.asked) == 1


@hooks
def test_a_webhook_that_hangs_is_left(make, taken, monkeypatch):
    monkeypatch.setattr(_http, "TIMEOUT", 0.2)
    with web_sink(Answer(hang=True)) as sink:
        error = refused(lambda: make().send(LETTER, sink.address, KEY))
    assert "did not answer" in error.reason
    assert not error.for_good


def test_a_webhook_that_answers_a_byte_at_a_time_is_left_too():
    with web_sink(Answer(trickle=True)) as sink, pytest.raises(NotDelivered, match=r"longer than 0\.3 s"):
        _http.post(sink.address, b"{}", {}, within=0.3)


@hooks
def test_a_webhook_that_is_not_there_cannot_be_reached(make, taken):
    with web_sink() as sink:
        address = sink.address
    assert "cannot be reached" in refused(lambda: make().send(LETTER, address, KEY)).reason


@hooks
@pytest.mark.parametrize("address", ["http://hooks.example/x", "ftp://hooks.example/x", "northgate", "https://"])
def test_a_letter_goes_over_https_alone(make, taken, address):
    error = refused(lambda: make().send(LETTER, address, KEY))
    assert error.for_good
    assert "hooks.example" not in error.reason


def test_who_knows_the_secret_can_prove_a_webhook_and_its_moment():
    with web_sink() as sink:
        Webhook({"secret_env": "HOOK_SECRET"}, secret).send(LETTER, sink.address, KEY)
    (asked,) = sink.asked
    assert asked.headers["x-flow-centre-timestamp"] == str(int(AT.timestamp()))
    signed = asked.headers["x-flow-centre-timestamp"].encode() + b"." + asked.body
    right = hmac.new(b"not a real secret", signed, hashlib.sha256).hexdigest()
    assert asked.headers["x-flow-centre-signature"] == f"sha256={right}"
    assert asked.json() == {
        "key": KEY,
        "severity": "critical",
        "subject": LETTER.subject,
        "text": LETTER.text,
        "link": LETTER.link,
    }


@pytest.mark.parametrize(
    "body",
    ['{"ok": false}', '{"error": "no such room"}', '{"status": "error"}', '{"success": false}', '{"errors": [1]}'],
)
def test_a_webhook_that_answers_200_with_an_error_took_nothing(body):
    with web_sink(Answer(200, body)) as sink:
        refused(lambda: Webhook({"secret_env": "HOOK_SECRET"}, secret).send(LETTER, sink.address, KEY))


@pytest.mark.parametrize("body", ["", "thanks", '{"error": null, "status": "ok"}', "[]"])
def test_a_webhook_that_answers_200_with_anything_else_took_it(body):
    with web_sink(Answer(200, body)) as sink:
        Webhook({"secret_env": "HOOK_SECRET"}, secret).send(LETTER, sink.address, KEY)


@pytest.mark.parametrize(
    ("body", "again_in", "for_good"),
    [
        (
            "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId x",
            60,
            False,
        ),
        (
            "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413 with ContextId x",
            None,
            True,
        ),
        (
            "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 500 with ContextId x",
            None,
            False,
        ),
        ("System.Net.Http.HttpRequestException: Error while copying content to a stream", None, False),
        ('{"error": {"code": "WorkflowTriggerIsNotEnabled"}}', None, False),
    ],
)
def test_teams_that_answers_200_with_an_error_in_words_took_nothing(body, again_in, for_good):
    with web_sink(Answer(200, body)) as sink:
        error = refused(lambda: Teams({}, secret).send(LETTER, sink.address, KEY))
    assert error.again_in == (timedelta(seconds=again_in) if again_in else None)
    assert error.for_good is for_good


@pytest.mark.parametrize("answer", [Answer(200, "1"), Answer(202, ""), Answer(200, '{"id": "x"}')])
def test_teams_that_says_nothing_of_an_error_took_it(answer):
    with web_sink(answer) as sink:
        Teams({}, secret).send(LETTER, sink.address, KEY)
    (attachment,) = sink.asked[0].json()["attachments"]
    card = attachment["content"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert card["body"][0]["color"] == "attention"
    assert card["actions"][0]["url"] == LETTER.link
    assert r"Site\_manager" in card["body"][2]["text"]  # else it would be slanted


def test_a_card_is_never_larger_than_teams_takes():
    with web_sink() as sink:
        Teams({}, secret).send(Letter("s", "x" * 100_000, LETTER.link, Severity.NOTICE, AT), sink.address, KEY)
    assert len(sink.asked[0].body) < 28_000


@pytest.mark.parametrize("body", ["", "invalid_payload", "no_service"])
def test_slack_that_does_not_say_ok_took_nothing(body):
    with web_sink(Answer(200, body)) as sink:
        refused(lambda: Slack({}, secret).send(LETTER, sink.address, KEY))


# --- E-mail -----------------------------------------------------------------------------------------


def a_server(port: int, **more: object) -> Smtp:
    settings = {"host": "127.0.0.1", "port": port, "sender": "flow@westshire.example", "security": "none"}
    return Smtp(settings | more, secret)


def test_a_mail_arrives_with_its_key_as_its_message_id():
    with mail_sink() as sink:
        a_server(sink.port).send(LETTER, ADDRESS, KEY)
    (mail,) = sink.mails
    assert mail["Message-ID"] == f"<{KEY}@westshire.example>"
    assert (mail["To"], mail["Subject"], mail["Importance"]) == (ADDRESS, LETTER.subject, "high")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().splitlines() == LETTER.text.splitlines()  # type: ignore[attr-defined]
    assert sink.envelopes[0].rcpt_tos == [ADDRESS]


FROM = replace(LETTER, text="An action should be done\nFrom alert 1: https://flow.example/alerts/1\n.and a full stop\n")


def test_a_line_that_begins_with_from_arrives_as_it_was_written():
    with mail_sink() as sink:
        a_server(sink.port).send(FROM, ADDRESS, KEY)
        server = a_server(sink.port, sender="Flow Centre <flow@westshire.example>")
        server.send(FROM, ADDRESS, KEY)
    assert [mail.get_content().splitlines() for mail in sink.mails] == [FROM.text.splitlines()] * 2  # type: ignore[attr-defined]
    assert [envelope.mail_from for envelope in sink.envelopes] == ["flow@westshire.example"] * 2


def test_a_line_that_begins_with_from_lies_in_a_folder_as_it_was_written(tmp_path):
    Maildir({"folder": str(tmp_path / "letters")}, secret).send(FROM, ADDRESS, KEY)
    (mail,) = mailbox.Maildir(tmp_path / "letters", create=False)
    assert mail.get_payload().splitlines() == FROM.text.splitlines()


def test_no_subject_can_add_a_line_to_the_head_of_a_mail():
    with mail_sink() as sink:
        letter = Letter("Beds full\r\nBcc: other@example.org", "text", LETTER.link, Severity.NOTICE, AT)
        a_server(sink.port).send(letter, ADDRESS, KEY)
    assert sink.mails[0]["Bcc"] is None


@pytest.mark.parametrize(
    ("recipients", "letters", "for_good"),
    [
        ("550 no such user", "250 OK", True),
        ("450 greylisted", "250 OK", False),
        ("250 OK", "554 looks like spam", True),
        ("250 OK", "451 try later", False),
    ],
)
def test_what_the_mail_server_refuses_for_good_is_not_tried_again(recipients, letters, for_good):
    with mail_sink() as sink:
        sink.recipients, sink.letters = recipients, letters
        assert refused(lambda: a_server(sink.port).send(LETTER, ADDRESS, KEY)).for_good is for_good
    assert not sink.mails


@pytest.mark.parametrize("address", ["", "nobody", "a@b.example\nBcc: c@d.example", "07700900001"])
def test_what_is_no_mail_address_is_refused_for_good(address):
    with mail_sink() as sink:
        error = refused(lambda: a_server(sink.port).send(LETTER, address, KEY))
    assert error.for_good
    assert not sink.mails


def test_a_mail_server_that_is_not_there_cannot_be_reached():
    with socket.socket() as nobody:  # it has the port, and does not listen
        nobody.bind(("127.0.0.1", 0))
        error = refused(lambda: a_server(nobody.getsockname()[1]).send(LETTER, ADDRESS, KEY))
    assert "cannot be reached" in error.reason
    assert not error.for_good


def test_a_letter_that_the_mail_server_took_and_answered_too_late_may_have_gone(monkeypatch):
    monkeypatch.setattr(smtp, "TIMEOUT", 0.3)
    with mail_sink() as sink:
        sink.late = asyncio.Event()
        error = refused(lambda: a_server(sink.port).send(LETTER, ADDRESS, KEY))
    assert sink.mails  # it was there
    assert error.unsure
    assert "did not answer within 0.3 s" in error.reason
    assert not error.for_good


def test_what_a_mail_server_plainly_refused_has_not_gone():
    with mail_sink() as sink:
        sink.letters = "451 try later"
        assert not refused(lambda: a_server(sink.port).send(LETTER, ADDRESS, KEY)).unsure


@contextmanager
def a_babbler(every: float | None):
    """A server that greets a letter at a time and never ends; or, of None, not at all."""
    listening = socket.create_server(("127.0.0.1", 0))
    stopping = threading.Event()

    def babble() -> None:
        connection, _ = listening.accept()
        with connection:
            try:
                while not stopping.wait(every):
                    connection.sendall(b"2")
            except OSError:
                return

    talking = threading.Thread(target=babble, daemon=True)
    talking.start()
    try:
        yield listening.getsockname()[1]
    finally:
        stopping.set()
        talking.join()
        listening.close()


@pytest.mark.parametrize("every", [None, 0.02])
def test_a_mail_server_that_hangs_or_babbles_is_left(every, monkeypatch):
    monkeypatch.setattr(smtp, "TIMEOUT", 0.3)
    monkeypatch.setattr(smtp, "SEND_WITHIN", 0.4)
    with a_babbler(every) as port:
        error = refused(lambda: a_server(port).send(LETTER, ADDRESS, KEY))
    assert (error.for_good, error.unsure) == (False, False)
    assert "did not answer" in error.reason if every is None else "took longer" in error.reason


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1 with its key, and that of who signed it."""
    folder = tmp_path_factory.mktemp("tls")
    authority = Authority(folder)
    own, key = authority.sign("127.0.0.1")
    file = folder / "loopback.pem"
    file.write_text("".join(each.read_text() for each in (key, own, authority.file)))
    return file


def a_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_password_goes_over_a_connection_that_is_encrypted_first(certificate):
    options = {
        "tls_context": a_tls(certificate),
        "auth_required": True,
        "authenticator": knows("flow", SECRETS["MAIL_PASSWORD"]),
    }
    with mail_sink(require_starttls=True, **options) as sink:
        more = {"security": "starttls", "user": "flow", "password_env": "MAIL_PASSWORD", "ca_file": str(certificate)}
        a_server(sink.port, **more).send(LETTER, ADDRESS, KEY)
    assert len(sink.mails) == 1


def test_a_wrong_password_is_told_without_it(certificate):
    options = {"tls_context": a_tls(certificate), "auth_required": True, "authenticator": knows("flow", "another")}
    with mail_sink(require_starttls=True, **options) as sink:
        more = {"security": "starttls", "user": "flow", "password_env": "MAIL_PASSWORD", "ca_file": str(certificate)}
        error = refused(lambda: a_server(sink.port, **more).send(LETTER, ADDRESS, KEY))
    assert "credentials" in error.reason


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(certificate):
    with mail_sink(tls_context=a_tls(certificate)) as sink:
        error = refused(lambda: a_server(sink.port, security="starttls").send(LETTER, ADDRESS, KEY))
    assert "not trusted" in error.reason
    assert not sink.mails


def test_a_server_without_tls_gets_nothing_where_tls_is_configured():
    with mail_sink() as sink:
        refused(lambda: a_server(sink.port, security="starttls").send(LETTER, ADDRESS, KEY))
    assert not sink.mails


def test_a_letter_is_left_in_a_folder_that_mail_programs_read(tmp_path):
    channel = Maildir({"folder": str(tmp_path / "var" / "letters")}, secret)
    channel.send(LETTER, ADDRESS, KEY)
    (mail,) = mailbox.Maildir(tmp_path / "var" / "letters", create=False)
    assert (mail["To"], mail["Message-ID"]) == (ADDRESS, f"<{KEY}@localhost>")


def test_letters_in_a_folder_may_be_as_short_as_a_text_message(tmp_path):
    assert Maildir({"folder": str(tmp_path), "short": True}, secret).short is True
    assert Maildir({"folder": str(tmp_path)}, secret).short is False


def test_a_folder_that_cannot_be_written_is_a_failure(tmp_path):
    (tmp_path / "file").write_text("")
    refused(lambda: Maildir({"folder": str(tmp_path / "file" / "letters")}, secret).send(LETTER, ADDRESS, KEY))


# --- GOV.UK Notify and apprise ----------------------------------------------------------------------


def a_notify(base_url: str, by: str = "sms") -> Notify:
    settings = {"by": by, "template_id": "tttt", "api_key_env": "NOTIFY_KEY", "base_url": base_url}
    return Notify(settings, secret)


@pytest.mark.parametrize(
    ("by", "path", "whom", "personal"),
    [
        ("sms", "/v2/notifications/sms", "phone_number", {"message": LETTER.text}),
        ("email", "/v2/notifications/email", "email_address", {"subject": LETTER.subject, "message": LETTER.text}),
    ],
)
def test_notify_gets_the_letter_for_its_template_with_the_key_as_reference(by, path, whom, personal):
    with web_sink(Answer(201, '{"id": "n-1"}')) as sink:
        channel = a_notify(sink.address, by)
        assert channel.short is (by == "sms")
        assert channel.send(LETTER, ADDRESS, KEY) == "n-1"  # by which it is asked later
    (asked,) = sink.asked
    assert asked.path == path
    assert asked.json() == {whom: ADDRESS, "template_id": "tttt", "personalisation": personal, "reference": KEY}
    assert asked.headers["authorization"].startswith("Bearer ")
    assert SECRETS["NOTIFY_KEY"][-36:] not in str(asked.headers)


@pytest.mark.parametrize(
    ("answer", "again_in", "for_good"),
    [
        (Answer(400, '{"errors": [{"message": "phone_number Not enough digits"}]}'), None, True),
        (Answer(403, '{"errors": [{"message": "Invalid token: service not found"}]}'), None, False),
        (Answer(429, '{"errors": [{"message": "Exceeded rate limit"}]}'), timedelta(minutes=1), False),
        (Answer(500, "{}"), None, False),
        (Answer(201, "{}"), None, False),
        (Answer(302, "", {"Location": "/elsewhere"}), None, False),
    ],
)
def test_notify_that_does_not_say_that_it_took_it_took_nothing(answer, again_in, for_good):
    with web_sink(answer) as sink:
        error = refused(lambda: a_notify(sink.address).send(LETTER, ADDRESS, KEY))
    assert (error.again_in, error.for_good) == (again_in, for_good)
    assert len(sink.asked) == 1


@pytest.mark.parametrize(
    ("status", "arrived"),
    [
        ("created", False),
        ("sending", False),
        ("pending", False),
        ("sent", False),  # abroad: nobody says more
        ("a word of tomorrow", False),
        ("delivered", True),
    ],
)
def test_notify_says_of_what_it_took_whether_it_arrived(status, arrived):
    with web_sink(Answer(200, json.dumps({"id": "n-1", "status": status}))) as sink:
        assert a_notify(sink.address).arrived("n-1") is arrived


@pytest.mark.parametrize("status", ["permanent-failure", "temporary-failure", "technical-failure"])
def test_notify_says_of_what_it_took_that_it_did_not_arrive(status):
    body = {"id": "n-1", "status": status, "phone_number": ADDRESS}
    with web_sink(Answer(200, json.dumps(body))) as sink, pytest.raises(NotArrived, match=status) as lost:
        a_notify(sink.address).arrived("n-1")
    assert ADDRESS not in lost.value.reason


def test_notify_that_cannot_be_asked_has_said_nothing():
    with web_sink(Answer(500, "{}")) as sink, pytest.raises(NotDelivered):
        a_notify(sink.address).arrived("n-1")


def test_notify_that_hangs_is_left(monkeypatch):
    monkeypatch.setattr("channels.notify.TIMEOUT", 0.2)
    with web_sink(Answer(hang=True)) as sink:
        error = refused(lambda: a_notify(sink.address).send(LETTER, ADDRESS, KEY))
    assert "did not answer" in error.reason
    assert error.unsure


def test_notify_that_cannot_be_reached_has_taken_nothing():
    with socket.socket() as nobody:  # it has the port, and does not listen
        nobody.bind(("127.0.0.1", 0))
        error = refused(lambda: a_notify(f"http://127.0.0.1:{nobody.getsockname()[1]}").send(LETTER, ADDRESS, KEY))
    assert "could not be reached" in error.reason
    assert not error.unsure


# It looks for a module that Python is about to let go of, and does without.
apprise = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@apprise
def test_apprise_hands_a_letter_to_a_service_of_its_own():
    with web_sink() as sink:
        AnyApprise({}, secret).send(LETTER, sink.address.replace("http://", "json://"), KEY)
    said = sink.asked[0].json()
    assert said["title"] == LETTER.subject
    assert LETTER.text in said["message"]
    assert KEY[:8] in said["message"]


@apprise
@pytest.mark.parametrize("status", [500, 404, 302])
def test_a_service_of_apprise_that_did_not_take_it_is_a_failure(status):
    with web_sink(Answer(status, "", {"Location": "/elsewhere"}), Answer(200)) as sink:
        refused(lambda: AnyApprise({}, secret).send(LETTER, sink.address.replace("http://", "json://"), KEY))
    assert len(sink.asked) == 1


@apprise
def test_what_a_service_of_apprise_did_not_answer_in_time_may_have_gone():
    with web_sink(Answer(hang=True)) as sink:
        address = sink.address.replace("http://", "json://") + "/?rto=0.2"
        assert refused(lambda: AnyApprise({}, secret).send(LETTER, address, KEY)).unsure
    with web_sink(Answer(500)) as sink:
        error = refused(lambda: AnyApprise({}, secret).send(LETTER, sink.address.replace("http://", "json://"), KEY))
    assert not error.unsure


@apprise
def test_an_address_that_apprise_does_not_know_is_refused_for_good():
    assert refused(lambda: AnyApprise({}, secret).send(LETTER, "nonsense://", KEY)).for_good


# --- The documentation ------------------------------------------------------------------------------

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "channels.md").read_text(encoding="utf-8")


def example(number: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)[number], found)
    return found


def test_the_channel_of_the_documentation_sends(monkeypatch):
    monkeypatch.setattr(channels, "entry_points", lambda group: [Entry("pager", example(0)["Pager"])])
    with web_sink(Answer(500), Answer(202)) as sink:
        pager: Any = find_channels()["pager"]({"exchange": sink.address, "token_env": "HOOK_SECRET"}, secret)
        refused(lambda: pager.send(LETTER, "12345", KEY))
        pager.send(LETTER, "12345", KEY)
    assert [asked.headers["idempotency-key"] for asked in sink.asked] == [KEY, KEY]


def test_the_check_of_the_documentation_knows_our_signature():
    with web_sink() as sink:
        Webhook({"secret_env": "HOOK_SECRET"}, secret).send(LETTER, sink.address, KEY)
    (asked,) = sink.asked
    headers = asked.headers
    given = (headers["x-flow-centre-timestamp"], asked.body, headers["x-flow-centre-signature"])
    is_ours = example(1)["is_ours"]
    assert is_ours(SECRETS["HOOK_SECRET"].encode(), *given)
    assert not is_ours(b"another secret", *given)
