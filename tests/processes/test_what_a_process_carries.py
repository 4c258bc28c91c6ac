"""What a process has loaded: those of the demonstration import the command line too, and pay for all that it imports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
JOINED = sorted(f"running.{path.stem}" for path in (ROOT / "running").glob("*.py") if path.stem != "__init__")
LOADED = """
import json, multiprocessing, sys
before = set(sys.modules)
import {module}
print(json.dumps(sorted({{name.split(".")[0] for name in set(sys.modules) - before}})))
"""


@pytest.mark.parametrize("module", ["app", "running.demonstration", ", ".join(JOINED)])
def test_to_import_what_joins_the_houses_loads_no_house_and_no_library(module: str) -> None:
    run = [sys.executable, "-c", LOADED.format(module=module)]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(json.loads(done.stdout)) - sys.stdlib_module_names <= {"app", "running"}


def test_the_command_line_by_itself_loads_nothing_that_it_may_not_need() -> None:
    run = [sys.executable, "-c", LOADED.format(module="app")]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "running" not in json.loads(done.stdout)
