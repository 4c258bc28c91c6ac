"""Visits that drift: which services and which packages regularly run over or short, by what evidence, and in hours."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from flowcentre.measures.drift import Drift
from flowcentre.model import Picture, State
from flowcentre.picture.capacity import Capacity
from flowcentre.picture.visits import PackageVisits, ServiceVisits
from layouts.finished import Markup
from layouts.parts.capacity_words import hours, label, number, plural, signed_hours
from layouts.parts.rows import cell, decimals_at, folded, ref, row, small, table, told, told_cell
from layouts.parts.tree import Child
from layouts.parts.words import decimals_of, when_words

_SHOWN = 6  # services, and packages of each kind, before the rest is asked for


def drift(capacity: Capacity) -> html.Section:
    """The services one by one, then the packages that run over and those that run short, most hours first."""
    picture, terms = capacity.picture, capacity.picture.county.care
    share = f"{100 * terms.tolerance_share:.0f} %"
    rostered = capacity.rostered
    over = [each for each in rostered.patterns if not each.stale and each.drift.hours_a_week > 0]
    under = [each for each in rostered.patterns if not each.stale and each.drift.hours_a_week < 0]
    parts: list[Child] = [
        html.H2("Visits that drift", id="drift"),
        html.P(
            f"Of the last 28 days. A visit is outside tolerance where it differs from its plan by more than "
            f"{terms.tolerance_minutes} minutes and by more than {share}. No pattern is named of fewer than "
            f"{terms.drift_visits} visits.",
            className="what",
        ),
    ]
    if not rostered.services:
        return html.Section([*parts, html.P("No service sends a roster.", className="what")], className="panel")
    parts += _services(picture, rostered.services)
    parts.append(
        html.Div(
            [
                _packages(picture, over, rostered.services, "over"),
                _packages(picture, under, rostered.services, "short"),
            ],
            className="drift-two",
        )
    )
    return html.Section(parts, className="panel capacity-drift")


_HEADS = (
    "Visits compared",
    "Outside tolerance",
    "Median against plan",
    "Runs over, a week",
    "Could be released, a week",
)
_MEASURES = (
    "visits_compared_28d",
    "visits_outside_share_28d",
    "visits_median_difference_28d",
    "visits_drift_over_hours",
    "visits_drift_under_hours",
)


def _services(picture: Picture, services: Sequence[ServiceVisits]) -> list[Child]:
    """All together, then those whose visits drift most; the rest, the silent last, when asked for."""
    system = picture.county.places.system.id
    heads: list[Child] = ["Service", *_HEADS]
    places = [system, *(each.place for each in services)]
    decimals = [decimals_at(picture, places, measure) for measure in _MEASURES]
    rows = [_service(picture, each, decimals) for each in sorted(services, key=lambda each: _most_first(picture, each))]
    shown, more = rows[:_SHOWN], rows[_SHOWN:]
    if len(rows) > 1:
        cells = [
            cell(head, small("service by service"))
            if measure == "visits_median_difference_28d"
            else told_cell(picture, system, measure, head, most)
            for head, measure, most in zip(_HEADS, _MEASURES, decimals, strict=True)
        ]
        shown.insert(0, row("All services", cells, "total"))
    told: list[Child] = [table(heads, shown, "drift-services", "How far visits differ, by service")]
    if more:
        rest = table(heads, more, "drift-services", "The services whose visits drift less")
        silent = sum(not each.value.known for each in services)
        words = f"{plural(len(more), 'more service', 'more services')}{f'; {silent:,} are silent' if silent else ''}"
        told.append(folded("drift-services-more", words, rest))
    return told


def _most_first(picture: Picture, service: ServiceVisits) -> tuple[bool, float]:
    values = [picture.value(service.place, measure) for measure in _MEASURES[3:]]
    return not service.value.known, -sum(value.value or 0 for value in values if value.known)


def _service(picture: Picture, service: ServiceVisits, decimals: Sequence[int]) -> Markup:
    place = service.place
    name: list[Child] = [label(picture.county, place)]
    if service.value.state is State.STALE and service.value.observed_at is not None:
        old = f" roster of {when_words(service.value.observed_at, picture.at)}: too old"
        name.append(small(old, "coverage"))
    elif not service.value.known:
        name.append(small(" no roster yet", "coverage"))
    cells = [
        cell(head, told(picture, place, measure, most))
        for head, measure, most in zip(_HEADS, _MEASURES, decimals, strict=True)
    ]
    return row(name, cells)


def _packages(
    picture: Picture, packages: Sequence[PackageVisits], services: Sequence[ServiceVisits], way: str
) -> Component:
    """Those of one way, "over" or "short". Rosters that are silent may hide others: nobody is told of only where all speak."""
    silent, title = sum(not each.value.known for each in services), f"Regularly run {way}"
    kind = "over" if way == "over" else "under"
    amounts = [abs(each.drift.hours_a_week) for each in packages]
    decimals = decimals_of([*amounts, sum(amounts)])
    words = f"{plural(len(packages), 'package', 'packages')}, {hours(sum(amounts))} of carers a week"
    words = f"{'at least ' if silent else ''}{words}" if packages else ""
    parts: list[Child] = [html.H3([title, " ", html.Small(words)])]
    if not packages:
        return html.Div([*parts, html.P(_nobody(len(services), silent, way), className="what")])
    most = max(amounts) or 1
    heads: list[Child] = ["Package", "Service", "By what evidence", "Hours a week"]
    rows = [_package(picture, each, most, decimals) for each in packages]
    shown, more = rows[:_SHOWN], rows[_SHOWN:]
    parts.append(table(heads, shown, f"drift-packages {kind}", title))
    if more:
        rest = table(heads, more, f"drift-packages {kind}", title)
        parts.append(folded(f"drift-{kind}-more", f"{len(more):,} more", rest))
    return html.Div(parts)


def _nobody(services: int, silent: int, way: str) -> str:
    if silent == services:
        return f"Not known whose visits run {way}: no roster is of the present."
    if silent:
        return f"None is known whose visits regularly run {way}: {silent:,} of {services:,} services are silent."
    return f"Nobody's visits regularly run {way}."


def _package(picture: Picture, package: PackageVisits, most: float, decimals: int) -> Markup:
    by = package.drift.hours_a_week
    bar = f'<i style="width:{100 * abs(by) / most:.1f}%" aria-hidden="true"></i><b>{signed_hours(by, decimals)}</b>'
    return row(
        ref(package.package),
        [
            cell("Service", label(picture.county, package.place)),
            cell("By what evidence", evidence_words(package.drift), kind="evidence"),
            cell("Hours a week", Markup(f'<span class="by-bar">{bar}</span>'), kind="by"),
        ],
    )


def evidence_words(drift: Drift) -> str:
    """On what a pattern rests: "42 visits of 30 min took 44: 36 clearly longer"."""
    if drift.planned_minutes is None or drift.actual_minutes is None:
        return plural(drift.compared, "visit", "visits")
    took = f"of {number(drift.planned_minutes, 1)} min took {number(drift.actual_minutes, 1)}"
    side = drift.over if drift.hours_a_week > 0 else drift.under
    which = "longer" if drift.hours_a_week > 0 else "shorter"
    return f"{plural(drift.compared, 'visit', 'visits')} {took}: {side:,} clearly {which}"
