"""The words of the house: names that say what a thing is, no local truth in code, no machine in a file."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).relative_to(ROOT).as_posix()  # names what must not be written

NOT_WRITTEN = {"data", "info", "manager", "handler", "helper", "helpers", "utils", "util", "misc", "base2"}
# Names that a library asks for, with the library.
ASKED_FOR = {
    "handle_data": "html.parser.HTMLParser",
    "data_received": "asyncio.Protocol",
}
SKIPPED = {".git", ".venv", "var", "node_modules"}


def committed() -> list[str]:
    """Every file that is or would be committed."""
    try:
        run = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(run, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        every = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
        listed = [p.as_posix() for p in every if not SKIPPED & set(p.parts) and "cache" not in p.as_posix()]
    return sorted({name for name in listed if name and (ROOT / name).is_file()})


def text_of(file: str) -> str:
    """A file's text; empty for one that is not text."""
    content = (ROOT / file).read_bytes()
    return "" if b"\0" in content[:8000] else content.decode("utf-8", errors="replace")


def is_code(file: str) -> bool:
    return (
        file.startswith(
            ("flowcentre/", "channels/", "connectors/", "layouts/", "running/", "supply/", "bench/", "assets/")
        )
        or file == "app.py"
    )


FILES = committed()
PYTHON = [file for file in FILES if file.endswith(".py") and is_code(file)]
# Built by others and kept as it came.
THIRD_PARTY = re.compile(r"\.min\.(js|css)$|LICENSE-|\.svg$")
OWN = [file for file in FILES if file != HERE and not THIRD_PARTY.search(file)]


def words(name: str) -> set[str]:
    """The words that a name is made of: ``loadBedInfo`` and ``load_bed_info`` alike."""
    return {part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+\d*|\d+", name)}


def is_written(name: str) -> bool:
    """May a thing have this name? ``new_ward`` will not be new for long; ``is_new`` says something else."""
    return name in ASKED_FOR or not (words(name) & NOT_WRITTEN or name.lower().startswith(("new_", "_new_")))


def names(source: str) -> Iterator[tuple[int, str]]:
    """Every function and class of a module, with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name


CLOCK = "running/clock.py"
CLOCKS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "Timestamp": {"now", "utcnow", "today"},
    "time": {"time", "time_ns", "localtime", "gmtime", "ctime"},
    "func": {"now", "current_timestamp", "localtimestamp"},  # the data base's clock
}


def clock_readings(source: str) -> Iterator[tuple[int, str]]:
    """Every place where a module reads a clock; measuring a length with time.monotonic is none."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            owner = node.value
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if node.attr in CLOCKS.get(name, ()):
                yield node.lineno, f"{name}.{node.attr}"
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from ((node.lineno, f"time.{a.name}") for a in node.names if a.name in CLOCKS["time"])


def test_names_say_what_a_thing_is():
    assert not [
        f"{file}:{line}: {name}"
        for file in PYTHON
        for line, name in [(1, Path(file).stem), *names(text_of(file))]
        if not is_written(name)
    ]


def test_no_clock_is_read_but_in_its_own_place():
    others = [file for file in PYTHON if file != CLOCK and not file.startswith("bench/")]
    assert not [f"{file}:{line}: {name}" for file in others for line, name in clock_readings(text_of(file))]


def lines_with(pattern: re.Pattern[str], files: list[str]) -> list[str]:
    return [
        f"{file}:{number}: {found.group()}"
        for file in files
        for number, line in enumerate(text_of(file).splitlines(), start=1)
        if (found := pattern.search(line))
    ]


def test_the_ended_term_for_delayed_discharge_is_nowhere():
    assert not lines_with(re.compile(r"(?<![a-z])dtoc", re.IGNORECASE), OWN)
    assert not [file for file in FILES if "dtoc" in file.lower()]


# Local truth belongs in TOML. Trusts and their sites, the counties of the published figures, ONS codes of areas.
REAL_CODES = re.compile(
    r"""["'](?:R[0-9][0-9A-Z]|R[A-Z]{2}\d[0-9A-Z])["']|\b(?:RWP|RLQ|RJC|RLT|RKB|RFR)[0-9A-Z]{0,2}\b|\b[EW]\d{8}\b"""
)
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", re.IGNORECASE)
CODE = [
    file
    for file in OWN
    if is_code(file) and not file.startswith("flowcentre/config/defaults/") and file.endswith((".py", ".js", ".css"))
]


def test_no_code_of_a_real_organisation_stands_in_code():
    assert not lines_with(REAL_CODES, CODE)


def test_no_address_of_a_person_stands_in_code():
    assert not lines_with(EMAIL, CODE)


REGISTRIES = re.compile(
    r"pypi\.(?:org|python)|pythonhosted\.org|npmjs\.(?:org|com)|yarnpkg\.com|deb\.debian\.org|proxy\.golang\.org"
    r"|crates\.io|rubygems\.org|artifactory|index-url|extra-index",
    re.IGNORECASE,
)
MACHINE_PATHS = re.compile(r"(?<![\w.$}-])/(?:work|root|home|Users)/")


def test_no_file_names_a_package_registry():
    assert not lines_with(REGISTRIES, OWN)


def test_no_file_names_a_path_of_one_machine():
    assert not lines_with(MACHINE_PATHS, OWN)


def test_the_words_are_found_where_they_stand():
    assert words("loadBedInfo") == words("load_bed_info") == {"load", "bed", "info"}
    assert words("JSONHandler") == {"json", "handler"}
    assert words("renew_database") == {"renew", "database"}
    assert [is_written(name) for name in ("new_bed", "is_new", "Renewal", "BedInfo", "utils")] == [
        False, True, True, False, False]  # fmt: skip
    assert {word for _, word in names("class A:\n    async def new_bed(self): ...")} == {"A", "new_bed"}
    source = "import datetime as d\nd.datetime.now()\ndatetime.now(UTC)\nself.now()\ntime.time()\ntime.monotonic()"
    assert [line for line, _ in clock_readings(source)] == [2, 3, 5]
    assert list(clock_readings("from time import time"))
    assert [bool(REAL_CODES.search(text)) for text in ('"R1A"', "RWP", "'RXY12'", '"RED"', "ROW", "E54000056")] == [
        True, True, True, False, False, True]  # fmt: skip
    assert EMAIL.search("write to a.b@trust.example")
    assert not EMAIL.search("@media (width < 40em)")
    assert [bool(MACHINE_PATHS.search(text)) for text in ('"/work/x"', "a/home/b", '"/srv/home/"')] == [
        True, False, False]  # fmt: skip
