"""What people do: only where they may, and written down before it is done."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

import structlog

from flowcentre.access.asking import NotSignedIn, asking, who
from flowcentre.access.rows import Audit
from flowcentre.access.scopes import holds_at
from flowcentre.model import County
from flowcentre.model.access import OPEN, Audited, Permission

log = structlog.get_logger(__name__)
_WORDS = {
    Permission.ACT: "You may do this for your own places, and not here. Ask whoever leads there, or whoever leads the whole county.",
    Permission.TYPE_IN: "You may type values in for your own places, and not for this one.",
}


class NotYours(PermissionError):
    """Somebody may not do it there. Says so in plain words."""


class Acts:
    """Asked before anything that a person does is kept. It blocks: call it in a thread."""

    def __init__(self, audit: Audit, county: Callable[[], County], now: Callable[[], datetime]) -> None:
        self._audit = audit
        self._county = county
        self._now = now

    def before(self, permission: Permission, subjects: Collection[str], what: str) -> None:
        """See that the asker may do something at each of some places, or to some feeds, and have the audit keep it.

        "" among ``subjects`` is the whole county; without any it is done wherever they may do such things. ``what`` names
        what is done and to what, never in anybody's own words. Raises NotYours, and NotAudited where it cannot be kept.
        """
        try:
            identity = who()
        except NotSignedIn:
            raise NotYours("You are not signed in.") from None
        if not self.may(permission, subjects):
            raise NotYours(_WORDS.get(permission, "You may not do this."))
        try:
            self._audit.audit(identity.id, identity.title, Audited.DID, what, at=self._now())
        except Exception as error:  # whatever the cause
            if identity is not OPEN:
                raise
            log.warning("done in a demonstration, and not in its audit", what=what, error=type(error).__name__)

    def may(self, permission: Permission, subjects: Collection[str]) -> bool:
        """Would it be let through, as ``before`` decides? A form is drawn for whoever may send it, and the audit keeps nothing of that."""
        asker = asking.get()
        if asker is None or not asker.identity.may(permission):
            return False
        scope, places = asker.identity.scope(permission), self._county().places
        return all(holds_at(scope, place, places) for subject in subjects for place in self._places_of(subject))

    def _places_of(self, subject: str) -> Collection[str]:
        """The places that a subject is of: of a feed, those of which it tells; of what is not known, the whole county."""
        county = self._county()
        if subject in county.places:
            return (subject,)
        feed = county.feed(subject)
        return feed.places if feed is not None and feed.places else (county.places.system.id,)
