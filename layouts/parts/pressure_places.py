"""Each place that is scored: what every parameter gives, with its figure, its band and its age; and what is declared there."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html

from flowcentre.measures import by_id
from flowcentre.model import Contribution, Score
from flowcentre.model.level_cards import level_card
from flowcentre.picture.pressure_book import PressureBoard
from layouts.finished import Markup
from layouts.parts import links
from layouts.parts.age import age
from layouts.parts.pressure_scale import scale, share_bar
from layouts.parts.pressure_words import (
    PILLARS,
    by_words,
    contribution_words,
    declared_words,
    follows_score,
    found_band,
    is_mismatch,
    level_pair,
    mismatch_words,
    next_level_words,
    points_words,
    share_words,
    silent_words,
)
from layouts.parts.rows import cell, folded, row, small, table, told, unit_beside
from layouts.parts.tree import Child, needs
from layouts.parts.words import rounded

_HEADS = ("Parameter", "Figure", "As of", "Band", "Gives")


def places(board: PressureBoard) -> html.Section:
    """Every scored place, pillar by pillar."""
    parts: list[Child] = [html.H2("Places")]
    for pillar in board.now.pillars:
        name = PILLARS[pillar.pillar] if pillar.pillar else ""
        parts.append(html.H3(name, className="pressure-of"))
        articles = [_place(board, pillar, score) for score in pillar.parts]
        parts.append(html.Div(articles, className="pressure-places"))
    return html.Section(parts, className="pressure-part", id="places")


def _place(board: PressureBoard, pillar: Score, score: Score) -> html.Article:
    picture, county = board.picture, board.picture.county
    place = county.places[score.place]
    declaration = board.now.declared.get(place.id)
    apart = mismatch_words(picture, place.id)
    kind = "pressure-apart mismatch" if is_mismatch(picture, place.id) else "pressure-apart"
    declared: list[Child] = [
        html.P(follows_score(picture, place.id, apart[0].upper() + apart[1:]), className=kind) if apart else None,
        html.P(
            f"{declared_words(declaration, board.at).capitalize()}, {by_words(declaration, board.at)}: {declaration.reason}",
            className="pressure-declared",
        )
        if declaration is not None
        else None,
    ]
    further = ", ".join(words for words in (next_level_words(score), silent_words(score)) if words)
    card = level_card(place.kind, score.level) if score.level is not None else None
    ways: list[Child] = [html.A("Declare a level", href=links.pressure(place.id), **needs("act", place.id))]
    if card is not None:
        ways.append(html.A(f"Action card, level {score.level}", href=links.action_card(card)))
    return html.Article(
        [
            html.Header(
                [
                    html.H4(place.name),
                    level_pair(score, declaration, board.at),
                    *declared,
                ]
            ),
            html.P([f"Score {points_words(score)}", f"; {further}" if further else None], className="what"),
            scale(score),
            folded(f"made-of-{place.id}", _summary(score), parameters(board, score)),
            html.P(ways, className="pressure-ways"),
            html.P(_weight(pillar, score), className="what"),
        ],
        className="pressure-place",
        id=f"at-{place.id}",
    )


def _summary(score: Score) -> str:
    """The two parameters that give the most, and how many there are."""
    most = [
        f"{by_id(each.value.measure).label} {contribution_words(each)}"
        for each in score.contributions[:2]
        if each.points
    ]
    number = len(score.contributions)
    before = ": " if len(most) == number else ", the most from "
    return f"{number} parameter{'' if number == 1 else 's'}{before if most else ''}{'; '.join(most)}"


def _weight(pillar: Score, score: Score) -> str:
    whole = sum(pillar.weights)
    of = next((w for part, w in zip(pillar.parts, pillar.weights, strict=False) if part is score), whole)
    return f"{share_words(of, whole)} of its pillar" if len(pillar.parts) > 1 else "alone in its pillar"


def parameters(board: PressureBoard, score: Score) -> Markup:
    """What each parameter gives, the greatest first."""
    whole = max([each.most for each in score.contributions], default=1.0)
    rows = [_parameter(board, score.place, each, whole) for each in score.contributions]
    return table(
        _HEADS,
        rows,
        "pressure-parameters",
        f"What the score of {board.picture.county.places[score.place].label} is made of",
    )


def _parameter(board: PressureBoard, place: str, each: Contribution, whole: float) -> Markup:
    picture, value = board.picture, each.value
    measure = by_id(value.measure)
    bar = share_bar(each.points, each.most, whole)
    return row(
        measure.label,
        [
            cell("Figure", told(picture, place, measure.id), unit_beside(value)),
            cell("As of", age(value.observed_at, picture.at) if value.observed_at is not None else "never"),
            cell("Band", found_band(each)),
            cell("Gives", contribution_words(each), bar, kind="gives"),
        ],
        kind=None if each.known else "unknown",
    )


def elsewhere(board: PressureBoard) -> html.Section | None:
    """What is declared where nothing is scored: each organisation posts its own."""
    county = board.picture.county
    scored = {score.place for score in board.now.places} | {board.system}
    others = [place for place in board.declarable if place not in scored]
    if not others:
        return None
    rows = []
    for place in others:
        declaration = board.now.declared.get(place)
        words = declared_words(declaration, board.at)
        rows.append(
            row(
                html.A(county.places[place].name, href=links.pressure(place)),
                [
                    cell("Declared", words),
                    cell("Why", declaration.reason if declaration is not None else ""),
                    cell("By", by_words(declaration, board.at) if declaration is not None else ""),
                ],
            )
        )
    heads = ("Organisation", "Declared", "Why", "By")
    return html.Section(
        [
            html.H2("Declared elsewhere"),
            html.P("Nothing is computed for these: no rules score them.", className="what"),
            table(heads, rows, "pressure-elsewhere", "Declared elsewhere"),
        ],
        className="pressure-part",
        id="elsewhere",
    )


def rules(board: PressureBoard) -> html.Section:
    """By which rules the scores are made, since when, and who has verified them."""
    rows = [
        row(
            [each.title, " ", small(each.id)],
            [
                cell("Pillar", PILLARS[each.pillar]),
                cell("Cut-offs", f"{_listed(each.cut_offs)} of {each.out_of:g}"),
                cell("Source", each.source),
                cell("In force", f"from {each.effective_from:%-d %b %Y}"
                     + (f" to {each.effective_to:%-d %b %Y}" if each.effective_to else "")),
                cell("Verified", f"by {each.verified_by}, {each.verified_on:%-d %b %Y}"
                     if each.verified and each.verified_on else "by nobody: indicative, locally configured"),
            ],
        )
        for each in board.rules
    ]  # fmt: skip
    heads = ("Rules", "Pillar", "Cut-offs", "Source", "In force", "Verified")
    return html.Section(
        [html.H2("Rules"), table(heads, rows, "pressure-rules", "Rules")], className="pressure-part", id="rules"
    )


def _listed(cut_offs: Sequence[float]) -> str:
    return ", ".join(rounded(each, 0 if each == int(each) else 1) for each in cut_offs)
