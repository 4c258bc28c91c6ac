"""The rules that can judge nothing just now, each with where, what it watches, since when and why."""

from __future__ import annotations

from dash import html

from flowcentre.model import Blind, Rule, RuleKind
from flowcentre.picture.alerts_now import AlertsNow
from layouts.finished import Markup
from layouts.parts.alert_banner import sign
from layouts.parts.alert_words import measure_of, where
from layouts.parts.rows import cell, folded, row, small, table
from layouts.parts.tree import Child
from layouts.parts.words import when_words

_SEEN = 20  # more are folded
_HEADS = ("Rule", "Where", "Measure", "Cannot tell", "Why")


def blind(known: AlertsNow) -> html.Section | None:
    """What nobody can tell of, and where no alert stands that would say so itself."""
    if not known.cannot_tell:
        return None
    rows = [_row(known, each) for each in known.cannot_tell]
    said = "Whether an alert should stand here nobody knows: its figures are not known as of now."
    parts: list[Child] = [html.H2("Cannot tell"), html.P(said, className="what")]
    parts.append(table(_HEADS, rows[:_SEEN], "alerts-blind", "Cannot tell"))
    if rest := rows[_SEEN:]:
        parts.append(folded("blind-more", f"{len(rest):,} more cannot tell", table(_HEADS, rest, "alerts-blind")))
    return html.Section(parts, id="cannot-tell")


def _row(known: AlertsNow, one: Blind) -> Markup:
    rule, county = known.rule(one.rule), known.picture.county
    assert rule is not None  # they are of the rules that there are
    hushed = any(silence.hushes(one.rule, one.subject, known.at) for silence in known.silences)
    since = f"since {when_words(one.since, known.at)}" if one.since is not None else "from the beginning"
    return row(
        [sign(rule.severity), rule.title, " ", small(f"{rule.severity.value}{', silenced' if hushed else ''}")],
        [
            cell("Where", where(county, one.subject)),
            cell("Measure", _measure_words(rule)),
            cell("Cannot tell", since),
            cell("Why", one.why),
        ],
    )


def _measure_words(rule: Rule) -> str:
    measure = measure_of(rule)
    if measure is not None:
        return measure.label
    return "silence of the feed" if rule.kind is RuleKind.SILENCE else rule.measure
