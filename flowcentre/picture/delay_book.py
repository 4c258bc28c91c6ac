"""Answers an address with the delayed people whom it chooses, now or as they were known at a past moment."""

from __future__ import annotations

from collections.abc import Callable

from flowcentre.model import Picture, RowScope
from flowcentre.picture.delays import DELAYS, Delay
from flowcentre.picture.list_book import ListBook
from flowcentre.store import Store


class DelayBook(ListBook[Delay]):
    """The book of the hospitals' lists."""

    def __init__(
        self,
        store: Store,
        current: Callable[[], Picture],
        *,
        scope: RowScope | None = None,
        whole: DelayBook | None = None,
    ) -> None:
        super().__init__(DELAYS, store, current, scope=scope, whole=whole)
