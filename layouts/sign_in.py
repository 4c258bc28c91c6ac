"""The pages of signing in: the form, what one may, and that nobody is signed in any more. None of them needs a script."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from urllib.parse import quote

from dash import html
from dash.development.base_component import Component

from flowcentre.model import County, Permission, Scope, SignedIn, SignedOut, SignIn
from flowcentre.model.access import EVERYWHERE, NOWHERE
from layouts.action_card import card_html
from layouts.finished import to_html
from layouts.parts.field import Input
from layouts.parts.tree import Child, marked
from layouts.parts.words import when_words

SHEETS = ("tokens.css", "flowcentre.css", "type-in/type-in.css", "type-in/access.css")
_MAY = {
    Permission.AGGREGATES: "see every count, chart and wall",
    Permission.PEOPLE: "see rows of people",
    Permission.ACT: "acknowledge, silence, act and declare",
    Permission.TYPE_IN: "type values in",
    Permission.ADMINISTER: "administer screens, sessions and accounts",
}


def document(form: SignIn, *, fingerprint: str) -> str:
    """The page by which people sign in; whoever is signed in goes on, or signs out first."""
    parts: list[Component] = [html.H1("Sign in")]
    if form.signed_in_as and not form.mistake:
        return plain(form.county, form.demonstration, "Sign in", [*parts, *_signed_in_already(form)], fingerprint)
    if form.mistake:
        still = f"You are still signed in as {form.signed_in_as}" if form.signed_in_as else "You are not signed in"
        words = [html.H2(still), html.P(form.mistake)]
        parts.append(html.Section(words, className="answered not-kept", role="alert"))
    if form.provider:
        then = f"?next={quote(form.then, safe='/')}" if form.then != "/" else ""
        parts.append(
            html.P(html.A(f"Sign in with {form.provider}", href=f"/sign-in/provider{then}", className="way-in"))
        )
    if form.local:
        if form.provider:
            parts.append(html.H2("Or by an account of this flow centre"))
        parts.append(_local(form))
    if form.proxy:
        parts.append(html.P("Your organisation's own page signs you in, and it has not: go in through its address."))
    if not (form.provider or form.local or form.proxy):
        parts.append(html.P("There is no way to sign in here."))
    return plain(form.county, form.demonstration, "Sign in", parts, fingerprint)


def _signed_in_already(form: SignIn) -> list[Component]:
    parts: list[Component] = [
        html.P(["You are signed in as ", html.Strong(form.signed_in_as), "."]),
        html.P(html.A("Go on", href=form.then, className="way-in")),
    ]
    if form.mark:
        parts.append(html.P("To sign in as somebody else, sign out first.", className="what"))
        parts.append(_sign_out(form.mark))
    return parts


def _sign_out(mark: str) -> html.Form:
    fields: list[Child] = [Input(type="hidden", name="form", value=mark), html.Button("Sign out", type="submit")]
    return html.Form(fields, method="post", action="/sign-out", className="slip")


def _local(form: SignIn) -> html.Form:
    fields: list[Child] = [
        Input(type="hidden", name="next", value=form.then),
        _field("name", "Account", type="text", value=form.name, autoComplete="username", autoCapitalize="none", spellCheck="false"),
        _field("password", "Password", type="password", autoComplete="current-password"),
        _field(
            "code", "Code", "Six digits of your authenticator, where your account has one.",
            type="text", autoComplete="one-time-code", inputMode="numeric", maxLength=12, required=False,
        ),
        html.Button("Sign in", type="submit"),
    ]  # fmt: skip
    return html.Form(fields, method="post", action="/sign-in", className="slip")


def signed_out_document(page: SignedOut, *, fingerprint: str) -> str:
    """That nobody is signed in here any more, and where a provider's own session is ended."""
    parts: list[Component] = [html.H1("You are signed out")]
    head = ""
    if page.provider_address:
        parts.append(html.P(f"You are taken to {page.provider}, to be signed out there too."))
        parts.append(html.P(html.A(f"Sign out of {page.provider}", href=page.provider_address)))
        head = f'<meta http-equiv="refresh" content="1;url={escape(page.provider_address)}">'
    else:
        parts.append(html.P("Close the browser if others use this machine."))
        parts.append(html.P(html.A("Sign in again", href="/sign-in", className="way-in")))
    return plain(page.county, page.demonstration, "Signed out", parts, fingerprint, head)


def statement_document(county: str, demonstration: bool, text: str, *, fingerprint: str) -> str:
    """The accessibility statement, of Markdown."""
    content = html.Article(card_html(text), className="statement")
    return plain(county, demonstration, "Accessibility", [content], fingerprint)


def signed_in(page: SignedIn, county: County) -> list[Component]:
    """What somebody may, and the form that signs them out."""
    identity = page.identity
    may = [
        html.Li(f"{words}{_where(identity.scope(permission), county)}")
        for permission, words in _MAY.items()
        if identity.may(permission)
    ]
    parts: list[Component] = [
        html.H1("Your sign-in"),
        html.P(["Signed in as ", html.Strong(identity.title)]),
        html.H2("You may"),
        html.Ul(may, className="may"),
    ]
    if page.session is not None and page.until is not None:
        parts.append(html.P(_times(page.session.began_at, page.until, page.at), className="what"))
    if identity.may(Permission.ADMINISTER):
        parts.append(html.P(html.A("Administer access", href="/access")))
    if page.session is not None:
        parts.append(_sign_out(page.mark))
    return parts


def _times(began_at: datetime, until: datetime, at: datetime) -> str:
    return f"Signed in {when_words(began_at, at)}, until {when_words(until, at)} at the latest; sooner where you do nothing."


def _where(scope: Scope, county: County) -> str:
    if scope in (EVERYWHERE, NOWHERE) or scope.everywhere:
        return ""
    names = [place.name if (place := county.places.get(id)) is not None else id for id in sorted(scope.places)]
    return f", of {', '.join(names)}"


def _field(name: str, label: str, hint: str = "", *, required: bool = True, **attributes: object) -> html.Div:
    said: list[Child] = [label]
    if hint:
        said.append(html.Span(hint, id=f"{name}-hint"))
        attributes |= marked(aria_describedby=f"{name}-hint")
    field = Input(id=name, name=name, required=required, **attributes)
    return html.Div([html.Label(said, htmlFor=name), field], className="field author")


def plain(
    county: str, demonstration: bool, title: str, parts: Sequence[Component], fingerprint: str, head: str = ""
) -> str:
    """A page that holds nothing of a county but its name: whoever is not signed in sees it."""
    version = escape(fingerprint)
    above: list[Component] = []
    if demonstration:
        words = "Demonstration: every figure here is invented"
        above.append(html.Aside(words, id="demonstration", **marked(aria_label="Demonstration")))
    brand = html.P([html.Strong("Flow Centre"), html.Span(county)], className="brand")
    above += [html.Header(brand, id="top"), html.Main(html.Div(list(parts)), id="content", tabIndex=-1)]
    foot = html.Footer(html.P(html.A("Accessibility", href="/accessibility")), className="foot")
    body = "\n".join(to_html(part) for part in [*above, foot])
    links = "\n".join(f'<link rel="stylesheet" href="/assets/{sheet}?v={version}">' for sheet in SHEETS)
    # With no-referrer, as every answer has it, a browser would not say that a form was sent from its own page.
    return f"""<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="same-origin">
{head}
<title>{escape(title)} - {escape(county)}</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
{links}
</head>
<body class="type-in access-page">
{body}
</body>
</html>
"""
