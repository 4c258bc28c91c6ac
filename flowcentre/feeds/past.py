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
from flowcentre.model import County
from flowcentre.store import Store


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

    The last poll of each feed is put one due time before ``until``, when the engine takes over: the
    part of an interval in between is no gap, for nobody was meant to be polling.
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
            before_live = feed.due_at(until) - feed.every
            due = before_live if at + feed.every > before_live else at
            poll_id = store.claim_poll(feed.id, due, engine="history", started_at=at)
            if poll_id is None:
                poll_id = store.claim_poll(feed.id, at, engine="history", started_at=at)
            if poll_id is not None:
                answer = parse_documents(made[feed.id], [Document(document.name, document.content)], None)
                settle(store, feed, county, poll_id, answer, now=at, remembered=remembered[feed.id])
        yield at
