"""What is logged, and what never is."""

from __future__ import annotations

import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any


def configure_logging() -> None:
    """One line for each event, and of an error its kind and place alone: its words may quote a row, and a row a name.

    What looks like somebody's number or address is taken out of whatever is left (``access/scrub.py``).
    """
    import logging

    import structlog

    from flowcentre.access.scrub import scrub_event, scrubbed

    def place_of(error: BaseException) -> str:
        frames = traceback.extract_tb(error.__traceback__)
        return f"{Path(frames[-1].filename).name} line {frames[-1].lineno}" if frames else "?"

    def errors_in_one_line(
        _logger: object, _method: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        raised = event.pop("exc_info", None)
        error = sys.exc_info()[1] if raised is True else raised
        if isinstance(error, BaseException):
            event["error"], event["where"] = type(error).__name__, place_of(error)
        return event

    class OneLine(logging.Formatter):
        """The same for libraries that log in the standard way."""

        def format(self, record: logging.LogRecord) -> str:
            return scrubbed(super().format(record))

        def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's own name
            return f"  error={ei[0].__name__} where={place_of(ei[1])}"

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            errors_in_one_line,
            scrub_event,
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%SZ", utc=True),
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    to_stderr = logging.StreamHandler()
    to_stderr.setFormatter(OneLine("%(asctime)s [%(levelname)s] %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[to_stderr])
    logging.captureWarnings(capture=True)  # else they are printed, whatever they quote
    sys.excepthook = _broke_off
    threading.excepthook = lambda broken: _broke_off(broken.exc_type, broken.exc_value, broken.exc_traceback)
    sys.unraisablehook = lambda broken: _broke_off(broken.exc_type, broken.exc_value, broken.exc_traceback)


def _broke_off(kind: type[BaseException], error: BaseException | None, at: TracebackType | None) -> None:
    """Say what ended a process or a thread by its kind and by lines of our code, without its words: there is no other report of a crash."""
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    causes, cause = [kind.__name__], error
    while (cause := cause and (cause.__cause__ or cause.__context__)) is not None and len(causes) < 5:
        causes.append(type(cause).__name__)
    lines = "".join(traceback.format_tb(at))
    sys.stderr.write(f"broke off: {' after '.join(causes)}; its words are not told, for they may quote a row\n{lines}")
