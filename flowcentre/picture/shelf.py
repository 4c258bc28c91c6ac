"""The books of the lists of people, for whoever may read which rows: one set for each scope, and no row of another in it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from flowcentre.model import Picture, RowScope
from flowcentre.picture.capacity import Visits
from flowcentre.picture.care_book import CareBook
from flowcentre.picture.delay_book import DelayBook
from flowcentre.picture.list_book import ListBook
from flowcentre.store import Store

_KEPT = 16  # scopes; each keeps the rows that it may see of the present lists

Books = Mapping[str, ListBook[Any]]  # by the ids of their pages


class Shelf:
    """Keeps the books of a few scopes. Used from any thread."""

    def __init__(
        self, store: Store, current: Callable[[], Picture], delays: DelayBook, packages: CareBook, visits: Visits
    ) -> None:
        self._store = store
        self._current = current
        self._delays = delays
        self._packages = packages
        self._visits = visits
        self._guard = threading.Lock()
        self._kept: dict[RowScope, Books] = {}

    def of(self, scope: RowScope) -> Books:
        """The books of a scope: what they read is narrowed by the store. Those of everywhere are the county's own."""
        if scope.everywhere:
            return {"delays": self._delays, "packages": self._packages}
        with self._guard:
            books = self._kept.pop(scope, None) or self._made(scope)
            self._kept[scope] = books  # the newest asked stands last
            while len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]
        return books

    def _made(self, scope: RowScope) -> Books:
        store = self._store.scoped(scope)
        delays = DelayBook(store, self._current, scope=scope, whole=self._delays)
        packages = CareBook(store, self._current, self._visits, scope=scope, whole=self._packages)
        delays.stand_beside(packages)  # each tells of the other's lists what is of the scope
        return {"delays": delays, "packages": packages}
