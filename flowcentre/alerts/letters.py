"""What is written to whom and when: pure, so that the store can do it in the transaction that keeps it.

A lead who has not heard from us for five seconds gets all that waits at once; else it waits for the others that come with
it. A lead gets ten messages in five minutes at most, of which two are kept for what is critical, and the last says that more
is held back: nothing is lost, it all goes in the next one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from flowcentre.alerts import chasers
from flowcentre.alerts.entries import Entry, entries
from flowcentre.alerts.sitreps import sitrep_words
from flowcentre.alerts.words import OVER, SEVERITY_WORDS, clock_words
from flowcentre.model import Action, Alert, Alerting, Lead, Message, Picture, Severity, Telling, TellingKind
from flowcentre.picture.sitrep import Sitrep
from flowcentre.store import NewMessage

TOGETHER = timedelta(seconds=5)  # what comes to one lead within this goes in one message
OLD_AFTER = timedelta(minutes=1)  # what goes out so long after it was written says when that was
BUDGET, BUDGET_SPAN = 10, timedelta(minutes=5)
SHORT_BUDGET, SHORT_SPAN = 60, timedelta(hours=1)  # of text messages: more, and the networks block the sender
KEPT_FREE = 2  # of each budget, for what is critical: notices must not use it up
LISTED = 20  # alerts in one message; of the others it says how many
SHORT_LISTED = 3
INVENTED = "DEMONSTRATION"  # how the subject begins of what is told of a county that there is not
_SHORT_LENGTH = 450  # characters: three parts of a text message
_ANOTHER_WAY = "This comes another way"
WRITTEN_ANEW = f"{_ANOTHER_WAY}, and was written for it"  # what it says is of then, and not of what it stands in for


@dataclass(frozen=True)
class Book:
    """What one has to know to write: the configuration, the picture, and the alerts that are spoken of."""

    alerting: Alerting
    picture: Picture
    alerts: Mapping[int, Alert]
    short: Collection[str] = ()  # channels whose letters must be short
    failing: Mapping[str, str] = field(default_factory=dict)  # channels that do not deliver, with what they last said
    in_the_hour: Mapping[str, Sequence[datetime]] = field(default_factory=dict)  # by lead, of short messages
    actions: Mapping[int, Action] = field(default_factory=dict)  # that somebody is reminded of
    sitreps: Mapping[int, Sitrep | None] = field(default_factory=dict)  # by huddle; None: none was kept
    # From when until when each alert last could not tell, of those that can again.
    blind_spells: Mapping[int, tuple[datetime, datetime]] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """The messages, when what is held back may go, and the alerts and actions one would have to know to write the rest."""

    messages: tuple[NewMessage, ...] = ()
    again_at: datetime | None = None
    unknown: frozenset[int] = frozenset()
    unknown_actions: frozenset[int] = frozenset()
    unknown_sitreps: frozenset[int] = frozenset()


def write(tellings: Sequence[Telling], recent: Mapping[str, Sequence[datetime]], book: Book, at: datetime) -> Written:
    """At most one message to each lead, of all that waits for them; ``recent`` has the moments of the last ones.

    Only a sitrep, and a test by another address than the first, are apart from the rest, and wait their turn.
    """
    by_way: dict[tuple[str, int, int], list[Telling]] = {}
    for telling in tellings:
        way = telling.step if telling.kind is TellingKind.TEST else 0
        by_way.setdefault((telling.lead, way, telling.huddle or 0), []).append(telling)
    messages: list[NewMessage] = []
    moments: list[datetime] = []
    unknown: set[int] = set()
    unknown_actions: set[int] = set()
    unknown_sitreps: set[int] = set()
    written: set[str] = set()
    for (lead_id, test_way, huddle), waiting in sorted(by_way.items(), key=lambda one: one[0][1:]):
        lead = book.alerting.lead(lead_id) or Lead(lead_id, lead_id, ())
        failing = {telling.subject for telling in waiting if telling.kind is TellingKind.CHANNEL}
        way = min(test_way, max(len(lead.addresses) - 1, 0)) or _first_way(lead, failing)
        channel = lead.addresses[way][0] if lead.addresses else ""
        short = channel in book.short
        critical = any(telling.severity is Severity.CRITICAL for telling in waiting)
        free_at, last_until = _free_at(lead_id, short, critical, recent, book, at)
        if lead_id in written:
            free_at = max(free_at, at + TOGETHER)
        if free_at > at:
            moments.append(free_at)
            continue
        # Not before it may go: of a storm that is held back nobody need look up each alert each second.
        missing = {telling.alert for telling in waiting if telling.alert is not None} - set(book.alerts)
        late = {telling.action for telling in waiting if telling.action is not None} - set(book.actions)
        untold = {huddle} - set(book.sitreps) if huddle else set()
        if missing or late or untold:
            unknown |= missing
            unknown_actions |= late
            unknown_sitreps |= untold
            continue
        needless = [telling for telling in waiting if _why_needless(telling, book)]
        if needless:  # kept, so that it is seen that it was decided, and not sent
            messages.append(_withdrawn(needless, lead, way, book, at))
            waiting = [telling for telling in waiting if telling not in needless]
            if not waiting:
                continue
        subject, text = _words(waiting, lead, way, last_until, book, at)
        keys = tuple(telling.key for telling in waiting)
        messages.append(NewMessage(message_key(lead_id, keys, way), lead_id, channel, subject, text, keys, at))
        written.add(lead_id)
    again_at = min(moments, default=None)
    unknowns = (frozenset(each) for each in (unknown, unknown_actions, unknown_sitreps))
    return Written(tuple(messages), again_at, *unknowns)


def _why_needless(telling: Telling, book: Book) -> str:
    """Why it need not go: somebody has acknowledged since what it says that nobody has, or has done what it reminds of."""
    if telling.kind is TellingKind.CHASER and telling.action is not None:
        return chasers.why_needless(book.actions[telling.action], telling) or ""
    alert = book.alerts.get(telling.alert or 0)
    if alert is None or telling.kind is not TellingKind.ESCALATED:
        return ""
    taken_on = alert.acknowledged_at is not None and alert.cleared_at is None
    return "somebody had taken it on by then" if taken_on else ""


def _withdrawn(needless: Sequence[Telling], lead: Lead, way: int, book: Book, at: datetime) -> NewMessage:
    subject, text = _words(needless, lead, way, None, book, at)
    keys = tuple(telling.key for telling in needless)
    channel = lead.addresses[way][0] if lead.addresses else ""
    why = "; ".join(dict.fromkeys(_why_needless(telling, book) for telling in needless))
    return NewMessage(message_key(lead.id, keys, way), lead.id, channel, subject, text, keys, at, why)


def message_key(lead: str, telling_keys: Iterable[str], way: int) -> str:
    """The key of a message: it names nobody, and says by which of the lead's addresses it goes."""
    mark = hashlib.sha256("\n".join([lead, *telling_keys]).encode()).hexdigest()[:32]
    return f"{mark}.{way}"


def way_of(key: str) -> int:
    """By which of a lead's addresses a message goes, counted from 0."""
    said = key.rpartition(".")[2]
    return int(said) if said.isdecimal() else 0


def fallback(message: Message, lead: Lead | None, short: Collection[str], link: str, at: datetime) -> NewMessage | None:
    """The same by the lead's next address; None where there is no other."""
    way = way_of(message.key) + 1
    if lead is None or way >= len(lead.addresses):
        return None
    channel = lead.addresses[way][0]
    text = message.text
    if channel in short:
        text = cut(f"{message.subject}. {link}")
    elif channel != message.channel:
        text = f'{text}\n\n{_ANOTHER_WAY}: "{message.channel}" could not deliver it.'
    key = f"{message.key.rpartition('.')[0]}.{way}"
    # What it tells, the store knows from the message that it stands for.
    return NewMessage(key, message.lead, channel, message.subject, text, (), at)


def in_full(
    message: Message, other: NewMessage, told: Sequence[Telling], lead: Lead, book: Book, at: datetime
) -> NewMessage:
    """The fallback of a text message written anew as what need not be short; as it is where that cannot be.

    A weekly test is of the way by which it did not come, and says so.
    """
    alerts, actions, huddles = (
        {getattr(each, name) for each in told} - {None} for name in ("alert", "action", "huddle")
    )
    known = not (alerts - set(book.alerts) or actions - set(book.actions) or huddles - set(book.sitreps))
    if not told or not known or any(each.kind is TellingKind.TEST for each in told):
        return other
    subject, text = _words(told, lead, way_of(other.key), None, book, at)
    return replace(other, subject=subject, text=f'{text}\n\n{WRITTEN_ANEW}: "{message.channel}" could not deliver it.')


def link_of(message: Message, alerting: Alerting) -> str:
    """Where a message leads: to the one thing of which it tells, or to all of them. Alerts come before actions."""
    base = alerting.public_url.rstrip("/")
    for page, numbers in (("alerts", message.alerts), ("actions", message.actions), ("huddle", message.huddles)):
        if numbers:
            return f"{base}/{page}/{numbers[0]}" if len(numbers) == 1 else f"{base}/{page}"
    return f"{base}/alerts"


def _first_way(lead: Lead, failing: Collection[str]) -> int:
    """The first of the lead's addresses; of a message about a channel, the first that is by another one."""
    ways = range(len(lead.addresses))
    return next((way for way in ways if lead.addresses[way][0] not in failing), 0)


def _free_at(
    lead: str, short: bool, critical: bool, recent: Mapping[str, Sequence[datetime]], book: Book, at: datetime
) -> tuple[datetime, datetime | None]:
    """When the lead may get the next message; and, if that is the last for now, until when no other will come."""
    last = [moment for moment in recent.get(lead, ()) if at - BUDGET_SPAN < moment <= at]
    free_at, closed_until = at, None
    if last and at - max(last) < TOGETHER:
        free_at = max(last) + TOGETHER
    budgets = [(last, BUDGET, BUDGET_SPAN)]
    if short:
        hour = [moment for moment in book.in_the_hour.get(lead, ()) if at - SHORT_SPAN < moment <= at]
        budgets.append((hour, SHORT_BUDGET, SHORT_SPAN))
    for moments, all_of_it, span in budgets:
        budget = all_of_it if critical else all_of_it - KEPT_FREE
        if len(moments) >= budget:
            free_at = max(free_at, sorted(moments)[-budget] + span)
        elif len(moments) == budget - 1:
            oldest = min(moments)
            closed_until = max(closed_until or oldest + span, oldest + span)
    return free_at, closed_until


def _words(
    waiting: Sequence[Telling], lead: Lead, way: int, last_until: datetime | None, book: Book, at: datetime
) -> tuple[str, str]:
    channel = lead.addresses[way][0] if lead.addresses else ""
    short = channel in book.short
    invented = f"{INVENTED} " if book.picture.county.demonstration else ""
    huddle = next((telling.huddle for telling in waiting if telling.huddle), None)
    if huddle is not None:
        return sitrep_words(huddle, book.sitreps[huddle], lead, book.alerting, at, short=short, invented=invented)
    found = entries(
        waiting,
        lead,
        channel,
        book.alerting,
        book.picture,
        book.alerts,
        book.failing,
        at,
        book.actions,
        book.blind_spells,
    )
    subject = invented + _subject(found)
    base = book.alerting.public_url.rstrip("/")
    all_of_them = f"{base}/alerts"
    held = ""
    if last_until is not None:
        held = f"More may follow, and is held back until {clock_words(last_until, at)}: see {all_of_them}"
    if short:
        return subject, _short_text(found, invented, all_of_them, held)
    parts = [f"{INVENTED}: every figure in this is invented."] if invented else []
    parts += [entry.text for entry in found[:LISTED]]
    if len(found) > LISTED:
        parts.append(f"and {len(found) - LISTED} more: {all_of_them}")
    if held:
        parts.append(held)
    foot = f"Flow Centre, to {lead.title}, {clock_words(at, at)}"
    return subject, "\n\n".join([*parts, foot])


def _subject(found: Sequence[Entry]) -> str:
    first = found[0]
    word = _word(first)
    if len(found) == 1:
        return f"{word}: {first.line}"
    rest = len(found) - 1
    return f"{word}: {first.line}; and {rest} more"


def _word(entry: Entry) -> str:
    return OVER if entry.over else SEVERITY_WORDS[entry.severity]


def _short_text(found: Sequence[Entry], invented: str, all_of_them: str, held: str) -> str:
    if len(found) == 1:
        only = found[0]
        return cut(f"{invented}{_word(only)}: {only.line}. {only.short_end}", held)
    lines = [f"{_word(entry)}: {entry.line}" for entry in found[:SHORT_LISTED]]
    while True:
        rest = len(found) - len(lines)
        tail = f"{f'; and {rest} more' if rest else ''} {all_of_them}"
        said = invented + "; ".join(lines)
        if len(lines) == 1 or len(said) + len(tail) <= _SHORT_LENGTH:
            return cut(within(said, _SHORT_LENGTH - len(tail)) + tail, held)
        lines.pop()  # none is cut in the middle, where its title or its mark may be


def cut(said: str, held: str = "") -> str:
    """No longer than a text message may be; that more is held back is said where there is room for it."""
    both = f"{said} {held}".strip()
    return both if len(both) <= _SHORT_LENGTH else within(said, _SHORT_LENGTH)


def within(said: str, length: int) -> str:
    """No longer than so many characters."""
    return said if len(said) <= length else f"{said[: length - 3]}..."
