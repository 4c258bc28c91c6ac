"""One alert in a message: what, where, how much against which limit, since when, how old, and what to do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from flowcentre.alerts.chasers import MOST
from flowcentre.alerts.figures import as_of, figure_of, last_heard, seen_rows, silent_rows
from flowcentre.alerts.words import (
    CANNOT_TELL,
    CLEARING,
    OVER,
    SEVERITY_WORDS,
    clock_words,
    ended_words,
    length_words,
    short_subject_words,
    subject_words,
)
from flowcentre.measures.lengths import set_length_words
from flowcentre.model import (
    ANOTHER_MEASURE,
    OF_FEEDS,
    Action,
    ActionState,
    Alert,
    Alerting,
    AlertState,
    Lead,
    Picture,
    Rule,
    RuleKind,
    Severity,
    Telling,
    TellingKind,
)
from flowcentre.picture.level_words import mark_of
from flowcentre.picture.pressure import INDICATIVE

log = structlog.get_logger(__name__)

_NO_ACTIONS: Mapping[int, Action] = {}
_NO_SPELLS: Mapping[int, tuple[datetime, datetime]] = {}
_ORDER = tuple(Severity)
# Of what has to be told of one alert at once, the last of these that it has is what happened.
_KINDS = (TellingKind.RAISED, TellingKind.ESCALATED, TellingKind.FLAPPING, TellingKind.BLIND, TellingKind.CLEARED)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a message says of one alert."""

    line: str  # all that matters, in one line: also what, where, how much, how old and since when
    text: str  # in full
    short_end: str  # what a text message adds to the line: card and link
    severity: Severity
    over: bool  # nothing is left to do
    raised_at: datetime


def entries(
    tellings: Iterable[Telling],
    lead: Lead,
    channel: str,
    alerting: Alerting,
    picture: Picture,
    alerts: Mapping[int, Alert],
    failing: Mapping[str, str],
    at: datetime,
    actions: Mapping[int, Action] = _NO_ACTIONS,
    blind_spells: Mapping[int, tuple[datetime, datetime]] = _NO_SPELLS,
) -> list[Entry]:
    """Each thing to be told once: what needs somebody first, of that the gravest, of those alike the newest.

    ``blind_spells`` are from when until when an alert last could not tell, of those that can again.
    """
    told: dict[int, set[TellingKind]] = {}
    chased: dict[int, Telling] = {}
    found: list[Entry] = []
    for telling in tellings:
        if telling.alert is not None:
            told.setdefault(telling.alert, set()).add(telling.kind)
        elif telling.kind is TellingKind.TEST:
            found.append(_test(lead, channel, alerting, at))
        elif telling.action is not None:
            chased[telling.action] = telling  # of two that waited the newer says all
        elif telling.kind is TellingKind.CHANNEL:
            found.append(_channel(telling, failing.get(telling.subject, ""), alerting))
    found += [_chaser(actions[number], telling, alerting, picture, at) for number, telling in chased.items()]
    for number, kinds in told.items():
        spell = blind_spells.get(number) if TellingKind.BLIND in kinds else None
        found.append(_alert_or_less(alerts[number], kinds, spell, alerting, picture, at))
    return sorted(found, key=lambda entry: (entry.over, _ORDER.index(entry.severity), -entry.raised_at.timestamp()))


def _alert_or_less(
    alert: Alert,
    kinds: Collection[TellingKind],
    spell: tuple[datetime, datetime] | None,
    alerting: Alerting,
    picture: Picture,
    at: datetime,
) -> Entry:
    """One alert; where its words fail, that there is one: a slip in one alert's words must keep nobody from the others."""
    try:
        return _alert(alert, kinds, spell, alerting, picture, at)
    except Exception:
        log.exception("the words of an alert cannot be written", alert=alert.id)
        link = f"{alerting.public_url.rstrip('/')}/alerts/{alert.id}"
        line = f"{alert.title}, {alert.subject}: see the page, more could not be written"
        return Entry(
            line, f"{SEVERITY_WORDS[alert.severity]}: {line}\nSee: {link}", link, alert.severity, False, alert.raised_at
        )


def _alert(
    alert: Alert,
    kinds: Collection[TellingKind],
    spell: tuple[datetime, datetime] | None,
    alerting: Alerting,
    picture: Picture,
    at: datetime,
) -> Entry:
    rule = alerting.rule(alert.rule)
    calm_for = max(rule.clear_for, rule.flapping.calm_for) if rule is not None else None
    # A message stands by itself: no page beside it says what nobody has verified. In front, where no cutting reaches it.
    title = alert.title
    if rule is not None and mark_of(picture.county, rule.measure):
        title = f"{title} ({INDICATIVE})"
    if alert.blind_why == ANOTHER_MEASURE:
        rule = None  # its unit and its limit are not those of the figure that was seen
    base = alerting.public_url.rstrip("/")
    link = f"{base}/alerts/{alert.id}"
    where = subject_words(alert.subject, picture)
    over = alert.cleared_at is not None
    # Every rule has a limit but one of silence: so is known of what kind one was that is gone.
    silence = rule.kind is RuleKind.SILENCE if rule is not None else alert.limit is None
    figure = "" if silence else figure_of(alert, rule)
    happened = _happened(alert, kinds, spell, calm_for, at)
    head = f"{title}, {short_subject_words(alert.subject, picture)}"
    taken = ""
    if alert.acknowledged_at is not None and not over:
        taken = f"taken on {clock_words(alert.acknowledged_at, at)} by {alert.acknowledged_by}"
    word, began = _began(alert, rule)
    was = f" (was {alert.severity})" if over else ""  # the subject of what is over does not begin with it
    begun = f"{word.lower()} {clock_words(began, at)}"
    old = last_heard(alert, picture, at) if silence else as_of(alert, rule, picture, at)
    said = [part for part in (figure, old, begun, happened, taken) if part]
    line = f"{head}: {', '.join(said)}{was}"
    rows = [f"{OVER if over else SEVERITY_WORDS[alert.severity]}: {title}{' - ' + happened if happened else ''}{was}"]
    rows.append(f"{'Feed' if silence or (rule is not None and rule.kind in OF_FEEDS) else 'Where'}: {where}")
    if alert.closed_why:
        rows.append(f"Because: {alert.closed_why}")
    rows += silent_rows(alert, alerting, picture, at) if silence else seen_rows(alert, rule, figure, picture, at)
    raised = clock_words(alert.raised_at, at)
    later = f"; raised {raised}" if raised != clock_words(began, at) else ""
    rows.append(f"{word}: {clock_words(began, at)}, for {length_words((alert.cleared_at or at) - began)}{later}")
    if alert.acknowledged_at is not None and not over:
        rows.append(f"Acknowledged: {clock_words(alert.acknowledged_at, at)}, by {alert.acknowledged_by}")
    if rule is not None and rule.words and not over:
        rows.append(rule.words)
    card = rule.action_card if rule is not None else ""
    if card and not over:
        rows.append(f"Action card: {card}, {base}/action-cards/{card}")
    rows.append(f"{'See' if over or alert.acknowledged_at is not None else 'Acknowledge'}: {link}")
    short_end = f"Card: {card}. {link}" if card and not over else link
    return Entry(line, "\n".join(rows), short_end, alert.severity, over, alert.raised_at)


def _began(alert: Alert, rule: Rule | None) -> tuple[str, datetime]:
    """Since when the figure is past its limit. Time at a level is past it for as long as its limit says: there, when it was raised."""
    if rule is not None and rule.kind is RuleKind.TIME_AT_LEVEL:
        return "Raised", alert.raised_at
    return "Since", alert.since


def _happened(
    alert: Alert,
    kinds: Collection[TellingKind],
    spell: tuple[datetime, datetime] | None,
    calm_for: timedelta | None,
    at: datetime,
) -> str:
    """What is new of it, where that is more than that it was raised."""
    if alert.cleared_at is not None:
        return ended_words(alert, at)
    if alert.blind_since is not None:
        why = f" ({alert.blind_why})" if alert.blind_why else ""
        return f"{CANNOT_TELL} {clock_words(alert.blind_since, at)}{why}"
    said = []
    if TellingKind.BLIND in kinds:  # it was when that was decided
        said.append(_saw_again(spell, at))
    kind = next((each for each in reversed(_KINDS) if each in kinds and each is not TellingKind.BLIND), None)
    if kind is TellingKind.ESCALATED and alert.acknowledged_at is None:
        said.append(f"nobody has acknowledged it for {length_words(at - alert.raised_at)}")
    elif kind is TellingKind.FLAPPING:
        calm = f"calm for {set_length_words(calm_for)}" if calm_for is not None else "calm for long"
        said.append(f"it comes and goes; it stays open until it has been {calm}, and you hear of it then")
    if alert.state is AlertState.CLEARING:
        said.append(CLEARING)
    return ", ".join(said)


def _saw_again(spell: tuple[datetime, datetime] | None, at: datetime) -> str:
    """That it could not tell for a while, and can again: it must not read as if it were raised a second time."""
    if spell is None:
        return "could not tell for a while, sees again"
    since, until = (clock_words(moment, at) for moment in spell)
    return f"could not tell {since}{f' to {until}' if until != since else ''}, sees again"


def _chaser(action: Action, telling: Telling, alerting: Alerting, picture: Picture, at: datetime) -> Entry:
    """What somebody should have done by now; or, where it has come to an end or was moved since, that it has."""
    link = f"{alerting.public_url.rstrip('/')}/actions/{action.id}"
    where = f" for {short_subject_words(action.place, picture)}" if action.place else ""
    over = action.state is not ActionState.OPEN or action.due_at > at
    if over:
        happened = "was moved" if action.state is ActionState.OPEN else f"is {action.state}"
        head = f"An action{where} that was overdue {happened} since: {action.what}"
    else:
        late = at - action.due_at
        head = f"An action{where} should be done: {action.what}, by {clock_words(action.due_at, at)}"
        head += f", {length_words(late)} ago" if late >= timedelta(minutes=1) else ""
    rows = [f"{OVER if over else SEVERITY_WORDS[telling.severity]}: {head}"]
    if action.place:
        rows.append(f"Where: {subject_words(action.place, picture)}")
    rows.append(f"Logged: {clock_words(action.logged_at, at)}, by {action.logged_by}")
    if action.alert is not None:
        rows.append(f"From alert {action.alert}: {alerting.public_url.rstrip('/')}/alerts/{action.alert}")
    if not over:
        rows.append(f"Reminder {telling.step} of {MOST}")
    rows.append(f"{'See' if over else 'Say what came of it'}: {link}")
    return Entry(head, "\n".join(rows), link, telling.severity, over, telling.decided_at)


def _test(lead: Lead, channel: str, alerting: Alerting, at: datetime) -> Entry:
    link = f"{alerting.public_url.rstrip('/')}/alerts"
    line = f'weekly test of "{channel}", nothing has happened'
    text = (
        f"NOTICE: weekly test. Nothing has happened, and nothing has to be done.\n"
        f'It shows that messages reach {lead.title} by "{channel}". If one does not come next week, say so.\n'
        f"See: {link}"
    )
    return Entry(line, text, link, Severity.NOTICE, False, at)


def _channel(telling: Telling, trouble: str, alerting: Alerting) -> Entry:
    link = f"{alerting.public_url.rstrip('/')}/alerts"
    line = f'messages by "{telling.subject}" do not arrive'
    text = (
        f'WARNING: no message has gone by "{telling.subject}" for five minutes or more, though it was tried.\n'
        f"It last said: {trouble or 'nothing'}\n"
        f"Who is to be told by it gets it by their next address. What could not be told: {link}"
    )
    return Entry(line, text, link, telling.severity, False, telling.decided_at)
