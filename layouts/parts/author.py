"""Who does something, as every form asks for it: a role or initials, until somebody is signed in."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from flowcentre.model import LONGEST_AUTHOR, County
from layouts.parts.field import Input
from layouts.parts.tree import marked


def author_field(author: str, *, signed_in: bool, of: str) -> Component:
    """The field of the form ``of``, with what was filled in; of somebody who is signed in, who they are."""
    if signed_in:
        return html.P(["By ", html.Strong(author)], className="signed-in")
    id, hint = f"author-{of}", f"author-{of}-hint"
    return html.Div(
        [
            html.Label(["Your role or initials", html.Span("No number, no address.", id=hint)], htmlFor=id),
            Input(
                id=id,
                name="author",
                type="text",
                autoComplete="organization-title",
                required=True,
                maxLength=LONGEST_AUTHOR,
                value=author,
                spellCheck=False,
                **marked(aria_describedby=hint),
            ),
        ],
        className="field author",
    )


def nothing_taken(words: str, who: str, *, signed_in: bool) -> Component:
    """In place of forms: why there are none, ``words`` where this server takes nothing, else ``who`` may.

    Where there is sign-in every server takes what it may, so it is the asker who may not.
    """
    return html.P(who if signed_in else words, className="what not-yours")


def leads_of(county: County, subject: str) -> str:
    """Who may act at a place, or where a feed tells of; "" is the whole county. It begins a sentence."""
    if not subject:
        return "Leads of the whole county"
    if subject in county.places:
        return f"Leads of {county.places[subject].name}"
    feed = county.feed(subject)
    return f"Leads of every place that {feed.name} tells of" if feed is not None else "Leads of the whole county"
