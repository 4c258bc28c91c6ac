"""A rehearsal in words, for whoever is about to set a limit: how often, where, when, for how long, and with what warning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from difflib import get_close_matches

from flowcentre.alerts.rehearse import rehearse
from flowcentre.alerts.words import figure_words
from flowcentre.measures.derive import LONDON
from flowcentre.measures.lengths import length_words
from flowcentre.measures.watched import watched_by
from flowcentre.model import OF_FEEDS, County, Firing, Measure, Rehearsed, RuleKind
from flowcentre.picture.rehearsed import lasted_words, never_words, warning_words
from flowcentre.store import Store

_LISTED = 40  # of the firings of one rule, the newest
_DAY = timedelta(days=1)


def rehearsal_words(
    store: Store, county: County, now: datetime, *, rule_id: str | None = None, days: float = 28
) -> str:
    """What the rules of a county, or one of them, would have done in the days until now.

    Raises ValueError where there is no such rule.
    """
    rules = county.alerting.rules
    if rule_id is not None:
        rules = tuple(rule for rule in rules if rule.id == rule_id)
        if not rules:
            every = [rule.id for rule in county.alerting.rules]
            near = get_close_matches(rule_id, every, 1)
            hint = f': did you mean "{near[0]}"?' if near else f"; there are {', '.join(every)}" if every else ""
            raise ValueError(f'there is no rule "{rule_id}"{hint}')
    if not rules:
        return "There are no rules of alerts."
    found = [rehearse(store, county, rule, now - days * _DAY, now) for rule in rules]
    return "\n\n".join("\n".join(_rule_words(each, county)) for each in found)


def _rule_words(rehearsed: Rehearsed, county: County) -> Iterator[str]:
    rule, firings, end = rehearsed.rule, rehearsed.firings, rehearsed.end
    yield f"{rule.title} ({rule.id}), {length_words(end - rehearsed.start)} until {_moment(end)}"
    if not firings:
        yield f"  {_never_words(rehearsed)}"
    else:
        places = len({each.subject for each in firings})
        of = f" at {places} of {len(rule.subjects)} {'feeds' if rule.kind in OF_FEEDS else 'places'}"
        yield (
            f"  would have been raised {_times(len(firings))}{of if len(rule.subjects) > 1 else ''}, for"
            f" {lasted_words(rehearsed, firings)}"
        )
        worst = warning_words(firings) if rule.kind is not RuleKind.SILENCE else ""
        if worst:
            yield (
                "  it was at its worst when raised" if worst == "0" else f"  the worst came {worst} after it was raised"
            )
        if (flapped := sum(each.flapping for each in firings)) > 0:
            yield f"  of these {flapped} would have come and gone too often"
    if rehearsed.passed:
        yield f"  was pending {_times(rehearsed.passed)} more, and passed before anybody would have been told"
    for subject, length in rehearsed.unknown:
        if length >= end - rehearsed.start:
            yield f"  {_name(subject, county)}: nothing is known of all that time"
        elif length > timedelta(0):
            yield f"  {_name(subject, county)}: nothing is known of {length_words(length)} of it"
    measure = watched_by(rule)
    for each in _newest(firings):
        yield f"    {_firing_words(each, county, measure, end)}"
    if len(firings) > _LISTED:
        yield f"    and {len(firings) - _LISTED} before"


def _never_words(rehearsed: Rehearsed) -> str:
    said = never_words(rehearsed)
    if said == "not known":
        return "nobody can say whether it would have been raised"
    return f"would not have been raised{said.removeprefix('never')}"


def _newest(firings: Sequence[Firing]) -> Sequence[Firing]:
    return firings[-_LISTED:][::-1]


def _firing_words(firing: Firing, county: County, measure: Measure | None, end: datetime) -> str:
    stood = "stands still, for at least" if firing.cleared_at is None else "for"
    words = [
        f"{_moment(firing.raised_at)}  {_name(firing.subject, county)}: {stood} {length_words(firing.lasted(end))}"
    ]
    if firing.worst is not None:
        words.append(f"worst {figure_words(firing.worst, measure)}")
    if firing.blind:
        blind = sum(((until or end) - since for since, until in firing.blind), timedelta(0))
        words.append(f"blind for {length_words(blind)} of it")
    if firing.flapping:
        words.append("came and went")
    return ", ".join(words)


def _name(subject: str, county: County) -> str:
    place, feed = county.places.get(subject), county.feed(subject)
    return place.name if place is not None else feed.name if feed is not None else subject


def _moment(at: datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{local:%a} {local.day:2} {local:%b %H:%M}"


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")
