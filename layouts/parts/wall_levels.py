"""The levels of one place on a wall, beneath its name: what is declared while that holds, and what is computed.

They take what room the row leaves and give it none to grow by: the stylesheet sets them as large as fits, and no figure moves.
That computed levels are indicative is said once, for all of them, in the line at the top.
"""

from __future__ import annotations

from dash import html

from flowcentre.measures.pressure import DECLARED, LEVEL
from flowcentre.model import Picture, Place, State, Value
from layouts.parts.figure import state_attributes
from layouts.parts.tree import Child, marked
from layouts.parts.words import DASH, figure_text

_LEAST = "at least"


def wall_levels(picture: Picture, place: Place) -> html.Div | None:
    """Nothing where the place is not scored and nobody has declared a level for it."""
    declared = picture.value(place.id, DECLARED.id)
    shown = [_level(declared, "declared")] if declared.state is State.FRESH and declared.value is not None else []
    if (place.id, LEVEL.id) in picture.values:
        shown.append(_level(picture.value(place.id, LEVEL.id), "computed"))
    if not shown:
        return None
    # The outer one is the room that there is, the inner one what is set to fit it.
    return html.Div(html.Div(shown, className="levels", **marked(data_of=str(len(shown)))), className="levels-room")


def _level(value: Value, kind: str) -> html.P:
    if value.value is None or value.state in (State.UNKNOWN, State.NEVER):
        badge = html.Span(DASH, className="badge", **marked(data_level="0"))
        said: list[Child] = [
            html.Span(f"{kind} ", className="kind"),
            html.Span("not known", className="more"),
        ]
        return html.P(
            [badge, html.Span(said, className="said")],
            className=f"wall-level {kind}",
            **marked(data_state=value.state.value),
        )
    number = figure_text(value.value, LEVEL, 0)
    least = (
        html.Span("\N{GREATER-THAN OR EQUAL TO}", className="sign", **marked(aria_hidden="true"))
        if value.at_least
        else None
    )
    badge = html.Span([least, number], className="badge", **marked(data_level=number))
    said = [
        html.Span(f"{kind} ", className="kind"),
        # Of one that has grown old, or is late, the stylesheet says so here: the script changes data-state alone.
        html.Span(_LEAST if value.at_least else "level", className="more"),
    ]
    return html.P([badge, html.Span(said, className="said")], className=f"wall-level {kind}", **state_attributes(value))
