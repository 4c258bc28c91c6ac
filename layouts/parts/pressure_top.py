"""The system's pressure: what is declared, what is computed, and the score, side by side and never mixed."""

from __future__ import annotations

from dash import html

from flowcentre.measures.pressure import SCORE
from flowcentre.model import Declaration, Score
from flowcentre.model.level_cards import level_card
from flowcentre.picture.pressure_book import PressureBoard
from layouts.parts import links
from layouts.parts.age import age
from layouts.parts.figure import state_attributes
from layouts.parts.pressure_scale import scale
from layouts.parts.pressure_words import (
    MEANINGS,
    PILLARS,
    badge,
    by_words,
    declared_words,
    follows_score,
    indicative_mark,
    is_mismatch,
    level_words,
    mismatch_words,
    next_level_words,
    points_words,
    share_words,
)
from layouts.parts.sparkline import SAID, trend
from layouts.parts.tree import Child, marked, needs


def system(board: PressureBoard) -> html.Section:
    """The three panels of the system."""
    place, score = board.system, board.now.system
    declaration = board.now.declared.get(place)
    return html.Section(
        [
            _declared(board, declaration),
            _computed(board, score),
            _score(board, score),
        ],
        className="pressure-system",
        id="system",
        **marked(aria_label="The system"),
    )


def _declared(board: PressureBoard, declaration: Declaration | None) -> html.Article:
    place = board.system
    holds = declaration is not None and board.at < declaration.holds_until
    said: list[Child] = [html.H2("Declared"), badge(declaration.level if declaration is not None and holds else None)]
    words = declared_words(declaration, board.at)
    said.append(html.P(html.Strong(words[0].upper() + words[1:]), className="pressure-said"))
    if declaration is not None:
        said += [html.P(declaration.reason), html.P(by_words(declaration, board.at), className="what")]
    apart = mismatch_words(board.picture, place)
    if apart:
        kinds = "pressure-apart mismatch" if is_mismatch(board.picture, place) else "pressure-apart"
        said.append(html.P(follows_score(board.picture, place, apart[0].upper() + apart[1:]), className=kinds))
    said.append(
        html.P(html.A("Declare a level", href=links.pressure(place), className="alert-do"), **needs("act", place))
    )
    return html.Article(said, className="pressure-panel declared")


def _computed(board: PressureBoard, score: Score | None) -> html.Article:
    words = level_words(score)
    said: list[Child] = [
        html.H2("Computed"),
        badge(score.level if score is not None else None),
        html.P(
            html.Strong(follows_score(board.picture, board.system, words[0].upper() + words[1:])),
            className="pressure-said",
        ),
    ]
    if score is not None and score.level is not None:
        said.append(html.P(MEANINGS[score.level]))
        card = level_card("system", score.level)
        if card is not None:
            said.append(html.P(html.A(f"Action card: system, level {score.level}", href=links.action_card(card))))
    said.append(indicative_mark(shown=score is not None and score.indicative))
    return html.Article(said, className="pressure-panel computed")


def _score(board: PressureBoard, score: Score | None) -> html.Article:
    picture, place = board.picture, board.system
    if score is None:
        return html.Article([html.H2("Score"), html.P("No rules score this day.")], className="pressure-panel score")
    value = picture.value(place, SCORE.id)
    line, further = trend(picture, place, SCORE.id), next_level_words(score)
    said: list[Child] = [
        html.H2(["Score ", indicative_mark(shown=score.indicative)]),
        html.P(
            html.A(points_words(score), href=links.explain(place, SCORE.id)),
            className="pressure-points follows",
            **state_attributes(value),
        ),
        html.P(
            [
                further,
                html.Small([", oldest figure " if further else "oldest figure ", age(value.observed_at, picture.at)]),
            ]
            if value.observed_at is not None
            else further,
            className="what",
        ),
        scale(score),
        html.Div([line, html.P(SAID, className="what")], className="pressure-trend") if line is not None else None,
    ]
    return html.Article(said, className="pressure-panel score")


def pillars(board: PressureBoard) -> html.Section:
    """The mean of each pillar, with its weight in the system's."""
    weights = board.now.system.weights if board.now.system is not None else ()
    whole = sum(weights)
    cards = [
        html.Article(
            [
                html.H3([badge(score.level), html.Span(PILLARS[score.pillar] if score.pillar else "")]),
                html.P(
                    [
                        "computed ",
                        html.Strong(level_words(score)),
                        f", score {points_words(score)} ",
                        indicative_mark(shown=score.indicative),
                    ]
                ),
                scale(score),
                html.P(f"{share_words(weight, whole)} of the system's score", className="what"),
            ],
            className="pressure-pillar",
        )
        for score, weight in zip(board.now.pillars, weights, strict=False)
    ]
    return html.Section(
        [
            html.H2("Pillars"),
            html.Div(cards, className="pressure-pillars"),
        ],
        className="pressure-part",
        id="pillars",
    )
