"""The words of packages of care: how a referral ends, and who pays for care."""

from __future__ import annotations

from typing import NamedTuple


class Outcome(NamedTuple):
    """How a referral ended. ``national`` is the number of the same outcome in the national client-level data; None: local."""

    key: str
    text: str
    national: int | None = None


# Event_Outcome of the client-level data (CLD), those that can end a referral for short-term care, in its own order;
# what no CLD outcome says stands last. An outcome that has no end of its own (5: continues) is not one here.
OUTCOMES = (
    Outcome("reablement", "Progress to reablement", 1),
    Outcome("assessment", "Progress to assessment, review or reassessment", 2),
    Outcome("long_term", "Progress to support planning or services", 4),
    Outcome("hospital", "Admitted to hospital", 6),
    Outcome("other_authority", "No further action: moved to another local authority", 7),
    Outcome("nhs", "No further action: NHS services", 8),
    Outcome("self_funded", "No further action: self-funded", 9),
    Outcome("advice", "No further action: information and advice", 10),
    Outcome("other_service", "No further action: other local authority service", 11),
    Outcome("declined", "No further action: support declined", 12),
    Outcome("deceased", "No further action: deceased", 13),
    Outcome("ended_as_planned", "No further action: support ended as planned", 14),
    Outcome("ended_other", "No further action: support ended for another reason", 15),
    Outcome("no_service", "No further action: no services offered", 16),
    Outcome("other", "No further action: other", 17),
    Outcome("handed_back", "Handed back by the provider"),
    Outcome("sent_back", "Sent back to the referrer"),
)
OUTCOME_BY_KEY = {outcome.key: outcome for outcome in OUTCOMES}
HANDED_BACK = "handed_back"
# Of care that had begun: a referral that ended so with no first visit contradicts itself. A provider may hand back, and
# a person decline, before that.
OUTCOMES_OF_CARE_THAT_RAN = frozenset({"ended_as_planned", "ended_other"})
# Whoever ended so does not wait for care: a row that says it and has no end is to be checked.
NO_LONGER_WAITING = frozenset(
    {"hospital", "other_authority", "nhs", "self_funded", "other_service", "declined", "deceased", "no_service"}
)

FUNDING = {
    "council": "Council",
    "better_care_fund": "Better Care Fund",
    "discharge_fund": "Discharge fund",
    "nhs": "NHS",
    "self": "Self-funded",
}
