"""Rows of people: nobody has one who may not, none from beyond their scope, and none before the audit has it.

Every way by which a row leaves goes through a ``Guard``. It gives the book of the asker's own scope, which asks the store for
those rows and no others, and lets what was drawn from it out once the audit is written.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

import structlog

from flowcentre.access.asking import NotSignedIn, permitted, who
from flowcentre.access.scopes import row_scope
from flowcentre.model import Places
from flowcentre.model.access import (
    OPEN,
    Access,
    Audited,
    AuditEntry,
    Leaving,
    Permission,
    RowScope,
    SmallNumbers,
)
from flowcentre.store import NotScoped

A = TypeVar("A")
Books = Mapping[str, Any]  # the books of the lists of people, by the ids of their pages
log = structlog.get_logger(__name__)

NOT_SIGNED_IN = "You are not signed in, so no rows of people are here."
NOT_PERMITTED = "Rows of people are for managers of the organisations and localities concerned. What you may see is counted on this page."
NOT_AUDITED = "No rows of people just now: it could not be written down who sees them. Please try again in a moment."
NOT_SCOPED = "No rows of people just now: this database cannot narrow them to what you may see."
ONE_ENTRY_WITHIN = timedelta(minutes=5)
_MOST_KEPT = 2_000  # askers and what they look at


def small_numbers_for(access: Access) -> SmallNumbers | None:
    """Which counts are hidden from whoever asks: of those who may see no rows of people, as of screens; None: none is."""
    return None if permitted(Permission.PEOPLE) else access.small_numbers


class NoRows(PermissionError):
    """No row leaves: the status of the answer, and why in plain words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


class Audit(Protocol):
    """What is needed of the store. It blocks."""

    def audit(
        self, who: str, title: str, act: Audited, what: str, refs: Collection[str] = (), *, at: datetime
    ) -> AuditEntry:
        """Write what is about to leave."""
        ...


class Guard:
    """Between whoever asks and rows of people. Used from any thread; who asks is whoever ``asking`` says."""

    def __init__(
        self,
        audit: Audit,
        books: Callable[[RowScope], Books],
        places: Callable[[], Places],
        now: Callable[[], datetime],
    ) -> None:
        self._audit = audit
        self._books = books
        self._places = places
        self._now = now
        self._lately = _Lately()

    def scope(self) -> RowScope:
        """Whose rows the asker may see. Raises NoRows."""
        try:
            identity = who()
        except NotSignedIn:
            raise NoRows(401, NOT_SIGNED_IN) from None
        if not identity.may(Permission.PEOPLE):
            raise NoRows(403, NOT_PERMITTED)
        return row_scope(identity.scope(Permission.PEOPLE), self._places())

    def refused(self) -> str | None:
        """Why the asker has no rows of people, in plain words; None where they have some."""
        try:
            self.scope()
        except NoRows as why:
            return why.words
        return None

    def whose(self) -> str:
        """Whose rows these are, in words, where they are not everybody's: "Northgate General and South". Raises NoRows."""
        if self.scope().everywhere:
            return ""
        places = self._places()
        named = sorted(who().scope(Permission.PEOPLE).places)
        return " and ".join(places[id].label for id in named if id in places) or "no place of this county"

    def give(self, list_: str, draw: Callable[[Any], tuple[A, Leaving]]) -> A:
        """What is drawn of the rows of a list that the asker may see, once the audit has it. Raises NoRows."""
        scope = self.scope()
        try:
            answer, leaving = draw(self._books(scope)[list_])
        except NotScoped as why:
            log.error("rows of people could not be narrowed", why=str(why))
            raise NoRows(503, NOT_SCOPED) from None
        self.keep(leaving)
        return answer

    def among(self, list_: str, query: str, refs: Collection[str], what: str) -> frozenset[str] | None:
        """Which of some people, who are named on a page of counts, may be named to the asker; None: all of them.

        The audit has them once this returns, by the names that every list knows them by too. Raises NoRows where it has not:
        whoever may see no rows is told of nobody.
        """
        try:
            scope = self.scope()
        except NoRows:
            return frozenset()

        def named(book: Any) -> tuple[frozenset[str], Leaving]:
            of = frozenset(refs)
            if book is None:  # a server without the list: nothing else is known of whom it names
                theirs = of if scope.everywhere else frozenset()
                return theirs, Leaving(Audited.SAW, what, theirs)
            chosen = book.choose(query)
            listed = [item for each in chosen.lists for item in (*each.people, *each.left) if item.person.ref in of]
            theirs = of if scope.everywhere else frozenset(item.person.ref for item in listed)
            return theirs, Leaving(Audited.SAW, what, theirs | {chosen.subject.pseudonym(item) for item in listed})

        theirs = self.give(list_, named)
        return None if scope.everywhere else theirs

    def keep(self, leaving: Leaving) -> None:
        """Have the audit keep what is about to leave. Raises NoRows where it cannot.

        Of the same asker and what they look at, those who were told of in the last five minutes are not told of again, unless
        they are taken away. Where nobody leaves nothing is kept.
        """
        if not leaving.refs and leaving.act is not Audited.EXPORTED:
            return
        identity, at = who(), self._now()
        key = (identity.id, str(leaving.act), leaving.what)
        due = leaving.refs if leaving.act is Audited.EXPORTED else self._lately.without(key, leaving.refs, at)
        if not due and leaving.act is not Audited.EXPORTED:
            return
        try:
            self._audit.audit(identity.id, identity.title, leaving.act, leaving.what, due, at=at)
        except Exception as error:  # whatever the cause
            # A demonstration without sign-in may be read from a store that takes nothing in: everybody in it is invented.
            if identity is OPEN:
                return
            log.error("no rows leave: the audit cannot be written", error=type(error).__name__)
            raise NoRows(503, NOT_AUDITED) from None
        self._lately.note(key, due, at)


class _Lately:
    """Whom the audit was told of in the last minutes, by who looked at what."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._kept: dict[tuple[str, str, str], dict[str, datetime]] = {}

    def without(self, key: tuple[str, str, str], refs: frozenset[str], at: datetime) -> frozenset[str]:
        """Those who are not told of yet."""
        with self._guard:
            told = dict(self._kept.get(key, ()))
        # A clock that was put back must not make an old entry a new one.
        return frozenset(
            ref for ref in refs if ref not in told or not timedelta(0) <= at - told[ref] < ONE_ENTRY_WITHIN
        )

    def note(self, key: tuple[str, str, str], refs: Collection[str], at: datetime) -> None:
        """They are told of now."""
        with self._guard:
            told = self._kept.pop(key, {})
            fresh = {ref: then for ref, then in told.items() if timedelta(0) <= at - then < ONE_ENTRY_WITHIN}
            self._kept[key] = fresh | dict.fromkeys(refs, at)
            while len(self._kept) > _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
