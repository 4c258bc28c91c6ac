"""What somebody typed in goes the way of every poll: parsed, weighed, held or recorded, in one transaction.

A slip is one poll of its feed, claimed and recorded at once. It is all kept or not at all, and sent twice it is kept once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from flowcentre.feeds.answers import Answer, Parsed, parse_documents
from flowcentre.feeds.author import NotAnAuthor, author_of, may_be_a_name
from flowcentre.feeds.contract import TO_BE_SURE, Connector, Document
from flowcentre.feeds.leaps import Stood, anything_known, hold_doubts, impossible, known_of, without_silent
from flowcentre.feeds.poll import settle
from flowcentre.feeds.remembered import Key, Remembered, place_codes
from flowcentre.feeds.weighing import RULES
from flowcentre.measures import ALL
from flowcentre.measures.derive import LONDON
from flowcentre.model import AskedPlace, AskedService, County, Feed, Held, Slip, Taken, Typed
from flowcentre.store import KeptSlip, SlipKept, Store

TYPIST = "typed in"  # in the ledger, for the engine that polls nothing here
HOLDS_AT_MOST = timedelta(hours=25)  # the day on which the clocks go back, unless the feed's own time is longer
_STEP = timedelta(milliseconds=1)  # the shortest that a store tells apart
_AHEAD = timedelta(minutes=2)  # that another web server's clock may be
# One place speaks at a time: that the others do not is no list cut short.
_RULES = replace(RULES, half_size=0.0)


class NotTaken(ValueError):
    """A slip of which nothing can be kept; says why, in plain words."""


class AuthorRefused(NotTaken):
    """What was given as an author cannot stand as one: it may be a person's number, and is not shown again."""


class RoleAsked(NotTaken):
    """What was given as an author looks like a person's name: whoever typed it may say that it is a role."""


class NoSuchForm(LookupError):
    """Nothing is typed in for that place."""


class Desk:
    """Takes in what people type. It writes to the store, so it belongs in a process that may."""

    def __init__(
        self,
        store: Store,
        connectors: Mapping[str, type[Connector]],
        county: Callable[[], County],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._connectors = connectors
        self._county = county
        self._now = now
        self._made: tuple[County, dict[str, Connector], dict[str, AskedPlace]] | None = None

    def places(self) -> tuple[AskedPlace, ...]:
        """Every place that can be typed for, in the order of the configuration."""
        _, _, asked = self._forms()
        return tuple(asked.values())

    def asks(self, place: str) -> AskedPlace | None:
        """What may be typed for a place; None where nothing may."""
        _, _, asked = self._forms()
        return asked.get(place)

    def kept(self, mark: str) -> Taken | None:
        """What became of a slip, by its mark; None where none of that mark was kept."""
        found = self._store.slip(mark)
        return None if found is None else self._told(found)

    def take(self, slip: Slip) -> Taken:
        """Keep what somebody typed. Raises NoSuchForm, and NotTaken where nothing of it can be kept."""
        county, connectors, asked = self._forms()
        form = asked.get(slip.place)
        feed = county.feed(form.feed) if form is not None else None
        if form is None or feed is None:
            raise NoSuchForm(slip.place)
        try:
            slip = replace(slip, author=author_of(slip.author))
        except NotAnAuthor as why:
            raise AuthorRefused(str(why)) from None
        if (kept := self._store.slip(mark_of(slip))) is not None:
            return self._told(kept)
        if not slip.role and may_be_a_name(slip.author):
            raise RoleAsked("Is this a role? It looks like a person's name, and everybody reads it.")
        # Looked at before anything is written: a transaction that is undone costs every feed its memory.
        remembered = Remembered.read(self._store, feed, county)
        said = known_of(_in_full(form, connectors[feed.id]), county, self._store.latest())
        at = self._moment(feed)
        if not at < _expiry(slip, at) <= at + max(HOLDS_AT_MOST, form.holds_for):
            raise NotTaken("The time until which it was to hold has passed, or is too far off: choose again.")
        if _is_empty(slip) and not any(anything_known(service, form.place, said) for service in form.services):
            raise NotTaken("Nothing is filled in: give one figure at least.")
        try:
            with self._store.in_bulk():
                return self._keep(slip, form, connectors[feed.id], remembered, said, county, at)
        except SlipKept:  # the same form came by another server in this very moment
            kept = self._store.slip(mark_of(slip))
            assert kept is not None
            return self._told(kept)

    def _keep(
        self,
        slip: Slip,
        form: AskedPlace,
        connector: Connector,
        remembered: Remembered,
        said: Mapping[Key, Stood],
        county: County,
        at: datetime,
    ) -> Taken:
        """Claim, weigh and record, within the transaction that is open. ``said`` is what is known of the figures asked for."""
        store, feed = self._store, remembered.feed
        while (poll := store.claim_poll(feed.id, at, engine=TYPIST, started_at=at)) is None:
            at += _STEP
        never = impossible(_in_full(form, connector), _shown(slip, form), said)
        document = _document(slip, form, connector, county.places[form.place].name, at, leave_out=never)
        answer = parse_documents(connector, [document] if len(never) < len(form.services) else [], None)
        answer = without_silent(answer, form, said)
        if not slip.sure:
            answer = hold_doubts(answer, form, said, _holds_words(slip))
        held = tuple(Held(f"{document.name}, {service}", why, form.place) for service, why in never.items())
        if held:
            read = tuple(fact for parsed in answer.documents for fact in parsed.facts)
            answer = replace(answer, documents=(Parsed(document.name, (*read, *held)),))
        recorded = settle(store, feed, county, poll, answer, now=at, remembered=remembered, rules=_RULES)
        typed = Typed(slip.author, at, _expiry(slip, at))
        store.keep_slip(mark_of(slip), feed=feed.id, place=form.place, typed_in=typed, poll=poll, recorded=recorded)
        kept = KeptSlip(mark_of(slip), feed.id, form.place, typed, poll, recorded.version, recorded.counts.accepted)
        return self._told(kept, answer)

    def _moment(self, feed: Feed) -> datetime:
        """Now, and after whatever was typed before: whoever typed last is right, whichever server's clock is ahead."""
        now, last = self._now(), self._store.last_due(feed.id)
        now -= timedelta(microseconds=now.microsecond % 1000)
        return now if last is None or not now <= last <= now + _AHEAD else last + _STEP

    def _told(self, kept: KeptSlip, answer: Answer | None = None) -> Taken:
        """What became of a slip; ``answer`` is its own, where it is kept just now."""
        rows = [row for row in self._store.held_rows(kept.feed, limit=200) if row.poll == kept.poll]
        reasons = [row.reason for row in rows] + [refused.reason for refused in (answer.refused if answer else ())]
        asked = self.asks(kept.place)
        words = tuple(dict.fromkeys(_in_words(reason, asked) for reason in reasons))
        asks = any(reason.startswith(TO_BE_SURE) for reason in reasons)
        services = self._kept_of(kept, asked) if words and asked is not None else ()
        again = answer is None
        return Taken(kept.mark, kept.place, kept.typed, kept.version, kept.accepted, words, services, asks, again=again)

    def _kept_of(self, kept: KeptSlip, asked: AskedPlace) -> tuple[str, ...]:
        """The services of which a slip was kept, by the readings that are of its moment."""
        if not kept.accepted:
            return ()
        at = kept.typed.typed_at
        measures = {
            row.measure
            for row in self._store.known(at, max(at, self._now()) + _AHEAD)
            if (row.feed, row.place, row.observed_at) == (kept.feed, kept.place, at)
        }
        return tuple(
            service.name for service in asked.services if any(each.measure in measures for each in service.figures)
        )

    def _forms(self) -> tuple[County, dict[str, Connector], dict[str, AskedPlace]]:
        """The county as it is now, its feeds that are typed in, and every place of theirs."""
        county = self._county()
        if self._made is None or self._made[0] is not county:
            connectors: dict[str, Connector] = {}
            asked: dict[str, AskedPlace] = {}
            for feed in county.feeds:
                kind = self._connectors.get(feed.connector)
                if feed.polled or kind is None:
                    continue
                connector = kind(kind.Settings.model_validate(dict(feed.settings)), place_codes(feed, county))
                connectors[feed.id] = connector
                for place in connector.places:
                    services = _left_in(connector.asks(place), feed)
                    if services and place not in asked:
                        asked[place] = AskedPlace(place, feed.id, feed.stale_after, services)
            self._made = county, connectors, asked
        return self._made


def mark_of(slip: Slip) -> str:
    """The mark of a form and of all that it holds: the same slip sent twice has the same, and a changed one another."""
    figures = {service: dict(cells) for service, cells in slip.figures.items()}
    # As it was sent: the moment of a length from now is another with each sending.
    held = [slip.form, slip.place, figures, slip.author, str(slip.holds), slip.sure]
    return sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()


def _expiry(slip: Slip, at: datetime) -> datetime:
    return slip.holds if isinstance(slip.holds, datetime) else at + slip.holds


def _left_in(services: tuple[AskedService, ...], feed: Feed) -> tuple[AskedService, ...]:
    """Without what another feed reports."""
    kept = (
        replace(service, figures=tuple(figure for figure in service.figures if figure.measure in feed.provides))
        for service in services
    )
    return tuple(service for service in kept if service.figures)


def _in_full(form: AskedPlace, connector: Connector) -> AskedPlace:
    """A form with every figure of its services, also those that its feed leaves to another."""
    shown = {service.name for service in form.services}
    return replace(form, services=tuple(service for service in connector.asks(form.place) if service.name in shown))


def _shown(slip: Slip, form: AskedPlace) -> dict[str, dict[str, str]]:
    """The cells of a slip that its form asked for."""
    return {
        service.name: {figure.column: cells[figure.column] for figure in service.figures if figure.column in cells}
        for service in form.services
        for cells in [slip.figures.get(service.name, {})]
    }


def _document(
    slip: Slip, form: AskedPlace, connector: Connector, name: str, at: datetime, leave_out: Container[str]
) -> Document:
    """The document of a form. What its feed leaves out was not asked for, and is passed over after parsing as of a file."""
    shown = {service.name: {figure.column for figure in service.figures} for service in form.services}
    cells = _shown(slip, form)
    rows = []
    for service in connector.asks(slip.place):
        if service.name in shown and service.name not in leave_out:
            left_out = {figure.column: "" for figure in service.figures if figure.column not in shown[service.name]}
            rows.append({"place_code": slip.place, "service": service.name} | left_out | cells[service.name])
    content = {"as_at": at.isoformat(), "sure": slip.sure, "rows": rows}
    return Document(f"the form of {name}", json.dumps(content).encode(), at)


def _holds_words(slip: Slip) -> str:
    """How long a slip is to hold: "for 4 hours", "until 08:00"."""
    if isinstance(slip.holds, datetime):
        return f"until {slip.holds.astimezone(LONDON):%H:%M}"
    minutes = round(slip.holds.total_seconds() / 60)
    number, unit = (minutes // 60, "hour") if minutes % 60 == 0 else (minutes, "minute")
    return f"for {number} {unit}{'s' * (number != 1)}"


def _is_empty(slip: Slip) -> bool:
    return not any(cell.strip() for cells in slip.figures.values() for cell in cells.values())


def _in_words(reason: str, asked: AskedPlace | None) -> str:
    """A reason as whoever typed reads it: a figure by its name on the form, not by the column of a file."""
    reason = reason.removeprefix(TO_BE_SURE)
    column, _, rest = reason.partition(" ")
    for figure in asked.figures() if asked is not None else ():
        if figure.column == column:
            return f"{ALL[figure.measure].label} {rest}"
    return reason
