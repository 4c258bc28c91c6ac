"""The page of the huddle: its name, its address, and whether there is one."""

from __future__ import annotations

from flowcentre.model import Picture
from layouts.parts import links

ID, TITLE, PATH = "huddle", "Huddle", links.huddle()


def has_huddles(picture: Picture) -> bool:
    """Is there anything to talk about at a call: pressure that is scored, or rules of alerts?"""
    return bool(picture.county.pressure.rules or picture.county.alerting.rules)
