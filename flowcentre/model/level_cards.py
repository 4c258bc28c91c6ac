"""Action cards by kind of place and level of pressure: what each is called."""

from __future__ import annotations

LEVELS_WITH_CARD = (2, 3, 4)  # at level 1 everybody does their ordinary work
LEVEL_CARDS = "levels"  # the folder among the action cards


def level_card(kind: str, level: int) -> str | None:
    """The name of the action card for a kind of place at a level; None for level 1, which needs none.

    It is a name as other action cards have one: ``levels/acute-hospital-level-3``.
    """
    if level not in LEVELS_WITH_CARD:
        return None
    return f"{LEVEL_CARDS}/{kind.casefold().replace(' ', '-')}-level-{level}"
