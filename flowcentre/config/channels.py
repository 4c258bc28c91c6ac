"""The ways by which messages go, and the addresses that each kind of them can have."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flowcentre.config.alert_shapes import ChannelShape
from flowcentre.config.document import Document
from flowcentre.config.lines import KeyPath
from flowcentre.config.mistakes import suggest
from flowcentre.config.secrets import find_secrets, is_variable

_BY_MAIL = ("smtp", "maildir")
_SECRET_ADDRESSES = ("teams", "slack", "apprise")  # whoever has one can write to whoever it leads to


# What a configuration must know of a kind of channel, and a channel's class is one: it is made of settings and of a way to
# look up secrets, does nothing else, and raises ValueError, in words, for settings that it cannot be made of.
ChannelKind = Callable[[Mapping[str, object], Callable[[str], str]], object]


def check_channel(
    document: Document,
    path: KeyPath,
    shape: ChannelShape,
    kinds: Mapping[str, ChannelKind] | None,
    demonstration: bool | None,
) -> None:
    """One channel against its kind, and against what kind of county this is; what is wrong is noted in the document."""
    secrets = list(find_secrets(shape.settings or {}))
    for where, what, right in secrets:
        document.wrong((*path, "settings", *where), what, right)
    if kinds is not None and shape.kind is not None:
        if shape.kind not in kinds:
            document.wrong((*path, "kind"), f'there is no kind of channel "{shape.kind}"', suggest(shape.kind, kinds))
        elif not secrets:
            _check_settings(document, path, shape, kinds[shape.kind])
    if demonstration and not shape.demonstration:
        document.wrong(
            (*path, "demonstration"),
            f'"{shape.id}" would tell people of invented figures as if they were real',
            "demonstration = true here, where whoever reads them knows it for a show",
        )
    if demonstration is False and shape.demonstration:
        document.wrong(
            (*path, "demonstration"),
            f'"{shape.id}" is a channel of a demonstration in a real county',
            "a channel that reaches those who must act",
        )


def _check_settings(document: Document, path: KeyPath, shape: ChannelShape, kind: ChannelKind) -> None:
    """Whether a channel could be made of its settings, where every variable that they name is set."""
    try:
        kind(shape.settings or {}, lambda variable: variable)
    except ValueError as why:  # it names a setting, and never says what one holds
        right = f"[channel.settings] as docs/alerts.md gives them for {shape.kind}"
        document.wrong((*path, "settings"), f'"{shape.id}": {why}', right)


def check_to(document: Document, where: KeyPath, to: str, kind: str) -> None:
    """An address against the kind of its channel. Never quoted: it is somebody's, and mistakes are shown on a page."""
    if kind in _SECRET_ADDRESSES and not is_variable(to):
        what = f"an address of {kind} is a secret: whoever has it can write there"
        document.wrong(where, what, 'to = "FLOWCENTRE_NORTHGATE_TEAMS", the variable that holds it')
        return
    if kind in _BY_MAIL and (to.count("@") != 1 or " " in to):
        document.wrong(where, "an address by mail has one @, and no blanks", 'to = "site.manager@..."')
        return
    for _, what, right in find_secrets({"to": to}):
        document.wrong(where, what, right)
