"""What every connector keeps. A new one joins by existing, and fails here until it brings samples."""

import json
import random
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest
import time_machine
from pydantic import ValidationError

from flowcentre import measures
from flowcentre.feeds.contract import FeedMalformed
from flowcentre.model import Fact, Held, Reading, RefusedColumn, RosterExport, WholeList
from tests.connectors.documents import CONNECTORS, SAMPLES, Kind, Sample, as_json, described, facts_text, samples

every_connector = pytest.mark.parametrize("kind", described(), ids=lambda kind: kind.name)
every_sample = pytest.mark.parametrize("sample", samples("ok"), ids=lambda s: f"{s.kind.name}-{s.name}")
every_bad_one = pytest.mark.parametrize("sample", samples("bad"), ids=lambda s: f"{s.kind.name}-{s.name}")

NAME = "Zebedee Quillfeather"
NO_FIGURES = ("-", "*", "[z]", "", "N/A", "\N{EN DASH}")
# What a cell says, and the moment that it means; None where it means none, or two.
CLOCK_CHANGES = {
    "2026-10-25T01:30:00+01:00": "2026-10-25T00:30:00+00:00",
    "2026-10-25T01:30:00+00:00": "2026-10-25T01:30:00+00:00",
    "2026-10-25T01:30:00": None,
    "2026-10-25T02:30:00": "2026-10-25T02:30:00+00:00",
    "2027-03-28T00:30:00": "2027-03-28T00:30:00+00:00",
    "2027-03-28T01:30:00": None,
    "2027-03-28T02:30:00": "2027-03-28T01:30:00+00:00",
}


def believed(facts: list[Fact | RefusedColumn]) -> list[Fact]:
    return [fact for fact in facts if not isinstance(fact, Held | RefusedColumn)]


def refused(facts: list[Fact | RefusedColumn]) -> list[str]:
    return [f"{fact.what}: {fact.cells}" for fact in facts if isinstance(fact, RefusedColumn)]


def exempt(sample: Sample, test: str) -> bool:
    """Has this connector said that its format has no such thing, and why?"""
    why = sample.settings.get("exempt", {}).get(test)
    assert why is None or len(why) > 15, "an exemption gives its reason"
    return why is not None


def parse_or_refusal(sample: Sample, content: bytes) -> tuple[list[Fact | RefusedColumn], str]:
    try:
        return sample.parse(content), ""
    except FeedMalformed as why:
        return [], str(why)


# --- What it declares ---------------------------------------------------------------------


@pytest.mark.parametrize("name", CONNECTORS)
def test_it_brings_samples(name: str) -> None:
    folder = SAMPLES / name
    for wanted, what in {
        "connector.toml": "its places, settings, required columns (docs/connectors.md)",
        "ok": "at least one document in the agreed form, with <document>.facts.json beside it",
        "bad": "at least one document that must be refused or held, with <document>.toml beside it",
    }.items():
        assert (folder / wanted).exists(), (
            f"connectors/{name}.py needs tests/connectors/samples/{name}/{wanted}: {what}"
        )
    kind = next(kind for kind in described() if kind.name == name)
    assert [s for s in samples("ok") if s.kind == kind], f"{folder}/ok holds no document"
    assert [s for s in samples("bad") if s.kind == kind], f"{folder}/bad holds no document"


@pytest.mark.parametrize("name", CONNECTORS)
def test_it_provides_measures_that_a_place_can_report(name: str) -> None:
    for measure_id in CONNECTORS[name].provides:
        measure = measures.by_id(measure_id)
        assert measure.reported_by or measure.formula is None, f"{measure_id} only ever follows from others"
    assert len(set(CONNECTORS[name].provides)) == len(CONNECTORS[name].provides)


@every_connector
def test_its_settings_know_no_other_key(kind: Kind) -> None:
    kind.connector.Settings.model_validate(kind.about["settings"])
    with pytest.raises(ValidationError, match="pasword"):
        kind.connector.Settings.model_validate(kind.about["settings"] | {"pasword": "x"})


# --- What it says of a good document ------------------------------------------------------


@every_sample
def test_a_good_sample_gives_exactly_its_facts(sample: Sample) -> None:
    expected = sample.path.with_name(f"{sample.name}.facts.json")
    found = sample.parse()
    assert expected.exists(), f"write {expected} when you have checked it by hand:\n{facts_text(found)}"
    assert as_json(found) == json.loads(expected.read_text())


@every_sample
def test_it_speaks_of_its_own_places_and_of_what_it_provides(sample: Sample) -> None:
    connector = sample.kind.new()
    for fact in sample.parse():
        if isinstance(fact, RefusedColumn | RosterExport):
            continue
        assert fact.place in set(connector.places) or (isinstance(fact, Held) and fact.place is None)
        if isinstance(fact, Reading):
            assert fact.measure in connector.provides


_watched: list[str] = []
_watching = False


def _note(event: str, args: tuple[Any, ...]) -> None:
    if _watching and event.split(".")[0] in ("open", "socket", "subprocess", "os", "shutil", "urllib"):
        _watched.append(event)


sys.addaudithook(_note)


@contextmanager
def watched() -> Iterator[list[str]]:
    """Notes every file, socket and process that is touched."""
    global _watching
    _watched.clear()
    _watching = True
    try:
        yield _watched
    finally:
        _watching = False


def test_the_watch_sees_a_file_being_opened() -> None:
    with watched() as touched:
        (SAMPLES / "bed_state_csv" / "connector.toml").read_bytes()
    assert touched


@every_sample
def test_parsing_is_pure(sample: Sample) -> None:
    content = sample.content
    first = sample.parse(content)  # and loads what is loaded when first needed
    with watched() as touched:
        again = sample.parse(content)
    assert not touched
    assert again == first
    for year in (1999, 2062):
        with time_machine.travel(f"{year}-06-01T12:00:00Z"):
            assert sample.parse(content) == first


@every_sample
def test_it_reads_or_refuses_other_encodings(sample: Sample) -> None:
    whole, wrong = sample.parse(), []
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "cp1252"):
        spoilt = sample.spoil(lambda text, name=encoding: text.decode("utf-8-sig").encode(name))
        facts, refusal = parse_or_refusal(sample, spoilt)
        told = sample.name.removesuffix(".gz").endswith(".csv") or encoding in ("utf-8-sig", "cp1252")
        if facts != whole if facts else told or not refusal:
            wrong.append(f"{encoding}: {refusal or facts}")
    assert not wrong, "text that can be told is read, and what cannot is refused"


# --- What it says of a spoilt one ---------------------------------------------------------


@every_bad_one
def test_a_bad_sample_gives_its_reasons(sample: Sample) -> None:
    expected = tomllib.loads(sample.path.with_name(f"{sample.name}.toml").read_text())
    facts, refusal = parse_or_refusal(sample, sample.content)
    if "refused" in expected:
        assert expected["refused"] in refusal
        return
    assert not refusal
    reasons = [fact.reason for fact in facts if isinstance(fact, Held)]
    assert len(reasons) == len(expected["held"]), reasons
    for reason, part in zip(reasons, expected["held"], strict=True):
        assert part in reason
    assert len(believed(facts)) == expected["believed"]
    assert refused(facts) == expected.get("columns", [])


def cuts(size: int) -> Iterator[int]:
    """Every tenth byte; of a long document fewer in its middle, and every one near its end."""
    step = max(10, size // 400)
    yield from range(0, size - 30, step)
    yield from range(max(size - 30, 0), size)


@every_sample
def test_a_cut_off_file_never_gives_a_wrong_figure(sample: Sample) -> None:
    content = sample.content
    whole = Counter(map(repr, believed(sample.parse(content))))
    for end in cuts(len(content)):
        facts, _ = parse_or_refusal(sample, content[:end])
        assert not Counter(map(repr, believed(facts))) - whole, f"cut off after {end} bytes"


@every_sample
def test_a_file_of_headings_alone_gives_no_figure(sample: Sample) -> None:
    facts, _ = parse_or_refusal(sample, sample.spoil(sample.form.headings_only))
    assert not facts


@every_sample
def test_what_is_no_document_is_refused(sample: Sample) -> None:
    contents = (b"", b"\n", b"\xff\xfe", b"\xef\xbb\xbf", b"<html></html>\n", b"\x1f\x8b\x00")
    assert not [content for content in contents if not parse_or_refusal(sample, content)[1]]


@every_sample
def test_a_renamed_column_refuses_the_file_and_is_named(sample: Sample) -> None:
    assert sample.settings["required"]
    for column in sample.settings["required"]:
        facts, refusal = parse_or_refusal(sample, sample.spoil(lambda text, c=column: sample.form.rename(text, c)))
        assert not facts
        assert column.rpartition(".")[2].casefold() in refusal.casefold()


@every_sample
def test_two_columns_that_changed_places_give_no_wrong_figure(sample: Sample) -> None:
    one, other = sample.settings["swapped"]
    facts, refusal = parse_or_refusal(sample, sample.spoil(lambda text: sample.form.swap(text, one, other)))
    assert refusal or any(isinstance(fact, Held) for fact in facts)
    assert not Counter(map(repr, believed(facts))) - Counter(map(repr, believed(sample.parse())))


@every_sample
def test_a_column_of_names_leaves_no_trace(sample: Sample) -> None:
    named = sample.spoil(lambda text: sample.form.add(text, "patient_name", NAME))
    facts = sample.parse(named)
    assert [fact for fact in facts if not isinstance(fact, RefusedColumn)] == sample.parse()
    assert NAME.split()[0] not in repr(facts)


@every_sample
def test_a_name_in_the_wrong_column_is_never_quoted(sample: Sample) -> None:
    for column in sample.settings["required"]:
        facts, refusal = parse_or_refusal(sample, sample.spoil(lambda text, c=column: sample.form.put(text, c, NAME)))
        assert NAME.split()[0] not in repr(facts) + refusal, column


@every_sample
def test_a_mark_for_no_figure_gives_none_and_never_zero(sample: Sample) -> None:
    if exempt(sample, "null_marks"):
        return
    before, wrong = believed(sample.parse()), []
    for column, mark in product(sample.settings["counts"], NO_FIGURES):
        spoilt = sample.spoil(lambda text, c=column, m=mark: sample.form.put(text, c, m))
        changed = [fact for fact in believed(sample.parse(spoilt)) if fact not in before]
        if not changed or not all(isinstance(fact, Reading) and fact.value is None for fact in changed):
            wrong.append((column, mark, changed))
    assert not wrong


@every_sample
def test_thousands_separators_are_read(sample: Sample) -> None:
    if exempt(sample, "thousands"):
        return
    for column in sample.settings["counts"]:
        spoilt = sample.spoil(lambda text, c=column: sample.form.put(text, c, " 1,234 "))
        assert any(isinstance(fact, Reading) and fact.value == 1234 for fact in sample.parse(spoilt)), column


@every_sample
def test_awkward_codes_come_through(sample: Sample) -> None:
    if exempt(sample, "awkward_codes"):
        return
    codes = sample.form.column(sample.text, sample.settings["codes"])
    assert {"1E5", "007", "NA"} <= set(codes), "the sample holds them"
    connector = sample.kind.new()
    spoken_of = {
        where
        for fact in believed(sample.parse())
        for where in (getattr(fact, "place", None), getattr(fact, "ward", None))
    }
    assert {connector.places.find(code) for code in ("1E5", "007", "NA")} <= spoken_of


@every_sample
def test_the_nights_on_which_the_clocks_change_are_read_right(sample: Sample) -> None:
    if exempt(sample, "clock_changes"):
        return
    for column, (said, meant) in product(sample.settings["moments"], CLOCK_CHANGES.items()):
        spoilt = sample.spoil(lambda text, c=column, s=said: sample.form.put(text, c, s))
        facts, refusal = parse_or_refusal(sample, spoilt)
        moments = {
            fact.observed_at.isoformat() for fact in facts if isinstance(fact, Reading | WholeList | RosterExport)
        }
        assert moments == ({meant} if meant else set()), (column, said)
        held = [fact.reason for fact in facts if isinstance(fact, Held)]
        assert meant or refusal or any("clocks went" in reason for reason in held), (column, said)


@every_sample
def test_noise_is_refused_or_held_and_never_crashes(sample: Sample) -> None:
    dice = random.Random(20261122)
    content = sample.content[:4000]
    for _ in range(150):
        noisy = bytearray(content)
        for _ in range(dice.randint(1, 8)):
            noisy[dice.randrange(len(noisy))] = dice.randrange(256)
        parse_or_refusal(sample, bytes(noisy))
