"""A folder of TOML files into a county, or every mistake in it at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from flowcentre.config.boards import read_boards
from flowcentre.config.care import read_care
from flowcentre.config.document import Document, missing_document, read_document
from flowcentre.config.feeds import read_feeds
from flowcentre.config.mistakes import ConfigurationMistakes, Mistake, suggest
from flowcentre.config.places import read_places
from flowcentre.config.rhythm import ConnectorKind
from flowcentre.config.shapes import CountyShape, read_shape
from flowcentre.model import County

FILES = ("county.toml", "places.toml", "feeds.toml", "boards.toml")
OPTIONAL = frozenset({"boards.toml"})


def read_folder(folder: Path) -> Mapping[str, bytes]:
    """The TOML files of a folder as they stand, by name. Raises ConfigurationMistakes where it cannot be read."""
    files = {}
    mistakes = []
    for path in sorted(folder.glob("[!.]*.toml")):
        try:
            files[path.name] = path.read_bytes()
        except OSError as error:
            what = f"the file cannot be read: {error.strerror}"
            mistakes.append(Mistake(path.name, None, what, "a file that this account may read"))
    if mistakes:
        raise ConfigurationMistakes(mistakes)
    return files


def load(
    folder: Path,
    variables: Mapping[str, str],
    connectors: Mapping[str, ConnectorKind],
    layouts: Collection[str] | None = None,
) -> County:
    """The county that a folder describes.

    ``variables`` are what ``${name}`` stands for; ``layouts`` are the names of board layouts, None
    where they need not be checked. Raises ConfigurationMistakes with all that is wrong.
    """
    if not folder.is_dir():
        what, right = "there is no such folder", f"a folder with {', '.join(FILES)}"
        raise ConfigurationMistakes([Mistake(str(folder), None, what, right)])
    return load_files(read_folder(folder), variables, connectors, layouts)


def load_files(
    files: Mapping[str, bytes],
    variables: Mapping[str, str],
    connectors: Mapping[str, ConnectorKind],
    layouts: Collection[str] | None = None,
) -> County:
    """The same from files already read, by name."""
    unknown = [name for name in files if name not in FILES]
    county_file, places_file, feeds_file, boards_file = (
        read_document(name, files[name], variables)
        if name in files
        else (Document(name) if name in OPTIONAL else missing_document(name, unknown))
        for name in FILES
    )
    county = read_shape(county_file, (), county_file.tables, CountyShape) if county_file.read else CountyShape()
    found = read_places(places_file)
    unclear = not county_file.read or (county.demonstration is None and "demonstration" in county_file.tables)
    demonstration = None if unclear else bool(county.demonstration)
    if county.bed_day_cost is not None and not 0 < county.bed_day_cost < 100_000:
        county_file.wrong(("bed_day_cost",), "bed_day_cost is no price of a bed day", "bed_day_cost = 562, in pounds")
    care = read_care(county_file)
    feeds = read_feeds(feeds_file, found, connectors, demonstration)
    boards = read_boards(boards_file, found, layouts)
    mistakes = [Mistake(name, None, "no part of a configuration", suggest(name, FILES)) for name in unknown]
    for document in (county_file, places_file, feeds_file, boards_file):
        mistakes += sorted(document.mistakes, key=lambda mistake: mistake.line or 0)
    if mistakes:
        raise ConfigurationMistakes(mistakes)
    assert county.name is not None
    return County(county.name, found.places, feeds, boards, bool(county.demonstration), county.bed_day_cost, care)
