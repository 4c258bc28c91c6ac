"""The form of each table of ``pressure.toml``."""

from __future__ import annotations

from datetime import date
from typing import Any

from flowcentre.config.shapes import Id, Name, Shape, _key
from flowcentre.model import Pillar


class ScoringShape(Shape):
    """``[[rules]]`` of ``pressure.toml``"""

    id: Id | None = _key('"acute-2023"', required=True)
    title: Name | None = _key('"Acute hospitals"', required=True)
    pillar: Pillar | None = _key('"acute"', required=True, strict=False)
    places: Any = _key('["northgate"]', required=True)  # ids, or "each ..."
    out_of: float | None = _key("44", required=True)
    cut_offs: list[float] | None = _key("[11, 22, 33]", required=True)
    source: Name | None = _key('"OPEL Framework 2023/24; bands local"', required=True)
    effective_from: date | None = _key("2026-04-01", required=True)
    effective_to: date | None = _key("2027-03-31")
    verified_by: Name | None = _key('"J. Bell, chief operating officer"')
    verified_on: date | None = _key("2026-04-01")
    weights: Any = _key("{ northgate = 0.6, southmere = 0.4 }")  # by places
    parameter: Any = _key("", required=False)  # read on its own: see ParameterShape


class ParameterShape(Shape):
    """``[[rules.parameter]]`` of ``pressure.toml``"""

    measure: Id | None = _key('"ga_occupancy"', required=True)
    limits: list[float] | None = _key("[92, 95, 98]", required=True)
    points: list[float] | None = _key("[0, 1, 2, 3]", required=True)
    weight: float | None = _key("1")
