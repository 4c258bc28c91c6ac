"""What the forms of finished pages are made of: what became of one that was sent, the form itself, and its fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from dash import html
from dash.development.base_component import Component

from flowcentre.picture.offered import Offered
from layouts.parts.field import Input
from layouts.parts.tree import Child, marked
from layouts.parts.typed_words import until_words
from layouts.parts.words import length_words


def not_kept(mistakes: Sequence[str]) -> html.Section:
    """That nothing was kept, and why."""
    said = [html.H2("Nothing was kept"), *(html.P(why) for why in mistakes)]
    return html.Section(said, className="answered not-kept", role="alert")


def kept(title: str, words: str = "") -> html.Section:
    """That it was kept, with its particulars where there are any."""
    parts: list[Child] = [html.H2(title), html.P(words) if words else None]
    return html.Section(parts, className="answered kept", role="status")


def slip(action: str, fields: Sequence[Child], *, do: str = "") -> html.Form:
    """A form that is sent to an address; ``do`` says which, where a page has several."""
    hidden: list[Child] = [Input(type="hidden", name="do", value=do)] if do else []
    return html.Form([*hidden, *fields], method="post", action=action, className="slip", autoComplete="on")


def mark_field(mark: str) -> Component:
    """The mark by which a form that is sent twice is known again; nobody sees it."""
    return Input(type="hidden", name="form", value=mark)


def words_field(
    name: str, id: str, label: str, hint: str, said: str, longest: int, *, required: bool = False, **more: Any
) -> html.Div:
    """A line in somebody's own words, with what it is for and what must not stand in it."""
    field = Input(
        id=id,
        name=name,
        type="text",
        autoComplete="off",
        required=required,
        maxLength=longest,
        value=said,
        **more,
        **marked(aria_describedby=f"{id}-hint"),
    )
    return html.Div(
        [html.Label([label, html.Span(hint, id=f"{id}-hint")], htmlFor=id), field], className="field author"
    )


def until_field(legend: str, ends: Iterable[Offered], at: datetime) -> html.Fieldset:
    """The moments until which something can be had, of which one is chosen."""
    return html.Fieldset([html.Legend(legend), html.Div(list(_ends(ends, at)), className="choices")], className="holds")


def _ends(ends: Iterable[Offered], at: datetime) -> Iterator[Component]:
    for number, end in enumerate(ends):
        id, until = f"until-{number}", until_words(end.at, at)
        words = f"{length_words(end.length)} ({until})" if end.length is not None else until
        yield Input(type="radio", name="until", id=id, value=end.key, checked=end.chosen, required=True)
        yield html.Label(words, htmlFor=id)
