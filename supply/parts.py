"""The parts that others wrote: those that requirements.txt pins, what they need in turn, and what lies in assets/."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements.txt"
# What stands beside the code as its makers built it: name, version, licence, where.
BUNDLED = (
    (
        "plotly.js-basic-dist-min",
        r"plotly\.js \(basic - minified\) v([\d.]+)",
        "MIT",
        "assets/plotly/plotly-basic.min.js",
    ),
    ("inter-ui", None, "OFL-1.1", "assets/fonts/Inter-Regular.woff2"),
)
INTER = "4.1.1"  # a font's file does not say it
# Names as licences are called in SPDX's list, for makers who write them otherwise.
_SPDX = {
    "mit license": "MIT",
    "mit": "MIT",
    "bsd license": "BSD-3-Clause",
    "apache 2.0": "Apache-2.0",
    "apache 2": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "psfl": "PSF-2.0",
    "isc license (iscl)": "ISC",
    "isc license": "ISC",
    "gnu library or lesser general public license (lgpl)": "LGPL-3.0-only",
}
NOT_SAID = "not said by its makers"


@dataclass(frozen=True, slots=True)
class Part:
    """Something that others wrote, in one version."""

    name: str
    version: str
    licence: str  # an SPDX expression; ``NOT_SAID`` where the makers say none
    why: str = ""  # of what is pinned, the reason that stands beside it
    file: str = ""  # of what stands in assets/, where
    needs: tuple[str, ...] = ()

    @property
    def pinned(self) -> bool:
        """Is it one that we chose, and not one that another needs?"""
        return bool(self.why)


def pinned(requirements: str) -> dict[str, tuple[Requirement, str, str]]:
    """Each line of a requirements file by its name: what is asked for, in which version, and why."""
    found: dict[str, tuple[Requirement, str, str]] = {}
    for line in requirements.splitlines():
        asked, _, why = line.partition("#")
        if asked.strip() and not asked.startswith("-"):
            requirement = Requirement(asked.strip())
            (version,) = [each.version for each in requirement.specifier if each.operator == "=="]
            found[canonicalize_name(requirement.name)] = (requirement, version, why.strip())
    return found


def parts(requirements: str) -> list[Part]:
    """All that runs, as it is installed here: versions of what is not pinned are those of this day. By name.

    Raises PackageNotFoundError for what is not installed.
    """
    chosen = pinned(requirements)
    found: dict[str, Part] = {}
    to_look_at = [(name, requirement.extras) for name, (requirement, _, _) in chosen.items()]
    looked_at = set()
    while to_look_at:
        name, extras = to_look_at.pop()
        if (name, frozenset(extras)) in looked_at:
            continue
        looked_at.add((name, frozenset(extras)))
        installed = metadata.distribution(name)
        needs = {each: more for each, more in _needed(installed, extras) if each != name}
        to_look_at += needs.items()
        before = found[name].needs if name in found else ()
        why = chosen[name][2] if name in chosen else ""
        together = tuple(sorted({*before, *needs}))
        found[name] = Part(name, installed.version, licence_of(_fields(installed)), why, needs=together)
    return [*sorted(found.values(), key=lambda part: part.name), *_bundled()]


def _needed(installed: metadata.Distribution, extras: set[str]) -> Iterator[tuple[str, set[str]]]:
    for line in installed.requires or ():
        requirement = Requirement(line)
        asked_for = [{"extra": extra} for extra in ("", *extras)]
        if requirement.marker is None or any(requirement.marker.evaluate(each) for each in asked_for):
            yield canonicalize_name(requirement.name), requirement.extras


def _fields(installed: metadata.Distribution) -> Iterator[tuple[str, str]]:
    said = installed.metadata
    for key in ("License-Expression", "License", "Classifier"):
        yield from ((key, value) for value in said.get_all(key) or ())


def _bundled() -> Iterator[Part]:
    for name, says, licence, file in BUNDLED:
        content = (ROOT / file).read_bytes()[:2000].decode("utf-8", "replace") if says else ""
        version = re.search(says, content) if says else None
        yield Part(name, version[1] if version else INTER, licence, "built by its makers, kept as it came", file)


def licence_of(said: Iterable[tuple[str, str]]) -> str:
    """The licence that a distribution declares: as an expression, in a word, or by its classifiers, in this order."""
    fields = [(key, str(value).strip()) for key, value in said]
    once = dict(fields)
    if once.get("License-Expression"):
        return once["License-Expression"]
    word = once.get("License", "")
    classified = [
        value.rpartition(" :: ")[2]
        for key, value in fields
        if key == "Classifier" and value.startswith("License ::") and not value.endswith(":: OSI Approved")
    ]
    if word and "\n" not in word and len(word) < 60 and word.upper() not in ("UNKNOWN", "DUAL LICENSE"):
        return _SPDX.get(word.casefold(), word)
    return " OR ".join(sorted({_SPDX.get(each.casefold(), each) for each in classified})) or NOT_SAID
