"""The last 24 hours as a line no taller than a word. Gaps stay gaps, and the last point is marked.

What is counted since midnight begins again there: its line is broken, for a fall to nothing is not what happened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import dash_svg as svg
from dash import html

from flowcentre.measures import by_id
from flowcentre.measures.derive import local_midnight
from flowcentre.model import Feed, Period, Picture, Point, Value
from layouts.parts.tree import marked
from layouts.parts.words import NO_BREAK, figure_text, rounded

SAID = f"Lines: last 24{NO_BREAK}hours"  # once, wherever there are lines
SPAN = timedelta(hours=24)
WIDTH, HEIGHT, EDGE = 240, 40, 4
_HOUR = timedelta(hours=1)


def trend(picture: Picture, place: str, measure_id: str) -> svg.Svg | None:
    """The sparkline of a headline; nothing where the picture keeps no trend of it."""
    points: Sequence[Point] = picture.trend(place, measure_id)
    if not points:
        return None
    value = picture.value(place, measure_id)
    measure = by_id(measure_id)
    if measure.period is Period.SINCE_MIDNIGHT:
        points = _begun_again(points, local_midnight(picture.at))
    return sparkline(
        points,
        picture.at,
        silence(picture, value),
        label=measure.label,
        say=lambda figure: figure_text(figure, measure),
    )


def _begun_again(points: Sequence[Point], midnight: datetime) -> list[Point]:
    """With a gap from midnight until the first count of the new day: yesterday's does not hold on."""
    before = [point for point in points if point.at < midnight]
    return [*before, Point(midnight, None), *points[len(before) :]]


def silence(picture: Picture, value: Value) -> timedelta | None:
    """After how long without a point the history of a value is a gap; None where every gap has its own point.

    What is reported is seen again and again, so a long silence is a gap. What is worked out is kept only
    when it changes, with its own gaps in it.
    """
    feeds = [feed for name in value.feeds if (feed := picture.county.feed(name)) is not None]
    if value.typed is not None:  # among the points may be those of a file that reports the same, and holds longer
        feeds += [feed for feed in picture.county.feeds if _may_report(picture, feed, value)]
    stale_after = [feed.stale_after for feed in feeds]
    return max(stale_after) if stale_after and not value.derived else None


def _may_report(picture: Picture, feed: Feed, value: Value) -> bool:
    places = picture.county.places
    covered = (place.id for top in feed.places if top in places for place in places.within(top))
    return value.measure in feed.provides and value.place in covered


def sparkline(
    points: Sequence[Point],
    until: datetime,
    gap_after: timedelta | None = None,
    *,
    label: str = "",
    say: Callable[[float], str] = str,
) -> svg.Svg | None:
    """A step line of 24 hours up to ``until``; nothing where there was never a value in them."""
    runs = _runs(points, until, gap_after)
    values = [value for run in runs for _, value in run]
    if not values:
        return None
    low, high = min(values), max(values)

    def place(at: datetime, value: float) -> tuple[float, float]:
        share = (value - low) / (high - low) if high > low else 0.5
        return round(WIDTH - (until - at) / SPAN * WIDTH, 1), round(HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE), 1)

    line = "".join(_steps([place(at, value) for at, value in run]) for run in runs)
    end_x, end_y = place(*runs[-1][-1])
    words = (
        f"{label}, last 24 hours: between {say(low)} and {say(high)}"
        if high > low
        else f"{label}: {say(low)} throughout"
    )
    drawn = [svg.Path(d=line, className="line", vectorEffect="non-scaling-stroke")]
    known = [point for point in points if point.at <= until][-1]
    if known.value is not None and runs[-1][-1][0] >= until:  # a line that ended earlier has no present to mark
        # A line of no length with round ends is a dot that stays round however the drawing is stretched.
        drawn.append(svg.Path(d=f"M{end_x:g} {end_y:g}h0", className="last", vectorEffect="non-scaling-stroke"))
    return svg.Svg(
        drawn,
        className="spark",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        preserveAspectRatio="none",
        role="img",
        **marked(aria_label=words),
    )


def _runs(points: Sequence[Point], until: datetime, gap_after: timedelta | None) -> list[list[tuple[datetime, float]]]:
    """Unbroken stretches of the line; each value holds until the next is said, or until it is too old."""
    start = until - SPAN
    runs: list[list[tuple[datetime, float]]] = []
    run: list[tuple[datetime, float]] | None = None
    for number, point in enumerate(points):
        if point.at > until:
            break
        after = points[number + 1].at if number + 1 < len(points) else until
        end = min(after, until)
        if point.value is None or end < start:
            run = None
            continue
        if run is None:
            run = [(max(point.at, start), point.value)]
            runs.append(run)
        else:
            run[-1] = (point.at, run[-1][1])
            run.append((point.at, point.value))
        broken = gap_after is not None and end - point.at > gap_after
        run.append((point.at + gap_after if broken and gap_after is not None else end, point.value))
        if broken:
            run = None
    return runs


def _steps(places: Sequence[tuple[float, float]]) -> str:
    x, y = places[0]
    path = [f"M{x:g} {y:g}"]
    reached = x
    for new_x, new_y in places[1:]:
        if new_y != y:
            # A step is drawn where it happens: what lies level is one stroke.
            if reached != x:
                path.append(f"H{reached:g}")
            path.append(f"V{new_y:g}")
            x, y = reached, new_y
        reached = new_x
    return "".join(path) + (f"H{reached:g}" if reached != x else "")


def direction(picture: Picture, place: str, measure_id: str) -> html.Span | None:
    """Which way a stock has gone in the last hour, in a shape and words; nothing where one cannot say.

    Counters since midnight only rise, so their direction says nothing and is not given.
    """
    measure = by_id(measure_id)
    value = picture.value(place, measure_id)
    if measure.period is not Period.MOMENT or not value.known or value.value is None:
        return None
    then = None
    for point in picture.trend(place, measure_id):
        if point.at > picture.at - _HOUR:
            break
        then = point
    if then is None or then.value is None or picture.at - then.at > 2 * _HOUR:
        return None
    # Of the figures as they are shown.
    now, before = (float(rounded(each, measure.decimals).replace(",", "")) for each in (value.value, then.value))
    change = now - before
    if abs(change) < 10**-measure.decimals / 2:
        return html.Span("level in the last hour", className="direction", **marked(data_direction="level"))
    way = "up" if change > 0 else "down"
    amount = figure_text(abs(change), measure) if measure.unit != "%" else f"{abs(change):.{measure.decimals}f} points"
    return html.Span(f"{way} {amount} in the last hour", className="direction", **marked(data_direction=way))
