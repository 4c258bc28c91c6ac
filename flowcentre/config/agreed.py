"""That two people agreed to a critical rule as it is written: a change of its text without them is a mistake."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from flowcentre.config.alert_shapes import RuleShape
from flowcentre.config.document import Document
from flowcentre.config.lines import KeyPath
from flowcentre.model import Severity

_SAYS_SO = ("agreed_by", "agreed")
_EXAMPLE = 'agreed_by = ["clinical lead for urgent care", "head of operations"]'


def mark_of(table: Mapping[str, object]) -> str:
    """A short mark of all that a rule says, in whatever order and with whatever remarks beside it."""
    text = {key: value for key, value in table.items() if key not in _SAYS_SO}
    return hashlib.sha256(json.dumps(text, default=str, sort_keys=True).encode()).hexdigest()[:12]


def check_agreed(document: Document, path: KeyPath, shape: RuleShape, *, two_people: bool) -> None:
    """Note where a rule needs two who agree to it and has none, or where they agreed to another text than it has."""
    entries = document.tables[str(path[0])]
    assert isinstance(entries, list)
    table = entries[int(path[1])]
    needed = two_people and shape.severity is Severity.CRITICAL
    if not needed and not any(key in table for key in _SAYS_SO):
        return
    right = f'agreed = "{mark_of(table)}"'
    if "agreed_by" not in table:
        document.wrong(path, f'"{shape.id}" says of nobody that they agreed to it', f"{_EXAMPLE} and {right}")
    elif shape.agreed_by is not None and len({each.casefold() for each in shape.agreed_by}) < 2:
        what = f'"{shape.id}" is agreed to by fewer than two'
        document.wrong((*path, "agreed_by"), what, f"{_EXAMPLE}: two functions, and two people")
    elif "agreed" not in table:
        document.wrong(path, f'"{shape.id}" does not say to which text of it they agreed', right)
    elif shape.agreed is not None and shape.agreed != mark_of(table):
        what = f'"{shape.id}" was changed since {" and ".join(shape.agreed_by or ())} agreed to it'
        document.wrong((*path, "agreed"), what, f"{right}, once both have agreed to it as it is now")
