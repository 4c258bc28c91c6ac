"""To silence beforehand, for planned work: a form that works without a script."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from dash import html
from dash.development.base_component import Component

from flowcentre.model import LONGEST_AUTHOR, County, Picture, Rule
from flowcentre.picture.alerts_now import LONGEST_WORDS, NOT_CHOSEN, PlannedSilence
from layouts.parts import links
from layouts.parts.author import nothing_taken
from layouts.parts.field import Input
from layouts.parts.form_page import form_page
from layouts.parts.slip import mark_field, not_kept
from layouts.parts.tree import Child
from layouts.parts.words import LONDON, clock_words, date_words

_DAYS, _STEP = 32, 15  # days ahead, and minutes between two times, that can be chosen
_WHO = "Leads silence for planned work, each at their own places."
_READ_ONLY = "This server reads alerts and takes nothing: silence on another."


def document(picture: Picture, form: PlannedSilence, at: datetime, *, fingerprint: str) -> str:
    """The whole page."""
    head = html.Header(
        [html.P(html.A("All alerts", href=links.alerts()), className="back"), html.H1("Silence for planned work")],
        className="page-head",
    )
    main: list[Component | None] = [
        head,
        not_kept(form.mistakes) if form.mistakes else None,
        html.P("Nobody is told from its start until its end. All is watched and shown the same.", className="what"),
        _form(picture.county, form, at)
        if form.may_write
        else nothing_taken(_READ_ONLY, _WHO, signed_in=form.signed_in),
        html.P(f"It is {clock_words(at)}, {date_words(at)}.", className="what as-drawn"),
    ]
    kind, sheets = "type-in a-form alert-page", ("alerts.css", "rehearsal.css")
    return form_page(
        picture, "Silence for planned work", main, links.silence_new(), fingerprint, kind=kind, sheets=sheets
    )


def _form(county: County, form: PlannedSilence, at: datetime) -> html.Form:
    titles = Counter(rule.title for rule in county.alerting.rules)
    named = [(r.id, r.title if titles[r.title] == 1 else _of_places(county, r)) for r in county.alerting.rules]
    rules = [(NOT_CHOSEN, "Choose a rule"), *named, ("", "Every rule, at one place")]
    watched = dict.fromkeys(subject for rule in county.alerting.rules for subject in rule.subjects)
    theirs = form.subjects
    places = [(subject, _name(county, subject)) for subject in watched if theirs is None or subject in theirs]
    places.insert(0, ("", "Everywhere") if theirs is None else (NOT_CHOSEN, "Choose a place"))
    fields: list[Child] = [
        mark_field(form.mark),
        _select("rule", "What", rules, form.rule),
        _select("place", "Where", places, form.subject),
        *_moment("starts", "From", form.starts, at),
        *_moment("ends", "Until, a day later at most", form.ends, at),
        _field(
            "words", "Why. Nothing of a patient.", form.words, type="text", maxLength=LONGEST_WORDS, autoComplete="off"
        ),
    ]
    if form.signed_in:
        fields.append(html.P(["By ", html.Strong(form.author)], className="signed-in"))
    else:
        label = "Your role or initials. No number, no address."
        fields.append(_field("author", label, form.author, type="text", maxLength=LONGEST_AUTHOR, spellCheck=False))
    fields.append(html.Button("Silence it", type="submit"))
    return html.Form(fields, method="post", action=links.silence_new(), className="slip planned-silence")


def _of_places(county: County, rule: Rule) -> str:
    """A rule whose title another has too, with where it watches."""
    first, *rest = rule.subjects or ("",)
    more = f" and {len(rest)} more" if rest else ""
    return f"{rule.title}: {_name(county, first)}{more}"


def _moment(name: str, label: str, value: str, at: datetime) -> list[Child]:
    """A day and a time to choose, London time, in the words of every other page: a browser would use those of its own country."""
    day, _, time = value.partition("T")
    today = at.astimezone(LONDON).date()
    ahead = [today + timedelta(days=number) for number in range(_DAYS)]
    days = [(f"{each}", f"{each:%a} {each.day} {each:%b}") for each in ahead]
    times = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(0, 24 * 60, _STEP)]
    if day and day not in dict(days):
        days.insert(0, (day, day))
    if time and time not in times:
        times = sorted([*times, time])
    return [
        _select(f"{name}_day", f"{label}, day", days, day),
        _select(f"{name}_time", f"{label}, London time", [(each, each) for each in times], time),
    ]


def _field(name: str, label: str, value: str, **more: object) -> html.Div:
    made = Input(id=name, name=name, value=value, required=True, **more)
    return html.Div([html.Label(label, htmlFor=name), made], className="field author")


def _select(name: str, label: str, options: list[tuple[str, str]], chosen: str) -> html.Div:
    made = [
        html.Option(words, value=value, selected="selected" if value == chosen else None) for value, words in options
    ]
    return html.Div([html.Label(label, htmlFor=name), html.Select(made, id=name, name=name)], className="field author")


def _name(county: County, subject: str) -> str:
    place, feed = county.places.get(subject), county.feed(subject)
    return place.name if place is not None else feed.name if feed is not None else subject
