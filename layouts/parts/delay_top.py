"""How many are delayed now, how that has moved, and what it comes to: the head of the page."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from statistics import median

import dash_svg as svg
from dash import html
from dash.development.base_component import Component

from flowcentre.measures.delay_counts import centile, discharged_by
from flowcentre.measures.derive import LONDON, local_day
from flowcentre.model import State, Value
from flowcentre.picture.delay_book import Answered
from flowcentre.picture.delay_history import Past, Then
from flowcentre.picture.delays import PAST_EXPECTED, Chosen, Delay
from layouts.parts.age import age
from layouts.parts.delay_links import Address
from layouts.parts.delay_words import change_words, day_words, days, missing_words, people, pounds
from layouts.parts.figure import explained, figure, noted
from layouts.parts.tree import Child, marked
from layouts.parts.words import DASH, STATE_WORDS, when_words

_WIDTH, _HEIGHT, _EDGE = 280, 48, 4


def top(answered: Answered, address: Address) -> html.Section:
    """The count and everything that stands beside it."""
    chosen = answered.chosen
    tiles: list[Child] = [_waits(chosen), _bed_days(chosen), _today(chosen), _expected(chosen, address)]
    tiles += [_hours(chosen), _same_day(chosen), _share_of_beds(answered)]
    return html.Section(
        [html.H2("Now", className="strip-title"), _count(answered), html.Div(tiles, className="delay-tiles")],
        className="delay-top",
    )


def _count(answered: Answered) -> Component:
    chosen = answered.chosen
    count = chosen.count
    notes: list[Child] = []
    for note in noted(count):
        notes += [note, " "]
    if answered.looks_back:
        if count.observed_at is not None:
            notes.append(f"by lists of {when_words(count.observed_at, chosen.picture.at)}")
        count = _of_then(count)
    elif count.observed_at is not None and count.state is State.FRESH:
        notes.append(age(count.observed_at, chosen.picture.at))
    return html.Article(
        [
            html.H3("Delayed then" if answered.looks_back else "Delayed now"),
            html.P("people in a hospital bed with no criteria to reside", className="what"),
            figure(count, chosen.picture.at, "main"),
            html.P(notes, className="notes"),
            html.Ul(_changes(chosen, answered.past), className="changes"),
            _trend(answered),
        ],
        className="tile delay-count",
    )


def _of_then(value: Value) -> Value:
    """A value of the past does not grow older on the glass: the display's script is given no moments."""
    return replace(value, observed_at=None, late_at=None, stale_at=None)


def _changes(chosen: Chosen, past: Past) -> list[Component]:
    """Set against this time yesterday and a week ago; where lists are missing now there is nothing to set against."""
    if not chosen.count.known or not chosen.count.coverage.complete:
        why = missing_words(chosen) or "nothing is known"
        return [html.Li(f"No comparison with yesterday or last week: {why}")]
    weekday = f"{chosen.picture.at.astimezone(LONDON):%A}"
    return [
        _change(chosen, past.yesterday, "this time yesterday"),
        _change(chosen, past.last_week, f"this time last {weekday}"),
    ]


def _change(chosen: Chosen, then: Then | None, since: str) -> html.Li:
    words, change = change_words(chosen, then, since)
    if change is None:
        return html.Li(words)
    way = "level" if change == 0 else "up" if change > 0 else "down"
    return html.Li(words, className="direction", **marked(data_direction=way))


def _trend(answered: Answered) -> Component | None:
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
        [html.H3(title), html.P(what, className="what"), *content], className=f"tile delay-tile {kind}".rstrip()
    )


def _number(text: str, unit: str = "") -> html.P:
    return html.P([html.Span(text, className="number"), html.Span(f" {unit}", className="unit")], className="big")


def _missing(chosen: Chosen) -> html.P:
    """In place of a figure that would need a list of the present."""
    state = chosen.count.state if not chosen.count.state.usable else State.UNKNOWN
    return html.P([html.Span(DASH, className="number"), f" {STATE_WORDS[state]}"], className="big absent")


def _facts(*rows: tuple[str, Child]) -> html.Dl:
    return html.Dl([html.Div([html.Dt(name), html.Dd(said)]) for name, said in rows], className="delay-facts")


def _waits(chosen: Chosen) -> html.Article:
    waited = [delay.days for delay in chosen.counted]
    title, what = "Waits", "days since the discharge ready date"
    if not chosen.count.known:
        return _tile(title, what, _missing(chosen))
    if not waited:
        return _tile(title, what, html.P("nobody waits", className="big"))
    return _tile(
        title,
        what,
        _number(f"{max(waited):,}", "days, the longest"),
        _facts(("half wait at most", days(median(waited))), ("nine in ten at most", days(centile(waited, 0.9)))),
    )


def _bed_days(chosen: Chosen) -> html.Article:
    title, what = "Bed days lost", "by those delayed now, since each was ready"
    if not chosen.count.known:
        return _tile(title, what, _missing(chosen))
    lost = sum(max(0, delay.days) for delay in chosen.counted)
    cost = chosen.picture.county.bed_day_cost
    told = []
    if cost is not None:
        told = [_facts((f"at £{cost:,.0f} a bed day: local figure", pounds(lost * cost)))]
    return _tile(title, what, _number(f"{lost:,}", "bed days" if lost != 1 else "bed day"), *told)


def left_today(chosen: Chosen) -> tuple[list[Delay] | None, int, int]:
    """Who was discharged on the picture's own day, and how many of the hospitals can say so.

    A list of before midnight knows of none; one that cannot say who left knows of none either. None: nobody can say.
    """
    today = local_day(chosen.picture.at)
    speaking = {
        each.place
        for each in chosen.in_scope
        if each.value.known
        and each.value.observed_at is not None
        and local_day(each.value.observed_at) == today
        and chosen.picture.value(each.place, "delayed_discharged_today").value is not None
    }
    left = [delay for delay in chosen.left if delay.person.place in speaking]
    return (left if speaking else None), len(speaking), len(chosen.in_scope)


def _partly(reporting: int, expected: int) -> list[Child]:
    if reporting >= expected:
        return []
    return [html.P(f"at least: {reporting} of {expected} hospitals say who left", className="coverage")]


def _today(chosen: Chosen) -> html.Article:
    title, what = "Today", "since midnight"
    left, reporting, expected = left_today(chosen)
    if left is None or not chosen.count.known:
        return _tile(title, what, _missing(chosen))
    remaining = len(chosen.counted)
    return _tile(
        title,
        what,
        _number(f"{len(left):,}", "discharged"),
        _facts(("remaining now", f"{remaining:,}"), ("on the list today, both", f"{remaining + len(left):,}")),
        *_partly(reporting, expected),
    )


def _hours(chosen: Chosen) -> html.Article:
    title, what = "Discharges by hour", "of those on the list, today"
    left, reporting, expected = left_today(chosen)
    if left is None:
        return _tile(title, what, _missing(chosen), kind="wide")
    hours = Counter(d.person.discharged_at.astimezone(LONDON).hour for d in left if d.person.discharged_at)
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
    by = {limit: sum(discharged_by(delay.person, limit) for delay in left) for limit in (12, 17)}
    told = ", ".join(f"{hour:02}:00 {hours[hour]}" for hour in range(24) if hours[hour]) or "none"
    return _tile(
        title,
        what,
        html.Div(
            [
                html.Ul(bars, **marked(aria_hidden="true")),
                _hour_labels(),
                html.P(f"By hour: {told}", className="unseen"),
            ],
            className="delay-hours",
        ),
        _facts(*((f"by {limit}:00", f"{number:,}") for limit, number in by.items() if now >= limit or number)),
        *_partly(reporting, expected),
        kind="wide",
    )


def _hour_labels() -> html.P:
    return html.P([html.Span(f"{hour:02}") for hour in (0, 6, 12, 18)], **marked(aria_hidden="true"))


def _expected(chosen: Chosen, address: Address) -> html.Article:
    title, what = "Expected to leave", "by the date set for each"
    if not chosen.count.known:
        return _tile(title, what, _missing(chosen))
    ahead = Counter(
        (delay.person.expected_on - local_day(delay.at)).days
        for delay in chosen.counted
        if delay.person.expected_on is not None
    )
    unset = sum(delay.person.expected_on is None for delay in chosen.counted)
    passed = sum(PAST_EXPECTED in delay.past for delay in chosen.counted)
    return _tile(
        title,
        what,
        _number(f"{ahead[0]:,}", "today"),
        _facts(
            ("tomorrow", f"{ahead[1]:,}"),
            ("date has passed", html.A(f"{passed:,}", href=address.with_(past=PAST_EXPECTED).href, id="top-expected")),
            ("no date set", f"{unset:,}"),
        ),
    )


def _same_day(chosen: Chosen) -> html.Article:
    title, what = "Same-day share", "of today's discharges, those ready today"
    left, reporting, expected = left_today(chosen)
    if left is None:
        return _tile(title, what, _missing(chosen))
    same = sum(delay.days == 0 for delay in left)
    holds = html.P("Without people who never stood on a list: it lies below the national share.", className="what")
    if not left:
        return _tile(title, what, html.P("nobody has left yet", className="big"), holds)
    partly = [html.P(f"{reporting} of {expected} hospitals", className="coverage")] if reporting < expected else []
    return _tile(title, what, _number(f"{100 * same / len(left):.1f} %", f"{same} of {len(left)}"), *partly, holds)


def _share_of_beds(answered: Answered) -> Component | None:
    """Of everybody, or of one hospital: what other filters choose has no beds of its own."""
    picture, facets = answered.chosen.picture, answered.chosen.filters.chosen
    sites = facets.get("site", frozenset())
    if set(facets) - {"site"} or len(sites) > 1:
        return None
    place = next(iter(sites), picture.county.places.system.id)
    if (place, "nctr_share") not in picture.values:
        return None
    share = picture.value(place, "nctr_share")

    def said(measure: str) -> Component:
        if answered.looks_back:  # what explains itself is the present
            return figure(_of_then(picture.value(place, measure)), picture.at)
        return explained(picture, place, measure)

    return _tile(
        "Share of beds",
        "no criteria to reside; acute hospitals only",
        html.P(said("nctr_share"), className="big"),
        html.P(
            ["of ", said("ga_beds_occupied"), " general and acute beds with somebody in them"],
            className="what",
        ),
        *[html.P(note, className="notes") for note in noted(share)],
    )


def counted_words(chosen: Chosen) -> str:
    """ "41 of 154 people"; "154 people" where nobody is left out; "no list" where there is none of the present."""
    if not chosen.count.known:
        return f"{people(len(chosen.delays))} on lists too old" if chosen.delays else "no list of the present"
    everybody = sum(not delay.stale for each in chosen.lists for delay in each.delays)
    return f"{len(chosen.counted):,} of {people(everybody)}" if chosen.filters.chosen else people(everybody)
