"""A folder of TOML files into a county, or every mistake in it at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from flowcentre.config.access import read_access
from flowcentre.config.boards import read_boards
from flowcentre.config.care import read_care
from flowcentre.config.channels import ChannelKind
from flowcentre.config.document import Document, missing_document, read_document
from flowcentre.config.feeds import read_feeds
from flowcentre.config.leads import read_leads
from flowcentre.config.level_cards import level_card_names, missing_cards
from flowcentre.config.mistakes import ConfigurationMistakes, Mistake, suggest
from flowcentre.config.places import read_places
from flowcentre.config.pressure import check_cards, read_pressure
from flowcentre.config.retention import read_retention
from flowcentre.config.rhythm import ConnectorKind
from flowcentre.config.rules import CARDS, Prove, read_rules
from flowcentre.config.shapes import CountyShape, read_shape
from flowcentre.config.upkeep import read_backup, read_fallback
from flowcentre.config.watchable import watchable, with_pressure
from flowcentre.model import NO_SIGN_IN, County, PressureRules

FILES = (
    "county.toml",
    "places.toml",
    "feeds.toml",
    "boards.toml",
    "alerts.toml",
    "leads.toml",
    "pressure.toml",
    "access.toml",
)
_INVENTED = "demo"  # the variable that stands for the address of the simulated county
OPTIONAL = frozenset({"boards.toml", "alerts.toml", "leads.toml", "pressure.toml", "access.toml"})


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


def card_names(folder: Path) -> frozenset[str]:
    """The action cards beside the TOML files of a folder, by name without ending; those for levels as ``levels/...``."""
    cards = folder / CARDS
    return level_card_names(cards) | {path.stem for path in cards.glob("[!.]*.md") if path.is_file()}


def load(
    folder: Path,
    variables: Mapping[str, str],
    connectors: Mapping[str, ConnectorKind],
    layouts: Collection[str] | None = None,
    channels: Mapping[str, ChannelKind] | None = None,
    prove: Prove | None = None,
) -> County:
    """The county that a folder describes.

    ``variables`` are what ``${name}`` stands for; ``layouts`` are the names of board layouts and ``channels`` the
    kinds of channel by name, None where they need not be checked; ``prove`` plays the mornings of a rule. Raises ConfigurationMistakes with all that is wrong.
    """
    if not folder.is_dir():
        what, right = "there is no such folder", f"a folder with {', '.join(FILES)}"
        raise ConfigurationMistakes([Mistake(str(folder), None, what, right)])
    return load_files(read_folder(folder), variables, connectors, layouts, channels, card_names(folder), prove)


def load_files(
    files: Mapping[str, bytes],
    variables: Mapping[str, str],
    connectors: Mapping[str, ConnectorKind],
    layouts: Collection[str] | None = None,
    channels: Mapping[str, ChannelKind] | None = None,
    cards: Collection[str] | None = None,
    prove: Prove | None = None,
) -> County:
    """The same from files already read, by name. ``cards`` are the names of action cards, None where none is looked for."""
    unknown = [name for name in files if name not in FILES]
    documents = [
        read_document(name, files[name], variables)
        if name in files
        else (Document(name) if name in OPTIONAL else missing_document(name, unknown))
        for name in FILES
    ]
    county_file, places_file, feeds_file, boards_file, alerts_file, leads_file, pressure_file, access_file = documents
    county = read_shape(county_file, (), county_file.tables, CountyShape) if county_file.read else CountyShape()
    found = read_places(places_file)
    unclear = not county_file.read or (county.demonstration is None and "demonstration" in county_file.tables)
    demonstration = None if unclear else bool(county.demonstration)
    if county.bed_day_cost is not None and not 0 < county.bed_day_cost < 100_000:
        county_file.wrong(("bed_day_cost",), "bed_day_cost is no price of a bed day", "bed_day_cost = 562, in pounds")
    care, backups, fallback = read_care(county_file), read_backup(county_file), read_fallback(county_file)
    retention = read_retention(county_file)
    unchanged_days = County.unchanged_days if county.unchanged_days is None else county.unchanged_days
    if not 1 <= unchanged_days <= 366:
        what = f"unchanged_days {unchanged_days} is no number of days for a row to stand unchanged"
        county_file.wrong(("unchanged_days",), what, "unchanged_days = 7, up to 366")
    if demonstration is False:
        for document in documents:
            _check_variables(document)
    feeds = read_feeds(feeds_file, found, connectors, demonstration)
    boards = read_boards(boards_file, found, layouts)
    access = read_access(access_file, found) if "access.toml" in files else NO_SIGN_IN
    told = read_leads(leads_file, channels, demonstration)
    sound = found.whole and feeds_file.read and not (places_file.mistakes or feeds_file.mistakes)
    watched = watchable(found.places, feeds) if sound and (alerts_file.tables or "pressure.toml" in files) else None
    pressure = read_pressure(pressure_file, watched) if "pressure.toml" in files else PressureRules()
    if cards is not None:
        check_cards(pressure_file, pressure, watched, partial(missing_cards, cards))
    if watched is not None:
        # Rules that look at scores do not look wrong where it is the scoring that is.
        watched = with_pressure(watched, pressure) if not pressure_file.mistakes else None
    rules = read_rules(alerts_file, watched, told.routes, cards, prove, two_people=told.two_people)
    if "leads.toml" not in files and any(rule.routes for rule in rules):
        leads_file.mistakes += missing_document("leads.toml", unknown).mistakes
    mistakes = [Mistake(name, None, "no part of a configuration", suggest(name, FILES)) for name in unknown]
    for document in documents:
        mistakes += sorted(document.mistakes, key=lambda mistake: mistake.line or 0)
    if mistakes:
        raise ConfigurationMistakes(mistakes)
    assert county.name is not None
    alerting = replace(told.alerting, rules=rules)
    shown = bool(county.demonstration)
    return County(
        county.name,
        found.places,
        feeds,
        boards,
        shown,
        county.bed_day_cost,
        care,
        alerting,
        pressure,
        access,
        retention=retention,
        unchanged_days=unchanged_days,
        backups=backups,
        fallback=fallback,
    )


def _check_variables(document: Document) -> None:
    """Notes where a real county reads what is simulated."""
    for path, name in document.variables:
        if name == _INVENTED:
            what = f"${{{name}}} is the address of the simulated county, which a real one has not"
            document.wrong(path, what, "the address of the source itself")
