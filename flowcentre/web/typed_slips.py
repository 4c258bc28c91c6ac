"""The form in which values are typed, as a browser sends it, read strictly: what it holds, and how long that holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from flowcentre.model import AskedPlace, Hold, Slip
from flowcentre.web.moments import NEAR, moment_of, mornings
from flowcentre.web.slips import NOT_OURS, NotASlip, mark_in

_LONGEST_CELL = 40  # letters; the connector says what is wrong with a long one
_LENGTHS = (timedelta(hours=1), timedelta(hours=4), timedelta(hours=24))


def slip_of(fields: Mapping[str, str], asked: AskedPlace, author: str | None) -> Slip:
    """A form as it was filled in; ``author`` is who is signed in, where anybody is. Raises NotASlip."""
    figures: dict[str, dict[str, str]] = {}
    for service in asked.services:
        for figure in service.figures:
            cell = fields.get(service.field(figure))
            if cell is None or len(cell) > _LONGEST_CELL:
                raise NotASlip(NOT_OURS)
            # A full stop or a comma before a half: both are on telephones' keys.
            figures.setdefault(service.name, {})[figure.column] = re.sub(r",(?=\d$)", ".", cell.strip())
    mark = mark_in(fields)
    said = fields.get("author", "") if author is None else author
    sure, role = fields.get("sure") == "yes", author is not None or fields.get("role") == "yes"
    return Slip(asked.place, figures, said, _held_for(fields.get("holds", "")), mark, sure, role)


def choices(asked: AskedPlace, now: datetime, chosen: str | None = None) -> tuple[Hold, ...]:
    """How long what is typed may hold, the shortest first: lengths, and until eight in the morning of London."""
    morning = next(each for each in mornings(now) if each >= now + NEAR)
    until: list[timedelta | datetime] = [*{*_LENGTHS, asked.holds_for}, morning]
    until.sort(key=lambda holds: holds if isinstance(holds, datetime) else now + holds)
    found = [Hold(holds) for holds in until]
    wanted = chosen if chosen in [hold.key for hold in found] else Hold(asked.holds_for).key
    return tuple(replace(hold, chosen=hold.key == wanted) for hold in found)


def _held_for(key: str) -> timedelta | datetime:
    if re.fullmatch(r"\d{1,6}", key, re.ASCII):
        return timedelta(seconds=int(key))
    moment = moment_of(key)
    if moment is None:
        raise NotASlip("Choose how long it holds.")
    return moment
