"""Actions as they are seen: at a desk, from far off, and in the hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from flowcentre.model import ActionNote, Noted
from flowcentre.picture.actions_now import LONGEST_WHAT, ActionsNow
from layouts import action_page
from layouts import actions as actions_page
from layouts.finished import to_html
from layouts.top import top
from tests.layouts.actions_cast import CONDITIONS, DONE, FORM, LATE, actions_now, draft, effect, story
from tests.layouts.alerts_cast import shown
from tests.layouts.conftest import Show
from tests.layouts.test_wall_in_chromium import everything_seen

pytestmark = pytest.mark.browser


def page_of(condition: str, known: ActionsNow | None = None) -> str:
    inner = to_html(actions_page.render(known or actions_now(condition)))
    above = "".join(map(to_html, top(shown(condition), "/actions")))
    sheets = "".join(
        f'<link rel="stylesheet" href="/assets/{name}.css">' for name in ("tokens", "flowcentre", "alerts", "actions")
    )
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">{sheets}'
    body = f'{above}<main id="content"><div><div class="alerts-page actions-page">{inner}</div></div></main>'
    return f'<!doctype html><html lang="en-GB"><head>{head}</head><body>{body}</body></html>'


@pytest.mark.parametrize("width", [390, 1920, 3840])
@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_page_never_scrolls_sideways_and_is_legible(show: Show, condition: str, width: int) -> None:
    page = show(page_of(condition), width, 900)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert [one for one in everything_seen(page) if one["size"] < 13 or one["contrast"] < 4.5] == []


@pytest.mark.parametrize("kind", ["open", "done", "new"])
def test_on_a_telephone_every_form_is_large_and_fits(show: Show, kind: str) -> None:
    documents = {
        "open": lambda: action_page.document(story(LATE, so_far=effect()), FORM, fingerprint="1"),
        "done": lambda: action_page.document(story(DONE, effect(), effect()), FORM, fingerprint="1"),
        "new": lambda: action_page.form_document(draft(), FORM, fingerprint="1"),
    }
    page = show(documents[kind](), 390, 844)
    for fold in page.locator("summary").all():
        fold.click()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert [one for one in everything_seen(page) if one["size"] < 14 or one["contrast"] < 4.5] == []
    for button in page.locator("button, select, input[type=text]").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 48


@pytest.mark.parametrize("width", [390, 1920])
def test_a_word_that_is_wider_than_a_telephone_breaks(show: Show, width: int) -> None:
    words: dict[str, Any] = {"what": "W" * LONGEST_WHAT, "who": "M" * 40, "logged_by": "K" * 40, "ended_by": "K" * 40}
    late, done = replace(LATE, **words), replace(DONE, **words)
    known = replace(actions_now(), open=(late,), ended=(done,))
    told = replace(story(late), notes=(ActionNote(1, Noted.TRIED, LATE.logged_at, "Z" * 40, "Q" * LONGEST_WHAT),))
    for html in (page_of("normal", known), action_page.document(told, FORM, fingerprint="1")):
        assert show(html, width, 900).evaluate("document.documentElement.scrollWidth") == width


def test_that_it_is_done_is_said_on_the_first_screen_of_a_telephone(show: Show) -> None:
    button = (
        show(action_page.document(story(LATE), FORM, fingerprint="1"), 390, 844).locator("button").first.bounding_box()
    )
    assert button is not None
    assert button["y"] + button["height"] <= 844
