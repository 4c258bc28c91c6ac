"""What goes out at the moment at which it does: a letter says what has happened since it was written, and what waited together
for one person goes in one letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flowcentre.alerts import chasers
from flowcentre.alerts.contract import Letter
from flowcentre.alerts.letters import (
    BUDGET,
    BUDGET_SPAN,
    INVENTED,
    KEPT_FREE,
    LISTED,
    OLD_AFTER,
    SHORT_LISTED,
    WRITTEN_ANEW,
    cut,
    link_of,
    within,
)
from flowcentre.alerts.words import CANNOT_TELL, CLEARING, OVER, SEVERITY_WORDS, clock_words, ended_words
from flowcentre.model import Action, Alert, Alerting, AlertState, Message, Severity, Telling, TellingKind
from flowcentre.store import Ways, letter_key

_NAMED = 3  # of alerts that have ended since, or were taken on; of the others it says how many
_IN_FULL = 5  # of the messages that go in one letter; of the others the subject
_ORDER = tuple(Severity)


@dataclass(frozen=True)
class Since:
    """How the alerts stand now, of which messages tell that were written before."""

    tellings: Mapping[int, Sequence[Telling]] = field(default_factory=dict)  # by message
    alerts: Mapping[int, Alert] = field(default_factory=dict)
    actions: Mapping[int, Action] = field(default_factory=dict)
    ways: Mapping[int, Ways] = field(default_factory=dict)  # by message
    places: Mapping[str, str] = field(default_factory=dict)  # by subject of an alert, what it is called
    # From when until when each alert last could not tell, of those that can again.
    blind_spells: Mapping[int, tuple[datetime, datetime]] = field(default_factory=dict)

    def why_needless(self, message: Message, at: datetime) -> str | None:
        """Why a message need not go, that says of each alert only that nobody has acknowledged it; None where it must.

        Or that reminds only of actions that have ended since, were moved or are somebody else's.
        """
        told = self.tellings.get(message.id, ())
        if told and all(each.kind is TellingKind.CHASER for each in told):
            reasons = [self._why_no_reminder(each) for each in told]
            return "; ".join(dict.fromkeys(filter(None, reasons))) if all(reasons) else None
        alerts = [self.alerts.get(each.alert or 0) for each in told]
        if not told or any(each.kind is not TellingKind.ESCALATED for each in told):
            return None
        if any(alert is None or (alert.acknowledged_at is None and alert.cleared_at is None) for alert in alerts):
            return None
        return "; ".join(dict.fromkeys(_ended_words(alert, at) for alert in alerts if alert is not None))

    def happened(self, message: Message, at: datetime) -> str:
        """What has become, since it was written, of the alerts of which a message tells; empty where nothing has."""
        told = self.tellings.get(message.id, ())
        alerts = {
            each.alert: self.alerts[each.alert] for each in told if each.alert is not None and each.alert in self.alerts
        }
        late = [each for each in told if each.kind is TellingKind.CHASER and self._why_no_reminder(each)]
        if late and not alerts:
            return f"{len(late)} of {len(told)} reminders are needless by now"
        ends = {each.alert for each in told if each.kind is TellingKind.CLEARED}
        one = len(alerts) == 1
        over = [
            alert
            for alert in alerts.values()
            if alert.cleared_at is not None and not ((one or alert.id in ends) and _says(message, alert, at))
        ]
        taken = [
            alert
            for alert in alerts.values()
            if alert.cleared_at is None and alert.acknowledged_at is not None and not _says(message, alert, at)
        ]
        seeing = [alert for alert in alerts.values() if _sees_since(message, alert, told, one=one)]
        clearing = [alert for alert in alerts.values() if one and _clears_since(message, alert)]
        if not (over or taken or seeing or clearing):
            return ""
        if one and over:
            return "Over, " + _ended_words(over[0], at)
        if one:
            words = [_ended_words(alert, at) for alert in taken]
            words += [self._can_tell_again(alert, at) for alert in seeing] + [CLEARING for _ in clearing]
            return _sentence(", ".join(words))
        counted = ((over, "over"), (taken, "taken on"), (seeing, "able to tell again"))
        parts = [
            f"{len(some)} of {len(alerts)} {words} by now ({self._named(some)})" for some, words in counted if some
        ]
        return _sentence(", ".join(parts)) if len(over) < len(alerts) else "All of it is over by now"

    def said_before(self, message: Message, at: datetime) -> str:
        """By which other way the same has gone out already, and when; empty where by none."""
        gone = self.ways[message.id].delivered if message.id in self.ways else ()
        return ", ".join(f'"{channel}" {clock_words(moment, at)}' for channel, moment in gone)

    def written_at(self, message: Message) -> datetime:
        """When it was written: what goes by another way instead says the same as what was written first."""
        ways = self.ways.get(message.id)
        if ways is None or WRITTEN_ANEW in message.text:
            return message.created_at
        return min(ways.written_at, message.created_at)

    def _can_tell_again(self, alert: Alert, at: datetime) -> str:
        spell = self.blind_spells.get(alert.id)
        return f"can tell again since {clock_words(spell[1], at)}" if spell is not None else "can tell again"

    def _named(self, alerts: Sequence[Alert]) -> str:
        names = [f"{each.title}, {self.places.get(each.subject, each.subject)}" for each in alerts[:_NAMED]]
        more = f"; and {len(alerts) - _NAMED} more" if len(alerts) > _NAMED else ""
        return "; ".join(names) + more

    def _why_no_reminder(self, telling: Telling) -> str | None:
        action = self.actions.get(telling.action or 0)
        return chasers.why_needless(action, telling) if action is not None else None


def letter_of(
    batch: Sequence[Message], since: Since, alerting: Alerting, at: datetime, *, short: bool = False
) -> Letter:
    """Kept messages to one lead as they are handed to a channel at a moment, as one letter."""
    letters = sorted((_one(message, since, alerting, at, short=short) for message in batch), key=_gravest_first)
    if len(letters) == 1:
        return letters[0]
    links = {letter.link for letter in letters}
    link = links.pop() if len(links) == 1 else f"{alerting.public_url.rstrip('/')}/alerts"
    invented = f"{INVENTED} " if any(letter.subject.startswith(INVENTED) for letter in letters) else ""
    subjects = [letter.subject.removeprefix(f"{INVENTED} ") for letter in letters]
    head = f"{invented}{len(letters)} messages in one, that waited"
    if short:
        listed = subjects[:SHORT_LISTED]
        more = f"; and {len(subjects) - len(listed)} more" if len(subjects) > len(listed) else ""
        text = cut(within(f"{head}: {'; '.join(listed)}", 400 - len(link)) + f"{more} {link}")
    else:
        rest = [f"Also: {subject}" for subject in subjects[_IN_FULL:LISTED]]
        if len(subjects) > LISTED:
            rest.append(f"and {len(subjects) - LISTED} more: {link}")
        parts = [letter.text for letter in letters[:_IN_FULL]]
        text = "\n\n- - -\n\n".join([f"{head}:", *parts, *(["\n".join(rest)] if rest else [])])
    return Letter(f"{head}: {subjects[0]}", text, link, letters[0].severity, at)


def key_of(batch: Sequence[Message]) -> str:
    """The key that goes with a letter: the same each time the same messages go together."""
    return batch[0].letter or letter_key([message.key for message in batch])


def free_at(sent: Sequence[datetime], batch: Sequence[Message], at: datetime) -> datetime:
    """When the lead may get the next letter, of whom it is known when letters reached them in the last minutes.

    Letters are written no more often than that; what a channel holds up would yet come all at once when it lets go.
    """
    critical = any(_severity(message) is Severity.CRITICAL for message in batch)
    budget = BUDGET if critical else BUDGET - KEPT_FREE
    lately = sorted(moment for moment in sent if at - BUDGET_SPAN < moment <= at)
    return max(lately[-budget] + BUDGET_SPAN, at) if len(lately) >= budget else at


def _one(message: Message, since: Since, alerting: Alerting, at: datetime, *, short: bool) -> Letter:
    subject, text = message.subject, message.text
    said = [since.happened(message, at)]
    written_at, before = since.written_at(message), since.said_before(message, at)
    if before:  # that a channel took it is no proof that somebody has read it: it comes all the same
        said.append(f"Told already by {before}")
    if at - written_at >= OLD_AFTER:  # what it says is of then: much may have happened since
        said.append(f"Written {clock_words(written_at, at)}, and late")
    for words in filter(None, reversed(said)):
        subject, text = _begun_with(words, subject), _begun_with(words, text)
    return Letter(
        subject, cut(text) if short and any(said) else text, link_of(message, alerting), _severity(message), at
    )


def _severity(message: Message) -> Severity:
    said = message.subject.removeprefix(f"{INVENTED} ")
    if said.startswith(f"{OVER}: "):
        return next((each for each in _ORDER if f"(was {each})" in said), Severity.NOTICE)
    return next((each for each, word in SEVERITY_WORDS.items() if said.startswith(word)), Severity.NOTICE)


def _gravest_first(letter: Letter) -> tuple[bool, int]:
    over = letter.subject.removeprefix(f"{INVENTED} ").startswith((f"{OVER}: ", "Over, ", "All of it is over"))
    return over, _ORDER.index(letter.severity)


def _begun_with(said: str, words: str) -> str:
    """The same with something said first, but after the word for what is invented."""
    head = f"{INVENTED} " if words.startswith(f"{INVENTED} ") else ""
    return f"{head}{said}: {words.removeprefix(head)}"


def _says(message: Message, alert: Alert, at: datetime) -> bool:
    """Does it say already how an alert stands? By its words: it was written before its ``created_at`` where it stands in for
    another, and a look that ended while it was written has an earlier moment."""
    words = {_ended_words(alert, moment) for moment in (message.created_at, at)}
    if alert.cleared_at is None and alert.acknowledged_at is not None:
        moments = {clock_words(alert.acknowledged_at, moment) for moment in (message.created_at, at)}
        words |= {f"Acknowledged: {moment}, by {alert.acknowledged_by}" for moment in moments}
    return any(each in said for each in words for said in (message.subject, message.text))


def _sees_since(message: Message, alert: Alert, told: Sequence[Telling], *, one: bool) -> bool:
    """Does it say that an alert cannot tell, which can again?"""
    blind = one or any(each.alert == alert.id and each.kind is TellingKind.BLIND for each in told)
    says = any(CANNOT_TELL in said for said in (message.subject, message.text))
    return blind and says and alert.cleared_at is None and alert.blind_since is None


def _clears_since(message: Message, alert: Alert) -> bool:
    """Is an alert about to be over, of which it does not say so?"""
    says = any(CLEARING in said for said in (message.subject, message.text))
    return alert.state is AlertState.CLEARING and alert.cleared_at is None and not says


def _ended_words(alert: Alert, at: datetime) -> str:
    if alert.cleared_at is not None:
        return ended_words(alert, at)
    assert alert.acknowledged_at is not None
    return f"taken on {clock_words(alert.acknowledged_at, at)} by {alert.acknowledged_by}"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
