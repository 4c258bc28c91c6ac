"""Rehearsal: a rule over the weeks that are stored, the one in force beside the one proposed, before anybody is told by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import dash_svg as svg
from dash import html
from dash.development.base_component import Component

from flowcentre.measures.watched import watched_by
from flowcentre.model import LONGEST_REHEARSAL, County, Firing, Picture, Rehearsal, Rehearsed, RuleKind
from flowcentre.picture.level_words import notice_of
from flowcentre.picture.rehearsed import lasted_words, never_words, warning_words
from layouts.parts import links
from layouts.parts.field import Input
from layouts.parts.form_page import form_page
from layouts.parts.rehearsal_chart import CALLED, firings_of, place_chart
from layouts.parts.tree import Child
from layouts.parts.words import LONDON, clock_words, date_words, figure_text, length_words, unit_words

PATH, TITLE = links.rehearsal(), "Rehearsal"
_SHEETS = ("alerts.css", "rehearsal.css")
_CHARTS, _LISTED = 12, 40
_LABELS = {
    "raise_at": "Raised at",
    "stand_down_at": "Stands down at",
    "hold_for": "Past it for",
    "clear_for": "Calm for",
    "over": "Looking back over",
    "places": "Places",
    "feeds": "Feeds",
}
_HINTS = {
    "hold_for": "30m, 2h; 0m is at once",
    "clear_for": "30m, 2h",
    "over": "4h, 7d at most",
    "places": 'ids with commas between, or "each acute hospital"',
    "feeds": 'ids with commas between, or "each feed"',
}
_ZERO = timedelta(0)


def document(picture: Picture, rehearsal: Rehearsal, *, fingerprint: str) -> str:
    """The whole page."""
    main: list[Component | None] = [
        html.Header(
            [html.P(html.A("All alerts", href=links.alerts()), className="back"), html.H1(TITLE)], className="page-head"
        ),
        html.P(
            "What a rule of alerts would have done over the time that is stored, worked out by what runs. Nothing is changed here, "
            "and nobody is told.",
            className="what",
        ),
        _choice(picture, rehearsal),
        _notice(picture.county, rehearsal),
        _changes(rehearsal),
        *_answer(picture, rehearsal),
        html.P(f"As at {clock_words(rehearsal.at)}, {date_words(rehearsal.at)}.", className="what as-drawn"),
    ]
    name = f"{TITLE}: {rehearsal.rule.title}" if rehearsal.rule is not None else TITLE
    return form_page(
        picture, name, main, PATH, fingerprint, kind="type-in a-form alert-page rehearsal-page", sheets=_SHEETS
    )


# --- Asking -------------------------------------------------------------------------------


def _choice(picture: Picture, rehearsal: Rehearsal) -> Component:
    chosen = rehearsal.rule.id if rehearsal.rule is not None else ""
    options: list[Component] = [
        html.Option(f"{rule.title} ({rule.id})", value=rule.id, selected="selected" if rule.id == chosen else None)
        for rule in picture.county.alerting.rules
    ]
    return html.Form(
        [
            html.P([html.Label("Rule", htmlFor="rule"), html.Select(options, id="rule", name="rule")]),
            html.P([html.Label("Days back", htmlFor="days-back"), _days_field("days-back", rehearsal.days)]),
            html.Button("Show this rule", type="submit"),
        ],
        method="get",
        action=PATH,
        className="rehearsal-choice",
    )


def _days_field(id: str, days: int) -> Input:
    return Input(id=id, name="days", value=str(days), inputMode="numeric", autoComplete="off", size="4")


def _changes(rehearsal: Rehearsal) -> Component | None:
    rule = rehearsal.rule
    if rule is None:
        return None
    measure = watched_by(rule)
    unit = (unit_words(measure) or measure.unit) if measure is not None else ""
    fields = []
    for key, value in rehearsal.asked.items():
        hint = _HINTS.get(key) or (f"in {unit}" if key in ("raise_at", "stand_down_at") else "")
        wide = key in ("places", "feeds")
        fields.append(
            html.P(
                [
                    html.Label([_LABELS[key], html.Small(f" {hint}")], htmlFor=key),
                    Input(id=key, name=key, value=value, autoComplete="off"),
                ],
                className="wide" if wide else None,
            )
        )
    return html.Form(
        [
            html.H2("Change it"),
            Input(type="hidden", name="rule", value=rule.id),
            html.Div(fields, className="rehearsal-fields"),
            html.P(
                [
                    html.Label(f"Days back, up to {LONGEST_REHEARSAL}", htmlFor="days"),
                    _days_field("days", rehearsal.days),
                ]
            ),
            html.Button("Rehearse", type="submit"),
            html.P(html.A("As it is in force", href=links.rehearsal(rule.id)), className="what"),
        ],
        method="get",
        action=PATH,
        className="rehearsal-changes",
    )


def _notice(county: County, rehearsal: Rehearsal) -> Component | None:
    """That nobody has verified what gives the level which is looked at."""
    notice = notice_of(county, rehearsal.rule.measure) if rehearsal.rule is not None else ""
    return html.P(html.Strong(f"{notice[0].upper()}{notice[1:]}."), className="what") if notice else None


# --- What came of it ------------------------------------------------------------------------


def _answer(picture: Picture, rehearsal: Rehearsal) -> Iterator[Component]:
    if rehearsal.trouble:
        yield html.Section(
            [html.H2("Not worked out"), html.P(rehearsal.trouble)], className="answered not-kept", role="alert"
        )
        return
    proposed = rehearsal.proposed
    if proposed is not None and proposed.rule is None:
        said = [html.P([html.B(what), html.Br(), f"Right: {right}"]) for what, right in proposed.mistakes]
        yield html.Section(
            [html.H2("The configuration would refuse this rule"), *said], className="answered not-kept", role="alert"
        )
        yield _toml(proposed.toml, sound=False)
        return
    runs = [("kept", rehearsal.kept_did), ("proposed", rehearsal.proposed_did)]
    did = [(called, each) for called, each in runs if each is not None]
    if not did:
        return
    yield _compared(did, picture.county)
    yield from _charts(did, picture.county)
    yield _list(did[-1][0], did[-1][1], picture.county)
    if proposed is not None:
        yield _toml(proposed.toml, sound=True)


def _compared(runs: Sequence[tuple[str, Rehearsed]], county: County) -> Component:
    """The rules side by side: how often, for how long, and how long before the worst; in all and by place."""
    head = html.Tr([html.Th("Place", scope="col"), *(html.Th(_headed(called), scope="col") for called, _ in runs)])
    subjects = _subjects(runs)
    rows = [html.Tr([html.Th("In all", scope="row"), *(html.Td(_did(did, did.firings)) for _, did in runs)])]
    if len(subjects) > 1:
        rows += [
            html.Tr(
                [
                    html.Th(_name(subject, county), scope="row"),
                    *(html.Td(_did(did, firings_of(subject, did), subject)) for _, did in runs),
                ]
            )
            for subject in subjects
        ]
    days = round((runs[0][1].end - runs[0][1].start) / timedelta(days=1))
    return html.Section(
        [
            html.H2(f"In the last {days} days" if days > 1 else "In the last day"),
            html.Div(
                html.Table([html.Thead(head), html.Tbody(rows)], className="rehearsal-table"), className="wide-table"
            ),
        ]
    )


def _headed(called: str) -> str:
    return "As it is in force" if called == "kept" else "As proposed"


def _did(did: Rehearsed, firings: Sequence[Firing], subject: str | None = None) -> list[Child]:
    if subject is not None and subject not in did.rule.subjects:
        return ["not watched"]
    spans = dict(did.unknown)
    unknown = spans.get(subject or "", _ZERO) if subject is not None or len(spans) != 1 else next(iter(spans.values()))
    said: list[Child] = [html.B(_times_words(len(firings)) if firings else never_words(did, subject))]
    if firings:
        said.append(f"; for {lasted_words(did, firings)}")
        worst = warning_words(firings) if did.rule.kind is not RuleKind.SILENCE else ""
        if worst:
            as_a_rule = "as a rule " if len(firings) > 1 else ""
            when, _, median = worst.partition(" (")
            later = f"; the worst came {when} later{f' ({median}' if median else ''}"
            said.append(f"; it was {as_a_rule}at its worst when raised" if worst == "0" else later)
    if subject is None and (far := _never_near(did)):
        said.append(html.Small(f" {far}"))
    if subject is None and did.passed:
        said.append(
            html.Small(
                f" pending {'once' if did.passed == 1 else f'{did.passed} times'} more, and passed before anybody was told"
            )
        )
    if unknown > _ZERO and firings and (subject is not None or len(_subjects([("", did)])) == 1):
        said.append(html.Small(f" nothing is known of {length_words(unknown)}"))
    return said


def _never_near(did: Rehearsed) -> str:
    """That a percentage is raised at more than all, which was never known: most shares cannot come to it."""
    measure = watched_by(did.rule)
    limit = did.rule.raise_at
    values = [point.value for line in did.lines.values() for point in line if point.value is not None]
    level = did.rule.kind in (RuleKind.LEVEL, RuleKind.TIME_AT_LEVEL, RuleKind.HELD)
    if measure is None or limit is None or not level or measure.unit != "%" or limit <= 100:
        return ""
    if not values or max(values) >= limit:
        return ""
    most = f"the most that is known is {figure_text(max(values), measure)}"
    return f"It is raised at more than all there is, {figure_text(limit, measure)}; {most}."


def _times_words(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _charts(runs: Sequence[tuple[str, Rehearsed]], county: County) -> Iterator[Component]:
    rule = runs[-1][1].rule
    subjects = sorted(_subjects(runs), key=lambda each: -sum(len(firings_of(each, did)) for _, did in runs))
    drawn = [place_chart(_name(subject, county), subject, runs) for subject in subjects[:_CHARTS]]
    legend: list[Child] = []
    measure = watched_by(rule)
    if measure is not None and rule.kind in (RuleKind.LEVEL, RuleKind.TIME_AT_LEVEL, RuleKind.HELD):
        for called, did in runs:
            if did.rule.raise_at is not None:
                sample = svg.Svg(
                    svg.Path(d="M0 6H36", className=f"limit {called}"), viewBox="0 0 36 12", className="key"
                )
                legend += [html.Span([sample, f" limit {CALLED[called]}, {figure_text(did.rule.raise_at, measure)}"])]
    elif measure is not None:
        legend.append(html.Span("The line is the figure itself; the rule looks at how much it has changed."))
    title = measure.label if measure is not None else "Feeds"
    rest = len(subjects) - len(drawn)
    yield html.Section(
        [
            html.H2(title),
            html.P(legend, className="rehearsal-legend"),
            *drawn,
            html.P(f"and {rest} more places with fewer firings, in the table above.", className="what")
            if rest > 0
            else None,
        ]
    )


def _list(called: str, did: Rehearsed, county: County) -> Component:
    measure = watched_by(did.rule)
    newest = did.firings[-_LISTED:][::-1]
    rows = []
    for firing in newest:
        worst = figure_text(firing.worst, measure) if firing.worst is not None and measure is not None else ""
        blind = sum(((until or did.end) - since for since, until in firing.blind), _ZERO)
        lead = firing.lead_time
        more = [f"blind for {length_words(blind)}" if blind else "", "came and went" if firing.flapping else ""]
        rows.append(
            html.Tr(
                [
                    html.Td(_moment(firing.raised_at)),
                    html.Td(_name(firing.subject, county)),
                    html.Td(_stood(firing, did.end)),
                    html.Td([html.Span("worst ", className="in-the-hand"), worst] if worst else ""),
                    html.Td(_lead_words(lead) if lead is not None and measure is not None else ""),
                    html.Td(", ".join(filter(None, more))),
                ]
            )
        )
    head = ("Raised", "Where", "For", "Worst", "Before the worst", html.Span("Besides", className="unseen"))
    table = html.Table(
        [html.Thead(html.Tr([html.Th(word, scope="col") for word in head])), html.Tbody(rows)],
        className="rehearsal-table rehearsal-each",
    )
    rest = len(did.firings) - len(newest)
    return html.Section(
        [
            html.H2("Each time, as it is in force" if called == "kept" else "Each time, as proposed"),
            html.Div(table, className="wide-table") if rows else html.P(_not_raised(did)),
            html.P(f"and {rest} before", className="what") if rest > 0 else None,
        ]
    )


def _stood(firing: Firing, end: datetime) -> str:
    """What stands still is not over: its time is the least."""
    length = length_words(firing.lasted(end))
    return length if firing.cleared_at is not None else f"at least {length}, and stands"


def _not_raised(did: Rehearsed) -> str:
    """That it was not raised is said only of what is known."""
    said = never_words(did)
    if said == "not known":
        return "Nobody can say whether it would have been raised: nothing is known of this time."
    return f"It would not have been raised{said.removeprefix('never')}."


def _lead_words(lead: timedelta) -> list[Child]:
    if not lead:
        return ["none"]
    return [length_words(lead), html.Span(" before the worst", className="in-the-hand")]


def _toml(text: str, *, sound: bool) -> Component:
    words = (
        "The proposed rule, to be put into alerts.toml in the place of the one in force" if sound else "As it was read"
    )
    return html.Section([html.H2(words), html.Pre(text, className="rehearsal-toml")])


def _subjects(runs: Sequence[tuple[str, Rehearsed]]) -> list[str]:
    return list(dict.fromkeys(subject for _, did in runs for subject in did.rule.subjects))


def _name(subject: str, county: County) -> str:
    place, feed = county.places.get(subject), county.feed(subject)
    return place.name if place is not None else feed.name if feed is not None else subject


def _moment(at: datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{local:%a} {local.day} {local:%b %H:%M}"
