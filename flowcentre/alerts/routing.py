"""Who has to be told what: a pure function of how alerts stand, of who was told before, and of the clock.

Nothing is remembered here. Whom was told what stands in the keys of tellings that the store keeps, so that it makes no
difference how often one asks, or who asks after a restart.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, partial

from flowcentre.alerts.blinded import feeds_of, tells_of_silence
from flowcentre.alerts.rota import LONDON, told
from flowcentre.model import (
    ANOTHER_MEASURE,
    Alert,
    Alerting,
    Picture,
    Route,
    Rule,
    RuleKind,
    Severity,
    Silence,
    Standing,
    Telling,
    TellingKind,
    Transition,
    What,
)
from flowcentre.store import UNNUMBERED, Stood

TEST_WINDOW = timedelta(hours=2)  # so late a test message still goes, where nobody was there to send it in time
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEK = timedelta(days=7)
# One alert that goes blind again and again is told of no more often than this.
BLIND_AGAIN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class _Key:
    """What the key of a telling says: "alert 17/raised/northgate.t1f0c83aa-0.20261122T081400Z/site-manager"."""

    alert: int | None  # None: the store has yet to number it
    kind: TellingKind
    lead: str
    route: str = ""
    step: str = ""  # a mark of whom it tells, which stays when others are put before it
    begun: datetime | None = None  # when the chain began, so that each of its steps counts from there; or the blindness

    def __str__(self) -> str:
        head = UNNUMBERED if self.alert is None else f"alert {self.alert}/"
        part = f"{self.route}.{self.step}.{self.begun:%Y%m%dT%H%M%S.%fZ}" if self.begun is not None else "-"
        return f"{head}{self.kind}/{part}/{self.lead}"


def _read_key(key: str) -> _Key | None:
    """What a key says; None for one that is of no alert."""
    try:
        head, kind, part, lead = key.split("/")
        number = int(head.removeprefix("alert "))
        if part == "-":
            return _Key(number, TellingKind(kind), lead)
        route_id, step, begun = part.split(".", 2)
        return _Key(number, TellingKind(kind), lead, route_id, step, datetime.fromisoformat(begun))
    except ValueError:
        return None


def route(
    alerting: Alerting,
    stood: Stood,
    transitions: Sequence[Transition],
    standings: Iterable[Standing],
    picture: Picture,
    at: datetime,
) -> tuple[list[Telling], datetime | None]:
    """All that has to be told at a moment and was not told before, and when to ask again if nothing happens.

    ``stood`` is how all stood before, with its silences and with what was told; ``transitions`` and ``standings`` are what
    has just been decided on top of it.
    """
    after = {**stood.standings, **{(standing.rule, standing.subject): standing for standing in standings}}
    kept = _by_alert(stood.told)
    rules = {rule.id: rule for rule in alerting.rules}
    on = cache(lambda names: told(alerting, names, at))  # of a storm, everybody asks for the same few
    hearing: dict[str, set[str]] = {}  # by feed, the leads who are told of its silence, or about to be
    tellings: list[Telling] = []
    due: list[datetime] = []
    # Silences first: who hears of one needs no word of each alert that it blinds.
    for standing in sorted(after.values(), key=lambda each: not _of_silence(rules.get(each.rule))):
        rule = rules.get(standing.rule)
        before = kept[standing.alert] if standing.alert is not None else []
        if rule is not None and tells_of_silence(rule, standing, stood.silences, at) and not standing.open:
            hearing.setdefault(standing.subject, set()).update(_first_of(alerting, rule, on))
        if not standing.open or (rule is not None and rule.on_trial):
            continue
        hushed_until = _hushed_until(stood.silences, standing.rule, standing.subject, at)
        if hushed_until is not None:
            due.append(hushed_until)
            continue
        now, moments = _chains(alerting, rule, standing, before, on, at) if rule is not None else ([], [])
        aware = dict.fromkeys([*_aware(before), *(telling.lead for telling in now)])
        if rule is not None and rule.kind is RuleKind.SILENCE:
            hearing.setdefault(standing.subject, set()).update(aware)
        if standing.flapping_since is not None:
            now += _once(TellingKind.FLAPPING, rule, standing, before, aware, at)
        if standing.blind_since is not None:
            others = _not_told_of_silence(aware, rule, standing, hearing, picture)
            blind, later = _blind(rule, standing, before, others, at)
            now += blind
            moments += later
        tellings += now
        due += moments
    ended, moments = _ended(stood, transitions, rules, kept, at)
    tellings += ended
    due += moments
    tests, next_test = _tests(alerting, at)
    moments = [*due, *([next_test] if next_test is not None else [])]
    return [*tellings, *tests], min((moment for moment in moments if moment > at), default=None)


def _of_silence(rule: Rule | None) -> bool:
    return rule is not None and rule.kind is RuleKind.SILENCE


def _first_of(alerting: Alerting, rule: Rule, on: Callable[[tuple[str, ...]], tuple[str, ...]]) -> Iterator[str]:
    """Whom a rule would tell first, if it were raised now."""
    for chain in alerting.routes:
        if chain.id in rule.routes and chain.steps:
            yield from on(chain.steps[0].to)


def _ended(
    stood: Stood,
    transitions: Iterable[Transition],
    rules: Mapping[str, Rule],
    kept: Mapping[int, Sequence[_Key]],
    at: datetime,
) -> tuple[list[Telling], list[datetime]]:
    """What has cleared, for those who were told of it: now, or once the silence is over in which it did."""
    over: list[tuple[Standing, Sequence[_Key]]] = []
    for transition in transitions:
        was = stood.standings.get((transition.rule, transition.subject))
        if transition.what is What.CLEARED and was is not None and was.alert is not None:
            over.append((was, kept.get(was.alert, ())))
    for each in stood.ended:
        keys = [key for key in map(_read_key, each.told) if key is not None]
        over.append((Standing(each.rule, each.subject, alert=each.alert), keys))
    tellings: list[Telling] = []
    moments: list[datetime] = []
    for standing, before in over:
        hushed_until = _hushed_until(stood.silences, standing.rule, standing.subject, at)
        if hushed_until is not None:
            moments.append(hushed_until)
            continue
        rule = rules.get(standing.rule)
        tellings += _once(TellingKind.CLEARED, rule, standing, before, _aware(before), at)
    return tellings, moments


def told_next(
    alerting: Alerting, alert: Alert, told_keys: Iterable[str], silences: Iterable[Silence], at: datetime
) -> tuple[datetime, tuple[str, ...]] | None:
    """When the next are told of an open alert, and which leads, as all stands: if nobody acknowledges it and it does not end.

    None where nobody else is, or where a silence hushes it now.
    """
    rule = alerting.rule(alert.rule)
    over = alert.cleared_at is not None or alert.acknowledged_at is not None
    if rule is None or rule.on_trial or over or _hushed_until(silences, alert.rule, alert.subject, at) is not None:
        return None
    standing = Standing(alert.rule, alert.subject, alert=alert.id, raised_at=alert.raised_at)
    kept = _by_alert(told_keys)[alert.id]
    now, moments = _chains(alerting, rule, standing, kept, partial(told, alerting, at=at), at)
    moment = min((each for each in moments if each > at), default=None)
    if moment is None:
        return None
    kept += [key for each in now if (key := _read_key(each.key)) is not None]  # who is being told just now
    then, _ = _chains(alerting, rule, standing, kept, partial(told, alerting, at=moment), moment)
    return moment, tuple(dict.fromkeys(each.lead for each in then))


def channel_tellings(alerting: Alerting, channel: str, since: datetime, at: datetime) -> list[Telling]:
    """What the leads of the route "channels" are told of a channel that has failed since a moment: once for each failing."""
    found = next((each for each in alerting.routes if each.id == "channels"), None)
    if found is None or not found.steps:
        return []
    return [
        Telling(
            key=f"channel {channel}/{since:%Y%m%dT%H%M%S.%fZ}/{lead}",
            lead=lead,
            kind=TellingKind.CHANNEL,
            severity=Severity.WARNING,
            decided_at=at,
            subject=channel,
        )
        for lead in told(alerting, found.steps[0].to, at)
    ]


def _by_alert(keys: Iterable[str]) -> defaultdict[int, list[_Key]]:
    found: defaultdict[int, list[_Key]] = defaultdict(list)
    for key in sorted(keys):
        read = _read_key(key)
        if read is not None and read.alert is not None:
            found[read.alert].append(read)
    return found


def _aware(kept: Iterable[_Key]) -> list[str]:
    """Who was told that an alert was raised, each once."""
    kinds = (TellingKind.RAISED, TellingKind.ESCALATED)
    return list(dict.fromkeys(key.lead for key in kept if key.kind in kinds))


def _hushed_until(silences: Iterable[Silence], rule: str, subject: str, at: datetime) -> datetime | None:
    """When the first of the silences ends that hush this now; None where none does."""
    ends = [min(each.ends_at, each.ended_at or each.ends_at) for each in silences if each.hushes(rule, subject, at)]
    return min(ends, default=None)


def _chains(
    alerting: Alerting,
    rule: Rule,
    standing: Standing,
    kept: Sequence[_Key],
    on: Callable[[tuple[str, ...]], tuple[str, ...]],
    at: datetime,
) -> tuple[list[Telling], list[datetime]]:
    """The steps of a rule's routes that are due, and when the others will be; an acknowledged alert goes no further."""
    if standing.acknowledged_at is not None or standing.raised_at is None:
        return [], []
    tellings: list[Telling] = []
    moments: list[datetime] = []
    for chain in (each for each in alerting.routes if each.id in rule.routes and each.steps):
        done = {key.step: key.begun for key in kept if key.route == chain.id and key.begun is not None}
        begun = _begun(chain, done.values(), standing.raised_at, at)
        for number, step in enumerate(chain.steps):
            mark = _mark(chain, number)
            if mark in done:
                continue
            if begun + step.after > at:
                moments.append(begun + step.after)
                continue
            kind = TellingKind.RAISED if step.after == chain.steps[0].after else TellingKind.ESCALATED
            for lead in on(step.to):
                key = _Key(standing.alert, kind, lead, chain.id, mark, begun)
                tellings.append(_telling(key, rule.severity, standing, at, number))
    return tellings, moments


def _mark(chain: Route, number: int) -> str:
    """What a step is known by: whom it tells, and how many before it tell the same. Not its place, which shifts."""
    to = chain.steps[number].to
    same = sum(step.to == to for step in chain.steps[:number])
    names = "\n".join(to)
    return f"t{hashlib.sha256(names.encode()).hexdigest()[:8]}-{same}"


def _begun(chain: Route, known: Iterable[datetime], raised_at: datetime, at: datetime) -> datetime:
    """When a chain began: with the alert, or later where a silence kept it from beginning."""
    first = min(known, default=None)
    if first is not None:  # in the future, where a clock was ahead: nobody waits for that
        return first if first <= at else min(raised_at, at)
    wait = chain.steps[0].after
    return raised_at if raised_at + wait > at else at - wait


def _once(
    kind: TellingKind, rule: Rule | None, standing: Standing, kept: Iterable[_Key], leads: Iterable[str], at: datetime
) -> list[Telling]:
    """One telling to each of some leads, unless they were told that already."""
    already = {key.lead for key in kept if key.kind is kind}
    severity = rule.severity if rule is not None else Severity.WARNING
    return [_telling(_Key(standing.alert, kind, lead), severity, standing, at) for lead in leads if lead not in already]


def _telling(key: _Key, severity: Severity, standing: Standing, at: datetime, step: int = 0) -> Telling:
    return Telling(
        key=str(key),
        lead=key.lead,
        kind=key.kind,
        severity=severity,
        decided_at=at,
        alert=key.alert,
        rule=standing.rule,
        subject=standing.subject,
        step=step,
    )


def _blind(
    rule: Rule | None, standing: Standing, kept: Iterable[_Key], leads: Iterable[str], at: datetime
) -> tuple[list[Telling], list[datetime]]:
    """Each blindness once to each of some leads, and no two of them shortly one after the other."""
    before: dict[str, list[datetime]] = {}
    for key in kept:
        if key.kind is TellingKind.BLIND and key.begun is not None:
            before.setdefault(key.lead, []).append(key.begun)
    severity = rule.severity if rule is not None else Severity.WARNING
    tellings: list[Telling] = []
    moments: list[datetime] = []
    for lead in leads:
        told_of = before.get(lead, [])
        if standing.blind_since in told_of:
            continue
        free_at = max(told_of, default=at) + BLIND_AGAIN if told_of else at
        if at < free_at <= at + BLIND_AGAIN:
            moments.append(free_at)
            continue
        key = _Key(standing.alert, TellingKind.BLIND, lead, begun=standing.blind_since)
        tellings.append(_telling(key, severity, standing, at))
    return tellings, moments


def _not_told_of_silence(
    leads: Iterable[str],
    rule: Rule | None,
    standing: Standing,
    hearing: Mapping[str, Collection[str]],
    picture: Picture,
) -> list[str]:
    """Those of some leads who are not told, by the silence of a feed, that an alert is blind for it."""
    if rule is None or not hearing or not rule.measure or standing.blind_why == ANOTHER_MEASURE:
        return list(leads)
    heard: set[str] = set()
    for feed in feeds_of(picture, rule.measure, standing.subject):
        heard.update(hearing.get(feed, ()))
    return [lead for lead in leads if lead not in heard]


def _tests(alerting: Alerting, at: datetime) -> tuple[list[Telling], datetime | None]:
    """The weekly test to every lead by every address, if it is its time, and when the next is."""
    if not alerting.test_at:
        return [], None
    weekday, _, clock = alerting.test_at.partition(" ")
    hour, _, minute = clock.partition(":")
    today = at.astimezone(LONDON).date()
    day = today - timedelta(days=(today.weekday() - _WEEKDAYS.index(weekday.lower()[:3])) % 7)

    def on(day: object) -> datetime:
        return (
            datetime.fromisoformat(f"{day}T{int(hour):02}:{int(minute or 0):02}").replace(tzinfo=LONDON).astimezone(UTC)
        )

    if on(day) > at:
        day -= _WEEK
    if at - on(day) >= TEST_WINDOW:
        return [], on(day + _WEEK)
    # By each address, for one that is never used is one that nobody knows to be broken; ``step`` says by which.
    tellings = [
        Telling(f"test/{day}/{way}/{lead.id}", lead.id, TellingKind.TEST, Severity.NOTICE, at, step=way)
        for lead in alerting.leads
        for way in range(len(lead.addresses))
    ]
    return tellings, on(day + _WEEK)
