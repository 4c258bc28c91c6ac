"""What the county's lists call people and referrals: codes that say nothing of anybody, and stay the same for good."""

from __future__ import annotations

from random import Random

_CODES = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # neither O nor I; six of them can be no NHS number of ten
_BITS = 30  # five for each of the six
# Whoever gives the code: the four hospitals, the council to people who are at home, and brokerage to a referral.
_INITIALS = {
    "northgate": "NG",
    "southmere": "SM",
    "eastfield": "EF",
    "hartwell": "HW",
    "home": "WC",
    "referral": "B7",  # its system's number: no code is to look like a name in a file of one row
}


class Pseudonyms:
    """Those of one life of the county."""

    def __init__(self, seed: int) -> None:
        self._offsets = {giver: Random(f"{seed} {giver} refs").getrandbits(_BITS) for giver in _INITIALS}

    def of(self, giver: str, number: int) -> str:
        """What a giver calls its so manieth person. Raises KeyError for one that gives no codes."""
        return pseudonym(_INITIALS[giver], number, self._offsets[giver])


def pseudonym(initials: str, number: int, offset: int) -> str:
    """A code such as NG-7K2M9Q: another for each number, and always the same."""
    # Times an odd number and modulo a power of two, no two numbers become one.
    mixed = (number * 0x2545F491 + offset) % (1 << _BITS)
    return f"{initials}-{''.join(_CODES[mixed >> shift & 31] for shift in range(0, _BITS, 5))}"
