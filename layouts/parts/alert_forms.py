"""The forms of an alert: to take it up, to silence it for a while, to close one that nothing watches any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from dash import html
from dash.development.base_component import Component

from flowcentre.measures.derive import local_day
from flowcentre.model import ANOTHER_MEASURE, Alert, AlertState, Silence
from flowcentre.picture.alerts_now import LONGEST_WORDS, AlertForm, AlertStory
from flowcentre.picture.saying import sentence
from layouts.parts import links
from layouts.parts.alert_words import acknowledged_words, where
from layouts.parts.author import author_field
from layouts.parts.field import Input
from layouts.parts.slip import kept, mark_field, not_kept, slip, until_field, words_field
from layouts.parts.tree import Child
from layouts.parts.typed_words import until_words
from layouts.parts.words import when_words

_GIVEN_UP = timedelta(days=1)  # without a figure
_DONE = {
    "acknowledged": "Acknowledged",
    "already": "It had been acknowledged before",
    "over": "It has ended",
    "silenced": "Silenced",
    "closed": "Closed",
    "ended": "The silence has ended",
}


def answered(form: AlertForm, words: str = "") -> Iterator[Component]:
    """What became of what was sent, before anything else on the page."""
    if form.mistakes:
        yield not_kept(form.mistakes)
    elif form.done in _DONE:
        yield kept(_DONE[form.done], words)


def done_words(story: AlertStory, form: AlertForm) -> str:
    """The particulars of what was done, as they are kept and not as they were sent."""
    alert, at = story.alert, story.at
    if form.done in ("acknowledged", "already") and alert.acknowledged_at is not None:
        return f"{sentence(acknowledged_words(alert, at).removeprefix('acknowledged '))} Nobody else is told unless it cannot tell, or ends."
    if form.done == "silenced" and story.silences:
        until = max(story.silences, key=lambda silence: silence.id).ends_at
        return f"Until {until_words(until, at)}. It is still watched and shown."
    return ""


def acknowledge_form(story: AlertStory, form: AlertForm) -> html.Form | None:
    """To say: I have it."""
    alert = story.alert
    if alert.acknowledged_at is not None or alert.state is AlertState.CLEAR:
        return None
    sent = form.asked == "acknowledge"
    return _form(
        alert,
        "acknowledge",
        form.mark,
        [
            author_field(form.author, signed_in=form.signed_in, of="acknowledge"),
            _words(
                "acknowledge", "What is being done", "If you like. Nothing of a patient.", form.words if sent else ""
            ),
            html.Button("Acknowledge", type="submit"),
            html.P("Whoever acknowledges takes it up: those who would be told next are not.", className="what"),
        ],
    )


def silence_form(story: AlertStory, form: AlertForm) -> html.Details:
    """To have nobody told for a while. Folded: it is seldom the right thing."""
    alert, county = story.alert, story.picture.county
    sent = form.asked == "silence"
    here = where(county, alert.subject)
    widely = form.everywhere and form.may_everywhere
    place: list[Child] = [
        Input(type="radio", name="where", id="where-here", value="here", checked=not widely, required=True),
        html.Label(f"{here} only", htmlFor="where-here"),
    ]
    if form.may_everywhere:
        place += [
            Input(type="radio", name="where", id="where-everywhere", value="everywhere", checked=widely, required=True),
            html.Label("Everywhere", htmlFor="where-everywhere"),
        ]
    fields: list[Child] = [
        html.P("Nobody is told of this rule until it ends. It is still watched, and shown.", className="what"),
        html.Fieldset([html.Legend("Where"), html.Div(place, className="choices")], className="holds"),
        until_field("Until", form.ends, story.at),
        _words("silence", "Why", "Nothing of a patient.", form.words if sent else "", required=True),
        author_field(form.author, signed_in=form.signed_in, of="silence"),
        html.Button("Silence it", type="submit", className="other"),
    ]
    return html.Details(
        [html.Summary("Silence it for a while"), _form(alert, "silence", form.mark, fields)],
        open=sent and bool(form.mistakes),
        className="alert-fold",
    )


def _is_watched(story: AlertStory) -> bool:
    """Does its rule watch it still, as it did, and may its figures come again?"""
    alert, rule = story.alert, story.rule
    if rule is None or alert.subject not in rule.subjects or alert.blind_why == ANOTHER_MEASURE:
        return False
    place = story.picture.county.places.get(alert.subject)
    return place is None or place.valid_on(local_day(story.at))


def close_form(story: AlertStory, form: AlertForm) -> html.Details | None:
    """To end what will never clear by itself: what nothing watches any more, or of which nothing has come for a day.

    A feed that is only late may speak again.
    """
    alert, watched = story.alert, _is_watched(story)
    lately = alert.blind_since is None or story.at - alert.blind_since < _GIVEN_UP
    if alert.state is not AlertState.BLIND or (watched and lately):
        return None
    why = "its figures have not come for a day" if watched else "nothing watches it any more"
    sent = form.asked == "close"
    fields: list[Child] = [
        html.P("Only where its figures will not come back: it is raised anew if they do and are past the limit.", className="what"),
        _words("close", "Why", "Nothing of a patient.", form.words if sent else "", required=True),
        author_field(form.author, signed_in=form.signed_in, of="close"),
        html.Button("Close it", type="submit", className="other"),
    ]  # fmt: skip
    return html.Details(
        [html.Summary(f"Close it: {why}"), _form(story.alert, "close", form.mark, fields)],
        open=sent and bool(form.mistakes),
        className="alert-fold",
    )


def end_silence_form(silence: Silence, form: AlertForm) -> html.Form:
    """To have people told again before a silence ends."""
    fields: list[Child] = [
        mark_field(form.mark),
        author_field(form.author, signed_in=form.signed_in, of="end"),
        html.Button("End the silence now", type="submit"),
    ]
    return slip(links.silence(silence.id), fields, do="end")


def _form(alert: Alert, do: str, mark: str, fields: list[Child]) -> html.Form:
    return slip(links.alert(alert.id), [mark_field(mark), *fields], do=do)


def _words(of: str, label: str, hint: str, said: str, *, required: bool = False) -> html.Div:
    return words_field("words", f"words-{of}", label, hint, said, LONGEST_WORDS, required=required)


def silence_words(silence: Silence, at: datetime) -> str:
    """Who silenced, when, why and until when."""
    return (
        f"{silence.reason}. By {silence.by}, from {when_words(silence.starts_at, at)} "
        f"until {until_words(silence.ends_at, at)}."
    )
