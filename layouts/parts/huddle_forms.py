"""The forms of a huddle: to open one, to write a line of its minutes, to close it, to send its sitrep."""

from __future__ import annotations

from collections.abc import Iterator

from dash import html
from dash.development.base_component import Component

from flowcentre.model import Huddle
from flowcentre.picture.huddle import LONGEST_MINUTE, HuddleForm
from layouts.parts import links
from layouts.parts.author import author_field
from layouts.parts.slip import kept, mark_field, not_kept, slip, words_field
from layouts.parts.tree import Child

_DONE = {
    "opened": "Opened",
    "standing": "Already open",
    "kept": "In the minutes",
    "closed": "Closed, and not sent",
    "sent": "On its way",
    "already": "It had been done before",
}


def answered(form: HuddleForm, more: str = "") -> Iterator[Component]:
    """What became of what was sent, before anything else."""
    if form.mistakes:
        yield not_kept(form.mistakes)
    elif form.done in _DONE:
        if form.done == "sent" and form.to:
            more = f"The sitrep goes to {'; '.join(form.to)}."
        yield kept(_DONE[form.done], more)


def open_form(form: HuddleForm) -> html.Form:
    """To begin."""
    fields: list[Child] = [
        mark_field(form.mark),
        author_field(form.author, signed_in=form.signed_in, of="open"),
        html.Button("Open a huddle", type="submit"),
    ]
    return slip(links.huddle(), fields, do="open")


def minute_form(huddle: Huddle, form: HuddleForm) -> html.Form:
    """To write one line. It stays as it is while figures beside it are renewed."""
    sent = form.asked == "minute"
    fields: list[Child] = [
        mark_field(form.mark),
        words_field(
            "words",
            "words",
            "Minutes: one line",
            "Nothing of a patient.",
            form.words if sent else "",
            LONGEST_MINUTE,
            required=True,
            autoFocus=form.done == "kept" or None,
        ),
        author_field(form.author, signed_in=form.signed_in, of="minute"),
        html.Button("Write it", type="submit"),
    ]
    return slip(links.huddle(huddle.id), fields, do="minute")


def close_form(huddle: Huddle, form: HuddleForm) -> html.Details:
    """To end it: its sitrep is then as it is, and goes out or not."""
    fields: list[Child] = [
        mark_field(form.mark),
        html.P("Its sitrep is then kept as it stands, and never worked out anew.", className="what"),
        author_field(form.author, signed_in=form.signed_in, of="close"),
    ]
    if form.to:
        fields += [
            html.P(f"It goes to {'; '.join(form.to)}.", className="what"),
            _button("Close it and send the sitrep", "yes"),
            _button("Close it, and send nothing", "no", other=True),
        ]
    else:
        fields += [_NOBODY, html.Button("Close it", type="submit")]
    opened = form.asked == "close" and bool(form.mistakes)
    return html.Details(
        [html.Summary("Close the huddle"), slip(links.huddle(huddle.id), fields, do="close")],
        open=opened,
        className="alert-fold",
    )


def send_form(huddle: Huddle, form: HuddleForm) -> Component:
    """To send a sitrep that was not sent when its huddle was closed."""
    if not form.to:
        return _NOBODY
    fields: list[Child] = [
        mark_field(form.mark),
        html.P(f"It goes to {'; '.join(form.to)}.", className="what"),
        author_field(form.author, signed_in=form.signed_in, of="send"),
        html.Button("Send the sitrep", type="submit"),
    ]
    opened = form.asked == "send" and bool(form.mistakes)
    inside = [html.Summary("Send the sitrep"), slip(links.huddle(huddle.id), fields, do="send")]
    return html.Details(inside, open=opened, className="alert-fold")


_NOBODY = html.P("Nobody is named who gets the sitrep: see [huddle] of leads.toml.", className="what")


def _button(words: str, value: str, *, other: bool = False) -> Component:
    """One of two buttons of a form, which says which it is."""
    return html.Button(words, type="submit", name="send", value=value, className="other" if other else None)
