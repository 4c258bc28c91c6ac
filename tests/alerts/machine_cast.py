"""One rule, and short ways to show it figures one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from flowcentre.alerts.machine import judge, step
from flowcentre.model import Rule, RuleKind, Seen, Severity, Standing, Transition

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = 60 * MINUTE
BLANK = "no news since 10:14"

RULE = Rule(
    "occupancy",
    "Beds nearly full",
    RuleKind.LEVEL,
    Severity.WARNING,
    ("beds",),
    "beds-full",
    measure="ga_occupancy",
    places=("northgate",),
    raise_at=95,
    stand_down_at=92,
    hold_for=30 * MINUTE,
    clear_for=15 * MINUTE,
    edition="first",
)
AT_ONCE = replace(RULE, hold_for=timedelta(0), clear_for=timedelta(0))
FALLING = replace(RULE, id="free", measure="ga_beds_free", raise_at=5, stand_down_at=10)
STANDING = Standing("occupancy", "northgate")


def seen(value: float | None, **more: object) -> Seen:
    """What is seen of it: a figure, or that nothing is known."""
    return Seen(value, why="" if value is not None else BLANK, **more)  # type: ignore[arg-type]


def look(
    standing: Standing, value: float | None | Seen, at: datetime, rule: Rule = RULE
) -> tuple[Standing, tuple[Transition, ...]]:
    """One look at a figure."""
    what = value if isinstance(value, Seen) else seen(value)
    return step(rule, standing, judge(rule, what), what, at)


def watch(
    values: Iterable[float | None | Seen],
    *,
    rule: Rule = RULE,
    every: timedelta = 15 * MINUTE,
    standing: Standing = STANDING,
    begin: datetime = AT,
) -> tuple[Standing, list[str], list[str]]:
    """Figures one after the other: how it stands in the end, the state after each, and all that happened."""
    states, happened = [], []
    for number, value in enumerate(values):
        standing, transitions = look(standing, value, begin + number * every, rule)
        states.append(standing.state.value)
        happened += [each.what.value for each in transitions]
    return standing, states, happened
