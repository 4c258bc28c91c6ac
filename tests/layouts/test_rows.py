"""Tables written straight out say what the same components would, and nothing in them can be more than text."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from dash import html

from flowcentre.model import Coverage, State, Value
from layouts.finished import Markup, to_html
from layouts.parts.figure import explained
from layouts.parts.rows import cell, folded, ref, row, small, table, told, told_cell
from tests.layouts.capacity_cast import known

EVIL = """<img src=x onerror="alert('1')">&"""
PLACE, MEASURE = "wupi-north", "reablement_hours_free"


class Reader(HTMLParser):
    """What a browser would read: tags with their attributes in whatever order, and text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.read: list[object] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.read.append((tag, {name: said for name, said in attrs if name != "title"}))

    def handle_endtag(self, tag: str) -> None:
        self.read.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.read.append(data)


def test_every_text_is_escaped_wherever_it_stands() -> None:
    written = table([EVIL], [row([EVIL, ref(EVIL), small(EVIL)], [cell(EVIL, EVIL, kind=EVIL)], EVIL)], EVIL, EVIL)
    written = Markup(written + folded(EVIL, EVIL, EVIL, html.B(EVIL)))
    read = Reader(to_html(written)).read
    assert {part[0] for part in read if isinstance(part, tuple)} <= {
        "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "b", "button", "small", "details", "summary",
    }  # fmt: skip
    assert [part for part in read if isinstance(part, str) and not part.startswith("/")] == [EVIL] * 9
    assert {name: said for part in read if isinstance(part, tuple) for name, said in part[1].items() if said == EVIL} == {
        "class": EVIL, "data-column": EVIL, "id": EVIL, "data-life": EVIL,
    }  # fmt: skip


def test_a_table_reads_as_the_same_components_would() -> None:
    written = table(["Ref", "Day"], [row("W1", [cell("Day", "3", kind="over")], "total")], "stays", "Each stay")
    made = html.Div(
        html.Table(
            [
                html.Caption("Each stay", className="unseen"),
                html.Thead(html.Tr([html.Th("Ref", scope="col"), html.Th("Day", scope="col")])),
                html.Tbody(
                    html.Tr(
                        [html.Th("W1", scope="row"), html.Td("3", className="over", **{"data-column": "Day"})],
                        className="total",
                    )
                ),
            ],
            className="sheet stays",
        ),
        className="scroll",
    )
    assert Reader(to_html(written)).read == Reader(to_html(made)).read


@pytest.mark.parametrize("at_least", [False, True])
@pytest.mark.parametrize("state", list(State))
def test_a_figure_says_what_every_other_figure_says_and_a_fresh_one_says_it_in_one_element(
    state: State, at_least: bool
) -> None:
    picture = known().picture
    missing = state in (State.NEVER, State.UNKNOWN)
    value = replace(
        picture.value(PLACE, MEASURE),
        state=state,
        value=None if missing else 1240.0,
        at_least=at_least,
        observed_at=None if state is State.NEVER else picture.at - timedelta(hours=3),
    )
    shown = replace(picture, values={**picture.values, (PLACE, MEASURE): value})
    written, whole = Reader(to_html(told(shown, PLACE, MEASURE))), Reader(to_html(explained(shown, PLACE, MEASURE)))
    if state is State.FRESH and not at_least:
        (tag, attributes), text, _ = written.read
        (_, others), *_ = whole.read
        assert (tag, text, attributes) == ("a", "1,240", others | {"class": "brief"})
    else:
        assert written.read == whole.read


def test_a_cell_says_who_is_silent_beside_its_figure() -> None:
    picture = known().picture
    value: Value = replace(
        picture.value(PLACE, MEASURE), coverage=Coverage(2, 3, "sites", ("mid",)), at_least=True, held=1
    )
    shown = replace(picture, values={**picture.values, (PLACE, MEASURE): value})
    assert "2 of 3 sites" in (written := told_cell(shown, PLACE, MEASURE, "Free"))
    assert "1 row held back" in written
    assert "notes" not in told_cell(picture, PLACE, MEASURE, "Free")


def test_a_place_that_does_not_report_is_not_here_and_never_nought() -> None:
    assert "no feed reports this" in to_html(told(known().picture, "millbrook", MEASURE))
