"""Small numbers stay hidden: from the total, from what is shown beside them, and from knowing the method."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import reduce
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowcentre.picture.suppression import MOST_HIDDEN, Shown, Tally, nested, shown_count, suppress


def parted(way: str, *counts: int) -> Tally:
    return Tally(sum(counts), {way: {str(index): Tally(count) for index, count in enumerate(counts)}})


def seen(shown: Shown, way: str) -> list[int | None] | None:
    parts = shown.ways[way]
    return None if parts is None else [part.people for part in parts.values()]


@pytest.mark.parametrize(
    ("people", "shown"),
    [(0, 0), (1, None), (7, None), (8, 10), (12, 10), (13, 15), (17, 15), (18, 20), (1002, 1000), (1003, 1005)],
)
def test_one_to_seven_are_hidden_and_others_rounded_to_the_nearest_five(people: int, shown: int | None) -> None:
    assert shown_count(people) == shown


def test_parts_are_shown_where_nothing_small_follows_from_them() -> None:
    shown = suppress(parted("ward", 40, 22, 3, 0))
    assert (shown.people, seen(shown, "ward")) == (65, [40, 20, None, 0])


def test_a_hidden_total_is_not_parted_so_that_its_parts_do_not_say_which_are_none() -> None:
    shown = suppress(parted("ward", 5, 0, 0))
    assert (shown.people, seen(shown, "ward")) == (None, None)


@pytest.mark.parametrize(
    "counts",
    [
        (13, 13, 1),  # 25 shown is 27 at most, 15 and 15 are 26 at least: the third is 1
        (1,) * 12,  # 10 shown is 12 at most
        (*(1,) * 11, 0),  # were this shown, only twelve ones would not be
        (7, 7, 7, 7),  # 30 shown is 28 at least
        (7, 7),
    ],
)
def test_a_hidden_part_that_follows_by_subtraction_withholds_the_whole_way(counts: tuple[int, ...]) -> None:
    shown = suppress(parted("ward", *counts))
    assert shown.people is not None
    assert seen(shown, "ward") is None


def test_what_one_way_says_of_the_total_counts_against_another() -> None:
    wards = dict(enumerate_tallies((18, 18, 13, 2)))
    alone = suppress(Tally(51, {"ward": wards}))
    assert seen(alone, "ward") == [20, 20, 15, None]  # 50 is 52 at most, less 49: 1 to 3
    pathways = dict(enumerate_tallies((17, 17, 17)))
    shown = suppress(Tally(51, {"ward": wards, "pathway": pathways}))
    assert seen(shown, "pathway") == [15, 15, 15]  # 51 at most
    assert seen(shown, "ward") is None


def test_a_part_that_is_parted_again_is_shown_or_withheld_by_itself() -> None:
    wards = Tally(40, {"ward": dict(enumerate_tallies((30, 10)))})
    small = Tally(27, {"ward": dict(enumerate_tallies((13, 13, 1)))})
    shown = suppress(Tally(67, {"site": {"northgate": wards, "southmere": small}}))
    sites = shown.ways["site"]
    assert sites is not None
    assert [part.people for part in sites.values()] == [40, 25]
    assert seen(sites["northgate"], "ward") == [30, 10]
    assert seen(sites["southmere"], "ward") is None


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((20, 12, 3), [20, 10, None]),
        ((20, 3, 0), [20, None, None]),
        ((6, 0, 0), [None, None, None]),
        ((0, 0, 0), [0, 0, 0]),
    ],
)
def test_beneath_a_hidden_count_no_part_of_it_is_shown(counts: tuple[int, ...], shown: list[int | None]) -> None:
    assert nested(counts) == shown


# --- By every reader who can add -----------------------------------------------------------------

LARGE = 60


def enumerate_tallies(counts: tuple[int, ...]) -> Iterator[tuple[str, Tally]]:
    return ((str(index), Tally(count)) for index, count in enumerate(counts))


def possible(shown: Shown, most: int) -> dict[tuple[str, ...], set[int]]:
    """For each count in what is shown, every value that it can have: by trying all of them."""
    found: dict[tuple[str, ...], set[int]] = {}
    upwards: dict[tuple[str, ...], set[int]] = {}

    def up(node: Shown, path: tuple[str, ...]) -> set[int]:
        values = {value for value in range(most + 1) if shown_count(value) == node.people}
        for way, parts in node.ways.items():
            if parts is not None:
                values &= sums([up(part, (*path, way, name)) for name, part in parts.items()], most)
        upwards[path] = values
        return values

    def down(node: Shown, path: tuple[str, ...], values: set[int]) -> None:
        found[path] = values
        for way, parts in node.ways.items():
            for name in parts or ():
                here = upwards[*path, way, name]
                others = sums([upwards[*path, way, other] for other in parts or () if other != name], most)
                able = {one for one in here if any(one + other in values for other in others)}
                down((parts or {})[name], (*path, way, name), able)

    down(shown, (), up(shown, ()))
    return found


def sums(sets: list[set[int]], most: int) -> set[int]:
    return reduce(lambda a, b: {x + y for x in a for y in b if x + y <= most}, sets, {0})


def hidden(shown: Shown, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if shown.people is None:
        yield path
    for way, parts in shown.ways.items():
        for name, part in (parts or {}).items():
            yield from hidden(part, (*path, way, name))


def added(ways: Mapping[str, Mapping[str, Tally]]) -> Tally:
    return Tally(sum(part.people for part in next(iter(ways.values())).values()), ways)


SMALL = st.sampled_from([0, 0, 1, 1, 2, 3, 5, 6, 7, 7, 8, 12, 13, 13, 14, 17, 18, 23])


@st.composite
def partings(draw: st.DrawFn, people: int) -> dict[str, Tally]:
    """A number of people in some parts."""
    parts, left = [], people
    while left:
        parts.append(min(left, draw(st.sampled_from([1, 1, 2, 7, 8, 13, 13, 17, 17, 18]))))
        left -= parts[-1]
    parts += [0] * draw(st.integers(0, 2))
    return dict(enumerate_tallies(tuple(draw(st.permutations(parts)))))


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    """A total parted in up to three ways, of which one is parted again."""
    sites = {}
    for name in "abc"[: draw(st.integers(1, 3))]:
        wards = dict(enumerate_tallies(tuple(draw(st.lists(SMALL, min_size=1, max_size=3)))))
        sites[name] = added({"ward": wards})
    ways: dict[str, Mapping[str, Tally]] = {"site": sites}
    people = added(ways).people
    for way in ("pathway", "days")[: draw(st.integers(0, 2))]:
        ways[way] = draw(partings(people))
    return Tally(people, ways)


@settings(max_examples=300, deadline=None)
@given(tallies())
def test_no_hidden_count_can_be_narrowed_to_one_from_totals_and_shown_counts(tally: Tally) -> None:
    shown = suppress(tally)
    able = possible(shown, tally.people + LARGE)
    for path in hidden(shown):
        assert len(able[path]) >= 2, (path, able[path])
        assert able[path] <= set(range(1, MOST_HIDDEN + 1))


@settings(max_examples=200, deadline=None)
@given(tallies())
def test_nothing_untrue_is_shown(tally: Tally) -> None:
    def check(true: Tally, shown: Shown) -> None:
        assert shown.people == shown_count(true.people)
        for way, parts in shown.ways.items():
            for name in parts or ():
                check(true.ways[way][name], (parts or {})[name])

    check(tally, suppress(tally))


@pytest.mark.parametrize(("parts", "most"), [(1, 60), (2, 60), (3, 36), (4, 20)])
def test_nor_by_a_reader_who_tries_the_method_on_every_table_there_could_be(parts: int, most: int) -> None:
    able: dict[object, list[set[int]]] = defaultdict(lambda: [set() for _ in range(parts)])
    for counts in product(range(most + 1), repeat=parts):
        if sum(counts) <= most:
            shown = suppress(parted("ward", *counts))
            view = (shown.people, tuple(seen(shown, "ward") or ()))
            for index, count in enumerate(counts):
                able[view][index].add(count)
    for (total, shown_parts), values in able.items():  # type: ignore[misc]
        if total is not None and total + 2 > most:
            continue  # tables with larger totals look like this too
        for part, possible_values in zip(shown_parts or [None] * parts, values, strict=True):
            assert part is not None or len(possible_values) >= 2, (total, shown_parts, possible_values)
