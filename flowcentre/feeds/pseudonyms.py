"""Who is meant without saying who: references that hold no NHS number, and NHS numbers turned into such.

Nothing here quotes what it was given: it may be what must never be kept.
"""

from __future__ import annotations

import re
from base64 import b32encode, b64decode
from binascii import Error as NotBase64
from functools import lru_cache
from hashlib import sha256
from hmac import digest

from flowcentre.feeds.contract import FeedUnavailable, RowHeld
from flowcentre.feeds.tables import NO_FIGURE
from flowcentre.model.nhs_number import is_nhs_number
from flowcentre.secret import NoSecret, secret_of

LEAST_KEY = 32  # bytes: as many as the hash has, so that all the numbers there are cannot be tried
KEPT = 20  # bytes of the hash; no two people of a county will ever share them
_REF = re.compile(r"[A-Za-z0-9._:-]{1,64}")
# What a reference must not be, whole: a date of birth, a postcode, a telephone number.
_NO_PSEUDONYM = re.compile(
    r"(19|20)\d\d[._:-]?[01]\d[._:-]?[0-3]\d|[0-3]\d[._:-]?[01]\d[._:-]?(19|20)\d\d"
    r"|[a-z]{1,2}\d[a-z\d]?[._:-]?\d[a-z]{2}"
    r"|0[1-37][._:-]?(\d[._:-]?){8,9}",
    re.IGNORECASE | re.ASCII,
)
_TEN_DIGITS = re.compile(r"(?<!\d)" + r"[.:_-]?".join([r"(\d)"] * 10) + r"(?!\d)", re.ASCII)  # however they are parted
_NHS_NUMBER = re.compile(r"(\d{3})[ -]?(\d{3})[ -]?(\d{4})", re.ASCII)


def pseudonym(said: object, column: str = "ref") -> str:
    """A reference as it was given in a column. Raises RowHeld for anything that may be no pseudonym."""
    try:
        if not isinstance(said, str):
            raise RowHeld("is not a pseudonym of up to 64 letters, digits and . _ : -")
        return _checked(said)
    except RowHeld as why:
        raise RowHeld(f"{column} {why}") from None


@lru_cache(maxsize=16384)  # a list names the same people again and again; what is refused is not kept
def _checked(said: str) -> str:
    if not _REF.fullmatch(said) or said.casefold() in NO_FIGURE:
        raise RowHeld("is not a pseudonym of up to 64 letters, digits and . _ : -")
    if holds_nhs_number(said):
        raise RowHeld("looks like an NHS number: a pseudonym is wanted")
    if says_who(said):
        raise RowHeld("looks like a date, a postcode or a telephone number: a pseudonym is wanted")
    return said


def says_who(code: str) -> bool:
    """Does a code have the form of a date of birth, a postcode or a telephone number?"""
    return _NO_PSEUDONYM.fullmatch(code) is not None


def is_word(code: str) -> bool:
    """Has a code no digit? One may be a pseudonym; where most of a list are words, they are names."""
    return not any(letter.isdigit() for letter in code)


def holds_nhs_number(text: str) -> bool:
    """Do ten digits in a code pass the NHS number's check?"""
    return any(is_nhs_number("".join(found.groups())) for found in _TEN_DIGITS.finditer(text))


class NhsNumberKey:
    """A secret that turns an NHS number into one pseudonym, the same in every feed that has the key.

    It stays outside the database. ``id`` stands before each pseudonym, so that a change of key is seen.
    """

    def __init__(self, id: str, secret: bytes) -> None:
        self.id = id
        self._secret = secret

    @classmethod
    def from_environment(cls, id: str, variable: str) -> NhsNumberKey:
        """The key that a variable, or its file, holds as hex or base64. Raises FeedUnavailable where it holds none, or a short one."""
        try:
            text = secret_of(variable)
        except NoSecret as error:
            raise FeedUnavailable(f"no key for NHS numbers: {error}") from None
        try:
            secret = bytes.fromhex(text) if re.fullmatch(r"[0-9A-Fa-f]+", text) else b64decode(text, validate=True)
        except (ValueError, NotBase64):
            raise FeedUnavailable(f"the environment variable {variable} holds neither hex nor base64") from None
        if len(secret) < LEAST_KEY:
            raise FeedUnavailable(
                f"the key for NHS numbers in {variable} is too short: {LEAST_KEY} bytes or more are wanted"
            )
        return cls(id, secret)

    def pseudonym(self, said: str) -> str:
        """The pseudonym of whoever has that number. Raises RowHeld for what is no NHS number, or a placeholder."""
        found = _NHS_NUMBER.fullmatch(said.strip())
        digits = "".join(found.groups()) if found else ""
        # 0000000000 and 9999999999 pass the check, and stand for "not known".
        if not found or len(set(digits)) == 1 or not is_nhs_number(digits):
            raise RowHeld("nhs_number is not an NHS number, or a placeholder for one")
        hashed = digest(self._secret, digits.encode(), sha256)[:KEPT]
        return f"{self.id}:{b32encode(hashed).decode().rstrip('=').lower()}"
