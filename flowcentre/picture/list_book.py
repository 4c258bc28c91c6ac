"""Answers an address with the people whom it chooses, now or as they were known at a past moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic

from flowcentre.measures.derive import LONDON
from flowcentre.model import Interval, Kept, Picture, RowScope, Value
from flowcentre.picture.build import build
from flowcentre.picture.list_beside import beside
from flowcentre.picture.list_history import ListHistory, Past
from flowcentre.picture.listed import Chosen, Filters, PlaceList, Subject, T, asked_of
from flowcentre.store import Store

_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_KEPT = 8  # pictures of past moments
Lying = tuple[Value | None, ...]  # what the hospitals of a scope say of who lies there


class NoSuchMoment(ValueError):
    """``at`` in an address is no moment of the past. Says why, in plain words."""


@dataclass(frozen=True, slots=True)
class Answered(Generic[T]):
    """What an address asks for: the people chosen, and the past to set them against."""

    chosen: Chosen[T]
    past: Past[T]
    looks_back: bool  # ``at`` was asked for: this is no present


class ListBook(Generic[T]):
    """Reads the lists behind the present picture, each once, and those of the past when somebody asks.

    Used from any thread: at worst two read the same. With a ``scope`` the ``store`` is one that gives its rows alone, and
    pictures of the past are those of the ``whole`` book, for they count everybody.
    """

    def __init__(
        self,
        subject: Subject[T],
        store: Store,
        current: Callable[[], Picture],
        *,
        scope: RowScope | None = None,
        whole: ListBook[T] | None = None,
    ) -> None:
        self._subject = subject
        self._store = store
        self._current = current
        self._scope = scope
        self._whole = whole
        self._history: tuple[Lying, ListHistory[T]] | None = None
        self._kept: dict[str, tuple[Lying, PlaceList[T]]] = {}
        self._past: dict[datetime, _Past[T]] = {}
        self._other: ListBook[Any] | None = None
        self._beside: _Beside[T] | None = None

    def stand_beside(self, other: ListBook[Any]) -> None:
        """Tell each person's step on the lists of another book, and have this one's told there."""
        self._other, other._other = other, self

    def choose(self, query: str, picture: Picture | None = None) -> Chosen[T]:
        """Whom an address chooses, from the present unless a picture is given. Raises NoSuchMoment."""
        picture = picture or self._current()
        at = asked_moment(query, picture.at)
        if at is None:
            lists = self._with_steps(picture, self.lists(picture, keep=True), keep=True)
        else:
            self._must_be_kept(at)
            picture, lists = self._known_at(at, picture)
        return Chosen(picture, lists, Filters.of(self._subject, query, picture))

    def answer(self, query: str, picture: Picture | None = None) -> Answered[T]:
        """The same, with the past that it is set against. Raises NoSuchMoment."""
        chosen, lying = self.choose(query, picture), self.lying()
        history = self._history
        if history is None or history[0] != lying:
            history = self._history = lying, ListHistory(self._subject, self._store)
        return Answered(chosen, history[1].past(chosen), asked_moment(query, chosen.picture.at) is not None)

    def life(self, ref: str, known_at: datetime) -> list[Interval]:
        """All that the lists had said of one person by a moment, oldest first; nothing for a ref that is not known."""
        return self._store.intervals(self._subject.people, ref, known_at)

    def lists(self, picture: Picture, *, keep: bool) -> tuple[PlaceList[T], ...]:
        """The lists that a picture counts, without the steps of the other book. ``keep`` them: it is the present."""
        lists, lying = [], self.lying()
        for value in self._subject.listing(picture):
            if not self._may_hold(value.place):
                continue
            kept = self._kept.get(value.place)
            # A value is the same object from picture to picture while its list says nothing new.
            if kept is None or kept[0] != lying or kept[1].value != value:
                kept = lying, self._subject.list_from(self._store, value, picture.county)
                if keep:
                    self._kept[value.place] = kept
            lists.append(kept[1])
        return tuple(lists)

    def lying(self) -> Lying:
        """By what else than its own value a list of the scope is what it is: the scope's hospitals' lists, now.

        Of any moment the store gives the rows of whoever lies there now, so nothing that was read outlasts these. Nothing
        where that decides on no row.
        """
        scope, measure = self._scope, self._subject.of_those_lying
        if scope is None or scope.everywhere or measure is None:
            return ()
        values = self._current().values
        return tuple(values.get((place, measure)) for place in sorted(scope.places))

    def picture_at(self, at: datetime, present: Picture) -> Picture:
        """What was known at a past moment."""
        if self._whole is not None:
            return self._whole.picture_at(at, present)
        kept = self._past.get(at)
        if kept is not None and kept.picture.county is present.county:
            return kept.picture
        return build(self._store, present.county, at)

    def _must_be_kept(self, at: datetime) -> None:
        """Of a moment whose rows or figures have been purged nothing is shown: what is left of it is not who was there."""
        purged = [self._store.kept_since(kept) for kept in (Kept.PEOPLE, Kept.READINGS)]
        since = max((moment for moment in purged if moment is not None), default=at)
        if at < since:
            said = f"{since.astimezone(LONDON):%Y-%m-%d}"
            raise NoSuchMoment(
                f"at is before {said}: what was known until then has been kept long enough and is purged"
            )

    def _may_hold(self, place: str) -> bool:
        """May the list of a place hold anybody of the scope? Any may, where somebody of a locality can be on it."""
        scope = self._scope
        if scope is None or scope.everywhere or bool(scope.localities) or place in scope.places:
            return True
        return self._subject.of_those_lying is not None and bool(scope.places)  # of whoever lies in one of these

    def _with_steps(self, picture: Picture, lists: tuple[PlaceList[T], ...], *, keep: bool) -> tuple[PlaceList[T], ...]:
        """The lists with each person's step on the other book's; of the present worked out once for a pair of lists."""
        if self._other is None:
            return lists
        others = self._other.lists(picture, keep=keep)
        kept = self._beside
        if kept is None or not (_same(kept.lists, lists) and _same(kept.others, others)):
            told = beside(self._subject, lists, self._other._subject, others, picture.county)
            kept = _Beside(lists, others, told)
            if keep:
                self._beside = kept
        return kept.told

    def _known_at(self, at: datetime, present: Picture) -> tuple[Picture, tuple[PlaceList[T], ...]]:
        lying = self.lying() + (self._other.lying() if self._other is not None else ())
        kept = self._past.get(at)
        if kept is None or kept.picture.county is not present.county or kept.lying != lying:
            picture = self.picture_at(at, present)
            lists = self._with_steps(picture, self.lists(picture, keep=False), keep=False)
            kept = _Past(picture, lists, lying)
            self._past = dict(list(self._past.items())[-_KEPT + 1 :]) | {at: kept}
        return kept.picture, kept.lists


@dataclass(frozen=True, slots=True)
class _Past(Generic[T]):
    """The lists of a past moment, for as long as the same people lie in the hospitals of the scope."""

    picture: Picture
    lists: tuple[PlaceList[T], ...]
    lying: Lying


@dataclass(frozen=True, slots=True)
class _Beside(Generic[T]):
    """Lists with what those beside them say of the same people."""

    lists: tuple[PlaceList[T], ...]
    others: tuple[PlaceList[Any], ...]
    told: tuple[PlaceList[T], ...]


def _same(some: Sequence[object], others: Sequence[object]) -> bool:
    return len(some) == len(others) and all(one is other for one, other in zip(some, others, strict=True))


def asked_moment(query: str, now: datetime) -> datetime | None:
    """The past moment that an address asks for as ``at``, in London time unless it has an offset. Raises NoSuchMoment."""
    said = asked_of(query).get("at", [""])[0]
    if not said:
        return None
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise NoSuchMoment("at is not a time: write 2026-11-20T08:00") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=LONDON)
    try:
        moment = moment.astimezone(now.tzinfo)
    except OverflowError:
        raise NoSuchMoment("at is out of all time") from None
    if moment < _FIRST:
        raise NoSuchMoment("at is before there were any lists")
    if moment > now + timedelta(minutes=1):
        raise NoSuchMoment("at is for a moment of the past")
    return moment
