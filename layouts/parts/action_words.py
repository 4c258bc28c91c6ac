"""Actions in words: who, by when, what happened, and what the figure did that made somebody act."""

from __future__ import annotations

from datetime import datetime, timedelta

from flowcentre.measures import by_id
from flowcentre.model import Action, ActionNote, ActionState, County, Effect, Measure, Movement, Noted
from flowcentre.picture.actions_now import who_words
from flowcentre.picture.effect import FEWEST, LOOKS
from layouts.parts.typed_words import until_words
from layouts.parts.words import NO_BREAK, date_words, figure_text, length_words, unit_words, when_words

_TOO_SOON = timedelta(minutes=15)  # as long as many a figure takes to be told anew
MINUS = "\N{MINUS SIGN}"
# Said of the figure, against what is usual: that the action did it is nowhere said.
MOVEMENT_WORDS = {
    Movement.BETTER: "Better than usual",
    Movement.WORSE: "Worse than usual",
    Movement.MOVED: "Moved more than usual",
    Movement.NO_CLEAR_CHANGE: "No clear change",
    Movement.NOT_KNOWN: "Not known",
}
# It stands wherever an effect is shown: what came after is not what it did.
NOT_THE_CAUSE = "This says what the figure did, not that the action did it."
_NOTED = {
    Noted.LOGGED: "logged",
    Noted.TRIED: "tried",
    Noted.MOVED: "moved",
    Noted.CHASED: "reminded",
    Noted.DONE: "done",
    Noted.DROPPED: "will not be done",
    Noted.REOPENED: "opened again",
}


def state_words(action: Action, at: datetime) -> str:
    """How an action stands: "to be done", "overdue", "done", "will not be done"."""
    if action.state is ActionState.OPEN:
        return "overdue" if action.overdue(at) else "to be done"
    return "done" if action.state is ActionState.DONE else "will not be done"


def due_words(action: Action, at: datetime) -> str:
    """By when: "by 10:00", "by tomorrow 08:00", "should have been done by 09:00"."""
    if action.state is not ActionState.OPEN:
        return f"was to be done by {when_words(action.due_at, at)}"
    return (
        f"should have been done by {when_words(action.due_at, at)}"
        if action.overdue(at)
        else f"by {until_words(action.due_at, at)}"
    )


def note_words(county: County, note: ActionNote) -> str:
    """What happened: "tried by ward sister: rang the agency"; of a reminder whom it went to."""
    if note.noted is Noted.CHASED:
        leads = ", ".join(who_words(county, lead) for lead in note.by.split(", "))
        return f"reminded: {leads}"
    said = f"{_NOTED[note.noted]} by {note.by}"
    return f"{said}: {note.words}" if note.words else said


def chased_words(action: Action) -> str:
    """How often somebody was reminded; "" where nobody was."""
    if not action.chased:
        return ""
    return "reminded once" if action.chased == 1 else f"reminded {action.chased} times"


def change_words(change: float, measure: Measure) -> str:
    """A change with its sign and unit: "+14 people", "-1.2 points", "unchanged" where it rounds to nothing."""
    said = figure_text(abs(change), measure).removesuffix(f"{NO_BREAK}%")
    unit = "points" if measure.unit == "%" else unit_words(measure)
    if said == figure_text(0.0, measure).removesuffix(f"{NO_BREAK}%"):
        return "0" if not unit else f"0 {unit}"
    return f"{'+' if change > 0 else MINUS}{said}{f' {unit}' if unit else ''}"


def look_words(action: Action, effect: Effect) -> str:
    """When the figure was looked at: "1 h after it was done", "35 min after it was logged"."""
    until = action.logged_at + effect.over
    if action.ended_at is not None and until > action.ended_at:
        return f"{length_words(until - action.ended_at)} after it was done"
    return f"{length_words(effect.over)} after it was logged"


def before_after_words(action: Action, effect: Effect) -> str:
    """The two figures: "74 when it was logged; 1 h after it was done, 61: -13 people"; too soon after, the first alone."""
    measure = by_id(effect.measure)
    before = "not known" if effect.before is None else figure_text(effect.before, measure)
    if action.ended_at is not None and action.logged_at + effect.over < action.ended_at + LOOKS[0]:
        return f"{before} when it was logged; too soon to say what it did since it was done"
    if effect.over < _TOO_SOON:
        return f"{before} when it was logged; too soon to say what it did since"
    after = "not known" if effect.after is None else figure_text(effect.after, measure)
    said = f"{before} when it was logged; {look_words(action, effect)}, {after}"
    return said if effect.change is None else f"{said}: {change_words(effect.change, measure)}"


def usual_words(effect: Effect) -> str:
    """What it is held against, or why nothing is said."""
    measure = by_id(effect.measure)
    if effect.known_from is not None:
        return (
            f"Figures from before {date_words(effect.known_from)} have been purged, so nothing is said of what it did."
        )
    if effect.change is None:
        return "A figure is missing, or was not told anew since, so nothing is said of what it did."
    if effect.usual_low is None or effect.usual_high is None:
        days = f"{effect.looked_at} day{'' if effect.looked_at == 1 else 's'}"
        return f"What is usual is not known: history has this time of day on {days}, and {FEWEST} are needed."
    low, high = change_words(effect.usual_low, measure), change_words(effect.usual_high, measure)
    unit = high.partition(" ")[2]  # said once
    low = low.removesuffix(f" {unit}")
    return f"In as long from this time of day it usually moves by {low} to {high} (9 in 10 of {effect.looked_at} days before)."
