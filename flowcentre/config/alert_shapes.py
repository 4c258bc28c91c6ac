"""The form of each table of ``alerts.toml`` and ``leads.toml``."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from flowcentre.config.shapes import Id, Length, Name, Shape, _key
from flowcentre.model import BankHolidays, RuleKind, Severity

_HOUR = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00", re.ASCII)


def _hour(value: object) -> object:
    if isinstance(value, str) and not _HOUR.fullmatch(value):
        raise PydanticCustomError("wrong", "is no hour of a day, from 00:00 to 24:00")
    return value


Hour = Annotated[str, BeforeValidator(_hour)]


class RuleShape(Shape):
    """``[[rule]]`` of ``alerts.toml``"""

    id: Id | None = _key('"northgate-ae-crowded"', required=True)
    title: Name | None = _key('"A&E crowded"', required=True)
    kind: RuleKind | None = _key('"level"', strict=False)
    severity: Severity | None = _key('"warning"', required=True, strict=False)
    measure: Id | None = _key('"ae_patients_now"')
    places: Any = _key('["northgate"]')  # ids, or "each ..."
    feeds: Any = _key('["northgate-beds"]')  # ids, or "each feed"
    unmoving: bool | None = _key("true")
    raise_at: float | None = _key("95")
    stand_down_at: float | None = _key("85")
    hold_for: Length | None = _key('"30m"')
    clear_for: Length | None = _key('"30m"')
    over: Length | None = _key('"3h"')
    routes: list[Id] | None = _key('["northgate"]')
    action_card: Id | None = _key('"ae-crowded"', required=True)
    words: Name | None = _key('"More people in A&E than it has room for."')
    on_trial: bool | None = _key("true")
    flapping: Any = _key('{ times = 4, within = "2h", calm_for = "30m" }')  # read on its own: see FlappingShape
    agreed_by: list[Name] | None = _key('["clinical lead for urgent care", "head of operations"]')
    agreed: Name | None = _key('"3f9a1c2b4d5e"')
    morning: Any = _key("")  # read on its own: see MorningShape


class FlappingShape(Shape):
    """``flapping`` of a ``[[rule]]``"""

    times: int | None = _key("4")
    within: Length | None = _key('"2h"')
    calm_for: Length | None = _key('"30m"')


class MorningShape(Shape):
    """``[[rule.morning]]`` of ``alerts.toml``"""

    sees: Name | None = _key('"96 96 96 93 91"', required=True)
    gives: Name | None = _key('"pending pending raised raised clear"', required=True)
    every: Length | None = _key('"15m"')


class AlertingShape(Shape):
    """``[alerting]`` of ``leads.toml``"""

    public_url: Name | None = _key('"https://flow.westshire.example"')
    test_at: Name | None = _key('"mon 10:00"')
    dead_man: Name | None = _key('"https://watch.westshire.example/flow-centre"')
    dead_man_env: Name | None = _key('"FLOWCENTRE_DEAD_MAN"')
    two_people: bool | None = _key("true")


class HuddleShape(Shape):
    """``[huddle]`` of ``leads.toml``"""

    to: list[Id] | None = _key('["flow-coordinator", "northgate-site"]')


class ChannelShape(Shape):
    """``[[channel]]`` of ``leads.toml``"""

    id: Id | None = _key('"mail"', required=True)
    kind: Id | None = _key('"smtp"', required=True)
    demonstration: bool | None = _key("true")
    settings: dict[str, Any] | None = _key('{ host = "mail.westshire.example" }')


class LeadShape(Shape):
    """``[[lead]]`` of ``leads.toml``"""

    id: Id | None = _key('"northgate-site-manager"', required=True)
    title: Name | None = _key('"Northgate site manager"', required=True)
    addresses: Any = _key('[{ channel = "texts", to = "+447700900001" }]', required=True)


class AddressShape(Shape):
    """One of a lead's ``addresses``"""

    channel: Id | None = _key('"texts"', required=True)
    to: Name | None = _key('"+447700900001"', required=True)


class TeamShape(Shape):
    """``[[team]]`` of ``leads.toml``"""

    id: Id | None = _key('"northgate-site"', required=True)
    title: Name | None = _key('"Northgate site team"', required=True)
    turn: Any = _key("")  # read on its own: see TurnShape


class TurnShape(Shape):
    """``[[team.turn]]`` of ``leads.toml``"""

    lead: Id | None = _key('"northgate-site-manager"', required=True)
    weekdays: Name | None = _key('"mon-fri"')
    starts: Hour | None = _key('"08:00"')
    until: Hour | None = _key('"20:00"')
    bank_holidays: BankHolidays | None = _key('"never"', strict=False)


class RouteShape(Shape):
    """``[[route]]`` of ``leads.toml``"""

    id: Id | None = _key('"northgate"', required=True)
    title: Name | None = _key('"Northgate: the site, then the director on call"', required=True)
    step: Any = _key("")  # read on its own: see StepShape


class StepShape(Shape):
    """``[[route.step]]`` of ``leads.toml``"""

    after: Length | None = _key('"0m"', required=True)
    to: list[Id] | None = _key('["northgate-site"]', required=True)
