"""General and acute and critical care beds: NHS England's monthly averages of the daily situation report."""

from __future__ import annotations

from collections.abc import Iterator

from connectors._national import PublishedFiles, Said, Table, each_once, fetch_changed, month, whole
from flowcentre.feeds.contract import Bookmark, Connector, Document, Payload, RowHeld
from flowcentre.feeds.tables import Row
from flowcentre.model import Fact, Held, Reading

# As published, "cared" and the missing "beds" included.
_COLUMNS = {
    "ga": "general_acute_beds",
    "adult_ga": "adult_general_acute_beds",
    "paediatric_ga": "paediatric_general_acute_beds",
    "adult_cc": "adult_critical_care_beds",
    "paediatric_ic": "paediatric_intensive_cared_beds",
    "neonatal_ic": "neonatal_intensive_care_bed",
}
_RATES = {
    "ga": "general_acute_beds_occupancy_rate",
    "adult_ga": "adult_general_acute_beds_occupancy_rate",
    "paediatric_ga": "paediatric_general_acute_beds_occupancy_rate",
    "adult_cc": "adult_critical_care_occupancy_rate",
    "paediatric_ic": "paediatric_intensive_cared_occupancy_rate",
    "neonatal_ic": "neonatal_intensive_care_occupancy_rate",
}
_CODE, _MONTH = "nhs_trust22_code", "date"


class BedsSettings(PublishedFiles):
    """Where the files of bed averages are."""

    files: tuple[str, ...] = ("*critical_general_acute_beds.csv*",)


class NhsBedsSitrep(Connector):
    """Average beds open and occupied in each month, for each trust."""

    provides = tuple(f"{kind}_beds_{what}_month" for kind in _COLUMNS for what in ("open", "occupied"))
    Settings = BedsSettings

    def fetch(self, since: Bookmark | None) -> Payload:
        """The files that have changed."""
        assert isinstance(self.settings, BedsSettings)
        return fetch_changed(self.settings, self.places, since)

    def parse(self, document: Document) -> Iterator[Fact]:
        """Two readings for each kind of bed, trust and month."""
        yield from each_once(self._said(Table(document)))

    def _said(self, table: Table) -> Iterator[Said | Held]:
        columns = [_MONTH, *_RATES.values()]
        columns += [f"{stem}_{what}" for stem in _COLUMNS.values() for what in ("available", "occupied")]
        for place, row, is_whole in table.rows(self.places, _CODE, columns):
            try:
                at = month(whole(row, is_whole).text(_MONTH))
            except RowHeld as why:
                yield Held(row.where, str(why), place)
                continue
            for kind, stem in _COLUMNS.items():
                try:
                    opened, occupied = _beds(row, stem, _RATES[kind])
                except RowHeld as why:
                    yield Held(row.where, str(why), place, f"{kind}_beds_open_month")
                    continue
                readings = (
                    Reading(f"{kind}_beds_open_month", place, opened, at),
                    Reading(f"{kind}_beds_occupied_month", place, occupied, at),
                )
                yield Said((place, at, kind), row.where, place, readings)


def _beds(row: Row, stem: str, rate_column: str) -> tuple[float | None, float | None]:
    """Beds open and occupied, checked against the published rate, so that swapped columns are found out."""
    opened, occupied = row.count(f"{stem}_available"), row.count(f"{stem}_occupied")
    rate = row.number(rate_column)
    if opened and occupied is not None and rate is not None:
        # The rate was taken before the beds were rounded: half a bed either way above and below the line.
        rounding = (0.51 + 0.5 * rate) / opened + 0.001
        if abs(occupied / opened - rate) > rounding:
            raise RowHeld(
                f"{stem}: {occupied:g} of {opened:g} occupied is not the published rate of {rate:g}; columns swapped?"
            )
    return opened, occupied
