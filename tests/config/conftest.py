"""A small Westshire to break, one thing at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import BaseModel, ConfigDict, Field

from flowcentre.config import ConfigurationMistakes, ConnectorKind, Mistake, load
from flowcentre.model import County
from tests.config.alerting import ALERTS, CARDS, CHANNELS, LEADS

COUNTY = """\
name = "Westshire"
demonstration = true

[care]
start_within = "24h"
runs_for_days = 42
reference_waiting = 200
reference_day = 2026-01-15
tolerance_share = 0.15
"""
PLACES = """\
[[place]]
id = "westshire"
name = "Westshire"
level = "system"
kind = "system"

[[place]]
id = "north"
name = "North Westshire"
level = "locality"
kind = "locality"
parent = "westshire"

[[place]]
id = "westshire-hospitals"
name = "Westshire Hospitals"
level = "organisation"
kind = "trust"
parent = "westshire"
ods = "ZW1"

[[place]]
id = "northgate"
name = "Northgate General"
short_name = "Northgate"
level = "site"
kind = "acute hospital"
parent = "westshire-hospitals"
locality = "north"
ods = "ZW101"
valid_from = 2020-04-01

[[place]]
id = "northgate-a1"
name = "Ward A1"
level = "unit"
kind = "ward"
parent = "northgate"
codes = ["A1", "007"]

[[place]]
id = "northgate-na"
name = "Ward NA"
level = "unit"
kind = "ward"
parent = "northgate"
codes = [
    "NA",
    "1E5",
]
"""
FEEDS = """\
[[feed]]
id = "northgate-beds"
name = "Northgate bed state"
connector = "bed_state_csv"
every = "5m"
late_after = "12m"
stale_after = "45m"
places = ["northgate"]
demonstration = true
[feed.settings]
folder = "${drop}/northgate"

[[feed]]
id = "northgate-ed"
name = "Northgate A&E"
connector = "emergency_department_json"
every = "30s"
late_after = "3m"
stale_after = "15m"
places = ["northgate"]
demonstration = true
[feed.settings]
url = "${demo}/northgate"
"""
BOARDS = """\
[[board]]
id = "county"
title = "Westshire flow centre"
layout = "wall"
places = ["northgate"]
"""
FILES = {"county.toml": COUNTY, "places.toml": PLACES, "feeds.toml": FEEDS, "boards.toml": BOARDS}
VARIABLES = {"drop": "/drop", "demo": "http://127.0.0.1:1"}


class FolderSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")
    folder: Path
    at_most: int = Field(default=10, description="at_most = 10, a whole number of files a poll")


class AddressSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")
    url: str
    token_env: str | None = None


class TypedSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")
    services: tuple[str, ...] = ()


def _kind(*provides: str, settings: type[BaseModel] = FolderSettings, polled: bool = True) -> SimpleNamespace:
    return SimpleNamespace(provides=provides, Settings=settings, polled=polled)


CONNECTORS: Mapping[str, ConnectorKind] = {
    "bed_state_csv": _kind("ga_beds_core_open", "ga_beds_occupied"),
    "emergency_department_json": _kind("ae_patients_now", settings=AddressSettings),
    "community_capacity_csv": _kind("care_home_beds"),
    "typed_in": _kind("ga_beds_core_open", "ga_beds_occupied", settings=TypedSettings, polled=False),
}
LAYOUTS = ("wall",)


@dataclass
class Folder:
    """A configuration on disk."""

    path: Path

    def write(self, **files: str | bytes | None) -> None:
        """Write files, named without their ending; None takes one away."""
        for name, content in files.items():
            path = self.path / f"{name}.toml"
            if content is None:
                path.unlink()
            elif isinstance(content, bytes):
                path.write_bytes(content)
            else:
                path.write_text(content, encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> int:
        """Replace the one place where ``old`` stands in a file; the line of ``#!`` in what is written, or 0."""
        path = self.path / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
        return text[: text.index("#!")].count("\n") + 1 if "#!" in text else 0

    def load(self) -> County:
        return load(self.path, VARIABLES, CONNECTORS, LAYOUTS, CHANNELS)

    def mistakes(self) -> tuple[Mistake, ...]:
        """All that is wrong; fails the test where nothing is."""
        with pytest.raises(ConfigurationMistakes) as found:
            self.load()
        return found.value.mistakes


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "westshire")
    made.path.mkdir()
    for name, text in FILES.items():
        (made.path / name).write_text(text, encoding="utf-8")
    return made


@pytest.fixture
def alerting(folder: Folder) -> Folder:
    """The same with rules, leads and action cards."""
    folder.write(alerts=ALERTS, leads=LEADS)
    (folder.path / "action_cards").mkdir()
    for card in CARDS:
        (folder.path / "action_cards" / f"{card}.md").write_text("# What to do\n", encoding="utf-8")
    return folder


@pytest.fixture
def loads() -> Callable[[Path], County]:
    return lambda path: load(path, VARIABLES, CONNECTORS, LAYOUTS)
