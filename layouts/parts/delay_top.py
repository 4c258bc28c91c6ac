"""How many are delayed now, how that has moved, and what it comes to: the head of the page."""

from __future__ import annotations

from collections import Counter

import dash_svg as svg
from dash import html
from dash.development.base_component import Component

from flowcentre.measures.derive import LONDON, day_words, local_day
from flowcentre.model import PlaceKind
from flowcentre.picture.delay_sums import Left, days_of, expectation, left_today, those_left
from flowcentre.picture.delays import PAST_EXPECTED, Delay
from flowcentre.picture.list_book import Answered
from flowcentre.picture.list_history import Past, Then
from flowcentre.picture.listed import UNKNOWN, Chosen
from layouts.parts.figure import explained, figure, noted
from layouts.parts.list_links import Address
from layouts.parts.list_tiles import big, count_and_notes, facts, missing, of_then, short_of
from layouts.parts.list_words import (
    change_words,
    days,
    least,
    missing_words,
    pounds,
)
from layouts.parts.tree import Child, marked

_WIDTH, _HEIGHT, _EDGE = 280, 48, 4


def top(answered: Answered[Delay], address: Address[Delay]) -> html.Section:
    """The count and everything that stands beside it."""
    chosen = answered.chosen
    tiles: list[Child] = [_waits(chosen), _bed_days(chosen), _today(chosen), _expected(chosen, address)]
    tiles += [_hours(chosen), _same_day(chosen), _share_of_beds(answered)]
    return html.Section(
        [html.H2("Now", className="strip-title"), _count(answered), html.Div(tiles, className="delay-tiles")],
        className="delay-top",
    )


def _count(answered: Answered[Delay]) -> Component:
    chosen, (count, notes) = answered.chosen, count_and_notes(answered)
    title = "Delayed then" if answered.looks_back else "Delayed now"
    return html.Article(
        [
            html.H3(title),
            html.P("people in a hospital bed with no criteria to reside", className="what"),
            figure(count, chosen.picture.at, "main"),
            html.P(notes, className="notes"),
            _by_kind(chosen),
            html.Ul(_changes(chosen, answered.past), className="changes"),
            _trend(answered),
        ],
        className="tile delay-count",
        **marked(aria_label=title),
    )


def _by_kind(chosen: Chosen[Delay]) -> html.P | None:
    """Acute and community hospitals apart: the wall and the demand page count no criteria to reside in acute beds alone."""
    places = chosen.picture.county.places
    kinds = {each.place: places[each.place].kind for each in chosen.in_scope}
    if len(set(kinds.values())) < 2 or not chosen.count.known:
        return None
    acute = sum(kinds[delay.person.place] is PlaceKind.ACUTE_HOSPITAL for delay in chosen.counted)
    return html.P(f"{acute:,} in acute and {len(chosen.counted) - acute:,} in community hospitals", className="kinds")


def _changes(chosen: Chosen[Delay], past: Past[Delay]) -> list[Component]:
    """Set against this time yesterday and a week ago; where lists are missing now there is nothing to set against."""
    if not chosen.count.known or not chosen.count.coverage.complete:
        why = missing_words(chosen) or "nothing is known"
        return [html.Li(f"No comparison with yesterday or last week: {why}")]
    weekday = f"{chosen.picture.at.astimezone(LONDON):%A}"
    return [
        _change(chosen, past.yesterday, "this time yesterday"),
        _change(chosen, past.last_week, f"this time last {weekday}"),
    ]


def _change(chosen: Chosen[Delay], then: Then[Delay] | None, since: str) -> html.Li:
    words, change = change_words(chosen, then, since)
    if change is None:
        return html.Li(words)
    way = "level" if change == 0 else "up" if change > 0 else "down"
    return html.Li(words, className="direction", **marked(data_direction=way))


def _trend(answered: Answered[Delay]) -> Component | None:
    """The count at each midnight of four weeks and now, as a line: gaps stay gaps."""
    counts = [then.count if then.whole else None for then in answered.past.days]
    present = answered.chosen.count
    whole = present.known and present.coverage.complete
    counts.append(len(answered.chosen.counted) if whole else None)
    known = [count for count in counts if count is not None]
    if len(known) < 2:
        return None
    low, high = min(known), max(known)
    places = []
    for number, count in enumerate(counts):
        x = round(_WIDTH * number / (len(counts) - 1), 1)
        share = 0.5 if count is None or high == low else (count - low) / (high - low)
        places.append((x, None if count is None else round(_HEIGHT - _EDGE - share * (_HEIGHT - 2 * _EDGE), 1)))
    line, pen_down = "", False
    for x, y in places:
        # A day that stands alone between gaps is a dot: a line of no length with round ends.
        line += "" if y is None else f"{'L' if pen_down else 'M'}{x:g} {y:g}" + ("" if pen_down else "h0")
        pen_down = y is not None
    drawn = [svg.Path(d=line, className="line", vectorEffect="non-scaling-stroke")]
    last_x, last_y = places[-1]
    if last_y is not None:
        drawn.append(svg.Path(d=f"M{last_x:g} {last_y:g}h0", className="last", vectorEffect="non-scaling-stroke"))
    first = answered.past.days[0].at
    words = f"Delayed at midnight, {len(answered.past.days)} days to now: between {low:,} and {high:,}"
    return html.Figure(
        [
            svg.Svg(
                drawn,
                className="spark",
                viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
                preserveAspectRatio="none",
                role="img",
                **marked(aria_label=words),
            ),
            html.Figcaption(
                [
                    html.Span(day_words(first)),
                    html.Span(f"{low:,} to {high:,}"),
                    html.Span("then" if answered.looks_back else "now"),
                ],
            ),
        ],
        className="delay-trend",
    )


# --- Tiles --------------------------------------------------------------------------------


def _tile(title: str, what: str, *content: Child, kind: str = "") -> html.Article:
    return html.Article(
        [html.H3(title), html.P(what, className="what"), *content],
        className=f"tile delay-tile {kind}".rstrip(),
        **marked(aria_label=title),
    )


def _waits(chosen: Chosen[Delay]) -> html.Article:
    title, what, short = "Waits", "days since the discharge ready date", chosen.count.at_least
    if not chosen.count.known:
        return _tile(title, what, missing(chosen))
    waited = days_of(chosen.counted)
    if waited.median is None or waited.ninetieth is None:
        nobody = "nobody known to wait" if short else "nobody waits"
        return _tile(title, what, *short_of(chosen), html.P(nobody, className="big"))
    of = " of those known" if short else ""
    return _tile(
        title,
        what,
        *short_of(chosen),
        big(least(waited.longest, short), "days, the longest"),
        facts((f"half{of} wait at most", days(waited.median)), (f"nine in ten{of} at most", days(waited.ninetieth))),
    )


def _bed_days(chosen: Chosen[Delay]) -> html.Article:
    title, what, short = "Bed days lost", "by those delayed now, since each was ready", chosen.count.at_least
    if not chosen.count.known:
        return _tile(title, what, missing(chosen))
    lost = days_of(chosen.counted).lost
    cost = chosen.picture.county.bed_day_cost
    told = []
    if cost is not None:
        money = f"{'at least ' if short else ''}{pounds(lost * cost)}" if lost or not short else "none known"
        told = [facts((f"at £{cost:,.0f} a bed day: local figure", money))]
    return _tile(title, what, *short_of(chosen), big(least(lost, short), "bed days" if lost != 1 else "bed day"), *told)


def _left_by(left: Left) -> list[Child]:
    """How many of the hospitals say who left, where not all do."""
    if left.coverage.missing:
        return [html.P(f"of {left.coverage} that say who left", className="coverage")]
    return [html.P("rows held back: somebody more may have left", className="coverage")] if left.at_least else []


def _today(chosen: Chosen[Delay]) -> html.Article:
    title, what = "Today", "since midnight"
    left = left_today(chosen)
    if left.today is None or not chosen.count.known:
        return _tile(title, what, missing(chosen))
    remaining, short = len(chosen.counted), chosen.count.at_least
    both = least(remaining + left.today, short or left.at_least)
    return _tile(
        title,
        what,
        *(short_of(chosen) or _left_by(left)),
        big(least(left.today, left.at_least), "discharged"),
        facts(("remaining now", least(remaining, short)), ("on the list today, both", both)),
    )


def _hours(chosen: Chosen[Delay]) -> html.Article:
    title, what = "Discharges by hour", "of those on the list, today"
    left = left_today(chosen)
    if left.today is None or left.by_1200 is None or left.by_1700 is None:
        return _tile(title, what, missing(chosen), kind="wide")
    gone = [delay.person.discharged_at for delay in those_left(chosen)]
    hours = Counter(at.astimezone(LONDON).hour for at in gone if at is not None)
    most = max(hours.values(), default=0) or 1
    now = chosen.picture.at.astimezone(LONDON).hour
    bars = [
        html.Li(
            html.I(style={"height": f"{100 * hours[hour] / most:.0f}%"}),
            className="ahead" if hour > now else "",
            title=f"{hour:02}:00 to {hour:02}:59: {hours[hour]}",
        )
        for hour in range(24)
    ]
    by = {12: left.by_1200, 17: left.by_1700}
    nobody = "none known" if left.at_least else "none"
    told = ", ".join(f"{hour:02}:00 {hours[hour]}" for hour in range(24) if hours[hour]) or nobody
    return _tile(
        title,
        what,
        *_left_by(left),
        html.Div(
            [
                html.Ul(bars, **marked(aria_hidden="true")),
                _hour_labels(),
                html.P(f"By hour: {told}", className="unseen"),
            ],
            className="delay-hours",
        ),
        facts(
            *(
                (f"by {limit}:00", least(number, left.at_least))
                for limit, number in by.items()
                if now >= limit or number
            )
        ),
        kind="wide",
    )


def _hour_labels() -> html.P:
    return html.P([html.Span(f"{hour:02}") for hour in (0, 6, 12, 18)], **marked(aria_hidden="true"))


def _expected(chosen: Chosen[Delay], address: Address[Delay]) -> html.Article:
    title, what = "Expected to leave", "by the date set for each"
    if not chosen.count.known:
        return _tile(title, what, missing(chosen))
    today, short = local_day(chosen.picture.at), chosen.count.at_least
    ahead = Counter(expectation(delay, today) for delay in chosen.counted)
    passed: Child = least(ahead["passed"], short)
    # A list of last night says of today's date that it has not passed: then the limit chooses others.
    if ahead["passed"] == sum(PAST_EXPECTED in delay.past for delay in chosen.counted):
        passed = html.A(passed, href=address.with_(past=PAST_EXPECTED).href, id="top-expected")
    return _tile(
        title,
        what,
        *short_of(chosen),
        big(least(ahead["today"], short), "today"),
        facts(
            ("tomorrow", least(ahead["tomorrow"], short)),
            ("date has passed", passed),
            ("no date set", least(ahead[UNKNOWN], short)),
        ),
    )


def _same_day(chosen: Chosen[Delay]) -> html.Article:
    title, what = "Same-day share", "of today's discharges, those ready today"
    left = left_today(chosen)
    if left.today is None:
        return _tile(title, what, missing(chosen))
    holds = html.P("Without people who never stood on a list: it lies below the national share.", className="what")
    known = " known" if left.at_least else ""
    if not left.today:
        nobody = "nobody known to have left yet" if left.at_least else "nobody has left yet"
        return _tile(title, what, *_left_by(left), html.P(nobody, className="big"), holds)
    same = sum(delay.days == 0 for delay in those_left(chosen))
    number = big(f"{100 * same / left.today:.1f} %", f"{same} of {left.today}{known}")
    return _tile(title, what, *_left_by(left), number, holds)


def _share_of_beds(answered: Answered[Delay]) -> Component | None:
    """Of everybody, or of one hospital: what other filters choose has no beds of its own."""
    picture, facets = answered.chosen.picture, answered.chosen.filters.chosen
    sites = facets.get("site", frozenset())
    if set(facets) - {"site"} or len(sites) > 1:
        return None
    place = next(iter(sites), picture.county.places.system.id)
    if (place, "nctr_share") not in picture.values:
        return None
    share = picture.value(place, "nctr_share")

    def said(measure: str, after: str = "") -> Component:
        if answered.looks_back:  # what explains itself is the present
            return figure(of_then(picture.value(place, measure)), picture.at, after=after)
        return explained(picture, place, measure, after=after)

    return _tile(
        "Share of beds",
        "no criteria to reside; acute hospitals only",
        html.P(said("nctr_share"), className="big"),
        html.P(
            ["of ", said("ga_beds_occupied", " general and acute beds with somebody in them")],
            className="what",
        ),
        *[html.P(note, className="notes") for note in noted(share)],
    )
