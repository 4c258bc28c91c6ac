"""The forms of an action: to log it, to say that it is done, what was tried, to move it, to drop it, to open it again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from flowcentre.measures import by_id
from flowcentre.model import LONGEST_AUTHOR, ActionState, County, Picture
from flowcentre.picture.actions_now import LONGEST_WHAT, ActionForm, ActionStory, Draft, triggers
from layouts.parts import links
from layouts.parts.author import author_field
from layouts.parts.field import Input
from layouts.parts.slip import kept, mark_field, not_kept, slip, words_field
from layouts.parts.tree import Child
from layouts.parts.typed_words import until_words
from layouts.parts.words import length_words

_DONE = {
    "logged": "Logged",
    "done": "Done",
    "tried": "Kept: what was tried",
    "moved": "Moved",
    "dropped": "Kept: it will not be done",
    "reopened": "Opened again",
    "same": "Nothing is changed: it stood so before",
    "over": "It had ended before: nothing is changed",
}


def answered(form: ActionForm) -> Iterator[Component]:
    """What became of what was sent, before anything else on the page."""
    if form.mistakes:
        yield not_kept(form.mistakes)
    elif form.done in _DONE:
        yield kept(_DONE[form.done])


def log_form(draft: Draft, form: ActionForm) -> html.Form:
    """To say what is to be done, who does it and by when."""
    fields: list[Child] = [
        mark_field(form.mark),
        _hidden("alert", str(draft.alert.id) if draft.alert is not None else form.alert),
        _hidden("huddle", str(draft.huddle.id) if draft.huddle is not None else form.huddle),
        _text("what", "what", "What is to be done", "Nothing of a patient.", form.what, LONGEST_WHAT, required=True),
        *(_trigger(draft, form) if not form.alert else ()),
        *_who_does_it(draft.picture.county, form),
        _by_when(form, draft.at),
        author_field(form.author, signed_in=form.signed_in, of="log"),
        html.Button("Log it", type="submit"),
    ]
    return slip(links.log_action(), fields, do="log")


def forms_of(story: ActionStory, form: ActionForm) -> list[Component]:
    """Every form that there is for an action as it stands."""
    here = links.action(story.action.id)
    if story.action.state is not ActionState.OPEN:
        again: list[Child] = [
            _words(form, "reopened", "Why", "Nothing of a patient.", required=True),
            _by_when(form, story.at, keep="reopened"),
            author_field(form.author, signed_in=form.signed_in, of="reopened"),
            html.Button("Open it again", type="submit", className="other"),
        ]
        return [_fold(form, "reopened", "Open it again", here, again)]
    done: list[Child] = [
        _words(form, "done", "What came of it", "If you like. Nothing of a patient."),
        author_field(form.author, signed_in=form.signed_in, of="done"),
        html.Button("It is done", type="submit"),
    ]
    tried: list[Child] = [
        _words(form, "tried", "What was tried", "Nothing of a patient.", required=True),
        author_field(form.author, signed_in=form.signed_in, of="tried"),
        html.Button("Keep it", type="submit", className="other"),
    ]
    moved: list[Child] = [
        _by_when(form, story.at, keep="moved"),
        *_who_does_it(story.picture.county, form, keep=True),
        _words(form, "moved", "Why", "If you like. Nothing of a patient."),
        author_field(form.author, signed_in=form.signed_in, of="moved"),
        html.Button("Move it", type="submit", className="other"),
    ]
    dropped: list[Child] = [
        _words(form, "dropped", "Why", "Nothing of a patient.", required=True),
        author_field(form.author, signed_in=form.signed_in, of="dropped"),
        html.Button("It will not be done", type="submit", className="other"),
    ]
    return [
        slip(here, [mark_field(form.mark), *done], do="done"),
        _fold(form, "tried", "Say what was tried", here, tried),
        _fold(form, "moved", "Another time, or somebody else", here, moved),
        _fold(form, "dropped", "It will not be done", here, dropped),
    ]


def _fold(form: ActionForm, do: str, summary: str, action: str, fields: list[Child]) -> html.Details:
    opened = form.asked == do and bool(form.mistakes)
    return html.Details(
        [html.Summary(summary), slip(action, [mark_field(form.mark), *fields], do=do)],
        open=opened,
        className="alert-fold",
    )


def _hidden(name: str, value: str) -> Component | None:
    return Input(type="hidden", name=name, value=value) if value else None


def _trigger(draft: Draft, form: ActionForm) -> Iterator[Component]:
    """The figure that it is about: fixed where an address says it, else chosen, or none."""
    if draft.alert is not None:
        return
    if draft.measure:
        yield Input(type="hidden", name="place", value=draft.place)
        yield Input(type="hidden", name="measure", value=draft.measure)
        return
    options: list[Component] = [html.Option("no figure", value="")]
    places: dict[str, list[Component]] = {}
    for place, measure in triggers(draft.picture):
        if form.places is not None and place not in form.places:
            continue
        option = html.Option(by_id(measure).label, value=f"{place}/{measure}")
        places.setdefault(place, []).append(option)
    named = draft.picture.county.places
    options += [html.Optgroup(found, label=named[place].label) for place, found in places.items()]
    label = html.Label(
        ["The figure that it is about", html.Span("What it did is shown once the action is done.")], htmlFor="trigger"
    )
    yield html.Div([label, html.Select(options, name="trigger", id="trigger")], className="field author")


def _who_does_it(county: County, form: ActionForm, *, keep: bool = False) -> Iterator[Component]:
    alerting = county.alerting
    options: list[Component] = [html.Option("as it is" if keep else "choose", value="", selected=not form.who)]
    for name, found in (("Leads", alerting.leads), ("Teams: whoever is on", alerting.teams)):
        named = [html.Option(each.title, value=each.id, selected=each.id == form.who) for each in found]
        if named:
            options.append(html.Optgroup(named, label=name))
    kind = "moved" if keep else "log"
    if len(options) > 1:
        above = html.Label(["Who does it", html.Span("They are reminded when it is overdue.")], htmlFor=f"who-{kind}")
        yield html.Div([above, html.Select(options, name="who", id=f"who-{kind}")], className="field author")
    label = "Or somebody else" if len(options) > 1 else "Who does it"
    yield _text("role", f"role-{kind}", label, "A role. Nobody reminds them.", form.role, LONGEST_AUTHOR)


def _by_when(form: ActionForm, at: datetime, *, keep: str = "") -> Component:
    """The hours. Of an action that stands (``keep``: which form it is) it stays as it is, but for what was chosen before."""
    asked = not keep or (form.asked == keep and bool(form.due))
    choices: list[Component] = []
    if keep:
        choices += [
            Input(type="radio", name="due", id=f"due-{keep}-same", value="", checked=not asked),
            html.Label("as it is", htmlFor=f"due-{keep}-same"),
        ]
    for number, due in enumerate(form.dues):
        id = f"due-{number}"
        until = until_words(due.at, at)
        words = f"in {length_words(due.length)} ({until})" if due.length is not None else until
        chosen = due.chosen and asked
        choices += [
            Input(type="radio", name="due", id=id, value=due.key, checked=chosen, required=True),
            html.Label(words, htmlFor=id),
        ]
    return html.Fieldset([html.Legend("By when"), html.Div(choices, className="choices")], className="holds")


def _words(form: ActionForm, of: str, label: str, hint: str, *, required: bool = False) -> Component:
    said = form.words if form.asked == of else ""
    return _text("words", f"words-{of}", label, hint, said, LONGEST_WHAT, required=required)


def _text(name: str, id: str, label: str, hint: str, said: str, most: int, *, required: bool = False) -> html.Div:
    return words_field(name, id, label, hint, said, most, required=required, spellCheck=True)


def about_words(picture: Picture, place: str, measure: str) -> str:
    """The figure that an action is about, by name: "A&E patients now, Northgate General"."""
    places = picture.county.places
    named = places[place].label if place in places else place
    return f"{by_id(measure).label}, {named}" if named else by_id(measure).label
