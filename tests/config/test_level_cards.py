"""Action cards for levels of pressure: each kind of place that is scored has one for each level but the first."""

import re

import pytest

from flowcentre.config import DEFAULTS
from flowcentre.config.level_cards import level_card_names, missing_cards
from flowcentre.model.level_cards import level_card
from flowcentre.web.cards import cards_in

FOLDER = DEFAULTS / "westshire" / "action_cards"
KINDS = ("acute hospital", "council", "locality", "mental health unit", "NHS 111", "system", "trust")
NAMES = sorted(level_card_names(FOLDER))


def test_westshire_has_a_card_for_each_kind_of_organisation_at_levels_2_3_and_4():
    assert missing_cards(NAMES, KINDS) == ()
    assert len(NAMES) == 3 * len(KINDS)


def test_what_is_missing_is_named_and_level_1_needs_none():
    assert level_card("acute hospital", 1) is None
    there = [name for name in NAMES if name != "levels/nhs-111-level-3"]
    assert missing_cards(there, KINDS) == ("levels/nhs-111-level-3",)
    assert missing_cards(NAMES, ["care home"]) == tuple(f"levels/care-home-level-{level}" for level in (2, 3, 4))


@pytest.mark.parametrize("name", NAMES)
def test_a_card_says_that_it_is_local_who_acts_by_when_and_when_to_stand_down(name):
    text = cards_in(FOLDER)(name)
    title, *headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    assert title.endswith(f": level {name[-1]}")
    assert headings == ["Who", "First 15 minutes", "Next hour", "Stand down"]
    assert all(part.strip() for part in re.split(r"^#+ .*$", text, flags=re.MULTILINE)[1:])
    assert "*Local: " in text
    assert "No part of it is national guidance" in text
    # A computed level is no OPEL level, and a card stands down one level lower.
    assert "OPEL" not in text
    assert f"evel {int(name[-1]) - 1}" in text.split("## Stand down")[1]


@pytest.mark.parametrize(
    "name", ["levels/", "levels/../beds-full", "other/beds-full", "levels/levels/a", "levels/none"]
)
def test_no_other_folder_is_read(name):
    assert cards_in(FOLDER)(name) is None
