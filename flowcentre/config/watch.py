"""A configuration that is changed while it runs: a good change is taken, a broken one never."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from flowcentre.config.channels import ChannelKind
from flowcentre.config.load import OPTIONAL, card_names, load_files, read_folder
from flowcentre.config.mistakes import ConfigurationMistakes, Mistake
from flowcentre.config.rhythm import ConnectorKind
from flowcentre.config.rules import Prove
from flowcentre.model import County


class Reloader:
    """Looks at a configuration's folder on the rhythm of whoever owns it.

    ``prove`` plays the mornings of a rule, ``also`` says what else is wrong with a county that could be loaded. Not for use from several threads at once.
    """

    def __init__(
        self,
        folder: Path,
        variables: Mapping[str, str],
        connectors: Mapping[str, ConnectorKind],
        layouts: Collection[str] | None = None,
        channels: Mapping[str, ChannelKind] | None = None,
        *,
        current: County,
        prove: Prove | None = None,
        also: Callable[[County], Iterable[Mistake]] | None = None,
    ) -> None:
        self.folder = folder
        self.current = current
        self.mistakes: tuple[Mistake, ...] = ()  # of the folder as it stands; empty when it is what runs
        self._variables = variables
        self._connectors = connectors
        self._layouts = layouts
        self._channels = channels
        self._prove = prove
        self._also = also
        self._names = _names(folder)  # of the files that are in use
        self._seen: str | None = None  # as at the last look
        self._judged: str | None = None  # the content that ``current`` or ``mistakes`` came from
        self._untold = False

    def look(self) -> County | None:
        """The new county where the files have changed for good; None where nothing is to be done.

        Files are saved one by one, and not at one stroke: a change is judged only when two looks in
        a row see the same bytes.
        """
        try:
            files, cards = read_folder(self.folder), card_names(self.folder)
        except ConfigurationMistakes as unreadable:
            self._refuse(repr(unreadable.mistakes), unreadable.mistakes)
            return None
        content = _digest(files, cards)
        settled, self._seen = content == self._seen, content
        if content == self._judged or not settled:
            return None
        if gone := _gone(self._names, files):
            self._refuse(content, gone)
            return None
        try:
            county = load_files(
                files, self._variables, self._connectors, self._layouts, self._channels, cards, self._prove
            )
        except ConfigurationMistakes as broken:
            self._refuse(content, broken.mistakes)
            return None
        if another := _another(county, self.current):
            self._refuse(content, (another,))
            return None
        if self._also is not None and (wrong := tuple(self._also(county))):
            self._refuse(content, wrong)
            return None
        self._judged, self.mistakes, self._untold = content, (), False
        self._names = frozenset(files)
        if _parts(county) == _parts(self.current):
            return None  # a comment, or an order of keys
        self.current = county
        return county

    def untold(self) -> tuple[Mistake, ...]:
        """The mistakes of a change that was refused, once for each distinct content; empty when all is told."""
        told, self._untold = self._untold, False
        return self.mistakes if told else ()

    def _refuse(self, content: str, mistakes: tuple[Mistake, ...]) -> None:
        if content != self._judged:
            self._judged, self.mistakes, self._untold = content, mistakes, True


def _names(folder: Path) -> frozenset[str]:
    try:
        return frozenset(read_folder(folder))
    except ConfigurationMistakes:  # said at the first look
        return frozenset()


def _gone(names: Collection[str], files: Mapping[str, bytes]) -> tuple[Mistake, ...]:
    """What has vanished, or been emptied, though it may be left out at a start: what it said must not end in silence."""
    found = []
    for name in sorted(OPTIONAL & set(names)):
        if name not in files:
            right = f"{name} put back; to do without it, a file with a comment alone, or a start without it"
            found.append(Mistake(name, None, f"the file {name} is gone while it is in use", right))
        elif not files[name].strip():
            right = "what it held; to do without that, a comment in it that says so"
            found.append(Mistake(name, None, f"the file {name} is in use, and empty now", right))
    return tuple(found)


def _another(county: County, current: County) -> Mistake | None:
    """Why a county can only be started, with a store of its own, and not take over from the one that runs."""
    right = "stop, and start with another store"
    if county.demonstration != current.demonstration:
        what = "a running county cannot turn from a demonstration into a real one, or back"
        return Mistake("county.toml", None, what, right)
    before, now = current.places.system.id, county.places.system.id
    if now != before:
        return Mistake("places.toml", None, f'a running county cannot turn from "{before}" into "{now}"', right)
    if _signing_in(county) != _signing_in(current):
        # Grants, limits and machines are taken up as they are: what a server is built on is not.
        what = "a running county cannot change how people sign in, nor its address"
        return Mistake("access.toml", None, what, "stop, and start anew; grants alone can be changed while it runs")
    return None


def _signing_in(county: County) -> tuple[object, ...]:
    access = county.access
    return access.configured, access.public_url, access.local, access.oidc, access.proxy


def _parts(county: County) -> tuple[object, ...]:
    promised = county.bed_day_cost, county.care
    return (
        county.name,
        tuple(county.places),
        county.feeds,
        county.boards,
        county.demonstration,
        promised,
        county.alerting,
        county.pressure,
        county.access,
    )


def _digest(files: Mapping[str, bytes], cards: Collection[str]) -> str:
    """A mark of the files, and of which action cards there are: what they say is nobody's mistake."""
    total = hashlib.sha256(repr(sorted(cards)).encode())
    for name, content in sorted(files.items()):
        total.update(f"{name}\0{len(content)}\0".encode() + content)
    return total.hexdigest()
