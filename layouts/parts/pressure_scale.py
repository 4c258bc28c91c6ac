"""A score on its scale, and a week parted into its levels: bars whose numbers stand beside them in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from dash import html

from flowcentre.model import LEVELS_OF_PRESSURE, Score
from layouts.parts.pressure_words import hours_words, points_words
from layouts.parts.tree import Child, marked


def scale(score: Score) -> html.Div:
    """The score between nothing and its most, with the cut-offs; what it may be besides is hatched."""
    ends = [*score.cut_offs, score.out_of]
    starts = [0.0, *score.cut_offs]
    bands: list[Child] = [
        html.Span(className="scale-band", style=_width((end - start) / score.out_of), **marked(data_level=str(level)))
        for level, start, end in zip(LEVELS_OF_PRESSURE, starts, ends, strict=False)
    ]
    if score.points is not None:
        low, high = score.points / score.out_of, score.most / score.out_of
        if high > low:
            style = _width(high - low) | {"left": f"{low * 100:.2f}%"}
            bands.append(html.Span(className="scale-maybe", style=style))
        bands.append(html.Span(className="scale-now", style={"left": f"{low * 100:.2f}%"}))
    cuts = ", ".join(f"{cut:g}" for cut in score.cut_offs)
    words = f"Score {points_words(score)}; levels 2, 3 and 4 begin at {cuts}"
    return html.Div(bands, className="pressure-scale", role="img", **marked(aria_label=words))


def share_bar(points: float | None, most: float, whole: float) -> html.Span:
    """What one parameter gives, of what it could, against the greatest of its kind."""
    given = html.Span(className="share-given", style=_width((points or 0.0) / whole))
    kinds = "share-bar" if points is not None else "share-bar unknown"
    return html.Span([given], className=kinds, style=_width(most / whole), **marked(aria_hidden="true"))


def week_bar(at_level: Mapping[int, timedelta], rest: timedelta, rest_words: str, label: str) -> html.Div:
    """A bar of the time at each level, and of the rest."""
    whole = sum(at_level.values(), rest) or timedelta(1)
    parts: list[Child] = [
        html.Span(className="week-part", style=_width(length / whole), **marked(data_level=str(level)))
        for level, length in _each(at_level, rest)
        if length
    ]
    said = [f"level {level} {hours_words(length)}" for level, length in at_level.items() if length]
    words = ", ".join([*said, *([f"{rest_words} {hours_words(rest)}"] if rest else [])])
    return html.Div(parts, className="week-bar", role="img", **marked(aria_label=f"{label}: {words}"))


def _each(at_level: Mapping[int, timedelta], rest: timedelta) -> Iterable[tuple[int, timedelta]]:
    return [*at_level.items(), (0, rest)]


def _width(share: float) -> dict[str, str]:
    return {"width": f"{max(share, 0.0) * 100:.2f}%"}
