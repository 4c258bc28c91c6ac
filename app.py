"""Flow Centre's command line, and the one place that knows every house and joins them.

Houses are imported inside the functions that need them: worker processes import this module too,
and must not carry the web server and the charts.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flowcentre.config import Reloader
    from flowcentre.feeds.contract import Connector
    from flowcentre.model import County
    from flowcentre.picture import LivePicture
    from flowcentre.store import Store

HERE = Path(__file__).resolve().parent
DEFAULTS = HERE / "flowcentre" / "config" / "defaults"
VAR = Path(os.environ.get("FLOWCENTRE_VAR", HERE / "var"))
HOST = "127.0.0.1"

command = typer.Typer(
    help="Flow Centre: one honest, live picture of a health and care system's flow.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def utc_now() -> datetime:
    """The present, in UTC: the one place where the clock is read."""
    return datetime.now(UTC)
