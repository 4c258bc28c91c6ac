"""What is logged, and what never is."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Any


def configure_logging() -> None:
    """One line for each event, and of an error its kind and place alone: its words may quote a row, and a row a name."""
    import logging

    import structlog

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

        def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's own name
            return f"  error={ei[0].__name__} where={place_of(ei[1])}"

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%SZ", utc=True),
            errors_in_one_line,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    to_stderr = logging.StreamHandler()
    to_stderr.setFormatter(OneLine("%(asctime)s [%(levelname)s] %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[to_stderr])
