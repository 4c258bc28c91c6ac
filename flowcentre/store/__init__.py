"""What is known, and how it came to be known: the only house that speaks SQL."""

from flowcentre.store.answers import (
    FeedLog,
    Known,
    PollAlreadyRecorded,
    Pruned,
    Recorded,
    Rolled,
    Snapshot,
    Standing,
    StoreBusy,
    StoreError,
    StoreNotReady,
    StoreTooNew,
    VisitNews,
)
from flowcentre.store.store import Store, open_store

__all__ = [
    "FeedLog",
    "Known",
    "PollAlreadyRecorded",
    "Pruned",
    "Recorded",
    "Rolled",
    "Snapshot",
    "Standing",
    "Store",
    "StoreBusy",
    "StoreError",
    "StoreNotReady",
    "StoreTooNew",
    "VisitNews",
    "open_store",
]
