"""What the author of a rule wrote down to prove it by, and how it is let rest when it comes and goes."""

from __future__ import annotations

import math
from datetime import timedelta

from flowcentre.config.alert_shapes import FlappingShape, MorningShape, RuleShape
from flowcentre.config.document import Document
from flowcentre.config.lines import KeyPath
from flowcentre.config.mistakes import suggest
from flowcentre.config.shapes import read_each, read_shape
from flowcentre.model import AlertState, Flapping, Morning, RuleKind

NOT_KNOWN = "-"
OF_A_FEED = ("0", "0.5", "1")  # it speaks, it is late, it is silent
# Nobody acknowledges in a morning: it plays what figures alone do.
STATES = tuple(str(state) for state in AlertState if state is not AlertState.ACKNOWLEDGED)
_DAY, _USUAL = timedelta(days=1), Morning("", "")


def read_mornings(document: Document, path: KeyPath, shape: RuleShape, kind: RuleKind | None) -> tuple[Morning, ...]:
    """Every ``[[rule.morning]]`` of a rule; what is wrong with one is noted in the document."""
    if shape.morning is None:
        return ()
    mornings = []
    for where, morning in read_each(document, (*path, "morning"), shape.morning, MorningShape):
        every = _USUAL.every if morning.every is None else morning.every
        if not timedelta(0) < every <= _DAY:
            document.wrong((*where, "every"), f'a morning of "{shape.id}" has figures at no interval', 'every = "15m"')
        if morning.sees is None or morning.gives is None:
            continue
        sees, gives = morning.sees.split(), morning.gives.split()
        for figure in sees:
            if figure == NOT_KNOWN:
                continue
            if kind is RuleKind.SILENCE and figure not in OF_A_FEED:
                right = "0 where the feed speaks, 0.5 where it is late, 1 where it is silent"
                document.wrong((*where, "sees"), f'a morning of "{shape.id}" sees "{figure}" of a feed', right)
            elif not _is_figure(figure):
                right = f'figures with blanks between, and "{NOT_KNOWN}" where none is known: sees = "96 96 - 93"'
                document.wrong(
                    (*where, "sees"), f'a morning of "{shape.id}" sees "{figure}", which is no figure', right
                )
        for state in gives:
            if state not in STATES:
                document.wrong((*where, "gives"), f'a morning of "{shape.id}" gives "{state}"', suggest(state, STATES))
        if len(sees) != len(gives):
            what = f'a morning of "{shape.id}" sees {len(sees)} figures and gives {len(gives)} states'
            document.wrong((*where, "gives"), what, "a state for each figure")
        mornings.append(Morning(" ".join(sees), " ".join(gives), every))
    return tuple(mornings)


def _is_figure(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def read_flapping(document: Document, path: KeyPath, shape: RuleShape) -> Flapping:
    """When a rule is said to come and go, as it says or as every rule does; what is wrong is noted in the document."""
    where, usual = (*path, "flapping"), Flapping()
    if shape.flapping is None:
        return usual
    if not isinstance(shape.flapping, dict):
        example = 'flapping = { times = 4, within = "2h", calm_for = "30m" }'
        document.wrong(where, f'"{shape.id}": flapping is not a table', example)
        return usual
    given = read_shape(document, where, shape.flapping, FlappingShape)
    times = usual.times if given.times is None else given.times
    within = usual.within if given.within is None else given.within
    calm_for = usual.calm_for if given.calm_for is None else given.calm_for
    if not 2 <= times <= 100:
        what = f'"{shape.id}" would be said to come and go when raised {times} times'
        document.wrong((*where, "times"), what, "times = 4, from 2 to 100")
    for key, length in (("within", within), ("calm_for", calm_for)):
        if not timedelta(0) < length <= _DAY:
            what = f'"{shape.id}": {key} of flapping is no time at all, or more than a day'
            document.wrong((*where, key), what, f'{key} = "2h"')
    return Flapping(times, within, calm_for)
