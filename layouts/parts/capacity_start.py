"""Where care could start today: each locality's hours in one table, then the localities band by band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dash import html
from dash.development.base_component import Component

from flowcentre.model import Picture
from flowcentre.picture.capacity import Capacity
from flowcentre.picture.could_start import RULE, LocalityToday
from layouts.finished import Markup
from layouts.parts.capacity_band import band
from layouts.parts.capacity_lists import held_words, lists_behind
from layouts.parts.capacity_words import hours, label, packages, plural
from layouts.parts.figure import explained, follows
from layouts.parts.list_words import least
from layouts.parts.rows import cell, decimals_at, folded, row, table, told_cell
from layouts.parts.tree import Child
from layouts.parts.words import DASH

# Each figure of a locality's row: its measure and its heading.
_FIGURES = (
    ("poc_hours_waiting_now", "Hours waiting"),
    ("block_hours_bought", "Block hours bought"),
    ("block_hours_used", "Block hours used"),
    ("block_hours_unfilled", "Block hours unfilled"),
    ("reablement_hours_free", "Reablement hours free"),
    ("therapy_places_free", "Therapy places free"),
    ("visits_drift_under_hours", "Hours in short visits"),
)
_IN_SHORT = (
    "The longest wait goes first, in the person's own locality. A package goes whole to one provider, and nobody is "
    "counted twice."
)


def start(capacity: Capacity) -> html.Section:
    """Who could start, locality by locality, and by what rule."""
    rule = html.Ol([html.Li(sentence) for sentence in RULE])
    return html.Section(
        [
            html.H2("Where it could start today", id="start"),
            _headline(capacity),
            _localities(capacity),
            _unplaced(capacity),
            _unfilled(capacity),
            *(band(capacity, today) for today in capacity.today),
            html.Div(
                [html.P(_IN_SHORT), folded("the-rule", "The rule, sentence by sentence", rule)], className="start-rule"
            ),
        ],
        className="panel capacity-start",
    )


def could_start_words(capacity: Capacity) -> str:
    """ "17", "at least 17", "none known"; a dash where nobody could be matched."""
    return least(capacity.starting, capacity.at_least) if capacity.matched else DASH


def _headline(capacity: Capacity) -> Component:
    if not capacity.matched:
        nobody = "No list of referrals is of the present, so nobody can be matched with what is free."
        return html.P(nobody, className="nothing-known")
    system = capacity.picture.county.places.system.id
    one = capacity.starting == 1
    said = html.P(
        [
            html.Span("at least ", className="least") if capacity.at_least and capacity.starting else None,
            follows(
                [
                    html.Strong(could_start_words(capacity).removeprefix("at least ")),
                    f" {'person' if one else 'people'} could start today",
                ],
                lists_behind(capacity),
            ),
            ", of ",
            explained(capacity.picture, system, "poc_waiting_now"),
            " who wait for care at home",
        ],
        className="start-headline",
    )
    return html.Div([said, *held_words(capacity)])


def _localities(capacity: Capacity) -> Markup:
    picture = _with_at_least(capacity)
    system = picture.county.places.system.id
    heads: list[Child] = ["Locality", "People waiting", *(words for _, words in _FIGURES), "Could start"]
    places = [*(today.place for today in capacity.today), system]
    decimals = [decimals_at(picture, places, measure) for measure, _ in _FIGURES]
    rows = [
        _row(picture, today.place, _could(capacity, today), f"#start-{today.place}" if today.known else None, decimals)
        for today in capacity.today
    ]
    if len(rows) > 1:
        rows.append(
            _row(
                picture,
                system,
                follows(could_start_words(capacity), lists_behind(capacity)) if capacity.matched else DASH,
                None,
                decimals,
                kind="total",
            )
        )
    return table(heads, rows, "start-table", "Hours waiting and hours free in each locality, a week")


def _row(
    picture: Picture, place: str, could: Child, href: str | None, decimals: Sequence[int], kind: str | None = None
) -> Markup:
    people = packages() if kind else packages(locality=place)
    return row(
        html.A(label(picture.county, place), href=people),
        [
            told_cell(picture, place, "poc_waiting_now", "People waiting"),
            *(
                told_cell(picture, place, measure, words, most)
                for (measure, words), most in zip(_FIGURES, decimals, strict=True)
            ),
            cell("Could start", html.A(could, href=href) if href else could, kind=None if could == DASH else "could"),
        ],
        kind,
    )


def _with_at_least(capacity: Capacity) -> Picture:
    """The picture as its table tells it: where nobody knows who gives some packages, at least so many hours are used."""
    picture = capacity.picture
    if not capacity.unplaced:
        return picture
    values = dict(picture.values)
    for place in (*capacity.unplaced, picture.county.places.system.id):
        used = picture.value(place, "block_hours_used")
        if used.value is not None:
            values[place, used.measure] = replace(used, at_least=True)
    return replace(picture, values=values)


def _unplaced(capacity: Capacity) -> Component | None:
    """Says of how much home care no list says who gives it; where in each locality."""
    if not capacity.unplaced:
        return None
    several = len(capacity.today) > 1
    said = "; ".join(
        f"{f'{label(capacity.picture.county, place)}: ' if several else ''}"
        f"{plural(each.packages, 'package', 'packages')}, {hours(each.hours)} a week, whose provider is not known"
        for place, each in sorted(capacity.unplaced.items())
    )
    return html.P(f"{said}: in no hours used, so less may be free than is told.", className="what")


def _unfilled(capacity: Capacity) -> Component | None:
    """Says why hours unfilled are more than those bought less those used, where they are."""
    picture = capacity.picture
    for place in (picture.county.places.system.id, *(today.place for today in capacity.today)):
        values = [picture.value(place, f"block_hours_{what}") for what in ("bought", "used", "unfilled")]
        bought, used, unfilled = (value.value if value.known else None for value in values)
        if None not in (bought, used, unfilled) and abs(bought - used - unfilled) >= 0.5:  # type: ignore[operator]
            said = "Unfilled is more than bought less used where a provider gives more hours than are bought of it."
            return html.P(said, className="what")
    return None


def _could(capacity: Capacity, today: LocalityToday) -> Child:
    if not today.known:
        return DASH
    return follows(least(len(today.starts), today.at_least), lists_behind(capacity, today.place))
