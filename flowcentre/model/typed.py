"""Values that somebody types in: who, when, until when, and what may be typed for a place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LONGEST_AUTHOR = 60  # letters
MOST_DIGITS = 7  # of a figure: 99,999 and a half; more is a slip of the thumb


@dataclass(frozen=True, slots=True)
class Typed:
    """Who typed a value in, when, and how long it holds. ``author`` is a role or initials, never a name or a number."""

    author: str
    typed_at: datetime
    expires_at: datetime  # from this moment on the value is no longer the present


@dataclass(frozen=True, slots=True)
class AskedFigure:
    """One figure that a form asks for."""

    column: str  # the agreed word for it: "staffed"
    measure: str  # id
    whole: bool = True  # False: halves are figures too


@dataclass(frozen=True, slots=True)
class AskedService:
    """A service whose figures may be typed in."""

    name: str  # the agreed word for it: "extra care"
    figures: tuple[AskedFigure, ...]

    def field(self, figure: AskedFigure) -> str:
        """What the field of one of its figures is called in a form."""
        return f"{self.name}/{figure.column}"


@dataclass(frozen=True, slots=True)
class AskedPlace:
    """A place whose figures people type in."""

    place: str
    feed: str
    holds_for: timedelta  # unless whoever types says otherwise
    services: tuple[AskedService, ...]

    def figures(self) -> tuple[AskedFigure, ...]:
        """Every figure that its form asks for, in its order."""
        return tuple(figure for service in self.services for figure in service.figures)


Figures = Mapping[str, Mapping[str, str]]  # as written, by service and column; "" says that it is not known


@dataclass(frozen=True, slots=True)
class Slip:
    """A form as it was filled in and sent, before anything of it is believed."""

    place: str
    figures: Figures
    author: str
    holds: timedelta | datetime  # from when it is kept, or until that moment
    form: str  # the mark of the very form: sent twice, it is one record
    sure: bool = False  # whoever typed it was asked about an odd figure, and stands by it
    role: bool = False  # whoever typed it was asked whether the author is a name, and says that it is a role


@dataclass(frozen=True, slots=True)
class Hold:
    """A choice of how long what is typed holds: for a length from when it is sent, or until a moment."""

    holds: timedelta | datetime
    chosen: bool = False

    @property
    def key(self) -> str:
        """The choice as it stands in a form: seconds, or a moment in UTC."""
        holds = self.holds
        return f"{holds:%Y-%m-%dT%H:%M}Z" if isinstance(holds, datetime) else f"{holds.total_seconds():.0f}"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a slip: kept as a record, in part or whole."""

    mark: str  # of the form and of all that it held
    place: str
    typed: Typed
    version: int  # that it made
    accepted: int  # readings, those included that say that a figure is not given; 0: nothing was kept of it
    held: tuple[str, ...] = field(default=())  # why rows were not taken, in plain words
    services: tuple[str, ...] = field(default=())  # of which something was kept, where rows were not taken
    asks: bool = False  # some of those may be stood by: see ``Slip.sure``
    again: bool = False  # the same slip had been kept before, and nothing was done now


@dataclass(frozen=True, slots=True)
class Replaced:
    """That something newer stands in place of what was kept of a slip."""

    at: datetime
    by: str | None  # who typed it; None: a file said it
    wholly: bool  # False: some of the slip's figures still stand


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it is drawn: empty but for what was last known, or as it came back."""

    asked: AskedPlace
    mark: str  # of this very form
    cells: Figures  # what stands in the fields
    holds: tuple[Hold, ...]
    author: str = ""
    signed_in: bool = False  # the author is who is signed in, and no field
    mistakes: tuple[str, ...] = ()  # why nothing was kept of what was sent
    taken: Taken | None = None  # what became of what was sent
    replaced: Replaced | None = None  # what was kept of it, since
    role: bool | None = None  # the author looks like a name: has it been said to be a role? None: it does not
    behind: bool = False  # kept, and the picture does not show it yet
    may_write: bool = True  # whoever asks, at this place
