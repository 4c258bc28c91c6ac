"""Lists of referrals: what is done with each bad row, with a ref that is there again, and with who somebody is.

docs/packages.md states each answer.
"""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.discharge_list import DischargeList, DischargeListSettings
from flowcentre.feeds.contract import Document, FeedMalformed, PlaceCodes
from flowcentre.measures.care_words import OUTCOMES, Outcome
from flowcentre.model import CareReferral, DelayedDischarge, Held, RefusedColumn, WholeList
from tests.connectors.cast import WESTSHIRE
from tests.connectors.documents import workbook
from tests.connectors.referrals import AT, ROW, as_csv, connector, facts, held, parse, referral, referrals
from tests.connectors.test_discharge_list import ROW as DELAYED
from tests.connectors.test_pseudonyms import nhs_number

# --- Lists ----------------------------------------------------------------------------------


def test_a_row_is_a_referral_and_the_document_the_whole_list_of_its_locality() -> None:
    found, whole = facts({})
    assert isinstance(found, CareReferral)
    assert (found.ref, found.person, found.place, found.team) == ("cr-1", "p-1", "north", "brokerage-north")
    assert whole == WholeList("referrals", "north", datetime(2026, 11, 22, 8, tzinfo=UTC), None)


def test_the_sample_in_the_documentation_opens_as_it_stands() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "packages.md").read_text()
    sample = re.search(r"^```csv\n(.*?)^```", guide, re.DOTALL | re.MULTILINE)
    assert sample
    *found, whole = connector().parse(Document("list.csv", sample[1].encode()))
    assert [fact.ref for fact in found if isinstance(fact, CareReferral)] == ["cr-1001", "cr-1002", "cr-1003"]
    assert isinstance(whole, WholeList)
    waits, sought, runs = referrals(found)
    assert (waits.triaged_at, sought.carers, runs.provider) == (None, 2, "ashdown-north")


def test_a_locality_that_is_not_in_the_document_stays_silent() -> None:
    wholes = [
        fact.place for fact in facts({}, {"ref": "cr-2", "locality": "South Westshire"}) if isinstance(fact, WholeList)
    ]
    assert wholes == ["north", "south"]


@pytest.mark.parametrize("said", ["north", "NORTH", "North Westshire", " north westshire "])
def test_a_locality_is_known_by_what_it_is_called(said: str) -> None:
    assert referral({"locality": said}).place == "north"


def test_a_row_of_no_locality_that_is_known_is_held_of_the_county_for_it_may_be_any_of_its() -> None:
    found = facts({}, {"ref": "cr-2", "locality": "Eastshire"})
    assert [(fact.place, fact.reason) for fact in found if isinstance(fact, Held)] == [
        ("westshire", "locality is not a locality of this feed")
    ]
    assert [fact.place for fact in found if isinstance(fact, WholeList)] == ["north"]


def test_a_feed_of_one_locality_takes_no_referral_of_another() -> None:
    with pytest.raises(FeedMalformed, match="only 0 of its 1 rows are of a locality of this feed"):
        list(connector(["mid"]).parse(Document("list", as_csv(ROW))))


def test_a_document_most_of_which_is_another_countys_is_refused_whole() -> None:
    with pytest.raises(FeedMalformed, match="only 1 of its 3 rows") as why:
        facts({}, *({"ref": f"cr-{n}", "locality": "Eastshire"} for n in (2, 3)))
    assert why.value.rows == 3


def test_csv_workbook_and_json_give_the_same_referral_whatever_they_are_called() -> None:
    row = {key: said for key, said in ROW.items() if key not in ("locality", "list_time")}
    said = {"list_time": AT, "localities": [{"locality": "north", "listed": 1, "referrals": [row]}]}
    assert parse(json.dumps(said).encode())[0] == parse(workbook([list(ROW), list(ROW.values())]))[0] == facts({})[0]


def test_json_tells_nobody_from_a_list_that_did_not_come() -> None:
    said = {"list_time": AT, "localities": [{"locality": "mid", "listed": 0, "referrals": []}]}
    at = datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert parse(json.dumps(said).encode()) == [WholeList("referrals", "mid", at, 0)]
    assert parse(as_csv(ROW).splitlines(keepends=True)[0]) == []


def test_in_json_hours_may_have_a_fraction_and_flags_be_true() -> None:
    row = ROW | {"weekly_hours": 10.25, "therapy_again": True, "carers": 2, "offers": None}
    said = {"list_time": AT, "localities": [{"locality": "north", "listed": 1, "referrals": [row]}]}
    found = referrals(parse(json.dumps(said).encode()))[0]
    assert (found.weekly_hours, found.therapy_again, found.carers, found.offers) == (10.25, True, 2, None)


def test_one_list_after_another_reads_as_each_does_by_itself() -> None:
    """In a history a row that comes again unchanged is read once, and no row is taken for another."""
    later, earlier = "2026-11-22T10:00:00Z", "2026-11-22T06:00:00Z"
    bed = {"service": "recovery bed", "weekly_hours": "", "visits_a_day": "", "carers": "", "therapy": ""}
    documents = [
        [{}, {"ref": "cr-2", "person": "p-2"}],
        [{"list_time": later}, {"ref": "cr-2", "person": "p-2", "list_time": later, "offers": "4"}],
        [{"list_time": later}, {"list_time": later}],  # the same row twice: a package of two carers,
        [bed | {"list_time": later}] * 2,  # and of a bed the second is held
        [bed | {"list_time": later}] * 2,
        [{"list_time": later, "referred": "2026-11-22T09:00:00Z"}],
        [{"list_time": earlier, "referred": "2026-11-22T09:00:00Z"}],  # ahead of this list, and not of the one before
        [{}, {"ref": "cr-2", "person": "p-2"}],
    ]
    one = connector()
    for number, changes in enumerate(documents):
        document = Document("list", as_csv(*(ROW | change for change in changes)))
        assert list(one.parse(document)) == list(connector().parse(document)), number


# --- The same ref again -----------------------------------------------------------------------


@pytest.mark.parametrize("other", [{}, {"provider": "KES"}, {"offers": "3"}, {"provider": "KES", "offers": ""}])
def test_two_rows_that_are_alike_but_for_who_gives_the_care_are_one_package_of_two_carers(
    other: dict[str, str],
) -> None:
    found = facts({"provider": "1E5", "offers": "2"}, {"provider": "1E5", "offers": "2"} | other)
    (pair,) = referrals(found)
    assert (pair.carers, pair.weekly_hours, pair.carer_hours, pair.provider) == (2, 14, 28, "ashdown-north")
    assert pair.offers == (3 if other == {"offers": "3"} else 2)
    alike = "1 package stands in two rows that are wholly alike: counted as for two carers"
    assert held(found) == ([] if other else [alike])


def test_the_one_provider_that_is_named_in_two_rows_is_taken() -> None:
    assert referrals(facts({"provider": ""}, {"provider": "1E5"}))[0].provider == "ashdown-north"


def test_where_every_carer_has_a_row_by_agreement_two_rows_alike_are_no_news() -> None:
    found = list(connector(row_for_each_carer=True).parse(Document("list.csv", as_csv(ROW, ROW))))
    assert [one.carers for one in referrals(found)] == [2]
    assert held(found) == []


def test_two_rows_alike_of_a_package_for_two_by_its_own_word_are_nothing_to_tell_of() -> None:
    found = facts({"carers": "2"}, {"carers": "2"})
    assert [one.carers for one in referrals(found)] == [2]
    assert held(found) == []


def test_a_file_that_is_there_twice_over_is_refused_and_no_package_becomes_one_of_two_carers() -> None:
    rows = [{"ref": f"cr-{number}", "person": f"p-{number}"} for number in range(12)]
    with pytest.raises(FeedMalformed, match="is the file doubled"):
        facts(*rows, *rows)
    with pytest.raises(FeedMalformed, match="is the file doubled"):
        facts(*rows, *rows[:7])
    assert [one.carers for one in referrals(facts(*rows, *rows[:6]))].count(2) == 6
    assert [one.carers for one in referrals(facts(*rows[:3], *rows[:3]))] == [2, 2, 2]  # too few to tell


@pytest.mark.parametrize(
    "other", [{"weekly_hours": "7"}, {"person": "p-2"}, {"started": "2026-11-21"}, {"carers": "2"}]
)
def test_two_rows_that_are_unlike_are_both_held(other: dict[str, str]) -> None:
    assert held(facts({}, other)) == ["its ref is there again with other details: neither is believed"] * 2


def test_a_bed_given_twice_is_no_bed_for_two() -> None:
    found = facts({"service": "recovery bed"}, {"service": "recovery bed"})
    assert [one.carers for one in referrals(found)] == [1]
    assert held(found) == ["the same row is there before"]


def test_three_rows_of_one_package_are_no_pair() -> None:
    found = facts({}, {}, {})
    assert [one.carers for one in referrals(found)] == [1]
    assert held(found) == ["the same row is there before"] * 2
    assert len(held(facts({}, {}, {"weekly_hours": "7"}))) == 3


def test_one_ref_in_two_localities_is_on_both_lists_for_the_poller_to_decide() -> None:
    found = facts({}, {"locality": "mid"})
    assert [(one.place, one.carers) for one in referrals(found)] == [("north", 1), ("mid", 1)]
    assert held(found) == []


def test_a_person_may_be_referred_twice() -> None:
    assert len(referrals(facts({}, {"ref": "cr-2", "service": "reablement"}))) == 2


# --- Moments ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"started": "2026-11-20T08:59:59Z"}, "started is before referred"),
        ({"started": "2026-11-19"}, "started is before referred"),
        ({"accepted": "2026-11-20T08:00:00Z"}, "accepted is before referred"),
        ({"sent_back": "2026-11-20T08:00:00Z"}, "sent_back is before referred"),
        ({"triaged": "2026-11-20T08:00:00Z"}, "triaged is before referred"),
        ({"sourced": "2026-11-20T08:00:00Z"}, "sourced is before referred"),
        ({"ended": "2026-11-20T08:00:00Z", "outcome": "deceased"}, "ended is before referred"),
        ({"started": "2026-11-21T08:00:00Z", "ended": "2026-11-21T07:00:00Z"}, "ended is before started"),
        ({"started": "2026-11-21T08:00:00Z", "ended": "2026-11-20"}, "ended is before started"),
        ({"referred": "2026-11-22T08:02:01Z", "accepted": "", "triaged": ""}, "referred is later than list_time"),
        ({"started": "2026-11-22T08:02:01Z"}, "started is later than list_time"),
        ({"sourced": "2026-11-23"}, "sourced is later than list_time"),
        ({"ended": "2026-11-22T09:00:00Z", "outcome": "declined"}, "ended is later than list_time"),
        ({"referred": ""}, "referred is not a time"),
        ({"referred": "1900-01-01"}, "referred is before 1901"),
        ({"planned_end": "in six weeks"}, "planned_end is not a time"),
        ({"triaged": "2026-10-25T01:30"}, "triaged is a time that happened twice"),
        ({"referred": "2026-03-29T01:30"}, "referred is a time that did not exist"),
    ],
)
def test_moments_that_cannot_be_hold_the_row(change: dict[str, str], why: str) -> None:
    (reason,) = held(facts(change))
    assert reason.startswith(why)


def test_a_day_alone_is_its_start_in_london_and_never_before_what_came_first() -> None:
    found = referral({"referred": "2026-07-01", "accepted": "2026-07-01", "triaged": "2026-07-02"})
    assert found.referred_at == found.accepted_at == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert found.triaged_at == datetime(2026, 7, 1, 23, tzinfo=UTC)
    same_day = referral(
        {"accepted": "2026-11-20", "started": "2026-11-21T08:00:00Z", "ended": "2026-11-21", "outcome": "6"}
    )
    assert same_day.accepted_at == same_day.referred_at
    assert same_day.ended_at == same_day.started_at


def test_either_half_past_one_is_told_by_its_offset() -> None:
    early, late = (referral({"referred": f"2026-10-25T01:30:00+0{hour}:00"}).referred_at for hour in (1, 0))
    assert (late - early).total_seconds() == 3600


def test_a_plan_and_readiness_may_lie_ahead() -> None:
    found = referral({"planned_end": "2027-01-02T10:00", "ready": "2026-11-23T10:00:00Z"})
    assert (found.planned_end, found.ready_at) == (date(2027, 1, 2), datetime(2026, 11, 23, 10, tzinfo=UTC))


def test_a_start_after_the_planned_end_is_believed_for_care_comes_late() -> None:
    assert referral({"planned_end": "2026-11-20", "started": "2026-11-21"}).started_at is not None


@pytest.mark.parametrize("outcome", [o for o in OUTCOMES if o.key not in ("ended_as_planned", "ended_other")])
def test_whoever_needed_or_wanted_no_care_has_an_end_without_a_start(outcome: Outcome) -> None:
    found = referral({"ended": "2026-11-21T08:00:00Z", "outcome": outcome.key})
    assert (found.started_at, found.outcome) == (None, outcome.key)


@pytest.mark.parametrize("said", ["", "5", "ended as planned", "NFA: support ended for another reason", "gone"])
def test_any_other_end_without_a_start_holds_the_row(said: str) -> None:
    why = "ended without started, and no outcome says that no care was needed or wanted"
    assert held(facts({"ended": "2026-11-21T08:00:00Z", "outcome": said})) == [why]
    assert referral({"started": "2026-11-20T12:00:00Z", "ended": "2026-11-21T08:00:00Z", "outcome": said}).ended_at


def test_whoever_died_and_has_no_end_is_kept_to_be_checked() -> None:
    assert (referral({"outcome": "died"}).outcome, referral({"outcome": "died"}).ended_at) == ("deceased", None)


# --- Figures ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"weekly_hours": "-0.25"}, "weekly_hours is below zero"),
        ({"weekly_hours": "168.25"}, "weekly_hours is more than the 168 of a week"),
        ({"weekly_hours": "inf"}, "weekly_hours is not a number"),
        ({"weekly_hours": "nan"}, "weekly_hours is not a number"),
        ({"weekly_hours": "9" * 400}, "weekly_hours is not a number"),
        ({"visits_a_day": "2.5"}, "visits_a_day is not a count: it is not whole"),
        ({"offers": "-1"}, "offers is not a count: it is below zero"),
        *(({"carers": said}, "carers is neither one nor two") for said in ("0", "3", "1.5", "many", "-1")),
    ],
)
def test_figures_that_cannot_be_hold_the_row(change: dict[str, str], why: str) -> None:
    assert held(facts(change)) == [why]


@pytest.mark.parametrize("mark", ["", "-", "n/a", "*"])
def test_no_figure_is_none_and_never_zero(mark: str) -> None:
    found = referral({"weekly_hours": mark, "visits_a_day": mark, "carers": mark, "offers": mark})
    assert (found.weekly_hours, found.visits_a_day, found.carers, found.offers) == (None,) * 4


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        *((said, 2) for said in ("2", "Two", "double handed", "Double-Handed", "DH", "2 carers", "double-up", "x2")),
        *((said, 1) for said in ("1", "one", "single handed", "SH", "Single carer")),
    ],
)
def test_carers_are_counted_however_they_are_written(said: str, meant: int) -> None:
    assert referral({"carers": said}).carers == meant


# --- Who it is ------------------------------------------------------------------------------


def test_a_person_has_one_pseudonym_on_both_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "a1" * 32)
    key = {"folder": "drops", "nhs_number_key_env": "KEY", "nhs_number_key_id": "k1"}
    number = nhs_number("999000001")
    delays = DischargeList(DischargeListSettings.model_validate(key), PlaceCodes(WESTSHIRE, ["northgate"]))
    (waits, _) = delays.parse(Document("list", as_csv(DELAYED | {"nhs_number": number})))
    found = referral({"nhs_number": number, "person": ""}, **key)
    assert isinstance(waits, DelayedDischarge)
    assert found.person == waits.ref
    assert found.person.startswith("k1:")
    assert number not in repr(found)
    assert referral({"nhs_number": ""}, **key).person == "p-1"
    assert held(facts({"nhs_number": "9" * 10}, **key)) == ["nhs_number is not an NHS number, or a placeholder for one"]


def test_with_a_key_a_number_may_stand_in_place_of_the_column_of_persons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "a1" * 32)
    row = {key: said for key, said in ROW.items() if key != "person"} | {"nhs_number": nhs_number("999000001")}
    key = {"nhs_number_key_env": "KEY", "nhs_number_key_id": "k1"}
    assert len(referrals(parse(as_csv(row), **key))) == 1
    with pytest.raises(FeedMalformed, match="no column 'person'"):
        parse(as_csv(row))


def test_without_a_key_a_column_of_nhs_numbers_is_refused() -> None:
    found = facts({"nhs_number": nhs_number("999000001")})
    assert [fact for fact in found if isinstance(fact, RefusedColumn)] == [
        RefusedColumn("column 27 (an NHS number)", 1)
    ]
    assert nhs_number("999000001") not in repr(found)


@pytest.mark.parametrize("column", ["person", "ref"])
def test_a_column_of_names_is_held_and_a_word_among_codes_is_not(column: str) -> None:
    other = "ref" if column == "person" else "person"
    names = facts(*({other: f"x-{n}", column: name} for n, name in enumerate(("Smith", "Jones", "Brown", "p-4"))))
    assert held(names) == [f"{column} has no digit, like most here: are they names? A pseudonym is wanted"] * 3
    assert "Smith" not in repr(names)
    codes = facts(*({other: f"x-{n}", column: code} for n, code in enumerate(("QWERTZ", "p-2", "p-3"))))
    assert held(codes) == []


@pytest.mark.parametrize("said", ["", "Zebedee Quillfeather", "1942-03-01", "WR1 2AB", "01905 555555", "999 000 0018"])
def test_who_it_is_is_a_pseudonym_or_nobody(said: str) -> None:
    (reason,) = held(facts({"person": said}))
    assert reason.startswith("person ")
    assert not said or said not in reason


# --- Whatever comes -----------------------------------------------------------------------

CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
    st.sampled_from(
        [*ROW.values(), "2026-11-22", "9999-12-31T23:59", "0001-01-01", "2026-10-25T01:30", "1E5", "-", "2"]
    ),
    st.datetimes().map(str),
    st.floats().map(str),
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "list_time": st.just(AT),
            "ref": st.sampled_from(["n-1", "n-2", "n-3"]) | CELLS,
            "person": st.just("p-1") | CELLS,
            "locality": st.sampled_from(["north", "mid", ""]),
        }
        | {key: st.just(ROW[key]) | CELLS for key in list(ROW)[4:]}
    ),
    min_size=1,
    max_size=6,
)


@settings(deadline=None)
@given(ROWS)
def test_every_row_that_came_is_a_referral_half_of_one_or_held(rows: list[dict[str, str]]) -> None:
    if 2 * sum(bool(row["locality"]) for row in rows) < len(rows):
        with pytest.raises(FeedMalformed, match="of a locality of this feed"):
            parse(as_csv(*rows))
        return
    found = parse(as_csv(*rows))
    taken = referrals(found)
    rows_held = [fact for fact in found if isinstance(fact, Held) and " column " not in fact.row]
    pairs = sum(one.carers == 2 for one in taken)
    assert len(rows) - pairs <= len(taken) + len(rows_held) <= len(rows)
    assert len({(one.place, one.ref) for one in taken}) == len(taken)
    assert {one.place for one in taken} <= {fact.place for fact in found if isinstance(fact, WholeList)}
    for one in taken:
        steps = (one.accepted_at, one.sent_back_at, one.triaged_at, one.sourced_at, one.started_at, one.ended_at)
        assert all(step >= one.referred_at for step in steps if step is not None)
        assert one.weekly_hours is None or 0 <= one.weekly_hours <= 168


@settings(deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from([*ROW, "name"]), st.none() | st.booleans() | st.floats() | CELLS), max_size=4
    )
)
def test_json_of_any_kind_is_accounted_for_or_refused(rows: list[object]) -> None:
    said = {"list_time": AT, "localities": [{"locality": "north", "listed": len(rows), "referrals": rows}]}
    try:
        found = parse(json.dumps(said).encode())
    except FeedMalformed:
        return  # a key is gone from every row
    assert sum(isinstance(fact, CareReferral | Held) for fact in found) >= len(rows) - len(referrals(found))
