"""``python -m supply write``: docs/licences.md and docs/sbom.json anew. ``python -m supply audit``: what is known against what is installed."""

from __future__ import annotations

import sys
import tomllib

from supply.audit import audit
from supply.parts import REQUIREMENTS, ROOT, parts
from supply.written import bill_of_materials, licences


def write() -> None:
    """Write the two documents of what is installed."""
    every = parts(REQUIREMENTS.read_text(encoding="utf-8"))
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    (ROOT / "docs" / "licences.md").write_text(licences(every), encoding="utf-8")
    (ROOT / "docs" / "sbom.json").write_text(bill_of_materials(every, version), encoding="utf-8")


def main(words: list[str]) -> int:
    """Do what is asked; 1 where something is to be mended, or with ``--whole`` where not everything could be asked about."""
    match words:
        case ["write"]:
            write()
            return 0
        case ["audit"] | ["audit", "--whole"]:
            verdict = audit()
            print(verdict.words())
            return 1 if verdict.found or ("--whole" in words and not verdict.is_whole) else 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
