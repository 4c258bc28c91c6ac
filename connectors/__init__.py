"""The kinds of feed. A module here holds one connector, and is found by existing.

To add one costs a module, a sample and a ``[[feed]]`` entry: see ``docs/connectors.md``. A third
party ships one in its own package, through the entry-point group ``flowcentre.connectors``. A
module whose name begins with ``_`` is shared by connectors and is none itself.
"""

import logging
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import entry_points
from inspect import isabstract, isclass
from pkgutil import iter_modules
from types import ModuleType

from flowcentre import measures
from flowcentre.feeds.contract import Connector, FeedSettings

GROUP = "flowcentre.connectors"
_log = logging.getLogger(__name__)

__all__ = ["GROUP", "NotAConnector", "find_connectors"]


class NotAConnector(TypeError):
    """A module or a third party's package offers as a connector what is none. Says why."""


def find_connectors(report: Callable[[str], None] = _log.warning) -> dict[str, type[Connector]]:
    """Every connector there is, by the name that a ``[[feed]]`` calls it by.

    A broken one of our own raises NotAConnector; a third party's is told to ``report`` and left
    out, so that it cannot stop the others. Ours keep their names.
    """
    found = {
        module.name: _the_one_in(import_module(f"{__name__}.{module.name}"))
        for module in iter_modules(__path__)
        if not module.name.startswith("_")
    }
    for entry in entry_points(group=GROUP):
        try:
            connector = entry.load()
            _check(connector)
        except (Exception, SystemExit) as error:
            report(f"the connector {entry.name!r} ({entry.value}) is left out: {type(error).__name__}: {error}")
            continue
        if entry.name in found:
            report(f"the connector {entry.name!r} ({entry.value}) is left out: there is one of that name")
            continue
        found[entry.name] = connector
    return found


def _the_one_in(module: ModuleType) -> type[Connector]:
    found = [
        kind
        for kind in vars(module).values()
        if isclass(kind) and issubclass(kind, Connector) and kind.__module__ == module.__name__ and not isabstract(kind)
    ]
    if len(found) != 1:
        raise NotAConnector(f"{module.__name__} holds {len(found)} connectors; a module holds exactly one")
    _check(found[0])
    return found[0]


def _check(kind: object) -> None:
    """Raise NotAConnector unless a feed can be made of this."""
    if not (isclass(kind) and issubclass(kind, Connector)) or isabstract(kind):
        raise NotAConnector("not a class that fulfils Connector")
    settings = getattr(kind, "Settings", None)
    if not (isclass(settings) and issubclass(settings, FeedSettings)):
        raise NotAConnector(f"{kind.__name__} has no Settings made from FeedSettings")
    provides = getattr(kind, "provides", ())
    if not isinstance(provides, tuple) or not provides:
        raise NotAConnector(f"{kind.__name__} provides no measure")
    unknown = [measure for measure in provides if measures.find(measure) is None]
    if unknown:
        raise NotAConnector(f"{kind.__name__} provides what is not in the catalogue: {', '.join(map(str, unknown))}")
