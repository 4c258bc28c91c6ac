"""The dependency rule of the design, read off the imports of every file, those inside functions too."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Each house and what of ours it may import beside itself. A file belongs to the first house that fits.
HOUSES = {
    "flowcentre/__init__.py": [],
    "flowcentre/secret.py": [],
    "flowcentre/model": [],
    "flowcentre/measures": ["flowcentre.model"],
    "flowcentre/config": ["flowcentre.model", "flowcentre.measures"],
    "flowcentre/feeds": ["flowcentre.model", "flowcentre.measures", "flowcentre.store", "flowcentre.secret"],
    "flowcentre/store": ["flowcentre.model"],
    "flowcentre/pressure": ["flowcentre.model", "flowcentre.measures"],
    "flowcentre/picture": ["flowcentre.model", "flowcentre.measures", "flowcentre.pressure", "flowcentre.store"],
    "flowcentre/alerts": [
        "flowcentre.model",
        "flowcentre.measures",
        "flowcentre.picture",
        "flowcentre.store",
        "flowcentre.secret",
    ],
    "flowcentre/access": ["flowcentre.model", "flowcentre.store", "flowcentre.secret"],
    "flowcentre/web": [
        "flowcentre.model",
        "flowcentre.measures",
        "flowcentre.config",
        "flowcentre.feeds",
        "flowcentre.store",
        "flowcentre.picture",
        "flowcentre.alerts",
        "flowcentre.access",
    ],
    "flowcentre/demo": ["flowcentre.model"],
    "connectors": [
        "flowcentre.model",
        "flowcentre.measures",
        "flowcentre.feeds.contract",
        "flowcentre.feeds.tables",
        "flowcentre.feeds.files",
        "flowcentre.feeds.http",
        "flowcentre.feeds.sheets",
        "flowcentre.feeds.pseudonyms",
    ],
    "channels": ["flowcentre.model", "flowcentre.alerts.contract"],
    "layouts": ["flowcentre.model", "flowcentre.measures", "flowcentre.picture"],
    "running": ["flowcentre", "channels", "connectors", "layouts"],
    "app.py": ["flowcentre", "running"],
}

# Libraries that are known in one house only, so that each could be changed there.
ONLY_IN = {
    "sqlalchemy": ["flowcentre/store"],
    "alembic": ["flowcentre/store"],
    "psycopg": ["flowcentre/store"],
    "sqlite3": ["flowcentre/store"],
    "apscheduler": ["flowcentre/feeds/schedule.py"],
    "fastapi": ["flowcentre/web", "running"],
    "starlette": ["flowcentre/web", "running"],
    "uvicorn": ["flowcentre/web", "running"],
    "dash": ["layouts", "running"],
    "dash_svg": ["layouts", "running"],
    "dash_ag_grid": ["layouts"],
    "holidays": ["layouts", "flowcentre/alerts/rota.py"],
    "plotly": ["layouts", "running"],
    "markdown_it": ["layouts"],
    "fpdf": ["layouts/sitrep_pdf.py"],
    "authlib": ["flowcentre/access/oidc.py", "flowcentre/access/oidc_tokens.py"],
    "joserfc": ["flowcentre/access/oidc.py", "flowcentre/access/oidc_tokens.py"],
    "argon2": ["flowcentre/access/accounts.py"],
    "pyotp": ["flowcentre/access"],
    "fontTools": ["layouts/sitrep_pdf.py"],
}

# The nouns and the catalogue are free of any library.
STANDARD_LIBRARY_ONLY = ["flowcentre/__init__.py", "flowcentre/secret.py", "flowcentre/model", "flowcentre/measures"]

OURS = ("flowcentre", "channels", "connectors", "layouts", "running", "app")


def imports(source: str, file: str) -> Iterator[str]:
    """Every name that a module imports, in full: ``from a import b`` is ``a.b``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = ".".join(Path(file).parent.parts[: len(Path(file).parent.parts) - node.level + 1]) + "."
            prefix = (start if node.level else "") + (node.module or "")
            yield from (f"{prefix.rstrip('.')}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("import_module", "__import__") and isinstance(node.args[0].value, str):
                yield node.args[0].value


def inside(name: str, of: str) -> bool:
    return name == of or name.startswith(of + ".")


def stands_in(file: str, house: str) -> bool:
    return file == house or file.startswith(house + "/")


def house_of(file: str) -> str:
    """The house of a file; fails for a file that the design does not know."""
    found = [house for house in HOUSES if stands_in(file, house)]
    assert found, f"{file} is in no house of the design: give it one in HOUSES and in the design"
    return found[0]


def breaches(source: str, file: str) -> list[str]:
    """What a file imports against the rule, in words."""
    house = house_of(file)
    itself = house.removesuffix(".py").replace("/", ".")
    wrong = []
    for name in imports(source, file):
        top = name.split(".")[0]
        if top in OURS:
            allowed = [itself, *HOUSES[house]] if house != "flowcentre/__init__.py" else []
            if not any(inside(name, other) for other in allowed):
                wrong.append(
                    f"{file} imports {name}: {house} may import {', '.join(HOUSES[house]) or 'nothing of ours'}"
                )
        elif top in ONLY_IN and not any(stands_in(file, place) for place in ONLY_IN[top]):
            wrong.append(f"{file} imports {name}: {top} is known in {', '.join(ONLY_IN[top])} only")
        elif any(stands_in(file, place) for place in STANDARD_LIBRARY_ONLY) and top not in sys.stdlib_module_names:
            wrong.append(f"{file} imports {name}: {house} is free of any library")
    return wrong


def files() -> list[str]:
    found = [path for top in OURS for path in (ROOT / top).rglob("*.py")]
    return sorted(path.relative_to(ROOT).as_posix() for path in [*found, *ROOT.glob("*.py")])


def test_a_file_imports_only_what_its_house_may():
    assert not [breach for file in files() for breach in breaches((ROOT / file).read_text(encoding="utf-8"), file)]


def test_every_house_with_files_is_read():
    assert {"flowcentre/model", "flowcentre/measures", "flowcentre/feeds"} <= {house_of(file) for file in files()}


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("connectors/beds.py", "import layouts"),
        ("connectors/beds.py", "from flowcentre.feeds import poll"),
        ("connectors/beds.py", "from flowcentre import store"),
        ("connectors/beds.py", "def parse():\n    import sqlite3"),
        ("layouts/wall.py", "from connectors.beds import BedStateCsv"),
        ("layouts/parts/tile.py", "def f():\n    from flowcentre.store import Store"),
        ("flowcentre/model", "import pydantic"),
        ("flowcentre/measures/beds.py", "import pandas"),
        ("flowcentre/measures/beds.py", "from ..store import Store"),
        ("flowcentre/web/server.py", "from flowcentre.demo import publish"),
        ("flowcentre/web/server.py", "import dash.html"),
        ("flowcentre/feeds/poll.py", "from apscheduler.schedulers import background"),
        ("flowcentre/feeds/poll.py", "import importlib\nimportlib.import_module('connectors.beds')"),
        ("flowcentre/picture/live.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import sqlalchemy"),
        ("flowcentre/store/__init__.py", "import app"),
        ("flowcentre/web/serve.py", "from running.clock import utc_now"),
        ("layouts/shell.py", "from running.terminal import PAGES"),
        ("running/parts.py", "from app import main"),
        ("app.py", "from layouts import wall"),
        ("app.py", "import dash"),
        ("flowcentre/__init__.py", "from flowcentre.model import Place"),
    ],
)
def test_a_breach_is_found(file, source):
    assert len(breaches(source, file)) == 1


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("connectors/beds.py", "from flowcentre.feeds.contract import Connector\nfrom connectors import _national"),
        ("flowcentre/measures/beds.py", "from ..model import Measure\nfrom . import sums"),
        ("flowcentre/feeds/schedule.py", "import apscheduler"),
        ("layouts/parts/tile.py", "from dash import html\nfrom layouts.parts import age"),
        (
            "running/setting.py",
            "from connectors import find_connectors\nfrom flowcentre.store import open_store\nimport dash",
        ),
        ("app.py", "from running.commands import run\nfrom flowcentre.config import ConfigurationMistakes"),
    ],
)
def test_what_the_design_allows_is_no_breach(file, source):
    assert not breaches(source, file)


def test_a_file_in_no_house_is_found():
    with pytest.raises(AssertionError, match="in no house"):
        house_of("flowcentre/helpers/strings.py")
