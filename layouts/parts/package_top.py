"""How many wait for care now, for how long, for what and for whom: the head of the packages page."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from dash import html
from dash.development.base_component import Component

from flowcentre.measures.care_clocks import Phase
from flowcentre.measures.derive import LONDON
from flowcentre.model import CareService, NextStep, ReferralReason, Setting
from flowcentre.picture.care_book import CareAnswered
from flowcentre.picture.list_history import Then
from flowcentre.picture.listed import PAST, UNKNOWN, Chosen
from flowcentre.picture.package_sums import LastWeek, Waits, last_week_of, waits_of
from flowcentre.picture.packages import NEXT_WORDS, NO_OFFER, PAST_PROMISE, Package, key_of
from layouts.parts.capacity_words import number, wait_words
from layouts.parts.figure import figure
from layouts.parts.list_links import Address
from layouts.parts.list_tiles import big, count_and_notes, facts, missing, short_of
from layouts.parts.list_words import change_words, least, least_sign, missing_words, short_words
from layouts.parts.package_running import beside_waiting, running_tiles
from layouts.parts.package_tiles import Bar, at_least, bars, choose, tile, told
from layouts.parts.package_weeks import weeks
from layouts.parts.tree import Child, marked
from layouts.parts.words import NO_BREAK, length_words, rounded

_REASONS = {
    ReferralReason.DISCHARGE: "discharge",
    ReferralReason.STEP_UP: "step-up",
    ReferralReason.ADMISSION_AVOIDANCE: "admission avoidance",
    ReferralReason.RESTART: "restart",
}

_OF_WHO_WAITS = frozenset({"next", "waited", PAST})


def top(answered: CareAnswered, address: Address[Package]) -> html.Section:
    """The count, how it has moved, and what it comes to."""
    chosen = answered.chosen
    everybody = chosen.but("phase")  # those who have care, and those who had it, are chosen from as those who wait are
    waits = waits_of(everybody)
    week = last_week_of(everybody, chosen.picture.county.care)
    if _only_waiting(chosen):
        tiles = [
            *([_hours(chosen, waits, address)] if _at_home(chosen) else []),
            _waits(chosen, waits),
            _in_time(chosen, week, address),
            _past(chosen, waits, address),
            beside_waiting(chosen, everybody, address),
            _reasons(chosen, waits, address),
            _next(chosen, waits, address),
        ]
    else:  # figures of who waits would stand beside a count of others
        tiles = running_tiles(chosen, address) if chosen.count.known else []
    return html.Section(
        [
            html.H2("Now", className="strip-title"),
            _count(answered, address),
            weeks(answered),
            html.Div(tiles, className="package-tiles"),
        ],
        className="package-top",
    )


def _only_waiting(chosen: Chosen[Package]) -> bool:
    return chosen.filters.in_force.get("phase") == frozenset({Phase.WAITING.value})


def _at_home(chosen: Chosen[Package]) -> bool:
    """Are packages chosen? A bed has no hours."""
    return chosen.filters.in_force.get("service") != frozenset({key_of(CareService.RECOVERY_BED)})


def _count(answered: CareAnswered, address: Address[Package]) -> Component:
    chosen, (count, notes) = answered.chosen, count_and_notes(answered)
    waiting = "Waiting then" if answered.looks_back else "Waiting now"
    title = waiting if _only_waiting(chosen) else "Chosen"
    parts: list[Child] = [
        html.H3(title),
        html.P(_for_what(chosen), className="what"),
        told(address, chosen, "poc_waiting_now", figure(count, chosen.picture.at, "main")),
        html.P(notes, className="notes"),
    ]
    if count.known:
        parts.append(_settings(chosen, address))
    if _only_waiting(chosen):
        parts.append(html.Ul(_changes(answered), className="changes"))
    return html.Article(parts, className="tile package-count", **marked(aria_label=title))


def _for_what(chosen: Chosen[Package]) -> str:
    services = chosen.filters.in_force.get("service", frozenset())
    if services == frozenset({key_of(CareService.RECOVERY_BED)}):
        return "people for a recovery bed"
    at_home = {key_of(service) for service in CareService if service.at_home}
    return "people for care at home" if services <= at_home else "people for care at home or a recovery bed"


def _settings(chosen: Chosen[Package], address: Address[Package]) -> Component:
    """Where the very people of the count were referred from."""
    short, settings = chosen.count.at_least, Counter(package.person.setting for package in chosen.counted)
    hospital, community = settings[Setting.HOSPITAL], settings[Setting.COMMUNITY]
    return html.Ul(
        [
            html.Li([choose(address, hospital, short, setting=Setting.HOSPITAL.value), " from hospital"]),
            html.Li([choose(address, community, short, setting=Setting.COMMUNITY.value), " from the community"]),
        ],
        className="settings",
    )


def _changes(answered: CareAnswered) -> list[Component]:
    chosen = answered.chosen
    if not chosen.count.known or chosen.count.at_least:
        why = missing_words(chosen) or (short_words(chosen) if chosen.count.known else "nothing is known")
        return [html.Li(f"No comparison with yesterday or last week: {why}")]
    weekday = f"{chosen.picture.at.astimezone(LONDON):%A}"
    return [
        _change(chosen, answered.past.yesterday, "this time yesterday"),
        _change(chosen, answered.past.last_week, f"this time last {weekday}"),
    ]


def _change(chosen: Chosen[Package], then: Then[Package] | None, since: str) -> html.Li:
    words, change = change_words(chosen, then, since)
    if change is None:
        return html.Li(words)
    way = "level" if change == 0 else "up" if change > 0 else "down"
    return html.Li(words, className="direction", **marked(data_direction=way))


# --- Tiles --------------------------------------------------------------------------------------------


def _hours(chosen: Chosen[Package], waits: Waits, address: Address[Package]) -> html.Article:
    title, what, short = "Hours waiting", "of carers, a week", chosen.count.at_least
    if not chosen.count.known:
        return tile(title, what, missing(chosen))
    is_least = short or waits.hours_unknown > 0
    hours = at_least(number(waits.hours), is_least) if waits.hours or not is_least else "none known"
    return tile(
        title,
        what,
        *short_of(chosen),
        big(told(address, chosen, "poc_hours_waiting_now", hours), "hours"),
        facts(
            ("need two carers", choose(address, waits.two_carers, short, sign=True, carers="2")),
            ("hours not known", told(address, chosen, "poc_hours_unknown_now", least_sign(waits.hours_unknown, short))),
        ),
    )


def _hours_words(hours: float) -> str:
    """A wait in few letters: "29 h", "6.8 days"."""
    return wait_words(timedelta(hours=hours)) if hours < 48 else f"{rounded(hours / 24, 1)}{NO_BREAK}days"


def _waits(chosen: Chosen[Package], waits: Waits) -> html.Article:
    title, what, short = "Waits", "since the referral", chosen.count.at_least
    if not chosen.count.known:
        return tile(title, what, missing(chosen))
    if waits.median is None or waits.longest is None:
        nobody = "nobody known to wait" if short else "nobody waits"
        return tile(title, what, *short_of(chosen), html.P(nobody, className="big"))
    of = " of those known" if short else ""
    longest = html.A(f"{'at least ' if short else ''}{_hours_words(waits.longest)}", href="#list")
    return tile(
        title,
        what,
        *short_of(chosen),
        big(_hours_words(waits.median), f"half{of} have waited less"),
        facts(("longest", longest)),
    )


def _in_time(chosen: Chosen[Package], week: LastWeek, address: Address[Package]) -> html.Article:
    limit = length_words(chosen.picture.county.care.start_within)
    title, what = "Started in time", f"within {limit}, of those due in the last 7 days"
    if not chosen.count.known:
        return tile(title, what, missing(chosen))
    if chosen.filters.chosen.keys() & _OF_WHO_WAITS:
        # Whoever has started waits for nobody: among those chosen so, all who started in time are missing.
        return tile(title, what, html.P("Not told of those chosen by what they wait for.", className="what"))
    known = " known" if chosen.count.at_least else ""
    if week.share is None:
        number_of = html.P(f"nobody{known} was due", className="big")
    else:
        share = told(address, chosen, "poc_started_in_time_share_7d", f"{rounded(week.share, 1)} %")
        number_of = big(share, f"{week.in_time:,} of {week.due:,}{known}")
    start = "nobody" if week.median_start is None else _hours_words(week.median_start)
    return tile(
        title,
        what,
        *short_of(chosen),
        number_of,
        facts(
            (
                "started in these days",
                told(address, chosen, "poc_started_7d", least_sign(week.started, chosen.count.at_least)),
            ),
            ("half of them within", told(address, chosen, "poc_median_start_hours_7d", start)),
        ),
    )


def _past(chosen: Chosen[Package], waits: Waits, address: Address[Package]) -> html.Article:
    limit, short = length_words(chosen.picture.county.care.start_within), chosen.count.at_least
    title, what = "Past the promise", f"wait for longer than {limit}"
    if not chosen.count.known:
        return tile(title, what, missing(chosen))
    return tile(
        title,
        what,
        *short_of(chosen),
        big(choose(address, waits.breached, short, past=PAST_PROMISE), "people" if waits.breached != 1 else "person"),
        facts(
            ("triaged, and no provider has offered", choose(address, waits.no_offer, short, sign=True, past=NO_OFFER))
        ),
    )


def _reasons(chosen: Chosen[Package], waits: Waits, address: Address[Package]) -> html.Article:
    title, what, short = "Why care is asked for", "people who wait", chosen.count.at_least
    if not chosen.count.known:
        return tile(title, what, missing(chosen), kind="wide")
    parts = [Bar(words, waits.by_reason.get(reason, 0), key_of(reason)) for reason, words in _REASONS.items()]
    if unknown := waits.by_reason.get(None, 0):
        parts.append(Bar("not told", unknown, UNKNOWN))
    kept = sum(waits.by_reason.get(each, 0) for each in (ReferralReason.STEP_UP, ReferralReason.ADMISSION_AVOIDANCE))
    said = f"{least(kept, short)} of them, step-up and admission avoidance, are to be kept out of hospital"
    return tile(
        title,
        what,
        *short_of(chosen),
        bars(address, "reason", parts, short),
        html.P(said, className="what"),
        kind="wide",
    )


def _next(chosen: Chosen[Package], waits: Waits, address: Address[Package]) -> html.Article:
    title, what, short = "Who must act next", "people who wait", chosen.count.at_least
    if not chosen.count.known:
        return tile(title, what, missing(chosen), kind="wide")
    parts = [Bar(NEXT_WORDS[step], waits.by_next.get(step, 0), step.value) for step in NextStep]
    return tile(title, what, *short_of(chosen), bars(address, "next", parts, short), kind="wide")
