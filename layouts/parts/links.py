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


def huddle(number: int | None = None, file: str = "") -> str:
    """The huddle that is open, or one by its number; ``file`` is "txt" or "pdf"."""
    return "/huddle" if number is None else f"/huddle/{number}{f'.{file}' if file else ''}"


def pressure(place: str | None = None) -> str:
    """The page of pressure, or where a level is declared for a place."""
    return f"/pressure/{place}" if place else "/pressure"


def rehearsal(rule: str | None = None) -> str:
    """Where rules of alerts are rehearsed, or one of them."""
    return "/rehearsal" if rule is None else "/rehearsal?" + urlencode({"rule": rule})


def action_card(name: str) -> str:
    """What to do when an alert of a rule is raised."""
    return f"/action-cards/{name}"


def silence_new() -> str:
    """Where a silence is entered beforehand."""
    return "/silences/new"


def silence(number: int) -> str:
    """Where a silence is told, and ended."""
    return f"/silences/{number}"


def actions() -> str:
    """The page of every action."""
    return "/actions"


def action(number: int) -> str:
    """Where an action is told, and where one says what came of it."""
    return f"/actions/{number}"


def log_action(*, alert: int | None = None, huddle: int | None = None, place: str = "", measure: str = "") -> str:
    """Where an action is logged: of an alert, at a huddle, or about a figure."""
    of = {"alert": alert, "huddle": huddle, "place": place, "measure": measure}
    asked = urlencode({name: said for name, said in of.items() if said})
    return f"/actions/new?{asked}" if asked else "/actions/new"
