"""Where a secret is: in the environment variable that a configuration names, or in the file that ``NAME_FILE`` names.

Docker, Kubernetes and systemd hand secrets over as files. Which secret it is stands in the configuration; what it is never does.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

IN_FILE = "_FILE"
MOST_BYTES = 64 * 1024  # of a secret's file: more is some other file


class NoSecret(LookupError):
    """A secret that is not there. Its words name the variable and what is wrong, never what it holds."""


def secret_of(variable: str, environment: Mapping[str, str] = os.environ) -> str:
    """What the variable holds, or the file that ``<variable>_FILE`` names, without the blanks around it.

    It is read each time that it is asked for, so a file that is replaced counts at once. Raises NoSecret where neither is
    set, where both are (which of two secrets is meant nobody can know), or where the file cannot be read or is empty.
    """
    held, named = environment.get(variable, "").strip(), environment.get(variable + IN_FILE, "").strip()
    if held and named:
        raise NoSecret(
            f"the environment variables {variable} and {variable}{IN_FILE} are both set: one of them is wanted"
        )
    if held:
        return held
    if not named:
        raise NoSecret(f"the environment variable {variable} is not set")
    return _in_file(Path(named), f"the file that the environment variable {variable}{IN_FILE} names")


def _in_file(file: Path, which: str) -> str:
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a path that no file can have
        why = error.strerror if isinstance(error, OSError) else "it is no path"
        raise NoSecret(f"{which} cannot be read: {why}") from None
    if len(content) > MOST_BYTES:
        raise NoSecret(f"{which} is larger than a secret is")
    try:
        text = content.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise NoSecret(f"{which} is not text") from None
    if not text:
        raise NoSecret(f"{which} is empty")
    return text
