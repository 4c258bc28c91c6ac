"""What in free text looks like somebody's number, date of birth or postcode. It asks about forms, and knows no name from a ward's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from flowcentre.measures.derive import LONDON

TELEPHONE, NHS, BIRTH, POSTCODE = "a telephone number", "an NHS number", "a date of birth", "a postcode"
EMAIL, WEB = "an e-mail address", "a web address"
# A day as near as this is one of work ("review 3/12/26"): of whoever waits, only an infant was born so lately.
NEAR = timedelta(days=366)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th)?"
# Of two digits only where nothing follows that they may belong to: "by 3 December 12 beds".
_YEAR = r"(?P<year>(?:19|20)\d\d(?!\d)|['’]\d\d(?!\d)|\d\d(?=\s*(?:$|[,;:.)](?!\d))))"
_DATES = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?<!\d)(?P<day>\d{1,2})\s?[/.\-\u2010-\u2015]\s?(?P<month>\d{1,2})\s?[/.\-\u2010-\u2015]\s?(?P<year>\d{4}|\d{2})(?!\d)",
        r"(?<!\d)(?P<year>(?:19|20)\d\d)[/.\-\u2010-\u2015](?P<month>\d{1,2})[/.\-\u2010-\u2015](?P<day>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<day>0?[1-9]|[12]\d|3[01]) (?P<month>0?[1-9]|1[0-2]) (?P<year>(?:19|20)\d\d)(?!\d)",
        rf"{_DAY}[ ./-]*(?:of )?{_MONTH}[ ,./-]*{_YEAR}",
        rf"\b{_MONTH}[ ./-]*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ ,./-]+{_YEAR}",
    )
)
# Where it is said that it is of a birth, any day and any year will do: "born 1950", "DOB 3/4", "b. 3 April".
_BORN = re.compile(
    r"\b(?:born|d\.? ?o\.? ?b\b\.?|y\.? ?o\.? ?b\b\.?|(?:date|day|year) of birth|birth ?(?:date|day|year))\W*"
    r"(?:(?:is|was|on|in|the|of|about|around|circa)\W+){0,3}"
    rf"(?:\d{{4}}(?!\d)|\d{{1,2}}(?:st|nd|rd|th)?[ /.\-\u2010-\u2015]+(?:of )?(?:\d|{_MONTHS[0]}|{'|'.join(_MONTHS[1:])})"
    rf"|(?:{'|'.join(_MONTHS)})[a-z]*\W+\d|['’]?\d\d(?!\d))",
    re.IGNORECASE,
)
_RANGE = re.compile(r"(?<![\d/._-])(?<!\d )([1-9]\d{3}) ?[-\u2010-\u2015] ?([1-9]\d{3})(?![ /._-]?\d)")
_CLOCK = re.compile(r"\s+(?:at )?\d{1,2}[:.]\d\d(?!\d)")
_LONG_NUMBER = re.compile(
    r"(?:\d[ /._\u2010-\u2015-]?){7,}"
    r"|(?:\d[ /.()_\u2010-\u2015-]{0,2}){9,}"
    r"|(?<!\d)\d{3}[\W_]{0,3}\d{3}[\W_]{0,3}\d{4}(?!\d)"
)
_POSTCODE = re.compile(r"\b[a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}\b", re.IGNORECASE)


def looks_like(text: str, at: datetime | None = None) -> str | None:
    """What a text seems to hold that says who somebody is, or how they are reached ("a date of birth"); None for nothing.

    Days within a year of ``at`` are days of work, unless it says that somebody was born then; without ``at`` none is.
    """
    plain = unicodedata.normalize("NFKC", text)  # wide letters and digits are letters and digits
    if "@" in plain:
        return EMAIL
    if "://" in plain or "www." in plain.casefold():
        return WEB
    if _BORN.search(plain):
        return BIRTH
    rest = plain
    for found, near in _dates_in(plain, at):
        if not near:
            return BIRTH
        rest = _without(rest, found)
    for pair in _RANGE.finditer(rest):  # "beds 1950-2020"
        if int(pair[1]) < int(pair[2]):
            rest = _without(rest, pair[0])
    if (number := _LONG_NUMBER.search(rest)) is not None:
        return _kind_of(number[0])
    return POSTCODE if _POSTCODE.search(rest) else None


def _dates_in(text: str, at: datetime | None) -> Iterator[tuple[str, bool]]:
    """Each date with what is joined to it, and whether it is a day of work near now. A part of a longer number is none."""
    for form in _DATES:
        for found in form.finditer(text):
            near = at is not None and _is_near(found, at.astimezone(LONDON).date())
            clock = _CLOCK.match(text, found.end())
            end = clock.end() if clock is not None else found.end()
            alone = not re.search(r"\d[ /._-]?$", text[: found.start()]) and not re.match(r"[ /._-]?\d", text[end:])
            if not near or alone:
                yield text[found.start() : end], near


def _is_near(found: re.Match[str], today: date) -> bool:
    month, year = found["month"].casefold(), found["year"].strip("'’")
    try:
        day = date(
            int(year) if len(year) == 4 else 2000 + int(year),
            int(month) if month.isdigit() else _MONTHS.index(month[:3]) + 1,
            int(found["day"]),
        )
    except ValueError:
        return False
    return abs(day - today) <= NEAR


def _without(text: str, part: str) -> str:
    return text.replace(part, " \N{BULLET} ")  # what stood on either side does not become one number


def _kind_of(number: str) -> str:
    digits = "".join(letter for letter in number if letter.isdigit())
    return NHS if len(digits) == 10 and not digits.startswith("0") else TELEPHONE
