"""Tables written straight out as HTML: what stands in them is many, and a component for each cell costs more than its row.

A cell holds texts, figures written here, and components; every text is escaped where it is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from html import escape

from flowcentre.measures import by_id
from flowcentre.measures.units import unit_of
from flowcentre.model import Picture, State, Value
from layouts.finished import Markup, to_html
from layouts.parts import links
from layouts.parts.figure import explained, grows_old, noted
from layouts.parts.tree import Child
from layouts.parts.words import NO_BREAK, age_words, column_decimals, figure_text, figure_words, iso, unit_words


def table(
    heads: Sequence[Child], rows: Iterable[Markup], kind: str = "", caption: str = "", *, of_figures_alone: bool = False
) -> Markup:
    """A table that a narrow screen shows row by row, each cell beneath its heading.

    ``of_figures_alone``: without a link or a button in it the keyboard would not come to it, to move it sideways.
    """
    head = "".join(f'<th scope="col">{to_html(one)}</th>' for one in heads)
    told = f'<caption class="unseen">{escape(caption)}</caption>' if caption else ""
    kinds = escape(f"sheet {kind}".rstrip())
    way_in = f' tabindex="0" role="region" aria-label="{escape(caption)}"' if of_figures_alone else ""
    return Markup(
        f'<div class="scroll"{way_in}><table class="{kinds}">{told}<thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def unseen(words: str) -> Markup:
    """What is heard and not seen: the head of a column that nobody who sees it needs to have named."""
    return Markup(f'<span class="unseen">{escape(words)}</span>')


def row(name: Child | list[Child], cells: Iterable[Markup], kind: str | None = None) -> Markup:
    """A row: what it is of, and its cells."""
    return Markup(f'<tr{_class(kind)}><th scope="row">{to_html(name)}</th>{"".join(cells)}</tr>')


def cell(heading: str, *content: Child, kind: str | None = None) -> Markup:
    """A cell with its heading, which a narrow screen shows above it."""
    return Markup(f'<td{_class(kind)} data-column="{escape(heading)}">{"".join(map(to_html, content))}</td>')


def ref(name: str) -> Markup:
    """What a referral is known by; it opens the package's line of time, wherever it stands. It never breaks over two lines.

    No link: what somebody is known by stands in no address.
    """
    said = escape(name)
    return Markup(
        f'<button type="button" class="ref" data-life="{said}" title="Line of time of {said}">{said}</button>'
    )


def small(words: str, kind: str | None = None) -> Markup:
    """Words beside others."""
    return Markup(f"<small{_class(kind)}>{escape(words)}</small>")


def told(picture: Picture, place: str, measure_id: str, decimals: int | None = None) -> Child:
    """A figure that leads to its explanation. One that is fresh and whole is one element: pages have hundreds."""
    value = picture.values.get((place, measure_id))
    if value is None or value.value is None or value.observed_at is None or value.state in (State.UNKNOWN, State.NEVER):
        return explained(picture, place, measure_id, decimals=decimals)
    measure = by_id(measure_id)
    text = escape(figure_text(value.value, measure, decimals))
    href = _explain(place, measure_id)
    if value.state is State.FRESH and not value.at_least:
        return Markup(f'<a class="brief"{_grows_old(value)} href="{href}">{text}</a>')
    least = '<span class="least">at least </span>' if value.at_least else ""
    number, unit = figure_words(value.value, measure, decimals)
    units = f'<span class="unit">{unit if unit == "%" else f"{NO_BREAK}{unit}"}</span>' if unit else ""
    age = (
        f'<time class="age mark" data-observed-at="{iso(value.observed_at)}" data-was="was {text}, ">'
        f"{age_words(picture.at, value.observed_at)}</time>"
    )
    return Markup(
        f'<a class="figure plain"{_grows_old(value)} href="{href}">{least}<span class="number">{number}</span>{units}{age}</a>'
    )


def unit_beside(value: Value) -> Markup | None:
    """The unit of a figure that does not say its own, where it stands in no column of its kind."""
    measure = by_id(value.measure)
    unit = unit_words(measure)
    if not unit or value.value is None or value.state in (State.UNKNOWN, State.NEVER):
        return None
    return small(f" {unit_of(unit, figure_text(value.value, measure))}", kind="unit-beside")


def noted_cell(heading: str, figure: Child, value: Value, kind: str | None = None) -> Markup:
    """A cell with a figure, and beneath it who is silent and what is held back."""
    notes = noted(value)
    return cell(heading, figure, Markup(f'<small class="notes">{to_html(notes)}</small>') if notes else None, kind=kind)


def told_cell(picture: Picture, place: str, measure_id: str, heading: str, decimals: int | None = None) -> Markup:
    """A cell of one of the picture's figures, with what must be said beside it."""
    return noted_cell(heading, told(picture, place, measure_id, decimals), picture.value(place, measure_id))


def decimals_at(picture: Picture, places: Iterable[str], measure_id: str) -> int:
    """With how many decimals a measure's column stands, of these places."""
    values = (picture.values.get((place, measure_id)) for place in places)
    return column_decimals(by_id(measure_id), (value.value for value in values if value is not None))


def folded(id: str, words: str, *content: Child) -> Markup:
    """What is seen when it is asked for. Its ``id`` keeps it open when the page is drawn anew."""
    return Markup(
        f'<details id="{escape(id)}"><summary>{escape(words)}</summary>{to_html(content)}</details>'
    )  # fmt: skip


def _class(kind: str | None) -> str:
    return f' class="{escape(kind)}"' if kind else ""


def _grows_old(value: Value) -> str:
    return _attributes(value.state, value.late_at, value.stale_at)


@lru_cache(maxsize=1024)  # of one picture's figures nearly all grow old at a few moments
def _attributes(state: State, late_at: datetime | None, stale_at: datetime | None) -> str:
    return "".join(f' {name}="{escape(said)}"' for name, said in grows_old(state, late_at, stale_at).items())


@lru_cache(maxsize=8192)
def _explain(place: str, measure: str) -> str:
    return escape(links.explain(place, measure))
