"""Pressure at one place, on a telephone, without a script: what is computed, what is declared, and the form that declares."""

from __future__ import annotations

from collections.abc import Iterator

from dash import html
from dash.development.base_component import Component

from flowcentre.measures import by_id
from flowcentre.model import LEVELS_OF_PRESSURE
from flowcentre.model.level_cards import LEVELS_WITH_CARD, level_card
from flowcentre.picture.pressure_book import LONGEST_REASON, DeclareForm, PlacePressure
from layouts.parts import links
from layouts.parts.author import author_field, leads_of, nothing_taken
from layouts.parts.field import Input
from layouts.parts.form_page import form_page
from layouts.parts.pressure_scale import scale
from layouts.parts.pressure_week import hours
from layouts.parts.pressure_words import (
    MEANINGS,
    badge,
    by_words,
    contribution_words,
    declared_words,
    found_band,
    indicative_note,
    is_mismatch,
    level_words,
    mismatch_words,
    points_words,
)
from layouts.parts.rows import cell, row, table, told, unit_beside
from layouts.parts.slip import kept, mark_field, not_kept, slip, until_field, words_field
from layouts.parts.tree import Child
from layouts.parts.words import clock_words, date_words

_SHEETS = ("alerts.css", "pressure.css")
_READ_ONLY = "This server reads pressure and takes nothing: declare on another."


def document(known: PlacePressure, form: DeclareForm, *, fingerprint: str) -> str:
    """The whole page of a place."""
    place = known.picture.county.places[known.place]
    main: list[Component | None] = [
        html.Header(
            [
                html.P(html.A("All pressure", href=links.pressure()), className="back"),
                html.H1(["Pressure", html.Span(f" {place.name}")]),
            ],
            className="page-head",
        ),
        *_answered(known, form),
        _standing(known),
        _form(known, form) if form.may_write else _not_here(known, form),
        _made_of(known),
        _cards(known),
        _lately(known),
        _hours(known),
        html.P(
            f"As at {clock_words(known.at)}, {date_words(known.at)}; load again for newer.", className="what as-drawn"
        ),
    ]
    here = links.pressure(known.place)
    kind = "type-in a-form alert-page pressure-form"
    return form_page(known.picture, f"Pressure: {place.label}", main, here, fingerprint, kind=kind, sheets=_SHEETS)


def _not_here(known: PlacePressure, form: DeclareForm) -> Component:
    who = f"{leads_of(known.picture.county, known.place)} declare here."
    return nothing_taken(_READ_ONLY, who, signed_in=form.signed_in)


def _answered(known: PlacePressure, form: DeclareForm) -> Iterator[Component]:
    """What became of what was sent, before anything else on the page."""
    if form.mistakes:
        yield not_kept(form.mistakes)
    elif form.done and known.declared is not None:
        yield kept("Declared", f"Level {known.declared.level}, {by_words(known.declared, known.at)}.")


def _standing(known: PlacePressure) -> html.Section:
    declared, score, picture = known.declared, known.score, known.picture
    words = declared_words(declared, known.at)
    holds = declared is not None and known.at < declared.holds_until
    said: list[Child] = [
        html.P(
            [badge(declared.level if declared is not None and holds else None), html.Strong(words[0].upper() + words[1:])],
            className="alert-now",
        )
    ]  # fmt: skip
    if declared is not None:
        said += [html.P(declared.reason), html.P(by_words(declared, known.at), className="what")]
    if score is not None:
        said.append(
            html.P(
                [badge(score.level), html.Strong(f"Computed: {level_words(score)}"), f", score {points_words(score)}"],
                className="alert-now",
            )
        )
        said.append(scale(score))
        apart = mismatch_words(picture, known.place)
        if apart:
            kind = "mismatch" if is_mismatch(picture, known.place) else "what"
            said.append(html.P(apart[0].upper() + apart[1:], className=kind))
        said.append(indicative_note(shown=score.indicative))
    else:
        said.append(html.P("Nothing is computed here: no rules score it.", className="what"))
    return html.Section(said, className="alert-is")


def _form(known: PlacePressure, form: DeclareForm) -> html.Form:
    chosen = form.level
    levels: list[Child] = []
    for level in LEVELS_OF_PRESSURE:
        id = f"level-{level}"
        levels.append(
            Input(type="radio", name="level", id=id, value=str(level), checked=chosen == level, required=True)
        )
        levels.append(html.Label([html.Strong(f"Level {level}"), html.Span(MEANINGS[level])], htmlFor=id))
    fields: list[Child] = [
        html.H2("Declare a level"),
        mark_field(form.mark),
        html.Fieldset([html.Legend("Level"), html.Div(levels, className="choices levels")], className="holds"),
        words_field("words", "words", "Why", "Nothing of a patient.", form.words, LONGEST_REASON, required=True),
        until_field("It holds until", form.ends, known.at),
        author_field(form.author, signed_in=form.signed_in, of="declare"),
        html.Button("Declare", type="submit"),
        html.P("It ends what was declared before, and is shown beside what is computed.", className="what"),
    ]
    return slip(links.pressure(known.place), fields)


def _made_of(known: PlacePressure) -> html.Section | None:
    score = known.score
    if score is None or not score.contributions:
        return None
    rows = [
        row(
            by_id(each.value.measure).label,
            [
                cell("Figure", told(known.picture, known.place, each.value.measure), unit_beside(each.value)),
                cell("Band", found_band(each)),
                cell("Gives", contribution_words(each)),
            ],
        )
        for each in score.contributions
    ]
    heads = ("Parameter", "Figure", "Band", "Gives")
    return html.Section(
        [html.H2("What the score is made of"), table(heads, rows, "pressure-parameters")], className="pressure-page"
    )


def _cards(known: PlacePressure) -> html.Section | None:
    kind = known.picture.county.places[known.place].kind
    cards = [(level, level_card(kind, level)) for level in LEVELS_WITH_CARD]
    items = [
        html.Li(html.A(f"Level {level}", href=links.action_card(card))) for level, card in cards if card is not None
    ]
    return html.Section([html.H2("Action cards"), html.Ul(items, className="pressure-cards")])


def _lately(known: PlacePressure) -> html.Section:
    if not known.lately:
        return html.Section([html.H2("Declared in the last seven days"), html.P("Nothing.")])
    items = [
        html.Li([html.Strong(f"Level {each.level}"), f" {by_words(each, known.at)}: {each.reason}"])
        for each in known.lately
    ]
    return html.Section([html.H2("Declared in the last seven days"), html.Ol(items, className="story")])


def _hours(known: PlacePressure) -> Component | None:
    if known.hours is None:
        return None
    indicative = known.score is not None and known.score.indicative
    return html.Div(hours(known.picture.county, [known.hours], indicative=indicative), className="pressure-page")
