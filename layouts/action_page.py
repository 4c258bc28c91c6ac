"""One action on a telephone, without a script: how it stands, what to say of it, what its figure did, and what has happened."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from flowcentre.measures import find
from flowcentre.model import ActionState, Effect
from flowcentre.picture.actions_now import ActionForm, ActionStory, Draft, is_chased, who_words
from layouts.parts import links
from layouts.parts.action_forms import about_words, answered, forms_of, log_form
from layouts.parts.action_words import (
    MOVEMENT_WORDS,
    NOT_THE_CAUSE,
    before_after_words,
    chased_words,
    due_words,
    look_words,
    note_words,
    state_words,
    usual_words,
)
from layouts.parts.age import age
from layouts.parts.alert_words import where
from layouts.parts.author import leads_of, nothing_taken
from layouts.parts.figure import explained
from layouts.parts.form_page import form_page
from layouts.parts.tree import Child, marked
from layouts.parts.words import clock_words, date_words, when_words

_SHEETS = ("alerts.css", "actions.css")
_KIND = "type-in a-form alert-page action-page"
_READ_ONLY = "This server reads actions and takes nothing: say it on another."


def document(story: ActionStory, form: ActionForm, *, fingerprint: str) -> str:
    """The whole page of an action."""
    action, county = story.action, story.picture.county
    place = where(county, action.place) if action.place else county.name
    main: list[Component | None] = [
        _head(action.what, place),
        *answered(form),
        html.P(html.A("Back to the huddle", href=f"/huddle/{action.huddle}"))
        if action.huddle is not None and form.done == "logged"
        else None,
        _standing(story),
        *(forms_of(story, form) if form.may_write else [_not_here(story, form)]),
        _effect(story),
        _happened(story),
        html.P(
            f"As at {clock_words(story.at)}, {date_words(story.at)}; load again for newer.", className="what as-drawn"
        ),
    ]
    title = f"Action: {action.what}"
    return form_page(story.picture, title, main, links.action(action.id), fingerprint, kind=_KIND, sheets=_SHEETS)


def form_document(draft: Draft, form: ActionForm, *, fingerprint: str) -> str:
    """The whole page with the form that logs an action."""
    county = draft.picture.county
    of: list[Child] = []
    if form.missing:
        of.append(html.P(f"There is no {form.missing}: what you log here is of none.", role="alert"))
    if draft.alert is not None:
        named = f"{draft.alert.title}, {where(county, draft.alert.subject)}"
        of.append(html.P(["From the alert ", html.A(named, href=links.alert(draft.alert.id))]))
    if draft.huddle is not None:
        of.append(
            html.P(["Agreed at ", html.A(f"the huddle of {when_words(draft.huddle.opened_at, draft.at)}", href=f"/huddle/{draft.huddle.id}")])
        )  # fmt: skip
    if draft.measure and find(draft.measure) is not None:
        about = about_words(draft.picture, draft.place, draft.measure)
        of.append(html.P([f"About {about}: ", explained(draft.picture, draft.place, draft.measure)]))
    main: list[Component | None] = [
        _head("Log an action", ""),
        *answered(form),
        html.Section(of, className="alert-is") if of else None,
        log_form(draft, form) if form.may_write else _not_logged_here(draft, form),
    ]
    return form_page(draft.picture, "Log an action", main, links.log_action(), fingerprint, kind=_KIND, sheets=_SHEETS)


def _not_here(story: ActionStory, form: ActionForm) -> Component:
    of = story.action.place or (story.alert.subject if story.alert is not None else "")
    who = f"{leads_of(story.picture.county, of)} say here what came of it." if of else "Leads say here what came of it."
    return nothing_taken(_READ_ONLY, who, signed_in=form.signed_in)


def _not_logged_here(draft: Draft, form: ActionForm) -> Component:
    of = draft.place or (draft.alert.subject if draft.alert is not None else "")
    who = f"{leads_of(draft.picture.county, of)} log an action about this." if of else "Leads log actions."
    return nothing_taken(_READ_ONLY, who, signed_in=form.signed_in)


def _head(title: str, place: str) -> html.Header:
    named: list[Child] = [title, html.Span(f" {place}") if place else None]
    return html.Header(
        [html.P(html.A("All actions", href=links.actions()), className="back"), html.H1(named)], className="page-head"
    )


def _standing(story: ActionStory) -> html.Section:
    action, county, at = story.action, story.picture.county, story.at
    late = action.overdue(at)
    due: list[Child] = [due_words(action, at)]
    if late:
        due += [", ", age(action.due_at, at)]
    reached = "" if is_chased(county, action.who) else ": a role, whom no reminder reaches"
    facts = [
        _fact("Who", who_words(county, action.who), reached),
        _fact("By when", *due),
        _fact("Logged", f"{when_words(action.logged_at, at)}, by {action.logged_by}"),
    ]
    if action.ended_at is not None:
        named = "Done" if action.state is ActionState.DONE else "Dropped"
        facts.append(_fact(named, f"{when_words(action.ended_at, at)}, by {action.ended_by}"))
    if chased := chased_words(action):
        facts.append(_fact("Reminders", chased))
    if story.alert is not None:
        alert = story.alert
        facts.append(
            _fact(
                "From the alert", html.A(f"{alert.title}, {where(county, alert.subject)}", href=links.alert(alert.id))
            )
        )
    if action.huddle is not None:
        facts.append(_fact("Agreed at", html.A(f"huddle {action.huddle}", href=f"/huddle/{action.huddle}")))
    if action.measure and find(action.measure) is not None and action.place in county.places:
        about = about_words(story.picture, action.place, action.measure)
        facts.append(_fact(about, explained(story.picture, action.place, action.measure)))
    said = html.P(html.Strong(state_words(action, at).capitalize()), className="alert-now")
    return html.Section(
        [said, html.Dl(facts, className="facts")], className="alert-is", **marked(data_overdue="yes" if late else None)
    )


def _fact(name: str, *said: Child) -> html.Div:
    return html.Div([html.Dt(name), html.Dd(list(said))])


def _effect(story: ActionStory) -> html.Section | None:
    """What the figure did. While an action goes on it is said without a word for it: nothing has come of it yet."""
    action = story.action
    if not action.measure or find(action.measure) is None or action.state is ActionState.DROPPED:
        return None
    about = about_words(story.picture, action.place, action.measure)
    said: list[Child] = [html.H2("What the figure did"), html.P(about)]
    for effect in story.effects:
        said += _look(story, effect)
    if story.so_far is not None:
        soon = "It is looked at an hour after the action is done, and four hours after."
        said += [html.P(before_after_words(action, story.so_far)), html.P(soon, className="what")]
    said.append(html.P(NOT_THE_CAUSE, className="what"))
    return html.Section(said, className="effects")


def _look(story: ActionStory, effect: Effect) -> list[Child]:
    word = MOVEMENT_WORDS[effect.movement]
    return [
        html.H3(f"{look_words(story.action, effect).capitalize()}: {word.lower()}"),
        html.P(before_after_words(story.action, effect)),
        html.P(usual_words(effect), className="what"),
    ]


def _happened(story: ActionStory) -> html.Section:
    county = story.picture.county
    items = [
        html.Li([html.Strong(when_words(note.at, story.at)), f" {note_words(county, note)}"]) for note in story.notes
    ]
    return html.Section([html.H2("What has happened"), html.Ol(items, className="story")])
