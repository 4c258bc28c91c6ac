"""An input field of a finished page. Dash has none among its HTML: its own needs a script."""

from __future__ import annotations

from typing import Any

from dash.development.base_component import Component


class Input(Component):
    """``<input>``, with the attributes that HTML has for it; it can only be written out, never live in a Dash page."""

    _namespace = "dash_html_components"
    _type = "Input"
    _children_props: list[str] = []
    _base_nodes: list[str] = []

    def __init__(self, **attributes: Any) -> None:
        self._prop_names = list(attributes)
        self._valid_wildcard_attributes = ["data-", "aria-"]
        self.available_properties = self._prop_names
        self.available_wildcard_properties = self._valid_wildcard_attributes
        super().__init__(**attributes)  # type: ignore[no-untyped-call]
