"""Finished HTML says exactly what the component tree says, and nothing more."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import dash_svg as svg
import pytest
from dash import dcc, html
from dash.development.base_component import Component
from hypothesis import given as for_all
from hypothesis import strategies as any_

from layouts import demand, shell, wall
from layouts.finished import CannotFinish, given, to_html
from tests.layouts.cast import CONDITIONS, COUNTY_BOARD, pages, picture

TEXTS = any_.text(any_.characters(exclude_categories=("Cs", "Cc")), max_size=12)
ATTRIBUTES = any_.dictionaries(any_.sampled_from(("title", "data-note", "aria-label", "id")), TEXTS, max_size=3)


def _trees() -> any_.SearchStrategy[Any]:
    kinds = any_.sampled_from((html.Div, html.Span, html.B, html.Section))
    return any_.recursive(
        TEXTS,
        lambda inside: any_.builds(
            lambda kind, children, attributes: kind(children, **attributes),
            kinds,
            any_.lists(inside, max_size=4),
            ATTRIBUTES,
        ),
        max_leaves=12,
    )


class _Reader(HTMLParser):
    """What a browser would read: tags, attributes and text, in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.read: list[object] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.read.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.read.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        if self.read and isinstance(self.read[-1], list):
            self.read[-1].append(data)
        else:
            self.read.append([data])


def _said(tree: Any) -> list[object]:
    if isinstance(tree, str):
        return [[tree]] if tree else []
    said: list[object] = [(type(tree).__name__.lower(), {n: v for n, v in given(tree).items() if n != "children"})]
    for child in tree.children or []:
        said += _said(child)
    return [*said, f"/{type(tree).__name__.lower()}"]


def _joined(read: list[object]) -> list[object]:
    joined: list[object] = []
    for one in read:
        if isinstance(one, list) and joined and isinstance(joined[-1], list):
            joined[-1] = [*joined[-1], *one]
        else:
            joined.append(one)
    return ["".join(one) if isinstance(one, list) else one for one in joined]


@for_all(_trees())
def test_what_is_read_back_is_what_was_written(tree: Any) -> None:
    assert _joined(_Reader(to_html(tree)).read) == _joined(_said(tree))


def test_text_and_attributes_cannot_become_markup() -> None:
    nasty = '<script>alert("x")</script> & \' "'
    written = to_html(html.P(nasty, title=nasty))
    assert "<script" not in written
    assert _Reader(written).read == [("p", {"title": nasty}), [nasty], "/p"]


def test_names_are_those_of_html_and_svg() -> None:
    assert (
        to_html(html.Label("a", htmlFor="b", className="c", tabIndex="1"))
        == '<label class="c" for="b" tabindex="1">a</label>'
    )
    assert to_html(html.Td(colSpan=2, hidden=True)) == '<td colspan="2" hidden></td>'
    assert to_html(html.Details(open=False)) == "<details></details>"
    drawn = svg.Svg(
        svg.Path(d="M0 0", strokeWidth=2, vectorEffect="non-scaling-stroke"),
        viewBox="0 0 1 1",
        preserveAspectRatio="none",
    )
    assert to_html(drawn) == (
        '<svg preserveAspectRatio="none" viewBox="0 0 1 1">'
        '<path d="M0 0" stroke-width="2" vector-effect="non-scaling-stroke"></path></svg>'
    )
    assert to_html(svg.LinearGradient(gradientUnits="userSpaceOnUse")) == (
        '<linearGradient gradientUnits="userSpaceOnUse"></linearGradient>'
    )


def test_styles_numbers_and_nothing_are_written_as_react_would() -> None:
    assert to_html(html.I(style={"fontSize": 12, "opacity": 0.5, "--x": 3, "color": None})) == (
        '<i style="font-size:12px;opacity:0.5;--x:3"></i>'
    )
    assert to_html([None, True, 2.0, 2.5, html.Br(), ["a", ("b",)]]) == "22.5<br>ab"
    assert (
        to_html(html.P("x", **{"data-on": True, "aria-hidden": "true"})) == '<p aria-hidden="true" data-on="true">x</p>'
    )


@pytest.mark.parametrize(
    "component", [dcc.Graph(), dcc.Link("a", href="/"), dcc.Store(id="s"), html.Script("x"), html.Iframe(src="/")]
)
def test_a_component_that_needs_a_script_is_refused_by_name(component: Component) -> None:
    with pytest.raises(CannotFinish, match=type(component).__name__):
        to_html(html.Div([html.P("before"), component]))


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", " JavaScript:alert(1)", "java\nscript:alert(1)", "data:text/html,x"]
)
def test_a_link_that_would_run_is_refused(href: str) -> None:
    with pytest.raises(CannotFinish):
        to_html(html.A("x", href=href))


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_what_is_not_a_number_is_never_written_as_one(wrong: float) -> None:
    with pytest.raises(ValueError, match="not a number"):
        to_html(html.P(wrong))


def test_something_that_is_no_component_is_refused() -> None:
    with pytest.raises(CannotFinish, match="dict"):
        to_html(html.P([{"children": "x"}]))


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_same_picture_gives_the_same_bytes(condition: str) -> None:
    assert wall.body(picture(condition), COUNTY_BOARD) == wall.body(picture(condition), COUNTY_BOARD)
    assert to_html(demand.render(picture(condition))) == to_html(demand.render(picture(condition)))


@pytest.mark.parametrize("seed", ["1", "2"])
def test_two_processes_give_the_same_bytes(seed: str) -> None:
    # Dash orders what a component was given by hash, and hashes differ between processes.
    code = (
        "from layouts import shell, wall; from tests.layouts.cast import COUNTY_BOARD, pages, picture; import hashlib; "
        "shown = picture('partial'); content = wall.body(shown, COUNTY_BOARD).encode() + "
        "b''.join(draw(shown).encode() for draw in shell.live_pages(pages()).values()); print(hashlib.sha256(content).hexdigest())"
    )
    shown = picture("partial")
    here = (
        wall.body(shown, COUNTY_BOARD).encode()
        + "".join(draw(shown) for draw in shell.live_pages(pages()).values()).encode()
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == hashlib.sha256(here).hexdigest()
