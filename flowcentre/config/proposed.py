"""A rule that somebody proposes: written as TOML, and read and checked as any rule of ``alerts.toml`` is."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from flowcentre.config.document import read_document
from flowcentre.config.lengths import write_length
from flowcentre.config.rules import read_rules
from flowcentre.config.watchable import watchable, with_pressure
from flowcentre.model import County, ProposedRule, Rule, RuleKind

_NUMBERS, _LENGTHS = ("raise_at", "stand_down_at"), ("hold_for", "clear_for", "over")
# What may be changed of a rule of each kind, by the keys of the configuration.
CHANGEABLE: Mapping[RuleKind, tuple[str, ...]] = {
    RuleKind.LEVEL: (*_NUMBERS, "hold_for", "clear_for", "places"),
    RuleKind.STEP: (*_NUMBERS, "over", "hold_for", "clear_for", "places"),
    RuleKind.TIME_AT_LEVEL: (*_NUMBERS, "over", "hold_for", "clear_for", "places"),
    RuleKind.SILENCE: ("hold_for", "clear_for", "feeds"),
    RuleKind.HELD: (*_NUMBERS, "hold_for", "clear_for", "feeds"),
}


def written(rule: Rule) -> dict[str, str]:
    """What may be changed of a rule, as a form shows it."""
    shown = {key: "" if (limit := getattr(rule, key)) is None else f"{limit:.10g}" for key in _NUMBERS}
    shown |= {key: "" if (length := getattr(rule, key)) is None else write_length(length) for key in _LENGTHS}
    shown |= {"places": ", ".join(rule.places), "feeds": ", ".join(rule.feeds)}
    return {key: shown[key] for key in CHANGEABLE[rule.kind]}


def propose(rule: Rule, changes: Mapping[str, str], county: County) -> ProposedRule:
    """A rule with some of it written otherwise, as the configuration would take it, or refuse it and say why."""
    text = _toml(rule, written(rule) | {key: changes[key] for key in CHANGEABLE[rule.kind] if key in changes})
    document = read_document("alerts.toml", text.encode(), {})
    watched = with_pressure(watchable(county.places, county.feeds), county.pressure)
    routes = frozenset(each.id for each in county.alerting.routes)
    rules = read_rules(document, watched, routes, None) if document.read else ()
    wrong = tuple((mistake.what, mistake.right) for mistake in document.mistakes)
    return ProposedRule(text, rules[0] if rules and not wrong else None, wrong)


def _toml(rule: Rule, values: Mapping[str, str]) -> str:
    rows = [("id", _text(rule.id)), ("title", _text(rule.title)), ("kind", _text(rule.kind))]
    rows.append(("severity", _text(rule.severity)))
    if rule.measure:
        rows.append(("measure", _text(rule.measure)))
    for key, value in values.items():
        said = value.strip()
        if not said:
            continue
        if key in _NUMBERS:
            rows.append((key, _number(said)))
        else:
            rows.append((key, _subjects(said) if key in ("places", "feeds") else _text(said)))
    if rule.unmoving:
        rows.append(("unmoving", "true"))
    if rule.routes:
        rows.append(("routes", json.dumps(list(rule.routes))))
    rows.append(("action_card", _text(rule.action_card)))
    if rule.words:
        rows.append(("words", _text(rule.words)))
    if rule.on_trial:
        rows.append(("on_trial", "true"))
    often = rule.flapping
    within, calm_for = write_length(often.within), write_length(often.calm_for)
    rows.append(("flapping", f'{{ times = {often.times}, within = "{within}", calm_for = "{calm_for}" }}'))
    return "\n".join(["[[rule]]", *(f"{key} = {value}" for key, value in rows)]) + "\n"


def _number(said: str) -> str:
    """A number as TOML has it; anything else as a text, of which the configuration says that it is no number."""
    try:
        number = float(said)
    except ValueError:
        return _text(said)
    return f"{number:.10g}" if math.isfinite(number) else _text(said)


def _subjects(said: str) -> str:
    if said.startswith("each "):
        return _text(said)
    return json.dumps([each.strip() for each in said.replace("\n", ",").split(",") if each.strip()], ensure_ascii=False)


def _text(said: str) -> str:
    return json.dumps(said.replace("\x7f", ""), ensure_ascii=False)
