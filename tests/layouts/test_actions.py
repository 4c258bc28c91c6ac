"""Actions on their page and on their own: what is said of each, and what must never be."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from flowcentre.measures import by_id
from flowcentre.model import Alerting, Movement
from layouts import action_page, actions, explain
from layouts.finished import to_html
from layouts.parts.action_words import NOT_THE_CAUSE, change_words, usual_words
from layouts.ways import ways
from tests.layouts.actions_cast import DONE, DROPPED, FORM, LATE, TO_COME, actions_now, draft, effect, story
from tests.layouts.alerts_cast import MINUTE, alert, shown
from tests.layouts.cast import NOW


def words(html: str) -> str:
    """What one reads, blanks as they come."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)).replace("\N{NO-BREAK SPACE}", " ")).strip()


def page_of(condition: str = "normal") -> str:
    return words(to_html(actions.render(actions_now(condition))))


def one(of: object = LATE, *effects: object, **more: object) -> str:
    return words(action_page.document(story(of, *effects, **more), FORM, fingerprint="1"))  # type: ignore[arg-type]


def test_the_page_says_what_is_overdue_since_when_who_has_it_and_how_often_they_were_reminded() -> None:
    said = page_of()
    assert "To be done: 2 1 overdue" in said
    assert "overdue Open six beds on A1 Northgate General" in said
    assert "Northgate site manager on call : should have been done by 07:39, 35 min ago reminded once" in said
    assert "ward sister of A1 : by 09:14" in said
    assert page_of("empty").count("No action") == 2


def test_the_word_stands_beside_both_figures_the_change_and_what_is_usual() -> None:
    said = page_of()
    assert "74 when it was logged; 1 h after it was done, 72: \N{MINUS SIGN}2" in said
    assert "usually moves by \N{MINUS SIGN}6 to +10 people (9 in 10 of 28 days before)" in said
    assert "No clear change" in said
    assert NOT_THE_CAUSE in said
    assert "Too soon to say" in said  # of what was done five minutes ago
    assert "will not be done" in said


def test_nothing_is_called_better_or_worse_where_it_is_not_known_why_is_said() -> None:
    assert "A figure is missing" in usual_words(effect(Movement.NOT_KNOWN, after=None))
    few = usual_words(effect(Movement.NOT_KNOWN, days=13))
    assert few == "What is usual is not known: history has this time of day on 13 days, and 14 are needed."
    gone = usual_words(replace(effect(Movement.NOT_KNOWN, after=None), known_from=NOW))
    assert gone.startswith("Figures from before Sunday 22 November 2026 have been purged")
    said = one(DONE, effect(Movement.NOT_KNOWN, after=None))
    assert "not known" in said
    assert not re.search(r"better than|worse than|no clear change", said)


@pytest.mark.parametrize(
    ("movement", "word"), [(Movement.BETTER, "better than usual"), (Movement.WORSE, "worse than usual")]
)
def test_every_look_has_its_own_heading(movement: Movement, word: str) -> None:
    said = one(DONE, effect(), effect(movement, after=40))
    assert f"1 h after it was done: {word}" in said
    assert "1 h after it was done: no clear change" in said


def test_while_it_goes_on_the_change_so_far_has_no_word() -> None:
    said = one(LATE, so_far=effect(Movement.BETTER, after=40))
    assert "after it was done, 40" not in said
    assert re.search(r"74 when it was logged; [^;]* after it was logged, 40", said)
    assert "better than" not in said.casefold()
    for over, words in ((0, "too soon to say"), (14, "too soon to say"), (15, "after it was logged, 74")):
        just = one(LATE, so_far=replace(effect(after=74), over=timedelta(minutes=over)))
        assert f"74 when it was logged; {'15 min ' if over == 15 else ''}{words}" in just
        assert ("0 people" in just) == (over == 15)
    assert "What the figure did" not in one(DROPPED)
    assert "What the figure did" not in one(TO_COME)


@pytest.mark.parametrize("since", [0, 5, 59])
def test_before_the_first_hour_is_over_a_done_action_says_that_it_is_too_soon_and_no_change(since: int) -> None:
    of = replace(DONE, ended_at=NOW - since * MINUTE)
    said = one(of, so_far=replace(effect(Movement.BETTER, after=40), over=NOW - of.logged_at))
    assert "74 when it was logged; too soon to say what it did since it was done" in said
    assert "looked at an hour after the action is done" in said
    assert "after it was done, 40" not in said
    assert "34 people" not in said


@pytest.mark.parametrize(
    ("change", "measure", "said"),
    [
        (14, "ae_patients_now", "+14 people"),
        (-14, "ae_patients_now", "\N{MINUS SIGN}14 people"),
        (0.3, "ae_patients_now", "0 people"),
        (-0.04, "ga_occupancy", "0 points"),
        (1.25, "ga_occupancy", "+1.3 points"),
    ],
)
def test_a_change_has_its_sign_and_shares_move_by_points(change: float, measure: str, said: str) -> None:
    assert change_words(change, by_id(measure)) == said


def test_what_was_typed_is_written_as_text_wherever_it_stands() -> None:
    nasty = replace(LATE, what='<script>alert("x")</script>', who="<b>me</b>", logged_by="<i>you</i>")
    for html in (
        action_page.document(story(nasty), FORM, fingerprint="1"),
        to_html(actions.render(replace(actions_now(), open=(nasty,), ended=(replace(DONE, what=nasty.what),)))),
    ):
        assert "<script>alert" not in html
        assert "<b>me" not in html
        assert "<i>you" not in html


def test_the_form_says_of_what_it_is_and_offers_a_figure_where_nothing_says_it() -> None:
    from_alert = action_page.form_document(
        draft(alert=alert(21), place="northgate", measure="ae_patients_now"), FORM, fingerprint="1"
    )
    assert "From the alert A&E crowded, Northgate General" in words(from_alert)
    assert re.search(r'<input[^>]*name="alert"[^>]*value="21"', from_alert)
    assert 'name="trigger"' not in from_alert
    by_itself = action_page.form_document(draft(), FORM, fingerprint="1")
    assert 'value="northgate/ae_patients_now"' in by_itself
    assert 'value="northgate-site"' in by_itself


def test_there_is_a_way_to_it_from_every_page() -> None:
    assert ("/actions", "Actions") in ways(shown())


def test_what_explains_a_figure_leads_to_an_action_about_it_and_a_county_of_published_figures_to_none() -> None:
    drawn = shown()
    link = 'href="/actions/new?place=northgate&amp;measure=ae_patients_now"'
    assert link in to_html(explain.render(drawn, "northgate", "ae_patients_now", (), ()))
    slow = tuple(replace(feed, every=timedelta(days=1)) for feed in drawn.county.feeds)
    published = replace(drawn, county=replace(drawn.county, feeds=slow, alerting=Alerting()))
    assert "/actions/new" not in to_html(explain.render(published, "northgate", "ae_patients_now", (), ()))
    assert "/actions" not in dict(ways(published))
