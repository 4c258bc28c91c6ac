"""Rosters' exports: how long a visit was, what each word means, and what is done with each bad row.

docs/packages.md states each answer.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.visits import COLUMNS, Visits, VisitsSettings
from flowcentre.feeds.contract import Document, FeedMalformed, PlaceCodes
from flowcentre.feeds.files import DropFolderSettings
from flowcentre.model import Fact, Held, RefusedColumn, RosterExport, Visit, VisitStatus
from tests.connectors.cast import WESTSHIRE
from tests.connectors.referrals import as_csv

LONDON = ZoneInfo("Europe/London")
ROW = {
    "exported_at": "2026-11-22T14:00:00Z",
    "ref": "v-1",
    "service": "WUPIN",
    "package": "cr-1",
    "planned_start": "2026-11-22T08:00:00Z",
    "planned_end": "2026-11-22T08:45:00Z",
    "actual_start": "2026-11-22T08:02:00Z",
    "actual_end": "2026-11-22T08:40:00Z",
    "carers": "1",
    "status": "completed",
}
Found = list[Fact | RefusedColumn]


def parse(content: bytes, places: tuple[str, ...] = ("westshire",), **local: object) -> Found:
    connector = Visits(VisitsSettings.model_validate({"folder": "drops"} | local), PlaceCodes(WESTSHIRE, places))
    return list(connector.parse(Document("roster", content)))


def facts(*changes: Mapping[str, str], **local: object) -> Found:
    """The facts of an export with one row for each set of changes to a good one."""
    return parse(as_csv(*(ROW | change for change in changes)), **local)


def visit(change: Mapping[str, str], **local: object) -> Visit:
    found = facts(change, **local)[0]
    assert isinstance(found, Visit), found
    return found


def held(found: Found) -> list[str]:
    return [fact.reason for fact in found if isinstance(fact, Held)]


def test_a_row_is_a_visit_and_the_document_says_as_at_when_it_speaks() -> None:
    found, export = facts({})
    assert isinstance(found, Visit)
    assert (found.place, found.package, found.planned_minutes, found.actual_minutes) == ("wupi-north", "cr-1", 45, 38)
    assert export == RosterExport(datetime(2026, 11, 22, 14, tzinfo=UTC))


# --- How long it was ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exported", "start", "end", "minutes"),
    [
        ("2026-11-22T14:00:00Z", "2026-11-21T23:30:00", "2026-11-22T00:15:00", 45),  # across midnight
        ("2026-10-25T09:00:00Z", "2026-10-24T23:30:00", "2026-10-25T02:30:00", 240),  # and the clocks going back
        ("2026-10-25T09:00:00Z", "2026-10-24T23:30:00+01:00", "2026-10-25T02:30:00+00:00", 240),
        ("2027-03-28T09:00:00Z", "2027-03-27T23:30:00", "2027-03-28T02:30:00", 120),  # and going forward
        ("2027-03-28T09:00:00Z", "2027-03-28T00:45:00", "2027-03-28T02:15:00", 30),
        ("2027-03-28T09:00:00Z", "2027-03-28T00:45:00Z", "2027-03-28T02:15:00+01:00", 30),
    ],
)
def test_a_visit_has_its_true_length(exported: str, start: str, end: str, minutes: float) -> None:
    times = {"planned_start": start, "planned_end": end, "actual_start": start, "actual_end": end}
    found = visit(times | {"exported_at": exported})
    assert (found.planned_minutes, found.actual_minutes) == (minutes, minutes)


BACK = {"exported_at": "2026-10-25T09:00:00Z", "actual_start": "", "actual_end": "", "status": "missed"}


@pytest.mark.parametrize(
    ("start", "end", "begins", "minutes"),
    [
        ("00:45", "01:15", "2026-10-24T23:45", 30),  # the first 01:15
        ("01:45", "02:15", "2026-10-25T01:45", 30),  # the second 01:45
        ("01:00", "01:30", "2026-10-25T00:00", 30),  # both of one hour: the first
        ("01:50", "01:20", "2026-10-25T00:50", 30),  # the clocks went back while it lasted
        ("01:30", "02:30", "2026-10-25T01:30", 60),
    ],
)
def test_in_the_doubled_hour_that_is_meant_which_makes_the_shortest_visit(
    start: str, end: str, begins: str, minutes: float
) -> None:
    found = visit(BACK | {"planned_start": f"2026-10-25T{start}", "planned_end": f"2026-10-25T{end}"})
    assert (found.planned_start, found.planned_minutes) == (datetime.fromisoformat(f"{begins}+00:00"), minutes)


def test_what_was_done_in_the_doubled_hour_is_nearest_to_its_plan() -> None:
    done = {"actual_start": "2026-10-25T01:35", "actual_end": "2026-10-25T01:55", "status": "completed"}
    for hour in (1, 0):
        plan = {f"planned_{end}": f"2026-10-25T01:{at}+0{hour}:00" for end, at in (("start", "30"), ("end", "59"))}
        found = visit(BACK | done | plan)
        assert found.actual_start is not None
        assert found.actual_start - found.planned_start == timedelta(minutes=5)
        under_way = visit(BACK | done | plan | {"actual_end": "", "status": "planned"})
        assert under_way.actual_start == found.actual_start


@settings(deadline=None)
@given(st.datetimes(datetime(2026, 10, 24, 12), datetime(2026, 10, 25, 6)), st.integers(1, 180))  # noqa: DTZ001
def test_no_visit_of_the_night_is_an_hour_too_long(local: datetime, minutes: int) -> None:
    start = local.replace(tzinfo=LONDON).astimezone(UTC)
    end = start + timedelta(minutes=minutes)
    times = {
        f"planned_{name}": moment.astimezone(LONDON).replace(tzinfo=None).isoformat()
        for name, moment in (("start", start), ("end", end))
    }
    found = visit(BACK | {"exported_at": "2026-10-26T09:00:00Z"} | times)
    assert timedelta(0) < found.planned_end - found.planned_start <= timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"actual_end": "2026-11-22T08:01:59Z"}, "actual_end is before actual_start"),
        ({"planned_end": "2026-11-22T07:59:00Z"}, "planned_end is not after planned_start"),
        ({"planned_end": "2026-11-22T08:00:00Z"}, "planned_end is not after planned_start"),
        ({"planned_start": "2026-11-21T08:44:59Z"}, "the planned visit is longer than 24 hours"),
        ({"actual_start": "2026-11-21T08:39:59Z"}, "the actual visit is longer than 24 hours"),
        ({"actual_start": "-"}, "actual_end is given without actual_start"),
        ({"planned_start": "2026-03-29T01:30"}, "planned_start is a time that did not exist"),
        ({"actual_end": "2026-03-29T01:30"}, "actual_end is a time that did not exist"),
        ({"planned_start": "2026-11-22"}, "planned_start is a date: a time is wanted"),
        ({"actual_start": "22/11/2026"}, "actual_start is a date: a time is wanted"),
        ({"planned_end": ""}, "planned_end is not a time"),
        ({"planned_start": "1900-01-01T08:00"}, "planned_start is before 1901"),
        ({"planned_start": "0001-01-01T00:00:00+01:00"}, "planned_start is not a time"),
        ({"actual_end": "2026-11-22T14:02:01Z", "actual_start": "2026-11-22T13:59:00Z"}, "actual_end is later than"),
        ({"actual_start": "2026-11-22T14:02:01Z", "actual_end": ""}, "actual_start is later than exported_at"),
    ],
)
def test_times_that_cannot_be_hold_the_row(change: dict[str, str], why: str) -> None:
    (reason,) = held(facts(change))
    assert reason.startswith(why)


def test_a_day_is_as_long_as_a_visit_may_be() -> None:
    assert visit({"actual_start": "2026-11-21T08:40:00Z"}).actual_minutes == 24 * 60


# --- Words and codes --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "status"),
    [
        *((said, VisitStatus.COMPLETED) for said in ("Completed", "COMPLETE", "delivered", "attended")),
        *((said, VisitStatus.LATE) for said in ("late", "Completed - late", "Late start")),
        *((said, VisitStatus.PLANNED) for said in ("planned", "Scheduled", "rostered", "In progress")),
    ],
)
def test_a_status_is_known_however_it_is_written(said: str, status: VisitStatus) -> None:
    assert visit({"status": said}).status is status


@pytest.mark.parametrize(
    ("said", "status"),
    [("MISSED", "missed"), ("no-show", "missed"), ("Canceled", "cancelled"), ("cancelled", "cancelled")],
)
def test_to_a_visit_that_was_not_made_nobody_came(said: str, status: str) -> None:
    nobody = {"actual_start": "", "actual_end": "", "status": said}
    assert visit(nobody).status == status
    assert held(facts({"status": said})) == [f"status is {status}, and actual_start is given"]


def test_a_status_that_is_not_known_holds_the_row_and_a_local_one_can_be_told() -> None:
    assert held(facts({"status": "logged"})) == ["status is not one that is known"]
    assert visit({"status": "Logged"}, statuses={"logged": "completed"}).status is VisitStatus.COMPLETED
    with pytest.raises(ValidationError, match='"complete" is not the status of a visit: "completed"'):
        VisitsSettings.model_validate({"folder": "a", "statuses": {"x": "complete"}})


@pytest.mark.parametrize("status", ["completed", "late", "missed"])
def test_how_a_visit_went_cannot_be_told_before_it_is_due(status: str) -> None:
    ahead = {"planned_start": "2026-11-23T08:00:00Z", "planned_end": "2026-11-23T08:45:00Z"}
    nobody = ahead | {"actual_start": "", "actual_end": ""}
    assert held(facts(nobody | {"status": status})) == [
        f"status is {status}, and planned_start is later than exported_at"
    ]
    assert visit(nobody | {"status": "cancelled"}).status is VisitStatus.CANCELLED
    assert visit(ahead | {"status": "completed"}).actual_minutes == 38  # a day early, and made


@pytest.mark.parametrize(("said", "carers"), [("", 1), ("one", 1), ("2", 2), ("Double handed", 2), ("3", 3), ("4", 4)])
def test_carers_are_counted_and_one_where_the_roster_does_not_say(said: str, carers: int) -> None:
    assert visit({"carers": said}).carers == carers


@pytest.mark.parametrize("said", ["0", "5", "-1", "1.5"])
def test_no_other_number_of_carers_goes_to_a_visit(said: str) -> None:
    (reason,) = held(facts({"carers": said}))
    assert reason.startswith("carers is not")


@pytest.mark.parametrize(
    ("said", "places", "meant"),
    [
        ("WUPIN", ("westshire",), "wupi-north"),
        ("wupi-north", ("wupi-north",), "wupi-north"),
        ("enhanced care team", ("westshire",), "wect-north"),
        ("1E5", ("westshire",), "ashdown-north"),  # a ward has that code too
        ("1E6", ("ashdown",), "ashdown-mid"),
    ],
)
def test_a_service_is_one_that_has_a_roster(said: str, places: tuple[str, ...], meant: str) -> None:
    assert visit({"service": said}, places=places).place == meant


@pytest.mark.parametrize("said", ["ZX99", "", "A1", "007", "Ashdown", "BRK-N"])
def test_a_service_that_is_not_known_holds_the_row_and_a_file_of_them_is_refused(said: str) -> None:
    assert held(facts({}, {"ref": "v-2", "service": said})) == ["service is not one of this feed"]
    with pytest.raises(FeedMalformed, match="not one of its 1 rows is of a service of this feed"):
        facts({"service": said})


def test_a_service_of_another_feed_holds_the_row() -> None:
    found = facts({}, {"ref": "v-2", "service": "1E5"}, places=("wupi-north",))
    assert held(found) == ["service is not one of this feed"]


def test_a_visit_that_is_there_again_is_given_again_for_the_poller_to_weigh() -> None:
    found = facts({}, {}, {"ref": "v-2"}, {"ref": "v-2", "carers": "2"})
    assert [one.ref for one in found if isinstance(one, Visit)] == ["v-1", "v-1", "v-2", "v-2"]


# --- Documents ------------------------------------------------------------------------------


def test_an_export_has_one_moment() -> None:
    with pytest.raises(FeedMalformed, match="row 2: its exported_at is not that of row 1; two exports in one"):
        facts({}, {"ref": "v-2", "exported_at": "2026-11-22T15:00:00Z"})
    with pytest.raises(FeedMalformed, match="exported_at is a date: a time is wanted"):
        facts({"exported_at": "2026-11-22"})


def test_a_row_without_a_line_end_is_held_and_the_others_are_read() -> None:
    content = as_csv(ROW, ROW | {"ref": "v-2"}).rstrip(b"\n")
    assert held(parse(content)) == ["has no line end: the file may be cut off"]
    assert held(parse(content, final_newline=False)) == []


def test_headings_alone_tell_of_nothing() -> None:
    assert parse(as_csv(ROW).splitlines(keepends=True)[0]) == []


@pytest.mark.parametrize("heading", ["Client name", "carer_name", "Carer", "Address", "Visit notes"])
def test_a_column_of_who_it_was_is_refused(heading: str) -> None:
    found = facts({heading: "Zebedee"})
    assert [fact.cells for fact in found if isinstance(fact, RefusedColumn)] == [1]
    assert "Zebedee" not in repr(found)


@pytest.mark.parametrize("column", ["ref", "package"])
def test_a_column_of_names_is_held(column: str) -> None:
    other = "package" if column == "ref" else "ref"
    found = facts(*({other: f"x-{n}", column: name} for n, name in enumerate(("Smith", "Jones", "v-3"))))
    assert held(found) == [f"{column} has no digit, like most here: are they names? A pseudonym is wanted"] * 2
    assert "Smith" not in repr(found)


GUIDE = (Path(__file__).parents[2] / "docs" / "packages.md").read_text()
CHAPTER = GUIDE.split("\n## Visits\n")[1].split("\n## ")[0]


def test_every_column_setting_and_status_is_in_the_guide() -> None:
    assert set(re.findall(r"^\| `(\w+)` \| required", CHAPTER, re.MULTILINE)) == set(COLUMNS)
    own = set(VisitsSettings.model_fields) - set(DropFolderSettings.model_fields)
    assert not [word for word in (*own, *VisitStatus) if f"`{word}`" not in CHAPTER]


def test_the_guides_feed_is_one() -> None:
    feed = tomllib.loads(CHAPTER.split("```toml\n")[1].split("```")[0])["feed"][0]
    assert feed["connector"] == "visits"
    VisitsSettings.model_validate(feed["settings"])


# --- Whatever comes -----------------------------------------------------------------------

CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
    st.sampled_from([*ROW.values(), "2026-11-22", "9999-12-31T23:59", "0001-01-01T00:00", "2026-10-25T01:30", "-"]),
    st.datetimes().map(str),
)


@settings(deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"exported_at": st.just(ROW["exported_at"])}
            | {key: st.just(ROW[key]) | CELLS for key in list(ROW)[1:]}
            | {"service": st.just("WUPIN")}
        ),
        min_size=1,
        max_size=6,
    )
)
def test_every_row_that_came_is_a_visit_or_held(rows: list[dict[str, str]]) -> None:
    found = parse(as_csv(*rows))
    visits = [fact for fact in found if isinstance(fact, Visit)]
    assert len(visits) + len(held(found)) == len(rows)
    for one in visits:
        assert 0 < one.planned_minutes <= 24 * 60
        assert one.actual_minutes is None or 0 <= one.actual_minutes <= 24 * 60
