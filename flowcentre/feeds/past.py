"""A history read in: documents of past moments, through the real connectors and the real weighing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Protocol

from flowcentre.feeds.answers import parse_documents
from flowcentre.feeds.contract import Connector, Document
from flowcentre.feeds.poll import settle
from flowcentre.feeds.remembered import Remembered, place_codes
from flowcentre.model import County, Outcome
from flowcentre.store import Store

READER = "history"  # in the ledger, for the engine that was not there


class Published(Protocol):
    """One document of the past."""

    @property
    def feed(self) -> str: ...
    @property
    def observed_at(self) -> datetime: ...
    @property
    def name(self) -> str: ...
    @property
    def content(self) -> bytes: ...


def read_in(
    store: Store,
    county: County,
    connectors: Mapping[str, type[Connector]],
    published: Iterable[Published],
    *,
    until: datetime,
) -> Iterator[datetime]:
    """Record what was published, oldest first, as polls of its own moments; yields each moment when it is in the store.

    A poll that says so closes each feed's history one due time before ``until``, when the engine takes
    over: the part of an interval in between is no gap, for nobody was meant to be polling.
    """
    made: dict[str, Connector] = {}
    remembered: dict[str, Remembered] = {}
    for at, documents in groupby(published, key=lambda document: document.observed_at):
        for document in documents:
            feed = county.feed(document.feed)
            if feed is None:
                raise KeyError(f"{document.name}: there is no feed {document.feed!r}")
            if feed.id not in made:
                kind = connectors[feed.connector]
                made[feed.id] = kind(kind.Settings.model_validate(dict(feed.settings)), place_codes(feed, county))
                remembered[feed.id] = Remembered.read(store, feed, county)
            poll_id = store.claim_poll(feed.id, at, engine=READER, started_at=at)
            if poll_id is not None:
                answer = parse_documents(made[feed.id], [Document(document.name, document.content)], None)
                settle(store, feed, county, poll_id, answer, now=at, remembered=remembered[feed.id])
        yield at
    for feed_id in made:
        feed = county.feed(feed_id)
        assert feed is not None
        poll_id = store.claim_poll(feed_id, feed.due_at(until) - feed.every, engine=READER, started_at=until)
        if poll_id is not None:
            said = "the history that was read in ends here"
            store.record_poll(poll_id, feed=feed_id, finished_at=until, outcome=Outcome.SKIPPED, message=said)
