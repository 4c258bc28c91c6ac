"""What two sources say of one hospital that cannot both be: for somebody to check."""

from __future__ import annotations

from collections.abc import Collection

from dash import html
from dash.development.base_component import Component

from flowcentre.model import Picture
from flowcentre.picture.against_beds import beds_words, more_than_beds
from layouts.parts.tree import marked


def to_check(picture: Picture, places: Collection[str] | None = None) -> Component | None:
    """The hospitals, or some of them, whose lists have more people than their bed states have beds in use."""
    found = [each for each in more_than_beds(picture) if places is None or each.place in places]
    if not found:
        return None
    items = [html.Li([html.Strong("To be checked. "), beds_words(picture, each)]) for each in found]
    return html.Ul(items, className="to-check", **marked(aria_label="To be checked"))
