"""The two documents that buyers ask for: the licences of all parts, and the bill of materials in CycloneDX."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from supply.parts import NOT_SAID, Part

_COPYLEFT = re.compile(r"\bA?GPL|\bLGPL|\bMPL", re.IGNORECASE)
# Those of the SPDX list that occur: any other stands under the name that its makers give it.
_IDS = frozenset(
    [
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "ISC",
        "OFL-1.1",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "Apache-2.0",
        "MPL-2.0",
        "PSF-2.0",
        "Unlicense",
        "LGPL-2.1-only",
        "LGPL-2.1-or-later",
        "LGPL-3.0-only",
        "LGPL-3.0-or-later",
        "GPL-2.0-only",
        "GPL-3.0-only",
    ]
)


def licences(parts: Iterable[Part]) -> str:
    """docs/licences.md."""
    every = list(parts)
    lines = [
        "# Licences of what others wrote",
        "",
        "Flow Centre itself is under the MIT licence (`LICENSE`). It runs on what stands here; `make supply` writes this page and",
        "`docs/sbom.json` anew, and a test keeps both true of `requirements.txt`. Each licence is the one that the package itself declares: nobody",
        "has read the packages' files for another. Versions of what is pinned are those that are installed; of the rest those of the day on which",
        "this page was written, for pip chooses them when it installs.",
        "",
        "## What asks for more than its notice",
        "",
        "LGPL and MPL ask whoever passes on a *changed* copy of the package to pass on its source. Flow Centre changes none and includes none: pip installs",
        "them as they come. Whether that suffices for you is for your own adviser to say.",
        "",
        *(f"- {part.name}: {part.licence}" for part in every if _COPYLEFT.search(part.licence)),
        *(f"- {part.name}: {NOT_SAID}; look it up before you pass it on" for part in every if part.licence == NOT_SAID),
        "",
    ]
    chapters = (
        ("What is pinned", [part for part in every if part.pinned and not part.file]),
        ("What those need", [part for part in every if not part.pinned]),
        ("What stands in assets/", [part for part in every if part.file]),
    )
    for title, chapter in chapters:
        lines += [f"## {title}", "", "| package | version | licence | for |", "|---|---|---|---|"]
        needed_by = {part.name: [other.name for other in every if part.name in other.needs] for part in chapter}
        for part in chapter:
            reason = part.file or part.why or ", ".join(needed_by[part.name])
            lines.append(f"| {part.name} | {part.version} | {part.licence} | {reason.replace('|', '/')} |")
        lines.append("")
    return "\n".join(lines)


def bill_of_materials(parts: Iterable[Part], version: str) -> str:
    """docs/sbom.json: CycloneDX 1.6, without a moment or a serial number, so that the same parts give the same file."""
    every = list(parts)
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "flowcentre",
                "name": "flowcentre",
                "version": version,
                "licenses": [{"license": {"id": "MIT"}}],
            }
        },
        "components": [_component(part) for part in every],
        "dependencies": [
            {"ref": "flowcentre", "dependsOn": [_ref(part) for part in every if part.pinned]},
            *(
                {"ref": _ref(part), "dependsOn": [_ref(other) for other in every if other.name in part.needs]}
                for part in every
            ),
        ],
    }
    return json.dumps(bill, indent=1, ensure_ascii=False) + "\n"


def _ref(part: Part) -> str:
    return f"pkg:{'npm' if part.file else 'pypi'}/{part.name}@{part.version}"


def _component(part: Part) -> Mapping[str, object]:
    return {
        "type": "library",
        "bom-ref": _ref(part),
        "name": part.name,
        "version": part.version,
        "purl": _ref(part),
        "scope": "required",
        "licenses": [_licence(part.licence)],
        "properties": [{"name": "flowcentre:pinned", "value": "yes" if part.pinned else "no"}],
    }


def _licence(said: str) -> Mapping[str, object]:
    """As CycloneDX has it: by its id where the SPDX list has one, as an expression of such, and else by the words of its makers."""
    words = [word for word in re.split(r"[\s()]+", said) if word and word not in ("AND", "OR", "WITH")]
    if not set(words) <= _IDS:
        return {"license": {"name": said}}
    return {"license": {"id": said}} if len(words) == 1 else {"expression": said}
