"""Finished HTML and SVG from a Dash component tree, for displays that run no React.

What Dash's browser code would draw is written out here, so that a wall and a page can share a layout.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from html import escape
from typing import Any

from dash.development.base_component import Component

from layouts.parts.tree import Children

# HTML elements that have no end tag.
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
# Present or absent; their value says nothing.
_BOOLEAN = frozenset(
    [
        "allowfullscreen",
        "async",
        "autofocus",
        "autoplay",
        "checked",
        "controls",
        "default",
        "defer",
        "disabled",
        "hidden",
        "loop",
        "multiple",
        "muted",
        "novalidate",
        "open",
        "readonly",
        "required",
        "reversed",
        "selected",
    ]
)
_RENAMED = {"className": "class", "htmlFor": "for", "httpEquiv": "http-equiv", "acceptCharset": "accept-charset"}
# SVG attributes whose own names are in camel case; the rest are written with hyphens.
_SVG_CAMEL = frozenset(
    [
        "baseProfile",
        "clipPathUnits",
        "gradientTransform",
        "gradientUnits",
        "lengthAdjust",
        "markerHeight",
        "markerUnits",
        "markerWidth",
        "maskContentUnits",
        "maskUnits",
        "pathLength",
        "patternContentUnits",
        "patternTransform",
        "patternUnits",
        "preserveAspectRatio",
        "primitiveUnits",
        "refX",
        "refY",
        "requiredFeatures",
        "spreadMethod",
        "startOffset",
        "stdDeviation",
        "systemLanguage",
        "textLength",
        "viewBox",
        "zoomAndPan",
    ]
)
# What only React or Dash needs.
_UNSEEN = frozenset(["children", "key", "loading_state", "n_clicks", "n_clicks_timestamp", "disable_n_clicks"])
# What a component knows of its kind, beside what it was given.
_OF_ITS_KIND = frozenset({"available_properties", "available_wildcard_properties"})
# CSS numbers that are not lengths in pixels.
_NO_PIXELS = frozenset(
    [
        "flex",
        "flex-grow",
        "flex-shrink",
        "font-weight",
        "grid-column",
        "grid-row",
        "line-height",
        "opacity",
        "order",
        "z-index",
    ]
)
_LINKS = frozenset({"href", "src", "action", "formaction", "data", "poster"})
_TAGS = {"ObjectEl": "object", "MapEl": "map"}
# They would run, or their text would be read by other rules than those of escaping.
_REFUSED = frozenset({"Script", "Iframe", "Embed", "ObjectEl", "Plaintext", "Xmp"})


class Markup(str):
    """HTML that is finished already, every text in it escaped: it is written as it is.

    For tables of hundreds of rows, where a component for each cell would take longer than all the rest of a page.
    """

    __slots__ = ()


class CannotFinish(TypeError):
    """A component that has no finished form, because it needs a script in the browser."""


def to_html(component: object) -> str:
    """The finished HTML of a component, a text, a number, or a list of them.

    Everything is escaped. Raises CannotFinish, naming the component, for any but Dash's HTML and SVG.
    """
    if isinstance(component, str):
        return component if isinstance(component, Markup) else _text(component)
    written: list[str] = []
    _write(component, written)
    return "".join(written)


def given(component: Component) -> dict[str, Any]:
    """What a component was given, by name in order.

    It keeps that as its own attributes: asking for each of its possible properties in turn, as
    Component.to_plotly_json does, takes ten times as long. Dash keeps them in the order of a set,
    which differs between processes; two servers must give the same bytes.
    """
    said = vars(component)
    return {name: said[name] for name in sorted(said) if name[0] != "_" and name not in _OF_ITS_KIND}


def _write(item: object, written: list[str]) -> None:
    if item is None or isinstance(item, bool):
        return  # as React does
    if isinstance(item, str):
        written.append(item if isinstance(item, Markup) else _text(item))
    elif isinstance(item, int | float):
        written.append(_number(item))
    elif isinstance(item, list | tuple):
        for one in item:
            _write(one, written)
    elif isinstance(item, Component):
        _write_component(item, written)
    else:
        raise CannotFinish(f"{type(item).__name__} is neither a component, a text nor a number")


def _write_component(component: Component, written: list[str]) -> None:
    kind: str = component._type
    house: str = component._namespace
    if house not in ("dash_html_components", "dash_svg") or kind in _REFUSED:
        raise CannotFinish(f"{house}.{kind} has no finished form: it needs a script in the browser")
    is_svg = house == "dash_svg"
    tag = kind[0].lower() + kind[1:] if is_svg else _TAGS.get(kind, kind.lower())
    props = given(component)
    written.append(f"<{tag}")
    for name, value in props.items():
        if name not in _UNSEEN:
            written.append(_attribute(name, value, is_svg))
    written.append(">")
    if not is_svg and tag in _VOID:
        return
    _write(props.get("children"), written)
    written.append(f"</{tag}>")


def _text(words: str) -> str:
    """A text, in which nobody can write what looks like an attribute: its double quotes too are escaped."""
    return escape(words, quote=False).replace('"', "&quot;")


def _attribute(name: str, value: object, is_svg: bool) -> str:
    """One attribute with a leading space, or nothing where it is absent."""
    if value is None:
        return ""
    free = name.startswith(("data-", "aria-"))
    if name == "style" and isinstance(value, Mapping):
        return f' style="{escape(_style(value))}"'
    written = name if free else _RENAMED.get(name) or (_svg_name(name) if is_svg else name.lower())
    if written in _BOOLEAN:
        return f" {written}" if value else ""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, int | float):
        text = _number(value)
    elif isinstance(value, Mapping):
        text = json.dumps(value, sort_keys=True, separators=(",", ":"))  # a pattern-matching id, as Dash writes it
    else:
        text = str(value)
    if written in _LINKS and re.sub(r"[\x00-\x20]", "", text).lower().startswith(("javascript:", "vbscript:", "data:")):
        raise CannotFinish(f"{written} would run what it links to")
    return f' {written}="{escape(text)}"'


def _svg_name(name: str) -> str:
    return name if name in _SVG_CAMEL else _hyphened(name)


def _hyphened(name: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: "-" + letter.group().lower(), name)


def _style(style: Mapping[str, Children]) -> str:
    rules = []
    for name, value in style.items():
        if value is None or value == "":
            continue
        written = name if name.startswith("--") else _hyphened(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            pixels = value != 0 and written not in _NO_PIXELS and not written.startswith("--")
            rules.append(f"{written}:{_number(value)}{'px' if pixels else ''}")
        else:
            rules.append(f"{written}:{value}")
    return ";".join(rules)


def _number(value: float) -> str:
    """A number as JavaScript would write it."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} is not a number that may be shown")
        if value.is_integer():
            return str(int(value))
    return str(value)
