"""The situation report of a huddle: what stands, what changed since the last, what is open and what was said, in sentences."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal

from flowcentre.measures import find
from flowcentre.measures.lengths import set_length_words
from flowcentre.measures.pressure import MISMATCH
from flowcentre.measures.units import unit_of
from flowcentre.measures.watched import watched_by
from flowcentre.model import (
    ANOTHER_MEASURE,
    Action,
    ActionNote,
    ActionState,
    Alert,
    AlertState,
    County,
    Effect,
    Huddle,
    Measure,
    Minute,
    Movement,
    Noted,
    Place,
    Rule,
    RuleKind,
)
from flowcentre.picture.actions_now import who_words
from flowcentre.picture.change import Change, Turn, change_sentence, unchanged_sentence
from flowcentre.picture.level_words import apart_words, declared_line, levels_apart, mark_of, pressure_line
from flowcentre.picture.pressure import INDICATIVE, PressureNow
from flowcentre.picture.saying import (
    at_words,
    both_shown,
    date_words,
    figure_words,
    old_words,
    sentence,
    shown,
    when_words,
)

INVENTED = "Demonstration: every figure in this is invented."
_NOTHING = "None."


@dataclass(frozen=True, slots=True)
class Part:
    """Some sentences under a title."""

    title: str
    lines: tuple[str, ...]
    small: bool = False  # it stands beneath the part before it


@dataclass(frozen=True, slots=True)
class Sitrep:
    """A situation report, finished: it is kept as it went out, and never worked out anew."""

    title: str
    head: tuple[str, ...] = ()  # what it is of, and when
    parts: tuple[Part, ...] = ()
    at: datetime | None = None  # of which it tells


@dataclass(frozen=True)
class Told:
    """Everything that a sitrep tells, of one moment."""

    county: County
    at: datetime
    huddle: Huddle | None  # None: none is open
    compared_with: datetime  # the moment of the other picture
    first: bool = False  # there was no huddle before: it is compared with the day before
    pressure: PressureNow = field(default_factory=PressureNow)
    levels: tuple[Change, ...] = ()  # of what is computed of pressure
    changes: tuple[Change, ...] = ()
    alerts: tuple[Alert, ...] = ()  # that stand
    cannot_tell: str = ""  # how many of the rules cannot; "" where all can
    cleared: tuple[Alert, ...] = ()  # since the other picture
    actions: tuple[Action, ...] = ()  # that are open
    ended: tuple[Action, ...] = ()  # since the other picture
    effects: Mapping[int, Effect] = field(default_factory=dict)  # by action, of those that ended long enough ago
    notes: Mapping[int, tuple[ActionNote, ...]] = field(default_factory=dict)  # by action, since the other picture
    minutes: tuple[Minute, ...] = ()


def sitrep_of(told: Told) -> Sitrep:
    """Put it in words."""
    county, at, huddle = told.county, told.at, told.huddle
    head = [INVENTED] if county.demonstration else []
    head.append(f"As at {when_words(at, at)}, {date_words(at)}; times are of London.")
    if huddle is not None:
        head.append(huddle_words(huddle, at))
    head.append(compared_words(told.compared_with, at, first=told.first))
    parts = [
        Part("Declared levels", tuple(_declared(told)) or (_NOTHING,)),
        Part("Alerts open", tuple(_alerts(told))),
        Part("Actions open", tuple(open_line(told, action) for action in told.actions) or (_NOTHING,)),
        Part("Actions ended since", tuple(ended_line(told, action) for action in told.ended) or (_NOTHING,)),
        Part("Minutes", tuple(minute_line(minute, at) for minute in told.minutes) or (_NOTHING,)),
        Part("Alerts ended since", tuple(alert_line(county, alert, at) for alert in told.cleared) or (_NOTHING,)),
        Part("Pressure by place", tuple(_pressure(told)) or ("No rules of pressure are configured.",)),
        *_changes(told.changes),
    ]
    of = f" of huddle {huddle.id}" if huddle is not None else ""
    return Sitrep(f"{county.name}: situation report{of}", tuple(head), tuple(parts), at)


def huddle_words(huddle: Huddle, at: datetime) -> str:
    """When a huddle began and ended, and by whom."""
    opened = f"Huddle {huddle.id}, opened {when_words(huddle.opened_at, at)} by {huddle.opened_by}"
    if huddle.closed_at is None:
        return f"{opened}, still open."
    return f"{opened}, closed {when_words(huddle.closed_at, at)} by {huddle.closed_by}."


def compared_words(moment: datetime, at: datetime, *, first: bool) -> str:
    """With what the figures are compared."""
    if first:
        return f"There was no huddle before: figures are compared with those known {when_words(moment, at)}."
    return f"Figures are compared with those known {when_words(moment, at)}, at the end of the huddle before."


# --- Pressure ----------------------------------------------------------------------------------------


def _declared(told: Told) -> Iterator[str]:
    """What is declared, the county's first, each with its distance from what is computed."""
    now, places = told.pressure, told.county.places
    for id, declaration in now.declared.items():
        if (place := places.get(id)) is not None:
            yield declared_line(place, now.score(id), declaration, told.at)


def _pressure(told: Told) -> Iterator[str]:
    now, places = told.pressure, told.county.places
    if now.indicative:
        yield f"Computed scores and levels are {INDICATIVE}: nobody has verified the rules. They are no OPEL levels."
    for score in (*([now.system] if now.system is not None else []), *now.places):
        if (place := places.get(score.place)) is not None:
            yield pressure_line(place, score, told.levels, told.at)


# --- What changed ------------------------------------------------------------------------------------


def in_order(changes: Iterable[Change]) -> list[Change]:
    """What moved first, then what cannot be compared, then what stayed."""
    rank = {Turn.ROSE: 0, Turn.FELL: 0, Turn.NOT_COMPARED: 1, Turn.STAYED: 2}
    return sorted(changes, key=lambda change: rank[change.turn])


def by_place(changes: Iterable[Change]) -> list[tuple[Place, list[Change]]]:
    """The changes of each place, the places in their order."""
    found: dict[str, tuple[Place, list[Change]]] = {}
    for change in changes:
        found.setdefault(change.place.id, (change.place, []))[1].append(change)
    return [(place, in_order(of_it)) for place, of_it in found.values()]


def _changes(changes: Sequence[Change]) -> list[Part]:
    if not changes:
        return [Part("What changed", ("No figure is expected of any place.",))]
    parts = [Part("What changed", ())]
    parts += [Part(place.name, tuple(_change_lines(of_it)), small=True) for place, of_it in by_place(changes)]
    return parts


def _change_lines(changes: Sequence[Change]) -> Iterator[str]:
    yield from (change_sentence(change) for change in changes if change.turn is not Turn.STAYED)
    if unchanged := unchanged_sentence(changes):
        yield unchanged


# --- Alerts, actions, minutes --------------------------------------------------------------------------


def _alerts(told: Told) -> Iterator[str]:
    """Those that stand. That there is none is said only where every rule can tell."""
    yield from (alert_line(told.county, alert, told.at) for alert in told.alerts)
    if told.cannot_tell:
        yield unsure_words(told)
    elif not told.alerts:
        yield _NOTHING


def unsure_words(told: Told) -> str:
    """How many rules cannot tell, as a sentence."""
    return sentence(f"{'besides' if told.alerts else 'none known'}: {told.cannot_tell}")


def alert_line(county: County, alert: Alert, at: datetime) -> str:
    """One alert: how grave, what, where, how much, since when and how it stands."""
    rule = county.alerting.rule(alert.rule) if alert.blind_why != ANOTHER_MEASURE else None
    where = _where(county, alert.subject)
    said = [f"{alert.severity.value.upper()}: {alert.title}, {where}"]
    if figure := _alert_figure(alert, rule, at):
        said.append(f"{figure}{mark_of(county, rule.measure) if rule is not None else ''}")
    if rule is not None and rule.kind is RuleKind.TIME_AT_LEVEL:  # its limit says for how long it was there before
        said.append(f"raised {when_words(alert.raised_at, at)}")
    else:
        said.append(f"since {when_words(alert.since, at)}")
    if alert.cleared_at is not None:
        by = f" by {alert.closed_by}: {alert.closed_why}" if alert.closed_by else ""
        said.append(f"{'closed' if by else 'ended'} {when_words(alert.cleared_at, at)}{by}")
    elif alert.blind_since is not None:
        why = f" ({alert.blind_why})" if alert.blind_why else ""
        said.append(f"cannot tell since {when_words(alert.blind_since, at)}{why}")
    elif alert.state is AlertState.FLAPPING:
        said.append("comes and goes")
    if alert.acknowledged_at is not None:
        said.append(f"acknowledged {when_words(alert.acknowledged_at, at)} by {alert.acknowledged_by}")
    elif alert.cleared_at is None:
        said.append("not acknowledged")
    return sentence("; ".join(said))


def _alert_figure(alert: Alert, rule: Rule | None, at: datetime) -> str:
    measure = watched_by(rule) if rule is not None else None
    of = f" of {when_words(alert.observed_at, at)}" if alert.observed_at is not None else ""
    if rule is None and alert.value is not None and alert.limit is not None:
        return f"last value {alert.value:,g} (limit {alert.limit:,g}, in the unit that its rule had){of}"
    if alert.value is None or measure is None:
        return ""
    if rule is not None and rule.measure == MISMATCH.id and rule.kind is not RuleKind.STEP:
        limit = f" (limit {levels_apart(alert.limit)} or more)" if alert.limit is not None else ""
        return f"{apart_words(alert.value)}{limit}"  # and of when either is stands with its place
    if alert.limit is None:
        figure, limit = shown(alert.value, measure, measure.decimals), ""
    else:
        figure, held = both_shown(alert.value, alert.limit, measure)
        limit = f" (limit {_with_unit(held, measure, rule)}{_side(rule)})"
    return f"last value {'at least ' if alert.at_least else ''}{_with_unit(figure, measure, rule)}{limit}{of}"


def _with_unit(figure: Decimal, measure: Measure, rule: Rule | None) -> str:
    """A figure with its unit, for where its measure is not named beside it."""
    said = figure_words(figure, measure)
    sign = "+" if rule is not None and rule.kind is RuleKind.STEP and figure > 0 else ""
    named = measure.unit in ("%", "minutes", "level")
    return f"{sign}{said}" if named else f"{sign}{said} {unit_of(measure.unit, said)}"


def _side(rule: Rule | None) -> str:
    if rule is None:
        return ""
    if rule.kind is RuleKind.STEP:
        return f" in {set_length_words(rule.over)}" if rule.over is not None else ""
    side = " or more" if rule.rising else " or less"
    if rule.kind is RuleKind.TIME_AT_LEVEL and rule.over is not None:
        return f"{side} for {set_length_words(rule.hold_for)} of {set_length_words(rule.over)}"
    return side


def action_line(county: County, action: Action, at: datetime) -> str:
    """One action: what, who, by when, or how it ended."""
    said = [f"{action.what.rstrip('.')}: {who_words(county, action.who)}"]
    if action.place:
        said.append(_where(county, action.place))
    if action.state is ActionState.OPEN:
        late = f", overdue: {old_words(at - action.due_at).removesuffix(' old')} late" if action.overdue(at) else ""
        said.append(f"by {when_words(action.due_at, at)}{late}")
    elif action.ended_at is not None:
        said.append(f"{action.state.value} {when_words(action.ended_at, at)} by {action.ended_by}")
    return sentence("; ".join(said))


def open_line(told: Told, action: Action) -> str:
    """An action that is to be done, with what was tried and what was moved since the other picture."""
    return " ".join([action_line(told.county, action, told.at), *_noted(told, action)])


def ended_line(told: Told, action: Action) -> str:
    """An action that ended: what was tried, how it ended and why, and what its figure did, held against what is usual."""
    said = [action_line(told.county, action, told.at), *_noted(told, action)]
    if (effect := told.effects.get(action.id)) is not None:
        said.append(effect_sentence(told.county, effect, told.at))
    elif action.measure and action.state is ActionState.DONE:  # it is looked at an hour after the end
        said.append("Too soon to say what its figure did.")
    return " ".join(said)


def _noted(told: Told, action: Action) -> Iterator[str]:
    """What people said of an action since the other picture, oldest first; of its end what was said alone."""
    for note in told.notes.get(action.id, ()):
        ends = note.noted.value == action.state.value
        if ends and note.at == action.ended_at:
            if note.words:
                yield sentence(f"{_WHY_ENDED[note.noted]}: {note.words}")
        elif note.noted in _TOLD:
            words = f": {note.words}" if note.words else ""
            yield sentence(f"{_TOLD[note.noted]} {when_words(note.at, told.at)} by {note.by}{words}")


_WHY_ENDED = {Noted.DONE: "what was said of it", Noted.DROPPED: "it will not be done"}
_TOLD = {
    Noted.TRIED: "tried",
    Noted.MOVED: "moved",
    Noted.REOPENED: "opened again",
    Noted.DONE: "was called done",
    Noted.DROPPED: "was dropped",
}


def effect_sentence(county: County, effect: Effect, at: datetime) -> str:
    """What the figure of an action did: it is nowhere said that the action did it."""
    measure, place = find(effect.measure), county.places.get(effect.place)
    if measure is None or place is None:
        return "Its figure is no longer in the configuration."
    subject = f"{measure.label} {at_words(place)}"
    if effect.before is None or effect.after is None or effect.after_at is None:
        return sentence(f"{subject}: what it did since is not known")
    before, after = (figure_words(each, measure) for each in both_shown(effect.before, effect.after, measure))
    when = when_words(effect.after_at, at)
    return sentence(
        f"{subject} was {before} when it was logged, and {after} at {when}{mark_of(county, effect.measure)}: {_MOVED[effect.movement]}"
    )


_MOVED = {
    Movement.BETTER: "better than usual",
    Movement.WORSE: "worse than usual",
    Movement.MOVED: "moved more than usual",
    Movement.NO_CLEAR_CHANGE: "no clear change",
    Movement.NOT_KNOWN: "whether that is usual is not known",
}


def minute_line(minute: Minute, at: datetime) -> str:
    """One line of the minutes."""
    return f"{when_words(minute.at, at)}, {minute.by}: {minute.words}"


def _where(county: County, subject: str) -> str:
    if subject in county.places:
        return county.places.name_of(subject)
    feed = county.feed(subject)
    return feed.name if feed is not None else subject


# --- As text, and as it is kept ------------------------------------------------------------------------


def sitrep_text(sitrep: Sitrep, pdf: str = "", *, page: str = "") -> str:
    """The whole of it as text; ``pdf`` and ``page`` lead to the same elsewhere."""
    lines = [sitrep.title, "=" * len(sitrep.title), "", *sitrep.head]
    for part in sitrep.parts:
        lines += ["", part.title, ("." if part.small else "-") * len(part.title)]
        lines += [f"- {line}" for line in part.lines]
    if page or pdf:
        lines += ["", *([f"On the page: {page}"] if page else []), *([f"As PDF: {pdf}"] if pdf else [])]
    return "\n".join([*lines, ""])


def kept(sitrep: Sitrep) -> str:
    """A sitrep as it is kept in the store."""
    at = None if sitrep.at is None else sitrep.at.isoformat()
    return json.dumps({**asdict(sitrep), "at": at}, ensure_ascii=False, separators=(",", ":"))


def read_kept(text: str) -> Sitrep:
    """A sitrep out of the store."""
    said = json.loads(text)
    parts = tuple(Part(part["title"], tuple(part["lines"]), part["small"]) for part in said["parts"])
    at = None if said["at"] is None else datetime.fromisoformat(said["at"])
    return Sitrep(said["title"], tuple(said["head"]), parts, at)
