"""NHS England's acute discharge situation report: no criteria to reside, discharges, reasons for delay.

Two publications are read, told apart by their headings: packaged files (one for each subject, for
trusts or for integrated care boards), and NHS England's own long file of a month, a row for each
organisation, day and metric.
"""

from __future__ import annotations

from collections.abc import Iterator

from connectors import _discharge_long, _discharge_packaged
from connectors._national import PublishedFiles, Table, each_once, fetch_changed
from flowcentre.feeds.contract import Bookmark, Connector, Document, Payload
from flowcentre.measures import discharge
from flowcentre.model import Fact


class DischargeSettings(PublishedFiles):
    """Where the files are. The long files of NHS England are believed over the packaged ones."""

    files: tuple[str, ...] = (
        "*criteria_to_reside.csv*",
        "*discharged_patients.csv*",
        "*delayed_discharge_reasons.csv*",
        "*[Ss]itrep*.csv*",
    )


class NhsDischargeSitrep(Connector):
    """Daily counts and monthly reasons for delay, for each trust, and daily counts for each board."""

    provides = (
        discharge.NCTR_CENSUS.id,
        discharge.NCTR_DISCHARGED.id,
        discharge.NCTR_REMAINING.id,
        discharge.NCTR_DISCHARGED_BY_1700.id,
        discharge.NCTR_DISCHARGED_AFTER_1700.id,
        *(measure.id for measure in discharge.ADDITIONAL_BED_DAYS),
        discharge.DELAYED_BED_DAYS_MONTH.id,
        *(measure.id for measure in discharge.DELAY_REASONS),
    )
    Settings = DischargeSettings

    def fetch(self, since: Bookmark | None) -> Payload:
        """The files that have changed, and the long files after them."""
        assert isinstance(self.settings, DischargeSettings)
        return fetch_changed(self.settings, self.places, since)

    def parse(self, document: Document) -> Iterator[Fact]:
        """The readings of whichever layout the document has. Raises FeedMalformed for any other."""
        table = Table(document)
        if _discharge_long.is_long(table):
            yield from each_once(_discharge_long.said(table, self.places))
        else:
            yield from each_once(_discharge_packaged.said(table, self.places))
