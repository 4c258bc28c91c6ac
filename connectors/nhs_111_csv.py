"""The situation report of NHS 111: its calls since midnight, the longest wait, and the clinical queue; one row a service."""

from collections.abc import Iterator
from typing import ClassVar

from connectors._situation import Report, SituationSettings
from flowcentre.feeds.contract import Bookmark, Connector, Document, Payload
from flowcentre.feeds.files import read_new_files
from flowcentre.model import Fact, PlaceKind

REPORT = Report(
    PlaceKind.NHS_111,
    {
        "calls_offered": "calls_111_offered_today",
        "calls_answered": "calls_111_answered_today",
        "calls_answered_60s": "calls_111_answered_60s_today",
        "calls_abandoned": "calls_111_abandoned_today",
        "longest_wait_minutes": "call_111_longest_wait_now",
        "clinical_queue": "clinical_queue_111_now",
    },
    within=(
        ("calls_answered", "calls_offered"),
        ("calls_answered_60s", "calls_answered"),
        ("calls_abandoned", "calls_offered"),
    ),
    lengths=frozenset({"longest_wait_minutes"}),
)


class Nhs111Csv(Connector):
    """One row a service. A file without one service of this feed is refused; an unknown one holds its row."""

    provides: ClassVar = tuple(REPORT.measures.values())
    Settings: ClassVar = SituationSettings
    settings: SituationSettings

    def fetch(self, since: Bookmark | None) -> Payload:
        return read_new_files(self.settings, since)

    def parse(self, document: Document) -> Iterator[Fact]:
        yield from REPORT.facts(document, self.places, final_newline=self.settings.final_newline)
