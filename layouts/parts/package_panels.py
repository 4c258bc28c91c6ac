"""Beside the count of packages: who could start today, who waits for triage, and which rows somebody must check."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from statistics import median

from dash import html
from dash.development.base_component import Component

from flowcentre.measures.care_clocks import Phase
from flowcentre.measures.care_words import OUTCOME_BY_KEY
from flowcentre.measures.derive import day_words
from flowcentre.model import CareReferral, CareService, County
from flowcentre.picture.care_book import CareAnswered
from flowcentre.picture.listed import PAST
from flowcentre.picture.package_sums import InQueue, ToCheck, to_check, triage_queue
from flowcentre.picture.packages import AT_HOME, TO_CHECK, TRIAGE_QUEUE, UNTOUCHED, Package, key_of
from layouts.finished import Markup
from layouts.parts.capacity_lists import contracts_held_words, held_words, lists_behind
from layouts.parts.capacity_words import CAPACITY, label, need_words, plural, wait_words
from layouts.parts.figure import explained, figure, follows
from layouts.parts.list_links import Address
from layouts.parts.list_tiles import of_then
from layouts.parts.list_words import least, nobody
from layouts.parts.package_tiles import choose
from layouts.parts.rows import cell, decimals_at, folded, ref, row, small, table
from layouts.parts.tree import Child
from layouts.parts.words import clock_words

_SHOWN = 6
_QUEUE_WORDS = (
    "Ready on pathway 1, and nobody has triaged them yet. They wait in it since the referral or, where that is later, "
    "since they were ready; in the list below, since the referral."
)
_FREE = {"block_hours_unfilled": "Block hours unfilled", "reablement_hours_free": "Reablement hours free"}
_NOT_ENDED = f"{Phase.WAITING.value},{Phase.RECEIVING.value}"
_EVERY_SERVICE = ",".join(map(key_of, CareService))


def panels(answered: CareAnswered, address: Address[Package]) -> Component:
    """The three, side by side where there is room."""
    return html.Div(
        [_could_start(answered), _triage(answered, address), _check(answered, address)], className="package-panels"
    )


def _could_start(answered: CareAnswered) -> html.Section:
    """Of the people chosen who wait for care at home, those whom the rule of the capacity page matches."""
    capacity, chosen = answered.capacity, answered.chosen
    title = html.H2("Could start today" if not answered.looks_back else "Could start that day", id="could-start")
    full = None if answered.looks_back else _full(answered, "Who, where, and by what rule", "#start")
    if not capacity.matched or not chosen.count.known:
        none = html.P("No list is of the present, so nobody can be matched.", className="what")
        return html.Section([title, none, html.P(full)], className="panel")
    if not AT_HOME & chosen.filters.in_force["service"]:
        return html.Section([title, _beds_elsewhere(answered)], className="panel")
    # Whatever phase is chosen: who could start is among those who wait.
    waiting = [item for item in chosen.but("phase") if item.phase is Phase.WAITING and item.person.service.at_home]
    refs = {(item.person.place, item.person.ref) for item in waiting}
    scope = {each.place for each in chosen.in_scope}
    rows, total, short = [], 0, False
    for today in capacity.today:
        if today.place not in scope:
            continue
        mine = [start for start in today.starts if (today.place, start.referral.ref) in refs]
        is_least = today.at_least or not today.known
        total, short = total + len(mine), short or is_least
        words: Child = least(len(mine), is_least) if today.known else "not known"
        if today.known and not answered.looks_back:
            words = follows(words, lists_behind(capacity, today.place))
        rows.append(_locality(answered, today.place, words))
    count = html.P(
        [
            html.Span(_full(answered, least(total, short), "#start"), className="number"),
            html.Span(f" of {len(waiting):,} who wait", className="unit"),
        ],
        className="big start",
    )
    heads: list[Child] = ["Locality", "Could start", *_FREE.values()]
    free = "was free then" if answered.looks_back else "is free now"
    said = html.P(f"By what {free}, whole packages only, nobody twice.", className="what")
    shown = table(heads, rows, "start-rows")
    return html.Section([title, said, count, *held_words(capacity), shown, html.P(full)], className="panel")


def _beds_elsewhere(answered: CareAnswered) -> html.P:
    where = _full(answered, "Recovery beds, and who stays in them", "#recovery")
    return html.P(["Recovery beds are not matched here. ", None if answered.looks_back else where], className="what")


def _full(answered: CareAnswered, words: Child, part: str) -> Child:
    """Leads to the page of capacity, which is of the present alone."""
    return words if answered.looks_back else html.A(words, href=f"{CAPACITY}{part}")


def _locality(answered: CareAnswered, place: str, count: Child) -> Markup:
    picture = answered.chosen.picture
    places = [today.place for today in answered.capacity.today]
    decimals = {measure: decimals_at(picture, places, measure) for measure in _FREE}

    def said(measure: str) -> Child:
        if answered.looks_back:
            return figure(of_then(picture.value(place, measure)), picture.at, decimals=decimals[measure])
        return explained(picture, place, measure, decimals=decimals[measure])

    return row(
        label(picture.county, place),
        [
            cell("Could start", _full(answered, count, f"#start-{place}")),
            *(cell(words, said(measure)) for measure, words in _FREE.items()),
        ],
    )


def _triage(answered: CareAnswered, address: Address[Package]) -> html.Section:
    chosen = answered.chosen
    title = html.H2("Pathway 1 triage queue", id="triage")
    what = html.P(_QUEUE_WORDS, className="what")
    if not chosen.count.known:
        return html.Section([title, what, html.P("Not known.", className="what")], className="panel")
    queue, short = triage_queue(chosen.but("phase")), chosen.count.at_least
    if not queue:
        return html.Section([title, what, nobody(short)], className="panel")
    typical = timedelta(seconds=median(each.waited.total_seconds() for each in queue))
    count = html.P(
        [
            html.Span(choose(address, len(queue), short, past=TRIAGE_QUEUE), className="number"),
            html.Span(_waited_words(len(queue), typical), className="unit"),
        ],
        className="big",
    )
    rows = [_queued(each, chosen.picture.county) for each in queue[:_SHOWN]]
    parts: list[Child] = [title, what, count, table(["Ref", "In the queue", "Locality", "From"], rows, "queue-rows")]
    if len(queue) > _SHOWN:
        all_of_them = address.with_(past=TRIAGE_QUEUE).to() + "#list"
        parts.append(html.P(html.A(f"All {len(queue):,}", href=all_of_them)))
    return html.Section(parts, className="panel")


def _waited_words(people: int, typical: timedelta) -> str:
    if people == 1:
        return f" waits, {wait_words(typical)} so far"
    return f" wait; half have waited less than {wait_words(typical)}"


def _queued(each: InQueue, county: County) -> Markup:
    return row(
        ref(each.referral.ref),
        [
            cell("In the queue", wait_words(each.waited)),
            cell("Locality", label(county, each.referral.place)),
            cell("From", each.referral.setting.value, small(" sent back", "coverage") if each.sent_back else None),
        ],
    )


# --- Check these ----------------------------------------------------------------------------------------


def _check(answered: CareAnswered, address: Address[Package]) -> html.Section:
    chosen = answered.chosen
    title = html.H2("Check these", id="check")
    if not chosen.count.known:
        return html.Section([title, html.P("Not known.", className="what")], className="panel")
    # Rows to check are of every service, those of recovery beds too, where nobody chose one.
    any_service = "service" not in chosen.filters.chosen
    rows = to_check(chosen.but("phase", *(["service"] if any_service else [])), answered.left)
    contradict = [row for row in rows if row.left_at is None]
    gone = [row for row in rows if row.left_at is not None]
    parts: list[Child] = [title]
    if contradict:
        one = len(contradict) == 1
        says = "row says that nobody waits, and has no end" if one else "rows say that nobody waits, and have no end"
        there = address.with_(past=TO_CHECK, phase=_NOT_ENDED)
        href = (there.with_(service=_EVERY_SERVICE) if any_service else there).href
        parts.append(html.P([html.A(f"{len(contradict):,}", href=href), f" {says}"]))
        parts.append(_checked([_contradicts(row.referral) for row in contradict]))
    if gone:
        one = len(gone) == 1
        says = "waits as from hospital, and is on no hospital's list any more"
        says = says if one else "wait as from hospital, and are on no hospital's list any more"
        parts.append(html.P(f"{plural(len(gone), 'person', 'people')} {says}"))
        parts.append(_checked([_gone(row) for row in gone]))
    if untouched := sum(UNTOUCHED in package.past for package in chosen.but(PAST)):
        one = untouched == 1
        says = "waits by a row that nobody has touched lately" if one else "wait by rows that nobody has touched lately"
        parts.append(html.P([html.A(f"{untouched:,}", href=address.with_(past=UNTOUCHED).href), f" {says}"]))
    if AT_HOME & chosen.filters.in_force["service"]:
        parts += _without_contract(answered, address)
    if len(parts) == 1:
        parts.append(html.P("Nothing to check is known.", className="what"))
    return html.Section(parts, className="panel")


def _checked(items: Sequence[html.Li]) -> Component:
    shown, more = list(items[:_SHOWN]), list(items[_SHOWN:])
    if not more:
        return html.Ul(shown, className="check-rows")
    name = "more-" + "-".join(str(len(part)) for part in (shown, more))
    rest = folded(name, f"{len(more):,} more", html.Ul(more, className="check-rows"))
    return html.Div([html.Ul(shown, className="check-rows"), rest])


def _contradicts(referral: CareReferral) -> html.Li:
    outcome = OUTCOME_BY_KEY.get(referral.outcome or "")
    said = outcome.text if outcome is not None else referral.outcome
    return html.Li([ref(referral.ref), f" {said}; {need_words(referral)}"])


def _gone(row: ToCheck) -> html.Li:
    assert row.left_at is not None
    return html.Li([ref(row.referral.ref), f" gone by {day_words(row.left_at)}, {clock_words(row.left_at)}"])


def _without_contract(answered: CareAnswered, address: Address[Package]) -> list[Child]:
    """Running packages at a provider with whom no contract is in force, in the localities that are in scope."""
    county, scope = answered.chosen.picture.county, {each.place for each in answered.chosen.in_scope}
    found = {key: count for key, count in answered.capacity.uncontracted.items() if key[0] in scope}
    around = {*scope, county.places.system.id}
    held = {place: rows for place, rows in answered.capacity.contracts_held.items() if place in around}
    unsure: list[Child] = []
    if held:
        words = contracts_held_words(held, county)
        note = f"Contracts are held back, so nobody can say there which care runs with none in force: {words}"
        unsure.append(html.P(note, className="coverage"))
    if not found:
        return unsure
    items = [
        html.Li(
            [
                html.A(
                    plural(count, "package", "packages"),
                    href=address.cleared().with_(locality=locality, phase="receiving", provider=provider).href,
                ),
                f" at {label(county, provider)}, {label(county, locality)}",
            ]
        )
        for (locality, provider), count in sorted(found.items(), key=lambda item: (-item[1], item[0]))
    ]
    return [html.P("Care that runs with no contract in force"), _checked(items), *unsure]
