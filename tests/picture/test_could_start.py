"""Who could start care today, and why the others could not."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given as for_all
from hypothesis import settings as with_settings
from hypothesis import strategies as any_

from flowcentre.model import CareReferral, CareService, NextStep, SmallNumbers, State, Therapy
from flowcentre.picture.care_room import FREE_THERAPY, Room, rooms_of
from flowcentre.picture.could_start import RULE, KnownList, LocalityToday, could_start
from flowcentre.picture.hindrance import Hindrance, few_people
from tests.picture.care_cast import AT, HOUR, picture, reablement, value, waiting

HOME, TEAM = CareService.HOME_CARE, CareService.REABLEMENT


def home(place: str, hours: float | None, **more: float | None) -> Room:
    return Room(place, HOME, hours, **more)


def team(place: str, hours: float | None, **more: float | None) -> Room:
    return Room(place, TEAM, hours, **more)


def north(rooms: list[Room], *referrals: CareReferral) -> LocalityToday:
    return could_start({"north": rooms}, [KnownList("north", AT, referrals)])[0]


def started(today: LocalityToday) -> dict[str, str | None]:
    return {start.referral.ref: start.hours_at or start.therapy_at for start in today.starts}


def why(today: LocalityToday) -> dict[str, Hindrance]:
    return {each.referral.ref: each.why for each in today.hindered}


def test_the_longest_wait_goes_first_and_nobody_gets_hours_that_are_gone() -> None:
    today = north([home("ashdown", 25)], waiting("late", 1), waiting("early", 9), waiting("middle", 5))
    assert list(started(today)) == ["early", "middle"]
    assert [start.hours_left for start in today.starts] == [15, 5]
    assert why(today) == {"late": Hindrance.NO_HOURS}


def test_the_smallest_block_that_fits_takes_a_package_so_that_the_large_one_stays_whole() -> None:
    today = north([home("large", 40), home("small", 10)], waiting("first", 9), waiting("big", 1, weekly_hours=40.0))
    assert started(today) == {"first": "small", "big": "large"}


def test_a_package_is_never_split_between_two_providers() -> None:
    today = north([home("ashdown", 9), home("bramble", 9)], waiting("one"))
    assert why(today) == {"one": Hindrance.NOT_IN_ONE}
    assert why(north([home("ashdown", 4), home("bramble", 4)], waiting("one"))) == {"one": Hindrance.NO_HOURS}


def test_two_carers_take_twice_the_hours() -> None:
    two = waiting("two", carers=2)
    assert why(north([home("ashdown", 19)], two)) == {"two": Hindrance.NO_HOURS}
    (start,) = north([home("ashdown", 20)], two).starts
    assert (start.hours, start.hours_left) == (20, 0)


def test_two_carers_need_a_provider_who_can_send_them_together_where_it_says_so() -> None:
    two, next_two = waiting("two", 9, carers=2), waiting("next", 5, carers=2)
    today = north([home("ashdown", 60, two_carers=20), home("bramble", 80, two_carers=0)], two, next_two)
    assert started(today) == {"two": "ashdown"}
    assert why(today) == {"next": Hindrance.NO_PAIR}
    assert started(north([home("ashdown", 60)], two)) == {"two": "ashdown"}


def test_hours_that_one_carer_took_no_pair_can_go_to() -> None:
    one, two = waiting("one", 9, weekly_hours=15.0), waiting("two", 1, carers=2, weekly_hours=10.0)
    today = north([home("ashdown", 30, two_carers=20)], one, two)
    assert (list(started(today)), why(today)) == (["one"], {"two": Hindrance.NO_HOURS})


def test_therapy_and_care_takes_a_place_of_the_team_that_gives_the_care_before_another() -> None:
    both = reablement("both", therapy=Therapy.THERAPY_AND_CARE)
    (start,) = north([team("wect", 30, therapy=1), team("wupi", 20, therapy=4)], both).starts
    assert (start.hours_at, start.therapy_at, start.therapy_left) == ("wupi", "wupi", 3)


def test_home_care_with_therapy_takes_the_therapy_of_a_team_of_the_locality() -> None:
    both = waiting("both", therapy=Therapy.THERAPY_AND_CARE)
    (start,) = north([home("ashdown", 30), team("wupi", 20, therapy=4)], both).starts
    assert (start.hours_at, start.therapy_at) == ("ashdown", "wupi")


def test_without_a_therapy_place_no_hours_are_taken_either() -> None:
    both, care = waiting("both", 9, therapy=Therapy.THERAPY_AND_CARE), waiting("care", 1)
    today = north([home("ashdown", 10), team("wupi", 0, therapy=0)], both, care)
    assert (list(started(today)), why(today)) == (["care"], {"both": Hindrance.NO_THERAPY})


def test_therapy_only_takes_a_place_and_no_hours() -> None:
    today = north([team("wupi", 5, therapy=1)], reablement("only", therapy=Therapy.THERAPY_ONLY, weekly_hours=None))
    (start,) = today.starts
    assert (start.hours, start.hours_at, start.therapy_at, start.therapy_left) == (0, None, "wupi", 0)


def test_reablement_takes_no_hours_of_home_care_nor_the_other_way() -> None:
    today = north([home("ashdown", 50)], reablement("one"))
    assert why(today) == {"one": Hindrance.ROOM_NOT_KNOWN}
    assert why(north([home("ashdown", 50), team("wupi", 5)], reablement("one"))) == {"one": Hindrance.NO_HOURS}


def test_care_is_looked_for_in_the_persons_own_locality_alone() -> None:
    rooms = {"north": [home("ashdown-north", 0)], "south": [home("ashdown-south", 90)]}
    found = could_start(rooms, [KnownList("north", AT, (waiting("one"),)), KnownList("south", AT, ())])
    assert [today.starts for today in found] == [(), ()]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"triaged_at": None, "therapy": Therapy.NOT_TRIAGED}, Hindrance.NOT_TRIAGED),
        ({"triaged_at": None, "therapy": None, "waits_for": NextStep.BROKERAGE}, Hindrance.NOT_TRIAGED),
        ({"waits_for": NextStep.FAMILY}, Hindrance.FAMILY),
        ({"waits_for": NextStep.HOSPITAL}, Hindrance.HOSPITAL),
        ({"sourced_at": AT - HOUR, "provider": "bramble"}, Hindrance.PROVIDER),
        ({"outcome": "deceased"}, Hindrance.TO_BE_CHECKED),
        ({"weekly_hours": None}, Hindrance.NEED_NOT_KNOWN),
        ({"weekly_hours": 0.0}, Hindrance.NEED_NOT_KNOWN),
        ({"carers": None}, Hindrance.NEED_NOT_KNOWN),
        ({"therapy": None}, Hindrance.NEED_NOT_KNOWN),
    ],
)
def test_why_somebody_could_not_start_is_said(row: dict[str, object], said: Hindrance) -> None:
    today = north([home("ashdown", 50)], waiting("one", 9, **row))
    assert (started(today), why(today)) == ({}, {"one": said})
    assert today.why_not == {said: 1}


def test_one_person_waits_and_two_wait() -> None:
    for each in Hindrance:
        one, verb = each.after(1), each.value.partition(" ")[0]
        assert each.after(2) == each.value
        assert one.startswith({"wait": "waits ", "have": "has "}.get(verb, each.value))


def test_who_has_started_or_ended_or_waits_for_a_bed_has_no_part_in_it() -> None:
    rows = [
        waiting("runs", started_at=AT - HOUR),
        waiting("ended", ended_at=AT - HOUR),
        waiting("bed", service=CareService.RECOVERY_BED),
        waiting("to come", -2),
    ]
    today = north([home("ashdown", 50)], *rows)
    assert (today.starts, today.hindered) == ((), ())


def test_hours_promised_to_somebody_who_has_not_started_are_not_promised_again() -> None:
    agreed = waiting("agreed", 1, sourced_at=AT - HOUR, provider="ashdown", carers=2)
    today = north([home("ashdown", 29, two_carers=29)], agreed, waiting("one", 9))
    assert why(today) == {"one": Hindrance.NO_HOURS, "agreed": Hindrance.PROVIDER}
    (room,) = today.rooms
    assert (room.hours, room.promised, room.left) == (29, 20, 9)


def test_hours_of_a_provider_who_must_act_next_are_kept_without_a_word_of_when_it_agreed() -> None:
    asked = waiting("asked", 9, waits_for=NextStep.PROVIDER, provider="ashdown")
    today = north([home("ashdown", 15)], asked, waiting("one", 5))
    assert why(today) == {"asked": Hindrance.PROVIDER, "one": Hindrance.NO_HOURS}
    assert today.rooms[0].promised == 10
    named = waiting("named", 9, waits_for=NextStep.FAMILY, provider="ashdown")  # nobody says that it agreed
    assert started(north([home("ashdown", 15)], named, waiting("one", 5))) == {"one": "ashdown"}


def test_a_promised_therapy_place_is_not_free_either() -> None:
    agreed = waiting("agreed", sourced_at=AT - HOUR, provider="ashdown", therapy=Therapy.THERAPY_AND_CARE)
    only = reablement("only", 5, therapy=Therapy.THERAPY_ONLY)
    today = north([home("ashdown", 29), team("wupi", 0, therapy=1)], agreed, only)
    assert why(today)["only"] is Hindrance.NO_THERAPY


def test_a_person_of_two_referrals_is_counted_once() -> None:
    one, other = waiting("one", 9), reablement("other", 5, person="person one")
    today = north([home("ashdown", 50), team("wupi", 50)], one, other)
    assert (list(started(today)), why(today)) == (["one"], {"other": Hindrance.COUNTED})
    today = north([home("ashdown", 0), team("wupi", 50)], one, other)
    assert (list(started(today)), why(today)) == (["other"], {"one": Hindrance.COUNTED})
    today = north([home("ashdown", 0), team("wupi", 0)], one, other)
    assert why(today) == {"one": Hindrance.NO_HOURS, "other": Hindrance.COUNTED}


def test_a_person_on_the_lists_of_two_localities_is_counted_once() -> None:
    rooms = {"north": [home("ashdown-north", 50)], "south": [home("ashdown-south", 50)]}
    lists = [
        KnownList("north", AT, (waiting("one", 5),)),
        KnownList("south", AT, (waiting("two", 9, place="south", person="person one"),)),
    ]
    found = could_start(rooms, lists)
    assert [list(started(today)) for today in found] == [[], ["two"]]


def test_a_locality_without_a_list_of_the_present_has_nobody_matched_and_says_so() -> None:
    today, other = could_start({"north": [home("ashdown", 50)], "south": []}, [KnownList("south", AT, ())])
    assert (today.known, today.starts, other.known) == (False, (), True)


# --- What is free, from a picture ---------------------------------------------------------------------------


def test_room_is_what_is_unfilled_of_a_block_and_free_of_a_team() -> None:
    now = picture(
        value("ashdown-north", "block_hours_unfilled", 30),
        value("ashdown-north", "home_care_hours_two_carers_free", 12),
        value("wupi-north", "reablement_hours_free", 25),
        value("wupi-north", "therapy_places_free", 3),
        value("bramble-north", "home_care_hours_free", 50),  # whose blocks nobody is to list
    )
    rooms = {room.place: room for room in rooms_of(now)["north"]}
    assert (rooms["ashdown-north"].hours, rooms["ashdown-north"].two_carers) == (30, 12)
    assert (rooms["wupi-north"].hours, rooms["wupi-north"].two_carers, rooms["wupi-north"].therapy) == (25, None, 3)
    assert set(rooms) == {"ashdown-north", "wupi-north"}
    assert list(rooms_of(now)) == ["north", "south"]


@pytest.mark.parametrize("state", [State.STALE, State.UNKNOWN, State.NEVER])
def test_capacity_that_is_too_old_or_not_known_is_no_capacity_and_is_said(state: State) -> None:
    number = 90.0 if state is State.STALE else None
    now = picture(value("ashdown-north", "block_hours_unfilled", number, state))
    today = could_start(rooms_of(now), [KnownList("north", AT, (waiting("one"),))])[0]
    assert why(today) == {"one": Hindrance.ROOM_NOT_KNOWN}
    assert "ashdown-north" in today.silent


def test_pairs_that_were_said_too_long_ago_are_no_pairs_and_are_told_as_not_known() -> None:
    now = picture(
        value("ashdown-north", "block_hours_unfilled", 90),
        value("ashdown-north", "home_care_hours_two_carers_free", 90, State.STALE),
    )
    two = waiting("two", carers=2)
    today = could_start(rooms_of(now), [KnownList("north", AT, (two,))])[0]
    assert why(today) == {"two": Hindrance.PAIRS_NOT_KNOWN}
    assert today.at_least


@pytest.mark.parametrize("state", [State.STALE, State.UNKNOWN, State.NEVER])
def test_therapy_that_is_not_known_is_not_told_as_none(state: State) -> None:
    now = picture(
        value("ashdown-north", "block_hours_unfilled", 90),
        value("wupi-north", "reablement_hours_free", 25),
        value("wupi-north", FREE_THERAPY, 3 if state is State.STALE else None, state),
    )
    both = reablement("both", therapy=Therapy.THERAPY_AND_CARE)
    today = could_start(rooms_of(now), [KnownList("north", AT, (both,))])[0]
    assert (why(today), today.silent) == ({"both": Hindrance.THERAPY_NOT_KNOWN}, ())
    assert today.at_least
    assert not could_start(rooms_of(now), [KnownList("north", AT, (waiting("one"),))])[0].at_least  # needs none


def test_a_team_that_has_no_therapy_place_left_is_no_team_that_does_not_tell() -> None:
    both = reablement("both", therapy=Therapy.THERAPY_AND_CARE)
    today = north([team("wect", 30, therapy=0), team("wupi", 20, therapy=None)], both)
    assert why(today) == {"both": Hindrance.THERAPY_NOT_KNOWN}
    today = north([team("wect", 30, therapy=0), team("wupi", 20, therapy=0)], both)
    assert (why(today), today.at_least) == ({"both": Hindrance.NO_THERAPY}, False)


def test_a_late_value_still_counts() -> None:
    now = picture(value("ashdown-north", "block_hours_unfilled", 90, State.LATE))
    assert could_start(rooms_of(now), [KnownList("north", AT, (waiting("one"),))])[0].starts


# --- Whatever comes ---------------------------------------------------------------------------------------

HOURS = any_.sampled_from([None, 0.0, 3.5, 7.0, 10.5, 14.0, 21.0, 42.0])
ROOMS = any_.lists(
    any_.builds(
        Room,
        place=any_.just(""),
        service=any_.sampled_from([HOME, TEAM]),
        hours=HOURS,
        two_carers=HOURS,
        therapy=any_.sampled_from([None, 0.0, 1.0, 2.0]),
    ),
    max_size=4,
).map(lambda rooms: [replace(room, place=f"place-{index}") for index, room in enumerate(rooms)])
PEOPLE = any_.lists(
    any_.builds(
        lambda waited, person, hours, **more: waiting("", waited, person=person, weekly_hours=hours, **more),
        any_.integers(0, 9),
        any_.sampled_from("abcdefgh"),
        HOURS,
        service=any_.sampled_from([HOME, HOME, TEAM, CareService.RECOVERY_BED]),
        carers=any_.sampled_from([1, 1, 2, None]),
        therapy=any_.sampled_from([None, *Therapy]),
        triaged_at=any_.sampled_from([AT - HOUR, None]),
        waits_for=any_.sampled_from([None, None, None, NextStep.FAMILY]),
        sourced_at=any_.sampled_from([None, None, AT - HOUR]),
        provider=any_.sampled_from([None, "place-0", "place-1"]),
        outcome=any_.sampled_from([None, None, None, "deceased"]),
    ),
    max_size=14,
).map(lambda people: [replace(person, ref=f"r{index}") for index, person in enumerate(people)])


def taken(today: LocalityToday, place: str) -> tuple[float, float, int]:
    """Hours given away at a place, those of them for two carers together, and therapy places."""
    there = [start for start in today.starts if start.hours_at == place]
    pairs = sum(start.hours for start in there if start.referral.carers == 2)
    return sum(s.hours for s in there), pairs, sum(s.therapy_at == place for s in today.starts)


@with_settings(max_examples=300, deadline=None)
@for_all(ROOMS, PEOPLE)
def test_nobody_starts_twice_and_no_more_is_given_than_there_is(rooms: list[Room], people: list[CareReferral]) -> None:
    today = north(rooms, *people)
    persons = Counter(start.referral.person for start in today.starts)
    assert all(number == 1 for number in persons.values())
    refs = [start.referral.ref for start in today.starts] + [each.referral.ref for each in today.hindered]
    at_home = [person.ref for person in people if person.service.at_home]
    assert sorted(refs) == sorted(at_home)  # each has an answer, and one
    for before, room in zip(rooms, today.rooms, strict=True):
        hours, pairs, places = taken(today, room.place)
        assert hours <= (room.left or 0) + 1e-6
        assert room.two_carers is None or pairs <= room.two_carers + 1e-6
        assert places <= max(0.0, (room.therapy or 0) - room.promised_therapy)
        assert before.hours == room.hours


@with_settings(max_examples=300, deadline=None)
@for_all(ROOMS, PEOPLE)
def test_nobody_is_passed_over_who_fitted_when_their_turn_came(rooms: list[Room], people: list[CareReferral]) -> None:
    """Each who had no room is tried again, alone, against what those before had left."""
    today = north(rooms, *people)
    for each in today.hindered:
        if each.why not in (Hindrance.NO_HOURS, Hindrance.NOT_IN_ONE, Hindrance.NO_PAIR, Hindrance.NO_THERAPY):
            continue
        turn = (each.referral.referred_at, each.referral.ref)
        before = replace(
            today, starts=tuple(s for s in today.starts if (s.referral.referred_at, s.referral.ref) < turn)
        )
        need, therapy = each.referral.carer_hours or 0, each.referral.therapy
        fits = therapy is Therapy.THERAPY_ONLY
        place_free = False
        for room in today.rooms:
            hours, pairs, places = taken(before, room.place)
            place_free = place_free or (room.therapy or 0) - room.promised_therapy - places >= 1
            if room.service is each.referral.service and room.left is not None and room.left - hours >= need - 1e-6:
                promised_to_two = room.promised if room.promised else 0  # some of it may have been one carer's
                together = room.two_carers is None or room.two_carers - pairs - promised_to_two >= need - 1e-6
                fits = fits or each.referral.carers != 2 or together
        assert not (fits and (therapy is Therapy.CARE_ONLY or place_free)), (each, today)


def test_the_rule_is_told_in_plain_sentences() -> None:
    assert len(RULE) > 5
    assert all(sentence.endswith(".") for sentence in RULE)


@pytest.mark.parametrize(
    ("counts", "left"),
    [((45, 12, 3, 4), (45,)), ((45, 12, 8, 2), (45, 12)), ((45, 12), (45, 12)), ((45, 3), ()), ((9, 3, 2), ())],
)
def test_reasons_of_few_people_are_left_out_with_another_where_the_sum_would_tell_of_one(
    counts: tuple[int, ...], left: tuple[int, ...]
) -> None:
    by_reason = dict(zip(Hindrance, counts, strict=False))
    few = few_people(by_reason, SmallNumbers())
    assert tuple(count for reason, count in by_reason.items() if reason not in few) == left
