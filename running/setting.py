"""What a command works with: a county's configuration, and the store that is that county's own."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from running.start import CannotStart

if TYPE_CHECKING:
    from flowcentre.alerts.contract import Channel
    from flowcentre.config import Reloader
    from flowcentre.feeds.contract import Connector
    from flowcentre.model import County
    from flowcentre.store import Store

ROOT = Path(__file__).resolve().parent.parent
DEFAULTS = ROOT / "flowcentre" / "config" / "defaults"
VAR = Path(os.environ.get("FLOWCENTRE_VAR", ROOT / "var"))
ASSETS, LAYOUTS = ROOT / "assets", ROOT / "layouts"
BOARD_LAYOUTS = ("wall",)


@dataclass(frozen=True)
class Setting:
    """Where a county's configuration and store are, and what its variables stand for."""

    folder: Path
    store_url: str
    variables: Mapping[str, str]
    connectors: Mapping[str, type[Connector]]
    channels: Mapping[str, type[Channel]]

    def load(self) -> County:
        """The county, whose rules of alerts do what their author wrote beside them. Raises ConfigurationMistakes."""
        from flowcentre.alerts.mornings import unproved
        from flowcentre.config import load

        return load(self.folder, self.variables, self.connectors, BOARD_LAYOUTS, self.channels, unproved)

    def reloader(self, county: County) -> Reloader:
        """Watches the configuration for changes, and takes none whose rules do not do what their author wrote beside them."""
        from flowcentre.alerts.mornings import unproved
        from flowcentre.config import Reloader

        looked_at = (self.folder, self.variables, self.connectors, BOARD_LAYOUTS, self.channels)
        return Reloader(*looked_at, current=county, prove=unproved)


def usual_store(folder: Path) -> str:
    """The address of a county's store where none is given."""
    return f"sqlite:///{VAR / (folder.name + '.db')}"


def setting_of(folder: Path | None, store_url: str | None, *, demo_port: int, published: Path | None = None) -> Setting:
    """What a command works with, from its options."""
    from channels import find_channels
    from connectors import find_connectors

    folder = folder or DEFAULTS / "westshire"
    if store_url is None:
        VAR.mkdir(parents=True, exist_ok=True)
        store_url = usual_store(folder)
    # Each store lives its own life: two demonstrations must not read each other's files.
    life = hashlib.sha256(store_url.encode()).hexdigest()[:8]
    variables = {"drop": str(VAR / "drop" / life), "demo": f"http://127.0.0.1:{demo_port}"}
    if published is not None:
        variables["published"] = str(published)
    return Setting(folder, store_url, variables, find_connectors(), find_channels())


@contextmanager
def opened(setting: Setting, county: County, *, writer: bool = True, migrates: bool = True) -> Iterator[Store]:
    """The store, checked to be this county's: a demonstration never mixes with the real, nor one county with another."""
    from flowcentre.store import open_store
    from flowcentre.store.backup import STORE

    kind, kinds = "yes" if county.demonstration else "no", {"yes": "a demonstration", "no": "a real county"}
    system = county.places.system.id
    store = open_store(setting.store_url, writer=writer, migrates=migrates)
    try:
        if kept := other_mark(store, "demonstration", kind, writer=writer):
            raise CannotStart(
                f"the store holds {kinds[kept]} and the configuration is {kinds[kind]}: "
                "invented and real figures never share a store. Give another --store."
            )
        if kept := other_mark(store, "system", system, writer=writer):
            raise CannotStart(
                f"the store holds the county of {kept!r} and the configuration is that of {system!r}: "
                "two counties never share a store. Give another --store."
            )
        if writer and store.mark(STORE) is None:
            store.set_mark(STORE, secrets.token_hex(3))
        yield store
    finally:
        store.close()


def other_mark(store: Store, key: str, wanted: str, *, writer: bool) -> str | None:
    """What the store is marked with, where that is another; a store without the mark gets it from a writer."""
    kept = store.mark(key)
    if kept is None and writer:
        store.set_mark(key, wanted)
    return kept if kept != wanted else None
