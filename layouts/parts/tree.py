"""The pieces that a component tree is made of, for type checkers and short calls."""

from __future__ import annotations

from typing import Any

from dash.development.base_component import Component

Child = str | int | float | Component | None
Children = Child | list[Child]


def marked(**attributes: Any) -> dict[str, Any]:
    """Attributes whose names hold hyphens: ``marked(data_state="late", aria_label="Feeds")``."""
    return {name.replace("_", "-"): value for name, value in attributes.items()}


def needs(what: str, of: str | None = None) -> dict[str, Any]:
    """The mark of a way that is for whoever may do something: "act", "type-in", "administer" or "rows", ``of`` a place or a feed.

    "" is the whole county, None anywhere. It goes, with all that is in it, before the page leaves for somebody else.
    """
    return marked(data_needs=_needed(what, of))


def link_needs(what: str, of: str | None = None) -> dict[str, Any]:
    """The same of a link whose words stay for everybody."""
    return marked(data_link_needs=_needed(what, of))


def _needed(what: str, of: str | None) -> str:
    return what if of is None else f"{what} {of or '*'}"


def moved_sideways(name: str) -> dict[str, Any]:
    """Attributes of what holds a table that may be wider than a screen and has nothing in it to which the keyboard comes."""
    return {"tabIndex": 0, "role": "region"} | marked(aria_label=name)
