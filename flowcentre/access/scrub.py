"""The last line before a log: what looks like a person's number, telephone, address or birthday is taken out of it.

It is the last and not the first: what is logged is written so that it quotes nobody (``web/failures.py``, ``running/logs.py``).
A name has no form, so no filter finds one; and what is put differently on purpose goes by.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import MutableMapping

from flowcentre.model.nhs_number import is_nhs_number

NHS, TELEPHONE, EMAIL, POSTCODE, BIRTH = "[NHS number]", "[telephone]", "[e-mail]", "[postcode]", "[date]"

_APART = r"(?:%20|[ \t.:_+/-])?"  # what may stand between two digits, in an address too
_FORMS = (
    # Kept too: of a hash, which is all that one can tell in a log of what was kept, no digits are anybody's number.
    r"(?P<hash>(?<![0-9A-Za-z])[0-9a-f]{64}(?![0-9A-Za-z]))",
    # Kept as it is, for a part of it would else now and then pass the check. It has more digits than any number of a person.
    r"(?P<moment>(?<!\d)(?:19|20)\d\d-[01]\d-[0-3]\d[ T_][0-2]\d(?::?[0-5]\d){1,2}(?:[.,]\d{1,9})?(?!\d))",
    # Of whoever was born before 2010: later days are those of work.
    r"(?P<birth>(?<![\d-])(?:19\d\d|200\d)[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])(?!\d)"
    r"|(?<![\d.])(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|1[0-2])[-/.](?:19\d\d|200\d)(?![\d.]))",
    # Before ten digits, for the first ten of these are some.
    rf"(?P<abroad>(?<![\w.])(?:\+|%2B|00)44{_APART}(?:\(0\){_APART})?[1-9](?:(?:%20|[ ().-]{{0,2}})\d){{8,9}}(?!\d))",
    rf"(?P<ten>(?<!\d){_APART.join(['[0-9]'] * 10)}(?!\d))",
    rf"(?P<telephone>(?<![\w.])(?:44{_APART}(?:\(0\){_APART})?|\(?0)"
    r"[1-9](?:(?:%20|[ ().-]{0,2})\d){8,9}(?!\d))",
    r"(?P<postcode>(?<![A-Za-z0-9])(?:[A-Za-z]{1,2}\d[A-Za-z\d]?|GIR)(?:%20|[\s+_.-])?"
    r"\d[ABD-HJLNP-UW-Zabd-hjlnp-uw-z]{2}(?![A-Za-z0-9]))",
)
_EMAIL = r"(?P<email>[\w.!#$%&*+=?^`{|}~-][\w.!#$%&'*+=?^`{|}~-]{0,63}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63})+)"
_FORM, _FORM_OR_EMAIL = re.compile("|".join(_FORMS)), re.compile("|".join((_EMAIL, *_FORMS)))
_DIGITS = re.compile(r"[0-9]+")
_NAMED = {"email": EMAIL, "birth": BIRTH, "telephone": TELEPHONE, "abroad": TELEPHONE, "postcode": POSTCODE}


def scrubbed(text: str) -> str:
    """A text without NHS numbers, telephone numbers, e-mail addresses, postcodes and dates of birth; each is named in its place."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)  # wide digits are digits
    may_be_email = "@" in plain or "%40" in plain
    if not (may_be_email or _DIGITS.search(plain)):
        return text
    form = _FORM_OR_EMAIL if may_be_email else _FORM
    parts, kept_to, at = [], 0, 0
    while (found := form.search(plain, at)) is not None:
        said = _named(found)
        if said is not None:
            parts += [plain[kept_to : found.start()], said]
            kept_to = at = found.end()
        elif found.lastgroup == "ten" and (first := _DIGITS.match(plain, found.start())) is not None:
            at = first.end()  # the ten that matter may begin within these
        else:
            at = found.end()
    return "".join((*parts, plain[kept_to:])) if parts else text


def _named(found: re.Match[str]) -> str | None:
    """What stands in the place of what was found; None where it stays."""
    if found.lastgroup != "ten":
        return _NAMED.get(found.lastgroup or "")
    digits = re.sub(r"%20|\D", "", found[0])
    if is_nhs_number(digits):
        return NHS
    return TELEPHONE if digits.startswith("0") and digits[1] != "0" and "." not in found[0] else None


def scrub_event(_logger: object, _method: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """The same of one event of structlog, of its words and of each value, before the time is put to it."""
    for key, value in event.items():
        event[key] = _value(value)
    return event


def _value(value: object) -> object:
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, str):
        return scrubbed(value)
    said = str(value) if isinstance(value, int) else _repr(value)
    clean = scrubbed(said)
    return value if clean == said else clean


def _repr(value: object) -> str:
    """What a renderer would print of it. What cannot say what it is has nothing to say."""
    try:
        return repr(value)
    except Exception as error:
        return f"<{type(value).__name__}: {type(error).__name__}>"
