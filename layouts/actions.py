"""Actions: what is to be done and by when, the overdue first; and what came of those that were done lately."""

from __future__ import annotations

from typing import Protocol

from dash import html
from dash.development.base_component import Component

from flowcentre.measures import find
from flowcentre.model import Action, ActionState, Picture
from flowcentre.picture.actions_now import ActionsNow, has_actions, who_words
from layouts.finished import Markup
from layouts.pages import LivePage, live_page
from layouts.parts import links
from layouts.parts.action_forms import about_words
from layouts.parts.action_words import (
    MOVEMENT_WORDS,
    NOT_THE_CAUSE,
    before_after_words,
    chased_words,
    due_words,
    state_words,
    usual_words,
)
from layouts.parts.age import age
from layouts.parts.alert_words import where
from layouts.parts.figure import explained
from layouts.parts.rows import cell, folded, row, table, unseen
from layouts.parts.tree import Child, marked, needs
from layouts.parts.words import clock_words, date_words, when_words

ID, TITLE, PATH = "actions", "Actions", links.actions()
_SEEN, _ENDED_SEEN = 60, 15  # more are folded


class Book(Protocol):
    """What the page needs of ``flowcentre.picture.actions_now.ActionBook``."""

    def read(self, picture: Picture | None = None) -> ActionsNow:
        """Actions as they stand, beside a picture."""
        ...


def shows_actions(picture: Picture) -> bool:
    """Has the county anything of the present to act on?"""
    return has_actions(picture.county)


def page(book: Book) -> LivePage:
    """The page, as a book of actions tells it."""
    return live_page(ID, PATH, lambda picture: render(book.read(picture)), "alerts-page actions-page")


def render(known: ActionsNow) -> Component:
    """The live part of the page."""
    parts: list[Child] = [_head(known), _open(known), _ended(known)]
    return html.Div(parts, className="alerts")


def _head(known: ActionsNow) -> html.Header:
    return html.Header(
        [
            html.H1(TITLE),
            html.P(["as at ", html.Time(clock_words(known.at)), f", {date_words(known.at)}."], className="when"),
            html.P(html.A("Log an action", href=links.log_action(), className="log-action"), **needs("act")),
        ],
        className="page-head",
    )


def _open(known: ActionsNow) -> html.Section:
    if not known.open:
        return html.Section(
            [html.H2("To be done"), html.P("No action is open.", className="alerts-nothing")], id="open"
        )
    late = len(known.overdue)
    said = f"{late:,} overdue" if late else "none overdue"
    head = html.Div([html.H2(f"To be done: {len(known.open):,}"), html.P(said)], className="alerts-head")
    seen, rest = known.open[:_SEEN], known.open[_SEEN:]
    parts: list[Child] = [head, html.Ol([_row(known, action) for action in seen], className="alert-list")]
    if rest:
        others = html.Ol([_row(known, action) for action in rest], className="alert-list")
        parts.append(folded("open-more", f"{len(rest):,} more", others))
    return html.Section(parts, id="open")


def _row(known: ActionsNow, action: Action) -> html.Li:
    county, at = known.picture.county, known.at
    late = action.overdue(at)
    due: list[Child] = [due_words(action, at)]
    if late:
        due += [", ", age(action.due_at, at)]
    said = [
        text
        for text in (chased_words(action), f"logged {when_words(action.logged_at, at)} by {action.logged_by}")
        if text
    ]
    theirs = needs("act", action.place or None)
    ways: list[Child] = [html.A("Say what came of it", href=links.action(action.id), className="alert-do", **theirs)]
    if action.alert is not None:
        ways.append(html.A("Alert", href=links.alert(action.alert)))
    return html.Li(
        [
            html.P(state_words(action, at), className="alert-severity"),
            html.Div(
                [
                    html.H3([html.A(action.what, href=links.action(action.id)), f" {where(county, action.place)}" if action.place else ""]),
                    html.P(_figure(known, action)),
                ]
            ),
            html.Div([html.P([html.Strong(who_words(county, action.who)), ": ", *due]), html.P(", ".join(said), className="what")]),
            html.P(ways, className="alert-ways"),
        ],
        className="alert-row action-row",
        **marked(data_overdue="yes" if late else None),
    )  # fmt: skip


def _figure(known: ActionsNow, action: Action) -> list[Child]:
    """The figure that it is about, as every page has it just now."""
    measure = find(action.measure) if action.measure else None
    if measure is None or action.place not in known.picture.county.places:
        return []
    return [f"{measure.label}: ", explained(known.picture, action.place, measure.id)]


def _ended(known: ActionsNow) -> html.Section:
    if not known.ended:
        return html.Section([html.H2("Ended lately"), html.P("No action has ended in the last week.")], id="ended")
    heads = ("Action", "Ended", "What its figure did", unseen("In figures"))
    seen, rest = known.ended[:_ENDED_SEEN], known.ended[_ENDED_SEEN:]
    parts: list[Child] = [
        html.H2("Ended lately"),
        html.P(NOT_THE_CAUSE, className="what"),
        table(heads, [_ended_row(known, action) for action in seen], caption="Actions that have ended"),
    ]
    if rest:
        more = table(heads, [_ended_row(known, action) for action in rest], caption="More of them")
        parts.append(folded("ended-more", f"{len(rest):,} more", more))
    return html.Section(parts, id="ended")


def _ended_row(known: ActionsNow, action: Action) -> Markup:
    county, at = known.picture.county, known.at
    place = f" {where(county, action.place)}" if action.place else ""
    name: list[Child] = [html.A(action.what, href=links.action(action.id)), place]
    ended = f"{state_words(action, at)} {when_words(action.ended_at or at, at)}, by {action.ended_by}"
    word, told = _what_it_did(known, action)
    return row(
        name,
        [
            cell("Ended", ended),
            cell("What its figure did", *told),
            cell("In a word", html.Strong(word) if word else ""),
        ],
    )


def _what_it_did(known: ActionsNow, action: Action) -> tuple[str, list[Child]]:
    """The honest word, and what it rests on."""
    if not action.measure or find(action.measure) is None or action.state is not ActionState.DONE:
        return "", []
    about = f"{about_words(known.picture, action.place, action.measure)}: "
    effect = known.effects.get(action.id)
    if effect is None:
        return "Too soon to say", [about, "looked at an hour after it was done, and four hours after."]
    told: list[Child] = [about, before_after_words(action, effect), ". ", html.Small(usual_words(effect))]
    return MOVEMENT_WORDS[effect.movement], told
