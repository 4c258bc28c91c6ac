"""Who is told of alerts, by which way and in what order, out of ``leads.toml``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from flowcentre.config.alert_shapes import (
    AddressShape,
    AlertingShape,
    ChannelShape,
    HuddleShape,
    LeadShape,
    RouteShape,
    StepShape,
    TeamShape,
    TurnShape,
)
from flowcentre.config.channels import ChannelKind, check_channel, check_to
from flowcentre.config.document import Document
from flowcentre.config.lengths import write_length
from flowcentre.config.lines import KeyPath
from flowcentre.config.mistakes import suggest
from flowcentre.config.secrets import find_secrets, is_variable
from flowcentre.config.shapes import read_each, read_shape
from flowcentre.config.turns import WEEKDAYS, first_gap, parse_weekdays
from flowcentre.model import Alerting, BankHolidays, ChannelSettings, Lead, Route, RouteStep, Team, Turn

_TABLES = ("alerting", "huddle", "channel", "lead", "team", "route")
_TEST_AT = re.compile(rf"(?:{'|'.join(WEEKDAYS)}) (?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)
_LONGEST_CHAIN = timedelta(days=1)
_ALWAYS = Turn("")
_Named = ChannelShape | LeadShape | TeamShape | RouteShape


@dataclass(frozen=True)
class Told:
    """Who is told. ``routes`` are the ids of all that were written, sound or not; None where they could not be read."""

    alerting: Alerting
    routes: frozenset[str] | None
    two_people: bool = False  # have to agree to a critical rule


def read_leads(document: Document, kinds: Mapping[str, ChannelKind] | None, demonstration: bool | None) -> Told:
    """Channels, leads, teams and routes of a file; what is wrong with them is noted in the document.

    ``kinds`` are the kinds of channel that there are, None where they need not be checked. ``demonstration`` says
    what kind of county this is; None where that could not be read.
    """
    for key in document.tables:
        if key not in _TABLES:
            document.wrong((key,), f'unknown table or key "{key}"', suggest(key, _TABLES))
    tables = document.tables
    channels = read_each(document, ("channel",), tables.get("channel", []), ChannelShape)
    leads = read_each(document, ("lead",), tables.get("lead", []), LeadShape)
    teams = read_each(document, ("team",), tables.get("team", []), TeamShape)
    routes = read_each(document, ("route",), tables.get("route", []), RouteShape)
    _check_ids(document, channels)
    _check_ids(document, [*leads, *teams])  # a route names either
    _check_ids(document, routes)
    for path, channel in channels:
        check_channel(document, path, channel, kinds, demonstration)
    ways = {shape.id: shape.kind or "" for _, shape in channels if shape.id is not None}
    people = _ids(leads)
    found_leads = [_lead(document, path, shape, ways) for path, shape in leads]
    found_teams = [_team(document, path, shape, people) for path, shape in teams]
    found_routes = [_route(document, path, shape, people | _ids(teams)) for path, shape in routes]
    given = _read_alerting(document)
    sitrep_to = _read_huddle(document, people | _ids(teams))
    unsaid = "public_url" not in _alerting(document) and isinstance(tables.get("alerting", {}), dict)
    if demonstration is False and channels and unsaid:
        where = ("alerting",) if "alerting" in tables else ()
        what = "there is no public_url: links of messages would lead to the machine of whoever reads them"
        document.wrong(where, what, f"[alerting] with public_url = {_example('public_url')}")
    alerting = Alerting(
        leads=tuple(lead for lead in found_leads if lead is not None),
        teams=tuple(team for team in found_teams if team is not None),
        routes=tuple(route for route in found_routes if route is not None),
        channels=tuple(
            ChannelSettings(shape.id, shape.kind, shape.settings or {})
            for _, shape in channels
            if shape.id is not None and shape.kind is not None
        ),
        public_url=(given.public_url or Alerting.public_url).rstrip("/"),
        test_at=given.test_at or "",
        dead_man=given.dead_man or "",
        dead_man_env=given.dead_man_env or "",
        sitrep_to=sitrep_to,
    )
    return Told(alerting, _ids(routes) if document.read else None, bool(given.two_people))


def _ids(entries: Sequence[tuple[KeyPath, _Named]]) -> frozenset[str]:
    return frozenset(shape.id for _, shape in entries if shape.id is not None)


def _check_ids(document: Document, entries: Sequence[tuple[KeyPath, _Named]]) -> None:
    first: dict[str, KeyPath] = {}
    for path, shape in entries:
        if shape.id in first:
            earlier, line = first[shape.id][0], document.line(*first[shape.id])
            which = f"a second {path[0]}" if earlier == path[0] else f"a {path[0]} and a {earlier}"
            document.wrong((*path, "id"), f'{which} with the id "{shape.id}"', f"another id (line {line} has it)")
        elif shape.id is not None:
            first[shape.id] = path


def _alerting(document: Document) -> Mapping[str, object]:
    found = document.tables.get("alerting", {})
    return found if isinstance(found, dict) else {}


def _example(key: str) -> str:
    return str((AlertingShape.model_fields[key].examples or [""])[0])


def _read_alerting(document: Document) -> AlertingShape:
    if not isinstance(document.tables.get("alerting", {}), dict):
        document.wrong(("alerting",), '"alerting" is no table', "[alerting], in single brackets")
        return AlertingShape()
    table = _alerting(document)
    given = read_shape(document, ("alerting",), table, AlertingShape)
    for key, address in (("public_url", given.public_url), ("dead_man", given.dead_man)):
        if address is not None and not _is_address(address):
            document.wrong(("alerting", key), f"{key} is no address of a page", f"{key} = {_example(key)}")
    if given.dead_man_env is not None and not is_variable(given.dead_man_env):
        what = "dead_man_env is not the name of an environment variable"
        document.wrong(("alerting", "dead_man_env"), what, f"dead_man_env = {_example('dead_man_env')}, in capitals")
    elif given.dead_man_env is not None and given.dead_man is not None:
        document.wrong(("alerting", "dead_man_env"), "dead_man is given twice", "dead_man or dead_man_env, not both")
    for where, what, right in find_secrets(table, ("alerting",)):
        document.wrong(where, what, right)
    if given.test_at is not None and not _TEST_AT.fullmatch(given.test_at):
        what = f'test_at "{given.test_at}" is no weekday with an hour'
        document.wrong(("alerting", "test_at"), what, 'test_at = "mon 10:00", by the clocks of London')
    return given


def _read_huddle(document: Document, people: frozenset[str]) -> tuple[str, ...]:
    """To whom the sitrep of a huddle goes."""
    table = document.tables.get("huddle", {})
    if not isinstance(table, dict):
        document.wrong(("huddle",), '"huddle" is no table', "[huddle], in single brackets")
        return ()
    to = read_shape(document, ("huddle",), table, HuddleShape).to or []
    for index, name in enumerate(to):
        if name not in people and document.read:
            document.wrong(("huddle", "to", index), f'no lead or team "{name}"', suggest(name, people))
    return tuple(dict.fromkeys(to))


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _lead(document: Document, path: KeyPath, shape: LeadShape, ways: Mapping[str, str]) -> Lead | None:
    where = (*path, "addresses")
    if shape.addresses is None:
        return None
    if not isinstance(shape.addresses, list) or not shape.addresses:
        what = f'"{shape.id}" can be told by no way'
        document.wrong(where, what, f"addresses = {(LeadShape.model_fields['addresses'].examples or [''])[0]}")
        return None
    addresses = []
    for at, address in read_each(document, where, shape.addresses, AddressShape):
        if address.to is not None:
            check_to(document, (*at, "to"), address.to, ways.get(address.channel or "", ""))
        if address.channel is not None and address.channel not in ways and document.read:
            document.wrong((*at, "channel"), f'no channel "{address.channel}"', suggest(address.channel, ways))
        if address.channel is not None and address.to is not None:
            addresses.append((address.channel, address.to))
    if shape.id is None or shape.title is None:
        return None
    return Lead(shape.id, shape.title, tuple(addresses))


def _team(document: Document, path: KeyPath, shape: TeamShape, people: frozenset[str]) -> Team | None:
    before = len(document.mistakes)
    turns: list[Turn | None] = []
    for where, turn in read_each(document, (*path, "turn"), shape.turn or [], TurnShape):
        weekdays = _ALWAYS.weekdays
        if turn.weekdays is not None:
            try:
                weekdays = parse_weekdays(turn.weekdays)
            except ValueError as word:
                right = 'weekdays = "mon-fri", or "sat, sun"'
                document.wrong((*where, "weekdays"), f'there is no weekday "{word}"', right)
        if turn.lead is not None and turn.lead not in people and document.read:
            document.wrong((*where, "lead"), f'no lead "{turn.lead}"', suggest(turn.lead, people))
        holidays = turn.bank_holidays or BankHolidays.ALSO
        hours = turn.starts or _ALWAYS.starts, turn.until or _ALWAYS.until
        turns.append(None if turn.lead is None else Turn(turn.lead, weekdays, *hours, holidays))
    sound = [turn for turn in turns if turn is not None]
    if len(document.mistakes) == before and (gap := first_gap(sound)):
        what = f'nobody of "{shape.id}" is on: {gap}'
        document.wrong(path, what, "a [[team.turn]] for every hour of the week, bank holidays thought of")
    return None if shape.id is None or shape.title is None else Team(shape.id, shape.title, tuple(sound))


def _route(document: Document, path: KeyPath, shape: RouteShape, people: frozenset[str]) -> Route | None:
    steps = read_each(document, (*path, "step"), shape.step or [], StepShape)
    if not steps and document.read:
        right = '[[route.step]] with after = "0m" and to = ["northgate-site"]'
        document.wrong(path, f'the route "{shape.id}" tells nobody', right)
    before: timedelta | None = None
    for where, step in steps:
        if step.to is not None and not step.to:
            document.wrong((*where, "to"), f'a step of "{shape.id}" tells nobody', 'to = ["northgate-site"]')
        for index, name in enumerate(step.to or ()):
            if name not in people and document.read:
                document.wrong((*where, "to", index), f'no lead or team "{name}"', suggest(name, people))
        if step.after is None:
            continue
        if where[-1] == 0 and step.after:
            what = f'nobody is told by "{shape.id}" until {write_length(step.after)} after an alert is raised'
            document.wrong((*where, "after"), what, 'after = "0m" in the first step')
        elif before is not None and step.after <= before:
            what = f'a step of "{shape.id}" comes {write_length(step.after)} after, and the one before it no sooner'
            document.wrong((*where, "after"), what, f"longer than {write_length(before)}: steps stand in their order")
        elif step.after > _LONGEST_CHAIN:
            what = f'a step of "{shape.id}" comes {write_length(step.after)} after an alert is raised'
            document.wrong((*where, "after"), what, 'after = "15m", a day at most')
        before = step.after
    if shape.id is None or shape.title is None:
        return None
    return Route(
        shape.id,
        shape.title,
        tuple(RouteStep(step.after, tuple(step.to)) for _, step in steps if step.after is not None and step.to),
    )
