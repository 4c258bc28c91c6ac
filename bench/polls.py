"""Changes one after the other: one site's beds, polled through the real connector, weighing and store."""

from __future__ import annotations

from datetime import datetime

from bench.county import SITES, Life, county, make_connector
from bench.measure import CannotMeasure
from flowcentre.feeds.answers import parse_documents
from flowcentre.feeds.contract import Document
from flowcentre.feeds.poll import settle
from flowcentre.feeds.remembered import Remembered
from flowcentre.model import Outcome
from flowcentre.store import Store

_COUNTED = 500  # since midnight, before the first of them: a counter that fell would be held back


class Polls:
    """Polls the sites in turn. As many beds change between two polls of a site as in a minute."""

    def __init__(self, store: Store) -> None:
        self.county = county()
        self._store = store
        self._life = Life()
        self._number = 0
        for ward in self._life.wards.values():
            ward.admitted = ward.discharged = _COUNTED
        feeds = [feed for site in SITES if (feed := self.county.feed(f"{site}-beds")) is not None]
        self._feeds = [
            (feed, make_connector(feed, self.county), Remembered.read(store, feed, self.county)) for feed in feeds
        ]

    def poll(self, at: datetime) -> int:
        """The next poll; the version that it made."""
        feed, connector, remembered = self._feeds[self._number % len(self._feeds)]
        self._number += 1
        self._life.pass_minute()
        answer = parse_documents(connector, [Document("beds.csv", self._life.beds_csv(at, feed.places))], None)
        poll_id = self._store.claim_poll(feed.id, at, engine="bench", started_at=at)
        if poll_id is None:
            raise CannotMeasure(f"{feed.id} was polled twice at one moment")
        recorded = settle(self._store, feed, self.county, poll_id, answer, now=at, remembered=remembered)
        (ended,) = self._store.polls(feed.id, limit=1)
        if ended.outcome is not Outcome.OK or recorded.counts.held:
            raise CannotMeasure(f"{feed.id}: not believed: {ended.message}")
        return recorded.version
