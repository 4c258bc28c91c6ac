"""The page of delayed discharges says what the lists say, and of what is missing that it is missing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from dash import html

from flowcentre.measures.derive import local_day
from flowcentre.model import Interval, Picture, PlaceKind
from flowcentre.picture.delay_sums import counts_by_facet
from flowcentre.picture.list_history import Then
from layouts import delays, demand, list_drawn, page_at
from layouts.finished import to_html
from layouts.pages import Asked
from layouts.parts import delay_life
from layouts.parts.delay_history import bank_holidays
from layouts.parts.delay_life import steps
from layouts.parts.delay_page import PAGE
from layouts.parts.delay_who import who
from layouts.parts.delay_words import FACET_WORDS, choice_name
from layouts.parts.list_life import folded
from layouts.parts.list_links import Address, canonical
from layouts.parts.list_words import change_words
from tests.layouts import cast
from tests.layouts.cast import CONDITIONS, as_json
from tests.layouts.delays_cast import AT, DAY, HOUR, Book, county, someone


def page_of(book: Book, query: str = "") -> str:
    return to_html(delays.render(book.answer(query), query))


def text_of(book: Book, query: str = "") -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page_of(book, query)))


def three() -> Book:
    book = Book()
    book.stays = (
        someone("NG-1", 3),
        someone("NG-2", 34, reason="medicines", owner="westshire-hospitals", pathway=0),
        someone("SM-1", 9, place="southmere", ward="southmere-a1", reason="arranging_care_home", pathway=3),
    )
    return book


# --- The count and what stands beside it --------------------------------------------------------


def test_the_page_says_the_pictures_own_count() -> None:
    book = Book()
    total = book.current().value("westshire", "delayed_now")
    assert f'<span class="number">{total.value:.0f}</span>' in page_of(book)


def test_where_lists_are_missing_the_count_is_at_least_and_nothing_is_compared() -> None:
    said = text_of(Book("partial"))
    assert "at least 129" in said.replace("  ", " ")
    assert "2 of 4 hospitals" in said
    assert "No comparison with yesterday or last week: the lists of Eastfield and Hartwell are missing" in said
    assert "Hartwell: no list" in said
    assert re.search(r"Eastfield: its list of 06:00 is too old; \d+ stood on it and are in no count", said)


def short() -> Book:
    """Southmere's list, on which somebody waits for 40 days, is too old."""
    book = Book()
    book.stays = (
        someone("NG-1", 3, reason="medicines"),
        someone("NG-2", 9, expected_on=local_day(AT), owner="ashdown"),
        someone("SM-1", 40, place="southmere", ward="southmere-a1"),
    )
    book.ages["southmere"] = 10 * HOUR
    return book


def panel(said: str, begins: str, ends: str) -> str:
    found = re.search(rf"{begins}(.*?){ends}", said)
    assert found is not None, begins
    return found[1]


def test_where_a_list_is_missing_every_panel_says_so_and_no_count_is_bare() -> None:
    said, why_short = text_of(short()), "of 3 of 4 hospitals: the list of Southmere General is missing"
    tiles = [
        panel(said, "Waits days", "Bed days lost"),
        panel(said, "Bed days lost", "Today since midnight"),
        panel(said, "Today since midnight", "Expected to leave"),
        panel(said, "Expected to leave", "Discharges by hour"),
    ]
    assert all(why_short in tile for tile in tiles)
    assert "at least 9 days, the longest" in tiles[0]
    assert "half of those known wait at most 6 days" in tiles[0]
    assert "nine in ten of those known at most 9 days" in tiles[0]
    assert "at least 12 bed days" in tiles[1]
    assert "at least £6,744" in tiles[1]
    assert "none known discharged remaining now at least 2 on the list today, both at least 2" in tiles[2]
    assert "at least 1 today tomorrow none known date has passed none known no date set at least 1" in tiles[3]
    assert "3 of 4 hospitals that say who left" in panel(said, "Discharges by hour", "Same-day share")
    assert "nobody known to have left yet" in panel(said, "Same-day share", "Why they wait")
    for title, end in (("Why they wait", "Who must act"), ("Who must act", "The last 28 days")):
        assert f"Every count is at least: {why_short}" in re.sub(" +", " ", panel(said, f"{title} ", end))
    assert "at least 2 people" in panel(said, "Delayed discharges", "Now ")


def test_where_a_list_is_missing_no_limit_ranking_band_or_stay_is_a_bare_number() -> None:
    said = panel(text_of(short()), "Who must act Every", "The last 28 days")
    assert "at least 1 over 48 h for a reason inside the hospital none known 21 days or more" in said
    assert "Ashdown Home Care \N{GREATER-THAN OR EQUAL TO} 1" in said
    assert "at least 2 7 nights or more" in said
    assert "none known 21 nights or more" in said
    assert "Southmere General list missing" in said
    assert re.search(r"Northgate General 2 1 0 0 ", said)  # its own list is whole
    bare = re.findall(
        r"(?:<b>|>)(\d+)</(?:b|a|span)>", page_of(short()).partition('id="why"')[2].partition('id="history"')[0]
    )
    assert sorted(bare) == ["0", "0", "1", "1", "1", "2"], bare


def test_where_every_list_is_whole_nothing_is_at_least() -> None:
    said = text_of(three())
    assert "at least" not in said.partition("The last 28 days")[0]
    assert "\N{GREATER-THAN OR EQUAL TO}" not in said
    assert "of those known" not in said


def test_rows_held_back_make_the_counts_of_every_panel_at_least() -> None:
    chosen = three().choose("")
    lists = tuple(
        replace(each, value=replace(each.value, held=2, at_least=True)) if each.place == "northgate" else each
        for each in chosen.lists
    )
    held = replace(chosen, lists=lists)
    said = re.sub(r"<[^>]+>", "", to_html(who(held, Address.of(PAGE, "", held.filters))))
    assert "Every count is at least: 2 rows held back" in said
    assert "at least 1over 48 h" in said


def test_a_change_has_its_sign_and_none_where_a_list_was_missing_then() -> None:
    chosen = three().choose("")
    assert change_words(chosen, Then(AT, chosen.people[:2], (), 4, 4), "noon") == ("+1 since noon", 1)
    assert change_words(chosen, Then(AT, chosen.people * 2, (), 4, 4), "noon") == ("\N{MINUS SIGN}3 since noon", -3)
    assert change_words(chosen, Then(AT, chosen.people, (), 4, 4), "noon") == ("no change since noon", 0)
    assert change_words(chosen, Then(AT, chosen.people, (), 3, 4), "noon") == (
        "No comparison with noon: 1 of 4 lists was missing",
        None,
    )
    assert change_words(chosen, Then(AT, None, (), 0, 4), "noon")[1] is None
    assert change_words(chosen, Then(AT, chosen.people[:2], (), 4, 4, held=12), "noon") == (
        "No comparison with noon: 12 rows were held back then",
        None,
    )


def test_waits_and_bed_days_and_their_cost_are_of_those_counted() -> None:
    said = text_of(three())
    assert "34 days, the longest" in said
    assert "half wait at most 9 days" in said
    assert "nine in ten at most 34 days" in said
    assert "46 bed days" in said
    assert "at £562 a bed day: local figure £25,852" in said


def test_without_a_local_cost_no_cost_is_shown() -> None:
    book = three()
    book.county = replace(book.county, bed_day_cost=None)
    assert "£" not in text_of(book)


def test_discharges_of_before_midnight_are_none_of_today() -> None:
    book = Book(at=datetime(2026, 11, 19, 0, 9, tzinfo=UTC))  # its lists are of 23:55
    assert book.answer("").chosen.left
    assert "discharged" not in re.search(r"Today since midnight(.{30})", text_of(book))[1]  # type: ignore[index]


@pytest.mark.parametrize("condition", ["empty", "stale"])
def test_without_a_list_of_the_present_no_figure_is_zero(condition: str) -> None:
    said = text_of(Book(condition))
    assert "nobody waits" not in said
    assert "0 bed days" not in said
    assert ("No list has come." if condition == "empty" else "Every list is too old to be the present.") in said


def test_the_share_of_beds_names_its_denominator_and_stands_for_everybody_alone() -> None:
    assert re.search(r"acute hospitals only.{1,60}%.{1,40}of 770 .{0,20}general and acute beds", text_of(Book()))
    assert "general and acute beds" in text_of(Book(), "site=northgate")
    assert "general and acute beds" not in text_of(Book(), "pathway=1")


def test_a_list_of_last_night_tells_of_the_pictures_own_day() -> None:
    after_midnight = datetime(2026, 11, 19, 0, 9, tzinfo=UTC)
    book = Book(at=after_midnight)  # its lists are of 23:55
    book.stays = tuple(
        someone(f"NG-{day}", 3, after_midnight, expected_on=date(2026, 11, day)) for day in (18, 19, 20, 20, 21)
    )
    told = panel(text_of(book), "Expected to leave", "Discharges by hour")
    assert "1 today tomorrow 2 date has passed 1 no date set 0" in told
    # The list of last night knows of nobody past it: a link would choose others than the number says.
    assert "top-expected" not in page_of(book)
    assert "top-expected" in page_of(three())


def test_a_choice_is_called_what_exports_and_api_call_it() -> None:
    picture = Book().current()
    for facet, counts in counts_by_facet(Book().choose("")).items():
        for count in counts if facet in FACET_WORDS and facet not in ("ward", "owner") else ():
            assert choice_name(facet, count.value, picture.county) == count.label.removeprefix("Pathway ")
    assert choice_name("ward", "northgate-a1", picture.county) == "Northgate General, Ward A1"
    assert choice_name("owner", "unknown", picture.county) == "nobody named"


# --- Why, who, and the links --------------------------------------------------------------------


def test_every_part_of_a_bar_is_a_link_that_chooses_just_its_people() -> None:
    book = Book()
    page = page_of(book)
    found = re.findall(
        r'<a aria-label="([^"]*): (\d+) p[^"]*" class="part" data-family="[^"]*" href="/delays\?([^"]*)"', page
    )
    assert len(found) > 12
    for _, number, query in found:
        assert len(book.choose(query.replace("&amp;", "&")).counted) == int(number)
    assert sum(int(number) for _, number, _ in found) == len(book.choose("").counted)


def test_what_is_chosen_is_marked_and_its_link_takes_it_away_again() -> None:
    page = page_of(Book(), "pathway=1&site=northgate")
    row = re.search(r'<a [^>]*id="pathway-1"[^>]*>', page)
    assert row is not None
    assert 'aria-current="true"' in row[0]
    assert 'href="/delays?site=northgate"' in row[0]
    other = re.search(r'<a [^>]*id="pathway-2"[^>]*>', page)
    assert other is not None
    assert 'data-chosen="no"' in other[0]
    assert 'href="/delays?pathway=2&amp;site=northgate"' in other[0]


def test_each_choice_is_a_chip_that_can_be_taken_away_and_all_of_them_together() -> None:
    page = page_of(Book(), "pathway=1,2&past=21-days&group=ward")
    chips = re.findall(r'<a [^>]*class="chip" href="([^"]*)"', page)
    assert [chip.replace("&amp;", "&") for chip in chips] == [
        "/delays?pathway=2&past=21-days&group=ward",
        "/delays?pathway=1&past=21-days&group=ward",
        "/delays?pathway=1,2&group=ward",
    ]
    assert 'href="/delays?group=ward" id="chip-all"' in page


def test_the_same_choice_can_be_taken_away_as_files() -> None:
    page = page_of(Book(), "?group=ward&pathway=2")
    for address in ("/delays.csv?", "/delays.xlsx?", "/delays/ward-sheet?"):
        assert f'href="{address}pathway=2&amp;group=ward"' in page


def test_what_is_asked_for_that_there_is_not_is_named_and_in_no_export() -> None:
    said, page = text_of(Book(), "pathway=9&site=northgate&days=soon"), page_of(Book(), "pathway=9&site=northgate")
    assert "No such pathway: ignored" in said
    assert "No such number of days: ignored" in said
    assert "No such hospital" not in said
    assert 'href="/delays.csv?site=northgate"' in page
    assert "pathway=9" not in page
    assert "A pathway asked for is not there: left out" in text_of(Book(), "pathway=1,9")
    assert "No such" not in text_of(Book(), "pathway=1")


def test_a_page_that_names_what_there_is_not_does_so_still_when_it_is_renewed() -> None:
    book = Book()
    query = canonical(PAGE, book.current(), "?pathway=9,1&site=nowhere")
    assert query == "pathway=1&pathway=-&site=-"
    assert canonical(PAGE, book.current(), query) == query
    assert page_of(book, query) == page_of(book, "?pathway=9,1&site=nowhere")


def test_nothing_there_and_being_arranged_stand_apart_in_these_words() -> None:
    said = text_of(three())
    assert re.search(r"being arranged Interface process.{1,3}1 not available Capacity.{1,3}1", said)


def test_whose_move_it_is_is_counted_past_each_limit() -> None:
    page = page_of(three())
    assert re.search(r'id="owner-westshire-hospitals-hospital-48h"[^>]*>1<', page)
    assert re.search(r'id="owner-westshire-hospitals-21-days"[^>]*>1<', page)
    assert 'id="owner-westshire-council-21-days"' not in page  # nobody: no link


def test_lengths_of_stay_overlap_and_say_so() -> None:
    said = text_of(three())
    assert "3 7 nights or more 2 14 nights or more 1 21 nights or more" in said
    assert "Never add them" in said


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("query", ["", "pathway=2&family=capacity&past=21-days", "site=hartwell", "ward=northgate-na"])
def test_no_condition_and_no_choice_breaks_the_page_and_no_id_stands_twice(condition: str, query: str) -> None:
    ids = re.findall(r' id="([^"]+)"', page_of(Book(condition), query))
    assert len(ids) == len(set(ids))


def test_the_same_answer_gives_the_same_bytes() -> None:
    assert page_of(Book("partial"), "pathway=1") == page_of(Book("partial"), "?pathway=1")


# --- Addresses ----------------------------------------------------------------------------------


def test_queries_that_ask_the_same_have_one_spelling_and_a_past_one_is_not_live() -> None:
    picture = Book().current()
    assert (
        canonical(PAGE, picture, "?group=ward&site=southmere&pathway=2,1&nonsense=x")
        == "pathway=1,2&site=southmere&group=ward"
    )
    assert canonical(PAGE, picture, "group=nobody&nonsense=x") == ""
    assert canonical(PAGE, picture, "pathway=1&at=2026-11-18T08:00") is None


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 18, 8, 0, tzinfo=UTC),
        datetime(2026, 7, 1, 23, 59, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # London's clocks show 01:30 twice
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    ],
)
def test_a_moment_in_an_address_is_read_back_as_the_same_moment(moment: datetime) -> None:
    query = Address.of(PAGE, "", Book().choose("").filters, moment).query
    assert Book(at=datetime(2026, 12, 1, tzinfo=UTC), number=1).choose(query).picture.at == moment


def test_a_page_of_the_past_says_so_in_a_band_and_is_not_live() -> None:
    book = Book()
    said = text_of(book, "at=2026-11-18T08:00&pathway=1")
    assert "As known at 08:00 on 18 November 2026 : not the present" in said
    assert 'href="/delays?pathway=1" id="to-the-present"' in page_of(book, "at=2026-11-18T08:00&pathway=1")
    shown = as_json(delays.page(book, book.current(), "?at=2026-11-18T08:00", Asked(book.current()).finished))
    assert "live-page" not in shown
    assert '"data-asked":"at"' in as_json(delays.page(book, book.current(), "", Asked(book.current()).finished))


def test_a_figure_of_the_past_does_not_grow_old_on_the_glass() -> None:
    page = page_of(Book(), "at=2026-11-18T08:00")
    assert "data-observed-at" not in page
    assert "data-stale-at" not in page
    assert "by lists of 07:46" in page


@pytest.mark.parametrize("at", ["never", "2030-01-01T00:00"])
def test_a_moment_that_is_none_is_answered_in_words(at: str) -> None:
    book = Book()
    shown = as_json(delays.page(book, book.current(), f"?at={at}", Asked(book.current()).finished))
    assert "At is " in shown
    assert "To the present" in shown


def test_where_no_hospital_sends_a_list_there_is_no_way_to_the_page_and_it_says_why() -> None:
    picture = cast.picture()

    class Nobody(Book):
        def current(self) -> Picture:
            return picture

    pages = cast.pages(list_drawn.page(delays.DELAYS_PAGE, Nobody()))

    def shown(path: str) -> str:
        return as_json(html.Div(page_at.page(pages, picture, path, "")))

    assert '"Delays"' not in shown("/")
    assert "No hospital here sends a discharge list" in shown("/delays")


def test_the_demand_page_leads_on_to_the_list_of_a_hospital_that_sends_one() -> None:
    page = to_html(demand.render(Book().current()))
    assert 'href="/delays?site=northgate"' in page
    assert 'href="/delays?site=westshire"' not in page
    assert "/delays" not in to_html(demand.render(cast.picture()))


# --- History ------------------------------------------------------------------------------------


def test_each_day_leads_to_the_page_as_it_was_at_its_end() -> None:
    page = page_of(Book(), "pathway=1")
    assert re.search(r'href="/delays\?pathway=1&amp;at=2026-11-18T23:59" id="day-2026-11-18"', page)
    assert page.count('id="day-') == 28


def test_a_day_with_a_list_missing_is_drawn_and_counted_as_such() -> None:
    page, said = page_of(Book()), text_of(Book())
    assert len(re.findall(r'<li class="[^"]*partly', page)) == 2
    assert len(re.findall(r'<li class="[^"]*nothing', page)) == 1
    assert re.search(r"at least [\d,]+ bed days in these 28 days", said)
    assert "On 3 days a list was missing." in said
    assert re.search(r"at least \(3 of 4\) \d+", said)


def test_bank_holidays_are_those_of_england() -> None:
    days = bank_holidays(2026)
    assert {date(2026, 4, 3), date(2026, 4, 6), date(2026, 12, 25), date(2026, 12, 28)} <= set(days)
    assert date(2026, 11, 30) not in days  # Scotland's


# --- One person -----------------------------------------------------------------------------------


def test_a_timeline_tells_every_step_once_and_in_order() -> None:
    stay = someone("NG-1", 10)
    book = Book()
    book.stays = (replace(stay, left_at=AT - HOUR),)
    told = [(step.kind, step.words) for step in steps(book.life("NG-1", AT), county())]
    assert told == [
        ("stay", "Admitted"),
        ("ready", "Ready to leave: no criteria to reside"),
        (
            "change",
            "On the list: Northgate General, Ward A1, pathway not known, Awaiting medical review of need for supported "
            "discharge (hospital process), Westshire Hospitals NHS Trust must act",
        ),
        ("review", "Reviewed"),
        ("change", "Reason: Other home-based social care service not yet available (capacity)"),
        ("change", "Must act: Westshire Council"),
        ("change", "Pathway 1"),
        ("list", "No longer on the list"),
        ("list", "Back on the list"),
        (
            "change",
            "On the list: Northgate General, Ward A1, pathway 1, Other home-based social care service not yet available "
            "(capacity), Westshire Council must act",
        ),
        ("left", "Discharged"),
    ]
    moments = [step.at for step in steps(book.life("NG-1", AT), county())]
    assert moments == sorted(moments)


def test_reviews_that_follow_one_another_are_one_line() -> None:
    person = someone("NG-1", 20).person
    reviews = [datetime(2026, 11, day, 16, 20, tzinfo=UTC) for day in range(2, 14)]
    moved = replace(person, ward="northgate-a3", reviewed_at=reviews[-1])
    life = [Interval(replace(person, reviewed_at=at), at, at + DAY, at, at + DAY) for at in reviews] + [
        Interval(moved, reviews[-1] + DAY, None, reviews[-1] + DAY, None)
    ]
    life.append(Interval(replace(moved, reviewed_at=AT - HOUR), AT - HOUR, None, AT - HOUR, None))
    told = list(folded(steps(life, county())))
    # The first of them came with the list's own first word.
    assert [step.words for step in told if step.kind == "review"] == [
        "Reviewed 12 times, last Fri 13 Nov 16:20",
        "Reviewed",
    ]
    said = re.sub(r"<[^>]+>", " ", to_html(delay_life.life("NG-1", life, county(), AT)))
    assert "Reviewed 12 times, last Fri 13 Nov 16:20" in said
    assert re.search(r"24 h later|1 day later", said.partition("Reviewed 12 times")[2].partition("Moved to")[0]), said


def test_changes_of_reason_owner_pathway_and_ward_are_told_with_the_time_between() -> None:
    person = someone("NG-1", 2).person
    later = replace(
        person, reason="no_care_home", owner="ashdown", pathway=3, ward="northgate-a3", expected_on=date(2026, 11, 20)
    )
    first, second = AT - 2 * DAY, AT - DAY
    life = [Interval(person, first, second, first, second), Interval(later, second, None, second, None)]
    assert {step.words for step in steps(life, county()) if step.at == second} == {
        "Reason: Residential/nursing home care not yet available (capacity)",
        "Must act: Ashdown Home Care",
        "Pathway 3",
        "Moved to Northgate General, Ward A3",
        "Expected to leave on Fri 20 Nov",
    }


def test_the_drawer_says_again_who_it_is_and_escapes_what_a_list_said() -> None:
    book = three()
    said = str(delays.answer(book, book.current(), {"kind": "life", "query": "", "ref": "NG-2"})[0]["html"])
    for fact in ("NG-2", "Northgate General", "Ward A1", "34 days", "6 days later"):
        assert fact in re.sub(r"<[^>]+>", "", said)
    nasty = delays.answer(book, book.current(), {"kind": "life", "query": "", "ref": "<script>x</script>"})[0]["html"]
    assert "<script" not in str(nasty)


def test_what_was_learnt_later_is_not_in_a_timeline_of_the_past() -> None:
    book = three()
    past = delays.answer(book, book.current(), {"kind": "life", "query": "at=2026-10-16T20:00", "ref": "NG-2"})[0][
        "html"
    ]
    now = delays.answer(book, book.current(), {"kind": "life", "query": "", "ref": "NG-2"})[0]["html"]
    assert len(str(past)) < len(str(now))


def test_addresses_hold_no_ref() -> None:
    book = three()
    assert not re.search(r'href="[^"]*(NG|SM)-', page_of(book) + page_of(book, "group=ward"))


def test_acute_and_community_hospitals_are_told_apart_for_the_wall_counts_acute_beds_alone() -> None:
    book = Book()
    chosen = book.choose("")
    page = to_html(delays.render(book.answer(""), ""))
    kinds = [chosen.picture.county.places[delay.person.place].kind for delay in chosen.counted]
    acute = sum(kind is PlaceKind.ACUTE_HOSPITAL for kind in kinds)
    assert 0 < acute < len(kinds)
    assert f"{acute} in acute and {len(kinds) - acute} in community hospitals" in page
    assert "in community hospitals" not in to_html(delays.render(book.answer("site=northgate"), "site=northgate"))


def test_people_are_ranked_by_ward_too_each_a_link() -> None:
    page = to_html(delays.render(Book().answer(""), ""))
    assert "ward=northgate-" in page


def test_a_list_that_is_not_known_is_not_said_to_count_nobody() -> None:
    def head(condition: str) -> str:
        page = to_html(delays.render(Book(condition).answer(""), ""))
        return page[page.index('id="list"') :]

    assert "nobody is known" in head("empty")
    assert "163 of lists too old" in head("stale")
    assert "counted" not in head("empty") + head("stale")
    assert "counted" in head("normal")


def test_a_line_above_the_list_leads_to_each_hospital_and_back_to_all_and_keeps_what_else_is_chosen() -> None:
    page = page_of(Book(), "pathway=1&site=southmere")
    assert 'href="/delays?pathway=1" id="turn-site-implied"' in page
    assert 'href="/delays?pathway=1&amp;site=northgate" id="turn-site-northgate"' in page
    assert re.search(r'<a aria-current="true"[^>]*id="turn-site-southmere"', page)
    assert '<a aria-current="true" class="here" href="/delays" id="turn-site-implied">all' in page_of(Book(), "")
