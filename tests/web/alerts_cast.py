"""Alerts of Westshire in a real store, behind the real server with the real pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import httpx
from starlette.staticfiles import StaticFiles

from flowcentre.model import (
    Alert,
    AlertState,
    County,
    Message,
    MessageState,
    Phase,
    Picture,
    Rule,
    Silence,
    Standing,
    Telling,
    TellingKind,
    Transition,
    What,
)
from flowcentre.picture import LivePicture
from flowcentre.picture.alerts_now import AlertBook, AlertsNow, AlertStory
from flowcentre.store import UNNUMBERED, Decided, NewMessage, Store
from flowcentre.web import FlowServer, Glass, create_server
from flowcentre.web.alert_desk import AlertDesk
from flowcentre.web.cards import cards_in
from flowcentre.web.typed import SignedIn, nobody
from layouts import action_card, alert_page, alerts, shell, wall
from tests.feeds.typed_cast import Clock
from tests.layouts import cast
from tests.layouts.alerts_cast import ALERTING, CARD, HOUR, MINUTE, alerts_now, rule, story
from tests.store.alerting import claim_one
from tests.web.cast import running

ASSETS = Path(__file__).resolve().parents[2] / "assets"
FORM = {"content-type": "application/x-www-form-urlencoded"}
WHO = "site manager, nights"
RULES = {each.id: each for each in ALERTING.rules}


class PretendAlerts:
    """A book of alerts that always tells the same."""

    def __init__(self, condition: str = "normal") -> None:
        self.known = alerts_now(condition)

    def read(self, picture: Picture | None = None, *, since: datetime | None = None) -> AlertsNow:
        return self.known

    def story(self, id: int) -> AlertStory | None:
        return story("normal", id) if id in (18, 19, 21) else None

    def silence(self, id: int) -> Silence | None:
        return next((each for each in self.known.silences if each.id == id), None)


def glass_of(book: AlertBook) -> Glass:
    """The real wall and the real pages."""
    return Glass(
        wall_document=lambda picture, board: wall.document(picture, board, fingerprint="1"),
        wall_body=wall.body,
        wall_list=lambda _: "",
        pages=shell.live_pages(cast.pages(alerts.page(book))),
        fingerprint="1",
        alert_page=lambda story, form: alert_page.document(story, form, fingerprint="1"),
        silence_page=lambda picture, silence, form, at: alert_page.silence_document(
            picture, silence, form, at, fingerprint="1"
        ),
        action_card=lambda picture, name, text: action_card.document(picture, name, text, fingerprint="1"),
    )


@dataclass
class Watch:
    """Westshire with rules of alerts, on a server."""

    store: Store
    cards: Path
    clock: Clock = field(default_factory=Clock)
    writes: bool = True
    desk: AlertDesk | None = None  # another than the store
    signed_in: SignedIn = nobody

    def __post_init__(self) -> None:
        self.county: County = replace(cast.county(), alerting=ALERTING)
        self.live = LivePicture(self.store, self.county, self.clock)
        (self.cards / "ae-crowded.md").write_text(CARD, encoding="utf-8")

    @contextmanager
    def serving(self, *, pages: bool = False) -> Iterator[str]:
        """The server, with Dash's pages too where they are asked for; its address."""
        book = AlertBook(self.store, self.live.current, self.clock)
        desk = self.desk or (self.store if self.writes else None)
        app = create_server(
            self.live,
            self.store,
            glass_of(book),
            now=self.clock,
            alerts=book,
            alert_desk=desk,
            cards=cards_in(self.cards),
            signed_in=self.signed_in,
        )
        if pages:
            self._add_pages(app, book)
        else:
            app.mount("/assets", StaticFiles(directory=ASSETS))
        with running(app) as url:
            yield url

    def _add_pages(self, app: FlowServer, book: AlertBook) -> None:
        pages = cast.pages(alerts.page(book))
        added = shell.create_pages(app, pages, assets=ASSETS, current=self.live.current)
        app.allow_pages(added.csp_hashes(), added.callback_map, pages)

    def raise_alert(self, of: str = "ae-crowded", subject: str = "northgate", value: float = 74.0) -> Alert:
        """Raise an alert of a rule, with its first lead still to be told."""
        at, watching = self.clock(), rule(of)
        key = f"{UNNUMBERED}raised/0/northgate-site"
        telling = Telling(key, "northgate-site", TellingKind.RAISED, watching.severity, at, None, of, subject)
        began = at - 10 * MINUTE
        standing = Standing(
            of, subject, Phase.RAISED, at, began, raised_at=at, value=value, worst=value, observed_at=began
        )
        happened = Transition(of, subject, What.RAISED, at, AlertState.RAISED, value=value)
        decided = self._decide(Decided([standing], [happened], [telling]))
        number = decided.transitions[-1].alert
        assert number is not None
        found = self.store.alert(number)
        assert found is not None
        return found

    def blind(self, alert: Alert) -> None:
        """Its figures stop."""
        at = self.clock()
        standing = replace(self.standing(alert), blind_since=at, blind_why="no news since 08:00")
        happened = Transition(alert.rule, alert.subject, What.BLIND, at, AlertState.BLIND, alert.id)
        self._decide(Decided([standing], [happened]))

    def clear(self, alert: Alert) -> None:
        """It ends."""
        at = self.clock()
        standing = Standing(alert.rule, alert.subject, Phase.CLEAR, at)
        happened = Transition(alert.rule, alert.subject, What.CLEARED, at, AlertState.CLEAR, alert.id)
        self._decide(Decided([standing], [happened]))

    def pend(self, of: str = "occupancy", subject: str = "southmere") -> None:
        """A rule is in breach, not yet for long enough."""
        at = self.clock()
        standing = Standing(of, subject, Phase.PENDING, at, at, value=95.2, observed_at=at)
        self._decide(Decided([standing], [Transition(of, subject, What.PENDING, at, AlertState.PENDING)]))

    def cannot_tell(self, of: str, subject: str, since: datetime) -> None:
        """A rule that is clear cannot tell any more."""
        self._decide(Decided([Standing(of, subject, blind_since=since, blind_why="no news since 07:49")]))

    def standing(self, alert: Alert) -> Standing:
        """How its rule stands."""
        return next(s for s in self.store.standings() if (s.rule, s.subject) == (alert.rule, alert.subject))

    def lose_a_message(self) -> Message:
        """What waits is written, tried, and given up."""
        at = self.clock()
        [message] = self.store.compose(
            lambda tellings, _: [
                NewMessage(
                    "letter 1", "northgate-site", "mail", "A&E crowded", "74", tuple(t.key for t in tellings), at
                )
            ],
            at,
        )
        assert claim_one(self.store, "sender", at, timedelta(minutes=1)) is not None
        self.store.not_delivered(message.id, at, "the mail server refused it", again_at=None)
        [lost] = self.store.messages(at - HOUR, states=[MessageState.UNDELIVERABLE])
        return lost

    def _decide(self, decided: Decided) -> Decided:
        rules: dict[str, Rule] = RULES
        return self.store.decide_alerts(lambda _: decided, rules=rules, at=self.clock())


def forms_of(page: str) -> dict[str, dict[str, str]]:
    """Each form of a page as a browser would send it untouched, by what it asks for."""
    found = {}
    for form in re.findall(r"<form.*?</form>", page, re.DOTALL):
        sent: dict[str, str] = {}
        for tag in re.findall(r"<input [^>]*>", form):
            attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
            if attributes["type"] in ("radio", "checkbox") and " checked" not in tag:
                continue
            sent[attributes["name"]] = unescape(attributes.get("value", ""))
        found[sent["do"]] = sent
    return found


def send(client: httpx.Client, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
    """Send a form as its own page would."""
    origin = str(client.base_url).rstrip("/")
    return client.post(path, content=urlencode(fields), headers=FORM | {"origin": origin} | headers)


def fill_in(client: httpx.Client, path: str, do: str, **typed: str) -> httpx.Response:
    """Open a page, fill in one of its forms and send it."""
    fields = forms_of(client.get(path).text)[do]
    return send(client, path, fields | {"author": WHO} | typed)
