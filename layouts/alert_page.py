"""One alert on a telephone, without a script: how it stands, the form to take it up, what to do, and what has happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from flowcentre.model import Message, Picture, RuleKind, Silence, Transition
from flowcentre.picture.actions_now import who_words
from flowcentre.picture.alerts_now import AlertForm, AlertStory
from layouts.action_card import card_html
from layouts.parts import links
from layouts.parts.action_words import due_words
from layouts.parts.action_words import state_words as action_words
from layouts.parts.alert_banner import sign
from layouts.parts.alert_forms import (
    acknowledge_form,
    answered,
    close_form,
    done_words,
    end_silence_form,
    silence_form,
    silence_words,
)
from layouts.parts.alert_list import figure_parts, indicative
from layouts.parts.alert_words import (
    acknowledged_words,
    message_words,
    rule_of,
    silence_of,
    state_words,
    telling_words,
    transition_words,
    value_words,
    was_silence,
    where,
)
from layouts.parts.author import leads_of, nothing_taken
from layouts.parts.figure import explained
from layouts.parts.form_page import form_page
from layouts.parts.tree import Child, needs
from layouts.parts.words import clock_words, date_words, when_words

_SHEETS = ("alerts.css",)
_KIND = "type-in a-form alert-page"


def document(story: AlertStory, form: AlertForm, *, fingerprint: str) -> str:
    """The whole page of an alert."""
    alert, county = story.alert, story.picture.county
    place = where(county, alert.subject)
    main: list[Component | None] = [
        html.Header(
            [
                html.P(html.A("All alerts", href=links.alerts()), className="back"),
                html.H1([sign(alert.severity), alert.title, html.Span(f" {place}")]),
            ],
            className="page-head",
        ),
        *answered(form, done_words(story, form)),
        _standing(story),
        acknowledge_form(story, form) if form.may_write else _not_here(story, form),
        _actions(story, form.may_write),
        _card(story),
        _happened(story),
        _told(story),
        *([silence_form(story, form), close_form(story, form)] if form.may_write else []),
        html.P(
            f"As at {clock_words(story.at)}, {date_words(story.at)}; load again for newer.", className="what as-drawn"
        ),
    ]
    return form_page(
        story.picture, f"{alert.title}: {place}", main, links.alert(alert.id), fingerprint, kind=_KIND, sheets=_SHEETS
    )


_READ_ONLY = "This server reads alerts and takes nothing: acknowledge on another."


def _not_here(story: AlertStory, form: AlertForm) -> Component:
    who = f"{leads_of(story.picture.county, story.alert.subject)} acknowledge and silence here."
    return nothing_taken(_READ_ONLY, who, signed_in=form.signed_in)


def silence_document(picture: Picture, silence: Silence, form: AlertForm, at: datetime, *, fingerprint: str) -> str:
    """The whole page of a silence, with the form to end it."""
    of = silence_of(picture.county, silence)
    main: list[Component | None] = [
        html.Header(
            [
                html.P(html.A("All alerts", href=links.alerts()), className="back"),
                html.H1(["Silenced", html.Span(f" {of}")]),
            ],
            className="page-head",
        ),
        *answered(form),
        html.P(silence_words(silence, at)),
        None
        if form.done == "ended"
        else end_silence_form(silence, form)
        if form.may_write
        else _not_ended_here(picture, silence, form),
    ]
    here = links.silence(silence.id)
    return form_page(picture, f"Silenced: {of}", main, here, fingerprint, kind=_KIND, sheets=_SHEETS)


def _not_ended_here(picture: Picture, silence: Silence, form: AlertForm) -> Component:
    who = f"{leads_of(picture.county, silence.subject)} can end it before."
    return nothing_taken(_READ_ONLY, who, signed_in=form.signed_in)


def _standing(story: AlertStory) -> html.Section:
    alert, rule, at = story.alert, story.rule, story.at
    state, meaning = state_words(alert, at)
    said: list[Child] = [
        html.P(
            [html.Strong(f"{alert.severity.value.capitalize()}, {state}"), f": {meaning}" if meaning else ""],
            className="alert-now",
        )
    ]
    if rule is not None and rule.words:
        said.append(html.P(rule.words))
    facts = [
        _fact("When it was last seen", *figure_parts(rule, alert, at), *indicative(story.picture.county, rule)),
        *_now(story),
    ]
    of = rule_of(rule, alert)
    if not was_silence(of, alert) and (worst := value_words(of, alert.worst)):
        facts.append(_fact("Worst", worst))
    facts.append(_fact("Raised", when_words(alert.raised_at, at)))
    if alert.acknowledged_at is not None and state != "acknowledged":
        facts.append(_fact("Acknowledged", acknowledged_words(alert, at).removeprefix("acknowledged ")))
    facts += [
        _fact(
            "Silenced",
            silence_words(silence, at),
            " ",
            html.A("End it", href=links.silence(silence.id), **needs("act", silence.subject)),
        )
        for silence in story.silences
    ]
    return html.Section([*said, html.Dl(facts, className="facts")], className="alert-is")


def _now(story: AlertStory) -> list[html.Div]:
    """The figure as every page has it just now."""
    rule, picture = story.rule, story.picture
    if rule is None or rule.kind is RuleKind.SILENCE or story.alert.subject not in picture.county.places:
        return []
    return [_fact("The figure now", explained(picture, story.alert.subject, rule.measure))]


def _fact(name: str, *said: Child) -> html.Div:
    return html.Div([html.Dt(name), html.Dd(list(said))])


def _actions(story: AlertStory, may_write: bool) -> html.Section | None:
    """What is done about it, by whom and by when; and the way to log more."""
    if not story.actions and not may_write:
        return None
    county, at = story.picture.county, story.at
    items = [
        html.Li(
            [
                html.A(action.what, href=links.action(action.id)),
                f" {who_words(county, action.who)}, {due_words(action, at)}: ",
                html.Strong(action_words(action, at)),
            ]
        )
        for action in story.actions
    ]
    said: list[Child] = [html.H2("Actions"), html.Ol(items, className="story") if items else None]
    if may_write:
        said.append(
            html.P(
                html.A("Log an action", href=links.log_action(alert=story.alert.id)),
                **needs("act", story.alert.subject),
            )
        )
    return html.Section(said)


def _card(story: AlertStory) -> html.Section | None:
    rule = story.rule
    if rule is None:
        return None
    way = html.A("Action card", href=links.action_card(rule.action_card))
    if story.card is None:
        return html.Section([html.H2("What to do"), html.P(way)])
    return html.Section(
        [html.H2("What to do"), html.Article(card_html(story.card, beneath=2), className="action-card"), html.P(way)]
    )


def _happened(story: AlertStory) -> html.Section:
    items = [html.Li(_happening(story, one)) for one in story.transitions]
    return html.Section([html.H2("What has happened"), html.Ol(items, className="story")])


def _happening(story: AlertStory, one: Transition) -> list[Child]:
    rule = rule_of(story.rule, story.alert)
    if was_silence(rule, story.alert):
        one = replace(one, value=None)
    return [html.Strong(when_words(one.at, story.at)), f" {transition_words(rule, one)}"]


def _told(story: AlertStory) -> html.Section:
    if not story.messages:
        return html.Section([html.H2("Who was told"), html.P("Nobody."), _told_next(story)])
    items = [html.Li(_message(story, message)) for message in story.messages]
    return html.Section([html.H2("Who was told"), html.Ol(items, className="story"), _told_next(story)])


def _told_next(story: AlertStory) -> html.P | None:
    if story.told_next is None:
        return None
    moment, leads = story.told_next
    found = {lead.id: lead.title for lead in story.picture.county.alerting.leads}
    names = " and ".join(found.get(lead, lead) for lead in leads)
    return html.P(
        ["Next: ", html.Strong(f"{names} at {when_words(moment, story.at)}"), " unless somebody acknowledges it."]
    )


def _message(story: AlertStory, message: Message) -> list[Child]:
    lead = story.picture.county.alerting.lead(message.lead)
    trouble = f": {message.trouble}" if message.trouble else ""
    told = telling_words(story.kinds.get(message.id, ()))
    return [
        html.Strong(when_words(message.created_at, story.at)),
        f" {lead.title if lead else message.lead}, by {message.channel}{f' ({told})' if told else ''}:"
        f" {message_words(message, story.at)}{trouble}",
    ]
