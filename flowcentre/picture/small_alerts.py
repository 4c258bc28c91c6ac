"""What alerts tell of counts of people, and which of them a board leaves out so that they tell of no small one.

A rule's limits are no secret, so whoever sees that its alert stands, or that it does not, knows on which side of them a count
lies. Where that could place a hidden count too nearly, a board does not have that alert while the count is hidden, nor say that
there is one; whoever is to be told of it is told all the same. A count that is shown is taken to be known as nearly as its rules
tell, when it is asked what it gives away of others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import ceil, floor

from flowcentre.measures import ALL
from flowcentre.model import Alert, Blind, County, Picture, Rule, RuleKind, SmallNumbers, Value
from flowcentre.picture.suppression import LEAST_OPEN, shown_count

PEOPLE = frozenset({"people", "ambulances"})  # units in which one is somebody
Key = tuple[str, str]  # place and measure


def is_count(key: Key) -> bool:
    """Is it a count of people?"""
    return key[1] in ALL and ALL[key[1]].unit in PEOPLE


def of_counts(measure: str) -> bool:
    """Is it no count itself, and worked out of counts of people, as a share is?"""
    known = ALL.get(measure)
    return known is not None and known.unit not in PEOPLE and any(True for _ in _counts_in(measure))


def _counts_in(measure: str) -> Iterator[str]:
    known = ALL.get(measure)
    formula = known.formula if known is not None else None
    if formula is not None:
        for each in (*formula.plus, *formula.minus, *formula.per, *formula.times):
            if ALL[each].unit in PEOPLE:
                yield each


@dataclass(frozen=True)
class Told:
    """What rules tell of counts: from which numbers on something else is told of each, and which are told to the very number."""

    cuts: Mapping[Key, frozenset[int]]
    exactly: frozenset[Key]
    limits: SmallNumbers

    def narrowed(self, key: Key, people: int, least: int, most: int) -> tuple[int, int]:
        """Between which numbers a count can be placed that is seen to be one from ``least`` to ``most``."""
        small = shown_count(people, self.limits) is None
        if small and not self.is_safe(key):  # its alerts are left out
            return least, most
        if not small and key in self.exactly:
            return people, people
        cuts = self.cuts.get(key, frozenset())
        return max([least, *(cut for cut in cuts if cut <= people)]), min(
            [most, *(cut - 1 for cut in cuts if cut > people)]
        )

    def is_safe(self, key: Key) -> bool:
        """May a board say whether the alerts of this count stand while it is hidden?"""
        if key in self.exactly:
            return False
        within = sorted(cut for cut in self.cuts.get(key, ()) if 1 < cut <= self.limits.hide_to)
        edges = [1, *within, self.limits.hide_to + 1]
        return not within or all(later - before >= LEAST_OPEN for before, later in zip(edges, edges[1:], strict=False))


def told_by_alerts(county: County, limits: SmallNumbers) -> Told:
    """What the rules of a county tell of its counts."""
    cuts: dict[Key, set[int]] = {}
    exactly: set[Key] = set()
    for rule in county.alerting.rules:
        if rule.on_trial or rule.measure not in ALL:  # those on trial stand on no board
            continue
        for place in rule.places:
            # From a change, or a share, a count can follow to the very number, for the rest of it may be known.
            exactly.update((place, each) for each in _counts_in(rule.measure))
            if is_count((place, rule.measure)):
                if rule.kind is RuleKind.STEP:
                    exactly.add((place, rule.measure))
                else:
                    cuts.setdefault((place, rule.measure), set()).update(_cuts(rule))
    return Told({key: frozenset(each) for key, each in cuts.items()}, frozenset(exactly), limits)


def _cuts(rule: Rule) -> Iterator[int]:
    """From which numbers on a rule is in breach, and no longer calm; or no longer in breach, and calm."""
    if rule.raise_at is None:
        return
    stand_down_at = rule.raise_at if rule.stand_down_at is None else rule.stand_down_at
    if rule.rising:
        yield from (ceil(rule.raise_at), floor(stand_down_at) + 1)
    else:
        yield from (floor(rule.raise_at) + 1, ceil(stand_down_at))


def leaves_out_alerts(county: County) -> bool:
    """May a board of this county have to leave an alert out? It follows from the rules alone, and tells of none."""
    limits = county.access.small_numbers
    if limits is None:
        return False
    told = told_by_alerts(county, limits)
    return bool(told.exactly) or not all(told.is_safe(key) for key in told.cuts)


def without_small(
    picture: Picture, values: Mapping[Key, Value], withheld: set[Key], limits: SmallNumbers
) -> tuple[Alert, ...]:
    """The alerts that a board may show, with figures as it shows them. ``values`` are those that it shows."""
    told = told_by_alerts(picture.county, limits)
    shown = (_shown(picture, alert, values, withheld, told) for alert in picture.alerts)
    return tuple(alert for alert in shown if alert is not None)


def blind_without_small(
    picture: Picture, values: Mapping[Key, Value], withheld: set[Key], limits: SmallNumbers
) -> tuple[Blind, ...]:
    """What a board may say that nobody can tell. That no figure is known is seen on the board itself and tells of nobody.

    But of a figure that is known for some alone, or as "at least", a rule can say that it is past its limit and not that it is not:
    there, that it cannot tell says on which side of the limit the count lies, as its alert would, and goes with it.
    """
    told = told_by_alerts(picture.county, limits)

    def may_be_said(one: Blind) -> bool:
        rule = picture.county.alerting.rule(one.rule)
        measure = rule.measure if rule is not None else ""
        key = (one.subject, measure)
        now = values.get(key)
        if now is None or not now.state.usable or not (of_counts(measure) or is_count(key)):
            return True
        if rule is None or rule.kind is RuleKind.STEP:
            return False
        return not now.hidden or (is_count(key) and key not in withheld and told.is_safe(key))

    return tuple(one for one in picture.cannot_tell if may_be_said(one))


def _shown(picture: Picture, alert: Alert, values: Mapping[Key, Value], withheld: set[Key], told: Told) -> Alert | None:
    rule = picture.county.alerting.rule(alert.rule)
    if rule is None or rule.measure not in ALL:
        return alert
    key = (alert.subject, rule.measure)
    now = values.get(key)
    hidden = now is not None and bool(now.hidden)
    if of_counts(rule.measure):
        # What was last seen of a share, and the worst of it, were worked out of counts as they are.
        return None if hidden else replace(alert, value=now.value if now is not None else None, worst=None)
    if not is_count(key):
        return alert
    if rule.kind is RuleKind.STEP:
        return None if hidden or not _was_many(picture, key, alert, told.limits) else replace(alert, worst=None)
    last, worst = (None if one is None else shown_count(round(one), told.limits) for one in (alert.value, alert.worst))
    if hidden or (last is None and alert.value is not None):
        if key in withheld or not told.is_safe(key):
            return None
        return replace(alert, value=None, worst=None)
    return replace(alert, value=last, worst=worst)


def _was_many(picture: Picture, key: Key, alert: Alert, limits: SmallNumbers) -> bool:
    """Was the count that is shown now none to be hidden before it changed? From the two it would follow."""
    now = picture.values.get(key)
    if now is None or now.value is None or alert.value is None:
        return False
    return shown_count(round(now.value - alert.value), limits) is not None
