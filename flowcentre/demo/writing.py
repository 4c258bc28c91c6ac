"""How suppliers write: a place's code, a moment, a table of comma-separated values."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flowcentre.demo.rhythm import utc
from flowcentre.model import Place


class Written(NamedTuple):
    """A file or an answer with its name."""

    name: str
    content: bytes


def code_of(place: Place) -> str:
    """What suppliers call a place."""
    return place.codes[0] if place.codes else place.ods or place.id


def utc_text(at: int) -> str:
    """A moment in UTC."""
    return f"{utc(at).isoformat()[:19]}Z"


def separated(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A table with its headings; each row ends with a line end, the last one too."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()
