"""A huddle out of a real store: what changed since the last, what is open, and a sitrep that is kept as it was told."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from flowcentre.measures import find
from flowcentre.measures.pressure import LEVEL, MISMATCH
from flowcentre.model import (
    Alert,
    Alerting,
    AlertState,
    Effect,
    Movement,
    Noted,
    Parameter,
    Pillar,
    PressureRules,
    ScoringRules,
    Severity,
    Telling,
    TellingKind,
)
from flowcentre.picture.huddle import SPOKEN_OF, HuddleBook
from flowcentre.picture.sitrep import alert_line, effect_sentence, kept, read_kept, sitrep_text
from flowcentre.store import NewMessage, Store
from tests.alerts.world import AT, COUNTY, HOUR, MINUTE, World, rule
from tests.store.alerting import claim_one

# What is worked out of what was read needs but one of the databases: how each reads is told in tests/store.
on_one = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
WHO = "control room"
RULES = ScoringRules(
    "acute",
    "Acute, invented",
    Pillar.ACUTE,
    ("northgate", "southmere"),
    (Parameter("ga_occupancy", (85, 92, 97), (0, 1, 2, 3)), Parameter("ae_over_12h_now", (0, 5, 20), (0, 1, 2, 3))),
    (2, 4, 6),
    out_of=8,
    source="invented",
    effective_from=date(2026, 1, 1),
)


class Call:
    """A county with pressure, in which people talk."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.world = World(store)
        self.world.county = replace(COUNTY, alerting=self.world.alerting, pressure=PressureRules((RULES,)))
        self.book = HuddleBook(store, self.world.picture, lambda: self.world.at)

    def text(self) -> str:
        """The sitrep of the huddle that is open."""
        standing = self.book.read().huddle
        assert standing is not None
        one = self.book.one(standing.id)
        assert one is not None
        return sitrep_text(one.sitrep)

    def lasts(self, after: timedelta = 10 * MINUTE) -> int:
        """A huddle from beginning to end: its number."""
        number = self.store.open_huddle(WHO, self.world.at).id
        self.world.at += after
        self.store.close_huddle(number, WHO, self.world.at)
        huddle = self.store.huddle(number)
        assert huddle is not None
        self.book.keep(huddle)
        return number


@pytest.fixture
def call(store: Store) -> Call:
    found = Call(store)
    found.world.everything(bad=False)
    found.world.look()
    found.lasts()
    found.world.at = AT + 4 * HOUR
    return found


def test_every_figure_that_is_spoken_of_is_in_the_catalogue() -> None:
    assert not [id for ids in SPOKEN_OF.values() for id in ids if find(id) is None]


def test_a_huddle_tells_what_changed_since_the_last_and_what_is_open(call: Call) -> None:
    world, store = call.world, call.store
    world.everything(bad=True)
    world.look()
    alert = store.open_alerts(world.at)[0]
    huddle = store.open_huddle(WHO, world.at + MINUTE)
    store.declare("northgate", 2, "escalation beds open", "site lead", world.at, world.at + 12 * HOUR)
    done = store.log_action(
        "ring the wards", "site lead", world.at + HOUR, WHO, world.at, place="northgate", measure="ae_patients_now"
    )
    store.note_action(done.id, Noted.DONE, WHO, world.at + 2 * MINUTE, "all of them answered")
    van = store.log_action("hire a van", "site lead", world.at + HOUR, WHO, world.at)
    store.note_action(van.id, Noted.DROPPED, WHO, world.at + 5 * MINUTE, "the agency has none")
    beds = store.log_action(
        "open six beds", "site lead", world.at + HOUR, WHO, world.at, huddle=huddle.id, alert=alert.id
    )
    store.note_action(beds.id, Noted.TRIED, "site lead", world.at + 4 * MINUTE, "rang the agency")
    store.add_minute(huddle.id, WHO, "Northgate opens six beds", world.at + 3 * MINUTE)
    world.at += 90 * MINUTE
    world.everything(bad=True)
    text = call.text()
    for said in (
        "Demonstration: every figure in this is invented.",
        "Figures are compared with those known 08:10, at the end of the huddle before.",
        "Computed scores and levels are indicative, locally configured",
        "Patients in A&E now at Northgate General rose by 60, from 20 to 80 (figures of 08:00 and 13:30, the newer under a minute old).",
        "General and acute bed occupancy at Northgate General rose by 58.3 points, from 41.7 % to 100.0 %",
        "Northgate General is declared level 2, 2 below the computed 4 (indicative, locally configured); by site lead at 12:00, "
        "until tomorrow 00:00: escalation beds open.",
        "The computed level at Northgate General rose by 3, from level 1 to level 4; its score rose by 6.7 points, from 0.0 to 6.7 of 8 "
        "(indicative); its oldest figure is of 13:30",
        "Unchanged at Northgate General: Escalation open 0",
        "Open six beds: site lead; by 13:00, overdue: 30 min late. Tried 12:04 by site lead: rang the agency.",
        "Ring the wards: site lead; Northgate General; done 12:02 by control room. What was said of it: all of them "
        "answered. Patients in A&E now at Northgate General: what it did since is not known.",
        "Hire a van: site lead; dropped 12:05 by control room. It will not be done: the agency has none.",
        "12:03, control room: Northgate opens six beds",
        "CRITICAL: ward full, Northgate General A1; last value 24 beds (limit 24 beds or more) of 12:00; since 12:00; not acknowledged",
    ):
        assert said in text, said
    # Southmere's A&E has never been heard of: its level is a lower bound and is not held against another.
    assert "Southmere: computed level" in text
    assert " or more, score at least " in text
    assert "Too soon to say what its figure did." not in text
    assert "; its level cannot be compared with 08:10, when it was at least level 1, with " in text
    titles = [
        "Declared levels", "Alerts open", "Actions open", "Actions ended since", "Minutes", "Alerts ended since",
        "Pressure by place", "What changed",
    ]  # fmt: skip
    places = [text.index(f"\n{title}\n-") for title in titles]
    assert places == sorted(places)  # what one acts on before what one looks up
    levels = [line for line in text.splitlines() if "computed level" in line.casefold()]
    assert levels
    assert all("(indicative)" in line for line in levels)
    assert text.count("indicative, locally configured") == 2  # at the declared level, and over all that is computed


def test_the_sitrep_ends_with_what_the_next_huddle_begins_with(call: Call) -> None:
    call.world.everything(bad=False)
    number = call.store.open_huddle(WHO, call.world.at).id
    call.store.close_huddle(number, WHO, call.world.at + MINUTE)
    closed = call.store.huddle(number)
    assert closed is not None
    assert closed.closed_at is not None
    call.world.at += 2 * MINUTE - timedelta(seconds=30)  # the sitrep is made a little after the end
    call.world.everything(bad=True)
    said = sitrep_text(call.book.keep(closed))
    call.world.at += HOUR
    then = HuddleBook(call.store, call.world.picture, lambda: call.world.at).read().told
    assert then.compared_with == closed.closed_at
    [patients] = [c for c in then.changes if (c.place.id, c.measure.id) == ("northgate", "ae_patients_now")]
    assert patients.then.value == 20
    assert re.search(r"Unchanged at Northgate General: [^(]*\b20\b", said)


def test_what_became_of_a_sitrep_is_read_in_the_outbox(call: Call) -> None:
    store, at = call.store, call.world.at
    number = call.lasts()
    kept_as = call.book.one(number)
    assert kept_as is not None
    assert kept_as.sent == "Not sent."
    leads = ("flow", "site", "night")
    keys = {lead: f"huddle {number}/sitrep/{lead}" for lead in leads}
    store.huddle_sent(
        number,
        at,
        [Telling(keys[lead], lead, TellingKind.SITREP, Severity.NOTICE, at, huddle=number) for lead in leads],
    )

    def letter(lead: str, channel: str = "letters") -> NewMessage:
        return NewMessage(f"{lead}/{channel}", lead, channel, "Sitrep", "Sitrep", (keys[lead],), at)

    store.compose(lambda *_: [letter("flow"), letter("site")], at)
    for lead, fallback in (("flow", letter("flow", "pager")), ("site", None)):
        [message] = [each for each in store.sitrep_messages(number) if each.lead == lead]
        claimed = claim_one(store, "sender", at, MINUTE)
        assert claimed is not None
        assert claimed.id == message.id
        store.not_delivered(message.id, at, "no such box", again_at=None, fallback=fallback)
    pager = claim_one(store, "sender", at, MINUTE)
    assert pager is not None
    store.delivered_together([pager.id], at)
    one = call.book.one(number)
    assert one is not None
    assert one.sent == (
        "Put up to be sent 12:00: delivered to 1 of 3; on its way to night; cannot be delivered to site."
    )


@on_one
def test_of_what_was_done_just_now_it_is_too_soon_to_say_what_its_figure_did(call: Call) -> None:
    at = call.world.at
    call.store.open_huddle(WHO, at)
    done = call.store.log_action("ring", "site", at + HOUR, WHO, at, place="northgate", measure="ae_patients_now")
    call.store.note_action(done.id, Noted.DONE, WHO, at + MINUTE)
    call.world.at += 5 * MINUTE
    assert "done 12:01 by control room. Too soon to say what its figure did." in call.text()


@on_one
def test_what_has_gone_silent_is_said_and_not_compared(call: Call) -> None:
    call.store.open_huddle(WHO, call.world.at)
    text = call.text()
    assert "General and acute beds" not in text.partition("Alerts open")[2]
    assert (
        "Patients in A&E now at Northgate General: its last figure, 20 of 08:00, is too old; cannot be compared with 08:10, when "
        "it was 20."
    ) in text
    assert "rose by" not in text
    assert "fell by" not in text


def test_the_sitrep_of_a_closed_huddle_stands_whatever_comes_after(call: Call) -> None:
    call.world.everything(bad=True)
    number = call.lasts()
    before = call.book.one(number)
    call.world.at += 3 * HOUR
    call.world.everything(bad=False)
    after = call.book.one(number)
    assert before is not None
    assert after is not None
    assert after.sitrep == before.sitrep == read_kept(kept(before.sitrep))


def test_where_whoever_closed_it_fell_over_the_sitrep_is_made_of_what_was_known_then(call: Call) -> None:
    call.world.everything(bad=True)
    number = call.store.open_huddle(WHO, call.world.at).id
    call.store.close_huddle(number, WHO, call.world.at + MINUTE)
    call.world.at += 3 * HOUR
    call.world.everything(bad=False)
    one = call.book.one(number)
    assert one is not None
    assert "from 20 to 80" in sitrep_text(one.sitrep)


@on_one
def test_a_store_that_only_reads_tells_what_it_cannot_keep(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    number = call.store.open_huddle(WHO, call.world.at).id
    call.store.close_huddle(number, WHO, call.world.at)
    monkeypatch.setattr(call.store, "writer", False)
    one = call.book.one(number)
    assert one is not None
    assert f"situation report of huddle {number}" in one.sitrep.title
    assert call.store.sitrep(number) is None


@on_one
def test_the_first_huddle_is_compared_with_the_day_before(store: Store) -> None:
    call = Call(store)
    call.world.everything(bad=False)
    now = call.book.read()
    assert now.huddle is None
    assert now.told.first
    assert now.told.compared_with == AT - 24 * HOUR
    assert all(change.briefly for change in now.told.changes)


@on_one
def test_levels_by_other_rules_are_not_compared(call: Call) -> None:
    rules = (
        replace(RULES, effective_to=date(2026, 11, 22)),
        replace(RULES, id="acute-2", effective_from=date(2026, 11, 23), cut_offs=(1, 2, 3)),
    )
    call.world.county = replace(call.world.county, pressure=PressureRules(rules))
    call.world.at = AT + 24 * HOUR
    call.world.everything(bad=True)
    levels = [change for change in call.book.read().told.levels if change.place.id == "northgate"]
    assert levels
    assert {change.briefly for change in levels} == {"it was scored by other rules then"}


def test_what_the_figure_of_an_action_did_is_said_with_both_numbers_and_the_honest_word() -> None:
    effect = Effect("ga_occupancy", "northgate", 94.10, AT, 94.14, AT + HOUR, HOUR, movement=Movement.NO_CLEAR_CHANGE)
    assert effect_sentence(COUNTY, effect, AT + HOUR) == (
        "General and acute bed occupancy at Northgate General was 94.10 % when it was logged, and 94.14 % at 09:00: "
        "no clear change."
    )


@on_one
def test_an_alert_has_its_unit_and_its_limit_since_when_it_is_in_breach_and_that_it_comes_and_goes(call: Call) -> None:
    def line(measure: str, **more: object) -> str:
        county = replace(call.world.county, alerting=Alerting(rules=(rule("one", measure, "northgate", 3, 2),)))
        alert = Alert(1, "one", "One", Severity.CRITICAL, "northgate", AlertState.FLAPPING, AT, 7, limit=3)
        stood = replace(alert, breach_since=AT - HOUR, observed_at=AT, **more)  # type: ignore[arg-type]
        return alert_line(county, stood, AT + HOUR)

    said = line("ae_patients_now")
    assert (
        "last value 7 people (limit 3 people or more) of 08:00; since 07:00; comes and goes; not acknowledged" in said
    )
    assert "last value level 3 (limit level 3 or more) of 08:00" in line(LEVEL.id, value=3.0)
    assert "declared 3 levels above computed (limit 1 level above or more)" in line(MISMATCH.id, value=3.0, limit=1.0)
    closed = line("ae_patients_now", cleared_at=AT + HOUR, closed_by="duty manager", closed_why="it was taken out")
    assert "closed 09:00 by duty manager: it was taken out" in closed
    assert "last value 7 (limit 3, in the unit that its rule had) of 08:00" in line("ae_patients_now", rule="gone")


@on_one
def test_a_computed_level_says_that_it_is_indicative_also_where_an_alert_or_an_action_is_about_it(call: Call) -> None:
    level = rule("level", LEVEL.id, "northgate", 3, 2)
    county = replace(call.world.county, alerting=Alerting(rules=(level,)))
    alert = Alert(1, "level", "Level 3", Severity.CRITICAL, "northgate", AlertState.RAISED, AT, 3)
    assert "last value level 3, indicative, locally configured; since 08:00" in alert_line(county, alert, AT)
    effect = Effect(LEVEL.id, "northgate", 3, AT, 2, AT + HOUR, HOUR, movement=Movement.BETTER)
    assert "and level 2 at 09:00, indicative, locally configured: better than usual." in effect_sentence(
        county, effect, AT + HOUR
    )
    verified = replace(RULES, verified_by="A. Clinician", verified_on=date(2026, 1, 1))
    county = replace(county, pressure=PressureRules((verified,)))
    assert "indicative" not in alert_line(county, alert, AT) + effect_sentence(county, effect, AT + HOUR)
