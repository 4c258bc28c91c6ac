"""The pieces that a component tree is made of, for type checkers and short calls."""

from __future__ import annotations

from typing import Any

from dash.development.base_component import Component

Child = str | int | float | Component | None
Children = Child | list[Child]


def marked(**attributes: Any) -> dict[str, Any]:
    """Attributes whose names hold hyphens: ``marked(data_state="late", aria_label="Feeds")``."""
    return {name.replace("_", "-"): value for name, value in attributes.items()}


def moved_sideways(name: str) -> dict[str, Any]:
    """Attributes of what holds a table that may be wider than a screen and has nothing in it to which the keyboard comes."""
    return {"tabIndex": 0, "role": "region"} | marked(aria_label=name)
