"""What a rule of alerts looks at: a measure of the catalogue at a place, or of a feed how many of its rows are held back."""

from __future__ import annotations

from flowcentre.measures.catalogue import find
from flowcentre.model import Measure, Rule, RuleKind, StockOrFlow, Summing, Worse

# Of a feed and of no place, and so not in the catalogue, whose measures have a place.
ROWS_HELD = Measure(
    id="rows_held",
    label="Rows held back",
    short_label="Held",
    unit="rows",
    stock_or_flow=StockOrFlow.STOCK,
    definition="Rows of the last answer of a feed that was read, that were not believed and are kept with their reason.",
    source="Flow Centre's own ledger of polls",
    across_places=Summing.NEVER,
    worse=Worse.HIGH,
)


def watched_by(rule: Rule) -> Measure | None:
    """What a rule measures; None of a silent feed, and of what the catalogue no longer has."""
    return ROWS_HELD if rule.kind is RuleKind.HELD else find(rule.measure)
