"""The page of packages above its grid: what it says in each condition, and where its numbers lead."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from flowcentre.measures.care_clocks import Phase
from flowcentre.model import Setting, State
from flowcentre.picture.packages import NO_OFFER, OVER_LENGTH, PAST_PROMISE, SENT_BACK, TO_CHECK, TRIAGE_QUEUE
from layouts import packages as page
from layouts.finished import to_html
from tests.layouts.capacity_cast import CONDITIONS
from tests.layouts.care_people import AT
from tests.layouts.packages_cast import Book

BLANK = "\N{NO-BREAK SPACE}"


def drawn(book: Book, query: str = "") -> str:
    return to_html(page.render(book.answer(query), query))


def words(html: str) -> str:
    """What one reads, blanks as they come."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)).replace(BLANK, " "))


def part(html: str, name: str, end: str = "</section>") -> str:
    """What one reads of a part that is named by a heading's id, or by the text of its heading."""
    at = html.index(f'id="{name}"') if f'id="{name}"' in html else html.index(f">{name}</h3>")
    return words(html[at + 1 :].partition(end)[0]).partition("> ")[2] or words(html[at:].partition(end)[0])


def tile(html: str, title: str) -> str:
    return part(html, title, "</article>")


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("query", ["", "locality=north", "next=triage&setting=hospital", "phase=receiving", "service=recovery-bed"])  # fmt: skip
def test_every_condition_can_be_drawn_whatever_is_chosen(condition: str, query: str) -> None:
    html = drawn(Book(condition), query)
    assert "Packages of care" in html


def test_the_count_is_the_pictures_with_hospital_and_community_apart(book: Book) -> None:
    html = drawn(book)
    waiting = book.current().value("westshire", "poc_waiting_now").value
    chosen = book.choose("")
    hospital = sum(item.person.setting is Setting.HOSPITAL for item in chosen.counted)
    assert waiting == len(chosen.counted)
    said = tile(html, "Waiting now")
    assert f" {waiting:.0f} " in said
    assert f"{hospital} from hospital {waiting - hospital:.0f} from the community" in said


def test_what_late_lists_come_to_is_late_and_the_head_says_by_lists_of_when(book: Book) -> None:
    state = re.compile(r'class="listed packages"[^>]* data-late-at="[^>]* data-state="(\w+)">')
    html = drawn(book)
    assert state.findall(html) == ["fresh"]
    assert re.search(r"19 November 2026, by lists of \d\d:\d\d\. From the localities' own lists", words(html))
    lists = tuple(replace(one, value=replace(one.value, state=State.LATE)) for one in book.shown.lists)
    book.shown = replace(book.shown, lists=lists)
    assert state.findall(drawn(book)) == ["late"]
    past = replace(book.answer(""), looks_back=True)  # it grows no older
    [whole] = re.findall(r'class="listed packages"[^>]*>', to_html(page.render(past, "")))
    assert 'data-state="late"' in whole
    assert "data-late-at" not in whole


def test_the_line_of_four_weeks_has_the_remembered_day_and_hatches_what_no_list_told(book: Book) -> None:
    html = drawn(book)
    said = tile(html, "How it has moved")
    assert "200 waited on 27 Apr 2026, a day that people remember" in said
    assert "a list was missing or not whole" in said
    chart = html[html.index("weeks-chart") :].partition("</svg>")[0]
    assert [kind for kind in ("told", "community", "hospital") if f'class="{kind}"' in chart] == [
        "told",
        "community",
        "hospital",
    ]
    assert re.search(r'<span [^>]*class="reference"[^>]*></span>', html), (
        "no words on the line: they would cover columns"
    )


def test_the_remembered_number_of_the_county_is_not_drawn_beside_one_localitys_people(book: Book) -> None:
    assert "that people remember" not in tile(drawn(book, "locality=north"), "How it has moved")


def test_the_line_says_that_it_is_of_everybody_where_others_are_chosen(book: Book) -> None:
    assert "whatever else is chosen" in tile(drawn(book, "next=triage"), "How it has moved")
    assert "whatever else is chosen" not in tile(drawn(book, "locality=north"), "How it has moved")


def test_the_table_behind_the_line_has_a_row_for_each_day_and_gaps_in_words(book: Book) -> None:
    table = part(drawn(book), "weeks-table", "</details>")
    assert table.count("a list was missing") == 2
    assert table.index("Thu 19 Nov, 09:14") < table.index("Wed 18 Nov, 23:59") < table.index("Tue 17 Nov, 23:59")


@pytest.mark.parametrize(
    ("title", "choice", "of"),
    [
        ("Past the promise", f"past={PAST_PROMISE}", lambda item: PAST_PROMISE in item.past),
        ("Past the promise", f"past={NO_OFFER}", lambda item: NO_OFFER in item.past),
        ("Hours waiting", "carers=2", lambda item: item.person.carers == 2),
        ("Why care is asked for", "reason=step-up", lambda item: item.person.reason == "step-up"),
        ("Why care is asked for", "reason=unknown", lambda item: item.person.reason is None),
        ("Who must act next", "next=brokerage", lambda item: item.next_step == "brokerage"),
        ("Who must act next", "next=family", lambda item: item.next_step == "family"),
        ("triage", f"past={TRIAGE_QUEUE}", lambda item: TRIAGE_QUEUE in item.past),
    ],
)
def test_a_number_leads_to_just_as_many_people(book: Book, title: str, choice: str, of: object) -> None:
    html = drawn(book)
    number = sum(map(of, book.choose("").counted))  # type: ignore[call-overload]
    assert number > 0
    link = re.search(rf'<a [^>]*href="/packages\?{re.escape(choice)}"[^>]*>(.*?)</a>', html)
    assert link is not None, title
    assert words(link[1]).split()[-1] == str(number)
    assert len(book.choose(choice).counted) == number


def test_a_choice_chosen_again_is_taken_away(book: Book) -> None:
    html = drawn(book, "next=triage")
    link = re.search(r'<a [^>]*id="next-triage"[^>]*>', html)
    assert link is not None
    assert 'href="/packages"' in link[0]
    assert 'data-chosen="yes"' in link[0]


def test_prevention_stands_beside_discharges(book: Book) -> None:
    said = tile(drawn(book), "Why care is asked for")
    assert re.search(r"discharge \d+ step-up \d+ admission avoidance \d+ restart \d+", said)
    assert re.search(r"\d+ of them, step-up and admission avoidance, are to be kept out of hospital", said)


def test_the_share_in_time_and_the_hours_lead_to_their_explanation_where_they_are_what_a_measure_says(
    book: Book,
) -> None:
    assert 'href="/explain?place=westshire&amp;measure=poc_started_in_time_share_7d"' in drawn(book)
    assert 'href="/explain?place=north&amp;measure=poc_hours_waiting_now"' in drawn(book, "locality=north")
    assert "poc_hours_waiting_now" not in drawn(book, "next=triage")


def test_the_share_of_everybody_is_the_pictures(book: Book) -> None:
    share = book.current().value("westshire", "poc_started_in_time_share_7d").value
    assert share is not None
    assert f"{share:.1f} %" in tile(drawn(book), "Started in time")


def test_hours_of_people_whose_need_is_not_known_make_the_sum_at_least(book: Book) -> None:
    assert re.search(r"at least [\d,.]+ hours", tile(drawn(book), "Hours waiting"))


def test_could_start_today_counts_the_people_chosen_and_leads_to_the_page_of_capacity(book: Book) -> None:
    html = drawn(book)
    assert f"{book.capacity.starting} of " in part(html, "could-start")
    assert 'href="/capacity#start-north"' in html
    hospital = book.choose("setting=hospital").counted
    refs = {item.person.ref for item in hospital}
    starts = [start for today in book.capacity.today for start in today.starts if start.referral.ref in refs]
    assert f"{len(starts)} of {len(hospital)} who wait" in part(drawn(book, "setting=hospital"), "could-start")


def test_the_triage_queue_has_the_longest_waits_first_and_says_how_many_more(book: Book) -> None:
    said = part(drawn(book), "triage")
    queue = [item for item in book.choose("").counted if TRIAGE_QUEUE in item.past]
    first = max(queue, key=lambda item: item.waited)
    assert said.index(first.person.ref) > 0
    assert f"All {len(queue)}" in said
    assert f"{len(queue)} wait; half have waited less than" in said


def test_the_triage_queue_says_since_when_it_counts_and_who_was_sent_back(book: Book) -> None:
    said = part(drawn(book), "triage")
    assert "since the referral or, where that is later, since they were ready" in said
    first = next(item for item in book.choose("").counted if TRIAGE_QUEUE in item.past)
    assert "sent back" not in said
    back = replace(first, past=first.past | {SENT_BACK})
    lists = tuple(
        replace(one, people=tuple(back if item is first else item for item in one.people)) for one in book.shown.lists
    )
    book.shown = replace(book.shown, lists=lists)
    assert re.search(rf"{first.person.ref} [^W]* sent back", part(drawn(book), "triage"))


def test_care_that_has_ended_has_no_day_of_care_and_no_end_to_come(book: Book) -> None:
    html = drawn(book, "phase=ended")
    assert ">Day of care</h3>" not in html
    assert ">Ends</h3>" not in html


def test_recovery_beds_have_no_line_and_no_contracts_of_care_at_home(book: Book) -> None:
    html = drawn(book, "service=recovery-bed")
    assert "Known of those who wait for care at home alone" in tile(html, "How it has moved")
    assert "weeks-chart" not in html
    assert "no contract in force" not in part(html, "check")
    assert "no contract in force" in part(drawn(book), "check")


def test_one_in_the_triage_queue_waits_so_far(book: Book) -> None:
    choice = "locality=north&setting=hospital&service=home-care&carers=2"
    (one,) = (item for item in book.choose(choice).counted if TRIAGE_QUEUE in item.past)
    said = part(drawn(book, choice), "triage")
    assert re.search(rf"1 waits, \d+ [dh][^;]* so far.*{one.person.ref}", said)


def test_rows_to_check_are_named_with_what_is_wrong(book: Book) -> None:
    wrong = [item.person for item in book.choose("").counted if TO_CHECK in item.past]
    book.left = {next(p.person.person for p in book.choose("setting=hospital").counted if TO_CHECK not in p.past): AT}
    said = part(drawn(book), "check")
    assert f"{len(wrong)} rows say that nobody waits, and have no end" in said
    assert f"{wrong[0].ref} No further action: deceased" in said
    assert "1 person waits as from hospital, and is on no hospital's list any more" in said
    assert "gone by Thu 19 Nov, 09:14" in said
    assert "Care that runs with no contract in force" in said


def test_the_rows_to_check_lead_to_just_those_rows(book: Book) -> None:
    found = re.search(r'href="(/packages\?[^"]*past=check[^"]*)">(\d+)</a> rows say', drawn(book))
    assert found is not None
    chosen = book.choose(unescape(found[1]).partition("?")[2]).counted
    assert len(chosen) == int(found[2])


def test_the_rows_to_check_are_of_recovery_beds_too_unless_another_service_is_chosen(book: Book) -> None:
    bed = book.choose("service=recovery-bed").counted[0]
    died = replace(bed, past=bed.past | {TO_CHECK}, person=replace(bed.person, outcome="deceased"))
    book.shown = replace(
        book.shown,
        lists=tuple(
            replace(each, people=tuple(died if item == bed else item for item in each.people))
            for each in book.shown.lists
        ),
    )
    every = "phase=waiting,receiving&past=check&service=home-care,reablement,recovery-bed"
    wrong = [item.person.ref for item in book.choose(every).counted]
    at_home = [item.person.ref for item in book.choose(f"{every.rpartition('&')[0]}").counted]
    assert len(wrong) > len(at_home)
    assert all(ref in part(drawn(book), "check") for ref in wrong[:6])
    found = re.search(r'href="/packages\?[^"]*past=check[^"]*">(\d+)</a> rows say', drawn(book))
    assert found is not None
    assert int(found[1]) == len(wrong)
    chosen = part(drawn(book, "service=home-care,reablement"), "check")
    assert not any(ref in chosen for ref in set(wrong) - set(at_home))


def test_who_could_start_is_told_of_those_who_wait_whatever_phase_is_chosen(book: Book) -> None:
    waiting = len(book.choose("").counted)
    for query in ("phase=receiving", "phase=ended", "phase=waiting,receiving"):
        assert f"{book.capacity.starting} of {waiting} who wait" in part(drawn(book, query), "could-start")


def test_recovery_beds_are_not_matched_and_lead_to_where_they_are_told(book: Book) -> None:
    html = drawn(book, "service=recovery-bed")
    said = part(html, "could-start")
    assert "Recovery beds are not matched here" in said
    assert "who wait" not in said
    assert 'href="/capacity#recovery"' in html
    both = part(drawn(book, "service=recovery-bed,home-care"), "could-start")
    home = len(book.choose("service=home-care").counted)
    assert f" of {home} who wait" in both


def test_where_contracts_are_held_it_is_said_that_nobody_knows_whose_care_runs_without_one(book: Book) -> None:
    answered = book.answer("")
    unsure = replace(answered, capacity=replace(answered.capacity, uncontracted={}, contracts_held={"north": 1}))
    said = part(to_html(page.render(unsure, "")), "check")
    assert "Contracts are held back, so nobody can say there which care runs with none in force: North 1 row" in said
    assert "Care that runs with no contract in force" not in said


def test_packages_without_a_contract_lead_to_just_those_packages(book: Book) -> None:
    found = re.search(r'href="(/packages\?[^"]*phase=receiving&amp;provider=[^"]*)">(\d+) packages?<', drawn(book))
    assert found is not None
    query = unescape(found[1]).partition("?")[2]
    chosen = book.choose(query).counted
    assert len(chosen) == int(found[2])
    assert all(item.phase is Phase.RECEIVING for item in chosen)


def test_where_a_list_is_missing_every_count_is_at_least_and_the_list_is_named() -> None:
    html = drawn(Book("partial"))
    said = words(html)
    assert "South: no list" in said
    assert re.search(r"at least \d+ from hospital", tile(html, "Waiting now"))
    assert "1 of 3 localities" in said
    assert re.search(r"\N{GREATER-THAN OR EQUAL TO} \d+", tile(html, "Who must act next"))


def test_with_rows_held_back_nothing_is_compared_and_what_could_start_is_in_doubt(book: Book) -> None:
    first, *others = book.shown.lists
    held = replace(first, value=replace(first.value, held=2, at_least=True))
    book.shown = replace(book.shown, lists=(held, *others))
    book.capacity = replace(book.capacity, referrals=(held.value, *book.capacity.referrals[1:]))
    html = drawn(book)
    assert "No comparison with yesterday or last week: 2 rows held back" in tile(html, "Waiting now")
    assert "2 rows of the lists are held back" in part(html, "could-start")


@pytest.mark.parametrize("condition", ["stale", "empty"])
def test_without_a_list_of_the_present_no_number_of_now_is_said(condition: str) -> None:
    html = drawn(Book(condition))
    said = words(html)
    assert "in no count" not in said, "the count that is struck out is theirs"
    for title in ("Hours waiting", "Waits", "Started in time", "Past the promise", "Who must act next"):
        assert re.search(r"\d+ (people|hours)", tile(html, title)) is None
    assert "is not known now" in said
    assert ('data-was="was 52, "' in html) is (condition == "stale")


def test_where_care_runs_the_figures_are_of_those_who_have_it(book: Book) -> None:
    html, chosen = drawn(book, "phase=receiving"), book.choose("phase=receiving")
    hospital = sum(item.person.setting is Setting.HOSPITAL for item in chosen.counted)
    said = tile(html, "Chosen")
    assert f"{hospital} from hospital {len(chosen.counted) - hospital} from the community" in said
    over = sum(OVER_LENGTH in item.past for item in chosen.counted)
    assert f" {over} past" in tile(html, "Ends")
    assert f"day {max(item.day for item in chosen.counted)}" in tile(html, "Day of care")
    for of_who_waits in ("Hours waiting", "Started in time", "Past the promise", "Who must act next"):
        assert f">{of_who_waits}</h3>" not in html


def test_beside_who_waits_stands_how_much_care_runs_and_it_leads_to_just_these(book: Book) -> None:
    html = drawn(book)
    said = tile(html, "Care that runs")
    running = book.choose("phase=receiving").counted
    ending = book.choose("phase=receiving&past=ending-soon").counted
    assert f" {len(running)} " in said
    assert f"end within 7 days {len(ending)}" in said
    assert ending
    assert "phase=receiving" in html[html.index(">Care that runs<") :].partition("</article>")[0]


@pytest.mark.parametrize("query", ["next=triage", "waited=24-48h", "past=promise"])
def test_whoever_is_chosen_by_what_they_wait_for_has_no_share_that_started_in_time(book: Book, query: str) -> None:
    assert "Not told of those chosen by what they wait for" in tile(drawn(book, query), "Started in time")


def test_a_recovery_bed_has_no_hours_that_wait(book: Book) -> None:
    assert ">Hours waiting</h3>" not in drawn(book, "service=recovery-bed")


def test_the_past_says_then_grows_no_older_and_leads_to_nothing_of_the_present(book: Book) -> None:
    query = f"at={(AT - timedelta(hours=3)):%Y-%m-%dT%H:%M}"
    html = drawn(book, query)
    assert "Waiting then" in words(html)
    assert "not the present" in words(html)
    assert "data-stale-at" not in html
    assert not re.search(r'href="/(capacity|explain)', html)
    assert re.search(r'href="/packages\?next=triage&amp;at=', html)


def test_no_ref_stands_in_a_link(book: Book) -> None:
    links = re.findall(r'href="([^"]+)"', drawn(book))
    refs = {item.person.ref for item in book.choose("").people}
    assert not [link for link in links if any(ref in link for ref in refs)]
