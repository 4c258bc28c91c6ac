"""Documentation that fails the build when it is out of date."""

import inspect
import re
import tomllib
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import BaseModel

from channels import find_channels
from connectors import find_connectors
from flowcentre.alerts.mornings import unproved
from flowcentre.config import load
from flowcentre.config.access_shapes import (
    DisplaysShape,
    GrantShape,
    MachineShape,
    OidcShape,
    ProxyShape,
    SignInShape,
    SmallNumbersShape,
)
from flowcentre.config.alert_shapes import (
    AddressShape,
    AlertingShape,
    ChannelShape,
    FlappingShape,
    HuddleShape,
    LeadShape,
    MorningShape,
    RouteShape,
    RuleShape,
    StepShape,
    TeamShape,
    TurnShape,
)
from flowcentre.config.pressure_shapes import ParameterShape, ScoringShape
from flowcentre.config.retention import RetentionShape
from flowcentre.config.shapes import (
    BackupShape,
    BoardShape,
    CareShape,
    CountyShape,
    FallbackShape,
    FeedShape,
    PlaceShape,
)
from flowcentre.feeds.past import read_in
from flowcentre.measures import ALL, glossary
from flowcentre.model import AlertState, Level, Outcome, PlaceKind, Role, RuleKind, Severity
from flowcentre.picture.build import build
from flowcentre.store import open_store

DOCS = Path(__file__).resolve().parent.parent / "docs"
CONFIGURATION = (DOCS / "configuration.md").read_text(encoding="utf-8")
ALERTS = (DOCS / "alerts.md").read_text(encoding="utf-8")
PRESSURE = (DOCS / "pressure.md").read_text(encoding="utf-8")
SIGN_IN = (DOCS / "sign-in.md").read_text(encoding="utf-8")
GLOSSARY = (DOCS / "glossary.md").read_text(encoding="utf-8")


def test_the_glossary_is_as_the_catalogue_would_write_it():
    assert glossary.render() == GLOSSARY, "run: make glossary"


def test_every_measure_is_in_the_glossary_with_its_definition():
    entries = {
        measure.id: f"#### {measure.label}\n\n{measure.definition}\n\n- id: `{measure.id}`" for measure in ALL.values()
    }
    assert not [id for id, entry in entries.items() if entry not in GLOSSARY]


# The file that keys are written in, the page that explains it, and the shapes of its tables.
_EXPLAINED = {
    "county": (CONFIGURATION, [CountyShape, CareShape, BackupShape, FallbackShape, RetentionShape]),
    "places": (CONFIGURATION, [PlaceShape]),
    "feeds": (CONFIGURATION, [FeedShape]),
    "boards": (CONFIGURATION, [BoardShape]),
    "alerts": (ALERTS, [RuleShape, MorningShape, FlappingShape]),
    "leads": (
        ALERTS,
        [
            AlertingShape,
            HuddleShape,
            ChannelShape,
            LeadShape,
            AddressShape,
            TeamShape,
            TurnShape,
            RouteShape,
            StepShape,
        ],
    ),
    "pressure": (PRESSURE, [ScoringShape, ParameterShape]),
    "access": (
        SIGN_IN,
        [SignInShape, OidcShape, ProxyShape, GrantShape, MachineShape, DisplaysShape, SmallNumbersShape],
    ),
}


@pytest.mark.parametrize("file", _EXPLAINED)
def test_every_key_of_a_configuration_is_explained(file):
    page, shapes = _EXPLAINED[file]
    chapter = page.split(f"\n## {file}.toml")[1].split("\n## ")[0]
    entry = r"^- .*(?:\n  .*)*" if page is ALERTS else r"^- .*"  # the page of alerts breaks its lines
    listed = "".join(re.findall(entry, chapter, re.MULTILINE))
    assert not [f"{shape.__name__}.{key}" for shape in shapes for key in shape.model_fields if f"`{key}`" not in listed]


def test_every_role_is_explained():
    assert not [role for role in Role if role is not Role.DISPLAY and f"| `{role}` |" not in SIGN_IN]


def test_every_kind_of_rule_every_severity_and_every_state_is_explained():
    words = [f"`{kind}`" for kind in (*RuleKind, *Severity)] + [f"| {state} |" for state in AlertState]
    assert not [word for word in words if word not in ALERTS]


def test_every_kind_of_channel_is_explained_with_all_its_settings():
    table = ALERTS.split("| kind of channel |")[1].split("\n\n")[0]
    for kind, channel in find_channels().items():
        (row,) = [line for line in table.splitlines() if f"`{kind}`" in line.split("|")[1]]
        known = re.search(r"know_only\(settings(.*?)\)", inspect.getsource(channel))
        assert known, kind
        assert not [name for name in re.findall(r'"(\w+)"', known[1]) if f"`{name}`" not in row], kind


def test_every_level_and_kind_is_explained():
    assert not [word for word in (*Level, *PlaceKind) if f"`{word}`" not in CONFIGURATION.replace("\n  ", " ")]


class Drop(BaseModel):
    folder: str


def test_the_county_of_the_documentation_loads(tmp_path):
    examples = re.findall(r"```toml\n# (\w+\.toml)\n(.*?)```", CONFIGURATION, re.DOTALL)
    assert [name for name, _ in examples] == ["county.toml", "places.toml", "feeds.toml", "boards.toml"]
    for name, text in examples:
        (tmp_path / name).write_text(text, encoding="utf-8")
    beds = SimpleNamespace(provides=("ga_beds_occupied",), Settings=Drop, polled=True)
    kinds = {"bed_state_csv": beds}
    county = load(tmp_path, {"drop": "drop"}, kinds, ["wall"])
    assert county.places.locality_of("northgate-a1") == "north"
    for name, text in (found := re.findall(r"```toml\n# (\w+\.toml)\n(.*?)```", ALERTS, re.DOTALL)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert [name for name, _ in found] == ["alerts.toml", "leads.toml"]
    (tmp_path / "action_cards").mkdir()
    for card in ("beds-full", "feed-silent"):
        (tmp_path / "action_cards" / f"{card}.md").touch()
    alerting = load(tmp_path, {"drop": "drop"}, kinds, ["wall"], find_channels()).alerting
    assert {rule.kind for rule in alerting.rules} == set(RuleKind)
    assert [unproved(rule) for rule in alerting.rules if unproved(rule)] == []
    assert alerting.rule("beds-filling").places == ("northgate",)
    assert alerting.lead("site-manager").addresses[0][0] == "texts"
    for page in (SIGN_IN, (DOCS / "sign-in-oidc.md").read_text(encoding="utf-8")):
        ((name, text),) = re.findall(r"```toml\n# (\w+\.toml)\n(.*?)```", page, re.DOTALL)
        (tmp_path / name).write_text(text, encoding="utf-8")
        access = load(tmp_path, {"drop": "drop"}, kinds, ["wall"], find_channels()).access
        assert access.configured
        assert access.grants[0].scope.places == {"northgate"}
    ((name, text),) = re.findall(r"```toml\n# (\w+\.toml)\n(.*?)```", PRESSURE, re.DOTALL)
    (tmp_path / name).write_text(text, encoding="utf-8")
    for kind in ("acute-hospital", "system"):
        for level in (2, 3, 4):
            card = tmp_path / "action_cards" / "levels" / f"{kind}-level-{level}.md"
            card.parent.mkdir(exist_ok=True)
            card.touch()
    (rules,) = load(tmp_path, {"drop": "drop"}, kinds, ["wall"], find_channels()).pressure.rules
    assert (rules.places, rules.verified) == (("northgate",), True)


def test_the_first_county_loads_and_its_file_of_beds_is_believed(tmp_path, sqlite_url):
    page = (DOCS / "first-county.md").read_text(encoding="utf-8")
    files = re.findall(r"```toml\n# (\w+\.toml)\n(.*?)```", page, re.DOTALL)
    assert [name for name, _ in files] == ["county.toml", "places.toml", "feeds.toml", "boards.toml", "access.toml"]
    for name, text in files:
        (tmp_path / name).write_text(text, encoding="utf-8")
    county = load(tmp_path, {}, find_connectors(), ["wall"], find_channels())
    assert f"{len(county.places)} places, {len(county.feeds)} feed, {len(county.boards)} board" in page
    (beds,) = re.findall(r"```csv\n(.*?)```", page, re.DOTALL)
    at = datetime(2026, 11, 26, 8, 5, tzinfo=UTC)
    file = SimpleNamespace(feed="st-guthlac-beds", observed_at=at, name="beds.csv", content=beds.encode())
    with closing(open_store(sqlite_url)) as store:
        list(read_in(store, county, find_connectors(), [file], until=at + timedelta(minutes=15)))
        *_, poll = store.polls("st-guthlac-beds")  # after it nothing new
        assert (poll.outcome, poll.counts.accepted, poll.counts.held) == (Outcome.OK, 16, 0)
        known = build(store, county, at)
    assert known.value("marshland", "ga_occupancy").value == pytest.approx(100 * 26 / 28)


def test_every_link_to_a_file_leads_somewhere():
    assert not [
        f"{page.name}: {link}"
        for page in DOCS.glob("*.md")
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]


_SAMPLES = DOCS.parent / "tests" / "connectors" / "samples"
_TOLD_IN = {
    "bed_state_csv": "feeds-columns.md",
    "emergency_department_json": "feeds-columns.md",
    "discharge_list": "delayed-discharges.md",
    "care_referrals": "packages.md",
    "block_contracts": "packages.md",
    "visits": "packages.md",
    "community_capacity_csv": "packages.md",
    "mental_health_csv": "situation-reports.md",
    "nhs_111_csv": "situation-reports.md",
}
_AS_PUBLISHED = {"nhs_ae_monthly", "nhs_beds_sitrep", "nhs_discharge_sitrep", "typed_in"}


def test_every_connector_is_listed_with_where_its_columns_are_told():
    told = (DOCS / "feeds-columns.md").read_text(encoding="utf-8")
    assert set(find_connectors()) == set(_TOLD_IN) | _AS_PUBLISHED
    assert [name for name in find_connectors() if f"`{name}`" not in told] == []


def test_every_column_that_a_connector_requires_is_told():
    """``required`` of its samples is what the battery proves: a file without one of them is refused."""
    untold = []
    for connector, page in _TOLD_IN.items():
        required = tomllib.loads((_SAMPLES / connector / "connector.toml").read_text(encoding="utf-8"))["required"]
        told = (DOCS / page).read_text(encoding="utf-8")
        rows = "\n".join(line.split("|")[1] for line in told.splitlines() if line.startswith("|"))
        untold += [f"{connector}: {each}" for each in required if f"`{each.rpartition('.')[2]}`" not in rows]
    assert untold == []
