"""The pages of whoever is signed in, and of administrators: screens, sessions and local accounts."""

from __future__ import annotations

from datetime import datetime

from dash import html
from dash.development.base_component import Component

from flowcentre.model import MOST_OF_A_SCREEN, AccessNow, Account, Display, Permission, Picture, Session, SignedIn
from layouts import sign_in
from layouts.parts.card_table import card_table
from layouts.parts.field import Input
from layouts.parts.form_page import form_page
from layouts.parts.tree import Child, marked
from layouts.parts.words import age_words, when_words
from layouts.top import ACCESS, SIGNED_IN

_SHEETS = ("type-in/access.css",)
_DONE = {
    "revoked": "The screen's address is good for nothing any more",
    "ended": "The session has ended",
    "closed": "The account is closed, and whoever was signed in by it is out",
    "unlocked": "The account is unlocked",
}


def signed_in_document(picture: Picture, page: SignedIn, *, fingerprint: str) -> str:
    """What somebody may, and the form that signs them out."""
    parts = sign_in.signed_in(page, picture.county)
    return form_page(picture, "Your sign-in", parts, SIGNED_IN, fingerprint, kind="type-in access-page", sheets=_SHEETS)


def document(picture: Picture, now: AccessNow, *, fingerprint: str) -> str:
    """The page of administrators."""
    way = html.P(html.A("The audit: who saw and did what", href=f"{ACCESS}/audit"))
    parts: list[Component | None] = [html.H1("Access"), way, *_answered(now), _displays(now), _sessions(now)]
    if now.local:
        parts.append(_accounts(now))
    return form_page(picture, "Access", parts, ACCESS, fingerprint, kind="type-in access-page", sheets=_SHEETS)


def _answered(now: AccessNow) -> list[Component]:
    if now.mistake:
        said = [html.H2("Nothing was done"), html.P(now.mistake)]
        return [html.Section(said, className="answered not-kept", role="alert")]
    if now.address:
        said = [
            html.H2("The screen's address"),
            html.P(html.Code(now.address, id="address", tabIndex=0)),
            html.P("Open it once on the screen. It is shown here once, and kept nowhere: who has it can show that board."),
        ]  # fmt: skip
        return [html.Section(said, className="answered kept", role="status")]
    if now.closing:
        said = [
            html.H2(f"Close the account {now.closing}?"),
            html.P("It stays closed for ever. Nobody signs in by it, whoever is signed in by it is out, and its name is given to nobody else."),
            _button(now, "close", now.closing, f"Close {now.closing} for ever", "", sure=True),
            html.P(html.A("Leave it as it is", href=ACCESS)),
        ]  # fmt: skip
        return [html.Section(said, className="answered not-kept", role="alert")]
    if now.done in _DONE:
        return [html.Section(html.H2(_DONE[now.done]), className="answered kept", role="status")]
    return []


def _displays(now: AccessNow) -> Component:
    titles = dict(now.boards)
    rows = [
        html.Tr(
            [
                html.Th(each.title, scope="row"),
                html.Td(titles.get(each.board, f"{each.board}: there is no such board")),
                html.Td(_seen(each, now), className="dark" if each.is_dark(now.at) or each.id in now.crowded else None),
                html.Td(f"{when_words(each.made_at, now.at)}, by {each.made_by}"),
                html.Td(_button(now, "revoke", str(each.id), "Revoke", f"the address of {each.title}")),
            ]
        )
        for each in now.displays
        if each.revoked_at is None
    ]
    table = card_table(
        "Screens", ("Where it hangs", "Board", "Seen", "Made", ""), rows, "No screen has an address yet."
    )
    options = [html.Option(title, value=id) for id, title in now.boards]
    fields: list[Child] = [
        Input(type="hidden", name="form", value=now.mark),
        Input(type="hidden", name="do", value="make"),
        html.Div(
            [
                html.Label(["Where it hangs", html.Span("A room, not a person.", id="title-hint")], htmlFor="title"),
                Input(
                    id="title",
                    name="title",
                    type="text",
                    required=True,
                    maxLength=60,
                    autoComplete="off",
                    **marked(aria_describedby="title-hint"),
                ),
            ],
            className="field author",
        ),
        html.Div(
            [html.Label("Board", htmlFor="board"), html.Select(options, id="board", name="board")],
            className="field author",
        ),
        html.Button("Make an address", type="submit"),
    ]
    form = html.Form(fields, method="post", action=ACCESS, className="slip")
    more = html.Details([html.Summary("A new screen"), form], className="alert-fold", open=not rows)
    what = html.P("A screen shows one board and nothing else, with no password and nobody's rights.", className="what")
    return html.Section([html.H2("Screens"), what, table, more])


def _seen(display: Display, now: AccessNow) -> str:
    at = now.at
    if display.id in now.crowded:
        return f"more than {MOST_OF_A_SCREEN} use this address, so they go dark by turns: make another for some of them"
    if display.seen_at is None:
        return "never seen"
    return f"not seen since {when_words(display.seen_at, at)}" if display.is_dark(at) else "showing"


def _sessions(now: AccessNow) -> Component:
    rows = [
        html.Tr(
            [
                html.Th([each.identity.title, *_own(each, now)], scope="row"),
                html.Td(_by(each)),
                html.Td(_may(each)),
                html.Td(when_words(each.began_at, now.at)),
                html.Td(age_words(now.at, each.active_at)),
                html.Td(
                    _button(
                        now, "end", each.token_hash, "End", f"the session of {each.identity.title}, {_since(each, now)}"
                    )
                ),
            ]
        )
        for each in now.sessions
    ]
    heads = ("Who", "Signed in by", "May", "Since", "Last did something", "")
    return html.Section([html.H2("Signed in"), card_table("Sessions", heads, rows, "Nobody is signed in.")])


def _own(session: Session, now: AccessNow) -> list[Child]:
    return [html.Span(" you", className="what")] if session.token_hash == now.own else []


def _since(session: Session, now: AccessNow) -> str:
    return f"since {when_words(session.began_at, now.at)}"


def _by(session: Session) -> str:
    return "an account here" if session.identity.issuer == "local" else session.identity.issuer


def _may(session: Session) -> str:
    asked = (Permission.PEOPLE, Permission.ACT, Permission.TYPE_IN, Permission.ADMINISTER)
    words = {
        Permission.PEOPLE: "rows of people",
        Permission.ACT: "act",
        Permission.TYPE_IN: "type in",
        Permission.ADMINISTER: "administer",
    }
    return ", ".join(words[each] for each in asked if session.identity.may(each)) or "look"


def _accounts(now: AccessNow) -> Component:
    rows = []
    for each in now.accounts:
        acts: list[Child] = []
        if each.closed_at is None:
            if each.failures:  # from one address too few failures shut it out to lock the account
                acts.append(_button(now, "unlock", each.name, "Unlock", f"the account {each.name}"))
            if each.name == now.own_account:
                acts.append(html.Span("you", className="what"))
            else:
                acts.append(_button(now, "close", each.name, "Close ...", f"the account {each.name}"))
        rows.append(
            html.Tr(
                [
                    html.Th(each.name, scope="row"),
                    html.Td(each.title),
                    html.Td(_standing(each, now.at)),
                    html.Td(html.Div(acts, className="acts")),
                ]
            )
        )
    what = html.P(
        "Accounts and their passwords are made on the server: see docs/sign-in.md. One that is closed stays closed.",
        className="what",
    )
    heads = ("Account", "Known as", "How it stands", "")
    return html.Section([html.H2("Local accounts"), what, card_table("Accounts", heads, rows, "There are none.")])


def _standing(account: Account, at: datetime) -> str:
    if account.closed_at is not None:
        return f"closed {when_words(account.closed_at, at)}"
    if account.locked_until is not None and account.locked_until > at:
        return f"locked until {when_words(account.locked_until, at)}, but for browsers that know it"
    tried = f", {account.failures} {'try' if account.failures == 1 else 'tries'} failed" if account.failures else ""
    return ("with a code" if account.totp is not None else "without a code") + tried


def _button(now: AccessNow, do: str, which: str, words: str, of: str, *, sure: bool = False) -> html.Form:
    """A form that is one button, which says to whoever hears it what it is of."""
    fields: list[Child] = [
        Input(type="hidden", name="form", value=now.mark),
        Input(type="hidden", name="do", value=do),
        Input(type="hidden", name="which", value=which),
        *([Input(type="hidden", name="sure", value="yes")] if sure else []),
        html.Button([words, html.Span(f" {of}", className="unseen")] if of else words, type="submit"),
    ]
    return html.Form(fields, method="post", action=ACCESS, className="one-button")
