"""One alert on a telephone, its forms, and action cards."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from flowcentre.model import ANOTHER_MEASURE, AlertState, Silence, TellingKind
from flowcentre.picture.alerts_now import AlertForm, AlertStory
from flowcentre.picture.offered import Offered
from layouts import action_card, alert_page
from tests.layouts.alerts_cast import CARD, CONDITIONS, HOUR, shown, story
from tests.layouts.cast import NOW
from tests.layouts.test_alerts import words

ENDS = (
    Offered("2026-11-22T09:14Z", NOW.replace(second=0) + HOUR, HOUR, True),
    Offered("2026-11-23T08:00Z", NOW.replace(hour=8, minute=0, second=0) + timedelta(days=1)),
)
FORM = AlertForm(ENDS)
SILENCE = Silence(4, "ae-rising", "", "Planned move", "duty manager", NOW - HOUR, NOW + HOUR)


def drawn(of: AlertStory, form: AlertForm = FORM) -> str:
    return alert_page.document(of, form, fingerprint="1")


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_condition_can_be_drawn_and_is_always_the_same(condition: str) -> None:
    assert drawn(story(condition)) == drawn(story(condition))


def test_it_says_what_where_how_much_what_to_do_what_happened_and_who_was_told() -> None:
    said = words(drawn(story("normal", 21)).partition("<main")[2])
    for part in (
        "A&E crowded Northgate General",
        "Critical, raised : not acknowledged",
        "74 people , limit 70 people or more , as of 2 min ago",
        "Worst 81 people",
        "Ask the nurse in charge what holds people up.",
        "07:18 in breach, at 71 people",
        "07:33 raised, at 73 people",
        "Northgate site manager on call, by mail: delivered 07:33",
        "As at 08:14",
    ):
        assert part in said


def test_it_says_who_is_told_next_and_when_unless_somebody_acknowledges() -> None:
    lead = shown().county.alerting.leads[0]
    of = replace(story("normal", 21), told_next=(NOW + 2 * HOUR, (lead.id,)))
    assert f"Next: {lead.title} at 10:14 unless somebody acknowledges it." in words(drawn(of))
    assert "Next:" not in words(drawn(story("normal", 21)))


def test_whoever_comes_can_acknowledge_with_a_role_and_one_button() -> None:
    html = drawn(story("normal", 21))
    form = html[html.index('value="acknowledge"') - 200 :].partition("</form>")[0]
    assert 'name="author"' in form
    assert 'action="/alerts/21"' in html
    assert 'method="post"' in html
    assert form.count("<button") == 1


def test_what_is_acknowledged_is_not_asked_again() -> None:
    html = drawn(story("normal", 18))
    assert 'value="acknowledge"' not in html
    assert "acknowledged : at 07:44 by duty manager" in words(html)
    assert "acknowledged by duty manager: Called the site team" in words(html)


def test_what_was_done_is_said_with_what_is_kept_and_not_with_what_was_sent() -> None:
    assert "Acknowledged At 07:44 by duty manager." in words(
        drawn(story("normal", 18), replace(FORM, done="acknowledged"))
    )
    again = words(drawn(story("normal", 18), replace(FORM, done="already")))
    assert "It had been acknowledged before At 07:44 by duty manager." in again
    unknown = drawn(story("normal", 18), replace(FORM, done="<b>"))
    assert "<b>" not in unknown.partition("<main")[2].partition("What to do")[0].replace("<b>96.2", "")


def test_only_what_nothing_watches_any_more_is_offered_to_be_closed_and_not_what_a_late_feed_blinds() -> None:
    late = story("stale", 21)
    assert 'value="close"' not in drawn(late)
    assert 'value="close"' not in drawn(story("normal", 21))
    assert late.rule is not None
    for gone in (
        replace(late, rule=None),
        replace(late, rule=replace(late.rule, places=("southmere",))),
        replace(late, alert=replace(late.alert, blind_why=ANOTHER_MEASURE)),
    ):
        assert "Close it: nothing watches it any more" in drawn(gone)
    for_long = replace(late, alert=replace(late.alert, blind_since=NOW - timedelta(days=1)))
    assert "Close it: its figures have not come for a day" in drawn(for_long)
    assert 'value="close"' not in drawn(replace(story("normal", 21), rule=None))


def test_who_was_told_says_what_each_message_told() -> None:
    of = story("normal", 21)
    (first, *_) = of.messages
    said = words(drawn(replace(of, kinds={first.id: (TellingKind.RAISED,)})))
    assert f"by {first.channel} (raised):" in said
    again = words(drawn(replace(of, kinds={first.id: (TellingKind.ESCALATED, TellingKind.BLIND)})))
    assert "(next step: nobody had acknowledged it, cannot tell):" in again


def test_a_silence_asks_where_until_when_why_and_who_and_offers_a_day_at_most() -> None:
    html = drawn(story("normal", 21))
    form = html[html.index("Silence it for a while") :].partition("</form>")[0]
    assert "1 h (09:14)" in words(form).replace("\N{NO-BREAK SPACE}", " ")
    assert "tomorrow 08:00" in form
    assert re.findall(r'name="(\w+)"', form).count("until") == 2
    for name in ("where", "words", "author"):
        assert f'name="{name}"' in form


def test_what_is_wrong_stands_above_and_the_form_that_was_sent_is_open() -> None:
    form = replace(FORM, asked="silence", mistakes=("Say why, in a few words.",), author="duty manager")
    html = drawn(story("normal", 21), form)
    assert html.index("Say why, in a few words.") < html.index("What to do")
    assert '<details class="alert-fold" open>' in html
    assert html.count('value="duty manager"') == 2


def test_whoever_is_signed_in_is_not_asked_who_they_are() -> None:
    html = drawn(story("normal", 21), replace(FORM, signed_in=True, author="site manager"))
    assert 'name="author"' not in html
    assert "By site manager" in words(html)


def test_a_server_that_takes_nothing_draws_no_form() -> None:
    html = drawn(story("normal", 21), replace(FORM, may_write=False))
    assert "<form" not in html
    assert "takes nothing" in html


def test_an_alert_that_has_ended_can_be_read_and_not_acknowledged() -> None:
    of = story("normal", 21)
    html = drawn(replace(of, alert=replace(of.alert, state=AlertState.CLEAR, cleared_at=NOW)))
    assert "Critical, ended : 08:14" in words(html)
    assert 'value="acknowledge"' not in html


def test_what_hushes_it_is_told_with_a_way_to_end_it() -> None:
    html = drawn(replace(story("normal", 21), silences=(SILENCE,)))
    assert "Planned move. By duty manager, from 07:14 until 09:14." in words(html)
    assert 'href="/silences/4"' in html


def test_a_silence_can_be_ended_on_its_own_page() -> None:
    html = alert_page.silence_document(shown(), SILENCE, AlertForm(), NOW, fingerprint="1")
    assert "A&E filling fast, everywhere" in words(html)
    assert 'action="/silences/4"' in html
    assert 'value="end"' in html


def test_a_rule_that_is_gone_leaves_an_alert_that_can_still_be_read() -> None:
    html = drawn(replace(story("normal", 21), rule=None, card=None))
    assert "A&amp;E crowded" in html
    assert "What to do" not in html
    assert "74 , limit 70, in the unit that its rule had" in words(html)
    assert "raised, at 73" in words(html)


def test_no_script_stands_inside_and_the_form_says_where_it_was_drawn() -> None:
    html = drawn(story("normal", 21))
    assert html.count("<script") == html.count('<script src="/assets/') == 2
    assert '<meta name="referrer" content="same-origin">' in html
    assert "//" not in html.replace("<!doctype", "")


# --- Action cards -----------------------------------------------------------------------------------


def test_a_card_is_drawn_with_its_own_title() -> None:
    html = action_card.document(shown(), "ae-crowded", CARD, fingerprint="1")
    assert "<title>A&amp;E crowded - Westshire</title>" in html
    assert "<h1>A&amp;E crowded</h1>" in html
    assert '<a href="/delays">delays page</a>' in html
    assert action_card.card_title("beds-full", "no heading") == "Beds full"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](https://evil.example/x.png)",
        '<img src="x" onerror="alert(1)">',
        "[x](data:text/html;base64,xx)",
        "<https://a.example> <style>*{}</style>",
    ],
)
def test_nothing_in_a_card_runs_and_nothing_is_fetched_from_elsewhere(text: str) -> None:
    html = str(action_card.card_html(text))
    assert not re.search(r"<(script|img|style)|(href|src)=\"(javascript|data)", html)
    assert not re.search(r"<[^>]* on\w+=", html)


def test_the_headings_of_a_card_stand_beneath_those_of_its_page() -> None:
    assert "<h3>A&amp;E crowded</h3>" in action_card.card_html(CARD, beneath=2)
    assert "<h6>" in action_card.card_html("###### x", beneath=2)
