"""No sentence about a change contradicts the two numbers that it is about."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flowcentre.measures import find
from flowcentre.measures.pressure import LEVEL, SCORE
from flowcentre.model import Coverage, Declaration, Level, Place, PlaceKind, Score, State, Value
from flowcentre.picture.change import Turn, change_sentence, compare, unchanged_sentence
from flowcentre.picture.level_words import declared_line, pressure_line

AT = datetime(2026, 11, 26, 16, 0, tzinfo=UTC)
THEN = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
NORTHGATE = Place("northgate", "Northgate", Level.SITE, PlaceKind.ACUTE_HOSPITAL)
DAY = timedelta(days=1)
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
        before, _, after = words.partition("; cannot be compared with 08:00, when ")
        assert change.briefly
        assert not re.search(r"rose|fell|stayed|[Uu]nchanged", words)
        assert not unchanged_sentence([change])
        for of, side in ((now, before), (then, after)):
            known = of["state"] not in (State.UNKNOWN, State.NEVER)
            assert bool(re.search(rf"\b{figure}\b", side.partition(": ")[2] if side is before else side)) == known, (
                words
            )
            assert ("at least" in side) == (known and of["at_least"]), words


@given(pairs=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=4))
def test_what_stayed_the_same_and_no_other_stands_in_one_line_with_its_figure(pairs):
    measures = ("nctr_now", "ae_over_12h_now", "ga_beds_escalation_open", "ambulances_waiting_now")
    changes = [
        compare(find(of), NORTHGATE, value(of, float(then), THEN), value(of, float(now), AT), THEN, AT)
        for of, (then, now) in zip(measures, pairs, strict=False)
    ]
    words = unchanged_sentence(changes)
    for change, (then, now) in zip(changes, pairs, strict=True):
        stands = re.search(rf"{re.escape(change.measure.short_label)} (\d+)\b", words)
        assert (stands is not None) == (then == now), words
        assert stands is None or int(stands[1]) == now
    if words:
        assert words.startswith("Unchanged at Northgate: ")
        assert words.endswith(" (figures of 07:56 and 15:56, the newer 4 min old).")


scores = st.integers(0, 80).map(lambda half: half / 2)
levels = st.integers(1, 4)


@given(level=st.tuples(levels, levels), points=st.tuples(scores, scores), short=st.booleans(), indicative=st.booleans())
def test_no_line_of_a_computed_level_contradicts_its_numbers(level, points, short, indicative):
    changes = [
        compare(of, NORTHGATE, value(of.id, float(then), THEN, at_least=short), value(of.id, float(now), AT), THEN, AT)
        for of, (then, now) in ((LEVEL, level), (SCORE, points))
    ]
    score = Score("northgate", None, points[1], points[1], 44.0, level[1], State.FRESH, indicative=indicative)
    words = pressure_line(NORTHGATE, score, changes, AT)
    assert ("(indicative)" in words) == indicative
    if short:
        assert not re.search("rose|fell|stayed", words)
        assert f"computed level {level[1]}, score {points[1]:g} of 44" in words
        assert f"when it was at least level {level[0]}" in words
        return
    said = re.fullmatch(
        rf"The computed level at Northgate (.+); its score (.+) of 44{re.escape(' (indicative)' if indicative else '')}\.",
        words,
    )
    for (then, now), part in zip((level, points), said.groups(), strict=True):
        if then == now:
            assert number(part.removeprefix("stayed at ")) == Decimal(str(now))
            continue
        way, moved, first, last = re.fullmatch(
            r"(rose|fell) by ([\d.]+)(?: points?)?, from (\S+|level \d) to (\S+|level \d)", part
        ).groups()
        assert (way == "rose") == (now > then)
        assert (number(first), number(last)) == (Decimal(str(then)), Decimal(str(now)))
        assert Decimal(moved) == abs(number(first) - number(last))


@given(declared=levels, computed=st.none() | levels, at_least=st.booleans(), stale=st.booleans())
def test_a_declared_level_is_never_said_to_be_another_distance_from_the_computed_one(
    declared, computed, at_least, stale
):
    state = State.STALE if stale else State.FRESH
    score = Score("northgate", None, computed and 10.0, 44.0, 44.0, computed, state, at_least=at_least)
    words = declared_line(NORTHGATE, score, Declaration(1, "northgate", declared, "beds", "lead", THEN, AT + DAY), AT)
    assert words.startswith(f"Northgate is declared level {declared}, ")
    found = re.search(r"(at least )?(\d) (above|below) the computed (\d)", words)
    if found is None:
        certain = computed is not None and not stale and not at_least
        assert not certain or (computed == declared and "as is computed (indicative" in words), words
        return
    assert not stale
    apart = declared - computed
    assert (int(found[2]), found[3], int(found[4])) == (abs(apart), "above" if apart > 0 else "below", computed)
    assert bool(found[1]) == at_least
    assert not at_least or apart < 0
    assert "(indicative, locally configured)" in words


def test_the_times_of_what_stayed_are_said_once_after_those_whose_they_are():
    def stayed(of, figure, at=AT):
        return compare(find(of), NORTHGATE, value(of, figure, THEN), value(of, figure, at), THEN, AT)

    words = unchanged_sentence(
        [
            stayed("nctr_now", 72.0, THEN),
            stayed("ga_occupancy", 96.0),
            stayed("delayed_now", 70.0, THEN),
            stayed("calls_111_abandoned_share", 10.8),
        ]
    )
    assert words == (
        "Unchanged at Northgate: No criteria to reside 72; Delayed 70 (no newer figure than that of 07:56, 8 h old). "
        "Occupancy 96.0 %; 111 abandoned 10.8 % (figures of 07:56 and 15:56, the newer 4 min old)."
    )


def test_a_figure_that_was_too_old_and_is_the_same_is_said_once():
    old = value("nctr_now", 412.0, THEN, State.STALE)
    assert said_of("nctr_now", old, old) == (
        "No criteria to reside at Northgate: its last figure, 412 of 07:56, is too old; cannot be compared with 08:00, when "
        "it was too old as well."
    )


def test_a_figure_of_yesterday_and_one_of_today_do_not_read_as_one_day():
    yesterday = THEN - timedelta(days=1)
    words = said_of("nctr_now", value("nctr_now", 1.0, yesterday), value("nctr_now", 2.0, AT), then_at=yesterday)
    assert "(figures of yesterday 07:56 and today 15:56, the newer 4 min old)" in words


def test_what_the_name_of_a_place_says_is_not_said_twice():
    calls = Place("111", "NHS 111 for Westshire", Level.SITE, PlaceKind.NHS_111)
    for id, said in (
        ("call_111_longest_wait_now", "Longest wait of a call now at NHS 111 for Westshire"),
        ("clinical_queue_111_now", "Waiting for a clinician to call back at NHS 111 for Westshire"),
        ("calls_111_abandoned_share", "Calls abandoned, share since midnight at NHS 111 for Westshire"),
    ):
        words = said_of(id, value(id, 1.0, THEN), value(id, 2.0, AT), calls)
        assert words.startswith(f"{said} rose by ")


# --- Why not ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("then", "now", "why"),
    [
        ({}, {"state": State.STALE}, "its last figure, 430 of 15:56, is too old; C, when it was 412"),
        ({"state": State.STALE}, {}, "430 now; C, when its last figure, 412 of 07:56, was too old"),
        ({}, {"figure": None, "state": State.UNKNOWN}, "not known now; C, when it was 412"),
        ({"figure": None, "state": State.NEVER}, {}, "430 now; C, when none had been received"),
        (
            {},
            {"at_least": True, "coverage": Coverage(2, 3, "sites")},
            "at least 430 now, with 2 of 3 sites; C, when it was 412",
        ),
        (
            {"coverage": Coverage(2, 3, "sites")},
            {"coverage": Coverage(3, 3, "sites")},
            "430 now; C, when it was 412, of 2 of 3 sites alone",
        ),
        (
            {"coverage": Coverage(3, 3, "sites")},
            {"coverage": Coverage(4, 4, "sites")},
            "430 now, of 4 sites; C, when it was 412, of 3 sites",
        ),
    ],
)
def test_it_is_said_why_two_figures_are_not_compared(then, now, why):
    before = value("nctr_now", **{"figure": 412.0, "at": THEN, **then})
    after = value("nctr_now", **{"figure": 430.0, "at": AT, **now})
    assert said_of("nctr_now", before, after) == (
        f"No criteria to reside at Northgate: {why.replace('C', 'cannot be compared with 08:00')}."
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
        "Admissions since midnight at Northgate: 40 now; cannot be compared with yesterday 08:00, when it was 61, of another "
        "day."
    )
    assert "rose by 9, from 31 to 40" in said("admissions_today", 31.0, 40.0)


def test_a_figure_that_went_back_to_an_older_one_is_not_compared():
    older = replace(value("nctr_now", 430.0, AT), observed_at=THEN - timedelta(minutes=30))
    assert said_of("nctr_now", value("nctr_now", 412.0, THEN), older) == (
        "No criteria to reside at Northgate: 430 now, of 07:30; cannot be compared with 08:00, when it was 412, of 07:56, "
        "which is later."
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
