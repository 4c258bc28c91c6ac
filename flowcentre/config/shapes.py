"""The form of each table, and what is wrong with one, in words.

Every key may be absent here: what is missing is a mistake like others, and what is there is still
checked, so that one look finds them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from flowcentre.config.document import Document
from flowcentre.config.lengths import parse_length
from flowcentre.config.lines import KeyPath
from flowcentre.config.mistakes import suggest
from flowcentre.model import Level, PlaceKind


def _length(value: object) -> timedelta:
    if not isinstance(value, str):
        raise PydanticCustomError("wrong", "is not a length of time in quotes")
    try:
        return parse_length(value)
    except ValueError as why:
        raise PydanticCustomError("wrong", "{why}", {"why": f'"{value}" {why}'}) from None


def _name(value: object) -> object:
    if isinstance(value, str):
        if not value.strip() or value != value.strip() or not value.isprintable():
            raise PydanticCustomError("wrong", "is empty, or has blanks around it or signs that do not print")
        if len(value) > 200:
            raise PydanticCustomError("wrong", "is longer than 200 characters")
    return value


def _id(value: object) -> object:
    # Ids stand in URLs, file names and metrics.
    if isinstance(value, str) and not (
        value.isascii() and value == value.lower() and value.replace("-", "").replace("_", "").isalnum()
    ):
        raise PydanticCustomError("wrong", "has something else in it than lower-case letters, digits and hyphens")
    return value


Length = Annotated[timedelta, BeforeValidator(_length)]
Name = Annotated[str, BeforeValidator(_name)]
Id = Annotated[str, BeforeValidator(_id), BeforeValidator(_name)]


def _key(example: str, *, required: bool = False, **more: Any) -> Any:
    return Field(default=None, examples=[example], json_schema_extra={"required": required}, **more)


class Shape(BaseModel):
    """A table as written; None stands for a key that is absent or could not be used."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class CountyShape(Shape):
    """``county.toml``"""

    name: Name | None = _key('"Westshire"', required=True)
    demonstration: bool | None = _key("true")
    bed_day_cost: float | None = _key("562")
    unchanged_days: int | None = _key("7")
    care: Any = _key('{ start_within = "24h" }')  # read on its own: see CareShape
    retention: Any = _key('{ people = "400d" }')  # read on its own: see RetentionShape
    backup: Any = _key('{ folder = "/srv/flow-backups" }')  # and BackupShape
    fallback: Any = _key('{ folder = "/srv/share/flow" }')  # and FallbackShape


class CareShape(Shape):
    """``[care]`` of ``county.toml``"""

    start_within: Length | None = _key('"24h"')
    runs_for_days: int | None = _key("42")
    ending_soon_days: int | None = _key("7")
    reference_waiting: int | None = _key("200")
    reference_day: date | None = _key("2026-01-15")
    tolerance_minutes: int | None = _key("5")
    tolerance_share: float | None = _key("0.15")
    drift_visits: int | None = _key("10")
    virtual_ward_target: float | None = _key("80")


class BackupShape(Shape):
    """``[backup]`` of ``county.toml``"""

    folder: Name | None = _key('"/srv/flow-backups"', required=True)
    every: Length | None = _key('"24h"')
    keep: int | None = _key("14")


class FallbackShape(Shape):
    """``[fallback]`` of ``county.toml``"""

    folder: Name | None = _key('"/srv/share/flow"', required=True)
    every: Length | None = _key('"1m"')


class PlaceShape(Shape):
    """``[[place]]`` of ``places.toml``"""

    id: Id | None = _key('"northgate"', required=True)
    name: Name | None = _key('"Northgate General"', required=True)
    level: Level | None = _key('"site"', required=True, strict=False)
    kind: PlaceKind | None = _key('"acute hospital"', required=True, strict=False)
    short_name: Name | None = _key('"Northgate"')
    parent: Id | None = _key('"westshire-hospitals"')
    locality: Id | None = _key('"north"')
    ods: Name | None = _key('"ZW101"')
    codes: list[Name] | None = _key('["A1", "007"]')
    valid_from: date | None = _key("2026-04-01")
    valid_to: date | None = _key("2027-03-31")
    stay_limit_days: int | None = _key("28")


class FeedShape(Shape):
    """``[[feed]]`` of ``feeds.toml``"""

    id: Id | None = _key('"northgate-beds"', required=True)
    name: Name | None = _key('"Northgate bed state"', required=True)
    connector: Name | None = _key('"bed_state_csv"', required=True)
    every: Length | None = _key('"15m"')  # these three are required of a feed that is polled
    late_after: Length | None = _key('"30m"')
    stale_after: Length | None = _key('"2h"')
    expires_after: Length | None = _key('"4h"')
    places: list[Id] | None = _key('["northgate"]', required=True)
    deadline: Length | None = _key('"30s"')
    offset: Length | None = _key('"5m"')
    demonstration: bool | None = _key("true")
    also: bool | None = _key("true")
    leaves_out: list[Name] | None = _key('["nctr_now"]')
    doubt_below: float | None = _key("0.6")
    unmoving_after: Length | None = _key('"6h"')
    settings: dict[str, Any] | None = _key('{ folder = "/srv/drops" }')


class BoardShape(Shape):
    """``[[board]]`` of ``boards.toml``"""

    id: Id | None = _key('"county"', required=True)
    title: Name | None = _key('"Westshire flow centre"', required=True)
    layout: Name | None = _key('"wall"', required=True)
    places: list[Id] | None = _key('["northgate", "southmere"]')


S = TypeVar("S", bound=Shape)
_TYPES = {
    "string_type": "is not text",
    "bool_type": "is neither true nor false",
    "float_type": "is not a number",
    "int_type": "is not a whole number",
    "date_type": "is not a date",
    "list_type": "is not a list",
    "dict_type": "is not a table",
}


def read_shape(document: Document, path: KeyPath, table: Mapping[str, object], shape: type[S]) -> S:
    """A table's usable keys; each key that is unknown, missing or unusable is noted as a mistake of the document."""
    title = f"{_in_brackets(path)} {_title(table)}".strip() or document.name
    for key, field in shape.model_fields.items():
        extra = field.json_schema_extra
        if key not in table and isinstance(extra, dict) and extra.get("required"):
            document.wrong(path, f'{title} has no "{key}"', _example(shape, key))
    try:
        return shape.model_validate(table)
    except ValidationError as error:
        faulty = set()
        for one in error.errors(include_url=False):
            key = str(one["loc"][0])
            faulty.add(key)
            what, right = _in_words(shape, one)
            document.wrong((*path, *one["loc"]), f"{title}: {what}", right)
        return shape.model_validate({key: value for key, value in table.items() if key not in faulty})


def read_entries(document: Document, table: str, shape: type[S], *, at_least: int = 1) -> list[tuple[KeyPath, S]]:
    """The usable keys of every ``[[table]]`` of a file that holds nothing else, each with where it stands."""
    for key in document.tables:
        if key != table:
            document.wrong((key,), f'unknown table or key "{key}"', f"[[{table}]] and nothing else in this file")
    found = document.tables.get(table, [])
    if at_least and not found and document.read and table not in document.tables:
        document.wrong((), f"the file has no [[{table}]]", f"at least one [[{table}]]")
    return read_each(document, (table,), found, shape)


def read_each(document: Document, path: KeyPath, found: object, shape: type[S]) -> list[tuple[KeyPath, S]]:
    """The usable keys of every table of a list, ``[[rule]]`` or the ``[[rule.morning]]`` of one, each with where it stands."""
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        brackets = _in_brackets((*path, 0))
        document.wrong(path, f'"{path[-1]}" is not a list of tables', f"{brackets}, in double brackets, for each")
        document.read = False  # so that nothing is concluded from what is not there
        return []
    return [((*path, index), read_shape(document, (*path, index), entry, shape)) for index, entry in enumerate(found)]


def _in_brackets(path: KeyPath) -> str:
    """A path as the heading of its table: ``[[rule.morning]]``, ``[care]``; nothing for a whole file."""
    named = ".".join(step for step in path if isinstance(step, str))
    if not named:
        return ""
    return f"[[{named}]]" if isinstance(path[-1], int) else f"[{named}]"


def _title(table: Mapping[str, object]) -> str:
    named = table.get("id")
    return f'"{named}"' if isinstance(named, str) else ""


def _example(shape: type[Shape], key: str) -> str:
    examples = shape.model_fields[key].examples or []
    return f"{key} = {examples[0]}"


def _in_words(shape: type[Shape], error: Any) -> tuple[str, str]:
    location, kind, given = error["loc"], error["type"], error.get("input")
    key = str(location[0])
    if kind == "extra_forbidden":
        return f'unknown key "{key}"', suggest(key, shape.model_fields)
    named = key + "".join(f"[{index}]" for index in location[1:])
    if kind == "enum":
        options = next(each for each in get_args(shape.model_fields[key].annotation) if issubclass(each, StrEnum))
        return f"there is no {key} {_quoted(given)}", suggest(str(given), options)
    if kind == "string_type" and isinstance(given, int | float) and not isinstance(given, bool):
        # 1E5 has been read as 100000.0 by now: only a whole number can be given back as it was written.
        example = f'"{given}"' if isinstance(given, int) else _example(shape, key)
        return f"{named} is a number, not text", f"in quotes, exactly as the feed writes it: {example}"
    said = error["msg"] if kind == "wrong" else _TYPES.get(kind, error["msg"])
    return f"{named} {said}", _example(shape, key)


def _quoted(given: object) -> str:
    return f'"{given}"' if isinstance(given, str) else repr(given)
