"""Which action cards for levels of pressure are there, and which are missing."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from flowcentre.model.level_cards import LEVEL_CARDS, LEVELS_WITH_CARD, level_card


def level_card_names(folder: Path) -> frozenset[str]:
    """The level cards in a folder of action cards, each by its name: ``levels/nhs-111-level-2``."""
    return frozenset(f"{LEVEL_CARDS}/{path.stem}" for path in (folder / LEVEL_CARDS).glob("[!.]*.md") if path.is_file())


def missing_cards(cards: Collection[str], kinds: Collection[str]) -> tuple[str, ...]:
    """The names of the cards that are not among ``cards``, of kinds of place that are scored.

    Level 1 needs none. In the order of the kinds, the lowest level first.
    """
    needed = (level_card(kind, level) for kind in kinds for level in LEVELS_WITH_CARD)
    return tuple(card for card in needed if card is not None and card not in cards)
