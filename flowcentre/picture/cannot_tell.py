"""Which rules of alerts can judge nothing just now: of these, that no alert stands says nothing.

What the evaluator could not tell at its last look it has kept with each rule; what it never looked at, nobody can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Protocol

from flowcentre.measures.derive import local_day
from flowcentre.measures.pressure import DECLARED, MISMATCH
from flowcentre.model import OF_FEEDS, Blind, County, Rule, Standing, Value
from flowcentre.picture.looked import Marks, last_look

NEVER_LOOKED = "rules have not been evaluated yet"
_DECLARED = frozenset({DECLARED.id, MISMATCH.id})  # known only while somebody declares a level
_Values = Mapping[tuple[str, str], Value]  # by place and measure


class Stands(Marks, Protocol):
    """What is needed of the store."""

    def blind_standings(self) -> list[Standing]: ...


def read_cannot_tell(store: Stands, county: County, values: _Values, at: datetime) -> tuple[Blind, ...]:
    """What cannot be told of the rules of a county, as the store has it; ``values`` are those of the picture."""
    if not county.alerting.rules:
        return ()
    if last_look(store) is None:
        return tuple(Blind(rule.id, each, None, NEVER_LOOKED) for rule in live(county) for each in rule.subjects)
    return cannot_tell(county, values, store.blind_standings(), at)


def cannot_tell(county: County, values: _Values, standings: Iterable[Standing], at: datetime) -> tuple[Blind, ...]:
    """The places and feeds at which a rule can say neither that an alert should stand nor that none should, rule by rule.

    An alert that stands and has gone blind says so itself, and rules on trial are on no wall. A word that always stands is not read:
    a place at which no feed of the configuration reports the figure, or that is closed, is told only where its rule can judge nothing
    at all, and what people declare is not missed where nobody has. A silence keeps people from being told, and no wall from saying.
    """
    blind = {
        (each.rule, each.subject): Blind(each.rule, each.subject, each.blind_since, each.blind_why)
        for each in standings
        if each.blind_since is not None and not each.open
    }
    return tuple(each for rule in live(county) for each in _of_rule(rule, blind, county, values, at))


def live(county: County) -> Iterator[Rule]:
    """The rules of which people are told."""
    return (rule for rule in county.alerting.rules if not rule.on_trial)


def rules_words(county: County, blind: Iterable[Blind], here: Callable[[str], bool] = lambda _subject: True) -> str:
    """How many of the rules cannot tell, at one of their places at least: "3 of 21 rules cannot tell"; "" where all can.

    ``here`` says which places and feeds are spoken of.
    """
    number = len({each.rule for each in blind if here(each.subject)})
    rules = sum(any(map(here, rule.subjects)) for rule in live(county))
    if not number:
        return ""
    return "the only rule cannot tell" if rules == 1 else f"{number:,} of {rules:,} rules cannot tell"


def _of_rule(
    rule: Rule, blind: Mapping[tuple[str, str], Blind], county: County, values: _Values, at: datetime
) -> list[Blind]:
    if rule.measure in _DECLARED:
        declared = {each for each in rule.places if (each, DECLARED.id) in values and values[each, DECLARED.id].known}
        return [blind[rule.id, each] for each in rule.places if each in declared and (rule.id, each) in blind]
    found = [blind[rule.id, subject] for subject in rule.subjects if (rule.id, subject) in blind]
    to_come = [each for each in found if rule.kind in OF_FEEDS or _can_be_known(county, values, each.subject, rule, at)]
    return found if len(found) == len(rule.subjects) else to_come


def _can_be_known(county: County, values: _Values, subject: str, rule: Rule, at: datetime) -> bool:
    place = county.places.get(subject)
    return place is not None and place.valid_on(local_day(at)) and (subject, rule.measure) in values
