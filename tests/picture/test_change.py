"""No sentence about a change contradicts the two numbers that it is about."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flowcentre.measures import find
from flowcentre.model import Coverage, Level, Place, PlaceKind, State, Value
from flowcentre.picture.change import Turn, change_sentence, compare, known_words

AT = datetime(2026, 11, 26, 16, 0, tzinfo=UTC)
THEN = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
NORTHGATE = Place("northgate", "Northgate", Level.SITE, PlaceKind.ACUTE_HOSPITAL)
COUNTY = Place("westshire", "Westshire", Level.SYSTEM, PlaceKind.SYSTEM)


def value(measure, figure, at, state=State.FRESH, place="northgate", **more):
    return Value(measure, place, figure, state, at - timedelta(minutes=4), at, **more)


def said_of(measure, then, now, place=NORTHGATE, then_at=THEN):
    return change_sentence(compare(find(measure), place, then, now, then_at, AT))


def said(measure, before, after):
    return said_of(measure, value(measure, before, THEN), value(measure, after, AT))


def test_a_rise_is_called_a_rise():
    assert said("nctr_now", 36_277, 36_366) == (
        "No criteria to reside at Northgate rose by 89, from 36,277 to 36,366 "
        "(figures of 07:56 and 15:56, the newer 4 min old)."
    )


def test_a_fall_of_a_share_is_told_in_points():
    assert "fell by 1.3 points, from 95.4 % to 94.1 %" in said("ga_occupancy", 95.4, 94.1)
    assert "rose by 1 point, from 94 % to 95 %" in re.sub(r"\.0", "", said("ga_occupancy", 94.0, 95.0))


def test_minutes_are_told_as_on_every_page():
    assert "rose by 52 min, from 82 min to 2 h 14 min" in said("ambulance_longest_handover_now", 82.7, 134.2)


def test_what_differs_looks_different():
    assert "rose by 0.04 points, from 94.10 % to 94.14 %" in said("ga_occupancy", 94.10, 94.14)


def test_what_is_the_same_but_for_the_noise_of_adding_stayed():
    assert "stayed at 0.3 %" in said("ga_occupancy", 0.1 + 0.2, 0.3)


# --- For any two numbers ---------------------------------------------------------------------------

FIGURE = r"(?:level )?(-?[\d,]+(?:\.\d+)?)(?: %| min\b| h (\d\d) min)?"
CHANGED = re.compile(rf"(rose|fell) by ({FIGURE}(?: points?)?), from ({FIGURE}) to ({FIGURE}) \(")


def number(words):
    """A figure as a reader takes it."""
    found = re.fullmatch(FIGURE, words.removesuffix(" points").removesuffix(" point"))
    amount = Decimal(found[1].replace(",", ""))
    return amount * 60 + Decimal(found[2]) if found[2] else amount


figures = st.one_of(
    st.integers(-5_000, 100_000).map(float),
    st.floats(-5_000, 100_000, allow_nan=False),
    st.floats(94.0, 94.2),
)


@given(
    measure=st.sampled_from(["nctr_now", "ga_occupancy", "ambulance_longest_handover_now", "home_care_hours_free"]),
    before=figures,
    after=figures,
)
@example("nctr_now", 36_277.0, 36_366.0)
@example("ga_occupancy", 94.95, 94.949999)
@example("ambulance_longest_handover_now", 90.2, 90.7)
@example("ambulance_longest_handover_now", -0.5, 0.4)
@example("ga_occupancy", -0.04, 0.04)
def test_no_sentence_contradicts_its_numbers(measure, before, after):
    words = said(measure, before, after)
    found = CHANGED.search(words)
    if found is None:
        assert "stayed at" in words, words
        assert abs(before - after) <= 1e-6
        return
    moved, first, last = (number(found[group]) for group in (2, 5, 8))
    assert (found[1] == "rose") == (after > before), words
    assert moved > 0, words
    assert last - first == (moved if found[1] == "rose" else -moved), words  # what a reader adds up comes right
    step = Decimal("1.000001") if measure != "ga_occupancy" else Decimal("0.050001")
    assert abs(first - Decimal(before)) <= step, words
    assert abs(last - Decimal(after)) <= step, words


whole = {"state": st.sampled_from([State.FRESH, State.LATE]), "at_least": st.just(False), "short": st.just(False)}
anything = {"state": st.sampled_from(State), "at_least": st.booleans(), "short": st.booleans()}


@given(then=st.fixed_dictionaries(anything), now=st.fixed_dictionaries(anything), figure=st.integers(0, 500))
def test_a_figure_that_is_partial_old_or_missing_is_never_held_against_another(then, now, figure):
    def made(of, at):
        amount = float(figure) if of["state"] not in (State.UNKNOWN, State.NEVER) else None
        coverage = Coverage(2, 3, "sites") if of["short"] else Coverage(3, 3, "sites")
        return value("nctr_now", amount, at, of["state"], at_least=of["at_least"], coverage=coverage)

    change = compare(find("nctr_now"), NORTHGATE, made(then, THEN), made(now, AT), THEN, AT)
    sound = all(of["state"].usable and not of["at_least"] and not of["short"] for of in (then, now))
    assert (change.turn is not Turn.NOT_COMPARED) == sound
    words = change_sentence(change)
    if not sound:
        assert "cannot be compared with 08:00: " in words
        assert not re.search(r"rose|fell|stayed", words)
        assert change.why_not


# --- Why not ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("then", "now", "why"),
    [
        ({}, {"state": State.STALE}, "now its last figure, 430 of 15:56, is too old"),
        ({"state": State.STALE}, {}, "then its last figure, 412 of 07:56, was too old"),
        ({}, {"figure": None, "state": State.UNKNOWN}, "it is not known now"),
        ({"figure": None, "state": State.NEVER}, {}, "none has been received by then"),
        (
            {},
            {"at_least": True, "coverage": Coverage(2, 3, "sites")},
            "it is at least 430 now, with 2 of 3 sites, and not all of it was counted",
        ),
        (
            {"coverage": Coverage(2, 3, "sites")},
            {"coverage": Coverage(3, 3, "sites")},
            "412 then was of 2 of 3 sites alone",
        ),
        (
            {"coverage": Coverage(3, 3, "sites")},
            {"coverage": Coverage(4, 4, "sites")},
            "it was counted of 3 sites then, and is of 4 now",
        ),
    ],
)
def test_it_is_said_why_two_figures_are_not_compared(then, now, why):
    before = value("nctr_now", **{"figure": 412.0, "at": THEN, **then})
    after = value("nctr_now", **{"figure": 430.0, "at": AT, **now})
    assert said_of("nctr_now", before, after) == (
        f"No criteria to reside at Northgate cannot be compared with 08:00: {why}."
    )


def test_counts_since_midnight_of_two_days_are_not_compared():
    yesterday = THEN - timedelta(days=1)
    words = said_of(
        "admissions_today",
        value("admissions_today", 61.0, yesterday),
        value("admissions_today", 40.0, AT),
        then_at=yesterday,
    )
    assert words == (
        "Admissions since midnight at Northgate cannot be compared with yesterday 08:00: it counts since midnight, and was "
        "61 of another day by yesterday 07:56; it is 40 today by 15:56."
    )
    assert "rose by 9, from 31 to 40" in said("admissions_today", 31.0, 40.0)


def test_a_figure_that_went_back_to_an_older_one_is_not_compared():
    older = replace(value("nctr_now", 430.0, AT), observed_at=THEN - timedelta(minutes=30))
    assert said_of("nctr_now", value("nctr_now", 412.0, THEN), older) == (
        "No criteria to reside at Northgate cannot be compared with 08:00: its figure now is of 07:30, and that of then was "
        "of 07:56, which is later."
    )
    # What is worked out may count something older by now, and is the same figure.
    assert said_of("nctr_now", value("nctr_now", 412.0, THEN), replace(older, derived=True)).endswith(
        "rose by 18, from 412 to 430 (its oldest figure was of 07:56 and is of 07:30, 8 h old)."
    )


def test_a_figure_that_has_not_come_anew_is_not_called_news():
    same = value("nctr_now", 412.0, THEN, State.LATE)
    assert said_of("nctr_now", same, same).endswith(
        "stayed at 412 (no newer figure than that of 07:56, 8 h old, late)."
    )


def test_a_county_has_things_in_it_and_a_hospital_has_them_at_it():
    then, now = value("nctr_now", 1.0, THEN), value("nctr_now", 2.0, AT)
    assert "in Westshire rose" in said_of("nctr_now", then, now, COUNTY)


def test_a_figure_by_itself_says_how_whole_and_how_old_it_is():
    short = value("nctr_now", 412.0, AT, at_least=True, coverage=Coverage(2, 3, "sites"))
    measure = find("nctr_now")
    assert known_words(short, measure, AT) == "at least 412 (2 of 3 sites; figure of 15:56, 4 min old)"
    assert "too old to be the present" in known_words(replace(short, state=State.STALE), measure, AT)
    assert known_words(replace(short, value=None, state=State.UNKNOWN), measure, AT).startswith("not known")
