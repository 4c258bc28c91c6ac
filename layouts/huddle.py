"""The huddle: one page for the call. What is live stands beside the forms and never over them."""

from __future__ import annotations

from html import escape
from typing import Protocol

from dash import html
from dash.development.base_component import Component

from flowcentre.model import Huddle, Picture
from flowcentre.picture.huddle import HuddleForm, HuddleKept, HuddleNow
from flowcentre.picture.sitrep import Part, compared_words
from layouts.finished import to_html
from layouts.parts import links
from layouts.parts.author import nothing_taken
from layouts.parts.field import Input
from layouts.parts.huddle_forms import answered, close_form, minute_form, open_form, send_form
from layouts.parts.huddle_now import actions, alerts, changed, ended, minutes, pressure
from layouts.parts.huddle_page import ID, PATH, TITLE
from layouts.parts.tree import Child, marked
from layouts.parts.words import clock_words, date_words, iso, when_words
from layouts.top import main_part, top

_SHEETS = ("tokens.css", "flowcentre.css", "type-in/type-in.css", "alerts.css", "huddle.css", "over.css")
_LISTED = 10  # huddles before
_READ_ONLY = "This server reads huddles and takes nothing: write on another."


class Book(Protocol):
    """What the live part needs of ``flowcentre.picture.huddle.HuddleBook``."""

    def read(self, picture: Picture | None = None) -> HuddleNow:
        """The huddle that is open, or what one would speak of now, beside a picture."""
        ...


def render(now: HuddleNow) -> Component:
    """The live part of the page: all of it but the forms."""
    told = now.told
    beside: list[Child] = [_over(now), minutes(now), alerts(told), actions(told), ended(told), _before(now)]
    return html.Div(
        [
            _head(now),
            html.Div([pressure(told), changed(told)], className="huddle-figures"),
            html.Div(beside, className="huddle-beside"),
        ],
        className="huddle-parts",
    )


def body(book: Book, picture: Picture) -> str:
    """The HTML of the live part, which is put up beside the forms when the picture changes."""
    return to_html(render(book.read(picture)))


def document(now: HuddleNow, form: HuddleForm, *, fingerprint: str) -> str:
    """The whole page of the huddle that is open; where none is, of what one would speak of now."""
    live = html.Div(render(now), id="board")
    return _page(now.picture, TITLE, PATH, [_forms(now, form), live], fingerprint, live_of=now)


def kept_document(kept: HuddleKept, form: HuddleForm, *, fingerprint: str) -> str:
    """The whole page of a huddle that is over: its sitrep as it was told, as files, and the form that sends it."""
    huddle, sitrep = kept.huddle, kept.sitrep
    ways = html.P(
        [
            html.A("As text", href=links.huddle(huddle.id, "txt")),
            html.A("As PDF", href=links.huddle(huddle.id, "pdf")),
        ],
        className="huddle-files",
    )
    main: list[Component | None] = [
        html.Header(
            [
                html.P(html.A("The huddle", href=PATH), className="back"),
                html.H1(sitrep.title),
                html.P(kept.sent, className="when"),
            ],
            className="page-head",
        ),
        *answered(form),
        _not_kept(huddle, form) if form.mistakes and form.words and form.asked == "minute" else None,
        ways,
        send_form(huddle, form) if form.may_write and huddle.sent_at is None else None,
        html.Section([html.P(line) for line in sitrep.head], className="huddle-head"),
        *(_part(part) for part in sitrep.parts),
    ]
    inside = html.Div([part for part in main if part is not None], className="huddle-kept")
    return _page(kept.picture, sitrep.title, PATH, [inside], fingerprint)


def _not_kept(huddle: Huddle, form: HuddleForm) -> html.Section:
    """A line that came after the end, to be copied, and where it may go instead."""
    return html.Section(
        [
            html.Label("What you wrote", htmlFor="not-kept"),
            Input(id="not-kept", type="text", value=form.words, readOnly=True),
            html.P(
                [
                    "Copy it, and ",
                    html.A(
                        "log it as an action", href=links.log_action(huddle=huddle.id), target="_blank", rel="noopener"
                    ),
                    " of this huddle, or ",
                    html.A("open another huddle", href=PATH, target="_blank", rel="noopener"),
                    " and write it there. Each opens beside this page.",
                ]
            ),
        ],
        className="huddle-not-kept field author",
    )


def _part(part: Part) -> html.Section:
    title = html.H3(part.title) if part.small else html.H2(part.title)
    lines = html.Ul([html.Li(line) for line in part.lines], className="huddle-lines") if part.lines else None
    return html.Section([title, lines])


def _head(now: HuddleNow) -> html.Header:
    huddle, told = now.huddle, now.told
    if huddle is not None:
        standing = f"Huddle {huddle.id}, opened {when_words(huddle.opened_at, now.at)} by {huddle.opened_by}. "
    else:
        standing = "No huddle is open. "
    return html.Header(
        [
            html.H1(TITLE),
            html.P(
                ["as at ", html.Time(clock_words(now.at)), f", {date_words(now.at)}. {standing}"],
                className="when",
            ),
            html.P(compared_words(told.compared_with, now.at, first=told.first), className="when"),
        ],
        className="page-head huddle-top",
    )


def _over(now: HuddleNow) -> html.P | None:
    """Said of forms that a page has still, of a huddle that somebody closed; the stylesheet shows it beside such alone."""
    if now.huddle is not None:
        return None
    return html.P(
        ["This huddle is closed: what you type now is not kept. ", html.A("Load the page again", href=PATH)],
        className="huddle-over",
    )


def _forms(now: HuddleNow, form: HuddleForm) -> html.Div:
    huddle = now.huddle
    standing = huddle is not None and form.done == "standing"
    more = f"Opened by {huddle.opened_by} at {when_words(huddle.opened_at, now.at)}." if huddle and standing else ""
    parts: list[Component | None] = [*answered(form, more)]
    if not form.may_write:
        parts.append(nothing_taken(_READ_ONLY, "Leads open huddles and write the minutes.", signed_in=form.signed_in))
    elif huddle is None:
        parts.append(open_form(form))
    else:
        way = links.log_action(huddle=huddle.id)
        log = html.Div(
            [
                html.A("Log an action", href=way, target="_blank", rel="noopener", className="huddle-log"),
                html.P("It opens beside this page: what you are typing stays.", className="what"),
            ]
        )
        parts += [minute_form(huddle, form), log, close_form(huddle, form)]
    of = marked(data_huddle=huddle.id) if huddle is not None and form.may_write else {}
    return html.Div([part for part in parts if part is not None], className="huddle-forms", **of)


def _before(now: HuddleNow) -> html.Section | None:
    if not now.before:
        return None
    return html.Section(
        [html.H2("Huddles before"), html.Ul([html.Li(_one(now, huddle)) for huddle in now.before[:_LISTED]])],
        className="huddle-before",
    )


def _one(now: HuddleNow, huddle: Huddle) -> list[Child]:
    assert huddle.closed_at is not None
    sent = f", sitrep sent {when_words(huddle.sent_at, now.at)}" if huddle.sent_at is not None else ", sitrep not sent"
    return [
        html.A(f"Huddle {huddle.id}", href=links.huddle(huddle.id)),
        f", {when_words(huddle.opened_at, now.at)} to {when_words(huddle.closed_at, now.at)}{sent}",
    ]


def _page(
    picture: Picture,
    title: str,
    here: str,
    main: list[Component],
    fingerprint: str,
    *,
    live_of: HuddleNow | None = None,
) -> str:
    """A finished page; with what is live of it, the wall's script keeps that true."""
    version = escape(fingerprint)
    content = main_part(html.Div(main, className="huddle"))
    clock = [html.Time(id="clock")] if live_of is not None else []  # one without the script would stand still
    body = "\n".join(to_html(part) for part in [*top(picture, here, *clock), content])
    sheets = "\n".join(f'<link rel="stylesheet" href="/assets/{sheet}?v={version}">' for sheet in _SHEETS)
    live, script = "", f'<script src="/assets/over.js?v={version}" defer></script>'
    if live_of is not None:
        live = (
            f' data-fingerprint="{version}" data-body-url="/live/pages/{ID}" data-sleeps="yes"'
            f' data-server-now="{iso(live_of.at)}"'
        )
        script += f'\n<script src="/assets/wall/wall.js?v={version}" defer></script>'
    return f"""<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="same-origin">
<title>{escape(title)} - {escape(picture.county.name)}</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
{sheets}
{script}
</head>
<body class="type-in huddle-page"{live}>
{body}
</body>
</html>
"""
