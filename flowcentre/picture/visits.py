"""Home visits package by package: how they went in the last 28 days, as each service's roster had told by a picture.

A service's counts stand in the picture. Here is the evidence behind them, of the same visits at the same moment: those
of the present are kept up to date by what was told since, those of a past moment are read once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from flowcentre.measures.drift import DAYS, Drift, days_before
from flowcentre.measures.visit_counts import COMPARED, SERVICES, VISITED
from flowcentre.measures.visit_window import VisitWindow
from flowcentre.model import CareTerms, County, Picture, Value
from flowcentre.store import Store

_KEPT = 8  # past moments


@dataclass(frozen=True, slots=True)
class PackageVisits:
    """How the visits of one service to one package went."""

    place: str
    package: str  # its ref
    drift: Drift
    stale: bool = False  # the roster is too old to be the present: shown as old, and in no count


@dataclass(frozen=True, slots=True)
class ServiceVisits:
    """How a service's visits went. ``value`` says how many were compared, with the age and state of the roster."""

    value: Value
    drift: Drift | None = None  # of all its visits; None where nothing is known
    packages: tuple[PackageVisits, ...] = ()  # those with a visit in the 28 days, by ref

    @property
    def place(self) -> str:
        """The service."""
        return self.value.place


class Rostered:
    """Every service that is expected to send a roster, in the order of the configuration.

    Given a function, the visits are read when somebody looks at them: most who ask for a picture do not.
    """

    def __init__(self, services: Iterable[ServiceVisits] | Callable[[], Iterable[ServiceVisits]] = ()) -> None:
        self._services = services

    @cached_property
    def services(self) -> tuple[ServiceVisits, ...]:
        """How each service's visits went."""
        return tuple(self._services() if callable(self._services) else self._services)

    @cached_property
    def patterns(self) -> tuple[PackageVisits, ...]:
        """The packages with a regular pattern, most hours first."""
        found = [each for service in self.services for each in service.packages if each.drift.pattern is not None]
        return tuple(sorted(found, key=lambda each: (-abs(each.drift.hours_a_week), each.package, each.place)))

    def of_package(self, ref: str) -> tuple[PackageVisits, ...]:
        """How the visits to one package went: one for each service that visits it."""
        return self._by_package.get(ref, ())

    @cached_property
    def _by_package(self) -> Mapping[str, tuple[PackageVisits, ...]]:
        found: dict[str, tuple[PackageVisits, ...]] = {}
        for each in (each for service in self.services for each in service.packages):
            found[each.package] = (*found.get(each.package, ()), each)
        return found


def rostered_services(picture: Picture) -> list[Value]:
    """How many visits of each service that is expected to send a roster were compared, in the order of the configuration."""
    counts = (picture.value(place.id, COMPARED.id) for place in picture.county.places.of_kind(*SERVICES))
    return [value for value in counts if (value.place, value.measure) in picture.values and not value.derived]


# --- The book ---------------------------------------------------------------------------

# Which visits: those that a feed had told of a service by a moment, as learnt by another.
Told = tuple[str, str, datetime, datetime]


class _Present(NamedTuple):
    """The visits of the present, as the picture of a version knows them."""

    visits: Mapping[Told, ServiceVisits]
    county: County
    version: int


class VisitBook:
    """Reads the visits behind a picture's counts. Used from any thread: one at a time goes on with the present."""

    def __init__(self, store: Store, current: Callable[[], Picture]) -> None:
        self._store = store
        self._current = current
        self._going_on = threading.Lock()
        self._last: int | None = None  # the row up to which the present is known
        self._windows: dict[tuple[str, str], VisitWindow] = {}  # of the present, by feed and service
        self._present: _Present | None = None
        self._past: tuple[dict[Told, ServiceVisits], County | None] = ({}, None)

    def read(self, picture: Picture | None = None) -> Rostered:
        """What the rosters had told by the present picture, or by a given one."""
        shown = picture or self._current()
        return Rostered(lambda: self._services(shown))

    def of_package(self, ref: str, picture: Picture) -> tuple[PackageVisits, ...]:
        """How the visits to one package went, by a picture. Of a past moment that nobody looks at, no others are read."""
        known = _all_told(picture)
        if picture is self._current() or self._kept(picture, known) is not None:
            return self.read(picture).of_package(ref)
        terms = picture.county.care
        found = {told: self._read(told, value, terms, ref) for told, value in known.items()}
        return Rostered(_as_valued(picture, found)).of_package(ref)

    def _services(self, picture: Picture) -> list[ServiceVisits]:
        known = _all_told(picture)
        found = self._kept(picture, known)
        if found is None:
            read = self._go_on if picture is self._current() else self._look_back
            found = read(picture, known)
        return _as_valued(picture, found)

    def _kept(self, picture: Picture, known: Mapping[Told, Value]) -> Mapping[Told, ServiceVisits] | None:
        """The visits behind all that a picture knows, where they have been read."""
        present, county = self._present, picture.county
        kept = [present.visits] if present is not None and present.county is county else []
        if picture is self._current():
            # What is told may change no count of its service, and yet the evidence of a package.
            kept = kept if present is not None and present.version == picture.version else []
        elif self._past[1] is county:
            kept.append(self._past[0])
        return next((visits for visits in kept if known.keys() <= visits.keys()), None)

    def _go_on(self, picture: Picture, known: Mapping[Told, Value]) -> Mapping[Told, ServiceVisits]:
        """The visits of the present: what was known before, with what has been told since."""
        with self._going_on:
            if self._present is None or self._present.county is not picture.county:
                self._windows, self._last = {}, None
                self._present = _Present({}, picture.county, picture.version)
            changed = self._hear(picture.version)
            visits = {}
            for told, value in known.items():
                before = self._present.visits.get(told)
                if before is not None and told[:2] not in changed:
                    visits[told] = before
                else:
                    visits[told] = visits_of(value, self._window(told, picture.county.care))
            self._present = _Present(visits, picture.county, picture.version)
            return visits

    def _hear(self, version: int) -> set[tuple[str, str]]:
        """Take in what was told until a version; of which feeds' services."""
        if self._last is None:
            self._last = self._store.last_visit(version)
            return set()
        news = self._store.visit_news(self._last, version)
        self._last = news.last
        for feed, visit in news.visits:
            window = self._windows.get((feed, visit.place))
            if window is not None:
                window.tell((visit,))
        return {(feed, visit.place) for feed, visit in news.visits}

    def _window(self, told: Told, terms: CareTerms) -> VisitWindow:
        feed, place, at, _ = told
        window = self._windows.get((feed, place))
        if window is None or window.at > at:
            window = self._windows[feed, place] = VisitWindow(terms, at)
            window.tell(self._store.visits(feed, place, days_before(at, DAYS)))
        window.advance(at)
        return window

    def _look_back(self, picture: Picture, known: Mapping[Told, Value]) -> Mapping[Told, ServiceVisits]:
        """The visits of a past moment, as they were known then."""
        kept, county = self._past
        if county is not picture.county:
            kept = {}
        missing = {told: value for told, value in known.items() if told not in kept}
        if missing:
            terms = picture.county.care
            kept = kept | {told: self._read(told, value, terms) for told, value in missing.items()}
            self._past = dict(list(kept.items())[-_KEPT * len(known) :]), picture.county
        return kept

    def _read(self, told: Told, value: Value, terms: CareTerms, package: str | None = None) -> ServiceVisits:
        feed, place, at, learnt_at = told
        window = VisitWindow(terms, at)
        since = days_before(at, DAYS)
        window.tell(self._store.visits(feed, place, since, at, at=at, known_at=learnt_at, package=package))
        return visits_of(value, window)


def _all_told(picture: Picture) -> dict[Told, Value]:
    return {told: value for value in rostered_services(picture) if (told := _told(picture, value)) is not None}


def _told(picture: Picture, value: Value) -> Told | None:
    """Which visits a service is counted by. They were learnt when any of its counts was last: a correction changes some."""
    if value.value is None or value.observed_at is None:
        return None
    counts = [picture.value(value.place, measure) for measure in VISITED]
    learnt = [each.received_at for each in counts if each.received_at and each.observed_at == value.observed_at]
    return (value.feeds[0], value.place, value.observed_at, max(learnt)) if learnt else None


def visits_of(value: Value, window: VisitWindow) -> ServiceVisits:
    """How a service's visits went, by a window that stands at the moment of its value."""
    stale = not value.state.usable
    packages = tuple(PackageVisits(value.place, ref, drift, stale) for ref, drift in window.packages().items())
    return ServiceVisits(value, window.service(), packages)


def _as_valued(picture: Picture, found: Mapping[Told, ServiceVisits]) -> list[ServiceVisits]:
    """The visits behind each service's value, which may have grown old since they were read."""
    services = []
    for value in rostered_services(picture):
        told = _told(picture, value)
        visits = found.get(told) if told is not None else None
        services.append(ServiceVisits(value) if visits is None else _aged(visits, value))
    return services


def _aged(visits: ServiceVisits, value: Value) -> ServiceVisits:
    stale = not value.state.usable
    packages = visits.packages
    if packages and packages[0].stale != stale:
        packages = tuple(replace(each, stale=stale) for each in packages)
    return visits if visits.value == value else ServiceVisits(value, visits.drift, packages)
