"""Who says that they typed something: a role or initials, in a few words, and nothing by which a person is reached.

There is no sign-in yet, so this is what somebody wrote. Who is signed in will stand here in its place.
"""

from __future__ import annotations

import re

from flowcentre.model import LONGEST_AUTHOR

_MOST_DIGITS = 4  # "Ward 12 B, night"; more is a number of somebody
_POSTCODE = re.compile(r"\b[a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}\b", re.IGNORECASE)
_SIGNS = " ,.'’&()/-"


class NotAnAuthor(ValueError):
    """What cannot stand as an author; says why, in plain words, and never repeats it."""


def author_of(said: str) -> str:
    """An author as it is kept: blanks tidied. Raises NotAnAuthor."""
    author = " ".join(said.split())
    if not any(letter.isalpha() for letter in author):
        raise NotAnAuthor("Say who you are: a role or initials, such as “duty manager”.")
    if len(author) > LONGEST_AUTHOR:
        raise NotAnAuthor(f"A role or initials, please, in {LONGEST_AUTHOR} letters at most.")
    if "@" in author or "://" in author or "www." in author.casefold():
        raise NotAnAuthor("No e-mail or web address, please: a role or initials.")
    if sum(letter.isdigit() for letter in author) > _MOST_DIGITS or _POSTCODE.search(author):
        raise NotAnAuthor("No telephone number, NHS number, date or postcode, please: a role or initials.")
    if not all(letter.isalnum() or letter in _SIGNS for letter in author):
        raise NotAnAuthor("Letters, please: a role or initials, such as “duty manager”.")
    return author
