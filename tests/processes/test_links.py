"""Where the links of letters lead, in a demonstration that is served elsewhere than usual."""

from __future__ import annotations

from dataclasses import replace

from flowcentre.model import Alerting
from running.parts import linked
from running.setting import DEFAULTS
from tests.alerts.world import COUNTY


def test_a_demonstrations_letters_lead_to_where_it_serves_and_those_of_others_where_they_say() -> None:
    invented = replace(COUNTY, demonstration=True, alerting=Alerting())
    assert linked(invented, 9000).public_url == "http://127.0.0.1:9000"
    assert linked(replace(invented, demonstration=False), 9000).public_url == Alerting.public_url
    said = replace(invented, alerting=Alerting(public_url="https://flow.westshire.example"))
    assert linked(said, 9000).public_url == "https://flow.westshire.example"


def test_westshire_does_not_say_where_its_letters_lead() -> None:
    assert "public_url" not in (DEFAULTS / "westshire" / "leads.toml").read_text()
