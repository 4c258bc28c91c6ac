"""Every table, key and array member of a TOML document is found on its line."""

import tomllib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from flowcentre.config.lines import find_lines, line_of

TRICKY = (Path(__file__).parent / "tricky.toml").read_text(encoding="utf-8")


def paths(value, path=()):
    """Every path through what tomllib gives."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths(inner, (*path, index))


def test_a_tricky_document_is_walked_to_its_end():
    tables, lines = tomllib.loads(TRICKY), find_lines(TRICKY)
    assert set(paths(tables)) == set(lines)
    source = TRICKY.splitlines()
    assert source[lines[("when",)] - 1].startswith("when")
    assert source[lines[("list", 2, "m", 0)] - 1].strip().startswith("{ k")
    assert source[lines[("inline", "b", "c")] - 1].startswith("inline")
    assert source[lines[("place", 1, "part", 0, "n")] - 1] == "n = 3"
    assert source[lines[("place", 0, "part", 1)] - 1].strip() == "[[place.part]]"
    assert source[lines[("other", "with.dot", "last")] - 1] == "last = true"


def test_a_missing_key_is_wanted_where_its_table_starts():
    lines = find_lines('a = 1\n[[feed]]\nid = "x"\n')
    assert line_of(lines, ("feed", 0, "name")) == 2
    assert line_of(lines, ("nothing",)) == 1


SCALARS = st.sampled_from(["1", "1.5e3", "true", '"x"', '"#]}"', "'}'", "2026-01-01", '"""a\n"b"\n"""', "'''\n]'''"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: "[\n" + ", # c\n".join(parts) + "\n]")
        | st.lists(inner.filter(lambda v: "\n" not in v), max_size=3).map(
            lambda parts: "{" + ", ".join(f"k{n} = {part}" for n, part in enumerate(parts)) + "}"
        )
    ),
    max_leaves=6,
)
HEADERS = ["", "[[feed]]\n", "[[feed]]\n[feed.settings]\n", "[[board]]\n[[board.part]]\n", '[["odd key"]]\n']


@given(st.lists(st.tuples(st.sampled_from(HEADERS), st.lists(VALUES, max_size=3)), max_size=6))
def test_every_path_has_the_line_its_key_stands_on(sections):
    text = ""
    expected = {}
    for number, (header, values) in enumerate(sections):
        text += header
        for index, value in enumerate(values):
            key = f"key{number}-{index}"
            expected[key] = text.count("\n") + 1
            text += f"{key} = {value}\n"
    lines = find_lines(text)
    assert set(paths(tomllib.loads(text))) == set(lines)
    assert {path[-1]: line for path, line in lines.items() if path[-1] in expected} == expected
