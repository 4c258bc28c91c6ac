"""The real national files, against figures read from them in another way and by hand."""

import os
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from connectors import find_connectors
from flowcentre.config.load import load
from flowcentre.feeds.contract import PlaceCodes
from flowcentre.feeds.tables import end_of_day, end_of_month
from flowcentre.model import Fact, Held, Reading

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared" / "data"
TRUSTS = {
    "RWP": "worcestershire-acute",
    "RLQ": "wye-valley",
    "RKB": "coventry-and-warwickshire-hospitals",
    "RJC": "south-warwickshire",
    "RLT": "george-eliot",
    "RFR": "rotherham",
}
BOARDS = {
    "E54000019": "herefordshire-and-worcestershire-board",
    "E54000018": "coventry-and-warwickshire-board",
    "E54000061": "south-yorkshire-board",
}


@pytest.fixture(autouse=True, scope="module")
def shared() -> None:
    if not SHARED.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("../shared/data is missing, and on CI the real files are never passed over")
        pytest.skip("../shared/data is not on this machine: the real national files are not read")


@cache
def facts(feed_id: str) -> tuple[Fact, ...]:
    connectors = find_connectors()
    county = load(ROOT / "flowcentre/config/defaults/published", {"published": str(SHARED)}, connectors)
    feed = county.feed(feed_id)
    assert feed is not None
    kind = connectors[feed.connector]
    connector = kind(kind.Settings.model_validate(dict(feed.settings)), PlaceCodes(county.places, feed.places))
    return tuple(fact for document in connector.fetch(None).documents for fact in connector.parse(document))


@cache
def figures(feed_id: str) -> dict[tuple[str, str, datetime], float | None]:
    """The last word of each figure."""
    return {(f.place, f.measure, f.observed_at): f.value for f in facts(feed_id) if isinstance(f, Reading)}


def read(path: str) -> pd.DataFrame:
    return pd.read_csv(SHARED / path, dtype=str, keep_default_na=False)


def number(cell: str) -> float | None:
    cell = cell.strip().replace(",", "").rstrip("%")
    return None if cell in ("", "NA", "-") else float(cell)


def test_figures_that_were_looked_up_by_hand() -> None:
    day, august = end_of_day(date(2025, 8, 31)), end_of_month(2025, 8)
    discharge, beds, emergency = (figures(feed) for feed in ("discharge-sitrep", "beds-sitrep", "ae-monthly"))
    assert discharge["worcestershire-acute", "nctr_census", day] == 178
    assert discharge["worcestershire-acute", "nctr_discharged", day] == 77
    assert discharge["worcestershire-acute", "delay_no_recovery_bed_month", end_of_month(2025, 5)] == 12
    assert beds["worcestershire-acute", "ga_beds_open_month", august] == 874
    assert beds["worcestershire-acute", "ga_beds_occupied_month", august] == 797
    assert emergency["worcestershire-acute", "ae_attendances_month", august] == 19770
    assert emergency["worcestershire-acute", "decision_to_admit_over_12h_month", august] == 846
    assert emergency["worcestershire-acute", "ae_attendances_type1_month", end_of_month(2017, 3)] == 9976


def test_the_return_is_believed_over_the_packaged_series() -> None:
    # The series says 8,193 for George Eliot in May 2025, the return 8,752.
    assert figures("ae-monthly")["george-eliot", "ae_attendances_month", end_of_month(2025, 5)] == 8752


@pytest.mark.parametrize(
    ("path", "column", "measure", "codes"),
    [
        ("trust_criteria_to_reside", "do_not_meet_criteria_to_reside", "nctr_census", TRUSTS),
        ("trust_discharged_patients", "discharged_total", "nctr_discharged", TRUSTS),
        ("icb_criteria_to_reside", "do_not_meet_criteria_to_reside", "nctr_census", BOARDS),
        ("icb_discharged_patients", "discharged_total", "nctr_discharged", BOARDS),
    ],
)
def test_every_day_is_as_it_stands_in_the_file_or_held(
    path: str, column: str, measure: str, codes: dict[str, str]
) -> None:
    frame = read(f"nhs_discharge_sitrep/england_{path}.csv.gz")
    found, doubted, compared = figures("discharge-sitrep"), 0, 0
    for code, day, cell in zip(frame.iloc[:, 0], frame["date"], frame[column], strict=True):
        if code in codes:
            key = (codes[code], measure, end_of_day(date.fromisoformat(day)))
            compared += 1
            if key in found:
                assert found[key] == number(cell), key
            else:
                doubted += 1
                assert number(cell) == 0 or number(cell) == 1574, key  # 1,574 at Rotherham on 31 May 2024
    assert compared == len(codes) * 1249
    assert doubted < compared / 50


def test_every_bed_is_as_it_stands_in_the_file() -> None:
    frame = read("nhs_beds_sitrep/england_critical_general_acute_beds.csv")
    found, compared = figures("beds-sitrep"), 0
    for row in frame.to_dict("records"):
        if row["nhs_trust22_code"] in TRUSTS:
            ended = datetime.strptime(row["date"], "%B %Y").replace(tzinfo=UTC)
            key: Any = (TRUSTS[row["nhs_trust22_code"]], "ga_beds_open_month", end_of_month(ended.year, ended.month))
            assert found[key] == number(row["general_acute_beds_available"])
            key = (key[0], "paediatric_ic_beds_occupied_month", key[2])
            assert found[key] == number(row["paediatric_intensive_cared_beds_occupied"])
            compared += 1
    assert compared == 6 * 41


def test_every_return_is_read_and_agrees_with_itself() -> None:
    found = figures("ae-monthly")
    assert not [f for f in facts("ae-monthly") if isinstance(f, Held) and "-AE.csv" in f.row]
    for month, name in enumerate(["April", "May", "June", "July", "August", "September", "October"], start=4):
        frame = pd.read_csv(
            SHARED / f"nhs_ae_monthly/{name}-2025-AE.csv", dtype=str, header=None, skiprows=1, keep_default_na=False
        )
        for row in frame.itertuples(index=False):
            if row[0] in TRUSTS:
                place, at = TRUSTS[row[0]], end_of_month(2025, month)
                assert found[place, "ae_attendances_month", at] == number(row[6])
                assert found[place, "ae_over_4h_type1_month", at] == number(row[11])
                assert found[place, "emergency_admissions_month", at] == number(row[24])
                share = 100 * (1 - number(row[14]) / number(row[6]))  # type: ignore[operator]
                assert abs(share - number(row[15])) < 0.06  # type: ignore[operator]


def test_the_two_months_that_were_published_with_the_figures_of_the_year_before_are_nobodys() -> None:
    said = [fact for fact in facts("ae-monthly") if isinstance(fact, Held)]
    assert {(fact.row.split(".csv")[0], fact.reason) for fact in said} == {
        (f"england_{kind}_accidents_emergency", f"{month} 2025 is {month} 2024 again at all {count} {noun}; {doubt}")
        for kind, noun, month, count in [
            ("trust", "trusts", "February", 151), ("trust", "trusts", "March", 150),
            ("icb", "boards", "February", 42), ("icb", "boards", "March", 42),
        ]
        for doubt in ["the figures of another month?"]
    }  # fmt: skip
    assert len(said) == 2 * (len(TRUSTS) + len(BOARDS))
    ends = {end_of_month(2025, 2), end_of_month(2025, 3)}
    assert not [key for key in figures("ae-monthly") if key[2] in ends]
    assert figures("ae-monthly")["worcestershire-acute", "ae_attendances_month", end_of_month(2024, 3)] == 18539


def test_all_37_reasons_are_found_for_every_trust_and_month() -> None:
    reasons = {key: v for key, v in figures("discharge-sitrep").items() if key[1].startswith("delay_")}
    assert len(reasons) == 6 * 12 * 37
    assert sum(v is None for v in reasons.values()) == 37  # Coventry and Warwickshire, June 2024
    may = [
        v for (place, _, at), v in reasons.items() if place == "worcestershire-acute" and at == end_of_month(2025, 5)
    ]
    assert sum(v for v in may if v is not None) == 64


def test_a_boards_census_is_that_of_its_trusts_where_they_are_all_ours() -> None:
    found = figures("discharge-sitrep")
    for board, trusts in {
        "herefordshire-and-worcestershire-board": ("worcestershire-acute", "wye-valley"),
        "coventry-and-warwickshire-board": (
            "coventry-and-warwickshire-hospitals",
            "south-warwickshire",
            "george-eliot",
        ),
    }.items():
        days = [(v, at) for (place, measure, at), v in found.items() if place == board and measure == "nctr_census"]
        parts = [(v, [found.get((t, "nctr_census", at)) for t in trusts]) for v, at in days]
        whole = [(v, sum(p)) for v, p in parts if None not in p]  # type: ignore[arg-type]
        assert len(whole) > 1000
        assert all(v == added for v, added in whole)


def test_the_day_that_was_lost_everywhere_is_nobodys_zero() -> None:
    lost = end_of_day(date(2022, 6, 19))
    said = [fact for fact in facts("discharge-sitrep") if isinstance(fact, Held) and "19 Jun 2022" in fact.reason]
    assert not [key for key in figures("discharge-sitrep") if key[1] == "nctr_census" and key[2] == lost]
    assert len({fact.place for fact in said}) == 9
