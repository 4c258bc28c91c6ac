"""The last line before a log: nothing that looks like a person's number or address goes by, and what is needed stays."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flowcentre.access.scrub import BIRTH, EMAIL, NHS, POSTCODE, TELEPHONE, scrub_event, scrubbed
from flowcentre.model.nhs_number import is_nhs_number

ROOT = Path(__file__).resolve().parents[2]
APART = st.sampled_from(["", " ", "-", ".", "/", "_", ":", "%20"])


@st.composite
def nhs_numbers(draw: st.DrawFn) -> str:
    """One that passes the check, its digits parted in any of the ways in which people and addresses part them."""
    nine = draw(st.text("0123456789", min_size=9, max_size=9))
    (ten,) = [nine + last for last in "0123456789" if is_nhs_number(nine + last)] or ["9434765919"]
    return "".join(digit + (draw(APART) if at < 9 else "") for at, digit in enumerate(ten))


@given(nhs_numbers(), st.text("abc 12=/:", max_size=12), st.text("abc =/", max_size=12))
@example("000.0.0.000 00", "", "")  # looks like the address of a machine
@example("1.9.2.1.6.8.1.0.0.4", "10.", "")
def test_no_nhs_number_goes_by_however_it_is_parted_and_whatever_stands_before_it(number, before, after):
    """Digits that touch it make it another number, so a blank stands between."""
    left = scrubbed(f"{before} {number} {after}")
    assert number not in left
    assert any(named in left for named in (NHS, TELEPHONE, BIRTH)), left  # hidden as one of them


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("ref=9434765919&next", f"ref={NHS}&next"),
        ("９４３ ４７６ ５９１９", NHS),
        ("rows 1234567 943 476 5919", f"rows 1234567 {NHS}"),
        ("ring 0117 496 0123 or (01632) 960001", f"ring {TELEPHONE} or {TELEPHONE}"),
        ("+44 7700 900123, 00447700900123, 447700900123", f"{TELEPHONE}, {TELEPHONE}, {TELEPHONE}"),
        ("to a.b+c@ward.trust.example: refused", f"to {EMAIL}: refused"),
        ("/go/a.b%40trust.example", "/go/" + EMAIL),
        ("of BS1 5TR, sw1a1aa and M1%201AE", f"of {POSTCODE}, {POSTCODE} and {POSTCODE}"),
        ("born 03/04/1950 or 1950-04-03", f"born {BIRTH} or {BIRTH}"),
    ],
)
def test_what_reaches_somebody_is_named_and_not_told(said, left):
    assert scrubbed(said) == left


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-22 08:00:00,123 [WARNING] apscheduler missed by 0:00:01.123456",
        "poll taken over feed=northgate-beds poll=1234567 lost_engine=flow-1:4711",
        "failed method=GET path=/api/v1/history error=KeyError where=history.py:123",
        "could not reach 10.20.30.40:54321 within 5 s; NG-7K2M9Q; version 20261122; 9434765918",
    ],
)
def test_what_whoever_runs_it_needs_stays(line):
    assert scrubbed(line) == line


def test_of_an_event_every_value_is_looked_at_and_figures_stay_figures():
    event = {"event": "refused 9434765919", "rows": 9434765919, "many": ["a@b.example"], "took": 0.123456789, "n": 12}
    assert scrub_event(None, "info", event) == {
        "event": f"refused {NHS}",
        "rows": NHS,
        "many": f"['{EMAIL}']",
        "took": 0.123456789,
        "n": 12,
    }


def test_a_line_of_any_kind_takes_no_time():
    lines = ["1 " * 5000, "a" * 10_000 + "1@", "a@b." * 3000, "0 " * 5000, "2026-" * 2000]
    began = time.process_time()  # of this process: others may keep the machine
    for line in lines:
        scrubbed(line)
    assert time.process_time() - began < 0.5


CRASH = """
import logging, sys, threading, warnings, structlog
from running.logs import configure_logging
configure_logging()
structlog.get_logger("ours").warning("9434765919 refused", who="a.b@trust.example", rows=[{"postcode": "BS1 5TR"}])
logging.getLogger("theirs").error("of %s, ring %s", "943 476 5919", "0117 496 0123")
warnings.warn("row 9434765919, BS1 5TR")
def fail():
    try:
        int("Smith, John 9434765919")
    except ValueError as error:
        raise RuntimeError("of Smith, John") from error
thread = threading.Thread(target=fail, name="Smith, John")
thread.start(); thread.join()
fail()
"""


def test_neither_a_log_nor_a_warning_nor_a_crash_of_a_thread_or_a_process_quotes_a_row():
    """In a process of its own: what it prints when it breaks off is the report of its crash."""
    run = [sys.executable, "-c", CRASH]
    done = subprocess.run(run, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert not [word for word in ("9434765919", "943 476", "Smith", "trust.example", "BS1", "496 0123") if word in said]
    assert said.count("broke off: RuntimeError after ValueError") == 2
    assert all(named in said for named in (NHS, EMAIL, POSTCODE, TELEPHONE))


# As people write them, and as addresses hold them; beside each what stands in its place.
BATTERY = {
    NHS: ("9434765919", "943 476 5919", "943-476-5919", "943.476.5919", "943%20476%205919", "943+476+5919"),
    TELEPHONE: (
        "01179 460 123", "0117 496 0123", "(0117) 496 0123", "07700 900123", "07700-900-123", "+44 7700 900123",
        "+44 (0)20 7946 0123", "0044 20 7946 0123", "020%207946%200123", "%2B447700900123", "0808 157 0123",
    ),
    EMAIL: ("a.b@ward.trust.example", "a_b+c@nhs.net", "O'Neill@trust.example", "a.b%40nhs.net"),
    POSTCODE: ("BS1 5TR", "bs15tr", "SW1A 1AA", "EC1A%201BB", "M1+1AE", "GIR 0AA", "B33_8TH"),
}  # fmt: skip
BATTERIES = """
import logging, sys, structlog
from running.logs import configure_logging
configure_logging()
ours, theirs, access = structlog.get_logger("ours"), logging.getLogger("theirs"), logging.getLogger("uvicorn.access")
access.setLevel(logging.INFO)
for number, said in enumerate(sys.argv[1:]):
    ours.warning(f"of {said} refused", rows=[{"n": said}], **{"who": said, "deep": {"er": (said,)}})
    theirs.error("of %s and %r", said, {"n": said})
    access.info('%s - "%s %s HTTP/%s" %d', "10.0.0.1:5000", "GET", f"/delays?q={said}&at={said}", "1.1", 200)
    try:
        raise ValueError(f"row of {said}")
    except ValueError:
        ours.exception("could not read")
        theirs.exception("could not read %s", said)
    print(f"done {number}", file=sys.stderr)
"""


def test_none_of_a_battery_goes_by_in_events_tracebacks_and_lines_of_requests():
    every = [said for each in BATTERY.values() for said in each]
    run = [sys.executable, "-c", BATTERIES, *every]
    done = subprocess.run(run, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)
    told = done.stdout + done.stderr
    assert f"done {len(every) - 1}" in told, told[-500:]
    assert [said for said in every if said in told] == []
    for named, forms in BATTERY.items():
        assert told.count(named) >= 6 * len(forms), named
