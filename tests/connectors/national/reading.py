"""Reading small invented files in the layouts of the national ones."""

import gzip
from collections.abc import Iterable, Sequence

from connectors.nhs_ae_monthly import NhsAeMonthly
from connectors.nhs_beds_sitrep import NhsBedsSitrep
from connectors.nhs_discharge_sitrep import NhsDischargeSitrep
from flowcentre.feeds.contract import Connector, Document, PlaceCodes
from flowcentre.model import Fact, Held, Level, Place, PlaceKind, Places, Reading

WESTSHIRE = Places(
    [
        Place("westshire", "Westshire", Level.SYSTEM, PlaceKind.SYSTEM),
        Place("hospitals", "Westshire Hospitals", Level.ORGANISATION, PlaceKind.TRUST, parent="westshire", ods="ZW1"),
        Place("care", "Health and Care", Level.ORGANISATION, PlaceKind.TRUST, parent="westshire", ods="ZW2"),
        Place(
            "board", "Westshire ICB", Level.ORGANISATION, PlaceKind.INTEGRATED_CARE_BOARD, parent="westshire",
            ods="QZW", codes=("E54000999",),
        ),
    ]
)  # fmt: skip
CODES = PlaceCodes(WESTSHIRE, ["westshire"])


def new(kind: type[Connector]) -> Connector:
    return kind(kind.Settings.model_validate({"folder": "published"}), CODES)


def parse(kind: type[Connector], name: str, text: str | bytes) -> list[Fact]:
    content = text.encode() if isinstance(text, str) else text
    return list(new(kind).parse(Document(name, content)))


def discharge(text: str | bytes, name: str = "england_trust.csv") -> list[Fact]:
    return parse(NhsDischargeSitrep, name, text)


def beds(text: str | bytes) -> list[Fact]:
    return parse(NhsBedsSitrep, "england_critical_general_acute_beds.csv", text)


def emergency(text: str | bytes, name: str = "August-2025-AE.csv") -> list[Fact]:
    return parse(NhsAeMonthly, name, text)


def table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    return "".join(",".join(map(str, row)) + "\n" for row in (heading, *rows))


def values(facts: Iterable[Fact]) -> dict[tuple[str, str], list[float | None]]:
    """Every reading's value by place and measure, in order of time."""
    found: dict[tuple[str, str], list[Reading]] = {}
    for fact in facts:
        if isinstance(fact, Reading):
            found.setdefault((fact.place, fact.measure), []).append(fact)
    return {key: [r.value for r in sorted(said, key=lambda r: r.observed_at)] for key, said in found.items()}


def held(facts: Iterable[Fact]) -> list[str]:
    return [fact.reason for fact in facts if isinstance(fact, Held)]


def packed(text: str) -> bytes:
    return gzip.compress(text.encode())
