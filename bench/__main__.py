"""The benchmark. ``python -m bench`` runs every part; ``python -m bench ingest picture`` some of them.

Every ratio is against a baseline of the same run, on the same machine. The exit status is 0 whatever
the ratios are, and 1 where a part could not be measured.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from bench.measure import Line, machine
from bench.workplace import ROWS, Workplace
from running.memory import collect_seldom

PARTS = {
    "ingest": "JSON and CSV snapshots, against raw executemany",
    "displays": "server CPU with 100 displays, against a textbook Dash page",
    "glass": "change to glass in Chromium, and the bytes of a first load",
    "latest": "2,000 series over 17 million readings",
    "picture": "the picture rebuilt after one feed's poll",
    "delays": "delayed discharges: from a filter to the new page and rows",
    "packages": "packages of care and capacity: page data, and visit drift kept up to date",
    "gate": "what the gate adds to a request, with sign-in and without",
    "alerts": "from a breach that is committed to its message at a sink, with 300 rules",
    "memory": "memory of the whole server with 100 displays",
}


def main() -> int:
    """Run the parts that were asked for, and print the table."""
    listed = "\n".join(f"  {name:<10}{words}" for name, words in PARTS.items())
    asked = argparse.ArgumentParser(
        prog="python -m bench", formatter_class=argparse.RawDescriptionHelpFormatter, epilog=f"parts:\n{listed}"
    )
    asked.add_argument("parts", nargs="*", metavar="part", help="which parts to run; all unless given")
    asked.add_argument("--rows", type=int, default=ROWS, help="readings in the long history, for a quicker run")
    options = asked.parse_args()
    if unknown := [part for part in options.parts if part not in PARTS]:
        asked.error(f"there is no part {', '.join(unknown)}; the parts are {', '.join(PARTS)}")
    collect_seldom()  # as the server does
    print("\n".join(machine()), flush=True)
    lines: list[Line] = []
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="flowcentre-bench-") as folder:
        place = Workplace(Path(folder), datetime.now(UTC).replace(microsecond=0), options.rows)
        for part in options.parts or PARTS:
            print(f"\n{part}: {PARTS[part]} ...", flush=True)
            began = time.monotonic()
            try:
                for line in import_module(f"bench.{part}").measure(place):
                    lines.append(line)
                    print(f"  {line.what}: {line.found}", flush=True)
            except Exception as why:  # one part that cannot be measured does not stop the others
                failed.append(f"{part} could not be measured: {type(why).__name__}: {why}")
                print(f"  {failed[-1]}", flush=True)
            print(f"  (took {time.monotonic() - began:.0f} s)", flush=True)
    print_table(lines)
    print("\n".join(failed))
    return 1 if failed else 0


def print_table(lines: list[Line]) -> None:
    """What has a target, what was found, and whether it was met."""
    aimed = [line for line in lines if line.met is not None]
    widths = [
        max((len(getattr(line, name)) for line in aimed), default=0) for name in ("part", "what", "found", "target")
    ]
    print()
    for line in aimed:
        cells = (line.part, line.what.strip(), line.found, line.target)
        row = "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        print(f"{row}  {'PASS' if line.met else 'FAIL'}")


if __name__ == "__main__":
    sys.exit(main())
