"""The page of the audit: what can be asked of it, and what it says."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from flowcentre.model import AuditEntry, AuditShown, Picture
from layouts.parts.capacity_words import plural
from layouts.parts.card_table import card_table
from layouts.parts.field import Input
from layouts.parts.form_page import form_page
from layouts.parts.tree import Child
from layouts.parts.words import LONDON

AUDIT = "/access/audit"
_SHEETS = ("type-in/access.css",)
_REFS_SHOWN = 20
_NO_REFERENCE = "That reference is in no entry: see that it is written as in the list."
_NOBODY = "Nobody of that name or title is in the audit."


def document(picture: Picture, shown: AuditShown, head: tuple[int, str], mark: str, *, fingerprint: str) -> str:
    """The page of the audit. ``head`` is the number and the hash of its newest entry."""
    parts: list[Component | None] = [html.H1("Audit"), _answer(shown, mark), _questions(mark), _head(head)]
    if not shown.asked and not shown.mistake:
        parts += [_entries("The newest", shown.entries, with_refs=False), _older(shown, mark)]
    return form_page(picture, "Audit", parts, AUDIT, fingerprint, kind="type-in access-page", sheets=_SHEETS)


def _answer(shown: AuditShown, mark: str) -> Component | None:
    if shown.mistake:
        said = [html.H2("Nothing was looked up"), html.P(shown.mistake)]
        return html.Section(said, className="answered not-kept", role="alert")
    if shown.asked == "verify":
        whole = shown.broken_at is None
        words = "Every entry fits" if whole else f"Entry {shown.broken_at} does not fit"
        more = "Compare the newest hash with the one that was written down elsewhere: entries that were cut off at the end leave a whole chain."
        wrong = "From there on something was changed, taken out or put in. See docs/audit.md."
        kind = "answered kept" if whole else "answered not-kept"
        return html.Section([html.H2(words), html.P(more if whole else wrong)], className=kind, role="status")
    if shown.asked == "person":
        found = _entries(f"Who saw {shown.of}", shown.entries, with_refs=False, empty=_NO_REFERENCE)
        return html.Div([found, _older(shown, mark)])
    if shown.asked == "asker":
        found = _entries(f"What {shown.of} saw and did", shown.entries, with_refs=True, empty=_NOBODY)
        return html.Div([found, _older(shown, mark)])
    if shown.asked == "older":
        return html.Div([_entries("Older", shown.entries, with_refs=False), _older(shown, mark)])
    return None


def _older(shown: AuditShown, mark: str) -> Component | None:
    """The way on, where more is kept: a form, so that no address says whom it is about."""
    if shown.before is None:
        return None
    fields: list[Child] = [
        *_hidden(mark, shown.asked or "older"),
        Input(type="hidden", name="of", value=shown.of),
        Input(type="hidden", name="before", value=str(shown.before)),
        html.Button("Older entries", type="submit"),
    ]
    return html.Form(fields, method="post", action=AUDIT, className="one-button")


def _questions(mark: str) -> Component:
    return html.Section(
        [
            html.H2("Ask"),
            _question(mark, "person", "Who saw one person", "Their reference, as it stands in a list: it goes into no address."),
            _question(mark, "asker", "What somebody saw and did", "An account's name, a title, or as they stand below: local|ward.lead"),
            html.Form([*_hidden(mark, "verify"), html.Button("Verify every entry", type="submit")], method="post", action=AUDIT, className="one-button"),
        ]
    )  # fmt: skip


def _question(mark: str, do: str, words: str, hint: str) -> html.Form:
    label = html.Label([words, html.Span(hint)], htmlFor=f"of-{do}")
    field = Input(id=f"of-{do}", name="of", type="text", required=True, maxLength=200, autoComplete="off")
    parts: list[Child] = [*_hidden(mark, do), html.Div([label, field], className="field author")]
    return html.Form([*parts, html.Button("Look up", type="submit")], method="post", action=AUDIT, className="slip")


def _hidden(mark: str, do: str) -> list[Child]:
    return [Input(type="hidden", name="form", value=mark), Input(type="hidden", name="do", value=do)]


def _head(head: tuple[int, str]) -> Component:
    number, newest = head
    if not number:
        return html.P("Nothing is in it yet.", className="what")
    return html.P(["Newest entry ", html.B(f"{number:,}"), ", hash ", html.Code(newest)], className="what")


def _entries(
    title: str, entries: tuple[AuditEntry, ...], *, with_refs: bool, empty: str = "There are none."
) -> Component:
    heads = ("Number", "When", "Who", "Did", "What", "People")
    rows = [
        html.Tr(
            [
                html.Th(f"{each.number:,}", scope="row"),
                html.Td(f"{each.at.astimezone(LONDON):%a %d %b %Y %H:%M:%S}"),
                html.Td([each.title, html.Span(f" {each.who}", className="what")]),
                html.Td(each.act.value),
                html.Td(each.what),
                html.Td(_people(each, with_refs=with_refs)),
            ]
        )
        for each in entries
    ]
    return html.Section([html.H2(title), card_table(title, heads, rows, empty)])


def _people(entry: AuditEntry, *, with_refs: bool) -> Child:
    if not entry.refs:
        return ""
    if not with_refs:
        return plural(len(entry.refs), "reference", "references")
    shown = sorted(entry.refs)
    first, rest = ", ".join(shown[:_REFS_SHOWN]), shown[_REFS_SHOWN:]
    if not rest:
        return first
    return html.Div([first, html.Details([html.Summary(f"and {len(rest):,} more"), ", ".join(rest)])])
