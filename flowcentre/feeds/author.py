"""Who says that they typed something: a role or initials, in a few words, and nothing by which a person is reached.

Where there is no sign-in this is what somebody wrote; else the title of whoever is signed in stands in its place.
"""

from __future__ import annotations

import re

from flowcentre.feeds.of_a_person import BIRTH, EMAIL, NHS, TELEPHONE, WEB, looks_like
from flowcentre.model import LONGEST_AUTHOR

_MOST_DIGITS = 4  # "Ward 12 B, night"; more is a number of somebody
_SIGNS = " ,.'’&()/-"
_OF_A_ROLE = re.compile(
    "admin|administrator|assistant|bed|bleep|care|carer|charge|clerk|co-?ordinator|consultant|day|deputy|desk|director|"
    "discharge|doctor|duty|flow|head|home|house|hub|lead|leader|manager|matron|night|nurse|office|officer|on-call|physio|"
    "practitioner|reception|receptionist|registrar|scheme|senior|service|shift|sister|site|social|staff|supervisor|team|"
    "therapist|therapy|unit|volunteer|ward|warden|worker",
    re.IGNORECASE,
)


class NotAnAuthor(ValueError):
    """What cannot stand as an author; says why, in plain words, and never repeats it."""


def author_of(said: str) -> str:
    """An author as it is kept: blanks tidied. Raises NotAnAuthor."""
    author = " ".join(said.split())
    kind = looks_like(author)
    if kind in (TELEPHONE, NHS, BIRTH):
        raise NotAnAuthor(f"That looks like {kind}: a role or initials, please.")
    if not any(letter.isalpha() for letter in author):
        raise NotAnAuthor("Say who you are: a role or initials, such as “duty manager”.")
    if len(author) > LONGEST_AUTHOR:
        raise NotAnAuthor(f"A role or initials, please, in {LONGEST_AUTHOR} letters at most.")
    if kind in (EMAIL, WEB):
        raise NotAnAuthor("No e-mail or web address, please: a role or initials.")
    if kind is None and sum(letter.isdigit() for letter in author) > _MOST_DIGITS:
        kind = "somebody’s number"
    if kind is not None:
        raise NotAnAuthor(f"That looks like {kind}: a role or initials, please.")
    if not all(letter.isalnum() or letter in _SIGNS for letter in author):
        raise NotAnAuthor("Letters, please: a role or initials, such as “duty manager”.")
    return author


def may_be_a_name(author: str) -> bool:
    """Does an author look like a person's name: two or three capitalised words, and none that roles are made of?

    It is a reminder and no protection: it asks about a place, and lets a name in small letters by.
    """
    words = [word.strip(",.") for word in author.split()]
    capitalised = all(word[:1].isupper() and not word.isupper() for word in words)
    return len(words) in (2, 3) and capitalised and not any(_OF_A_ROLE.fullmatch(word) for word in words)
