"""The page of capacity: what it says in each condition, and what it must never say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import pytest
from dash.development.base_component import Component

from flowcentre.model import (
    CareContract,
    CareReferral,
    CareService,
    CareTerms,
    Picture,
    Places,
    Setting,
    State,
    Therapy,
)
from flowcentre.picture.ahead import capacity_ahead
from flowcentre.picture.capacity import Capacity
from flowcentre.picture.could_start import RULE
from flowcentre.picture.listed import Chosen, Filters
from flowcentre.picture.packages import PACKAGES
from flowcentre.picture.recovery import recovery_units
from flowcentre.picture.side_by_side import side_by_side
from flowcentre.picture.visits import Rostered
from flowcentre.picture.without_provider import Unplaced
from layouts import capacity as page
from layouts.finished import to_html
from layouts.pages import Asked
from layouts.parts.capacity_ahead import by_day
from layouts.parts.capacity_words import (
    contract_words,
    day_name,
    need_words,
    number,
    signed_hours,
    wait_words,
)
from tests.layouts.capacity_cast import CONDITIONS, capacity, known
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


def cells(shown: Capacity, column: str) -> str:
    """What one reads in one column of the tables, from above."""
    return " ".join(
        re.sub(r"<[^>]+>", "", one) for one in re.findall(f'data-column="{column}">(.*?)</td>', drawn(shown))
    )


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
        assert html.count(f'<th scope="row"><button type="button" class="ref" data-life="{start.referral.ref}"') == 1
    assert f"{shown.starting} people could start today" in words(shown)


def test_home_care_whose_provider_is_not_known_is_said_and_the_hours_used_are_at_least() -> None:
    whole = capacity()
    assert "whose provider is not known" not in words(whole)
    assert "at least" not in cells(whole, "Block hours used")
    shown = replace(whole, unplaced={"mid": Unplaced(2, 24.5)})
    assert "Mid: 2 packages, 24.5 h a week, whose provider is not known" in section(shown, "start")
    assert cells(shown, "Block hours used").count("at least") == 2  # of mid, and of all


def test_the_first_six_of_a_locality_are_seen_and_the_rest_is_folded() -> None:
    shown = capacity("overloaded")
    html = drawn(shown)
    most = max(shown.today, key=lambda today: len(today.starts))
    assert len(most.starts) > 6
    seen, _, folded = html.partition(f'<details id="more-{most.place}">')
    assert folded.startswith(f"<summary>{len(most.starts) - 6} more could start</summary>")
    band = seen[seen.index(f'id="start-{most.place}"') :]
    assert [f">{start.referral.ref}<" in band for start in most.starts] == [
        number < 6 for number in range(len(most.starts))
    ]
    assert all(f">{start.referral.ref}<" in folded for start in most.starts[6:])


def test_where_nobody_could_start_no_others_are_told_of() -> None:
    said = section(capacity("overloaded"), "start")
    assert "North Westshire nobody could start" in said
    assert re.search(r"Nobody could start with what is free\. Why \d+ people could not", said)


def test_what_a_start_leaves_is_said_in_words_where_it_is_nothing() -> None:
    shown = capacity()
    north = shown.today[0]
    start = replace(north.starts[0], hours_left=0.0, therapy_at=north.starts[0].hours_at, therapy_left=0.0)
    both = replace(start, referral=replace(start.referral, carers=2), hours=14.0, hours_left=1.5, therapy_left=1.0)
    one = replace(shown, today=(replace(north, starts=(start, both)), *shown.today[1:]))
    assert "leaves no hours and no therapy place" in words(one)
    assert "takes 14 h, leaves 1.5 h and 1 therapy place" in words(one)


def test_hours_unfilled_are_explained_where_they_are_not_those_bought_less_those_used() -> None:
    sentence = "Unfilled is more than bought less used where a provider gives more hours than are bought of it."
    shown = capacity()
    assert sentence in words(shown)
    values = dict(shown.picture.values)
    for place in ("westshire", *LOCALITIES):
        for measure, amount in (("bought", 100.0), ("used", 60.0), ("unfilled", 40.0)):
            key = (place, f"block_hours_{measure}")
            values[key] = replace(values[key], value=amount)
    assert sentence not in words(replace(shown, picture=replace(shown.picture, values=values)))


def test_hours_that_are_told_late_say_so_and_how_old_they_are_where_they_are_free() -> None:
    shown = capacity()
    values = dict(shown.picture.values)
    key = ("wupi-north", "reablement_hours_free")
    values[key] = replace(values[key], state=State.LATE, observed_at=AT - timedelta(hours=5))
    html = drawn(replace(shown, picture=replace(shown.picture, values=values)))
    rooms = re.findall(r'<th scope="row">([\w ]+)<span class="room-age"[^>]*data-state="(\w+)".*?>([^<]+)</time>', html)
    assert [(name, age) for name, state, age in rooms if state == "late"] == [("WUPI North", "5 h ago")]
    assert {state for _, state, _ in rooms} == {"fresh", "late"}


def test_no_start_that_is_not_known_has_the_colour_of_one_that_could() -> None:
    assert 'class="could"' in drawn(capacity())
    assert 'class="could"' not in drawn(capacity("stale"))


def test_the_hours_of_a_localitys_providers_have_their_decimals_beneath_each_other() -> None:
    html = drawn(capacity())
    for rooms in re.findall(r'<table class="rooms">.*?</table>', html):
        decimals = {len(amount.partition(".")[2]) for amount in re.findall(r"<td>([\d.,]+)</td>", rooms)}
        assert len(decimals) == 1


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
    assert re.search(r"W50\d\d \S.+? 42 visits of 60 min took 90: 38 clearly longer \+5\.25 h", said)
    assert re.search(r"36 clearly shorter \N{MINUS SIGN}5\.25 h", said)


def test_services_that_drift_are_named_before_those_that_are_silent_and_these_are_counted() -> None:
    html = drawn(capacity("partial"))
    seen, _, folded = html[html.index('id="drift"') :].partition('<details id="drift-services-more">')
    assert "too old" not in re.sub(r"<[^>]+>", " ", seen)
    assert re.match(r"<summary>\d+ more services; 12 are silent</summary>", folded)


def test_a_stale_roster_names_nobody() -> None:
    said = section(capacity("stale"), "drift")
    assert "clearly longer" not in said
    assert "too old" in said


def test_of_silent_rosters_it_is_not_said_that_nobodys_visits_drift() -> None:
    stale = section(capacity("stale"), "drift")
    assert "Not known whose visits run over: no roster is of the present" in stale
    assert "Nobody's visits" not in stale
    whole, some = capacity(), capacity("partial")
    assert "Nobody's visits" not in section(some, "drift")
    assert re.search(r"Regularly run over at least \d+ packages", section(some, "drift"))
    assert "at least" not in section(whole, "drift")

    def steady(shown: Capacity) -> str:
        services = (replace(each, packages=()) for each in shown.rostered.services)
        return section(replace(shown, rostered=Rostered(tuple(services))), "drift")

    assert "Nobody's visits regularly run short." in steady(whole)
    assert re.search(r"None is known whose visits regularly run short: \d+ of \d+ services are silent", steady(some))


def test_each_recovery_unit_tells_its_beds_its_stays_and_until_when_they_are_bought() -> None:
    said = section(capacity(), "recovery")
    assert "a stay is to last 42 days at most" in said
    assert "Bought: 24 beds until 31 Mar 2027: contract ends" in said
    assert "16 beds until 31 Jan 2027: funding ends; 8 beds from 11 Jan 2027 until 30 Sep 2027: contract ends" in said


def test_each_recovery_unit_is_held_to_its_own_limit() -> None:
    shown = capacity("overloaded")
    county = shown.picture.county
    places = [replace(place, stay_limit_days=14) if place.id == "orchard-house" else place for place in county.places]
    limited = replace(county, places=Places(places))
    lists = [(stay.referral, AT) for unit in shown.units for stay in unit.stays]
    units = recovery_units(["millbrook", "orchard-house"], lists, [], TODAY, county.care, limited.places.stay_limits)
    said = section(replace(shown, picture=replace(shown.picture, county=limited), units=units), "recovery")
    assert "Millbrook North; a stay is to last 42 days at most" in said
    assert "Orchard House Mid; a stay is to last 14 days at most" in said
    assert "day 14" in said
    assert f"{sum(stay.day > 14 for stay in units[1].stays)} past the limit" in said.partition("Orchard House")[2]


def test_the_stays_of_a_unit_lead_to_the_people_who_are_in_its_beds() -> None:
    shown = capacity()
    (query,) = re.findall(r'href="/packages\?(service=[^"]*provider=millbrook)"', drawn(shown))
    filters = Filters.of(PACKAGES, unescape(query), shown.picture)
    assert not filters.astray
    people = Chosen(shown.picture, known().lists, filters).people
    assert [item.person.ref for item in people] == [stay.referral.ref for stay in shown.units[0].stays]


def test_without_a_list_no_stay_is_told_as_none() -> None:
    said = section(capacity("empty"), "recovery")
    assert "Nobody's stay is known." in said
    assert "past the limit" not in said


def test_the_cliffs_ahead_are_named_with_what_ends_and_how_much() -> None:
    said = section(capacity(), "ahead")
    assert "loses 195 contract ends on Thu 31 Dec" in said
    assert "funding ends on 31 Jan 2027: Discharge fund" in said
    assert "gains 8 new: begins on this day" in said


def test_a_contract_that_is_held_makes_the_line_at_least_and_its_cliffs_doubtful() -> None:
    shown = capacity()
    line = replace(
        shown.ahead[0], at_least=True, changes=tuple(replace(c, doubted=True) for c in shown.ahead[0].changes)
    )
    said = section(replace(shown, ahead=(line,), contracts_held={"north": 2}), "ahead")
    assert "Contracts that are held back, and not in the line: North 2 rows" in said
    assert re.search(r"at least \S+ today, at least", said)
    assert "contract ends on Thu 31 Dec; a contract held back or not known may make up for it" in said
    assert "2 contracts are held back: more may be free" in words(replace(shown, contracts_held={"north": 2}))


def test_a_line_that_neither_falls_nor_rises_is_said_in_words_beneath_those_that_do() -> None:
    shown = capacity()
    hours, beds = shown.ahead
    steady = replace(beds, changes=(), steps=beds.steps[:1])
    html = drawn(replace(shown, ahead=(hours, steady)))
    said = section(replace(shown, ahead=(hours, steady)), "ahead")
    assert "Recovery beds beds 40 today, and nothing ends or begins before" in said
    assert html.count('class="ahead-chart"') == 1
    assert html.index('class="ahead-chart"') < html.index("nothing ends or begins")


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


def test_whoever_asks_for_another_moment_is_told_that_this_is_the_present() -> None:
    class Book:
        def read(self, _picture: Picture | None = None) -> Capacity:
            return capacity()

    def shown(search: str) -> str:
        return to_html(page.page(Book()).draw(Asked(capacity().picture, search)))

    assert "This is the present" in shown("?at=2026-11-22T08:00")
    assert "This is the present" not in shown("")


def test_the_page_of_a_full_county_is_made_of_few_components() -> None:
    # A component takes ten times as long as the same written out: rows of tables are written out.
    made = 0
    was = Component.__init__

    def counted(self: Component, **given: object) -> None:
        nonlocal made
        made += 1
        was(self, **given)

    shown = capacity("overloaded")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Component, "__init__", counted)
        html = drawn(shown)
    assert html.count("<tr") > 300
    assert made < 700


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


@pytest.mark.parametrize(
    ("amount", "said"), [(10.0, "+10.0 h"), (-3.25, "\N{MINUS SIGN}3.3 h"), (-0.01, "0.0 h"), (1240.06, "+1,240.1 h")]
)
def test_hours_over_and_short_have_the_decimals_of_their_column(amount: float, said: str) -> None:
    assert signed_hours(amount, 1).replace(BLANK, " ") == said


def test_the_hours_of_a_column_come_to_the_total_that_stands_over_them() -> None:
    shown = capacity()
    values = dict(shown.picture.values)
    north = next(side for side in shown.sides if side.locality == "north")
    free = [value for service in north.services for value in service.values if value.measure == "reablement_hours_free"]
    for value, amount in zip(free, [113.5, *[51.0] * len(free)], strict=False):
        values[value.place, value.measure] = replace(value, value=amount)
    for amount, locality in zip((600.5, 601.5, 602.5), LOCALITIES, strict=True):
        key = (locality, "block_hours_used")
        values[key] = replace(values[key], value=amount)
    picture = replace(shown.picture, values=values)
    again = replace(shown, picture=picture, sides=side_by_side(picture))
    assert re.findall(r"\d+\.\d", cells(again, "Free"))[:3] == ["164.5", "113.5", "51.0"]
    assert cells(again, "Block hours used").split()[:3] == ["600.5", "601.5", "602.5"]


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
    county = replace(shown.picture.county, care=CareTerms(drift_visits=20, tolerance_share=0.25))
    said = words(replace(shown, picture=replace(shown.picture, county=county)))
    assert "more than 25 %" in said
    assert "fewer than 20 visits" in said


def test_states_of_the_cast_are_what_they_are_called() -> None:
    assert {value.state for value in capacity("stale").referrals} == {State.STALE}
    assert {value.state for value in capacity("empty").referrals} == {State.NEVER}
    assert [value.place for value in capacity("partial").referrals if value.known] == [LOCALITIES[0]]


def test_who_could_start_by_late_lists_is_late_wherever_it_is_told_and_by_fresh_ones_is_not() -> None:
    shown = capacity()
    fresh = re.findall(r'class="follows"[^>]* data-state="(\w+)"', drawn(shown))
    assert len(fresh) > 2 * len(LOCALITIES)
    assert set(fresh) == {"fresh"}
    late = tuple(replace(each, state=State.LATE) if each.place == "north" else each for each in shown.referrals)
    html = drawn(replace(shown, referrals=late))
    said = [(state, words) for state, words in re.findall(r'class="follows"[^>]* data-state="(\w+)">([^<]*)<', html)]
    assert [state for state, _ in said].count("late") == 5  # above, the headline, north in the table, all, north's band
    assert ("late", f"{shown.starting}") in said


def test_the_head_says_by_lists_of_when() -> None:
    assert re.search(
        r"as at \d\d:\d\d , \w+ \d+ \w+ 2026, by lists of \d\d:\d\d\. Local, not validated", words(capacity())
    )
    assert "by lists" not in words(capacity("empty"))


def test_what_a_point_of_access_was_asked_has_units_and_is_said_to_be_no_sum() -> None:
    said = section(capacity(), "access")
    assert "Median hours to accept" in said
    assert "may have come before" in said
