"""How a failure is told in the log: what went wrong and where, never its words, which may quote a person."""

import traceback


def kind_and_place(error: BaseException) -> dict[str, str]:
    """The type of an error and the line that raised it, as fields of one line of the log."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else "unknown"
    return {"error": type(error).__name__, "where": place}
