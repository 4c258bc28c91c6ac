"""Rehearsal: a rule, kept or proposed, run over stored history by the very machine that runs, before anybody is told by it.

History is as it is known now. Of a total it keeps the figure and not who was silent, so a rehearsal takes each for whole.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flowcentre.alerts.bygone import lines_of, moments_of, sight_of, unknown_of
from flowcentre.alerts.machine import judge, next_moment, step
from flowcentre.model import County, Firing, Rehearsed, Rule, Seen, Span, Standing, Transition, What
from flowcentre.store import Store


def _go_on() -> None:
    """Nothing keeps it from going on."""


def rehearse(
    store: Store, county: County, rule: Rule, start: datetime, end: datetime, *, go_on: Callable[[], None] = _go_on
) -> Rehearsed:
    """Run a rule over the history of each of its subjects, from a moment until another.

    It looks whenever anything is seen to change, and whenever a timer ends: at least as often as it would have looked.
    ``go_on`` is asked before each look, and may raise what ends it.
    """
    firings: list[Firing] = []
    passed, unknown = 0, []
    lines = lines_of(store, county, rule, start, end)
    for subject, line in lines.items():
        run = _Run(rule, subject)
        see = sight_of(rule, line)
        for at in moments_of(rule, line, start, end):
            go_on()
            run.look_at(see, at)
        run.look_at(see, end)
        firings += run.ended()
        passed += run.passed
        unknown.append((subject, unknown_of(line, start, end)))
    firings.sort(key=lambda each: (each.raised_at, each.subject))
    return Rehearsed(rule, start, end, tuple(firings), passed, tuple(unknown), lines)


class _Run:
    """One subject, from one look to the next, with what is gathered of each alert."""

    def __init__(self, rule: Rule, subject: str) -> None:
        self._rule = rule
        self._standing = Standing(rule.id, subject)
        self._firings: list[Firing] = []
        self._blind: list[Span] = []
        self._worst_at: datetime | None = None
        self._raised_at: datetime | None = None
        self._flapping = False
        self._worst: float | None = None
        self.passed = 0

    def look_at(self, see: Callable[[datetime], Seen], until: datetime) -> None:
        """Look at every moment at which a timer ends before this one, and then at this one."""
        while (due := next_moment(self._rule, self._standing)) is not None and due < until:
            if self._standing.looked_at is not None and due <= self._standing.looked_at:
                break
            self._look(see(due), due)
        self._look(see(until), until)

    def _look(self, seen: Seen, at: datetime) -> None:
        self._standing, happened = step(self._rule, self._standing, judge(self._rule, seen), seen, at)
        for each in happened:
            self._note(each, at)
        if self._standing.open and self._standing.worst != self._worst:
            self._worst, self._worst_at = self._standing.worst, at

    def _note(self, each: Transition, at: datetime) -> None:
        if each.what is What.RAISED:
            self._raised_at = at
            self._worst, self._worst_at, self._flapping, self._blind = self._standing.worst, at, False, []
        elif each.what is What.PASSED:
            self.passed += 1
        elif each.what is What.FLAPPING:
            self._flapping = True
        elif each.what is What.BLIND:
            self._blind.append((at, None))
        elif each.what is What.SEES_AGAIN:
            self._blind[-1] = (self._blind[-1][0], at)
        elif each.what is What.CLEARED:
            self._end(at)

    def _end(self, cleared_at: datetime | None) -> None:
        assert self._raised_at is not None
        self._firings.append(
            Firing(
                self._standing.subject,
                self._raised_at,
                cleared_at,
                tuple(self._blind),
                self._worst,
                self._worst_at if self._worst is not None else None,
                self._flapping,
            )
        )
        self._raised_at = None

    def ended(self) -> list[Firing]:
        """Every alert; the last may stand still."""
        if self._raised_at is not None:
            self._end(None)
        return self._firings
