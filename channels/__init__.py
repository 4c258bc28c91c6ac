"""Ways by which messages go: one module for each kind, found by existing.

To add one costs a module with one class that fulfils ``flowcentre.alerts.contract.Channel``. A third party ships one in its
own package, through the entry-point group ``flowcentre.channels``. A module whose name begins with ``_`` is shared, and is none.

What a channel needs of a library is imported when one is made, not when the kinds are listed: a process that sends nothing
carries nothing of it.
"""

import logging
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import entry_points
from inspect import isclass
from pkgutil import iter_modules
from types import ModuleType
from typing import cast

from flowcentre.alerts.contract import Channel

GROUP = "flowcentre.channels"
_log = logging.getLogger(__name__)

__all__ = ["GROUP", "NotAChannel", "find_channels"]


class NotAChannel(TypeError):
    """A module or a third party's package offers as a channel what is none. Says why."""


def find_channels(report: Callable[[str], None] = _log.warning) -> dict[str, type[Channel]]:
    """Every kind of channel there is, by the name that a ``[[channel]]`` calls it by.

    A broken one of our own raises NotAChannel; a third party's is told to ``report`` and left out, so that it cannot stop
    the others. Ours keep their names.
    """
    modules = [module.name for module in iter_modules(__path__) if not module.name.startswith("_")]
    ours = [_the_one_in(import_module(f"{__name__}.{name}")) for name in modules]
    found = {channel.kind: channel for channel in ours}
    for entry in entry_points(group=GROUP):
        try:
            channel = _checked(entry.load())
        except (Exception, SystemExit) as error:
            report(f"the channel {entry.name!r} ({entry.value}) is left out: {type(error).__name__}: {error}")
            continue
        if channel.kind in found:
            report(f"the channel {entry.name!r} ({entry.value}) is left out: there is one of the kind {channel.kind!r}")
            continue
        found[channel.kind] = channel
    return found


def _the_one_in(module: ModuleType) -> type[Channel]:
    found = [
        each
        for each in vars(module).values()
        if isclass(each) and each.__module__ == module.__name__ and "kind" in vars(each)
    ]
    if len(found) != 1:
        raise NotAChannel(f"{module.__name__} holds {len(found)} channels; a module holds exactly one")
    return _checked(found[0])


def _checked(offered: object) -> type[Channel]:
    """Raise NotAChannel unless a message can be sent by this."""
    if not isclass(offered):
        raise NotAChannel("not a class")
    missing = [name for name in ("kind", "short", "send") if not hasattr(offered, name)]
    if missing:
        raise NotAChannel(f"{offered.__name__} has no {' and no '.join(missing)}")
    channel = cast("type[Channel]", offered)
    if not isinstance(channel.kind, str) or not channel.kind:
        raise NotAChannel(f"the kind of {offered.__name__} is no name")
    return channel
