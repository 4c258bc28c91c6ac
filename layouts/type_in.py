"""Typing in, without a script: the places that can be typed for, and the form of one, made for a telephone in a hurry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from flowcentre.measures import ALL
from flowcentre.model import AskedPlace, Form, Picture, State
from flowcentre.picture.typed import typed_of
from layouts.parts import links
from layouts.parts.feed_strip import shape
from layouts.parts.figure import figure
from layouts.parts.form_page import form_page
from layouts.parts.tree import Child, link_needs, marked
from layouts.parts.type_in_form import answered, the_form
from layouts.parts.typed_words import typed_words
from layouts.parts.words import age_words, clock_words, date_words

TITLE = "Type in"


def list_document(picture: Picture, asked: Sequence[AskedPlace], at: datetime, *, fingerprint: str) -> str:
    """The page of every place that can be typed for."""
    main = [
        html.Header(
            [
                html.H1(TITLE),
                html.P(
                    "For services without a system: a few figures, typed on a telephone. "
                    f"As at {clock_words(at)}, {date_words(at)}; load again for newer.",
                    className="when",
                ),
            ],
            className="page-head",
        ),
        html.Ul([html.Li(_card(picture, one, at)) for one in asked], className="typed-places"),
    ]
    return _document(picture, TITLE, main, links.type_in(), fingerprint)


def form_document(picture: Picture, form: Form, at: datetime, *, fingerprint: str) -> str:
    """The form of one place, with what became of what was sent."""
    place = picture.county.places[form.asked.place]
    now = values_now(picture, form.asked, at) if form.taken else None
    to_put_right = form.taken is not None and bool(form.taken.held)
    main: list[Component | None] = [
        html.Header(
            [
                html.P(html.A("All places", href=links.type_in()), className="back"),
                html.H1([place.name, html.Span(f" {_where(picture, form.asked)}")]),
                None if form.taken else _standing(picture, form.asked, at),
            ],
            className="page-head",
        ),
        *answered(form, at),
        None if to_put_right else now,
        *([the_form(form, at)] if form.may_write else _not_here(picture, form, at)),
        now if to_put_right else None,
    ]
    return _document(picture, f"{TITLE}: {place.name}", main, links.type_in(place.id), fingerprint)


def _not_here(picture: Picture, form: Form, at: datetime) -> list[Component]:
    """In place of the form, for whoever may not send it: who may, and how things stand."""
    who = f"Editors of {picture.county.places[form.asked.place].name} type in here."
    return [html.P(who, className="what not-yours"), *([] if form.taken else [values_now(picture, form.asked, at)])]


def values_now(picture: Picture, asked: AskedPlace, at: datetime) -> html.Section:
    """The figures of a place as they stand now, those that follow from what is typed among them."""
    return html.Section([html.H2("As it stands now"), _figures(picture, asked, at), _standing(picture, asked, at)])


def _card(picture: Picture, asked: AskedPlace, at: datetime) -> html.Article:
    place = picture.county.places[asked.place]
    return html.Article(
        [
            html.H2(
                [
                    html.A(place.name, href=links.type_in(place.id), **link_needs("type-in", place.id)),
                    html.Span(f" {_where(picture, asked)}"),
                ]
            ),
            _figures(picture, asked, at) if _anything_known(picture, asked) else None,
            _standing(picture, asked, at),
        ],
        className="typed-place",
        id=place.id,
    )


def _anything_known(picture: Picture, asked: AskedPlace) -> bool:
    return any(picture.value(asked.place, each.measure).observed_at is not None for each in asked.figures())


def _where(picture: Picture, asked: AskedPlace) -> str:
    places = picture.county.places
    locality = places.locality_of(asked.place)
    services = ", ".join(service.name for service in asked.services)
    return f"{services}, {places[locality].name}" if locality else services


def _figures(picture: Picture, asked: AskedPlace, at: datetime) -> html.Dl:
    typed = {each.measure for each in asked.figures()}
    follow = [
        measure.id
        for measure in ALL.values()
        if measure.formula is not None
        and measure.id not in typed
        and set(measure.formula.inputs) <= typed
        and (asked.place, measure.id) in picture.values
    ]
    pairs = []
    for measure in [*(each.measure for each in asked.figures()), *follow]:
        value = picture.value(asked.place, measure)
        href = links.explain(asked.place, measure)
        pairs.append(html.Div([html.Dt(ALL[measure].short_label), html.Dd(figure(value, at, href=href))]))
    return html.Dl(pairs, className="facts")


def _standing(picture: Picture, asked: AskedPlace, at: datetime) -> html.P:
    """Who said last what stands, and until when, with the sign of its state."""
    values = [picture.value(asked.place, each.measure) for each in asked.figures()]
    newest = max((value.observed_at for value in values if value.observed_at is not None), default=None)
    typed = typed_of(picture, asked.place)
    state, words = State.NEVER, "Nothing has been typed in yet."
    if typed is not None and (newest is None or newest <= typed.typed_at):
        state = State.FRESH if at < typed.expires_at else State.STALE
        words = f"{typed_words(typed, at)}."
    elif newest is not None:
        newest_value = next(value for value in values if value.observed_at == newest)
        feed = picture.county.feed(newest_value.feeds[0]) if newest_value.feeds else None
        state = newest_value.state
        words = f"From {feed.name if feed else 'a feed'}, {age_words(at, newest)}."
    said: list[Child] = [shape(), html.Span(words)]
    return html.P(said, className="standing", **marked(data_state=state.value))


def _document(picture: Picture, title: str, main: Sequence[Component | None], here: str, fingerprint: str) -> str:
    kind = "type-in" if here == links.type_in() else "type-in a-form"
    return form_page(picture, title, main, here, fingerprint, kind=kind)
