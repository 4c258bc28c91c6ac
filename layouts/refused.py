"""The page that says that there is none, or none for whoever asks: who they are, what they may do, and what they wrote."""

from __future__ import annotations

from urllib.parse import quote

from dash import html
from dash.development.base_component import Component

from flowcentre.model import Picture, Refusal
from layouts.parts.form_page import form_page
from layouts.sign_in import plain
from layouts.top import SIGNED_IN

_SHEETS = ("type-in/access.css",)
_TITLES = {401: "You are not signed in", 403: "Not for you", 404: "Not found"}
_NOT_KEPT = "Nothing was kept"
# What the fields of forms are called, where their own names do not say it.
_FIELDS = {
    "words": "Words",
    "what": "What is to be done",
    "who": "Who",
    "role": "Role",
    "author": "By",
    "due": "By when",
    "level": "Level",
    "until": "Until",
    "holds": "How long it holds",
    "where": "Where",
}


def document(picture: Picture, refusal: Refusal, *, fingerprint: str) -> str:
    """The whole page. A screen has no ways but that to its board, and whoever is not signed in none but that to sign-in."""
    title = _NOT_KEPT if refusal.written else _TITLES.get(refusal.status, _NOT_KEPT)
    parts: list[Component] = [html.H1(title), html.P(_why(refusal))]
    if refusal.written:
        parts += _written(refusal)
    county = picture.county
    if refusal.board is not None:
        parts.append(html.P(html.A("This screen's board", href=f"/wall/{refusal.board}", className="way-in")))
        return plain(county.name, county.demonstration, title, parts, fingerprint)
    if not refusal.open and not refusal.who:
        if refusal.status in _TITLES and not refusal.screen:
            parts.append(_to_sign_in(refusal))
        elif not refusal.screen:  # whether they are signed in is not what is wrong
            parts.append(html.P(_again(refusal)))
        return plain(county.name, county.demonstration, title, parts, fingerprint)
    parts += _what_now(refusal)
    return form_page(picture, title, parts, refusal.path, fingerprint, kind="type-in access-page", sheets=_SHEETS)


def _why(refusal: Refusal) -> str:
    """The reason; of a form with words in it the answer in plain words says to go back for them, and here they are."""
    if refusal.status == 401 and refusal.written:
        return "You are not signed in any more. Copy what you wrote, sign in beside this page, and open the form again."
    return refusal.words


def _written(refusal: Refusal) -> list[Component]:
    """What was typed, to be copied: it is nowhere else."""
    lines = "\n".join(f"{_FIELDS.get(name, name)}: {said}" for name, said in refusal.written)
    rows = str(min(12, lines.count("\n") + 2))
    copied = html.Textarea(lines, id="written", readOnly="readonly", rows=rows)
    hint = html.Span("It is kept nowhere: copy it before you close this page.")
    field = html.Div([html.Label(["What you wrote", hint], htmlFor="written"), copied], className="field author")
    return [html.Div(field, className="slip")]


def _to_sign_in(refusal: Refusal) -> Component:
    beside = "_blank" if refusal.written else None
    href = f"/sign-in?next={quote(refusal.path, safe='/')}"
    return html.P(html.A("Sign in", href=href, target=beside, className="way-in"))


def _what_now(refusal: Refusal) -> list[Component]:
    parts: list[Component] = []
    if refusal.written:
        parts.append(html.P(_again(refusal)))
    elif refusal.status == 403:
        parts.append(
            html.P(["What you may see stands above; ", html.A("what you may do", href=SIGNED_IN), " and where."])
        )
    else:
        parts.append(html.P("What there is stands above."))
    if refusal.who:
        parts.append(html.P(["Signed in as ", html.Strong(refusal.who), "."], className="what"))
    return parts


def _again(refusal: Refusal) -> Component:
    return html.A("Open the form again", href=refusal.path, target="_blank", rel="noopener", className="way-in")
