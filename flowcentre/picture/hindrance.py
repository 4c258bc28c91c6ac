"""Why people who wait for care at home could not start today."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from flowcentre.model import NextStep, SmallNumbers


class Hindrance(StrEnum):
    """Why people who wait for care at home could not start today, in the words of the page after how many they are."""

    TO_BE_CHECKED = "have a row that must be checked first"
    NOT_TRIAGED = "not triaged yet"
    FAMILY = "wait for the family"
    HOSPITAL = "wait for the hospital"
    PROVIDER = "have a provider who has agreed and has not started"
    COUNTED = "have another referral, and are counted there"
    NEED_NOT_KNOWN = "hours, carers or therapy needed are not known"
    ROOM_NOT_KNOWN = "no capacity is known in the locality"
    NO_HOURS = "too few hours left"
    NOT_IN_ONE = "hours enough, but not in one piece"
    NO_PAIR = "no provider can send two carers together"
    PAIRS_NOT_KNOWN = "no pair of carers is known of, for what was said is too old"
    NO_THERAPY = "no therapy place left"
    THERAPY_NOT_KNOWN = "no therapy place is known to be left"

    def after(self, people: int) -> str:
        """The words after a number of people: one waits, two wait."""
        return _OF_ONE.get(self, self.value) if people == 1 else self.value


_OF_ONE = {
    Hindrance.TO_BE_CHECKED: "has a row that must be checked first",
    Hindrance.FAMILY: "waits for the family",
    Hindrance.HOSPITAL: "waits for the hospital",
    Hindrance.PROVIDER: "has a provider who has agreed and has not started",
    Hindrance.COUNTED: "has another referral, and is counted there",
}

NOT_KNOWN = frozenset({Hindrance.ROOM_NOT_KNOWN, Hindrance.PAIRS_NOT_KNOWN, Hindrance.THERAPY_NOT_KNOWN})
# Whoever must act next, where it is not brokerage.
WAITS_FOR = {
    NextStep.TRIAGE: Hindrance.NOT_TRIAGED,
    NextStep.FAMILY: Hindrance.FAMILY,
    NextStep.HOSPITAL: Hindrance.HOSPITAL,
    NextStep.PROVIDER: Hindrance.PROVIDER,
}


def few_people(why: Mapping[Hindrance, int], limits: SmallNumbers) -> frozenset[Hindrance]:
    """The reasons of few people, with the next smallest where how many there are together would tell of one."""
    ascending = sorted(why, key=lambda reason: (why[reason], reason))
    few = [reason for reason in ascending if why[reason] <= limits.hide_to]
    for reason in ascending[len(few) :]:
        if not few or (len(few) > 1 and sum(why[each] for each in few) > limits.hide_to):
            break
        few.append(reason)
    return frozenset(few)
