"""The same four weeks week by week: means of what is a stock, sums of what is a flow, and how each week moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from flowcentre.measures.derive import day_words
from flowcentre.picture.delay_sums import days_of
from flowcentre.picture.delays import Delay, counts
from flowcentre.picture.list_history import Then
from layouts.parts.delay_words import FAMILIES, family_name
from layouts.parts.list_words import MINUS
from layouts.parts.tree import Child, moved_sideways

WEEK = 7


@dataclass(frozen=True, slots=True)
class Week:
    """Seven midnights, of which only those count at which every list was known: a mean must not dip with a silence."""

    last: Then[Delay]
    known: tuple[Then[Delay], ...]

    def mean(self, family: str | None = None) -> float | None:
        """People delayed at a midnight, on average; of one family of reasons, where given."""
        if not self.known:
            return None
        counted = (
            counts(then.people or (), "family")[family] if family else len(then.people or ()) for then in self.known
        )
        return sum(counted) / len(self.known)


def weeks_of(past: Sequence[Then[Delay]]) -> list[Week]:
    """Whole weeks, each of seven midnights, the newest first."""
    spans = [past[end - WEEK : end] for end in range(len(past), WEEK - 1, -WEEK)]
    return [Week(span[-1], tuple(then for then in span if then.complete and then.people is not None)) for span in spans]


def weeks(past: Sequence[Then[Delay]]) -> Component | None:
    """A row a week; None where no list of these weeks is kept."""
    found = weeks_of(past)
    if not any(week.known for week in found):
        return None
    names = ["Seven midnights to", "People, mean", "Against the week before", "Bed days lost", "Longest wait"]
    names += map(family_name, FAMILIES)
    rows = [_row(week, before) for week, before in zip(found, [*found[1:], None], strict=True)]
    return html.Div(
        html.Table(
            [
                html.Caption("Week by week: means of the midnights at which every list was known"),
                html.Thead(html.Tr([html.Th(name, scope="col") for name in names])),
                html.Tbody(rows),
            ],
            className="rows",
        ),
        className="scroll as-table delay-weeks",
        id="weeks",
        **moved_sideways("Week by week"),
    )


def _row(week: Week, before: Week | None) -> html.Tr:
    mean, was = week.mean(), before.mean() if before is not None else None
    missing = WEEK - len(week.known)
    head: list[Child] = [day_words(week.last.at)]
    if missing:
        head.append(html.Small(f" on {missing} of {WEEK} days a list was missing"))
    if mean is None:
        return html.Tr([html.Th(head, scope="row"), html.Td("not known", colSpan=4 + len(FAMILIES))])
    least = "at least " if missing else ""
    longest = max(days_of(then.people or ()).longest for then in week.known)
    cells = [
        f"{mean:,.1f}",
        _moved(mean, was),
        f"{least}{sum(len(then.people or ()) for then in week.known):,}",
        f"{longest:,} days",
        *(f"{week.mean(family) or 0:,.1f}" for family in FAMILIES),
    ]
    return html.Tr([html.Th(head, scope="row"), *map(html.Td, cells)])


def _moved(mean: float, was: float | None) -> str:
    if was is None:
        return "nothing to set it against"
    change = round(mean - was, 1)
    return "no change" if not change else f"{'+' if change > 0 else MINUS}{abs(change):,.1f}"
