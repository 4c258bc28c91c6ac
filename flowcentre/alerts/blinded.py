"""Which feed a rule sees by, and so what a silent feed blinds: one alert of silence then speaks for all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from flowcentre import measures
from flowcentre.model import Alerting, Phase, Picture, Rule, RuleKind, Silence, Standing

_PENDING_SPEAKS = timedelta(minutes=30)


def feeds_of(picture: Picture, measure: str, place: str) -> frozenset[str]:
    """The feeds that a measure at a place comes from; where nothing ever came, those that should bring it."""
    known = picture.value(place, measure).feeds
    if known:
        return frozenset(known)
    places = picture.county.places
    if place not in places:
        return frozenset()
    around = {place, *(up.id for up in places.ancestors(place)), *(below.id for below in places.within(place))}
    asked = set(_made_of(measure))
    return frozenset(
        feed.id
        for feed in picture.county.feeds
        if not asked.isdisjoint(feed.provides) and not around.isdisjoint(feed.places)
    )


def _made_of(measure: str) -> Iterator[str]:
    """A measure, and all that its formula and theirs are made of."""
    yield measure
    found = measures.find(measure)
    if found is not None and found.formula is not None:
        for part in found.formula.inputs:
            yield from _made_of(part)


def tells_of_silence(rule: Rule, standing: Standing, silences: Iterable[Silence], at: datetime) -> bool:
    """Does this tell of a feed's silence, now or shortly, so that nobody who hears of it needs to hear what it blinds?

    One on trial does not speak for anything, and neither does one that is silenced: nobody would hear of it. One that is pending
    speaks for half an hour: where it is to hold for longer, nobody is kept from hearing of blindness until then.
    """
    begun = standing.breach_since or at
    return (
        rule.kind is RuleKind.SILENCE
        and not rule.on_trial
        and standing.phase is not Phase.CLEAR
        and (standing.phase is not Phase.PENDING or at - begun < _PENDING_SPEAKS)
        and not any(each.hushes(standing.rule, standing.subject, at) for each in silences)
    )


def blinded_by(alerting: Alerting, picture: Picture, feed: str) -> list[tuple[Rule, str]]:
    """The rules, each with its place, that cannot tell while a feed is silent."""
    return [
        (rule, place)
        for rule in alerting.rules
        if rule.kind is not RuleKind.SILENCE
        for place in rule.places
        if feed in feeds_of(picture, rule.measure, place)
    ]
