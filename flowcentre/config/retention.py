"""For how long each class of what is kept is kept, out of ``[retention]`` in ``county.toml``."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

from flowcentre.config.document import Document
from flowcentre.config.lengths import write_length
from flowcentre.config.shapes import Shape, _key, _length, read_shape
from flowcentre.model import FOR_GOOD, UNSAID, Kept, Retention

TABLE = "retention"
_GOOD = "for good"
# The shortest of each class, and what would be missed.
_SHORTEST = {
    Kept.POLLS: (35, "the weeks before on the pages of lists say which rows were held back then"),
    Kept.TYPED: (100, "rehearsals look back over 92 days"),
    Kept.READINGS: (100, "rehearsals look back over 92 days, and what a figure usually does is told of 28"),
    Kept.ROLLUPS: (100, "they are what is left of figures"),
    Kept.PEOPLE: (100, "the lists of the last 28 days are set against the present, and packages run for weeks"),
    Kept.LETTERS: (35, "the page of an alert says who was told of it"),
    Kept.ACTIONS: (100, "what came of an action is shown beside it"),
    Kept.MINUTES: (100, "what a huddle came to is looked up afterwards"),
    Kept.ALERTS: (100, "the page of an alert says what happened to it"),
    Kept.SESSIONS: (1, "an administrator sees who was signed in"),
    Kept.AUDIT: (731, "who saw somebody must be told for two years at least"),
}
# What must not be kept for shorter than another, and why.
_OUTLASTS = (
    (Kept.TYPED, Kept.READINGS, "a figure of which nobody knows who typed it in would pass for a feed's own"),
    (Kept.ROLLUPS, Kept.READINGS, "hours and days are made of them, and are what is left"),
)


def _period(value: object) -> timedelta:
    return FOR_GOOD if value == _GOOD else _length(value)


_Period = Annotated[timedelta, BeforeValidator(_period)]


class RetentionShape(Shape):
    """``[retention]`` of ``county.toml``"""

    polls: _Period | None = _key('"90d"')
    typed: _Period | None = _key('"800d"')
    readings: _Period | None = _key('"800d", or "for good"')
    rollups: _Period | None = _key('"3650d"')
    people: _Period | None = _key('"400d"')
    letters: _Period | None = _key('"400d"')
    actions: _Period | None = _key('"1100d"')
    minutes: _Period | None = _key('"1100d"')
    alerts: _Period | None = _key('"1100d"')
    sessions: _Period | None = _key('"30d"')
    audit: _Period | None = _key('"2922d"')


def read_retention(document: Document) -> Retention:
    """The periods of a county; what is wrong is noted in the document.

    Those of ``Retention`` where its table gives none, and in a demonstration; ``UNSAID`` where a real county has no table: a
    newer Flow Centre must not begin to delete what nobody was asked about.
    """
    if TABLE not in document.tables and not document.tables.get("demonstration"):
        return UNSAID
    table = document.tables.get(TABLE, {})
    if not isinstance(table, dict):
        document.wrong((TABLE,), f'"{TABLE}" is no table', '[retention], with people = "400d" and the rest below it')
        return Retention()
    shape = read_shape(document, (TABLE,), table, RetentionShape)
    given = {kept.value: value for kept in Kept if (value := getattr(shape, kept)) is not None}
    for kept, period in given.items():
        days, why = _SHORTEST[Kept(kept)]
        if period < timedelta(days=days):
            what = f"[{TABLE}] {kept} {write_length(period)} is too short: {why}"
            document.wrong((TABLE, kept), what, f'{kept} = "{days}d" or longer, or "{_GOOD}"')
    # Of two that hang together the one that is not given is as long as it has to be.
    usual = Retention()
    for longer, shorter, why in _OUTLASTS:
        least = given.get(shorter, getattr(usual, shorter))
        if longer not in given:
            given[longer] = max(getattr(usual, longer), least)
        elif given[longer] < least:
            words = f'"{_GOOD}"' if least == FOR_GOOD else f'"{write_length(least)}" or longer'
            what = f"[{TABLE}] {longer} are kept for shorter than {shorter}: {why}"
            document.wrong((TABLE, longer), what, f"{longer} = {words}")
    return Retention(**given)
