"""Rosters of home visits: which of an export is believed, and what follows from it for each service.

The visits of the last 28 days are kept from poll to poll, so that a poll costs what it brings and not what there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from flowcentre.measures.drift import DAYS, days_before
from flowcentre.measures.visit_counts import LONGEST, MOST_CARERS, SERVICES, visit_readings
from flowcentre.measures.visit_window import VisitWindow
from flowcentre.model import CareTerms, Held, Place, Reading, RosterExport, Visit
from flowcentre.store import Store

FURTHEST = timedelta(days=92)  # ahead, that a roster tells of


def believe(
    name: str, roster: Iterable[Visit | RosterExport], places: Mapping[str, Place], latest_possible: datetime
) -> tuple[RosterExport | None, list[Held]]:
    """What of a document's visits is believed, and a held row for each of the rest. None where nothing is.

    A visit said twice in one document is duplicate; said differently both are held, for neither can be told to be right.
    """
    facts = list(roster)
    visits = [fact for fact in facts if isinstance(fact, Visit)]
    at = max((fact.observed_at for fact in facts if isinstance(fact, RosterExport)), default=None)
    whole = None
    if at is None:
        whole = "not part of a roster's export"
    elif at > latest_possible:
        whole = "exported in the future"
    told: dict[tuple[str, str], Visit] = {}
    contradicted = {
        (visit.place, visit.ref) for visit in visits if told.setdefault((visit.place, visit.ref), visit) != visit
    }
    kept, held = [], []
    for visit in visits:
        twice = "said twice, with different values" if (visit.place, visit.ref) in contradicted else None
        why = whole or _impossible(visit, places, latest_possible) or twice
        if why is None:
            kept.append(visit)
        else:
            held.append(_held(name, why, visit.place if visit.place in places else None))
    return (RosterExport(at, tuple(kept)) if at is not None and kept else None), held


def hold_export(name: str, export: RosterExport, why: str) -> list[Held]:
    """Every visit of an export, held for one reason."""
    return [_held(name, why, visit.place) for visit in export.visits]


def _held(name: str, why: str, place: str | None) -> Held:
    return Held(f"{name}, visits", why, place)


def _impossible(visit: Visit, places: Mapping[str, Place], latest_possible: datetime) -> str | None:
    if visit.place not in places:
        return "not a place of this feed"
    if places[visit.place].kind not in SERVICES:
        return "not a service that makes home visits"
    if visit.planned_end <= visit.planned_start:
        return "planned to end before it begins"
    if visit.planned_start > latest_possible + FURTHEST:
        return f"planned for more than {FURTHEST.days} days ahead"
    begun, ended = visit.actual_start, visit.actual_end
    if any(moment is not None and moment > latest_possible for moment in (begun, ended)):
        return "an actual time in the future"
    if begun is not None and ended is not None and ended < begun:
        return "ended before it began"
    made = ended - begun if begun is not None and ended is not None else timedelta(0)
    if max(visit.planned_end - visit.planned_start, made) > LONGEST:
        return "longer than a day"
    if not 1 <= visit.carers <= MOST_CARERS:
        return f"not 1 to {MOST_CARERS} carers"
    return None


class Rosters:
    """What one feed has told of its services' visits. It changes with every export that it takes.

    On PostgreSQL other engines may have heard the feed since: ``refresh`` reads what they were told.
    """

    def __init__(self, store: Store | None, feed: str, terms: CareTerms) -> None:
        """Without a store nothing was told before."""
        self._store = store
        self._feed = feed
        self._terms = terms
        self._last = store.last_visit() if store is not None else 0
        self._exported = store.visits_exported(feed) if store is not None else {}
        self._windows: dict[str, VisitWindow] = {}

    def refresh(self) -> None:
        """Take in what was told since to whoever else writes to the store."""
        assert self._store is not None
        news = self._store.visit_news(self._last)
        self._last, self._exported = news.last, self._store.visits_exported(self._feed)
        for feed, visit in news.visits:
            if feed == self._feed and visit.place in self._windows:
                self._windows[visit.place].tell((visit,))

    def take(self, export: RosterExport, places: Mapping[str, Place]) -> list[Reading]:
        """The measures of the services that an export tells of, each as at the newest export that told of it.

        It speaks for those alone: a service that it does not name may have stopped sending, and grows old. An export
        that is older than what is known of a service tells only of visits that are not known, and corrects what was said
        of the later moment.
        """
        told: dict[str, list[Visit]] = {}
        for visit in export.visits:
            told.setdefault(visit.place, []).append(visit)
        readings: list[Reading] = []
        for place in [place for place in places if place in told]:
            window = self._window(place, export.observed_at)
            window.tell(self._news(place, told[place], export.observed_at, window))
            window.advance(max(window.at, self._exported[place]))  # others may have heard a newer one
            readings += visit_readings(place, window)
        return readings

    def _news(self, place: str, visits: list[Visit], at: datetime, window: VisitWindow) -> list[Visit]:
        """What of an export's visits the store will take: all of them, unless a newer export told of the service."""
        newest = self._exported.get(place)
        if newest is None or at >= newest:
            self._exported[place] = at
            return visits
        unknown = [visit for visit in visits if visit.ref not in window]
        refs = {visit.ref for visit in unknown}
        known = self._store.known_visits(self._feed, place, refs) if self._store is not None else set()
        return [visit for visit in unknown if visit.ref not in known]

    def _window(self, place: str, at: datetime) -> VisitWindow:
        """The visits of a service, read from the store once."""
        if place not in self._windows:
            at = max(at, self._exported.get(place, at))
            window = self._windows[place] = VisitWindow(self._terms, at)
            if self._store is not None:
                window.tell(self._store.visits(self._feed, place, days_before(at, DAYS)))
        return self._windows[place]
