"""The wall boards, out of ``boards.toml``."""

from __future__ import annotations

from collections.abc import Collection

from flowcentre.config.document import Document
from flowcentre.config.lines import KeyPath
from flowcentre.config.mistakes import suggest
from flowcentre.config.places import PlacesFound
from flowcentre.config.shapes import BoardShape, read_entries
from flowcentre.model import Board


def read_boards(document: Document, found: PlacesFound, layouts: Collection[str] | None) -> tuple[Board, ...]:
    """The boards of a file; what is wrong with them is noted in the document. ``layouts`` None: any name will do."""
    first: dict[str, KeyPath] = {}
    boards = []
    for path, shape in read_entries(document, "board", BoardShape, at_least=0):
        if shape.id is not None and shape.id in first:
            line = document.line(*first[shape.id])
            document.wrong(
                (*path, "id"), f'a second board with the id "{shape.id}"', f"another id (line {line} has it)"
            )
        first.setdefault(shape.id or "", path)
        if layouts is not None and shape.layout is not None and shape.layout not in layouts:
            document.wrong((*path, "layout"), f'there is no layout "{shape.layout}"', suggest(shape.layout, layouts))
        for index, place in enumerate(shape.places or ()):
            if found.ids and place not in found.ids:
                document.wrong((*path, "places", index), f'no place "{place}"', suggest(place, found.ids))
        if shape.id is not None and shape.title is not None and shape.layout is not None:
            boards.append(Board(shape.id, shape.title, shape.layout, tuple(shape.places or ())))
    return tuple(boards)
