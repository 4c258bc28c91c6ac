"""What is said of delayed discharges: names of families, pathways and choices."""

from __future__ import annotations

from flowcentre.measures.delays import FAMILY_KEYS
from flowcentre.model import County
from flowcentre.picture.delays import DELAYS
from flowcentre.picture.listed import NOT_KNOWN, PAST, UNKNOWN
from layouts.parts.list_words import place_name

FAMILIES = (*FAMILY_KEYS, UNKNOWN)
# What sets two families apart from the rest, in the words of a manager.
PLAIN_WORDS = {"interface": "being arranged", "capacity": "not available"}

FACET_WORDS = {
    "pathway": "Pathway",
    "family": "Kind of reason",
    "reason": "Reason",
    "owner": "Must act",
    "council": "Lives in",
    "site": "Hospital",
    "ward": "Ward",
    "days": "Since ready",
    PAST: "Past",
}


def family_name(family: str) -> str:
    """The name of a family of reasons."""
    return FAMILY_KEYS.get(family, "Reason not known")


def pathway_name(pathway: str) -> str:
    """The name of a pathway."""
    return "Pathway not known" if pathway == UNKNOWN else f"Pathway {pathway}"


def choice_name(facet: str, value: str, county: County) -> str:
    """What a choice is called beside its facet: "Pathway: 1", "Since ready: 4-6 days"."""
    if facet in ("owner", "council", "site", "ward"):
        return place_name(county, value, "nobody named" if facet == "owner" else NOT_KNOWN)
    return DELAYS.label(facet, value, county).removeprefix("Pathway ")
