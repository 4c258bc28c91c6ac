"""The page of capacity: what it says in each condition, and what it must never say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import pytest

from flowcentre.model import CareContract, CareReferral, CareService, CareTerms, Setting, State, Therapy
from flowcentre.picture.ahead import capacity_ahead
from flowcentre.picture.capacity import Capacity
from flowcentre.picture.could_start import RULE
from layouts import capacity as page
from layouts.finished import to_html
from layouts.parts.capacity_ahead import by_day
from layouts.parts.capacity_words import contract_words, day_name, need_words, number, wait_words
from tests.layouts.capacity_cast import CONDITIONS, capacity
from tests.layouts.care_people import AT, LOCALITIES
from tests.picture.care_cast import bought

TODAY = date(2026, 11, 19)
BLANK = "\N{NO-BREAK SPACE}"


def drawn(shown: Capacity) -> str:
    return to_html(page.render(shown))


def words(shown: Capacity) -> str:
    """What one reads, blanks as they come."""
    text = unescape(re.sub(r"<[^>]+>", " ", drawn(shown)))
    return re.sub(r"\s+", " ", text.replace(BLANK, " "))


def section(shown: Capacity, name: str) -> str:
    """What one reads in one part of the page."""
    html = drawn(shown)
    part = html[html.index(f'id="{name}"') :]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", part.partition("</section>")[0])).replace(BLANK, " "))


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_condition_can_be_drawn_and_states_the_rule(condition: str) -> None:
    said = words(capacity(condition))
    assert all(sentence in said for sentence in RULE)


def test_each_person_who_could_start_stands_there_once_with_where_and_what_is_left() -> None:
    shown = capacity()
    html = drawn(shown)
    starts = [start for today in shown.today for start in today.starts]
    assert len(starts) == shown.starting > 5
    for start in starts:
        assert html.count(f'<th scope="row">{start.referral.ref}<small>') == 1
    assert f"{shown.starting} people could start today" in words(shown)


def test_the_people_of_every_reason_are_counted_so_that_all_who_wait_are_told_of() -> None:
    shown = capacity()
    for today in shown.today:
        waiting = shown.picture.value(today.place, "poc_waiting_now").value
        assert len(today.starts) + sum(today.why_not.values()) == waiting


def test_without_any_list_nobody_is_matched_and_no_count_is_nought() -> None:
    said = words(capacity("empty"))
    assert "No list of referrals is of the present" in said
    assert "0 people could start" not in said
    assert "North: no list of referrals" in said


def test_lists_that_are_too_old_are_named_and_nobody_on_them_is_matched() -> None:
    shown = capacity("stale")
    said = words(shown)
    assert shown.starting == 0
    assert "is too old; nobody on it is matched or counted" in said
    assert not shown.units[0].stays
    assert "Contracts that are not in the line" in said


def test_what_is_known_of_some_is_at_least() -> None:
    shown = capacity("partial")
    assert f"at least {shown.starting} people could start today" in words(shown)
    assert "Mid: its list of" in words(shown)
    assert "South: no list of referrals" in words(shown)
    assert "WECT South Health and Care silent" in section(shown, "sides")


def test_a_locality_without_a_list_leads_nowhere_and_has_a_dash() -> None:
    html = drawn(capacity("partial"))
    assert 'href="#start-north"' in html
    assert 'href="#start-south"' not in html


def test_a_service_that_fell_silent_is_named_beside_the_locality() -> None:
    shown = capacity()
    north = shown.today[0]
    silent = replace(north.rooms[0], hours=None)
    shown = replace(shown, today=(replace(north, rooms=(silent, *north.rooms[1:])), *shown.today[1:]))
    assert "Capacity not known, and not counted:" in words(shown)
    assert f"at least {shown.starting} people" in words(shown)


def test_rows_that_are_held_back_are_told_beside_what_could_start() -> None:
    shown = capacity()
    first, *others = shown.referrals
    said = section(replace(shown, referrals=(replace(first, held=1), *others)), "start")
    assert "1 row of the lists is held back: others may wait, and less may be free, than is told here" in said
    assert "held back" not in section(shown, "start")


def test_the_councils_and_the_trusts_services_stand_under_their_locality() -> None:
    said = section(capacity(), "sides")
    assert re.search(r"North Westshire together .* WUPI North Council .* WECT North Health and Care", said)


def test_visits_that_drift_are_named_with_their_evidence_and_in_hours() -> None:
    said = section(capacity(), "drift")
    assert "by more than 5 minutes and by more than 15 %" in said
    assert "fewer than 10 visits" in said
    assert re.search(r"W50\d\d \S.+? 42 visits, planned 60 min, took 90: 38 clearly longer \+5\.2 h", said)
    assert re.search(r"36 clearly shorter \N{MINUS SIGN}5\.2 h", said)


def test_a_stale_roster_names_nobody() -> None:
    said = section(capacity("stale"), "drift")
    assert "clearly longer" not in said
    assert "too old" in said


def test_each_recovery_unit_tells_its_beds_its_stays_and_until_when_they_are_bought() -> None:
    said = section(capacity(), "recovery")
    assert "A stay is to last 42 days at most" in said
    assert "Bought: 24 beds until 31 Mar 2027: contract ends" in said
    assert "16 beds until 31 Jan 2027: funding ends; 8 beds from 11 Jan 2027 until 30 Sep 2027: contract ends" in said


def test_the_cliffs_ahead_are_named_with_what_ends_and_how_much() -> None:
    said = section(capacity(), "ahead")
    assert "loses 195 contract ends on Thu 31 Dec" in said
    assert "funding ends on 31 Jan 2027: Discharge fund" in said
    assert "gains 8 new: begins on this day" in said


def test_the_table_behind_the_line_says_what_the_line_does() -> None:
    line = capacity().ahead[0]
    html = drawn(capacity())
    table = html[html.index('id="ahead-hours-table"') :].partition("</table>")[0]
    said = [float(amount.replace(",", "")) for amount in re.findall(r'data-column="Bought">([\d,.]+)<', table)]
    assert said == [line.on(TODAY + timedelta(weeks=week)) for week in range(27)]


def test_changes_of_one_day_have_one_place_in_the_drawing_with_all_their_numbers() -> None:
    ends = date(2026, 12, 31)
    rows = [bought("a", contract_end=ends), bought("b", 5, "bramble-north", contract_end=ends)]
    (line,) = capacity_ahead([*rows, bought("c", 7, "wupi-north")], TODAY)
    assert [(day, numbers, len(changes)) for day, numbers, changes in by_day(line)] == [(date(2027, 1, 1), "1-2", 2)]


def test_virtual_wards_stand_against_their_target_in_words() -> None:
    assert re.search(
        r"Virtual wards people 73\.\d % \d+ min ago in use, below the target of 80 %", section(capacity(), "others")
    )


def test_every_figure_of_a_list_leads_to_its_people_or_its_explanation() -> None:
    html = drawn(capacity())
    assert 'href="/packages?locality=north"' in html
    assert 'href="/packages?locality=north&amp;next=triage"' in html
    assert 'href="/explain?place=north&amp;measure=block_hours_unfilled"' in html


def test_no_name_of_a_person_stands_on_the_page_and_no_ref_in_a_link() -> None:
    html = drawn(capacity())
    links = re.findall(r'href="([^"]+)"', html)
    refs = {start.referral.ref for today in capacity().today for start in today.starts}
    assert not [link for link in links if any(ref in link for ref in refs)]
    assert "p12" not in words(capacity()).split()


def test_the_page_of_one_picture_is_always_the_same() -> None:
    assert drawn(capacity()) == drawn(capacity())


# --- Words ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "said"),
    [(0.5, "under an hour"), (1, "1 h"), (47.9, "47 h"), (48, "2 days"), (52, "2 days 4 h"), (200, "8 days")],
)
def test_how_long_somebody_waited(hours: float, said: str) -> None:
    assert wait_words(timedelta(hours=hours)).replace(BLANK, " ") == said


@pytest.mark.parametrize(
    ("day", "said"),
    [(TODAY, "today"), (date(2026, 11, 20), "tomorrow"), (date(2026, 12, 1), "Tue 1 Dec"), (date(2027, 1, 1), "1 Jan 2027")],
)  # fmt: skip
def test_days_are_named(day: date, said: str) -> None:
    assert day_name(day, TODAY) == said


@pytest.mark.parametrize(
    ("amount", "said"), [(14.0, "14"), (68.75, "68.75"), (-3.5, "\N{MINUS SIGN}3.5"), (1240, "1,240"), (-0.001, "0")]
)
def test_hours_are_as_exact_as_they_were_said(amount: float, said: str) -> None:
    assert number(amount) == said


def test_what_somebody_needs_is_said_and_what_is_not_told_is_not() -> None:
    row = CareReferral("r", "north", "p", AT, CareService.HOME_CARE, Setting.HOSPITAL)
    assert need_words(row) == "not told"
    both = replace(row, weekly_hours=7.0, carers=2, therapy=Therapy.THERAPY_AND_CARE)
    assert need_words(both).replace(BLANK, " ") == "7 h a week for two carers, therapy and care"
    assert need_words(replace(both, therapy=Therapy.THERAPY_ONLY)) == "therapy only"


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ({}, "100 hours a week, no end told"),
        ({"contract_end": date(2026, 12, 31)}, "100 hours a week until Thu 31 Dec: contract ends"),
        ({"valid_to": date(2026, 12, 31)}, "100 hours a week until Thu 31 Dec: the amount ends"),
    ],
)
def test_until_when_a_contract_goes_on(ends: dict[str, date], said: str) -> None:
    contract: CareContract = bought("a", **ends)
    assert contract_words(contract, TODAY) == said


def test_terms_of_another_county_are_in_the_words() -> None:
    shown = capacity()
    county = replace(shown.picture.county, care=CareTerms(runs_for_days=28, drift_visits=20, tolerance_share=0.25))
    said = words(replace(shown, picture=replace(shown.picture, county=county)))
    assert "A stay is to last 28 days at most" in said
    assert "more than 25 %" in said
    assert "fewer than 20 visits" in said


def test_states_of_the_cast_are_what_they_are_called() -> None:
    assert {value.state for value in capacity("stale").referrals} == {State.STALE}
    assert {value.state for value in capacity("empty").referrals} == {State.NEVER}
    assert [value.place for value in capacity("partial").referrals if value.known] == [LOCALITIES[0]]
