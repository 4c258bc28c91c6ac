"""The form of a place that is typed for: large fields, a choice of how long it holds, who, and one button."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from flowcentre.measures import ALL
from flowcentre.model import LONGEST_AUTHOR, MOST_DIGITS, AskedFigure, AskedService, Form, Hold, Replaced, Taken
from layouts.parts import links
from layouts.parts.field import Input
from layouts.parts.slip import not_kept
from layouts.parts.tree import Child, marked
from layouts.parts.typed_words import until_words
from layouts.parts.words import length_words, when_words


def answered(form: Form, at: datetime) -> Iterator[Component]:
    """What became of what was sent, before anything else on the page."""
    if form.mistakes:
        yield not_kept(form.mistakes)
    if form.taken is not None:
        yield _taken(form.taken, form, at)


def _taken(taken: Taken, form: Form, at: datetime) -> html.Section:
    holds = _stands_words(form.replaced, taken, at)
    title, kept = "Kept", bool(taken.services if taken.held else taken.accepted)
    said: list[Child] = [html.P(f"At {when_words(taken.typed.typed_at, at)}. {holds}")]
    if taken.held:
        title = "Kept in part" if kept else "Not taken"
        nothing = "Nothing of this form was kept: what stood before stands. Why:"
        part = f"Kept: {', '.join(taken.services)}. {holds} Not kept, so what stood before stands:"
        said = [html.P(part if kept else nothing)]
        said.append(html.Ul([html.Li(f"{why[:1].upper()}{why[1:]}.") for why in taken.held]))
    elif not kept:
        title, said = "Not taken", [html.P("None of it could be read. What stood before stands.")]
    elif form.replaced is not None and form.replaced.wholly:
        title = "Kept, and replaced since"
    if taken.again:
        said.append(html.P("This form had been sent before. Nothing was done twice.", className="again"))
    if form.behind:
        said.append(html.P("The figures below do not show it yet: load this page again.", className="behind"))
    kind = "not-kept" if not kept else "in-part" if taken.held else "kept"
    return html.Section([html.H2(title), *said], className=f"answered {kind}", role="status")


def _stands_words(replaced: Replaced | None, taken: Taken, at: datetime) -> str:
    """Until when what was kept holds, or what stands in its place."""
    ends = taken.typed.expires_at
    held = f"It holds until {until_words(ends, at)}." if at < ends else f"It held until {when_words(ends, at)}."
    if replaced is None:
        return held
    newer = "a newer form" if replaced.by is not None else "a newer file"
    by = f", {replaced.by}" if replaced.by is not None else ""
    since = f"{newer} ({when_words(replaced.at, at)}{by})"
    if replaced.wholly:
        return f"It holds no longer: {since} has replaced it."
    return f"{held} In part {since} has replaced it."


def the_form(form: Form, at: datetime) -> html.Form:
    """The form itself. Its fields have the names that ``flowcentre.web.slips`` reads."""
    several = len(form.asked.services) > 1
    services: list[Child] = []
    for service in form.asked.services:
        fields: list[Child] = [_field(form, service, each) for each in service.figures]
        if several:
            services.append(html.Fieldset([html.Legend(service.name.capitalize()), *fields]))
        else:
            services += fields
    return html.Form(
        [
            html.H2("Say it again or change it") if form.taken and not form.taken.held else None,
            Input(type="hidden", name="form", value=form.mark),
            *services,
            _holds(form.holds, at),
            _author(form),
            _tick("role", "This is a role, not a name", checked=form.role) if form.role is not None else None,
            _tick("sure", "I have looked again: it is right") if form.taken is not None and form.taken.asks else None,
            html.Button("Send", type="submit"),
            html.P("Leave empty what is not known: empty is not 0.", className="what"),
        ],
        method="post",
        action=links.type_in(form.asked.place),
        className="slip",
        autoComplete="on",
    )


def _field(form: Form, service: AskedService, asked: AskedFigure) -> html.Div:
    measure = ALL[asked.measure]
    hint = f"hint-{asked.measure}"
    return html.Div(
        [
            html.Label([measure.label, html.Span(measure.definition, id=hint)], htmlFor=asked.measure),
            Input(
                id=asked.measure,
                name=service.field(asked),
                type="text",
                inputMode="numeric" if asked.whole else "decimal",
                # Letters are refused at once, and the title says why. "-3" is sent: the answer says what is wrong with it.
                pattern="-?[0-9]*" if asked.whole else "-?[0-9]*([.,][0-9]+)?",
                title=f"{'A whole number' if asked.whole else 'A number'}, 0 or more; empty where it is not known.",
                maxLength=MOST_DIGITS,
                autoComplete="off",
                value=form.cells.get(service.name, {}).get(asked.column, ""),
                **marked(aria_describedby=hint),
            ),
        ],
        className="field",
    )


def _holds(holds: tuple[Hold, ...], at: datetime) -> html.Fieldset:
    choices = []
    for number, hold in enumerate(holds):
        id = f"holds-{number}"
        choices += [
            Input(type="radio", name="holds", id=id, value=hold.key, checked=hold.chosen, required=True),
            html.Label(_hold_words(hold, at), htmlFor=id),
        ]
    return html.Fieldset([html.Legend("How long it holds"), html.Div(choices, className="choices")], className="holds")


def _hold_words(hold: Hold, at: datetime) -> str:
    if isinstance(hold.holds, datetime):
        words = until_words(hold.holds, at)
        return f"until {words}"
    return length_words(hold.holds)


def _author(form: Form) -> Component:
    if form.signed_in:
        return html.P(["Typed in by ", html.Strong(form.author)], className="signed-in")
    return html.Div(
        [
            html.Label(["Your role or initials", html.Span("No name, no number.", id="hint-author")], htmlFor="author"),
            Input(
                id="author",
                name="author",
                type="text",
                autoComplete="organization-title",
                required=True,
                maxLength=LONGEST_AUTHOR,
                value=form.author,
                spellCheck=False,
                **marked(aria_describedby="hint-author"),
            ),
        ],
        className="field author",
    )


def _tick(name: str, words: str, *, checked: bool = False) -> html.Div:
    return html.Div(
        [
            Input(type="checkbox", name=name, value="yes", id=name, checked=checked),
            html.Label(words, htmlFor=name),
        ],
        className="sure",
    )
