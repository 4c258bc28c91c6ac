"""What somebody types in is kept whole or not at all, once, with its author and its end."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from flowcentre.feeds.author import NotAnAuthor, author_of, may_be_a_name
from flowcentre.feeds.typed import Desk, NoSuchForm, NotTaken, RoleAsked, mark_of
from flowcentre.model import Outcome
from flowcentre.store import Store, StoreError, open_store
from tests.feeds.typed_cast import (
    AT,
    AUTHOR,
    CONNECTORS,
    COUNTY,
    EXTRA_CARE,
    FILE,
    HOUR,
    REABLEMENT,
    TYPED,
    VOLUNTARY,
    Clock,
    desk_of,
    slip,
)
from tests.store.saying import sighting, tell

NORTH = "neighbours-north"
HOURS = ("used", "staffed", "commissioned", "closed", "two_carers_free")


def known(store: Store) -> dict[tuple[str, str], float | None]:
    """What was typed; not that a figure which follows was not."""
    return {(row.place, row.measure): row.value for row in store.latest() if not row.measure.endswith("_free")}


# --- Kept -----------------------------------------------------------------------------------


def test_a_slip_is_a_poll_of_its_feed_with_its_author_and_its_end(store: Store) -> None:
    heard: list[int] = []
    store.listen(heard.append)
    taken = desk_of(store, Clock()).take(slip())
    assert (taken.accepted, taken.held, taken.again, taken.version) == (3, (), False, store.version())
    assert (taken.typed.author, taken.typed.typed_at, taken.typed.expires_at) == (AUTHOR, AT, AT + 4 * HOUR)
    assert known(store) == {(NORTH, "voluntary_used"): 7, (NORTH, "voluntary_capacity"): 12}
    assert {row.typed for row in store.latest()} == {taken.typed}
    [poll] = store.polls(TYPED.id)
    assert (poll.outcome, poll.counts.accepted, poll.engine, poll.due_at) == (Outcome.OK, 3, "typed in", AT)


def test_the_same_form_sent_twice_is_one_record_and_a_changed_one_is_another(store: Store) -> None:
    clock = Clock()
    desk = desk_of(store, clock)
    first = desk.take(slip())
    clock.forward(timedelta(seconds=20))
    again = desk.take(slip())
    assert (again.again, again.version, again.typed) == (True, first.version, first.typed)
    assert len(store.polls(TYPED.id)) == 1
    changed = desk.take(slip(used="8"))  # gone back with the browser's button, and put right
    assert not changed.again
    assert known(store)[NORTH, "voluntary_used"] == 8
    assert desk.kept(mark_of(slip())) == again
    assert desk.kept("nothing") is None


def test_a_form_sent_by_many_hands_at_once_is_kept_once(store_url: str) -> None:
    stores = [open_store(store_url) for _ in range(1 if store_url.startswith("sqlite") else 3)]
    try:
        taken = []
        threads = [
            threading.Thread(target=lambda each=each: taken.append(desk_of(each, Clock()).take(slip())))
            for each in stores * (6 // len(stores))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len(taken) == 6
        assert sum(not one.again for one in taken) == 1
        assert len(stores[0].polls(TYPED.id)) == 1
    finally:
        for each in stores:
            each.close()


def test_two_slips_of_one_moment_are_both_kept_and_the_later_counts(store: Store) -> None:
    desk = desk_of(store, Clock())
    desk.take(slip(used="7"))
    second = desk.take(slip(used="8", form="form-2"))
    assert second.typed.typed_at == AT + timedelta(milliseconds=1)
    assert known(store)[NORTH, "voluntary_used"] == 8


def test_whoever_types_last_is_right_though_another_servers_clock_is_ahead(store: Store) -> None:
    desk_of(store, Clock(AT + timedelta(minutes=1))).take(slip(used="7"))
    desk_of(store, Clock()).take(slip(used="8", form="form-2"))
    assert known(store)[NORTH, "voluntary_used"] == 8


def test_the_same_figures_typed_again_hold_longer(store: Store) -> None:
    clock = Clock()
    desk = desk_of(store, clock)
    desk.take(slip())
    clock.forward(2 * HOUR)
    desk.take(slip(form="form-2"))
    assert {row.typed.expires_at for row in store.latest() if row.typed} == {AT + 6 * HOUR}


def test_each_place_speaks_for_itself_and_no_list_is_cut_short(store: Store) -> None:
    clock = Clock()
    desk = desk_of(store, clock)
    for number, place in enumerate((NORTH, "neighbours-mid", NORTH, "neighbours-mid") * 3):
        taken = desk.take(slip(used=str(number + 1), form=f"form-{number}", place=place))
        assert (taken.accepted, taken.held) == (3, ())
        clock.forward(timedelta(minutes=7))
    desk.take(slip(place="meadow-court", figures={EXTRA_CARE: {"used": "30", "staffed": "40"}}))
    assert known(store)[NORTH, "voluntary_used"] == 11


def test_what_is_left_empty_is_not_known_and_never_nought(store: Store) -> None:
    taken = desk_of(store, Clock()).take(slip(used=""))
    assert taken.accepted == 3
    assert known(store) == {(NORTH, "voluntary_used"): None, (NORTH, "voluntary_capacity"): 12}


# --- Held, and asked about ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("used", "staffed", "why", "asks"),
    [
        ("-2", "12", "Voluntary sector places in use is not a count: it is below zero", False),
        ("1.5", "12", "Voluntary sector places in use is not a count: it is not whole", False),
        ("a few", "12", "Voluntary sector places in use is not a number", False),
        ("12", "7", "more is used than there is, 12 of 7", True),
        ("7", "99999999", "Voluntary sector places staffed is too long for a figure", False),
    ],
)
def test_a_figure_that_cannot_be_is_held_in_plain_words_and_what_stood_before_stands(
    store: Store, used: str, staffed: str, why: str, asks: bool
) -> None:
    desk = desk_of(store, Clock())
    desk.take(slip())
    taken = desk.take(slip(used=used, staffed=staffed, form="form-2"))
    assert (taken.accepted, taken.held, taken.asks) == (0, (why,), asks)
    assert known(store) == {(NORTH, "voluntary_used"): 7, (NORTH, "voluntary_capacity"): 12}
    assert {row.typed.typed_at for row in store.latest() if row.typed} == {AT}
    assert desk.kept(mark_of(slip(used=used, staffed=staffed, form="form-2"))) == replace(taken, again=True)
    [row] = store.held_rows(TYPED.id)
    assert row.place == NORTH
    assert store.polls(TYPED.id)[0].outcome is Outcome.HELD


def test_a_figure_that_leaps_is_asked_about_and_its_service_is_held_whole(store: Store) -> None:
    desk = desk_of(store, Clock())
    desk.take(slip(used="24", staffed="30"))
    taken = desk.take(slip(used="25", staffed="300", form="form-2"))
    assert taken.held == ("Voluntary sector places staffed: 30 before, and 300 now",)
    assert taken.asks
    assert (taken.accepted, taken.services) == (0, ())  # nor that what is free follows
    assert known(store)[NORTH, "voluntary_used"] == 24
    assert {row.typed.typed_at for row in store.latest() if row.typed} == {AT}
    sure = desk.take(slip(used="25", staffed="300", form="form-3", sure=True))
    assert (sure.accepted, sure.held) == (3, ())
    assert known(store)[NORTH, "voluntary_capacity"] == 300


def test_a_figure_is_compared_with_what_stood_in_the_field_whoever_said_it(store: Store) -> None:
    def of_the_team(used: str, form: str) -> tuple[str, ...]:
        figures = {REABLEMENT: {"used": used, "staffed": "900"}}
        return desk_of(store, clock).take(slip(place="wupi-north", figures=figures, form=form)).held

    def from_the_file(used: float) -> None:
        said = {"reablement_hours_capacity": 900.0, "reablement_hours_used": used}
        tell(store, FILE.id, clock.at, sighting("wupi-north", clock.at, **said))

    clock = Clock()
    from_the_file(20)
    clock.forward(timedelta(minutes=1))
    assert of_the_team("200", "form-1") == ("Reablement hours a week used: 20 before, and 200 now",)
    assert of_the_team("21", "form-2") == ()
    clock.forward(timedelta(minutes=1))
    from_the_file(200)
    clock.forward(timedelta(minutes=1))
    assert of_the_team("201", "form-3") == ()  # the last that was typed is 21


def test_a_service_left_empty_of_which_nothing_is_known_is_not_part_of_what_is_kept(store: Store) -> None:
    feed = replace(TYPED, settings={}, provides=(*TYPED.provides, "therapy_places_capacity", "therapy_places_used"))
    figures = {
        REABLEMENT: {"used": "61.5", "staffed": "80", "commissioned": "", "closed": "", "two_carers_free": ""},
        "therapy": {"used": "", "staffed": ""},
    }
    desk = desk_of(store, Clock(), replace(COUNTY, feeds=(feed,)))
    desk.take(slip(place="wupi-north", figures=figures))
    assert ("wupi-north", "therapy_places_used") not in known(store)
    figures[REABLEMENT]["used"] = "9999999"
    taken = desk.take(slip(place="wupi-north", figures=figures, form="form-2"))
    words = "Reablement hours a week used: 9,999,999 of 80 cannot be, more than ten times what there is"
    assert (taken.held, taken.accepted) == ((words,), 0)


@pytest.mark.parametrize(
    ("used", "staffed", "why"),
    [
        ("9999999", "44", "places in use: 9,999,999 of 44 cannot be, more than ten times what there is"),
        ("441", "44", "places in use: 441 of 44 cannot be, more than ten times what there is"),
        ("9999999", "", "places in use: 9,999,999 of 44 cannot be"),  # what is known, where nothing is said of it
        ("30", "9999999", "places staffed: 9,999,999 cannot be, a figure here is below 100,000"),
        ("20", "0", "places in use: 20 of 0 cannot be"),
    ],
)
def test_what_can_never_be_is_not_asked_about_and_no_tick_takes_it(
    store: Store, used: str, staffed: str, why: str
) -> None:
    desk = desk_of(store, Clock())
    desk.take(slip(used="40", staffed="44"))
    for sure in (False, True):
        taken = desk.take(slip(used=used, staffed=staffed, form=f"form-{sure}", sure=sure))
        assert why in taken.held[0]
        assert (taken.accepted, taken.asks) == (0, False)
    assert known(store) == {(NORTH, "voluntary_used"): 40, (NORTH, "voluntary_capacity"): 44}


@pytest.mark.parametrize(("used", "staffed"), [("440", "44"), ("19", "0"), ("7", "99999")])
def test_what_is_merely_unlikely_is_taken_of_whoever_stands_by_it(store: Store, used: str, staffed: str) -> None:
    desk = desk_of(store, Clock())
    desk.take(slip(used="40", staffed="44"))
    assert desk.take(slip(used=used, staffed=staffed, form="form-2")).asks
    assert desk.take(slip(used=used, staffed=staffed, form="form-3", sure=True)).accepted == 3


def test_what_can_never_be_is_told_by_the_file_where_the_form_leaves_that_figure_to_it(store: Store) -> None:
    clock = Clock()
    tell(store, FILE.id, clock.at, sighting("wupi-north", clock.at, reablement_hours_capacity=80.0))
    clock.forward(timedelta(minutes=1))
    feed = replace(TYPED, provides=("reablement_hours_used",))
    desk = desk_of(store, clock, replace(COUNTY, feeds=(FILE, feed)))
    taken = desk.take(slip(place="wupi-north", figures={REABLEMENT: {"used": "9999"}}, sure=True))
    assert "9,999 of 80 cannot be" in taken.held[0]


def test_of_two_services_one_may_be_impossible_and_the_other_taken(store: Store) -> None:
    feed = replace(TYPED, settings={}, provides=(*TYPED.provides, "therapy_places_capacity", "therapy_places_used"))
    figures = {REABLEMENT: {"used": "61.5", "staffed": "80"}, "therapy": {"used": "999", "staffed": "4"}}
    desk = desk_of(store, Clock(), replace(COUNTY, feeds=(feed,)))
    taken = desk.take(
        slip(place="wupi-north", figures=figures | {REABLEMENT: dict.fromkeys(HOURS, "") | figures[REABLEMENT]})
    )
    assert (taken.services, taken.asks) == ((REABLEMENT,), False)
    assert "999 of 4 cannot be" in taken.held[0]
    assert known(store)["wupi-north", "reablement_hours_used"] == 61.5


@pytest.mark.parametrize(("before", "now"), [("2", "9"), ("40", "21"), ("3", "12"), ("0", "15")])
def test_an_ordinary_change_is_not_asked_about(store: Store, before: str, now: str) -> None:
    desk = desk_of(store, Clock())
    desk.take(slip(used=before, staffed="50"))
    assert desk.take(slip(used=now, staffed="50", form="form-2")).accepted == 3


def test_of_two_services_one_may_be_held_and_the_other_taken(store: Store) -> None:
    feed = replace(TYPED, settings={}, provides=(*TYPED.provides, "therapy_places_capacity", "therapy_places_used"))
    county = replace(COUNTY, feeds=(feed,))
    figures = {
        "reablement hours": {"used": "61.5", "staffed": "80", "commissioned": "", "closed": "", "two_carers_free": ""},
        "therapy": {"used": "9", "staffed": "4"},
    }
    taken = desk_of(store, Clock(), county).take(slip(place="wupi-north", figures=figures))
    assert (taken.held, taken.asks) == (("more is used than there is, 9 of 4",), True)
    assert taken.services == ("reablement hours",)
    sent_again = desk_of(store, Clock(), county).take(slip(place="wupi-north", figures=figures))
    assert sent_again == replace(taken, again=True)
    assert known(store)["wupi-north", "reablement_hours_used"] == 61.5
    assert ("wupi-north", "therapy_places_used") not in known(store)


# --- Not taken ------------------------------------------------------------------------------


def nothing_is_kept(store: Store) -> bool:
    return store.version() == 0 and not store.polls() and not store.latest()


@pytest.mark.parametrize(
    "holds", [timedelta(0), timedelta(minutes=-1), timedelta(hours=25, milliseconds=1), AT, AT - HOUR, AT + 26 * HOUR]
)
def test_a_time_that_has_passed_or_is_too_far_off_is_refused(store: Store, holds: timedelta | datetime) -> None:
    with pytest.raises(NotTaken, match="choose again"):
        desk_of(store, Clock()).take(slip(holds=holds))
    assert nothing_is_kept(store)


def test_an_empty_form_is_refused_until_something_is_known_that_may_be_unsaid(store: Store) -> None:
    desk = desk_of(store, Clock())
    with pytest.raises(NotTaken, match="one figure"):
        desk.take(slip(used=" ", staffed=""))
    assert nothing_is_kept(store)
    desk.take(slip())
    desk.take(slip(used="", staffed="", form="form-2", sure=True))
    assert set(known(store).values()) == {None}


def test_a_form_in_which_all_that_was_known_is_emptied_asks_first(store: Store) -> None:
    clock = Clock()
    desk = desk_of(store, clock)
    emptied = {REABLEMENT: {"used": "", "staffed": ""}}
    said = {"reablement_hours_capacity": 80.0, "reablement_hours_used": 60.0}
    tell(store, FILE.id, clock.at, sighting("wupi-north", clock.at, **said))
    clock.forward(timedelta(minutes=1))
    taken = desk.take(slip(place="wupi-north", figures=emptied))
    words = "this says that nothing is known of reablement hours for 4 hours, in place of what its file says"
    assert (taken.held, taken.asks, taken.accepted) == ((words,), True, 0)
    assert known(store)["wupi-north", "reablement_hours_used"] == 60
    assert desk.take(slip(place="wupi-north", figures=emptied, form="form-2", sure=True)).accepted == 3
    desk.take(slip(form="form-3"))
    until = datetime(2026, 11, 23, 8, tzinfo=AT.tzinfo)
    typed_before = desk.take(slip(used="", staffed=" ", form="form-4", holds=until))
    assert typed_before.held == (
        "this says that nothing is known of voluntary sector until 08:00, in place of what was typed in before",
    )
    assert desk.take(slip(used="", form="form-5")).held == ()  # one figure is unsaid without a question


@pytest.mark.parametrize("place", ["westshire", "nowhere", "north", "../etc"])
def test_a_place_that_nobody_types_for_is_refused(store: Store, place: str) -> None:
    with pytest.raises(NoSuchForm):
        desk_of(store, Clock()).take(slip(place=place))
    assert nothing_is_kept(store)


def test_a_form_without_its_figures_is_refused_whole(store: Store) -> None:
    taken = desk_of(store, Clock()).take(slip(figures={VOLUNTARY: {"used": "7"}}))
    assert taken.accepted == 0
    assert "another form?" in taken.held[0]
    assert not store.latest()


def test_a_cell_that_was_not_asked_for_is_not_read(store: Store) -> None:
    cells = {"used": "7", "staffed": "12", "place_code": "meadow-court", "service": EXTRA_CARE, "free": "99"}
    desk_of(store, Clock()).take(slip(figures={VOLUNTARY: cells, EXTRA_CARE: {"used": "1", "staffed": "1"}}))
    assert known(store) == {(NORTH, "voluntary_used"): 7, (NORTH, "voluntary_capacity"): 12}


def test_a_store_that_fails_half_way_keeps_nothing_and_takes_the_form_when_it_is_well(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_of(store, Clock())
    heard: list[int] = []
    store.listen(heard.append)
    with monkeypatch.context() as broken:
        broken.setattr(store, "keep_slip", lambda *_, **__: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            desk.take(slip())
    assert nothing_is_kept(store)
    assert set(heard) <= {0}  # on PostgreSQL a listener hears first where the store stands
    assert desk.take(slip()).accepted == 3
    assert known(store)[NORTH, "voluntary_used"] == 7


def test_a_store_opened_to_read_takes_nothing(store_url: str) -> None:
    with pytest.raises(StoreError, match="opened to read"):
        desk_of(reader := open_store(store_url, writer=False), Clock()).take(slip())
    reader.close()


# --- Who ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    ["duty manager, Meadow Court", "JB", "Sister, Ward 12", "  night   lead ", "Rhian ap Siôn’s deputy", "OT/PT (N)"],
)
def test_a_role_or_initials_are_an_author(said: str) -> None:
    assert author_of(said) == " ".join(said.split())


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("", "Say who you are"),
        ("  ", "Say who you are"),
        ("12", "Say who you are"),
        ("01926 400000", "looks like a telephone number"),
        ("Mrs Jones DOB 3/4/51", "looks like a date of birth"),
        ("born 1950", "looks like a date of birth"),
        ("site manager, 3 April 1951", "looks like a date of birth"),
        ("jb 943 476 5919", "looks like an NHS number"),
        ("jb 943-476-5919", "NHS number"),
        ("call 01926 400000", "looks like a telephone number"),
        ("jb, ext 54321", "number"),
        ("jb 12/03/1948", "date"),
        ("jb CV34 4RL", "postcode"),
        ("j.b@meadow.example", "No e-mail"),
        ("https://meadow.example", "web address"),
        ("<b>jb</b>", "Letters, please"),
        ("jb\N{ZERO WIDTH SPACE}", "Letters, please"),
        ("x" * 61, "60 letters"),
    ],
)
def test_what_reaches_a_person_is_no_author_and_is_not_repeated(said: str, why: str) -> None:
    with pytest.raises(NotAnAuthor, match=why) as refused:
        author_of(said)
    assert not said.strip() or said not in str(refused.value)


@pytest.mark.parametrize("said", ["Mary Smith", "Smith, Mary", "Mary-Ann McDonald", "Mary Jane O’Brien", "Siân Ellis"])
def test_what_looks_like_a_name_is_asked_about_and_kept_once_it_is_said_to_be_a_role(store: Store, said: str) -> None:
    with pytest.raises(RoleAsked, match="Is this a role"):
        desk_of(store, Clock()).take(slip(author=said, sure=True))
    assert nothing_is_kept(store)
    assert desk_of(store, Clock()).take(slip(author=said, role=True)).typed.author == said


@pytest.mark.parametrize(
    "said",
    [
        "Duty Manager",
        "Night Lead",
        "Sister, Ward 12",
        "JB",
        "J B",
        "duty manager, Meadow Court",
        "OT/PT (N)",
        "mary smith",
    ],
)
def test_what_looks_like_no_name_is_not_asked_about(said: str) -> None:
    assert not may_be_a_name(said)


def test_an_author_that_cannot_be_keeps_nothing(store: Store) -> None:
    with pytest.raises(NotTaken, match="NHS number"):
        desk_of(store, Clock()).take(slip(author="943 476 5919 jb"))
    assert nothing_is_kept(store)


# --- What is asked --------------------------------------------------------------------------


def test_a_desk_asks_for_what_its_feed_reports_and_follows_the_configuration(store: Store) -> None:
    counties = [COUNTY]
    desk = Desk(store, CONNECTORS, lambda: counties[-1], Clock())
    assert [asked.place for asked in desk.places()] == list(TYPED.places)
    asked = desk.asks("wupi-north")
    assert asked is not None
    assert [figure.column for figure in asked.figures()] == ["used", "staffed"]  # the feed provides no more
    assert asked.holds_for == 4 * HOUR
    counties.append(replace(COUNTY, feeds=(replace(TYPED, places=("meadow-court",)),)))
    assert [asked.place for asked in desk.places()] == ["meadow-court"]
    assert desk.asks(NORTH) is None
    counties.append(replace(COUNTY, feeds=()))
    assert desk.places() == ()
