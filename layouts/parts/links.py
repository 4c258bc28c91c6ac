"""Addresses of the pages."""

from __future__ import annotations

from urllib.parse import urlencode


def explain(place: str, measure: str) -> str:
    """Where a value explains itself."""
    return "/explain?" + urlencode({"place": place, "measure": measure})


def glossary(measure: str) -> str:
    """Where a measure is defined."""
    return f"/measures#{measure}"


def feed(feed_id: str) -> str:
    """Where a feed stands."""
    return f"/feeds#{feed_id}"


def type_in(place: str | None = None) -> str:
    """Where values are typed in: for a place, or the list of places."""
    return f"/type-in/{place}" if place else "/type-in"


def alerts() -> str:
    """The page of every alert."""
    return "/alerts"


def alert(number: int) -> str:
    """Where an alert is told, and acknowledged."""
    return f"/alerts/{number}"


def action_card(name: str) -> str:
    """What to do when an alert of a rule is raised."""
    return f"/action-cards/{name}"


def silence(number: int) -> str:
    """Where a silence is told, and ended."""
    return f"/silences/{number}"
