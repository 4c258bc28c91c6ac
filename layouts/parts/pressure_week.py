"""How long each level lasted over the last seven days, as computed and as declared."""

from __future__ import annotations

from collections.abc import Iterable

from dash import html

from flowcentre.model import LEVELS_OF_PRESSURE, County
from flowcentre.picture.pressure_hours import LevelHours
from layouts.finished import Markup
from layouts.parts import links
from layouts.parts.pressure_scale import week_bar
from layouts.parts.pressure_words import hours_words, indicative_mark
from layouts.parts.rows import cell, row, table
from layouts.parts.tree import Child

_HEADS = ("Where", "Seven days", *(f"Level {level}" for level in LEVELS_OF_PRESSURE), "Not known, or nobody declared")


def hours(county: County, each: Iterable[LevelHours], *, indicative: bool) -> html.Section:
    """A line for what is computed and one for what is declared, of each place."""
    rows: list[Markup] = []
    for one in each:
        rows.append(_row(county, one, declared=False, indicative=indicative))
        if any(one.declared.values()):
            rows.append(_row(county, one, declared=True, indicative=False))
    note = "Hours in which the computed level was certain; the rest is not known. A place for which nobody declared a level has no second line."
    return html.Section(
        [
            html.H2("Hours at each level, last seven days"),
            html.P(note, className="what"),
            table(_HEADS, rows, "pressure-hours", "Hours at each level"),
        ],
        className="pressure-part",
        id="hours",
    )


def _row(county: County, one: LevelHours, *, declared: bool, indicative: bool) -> Markup:
    name = county.places[one.place].label
    at_level, rest = (one.declared, one.not_declared) if declared else (one.computed, one.not_known)
    word, rest_word = ("declared", "nobody declared") if declared else ("computed", "not known")
    title: list[Child] = [html.A(name, href=links.pressure(one.place)), f" {word} ", indicative_mark(shown=indicative)]
    bar = week_bar(at_level, rest, rest_word, f"{name}, {word}")
    return row(
        title,
        [
            cell("Seven days", bar, kind="week"),
            *(cell(f"Level {level}", hours_words(at_level[level])) for level in LEVELS_OF_PRESSURE),
            cell("Nobody declared" if declared else "Not known", hours_words(rest)),
        ],
        kind="declared" if declared else "computed",
    )
