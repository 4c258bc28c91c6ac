"""Answers an address with the people whom it chooses, now or as they were known at a past moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flowcentre.measures.derive import LONDON
from flowcentre.model import Interval, Picture
from flowcentre.picture.build import build
from flowcentre.picture.delay_history import DelayHistory, Past
from flowcentre.picture.delays import Chosen, Filters, HospitalList, asked_of, list_of, listing_hospitals
from flowcentre.store import Store

_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_KEPT = 8  # pictures of past moments


class NoSuchMoment(ValueError):
    """``at`` in an address is no moment of the past. Says why, in plain words."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What an address asks for: the people chosen, and the past to set them against."""

    chosen: Chosen
    past: Past
    looks_back: bool  # ``at`` was asked for: this is no present


class DelayBook:
    """Reads the lists behind the present picture, each once, and those of the past when somebody asks.

    Used from any thread: at worst two read the same.
    """

    def __init__(self, store: Store, current: Callable[[], Picture]) -> None:
        self._store = store
        self._current = current
        self._history = DelayHistory(store)
        self._lists: dict[str, HospitalList] = {}
        self._pictures: dict[datetime, Picture] = {}

    def choose(self, query: str, picture: Picture | None = None) -> Chosen:
        """Whom an address chooses, from the present unless a picture is given. Raises NoSuchMoment."""
        picture = picture or self._current()
        at = asked_moment(query, picture.at)
        if at is not None:
            picture = self._known_at(at, picture)
        return Chosen(picture, self._read(picture, keep=at is None), Filters.of(query, picture))

    def answer(self, query: str, picture: Picture | None = None) -> Answered:
        """The same, with the past that it is set against. Raises NoSuchMoment."""
        chosen = self.choose(query, picture)
        return Answered(chosen, self._history.past(chosen), asked_moment(query, chosen.picture.at) is not None)

    def life(self, ref: str, known_at: datetime) -> list[Interval]:
        """All that the lists had said of one person by a moment, oldest first; nothing for a ref that is not known."""
        return self._store.intervals("delays", ref, known_at)

    def _read(self, picture: Picture, *, keep: bool) -> tuple[HospitalList, ...]:
        lists = []
        for value in listing_hospitals(picture):
            kept = self._lists.get(value.place)
            # A value is the same object from picture to picture while its list says nothing new.
            if kept is None or kept.value != value:
                kept = list_of(value, self._store)
                if keep:
                    self._lists[value.place] = kept
            lists.append(kept)
        return tuple(lists)

    def _known_at(self, at: datetime, present: Picture) -> Picture:
        picture = self._pictures.get(at)
        if picture is None or picture.county is not present.county:
            picture = build(self._store, present.county, at)
            kept = list(self._pictures.items())[-_KEPT + 1 :]
            self._pictures = dict(kept) | {at: picture}
        return picture


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
