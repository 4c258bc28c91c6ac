"""The sitrep of a huddle reaches those who are to have it: whole, by itself, and once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from channels.smtp import Smtp
from flowcentre.alerts.sender import LEASE
from flowcentre.alerts.sitreps import sitrep_tellings
from flowcentre.model import ChannelSettings
from flowcentre.picture.sitrep import Part, Sitrep, kept
from flowcentre.store import Store
from tests.alerts.sinks import mail_sink
from tests.alerts.telling_cast import ALERTING, AT
from tests.alerts.test_sender import Desk, Noting, nothing_noted
from tests.store.alerting import claim_one

__all__ = ["nothing_noted"]
ROSE = "Patients in A&E now at Northgate General rose by 60, from 20 to 80"
SITREP = Sitrep("Westshire: situation report of huddle 1", ("As at 08:00.",), (Part("What changed", (ROSE,)),))
TO = replace(ALERTING, sitrep_to=("site-team", "director"))


def close(store: Store, *, keeps: bool = True) -> int:
    """A huddle that is over, with its sitrep kept."""
    huddle = store.open_huddle("control room", AT).id
    store.close_huddle(huddle, "control room", AT)
    if keeps:
        store.keep_sitrep(huddle, kept(SITREP), AT)
    return huddle


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, TO)


def test_it_goes_to_each_who_is_on_as_text_with_links_and_where_short_as_a_link(desk):
    huddle = close(desk.store)
    assert desk.store.huddle_sent(huddle, AT, sitrep_tellings(TO, huddle, AT))
    assert not desk.store.huddle_sent(huddle, AT, sitrep_tellings(TO, huddle, AT))
    desk.sender.send_due()
    desk.pass_on(timedelta(hours=1))
    (mail, to, _, letter), (text, by, _, short) = Noting.handed
    assert (mail, to, text, by) == ("mail", "site@northgate.example", "text", "07700900002")
    assert letter.subject == "NOTICE: Westshire: situation report of huddle 1"
    assert f"- {ROSE}" in letter.text
    assert "As PDF: https://flow.example/huddle/1.pdf" in letter.text
    assert letter.link == short.link == "https://flow.example/huddle/1"
    assert short.text == f"{letter.subject}. https://flow.example/huddle/1"


def test_an_alert_is_not_buried_in_it(desk):
    huddle = close(desk.store)
    desk.raise_alert("site")
    desk.store.huddle_sent(huddle, AT, sitrep_tellings(replace(TO, sitrep_to=("site",)), huddle, AT))
    desk.sender.send_due()
    assert [letter.subject[:8] for _, _, _, letter in Noting.handed] == ["CRITICAL"]
    desk.pass_on(timedelta(seconds=6))
    assert "situation report" in Noting.handed[1][3].subject
    assert "Beds full" not in Noting.handed[1][3].text


def test_one_that_was_not_kept_is_told_by_its_page(desk):
    huddle = close(desk.store, keeps=False)
    desk.store.huddle_sent(huddle, AT, sitrep_tellings(TO, huddle, AT))
    desk.sender.send_due()
    assert "stands here: https://flow.example/huddle/1" in Noting.handed[0][3].text


def test_by_a_real_mail_server_a_sender_that_dies_repeats_it_under_the_same_key(store):
    with mail_sink() as sink:
        settings = {"host": "127.0.0.1", "port": sink.port, "sender": "flow@westshire.example", "security": "none"}
        alerting = replace(TO, channels=(ChannelSettings("mail", "smtp", settings),), sitrep_to=("desk",))
        desk = Desk(store, alerting, smtp=Smtp)
        huddle = close(store)
        store.huddle_sent(huddle, AT, sitrep_tellings(alerting, huddle, AT))
        desk.sender.compose()
        lost = claim_one(store, "dies", AT, LEASE)  # it sends, and dies before it can say so
        assert lost is not None
        desk.pass_on(LEASE - timedelta(seconds=1))
        assert not sink.mails
        desk.pass_on(LEASE)
        desk.pass_on(LEASE)
        (mail,) = sink.mails
        assert lost.key in str(mail["Message-ID"])
        assert ROSE in mail.get_content()
