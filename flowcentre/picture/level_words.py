"""What is computed of a place's pressure, and what is declared for it, in sentences that are sent out of the house."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from flowcentre.measures.pressure import LEVEL, LEVEL_AT_MOST, MISMATCH, SCORE
from flowcentre.model import Contribution, County, Declaration, Place, Score, Value
from flowcentre.picture.change import Change, Turn, figures_of, moved_words, not_compared_words
from flowcentre.picture.pressure import INDICATIVE
from flowcentre.picture.saying import at_words, exactly, old_words, sentence, when_words

_COMPUTED = frozenset({LEVEL.id, LEVEL_AT_MOST.id, MISMATCH.id, SCORE.id})


def pressure_line(place: Place, score: Score, changes: Sequence[Change], at: datetime) -> str:
    """What is computed of a place, and how it changed, each figure said once, with the time of its oldest figure.

    ``changes`` are those of its level and its score, if they were looked for.
    """
    if score.level is None or score.points is None:
        return sentence(f"{place.name}: {_NOT_COMPUTED}")
    found = {change.measure.id: change for change in changes if change.place.id == score.place}
    level, points = found.get(LEVEL.id), found.get(SCORE.id)
    mark = _SHORT_MARK if score.indicative else ""
    oldest = oldest_words(score, at)
    after = f"{mark}{missing_words(score)}{f'; its {oldest}' if oldest else ''}{_too_old(score)}"
    if level is None or level.turn is Turn.NOT_COMPARED:
        apart = f"; its level {not_compared_words(level)}{mark}" if level is not None else ""
        return sentence(f"{place.name}: {level_words(score)}, {points_words(score)}{after}{apart}")
    said = f"the computed level {at_words(place)} {_turned(level)}"
    if points is None or points.turn is Turn.NOT_COMPARED:
        return sentence(f"{said}, {points_words(score)}{after}")
    return sentence(f"{said}; its score {_turned(points)} of {_points(score.out_of)}{after}")


_SHORT_MARK = " (indicative)"  # a line that is quoted alone must not pass for a national level


def _turned(change: Change) -> str:
    """How a figure moved, by the words of every other."""
    before, after = figures_of(change)
    if change.turn is Turn.STAYED:
        return f"stayed at {after}"
    return f"{change.turn} by {moved_words(change)}, from {before} to {after}"


def declared_line(place: Place, score: Score | None, declaration: Declaration, at: datetime) -> str:
    """What is declared for a place, and how far that is from what is computed, where that is certain."""
    by = f"by {declaration.by} at {when_words(declaration.declared_at, at)}"
    until = when_words(declaration.holds_until, at)
    if declaration.holds_until <= at:
        said = f"{place.name}: {declared_words(declaration, at)}"
        beside = computed_beside(score, None)
        return sentence(f"{said}; {beside}" if beside else said)
    beside = computed_beside(score, declaration.level)
    what = f"{place.name} is declared level {declaration.level}{f', {beside}' if beside else ''}"
    return sentence(f"{what}; {by}, until {until}: {declaration.reason}")


def computed_beside(score: Score | None, declared: int | None) -> str:
    """ "2 above the computed 2 (indicative, locally configured)", "as is computed (...)"; "" of a place that is not scored."""
    if score is None:
        return ""
    if score.level is None:
        return _NOT_COMPUTED
    mark = f" ({INDICATIVE})" if score.indicative else ""
    if declared is None or not score.state.usable:
        old = "" if score.state.usable else ", too old to be the present"
        return f"{level_words(score)}{mark}{old}"
    if score.at_least and score.level <= declared:  # the true level may be higher: how far apart they are is not known
        return f"beside a {level_words(score)}{mark}"
    apart = declared - score.level
    if not apart:
        return f"as is computed{mark}"
    least = "at least " if score.at_least else ""
    of = f"{score.level}{' or more' if score.at_least else ''}"
    return f"{least}{abs(apart)} {'above' if apart > 0 else 'below'} the computed {of}{mark}"


def levels_apart(apart: float) -> str:
    """How far what is declared lies from what is computed: "1 level above", "2 levels below"."""
    levels = f"{abs(apart):g} level{'' if abs(apart) == 1 else 's'}"
    return f"{levels} {'above' if apart > 0 else 'below'}"


def apart_words(apart: float) -> str:
    """The same in full: "declared 1 level above computed"; "declared as is computed"."""
    return f"declared {levels_apart(apart)} computed" if apart else "declared as is computed"


def brief_words(score: Score) -> str:
    """The same without the age of its figures and without the mark, for where both are said beside it."""
    if score.level is None or score.points is None:
        return _NOT_COMPUTED
    return f"{level_words(score)}, {points_words(score)}{missing_words(score)}{_too_old(score)}"


_NOT_COMPUTED = "no level can be computed: its figures are not known"


def level_words(score: Score) -> str:
    """ "computed level 2", "computed level 2 or more"."""
    return f"computed level {score.level}{' or more' if score.at_least else ''}"


def points_words(score: Score) -> str:
    """ "score 18 of 44", "score at least 18, at most 24.5, of 44"; "" where nothing is known."""
    if score.points is None:
        return ""
    if score.most > score.points:
        return f"score at least {_points(score.points)}, at most {_points(score.most)}, of {_points(score.out_of)}"
    return f"score {_points(score.points)} of {_points(score.out_of)}"


def missing_words(score: Score) -> str:
    """ "; 2 of 5 of its figures not known"; "" where all are."""
    unknown = sum(not each.known for each in _given(score))
    return f"; {unknown} of {len(_given(score))} of its figures not known" if unknown else ""


def oldest_words(score: Score, at: datetime) -> str:
    """ "oldest figure is of 08:05, 4 min old"; "" where none is known."""
    oldest = min((v.observed_at for v in _values(score) if v.observed_at is not None), default=None)
    return f"oldest figure is of {when_words(oldest, at)}, {old_words(at - oldest)}" if oldest is not None else ""


def _too_old(score: Score) -> str:
    return "" if score.state.usable else "; too old to be the present"


def declared_words(declaration: Declaration | None, at: datetime) -> str:
    """What somebody has declared, and until when it holds."""
    if declaration is None:
        return "nothing is declared"
    by = f"by {declaration.by} at {when_words(declaration.declared_at, at)}"
    if declaration.holds_until <= at:
        return (
            f"level {declaration.level} was declared {by}, and held until {when_words(declaration.holds_until, at)}: "
            "it holds no longer"
        )
    until = when_words(declaration.holds_until, at)
    return f"declared level {declaration.level} {by}, until {until}: {declaration.reason}"


def notice_of(county: County, measure: str) -> str:
    """What must be said wherever a computed score or level stands; "" of other measures, and once all rules are verified."""
    verified = all(each.verified for each in county.pressure.rules)
    return INDICATIVE if measure in _COMPUTED and not verified else ""


def mark_of(county: County, measure: str) -> str:
    """The same, to follow a figure."""
    notice = notice_of(county, measure)
    return f", {notice}" if notice else ""


def _points(points: float) -> str:
    return f"{exactly(points):,.1f}".removesuffix(".0")


def _given(score: Score) -> list[Contribution]:
    return [*score.contributions, *(each for part in score.parts for each in _given(part))]


def _values(score: Score) -> Iterator[Value]:
    yield from (each.value for each in score.contributions if each.known)
    for part in score.parts:
        yield from _values(part)
