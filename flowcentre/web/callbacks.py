"""The form of a Dash callback's request. Dash answers a malformed one with a traceback."""

from collections.abc import Container, Mapping
from typing import Any

import orjson

MOST_BYTES = 1_000_000


def callback_mistake(body: bytes, known: Container[str] = frozenset()) -> str | None:
    """What is wrong with the body of a callback's request, in plain words, or None.

    ``known`` holds the outputs that exist, with what each is asked by where it is a mapping, as Dash keeps it; while it is
    empty, Dash has not started, and any may.
    """
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        return "A callback is JSON."
    if not isinstance(asked, dict):
        return "A callback is a JSON object."
    output = asked.get("output")
    if not isinstance(output, str) or not output:
        return "output is not a name."
    if known and output not in known:
        return "There is no such output."
    if not isinstance(asked.get("outputs"), dict | list):
        return "outputs is neither one nor a list."
    if not _are_properties(asked.get("inputs")):
        return "inputs is not a list of properties."
    if not _are_properties(asked.get("state", [])):
        return "state is not a list of properties."
    changed = asked.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(name, str) for name in changed):
        return "changedPropIds is not a list of names."
    return _asked_otherwise(asked, known[output]) if isinstance(known, Mapping) and known else None


def _asked_otherwise(asked: Mapping[str, Any], registered: Mapping[str, Any]) -> str | None:
    """What of it is not as our own pages ask: Dash fails on that with a 500, and calls what it should not.

    Outputs in groups and ids with wildcards have other forms: nothing here has any.
    """
    if asked["output"].startswith("..") or "{" in asked["output"]:
        return None
    outputs = asked["outputs"]
    if not isinstance(outputs, dict) or f"{outputs.get('id')}.{outputs.get('property')}" != asked["output"]:
        return "outputs is not that of the output."
    for name in ("inputs", "state"):
        said = [(item["id"], item["property"]) if isinstance(item, dict) else None for item in asked.get(name, [])]
        if said != [(item["id"], item["property"]) for item in registered[name]]:
            return f"{name} is not that of the output."
    return None


def _are_properties(items: Any) -> bool:
    return isinstance(items, list) and all(_are_properties(i) if isinstance(i, list) else _is_one(i) for i in items)


def _is_one(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("id"), str | dict) and isinstance(item.get("property"), str)
