"""Mornings: figures that come one after the other, and what a rule makes of them.

Whoever writes a rule can write down beside it what it must do, in the words of the screens: "96 96 96 93 91" gives "pending
pending raised raised clear". It is played by the very machine that runs.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flowcentre.alerts.lines import Line, judge_time, time_at_level, value_at
from flowcentre.alerts.machine import judge, step
from flowcentre.model import EPOCH, Alerting, Judged, Point, Rule, RuleKind, Seen, Standing

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


def failing(alerting: Alerting) -> list[str]:
    """Every morning of every rule that gives something else than its author wrote down, in words; empty where all is well."""
    found = []
    for rule in alerting.rules:
        for morning in rule.mornings:
            try:
                gives = play(rule, morning.sees, morning.every)
            except ValueError as error:
                found.append(f'rule "{rule.id}": {error}')
                continue
            wanted = " ".join(morning.gives.split())
            if gives != wanted:
                found.append(f'rule "{rule.id}": "{morning.sees}" gives "{gives}", and was to give "{wanted}"')
    return found


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
    if now is None or rule.kind is RuleKind.LEVEL:
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
