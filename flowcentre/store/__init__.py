"""What is known, and how it came to be known: the only house that speaks SQL."""

from flowcentre.store.answers import (
    FeedLog,
    KeptSlip,
    Known,
    PollAlreadyRecorded,
    Pruned,
    Recorded,
    Rolled,
    SlipKept,
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
    "KeptSlip",
    "Known",
    "PollAlreadyRecorded",
    "Pruned",
    "Recorded",
    "Rolled",
    "SlipKept",
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
