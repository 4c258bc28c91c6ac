"""Mornings: figures that come one after the other, and what a rule makes of them.

Whoever writes a rule can write down beside it what it must do, in the words of the screens: "96 96 96 93 91" gives "pending
pending raised raised clear". It is played by the very machine that runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flowcentre.alerts.lines import Line, judge_time, time_at_level, value_at
from flowcentre.alerts.machine import judge, step
from flowcentre.model import EPOCH, Judged, Point, Rule, RuleKind, Seen, Standing

NOT_KNOWN = "-"
_BEGIN = EPOCH + timedelta(days=20_000)
_SILENCE = {0.0: Judged.CALM, 0.5: Judged.BETWEEN, 1.0: Judged.BREACH}


def play(rule: Rule, sees: str, every: timedelta) -> str:
    """The state after each figure, in words. Before the first nothing is known.

    Of a rule of silence a figure says how its feed is: 0 that it speaks, 0.5 that it is late, 1 that it is silent.
    Raises ValueError for what is no figure.
    """
    moments = [_BEGIN + number * every for number in range(len(sees.split()))]
    line = [Point(at, _figure(word)) for at, word in zip(moments, sees.split(), strict=True)]
    standing = Standing(rule.id, "")
    states = []
    for at in moments:
        seen = _seen(rule, line, at)
        standing, _ = step(rule, standing, judge(rule, seen), seen, at)
        states.append(standing.state.value)
    return " ".join(states)


def unproved(rule: Rule) -> list[tuple[int, str, str]]:
    """Each morning of a rule, by its place among them, that gives something else than its author wrote down: how, and what is right."""
    found = []
    for number, morning in enumerate(rule.mornings):
        try:
            gives = play(rule, morning.sees, morning.every).split()
        except ValueError as error:
            found.append((number, str(error), f'figures with blanks between, and "{NOT_KNOWN}" where none is known'))
            continue
        sees, wanted = morning.sees.split(), morning.gives.split()
        if gives != wanted:
            right = f'another rule, or gives = "{" ".join(gives)}" where the rule does what it should'
            found.append(
                (number, f'a morning of "{rule.id}" is not what the rule does: {_apart(sees, wanted, gives)}', right)
            )
    return found


def _apart(sees: Sequence[str], wanted: Sequence[str], gives: Sequence[str]) -> str:
    """Which step differs: "the 3rd, 96, gives raised, and the rule makes it pending; 2 more differ"."""
    if len(wanted) != len(gives):
        return f"it sees {len(gives)} figures and gives {len(wanted)} states"
    steps = [step for step, (asked, made) in enumerate(zip(wanted, gives, strict=True)) if asked != made]
    first = steps[0]
    more = f"; {len(steps) - 1} more differ{'s' if len(steps) == 2 else ''}" if len(steps) > 1 else ""
    return (
        f"the {_ordinal(first + 1)}, {sees[first]}, gives {wanted[first]}, and the rule makes it {gives[first]}{more}"
    )


def _ordinal(number: int) -> str:
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _figure(word: str) -> float | None:
    if word == NOT_KNOWN:
        return None
    try:
        return float(word)
    except ValueError:
        raise ValueError(f'a morning sees "{word}", which is neither a figure nor "{NOT_KNOWN}"') from None


def _seen(rule: Rule, line: Line, at: datetime) -> Seen:
    now = value_at(line, at)
    seen = Seen(now, why="" if now is not None else "nothing is known")
    if now is None or rule.kind in (RuleKind.LEVEL, RuleKind.HELD):
        return seen
    if rule.kind is RuleKind.SILENCE:
        if now not in _SILENCE:
            raise ValueError(
                f'a morning of a silence sees "{now:g}": 0 is a feed that speaks, 0.5 a late, 1 a silent one'
            )
        return Seen(now, judged=_SILENCE[now])
    if rule.over is None or rule.raise_at is None:
        return Seen(None, why="the rule does not say what it looks back over, or its limit")
    if rule.kind is RuleKind.STEP:
        then = value_at(line, at - rule.over)
        return Seen(None if then is None else now - then, why="" if then is not None else "nothing is known of then")
    there, unknown = time_at_level(rule, line, at)
    return Seen(now, judged=judge_time(rule, there, unknown, judge(rule, seen)))
