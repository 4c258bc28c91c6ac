"""The store's verbs of the audit: who saw and did what. It is only added to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from flowcentre.model import Audited, AuditEntry
from flowcentre.store import audits
from flowcentre.store.answers import NotAudited, StoreError
from flowcentre.store.connections import Connections


class AuditVerbs(Connections):
    """What a store can do about the audit."""

    def audit(
        self, who: str, title: str, act: Audited, what: str, refs: Collection[str] = (), *, at: datetime
    ) -> AuditEntry:
        """Write what is about to leave, or to be done; it is kept once this returns, and may leave then.

        ``who`` is the id of an identity, ``what`` the list and its filter, the path of a form, or the account: never a name
        of a person, never a secret. ``refs`` are pseudonyms. Raises NotAudited where it cannot be kept, whatever the
        cause, as in a store that was opened to read, or in the middle of a bulk that may be undone: then nothing leaves.
        """
        if self._in_bulk_here() is not None:
            raise NotAudited("the audit is written before a bulk, not in it: a bulk may be undone")
        try:
            with self._changing() as connection:
                return audits.write(connection, who, title, act, what, refs, at)
        except (StoreError, SQLAlchemyError) as error:
            # Not the error's own words: of a statement they hold all that was to be written.
            raise NotAudited(f"the audit cannot be written ({type(error).__name__})") from None

    def audit_entries(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        who: str | None = None,
        act: Audited | None = None,
        before: int | None = None,
        limit: int = 200,
    ) -> list[AuditEntry]:
        """Entries from one moment until before another, of an identity, of an act, each where given: the newest first.

        ``before`` a number: those that are older than that entry, to go on from where the last answer ended.
        """
        with self._reading(one_moment=True) as connection:
            return audits.read(connection, since, until, who, act, before, limit)

    def audit_of(self, ref: str, *, before: int | None = None, limit: int = 1000) -> list[AuditEntry]:
        """Who saw one person: the entries that tell of a ref, the newest first. Each names that ref alone, whomever else it tells of."""
        with self._reading(one_moment=True) as connection:
            return audits.read_of(connection, ref, before, limit)

    def audit_by(self, who: str, *, before: int | None = None, limit: int = 200) -> list[AuditEntry]:
        """What an identity saw and did: its entries with all of their refs, the newest first."""
        return self.audit_entries(who=who, before=before, limit=limit)

    def audited_as(self, title: str) -> list[str]:
        """Which identities stand in the audit by a title, however its letters are written."""
        with self._reading(one_moment=True) as connection:
            return audits.read_titled(connection, title)

    def verify_audit(self) -> int | None:
        """Work every hash out anew: the number of the first entry that does not fit, None where the chain is whole.

        Entries that were cut off at the end leave a whole chain, and so does one that somebody made anew: compare
        ``audit_head`` with the one that was written down elsewhere.
        """
        with self._reading(one_moment=True) as connection:
            return audits.verify(connection)

    def audit_head(self) -> tuple[int, str]:
        """Number and hash of the newest entry, to be kept outside this store; 0 and "" where there is none."""
        with self._reading() as connection:
            return audits.read_head(connection)
