"""The situation report of a mental health trust: beds, who waits for one, and suites of section 136, unit by unit."""

from collections.abc import Iterator
from typing import ClassVar

from connectors._situation import Report, SituationSettings
from flowcentre.feeds.contract import Bookmark, Connector, Document, Payload
from flowcentre.feeds.files import read_new_files
from flowcentre.model import Fact, PlaceKind

# More occupied than open is life, and is believed.
REPORT = Report(
    PlaceKind.MENTAL_HEALTH_UNIT,
    {
        "beds_open": "mh_beds_open",
        "beds_occupied": "mh_beds_occupied",
        "waiting_for_bed": "mh_waiting_for_bed_now",
        "ready_for_discharge": "mh_ready_for_discharge_now",
        "suites_136_open": "mh_136_suites_open",
        "suites_136_free": "mh_136_suites_free",
    },
    within=(("ready_for_discharge", "beds_occupied"), ("suites_136_free", "suites_136_open")),
)


class MentalHealthCsv(Connector):
    """One row a unit. A file without one unit of this feed is refused; an unknown unit holds its row."""

    provides: ClassVar = tuple(REPORT.measures.values())
    Settings: ClassVar = SituationSettings
    settings: SituationSettings

    def fetch(self, since: Bookmark | None) -> Payload:
        return read_new_files(self.settings, since)

    def parse(self, document: Document) -> Iterator[Fact]:
        yield from REPORT.facts(document, self.places, final_newline=self.settings.final_newline)
