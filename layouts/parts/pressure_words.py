"""Pressure in words: levels as computed and as declared, scores, bands, and how far the two are apart."""

from __future__ import annotations

from datetime import datetime, timedelta

from dash import html

from flowcentre.measures import by_id
from flowcentre.measures.lacking import lacks
from flowcentre.measures.pressure import MISMATCH
from flowcentre.measures.units import unit_of
from flowcentre.model import Contribution, Declaration, Parameter, Picture, Pillar, Score, State
from flowcentre.picture.pressure import INDICATIVE, LEVELS_APART
from layouts.parts.figure import state_attributes
from layouts.parts.tree import Child, marked
from layouts.parts.typed_words import until_words
from layouts.parts.words import DASH, NO_BREAK, figure_text, rounded, silence_words, unit_words, when_words

# The national meanings of 2018, shortened. What a level obliges anybody to do stands on its action card.
MEANINGS = {
    1: "Demand is met within what there is.",
    2: "First signs of pressure: focused action where they show.",
    3: "Major pressure: flow is compromised, and what was done has not been enough.",
    4: "Care is not delivered in full: people may come to harm.",
}
PILLARS = {
    Pillar.ACUTE: "Acute",
    Pillar.COMMUNITY: "Community",
    Pillar.MENTAL_HEALTH: "Mental health",
    Pillar.NHS_111: "NHS 111",
}


def indicative_note(*, shown: bool) -> html.P | None:
    """That nobody has verified the rules: on every screen with a computed score or level."""
    return html.P(INDICATIVE, className="indicative") if shown else None


def indicative_bar(*, shown: bool) -> html.P | None:
    """The same for a long page: it stays in view while everything else passes beneath it."""
    words = [
        html.Strong(INDICATIVE.capitalize()),
        html.Span(": computed scores and levels, by rules that nobody has verified"),
    ]
    return html.P(words, className="indicative-bar") if shown else None


def indicative_mark(*, shown: bool) -> html.Small | None:
    """The same in a word, beside each computed mark of a page that has the bar."""
    return html.Small("indicative", className="indicative-mark", title=INDICATIVE) if shown else None


def level_pair(score: Score | None, declaration: Declaration | None, at: datetime) -> html.Div:
    """What is declared and what is computed of a place, side by side and as large as each other."""
    holds = declaration is not None and at < declaration.holds_until
    level = declaration.level if declaration is not None and holds else None
    # Until when an old one held, and who declared it, stands beneath.
    said = f"level {level}" if level is not None else "no level" if declaration is None else "no longer"
    marks: list[Child] = [
        html.P([badge(level), html.Span(["declared ", html.Strong(said)])], className="level-mark declared"),
    ]
    if score is not None:
        words: list[Child] = [
            "computed ",
            html.Strong(level_words(score)),
            " ",
            indicative_mark(shown=score.indicative),
        ]
        marks.append(html.P([badge(score.level), html.Span(words)], className="level-mark computed"))
    return html.Div(marks, className="level-pair")


def badge(level: int | None, words: str = "") -> html.Span:
    """A level as a large figure in its own frame; an em dash where none is known."""
    shown = DASH if level is None else str(level)
    return html.Span(shown, className="level-badge", **marked(data_level=str(level or 0), title=words or None))


def level_words(score: Score | None) -> str:
    """A computed level: "level 3", "at least level 2", "not known"; never OPEL, which a person declares."""
    if score is None or score.level is None:
        return "not known"
    return f"{'at least ' if score.at_least else ''}level {score.level}"


def points_words(score: Score) -> str:
    """ "19.3 of 44", "at least 19.3 of 44, at most 28"; "not known"."""
    if score.points is None:
        return "not known"
    said = f"{rounded(score.points, 1)} of {score.out_of:g}"
    if score.most > score.points:
        return f"at least {said}, at most {rounded(score.most, 1)}"
    return said


def next_level_words(score: Score) -> str:
    """How far it is to the next level: "2.7 points below level 4"; "" where there is none, or it is not certain."""
    if score.points is None or score.level is None or score.at_least or score.level > len(score.cut_offs):
        return ""
    cut_off = score.cut_offs[score.level - 1]
    left = cut_off - score.points
    if rounded(left, 1) == rounded(0.0, 1):
        return f"level {score.level + 1} above {cut_off:g}: with anything more"
    return f"level {score.level + 1} above {cut_off:g}, {rounded(left, 1)} more"


def band_words(parameter: Parameter, figure: float) -> str:
    """The band that a figure lies in: "92 or less", "over 92, up to 95", "under 60"."""
    measure = by_id(parameter.measure)
    limits = [figure_text(limit, measure, None if limit != int(limit) else 0) for limit in parameter.limits]
    unit = unit_words(measure)
    limits = [f"{limit} {unit_of(unit, limit)}" if unit else limit for limit in limits]
    rising = parameter.rising
    beyond = sum(figure > limit if rising else figure < limit for limit in parameter.limits)
    past, until = ("over", "up to") if rising else ("under", "down to")
    if beyond == 0:
        return f"{limits[0]} or {'less' if rising else 'more'}"
    if beyond == len(limits):
        return f"{past} {limits[-1]}"
    # The unit once: "over 200, up to 260 hours".
    start = limits[beyond - 1].removesuffix(f" {unit}") if unit else limits[beyond - 1]
    return f"{past} {start}, {until} {limits[beyond]}"


def found_band(each: Contribution) -> str:
    """The band of a contribution; "any: only 1 of 12 wards report" where its figure is a share of some; "not known"."""
    value = each.value
    if each.points is None or value.value is None:
        return "not known"
    if value.at_least or not lacks(value):
        return band_words(each.parameter, value.value)
    return f"any: only {value.coverage} report" if not value.coverage.complete else "any: rows are held back"


def contribution_words(each: Contribution) -> str:
    """ "5.9 of 8.8"; of what is not known how much it may add."""
    if each.points is None:
        return f"up to {rounded(each.most, 1)}"
    least = "at least " if each.up_to is not None and each.up_to > each.points else ""
    return f"{least}{rounded(each.points, 1)} of {rounded(each.most, 1)}"


def declared_words(declaration: Declaration | None, at: datetime) -> str:
    """A declared level: "declared level 3"; of an old one that it held; that nobody declared any."""
    if declaration is None:
        return "nobody has declared a level"
    if at < declaration.holds_until:
        return f"declared level {declaration.level}"
    return f"declared level {declaration.level} held until {until_words(declaration.holds_until, at)}"


def by_words(declaration: Declaration, at: datetime) -> str:
    """Who declared it, when, and until when it holds."""
    holds = "holds until" if at < declaration.holds_until else "held until"
    return (
        f"by {declaration.by}, {when_words(declaration.declared_at, at)}, "
        f"{holds} {until_words(declaration.holds_until, at)}"
    )


def mismatch_words(picture: Picture, place: str) -> str:
    """How what is declared stands to what is computed; "" where nothing was declared."""
    value = picture.value(place, MISMATCH.id)
    if value.state is State.NEVER:
        return ""
    if not value.known or value.value is None:
        return "declared and computed cannot be compared"
    apart = abs(int(value.value))
    if apart < LEVELS_APART:
        return "declared as computed"
    side = "above" if value.value > 0 else "below"
    return f"declared {apart} level{'' if apart == 1 else 's'} {side} the computed"


def is_mismatch(picture: Picture, place: str) -> bool:
    """Are the two known to be apart?"""
    value = picture.value(place, MISMATCH.id)
    return value.known and value.value is not None and abs(value.value) >= LEVELS_APART


def follows_score(picture: Picture, place: str, words: Child) -> html.Span:
    """Words that follow from a place's score, and are as late as it is."""
    return html.Span(words, className="follows", **state_attributes(picture.value(place, "pressure_score")))


def silent_words(score: Score) -> str:
    """What of a score is not known: "2 of 5 not known"; "" where all is."""
    given = score.contributions
    missing = sum(each.points is None for each in given)
    partial = sum(each.points is not None and not each.value.at_least and lacks(each.value) for each in given)
    in_part = f"{partial} of {len(given)} known in part" if partial else ""
    if not missing:
        return in_part
    if missing == len(given):
        return silence_words(score.state)
    return f"{missing} of {len(given)} not known{', ' if in_part else ''}{in_part}"


def share_words(part: float, whole: float) -> str:
    """ "50 %", "12.5 %"."""
    share = part / whole * 100 if whole else 0.0
    return f"{rounded(share, 0 if abs(share - round(share)) < 0.05 else 1)}{NO_BREAK}%"


def hours_words(length: timedelta) -> str:
    """A length of time in hours: "31 h", "under 1 h"; "" of none."""
    if not length:
        return ""
    hours = length / timedelta(hours=1)
    return f"{rounded(hours)} h" if hours >= 1 else "under 1 h"
