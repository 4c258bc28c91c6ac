"""A feed, a ward or a site vanishes, in more than sixty ways: no alert is resolved by it, and none forgets what it was.

The rules raise and clear at once, so that what is falsely taken for calm shows in one look.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from flowcentre.model import AlertState, Coverage, Outcome, Picture, Rule, RuleKind, State, What
from flowcentre.picture import build
from flowcentre.store import Store, open_store
from tests.alerts.world import AT, COUNTY, DAY, FEEDS, HOUR, MINUTE, PLACES, RULES, World, rule
from tests.store.saying import sighting, tell

EVERY = frozenset(rule.id for rule in RULES)
SILENCE = "Southmere's A&E is silent"
BEDS = {"ward full", "site full", "county full", "county occupied", "few beds free", "ward has none free",
        "ward full, cleared slowly"}  # fmt: skip
WARD = {"ward full", "ward has none free", "ward full, cleared slowly"}
EMERGENCY = {"12-hour waits", "county's 12-hour waits", "attendances", "A&E fills", "A&E full for long"}
NEIGHBOURS = {"neighbours full", "county's neighbours full"}

Way = Callable[[World], None]
WAYS: dict[str, tuple[Way, set[str]]] = {}


def way(name: str, *blind: str) -> Callable[[Way], Way]:
    """A way to vanish, with the rules that cannot tell any more at the next look."""

    def add(do: Way) -> Way:
        assert name not in WAYS
        WAYS[name] = (do, set(blind))
        return do

    return add


def ways(name: str, do: Way, *blind: str) -> None:
    way(name, *blind)(do)


# --- Silence of the source --------------------------------------------------------------------------


def _wait(length: timedelta) -> Way:
    def do(world: World) -> None:
        world.at += length

    return do


ways("every feed stops, and is a little late", _wait(12 * MINUTE))
ways("every feed stops, to the very moment at which A&E is stale", _wait(20 * MINUTE), *EMERGENCY)
ways("every feed stops, to the very moment at which beds are stale", _wait(HOUR), *EMERGENCY, *BEDS, *NEIGHBOURS)
ways("every feed stops, over midnight", _wait(17 * HOUR), *(EVERY - {SILENCE}))
ways("every feed stops, for a month", _wait(30 * DAY), *(EVERY - {SILENCE}))
ways("every feed stops, for ten years", _wait(3650 * DAY), *(EVERY - {SILENCE}))

for _outcome in (
    Outcome.UNAVAILABLE, Outcome.REFUSED, Outcome.OVERRAN, Outcome.CRASHED, Outcome.HELD, Outcome.UNCHANGED,
):  # fmt: skip

    def _polled_in_vain(world: World, outcome: Outcome = _outcome) -> None:
        for _ in range(12):
            world.at += 5 * MINUTE
            for feed in ("beds-northgate", "beds-southmere", "ed"):
                world.poll(feed, outcome, "nothing came of it")

    ways(f"for an hour every poll ends {_outcome}", _polled_in_vain, *(EVERY - {SILENCE}))


@way("the polls of an hour are skipped", *(EVERY - {SILENCE}))
def _(world: World) -> None:
    world.at += HOUR
    for feed in ("beds-northgate", "beds-southmere", "ed"):
        world.store.record_skip(feed, world.at, missed=12, reason="asleep", at=world.at)


@way("only A&E's feed stops", *EMERGENCY)
def _(world: World) -> None:
    world.at += 30 * MINUTE
    for ward in ("northgate-a1", "northgate-a2", "southmere-b1"):
        world.beds(ward, 24)
    world.typed("12")


@way("only the beds' feed of the full site stops, and the other is half empty", *BEDS)
def _(world: World) -> None:
    world.at += 2 * HOUR
    world.beds("southmere-b1", 4)
    world.emergency(80, 9)


@way("the full ward alone is silent", *WARD, "site full", "county full", "county occupied", "few beds free")
def _(world: World) -> None:
    world.at += 2 * HOUR
    world.beds("northgate-a2", 10)
    world.beds("southmere-b1", 10)


# --- The source speaks, and says nothing ------------------------------------------------------------


@way("the full ward gives no figure", *WARD, "site full", "county full", "county occupied", "few beds free")
def _(world: World) -> None:
    world.at += MINUTE
    world.beds("northgate-a1", None)
    world.beds("northgate-a2", 10)
    world.beds("southmere-b1", 10)


@way("every ward gives no figure", *BEDS)
def _(world: World) -> None:
    world.at += MINUTE
    for ward in ("northgate-a1", "northgate-a2", "southmere-b1"):
        world.beds(ward, None)


@way("every ward says what is occupied, and not what is open", "few beds free", "site full", "county full")
def _(world: World) -> None:
    world.at += MINUTE
    for ward in ("northgate-a1", "northgate-a2", "southmere-b1"):
        world.beds(ward, 24, None)


@way("a share has nothing left to be a share of", "site full", "county full")
def _(world: World) -> None:
    world.at += MINUTE
    for ward in ("northgate-a1", "northgate-a2", "southmere-b1"):
        world.beds(ward, 24, 0)


@way("A&E answers with no figure at all", *EMERGENCY)
def _(world: World) -> None:
    world.at += MINUTE
    world.emergency(None, None, None)


@way("A&E answers with one figure of three", "12-hour waits", "county's 12-hour waits", "attendances")
def _(world: World) -> None:
    world.at += MINUTE
    world.emergency(80, None, None)


@way("an answer that is doubted leaves nothing known", *BEDS)
def _(world: World) -> None:
    for ward in ("northgate-a1", "northgate-a2", "southmere-b1"):
        world.at += MINUTE
        world.beds(ward, None, None, outcome=Outcome.HELD, message="an empty answer where there were rows")


@way("what was typed in has expired", *NEIGHBOURS)
def _(world: World) -> None:
    world.at += 55 * MINUTE
    for ward in ("northgate-a1", "northgate-a2", "southmere-b1"):
        world.beds(ward, 24)
    world.emergency(180, 9)
    world.at += 6 * MINUTE


@way("somebody types that a figure is not known", *NEIGHBOURS)
def _(world: World) -> None:
    world.at += MINUTE
    world.typed("")


@way("midnight passes, and nobody has been counted of the new day", "attendances")
def _(world: World) -> None:
    world.at = AT + 15 * HOUR + 59 * MINUTE
    world.everything(bad=True)
    world.look()
    world.at += 2 * MINUTE


# --- Rows are held back -----------------------------------------------------------------------------


def _held(place: str, feed: str = "ed") -> Way:
    """The next answer is calmer, because its worst rows were not believed."""

    def do(world: World) -> None:
        from flowcentre.model import Held

        world.at += MINUTE
        if feed == "ed":
            said = [sighting("northgate", world.at, ae_patients_now=20, ae_over_12h_now=0, ae_attendances_today=40)]
        else:
            said = []
        held = [Held("a row", "a time in the future", place=place)] * 9
        tell(world.store, feed, world.at, *said, held=held)

    return do


ways("A&E is calm but for nine people whose rows were held back", _held("northgate"), *(EMERGENCY))
ways("a ward that nobody knows has all the patients", _held("northgate", "beds-northgate"))


# --- The place vanishes -----------------------------------------------------------------------------


def _gone(*places: str) -> Way:
    def do(world: World) -> None:
        world.at += MINUTE
        world.without_places(*places)

    return do


def _closed(*places: str, days: int = 1) -> Way:
    def do(world: World) -> None:
        world.at += MINUTE
        world.closes(*places, on=world.at.date() - timedelta(days=days))

    return do


ways("a ward is gone from the configuration", _gone("northgate-a1"), *WARD)
ways("a site is gone from the configuration", _gone("northgate"), *WARD, "site full", "12-hour waits", "attendances",
     "A&E fills", "A&E full for long")  # fmt: skip
ways("both sites are gone", _gone("northgate", "southmere"), *BEDS, *EMERGENCY)
ways("the voluntary service is gone", _gone("neighbours-north"), *NEIGHBOURS)
ways("a ward has closed", _closed("northgate-a1"), *WARD)
ways("a ward closed a year ago, and nobody noticed", _closed("northgate-a1", days=365), *WARD)
ways("a site has closed", _closed("northgate", "northgate-a1", "northgate-a2"), *WARD, "site full", "12-hour waits",
     "attendances")  # fmt: skip
ways("a site has closed, and its wards have not", _closed("northgate"), "site full", "12-hour waits")


@way("a ward is not open yet", *WARD)
def _(world: World) -> None:
    world.at += MINUTE
    tomorrow = world.at.date() + DAY
    places = [replace(each, valid_from=tomorrow) if each.id == "northgate-a1" else each for each in PLACES]
    world.county = replace(COUNTY, places=type(PLACES)(places))


@way("a ward has another id now", *WARD)
def _(world: World) -> None:
    world.at += MINUTE
    places = [replace(each, id="northgate-a9") if each.id == "northgate-a1" else each for each in PLACES]
    world.county = replace(COUNTY, places=type(PLACES)(places))


@way("a ward has moved to the other site", *WARD, "site full")
def _(world: World) -> None:
    world.at += MINUTE
    places = [replace(each, parent="southmere") if each.id == "northgate-a1" else each for each in PLACES]
    world.county = replace(COUNTY, places=type(PLACES)(places))
    world.beds("northgate-a2", 10)


# --- The feed vanishes ------------------------------------------------------------------------------


def _feeds(change: Callable[[World], None]) -> Way:
    def do(world: World) -> None:
        world.at += MINUTE
        change(world)

    return do


ways("a feed is gone from the configuration", _feeds(lambda w: w.with_feeds(f for f in FEEDS if f.id != "ed")),
     "12-hour waits", "attendances", "A&E fills", "A&E full for long")  # fmt: skip
ways("the beds' feed of the full site is gone", _feeds(lambda w: w.with_feeds(f for f in FEEDS if f.id != "beds-northgate")),
     *WARD, "site full")  # fmt: skip
ways("there are no feeds at all", _feeds(lambda w: w.with_feeds(())), *EVERY)
ways("every feed has another id now", _feeds(lambda w: w.with_feeds(replace(f, id=f"{f.id}-2") for f in FEEDS)), *EVERY)
ways("the feed that is silent is gone, and with it its silence",
     _feeds(lambda w: w.with_feeds(f for f in FEEDS if f.id != "ed-southmere")), SILENCE)  # fmt: skip
ways("feeds give a measure less", _feeds(lambda w: w.with_feeds(replace(f, provides=f.provides[:1]) for f in FEEDS)),
     *WARD, "site full", "12-hour waits", "neighbours full")  # fmt: skip
ways("feeds give no measure at all", _feeds(lambda w: w.with_feeds(replace(f, provides=()) for f in FEEDS)),
     *(EVERY - {SILENCE}))  # fmt: skip
ways("a feed is of another site now",
     _feeds(lambda w: w.with_feeds(replace(f, places=("southmere",)) if f.id != "typed" else f for f in FEEDS)),
     *WARD, "site full", "12-hour waits")  # fmt: skip
ways(
    "feeds are of no place", _feeds(lambda w: w.with_feeds(replace(f, places=()) for f in FEEDS)), *(EVERY - {SILENCE})
)
ways("feeds may be half a minute old and no older",
     _feeds(lambda w: w.with_feeds(replace(f, late_after=20 * f.every / 900, stale_after=f.every / 30) for f in FEEDS)),
     *EMERGENCY, *BEDS)  # fmt: skip


# --- The rule vanishes ------------------------------------------------------------------------------


def _rules(change: Callable[[Rule], Rule | None]) -> Way:
    def do(world: World) -> None:
        world.at += MINUTE
        world.with_rules(changed for each in RULES if (changed := change(each)) is not None)

    return do


ways("every rule is gone", _rules(lambda _: None), *EVERY)
ways("one rule is gone", _rules(lambda r: None if r.id == "ward full" else r), "ward full")
ways("rules have other ids now", _rules(lambda r: replace(r, id=f"{r.id} 2")), *EVERY)
ways("rules watch no place", _rules(lambda r: replace(r, places=(), feeds=())), *EVERY)
ways("rules watch another place", _rules(lambda r: replace(r, places=("southmere-b1",)) if r.places else r),
     *(EVERY - {SILENCE}))  # fmt: skip
ways("rules have no limit", _rules(lambda r: replace(r, raise_at=None)), *(EVERY - {SILENCE, "A&E full for long"}))
ways(
    "rules have limits that are no numbers",
    _rules(lambda r: replace(r, raise_at=math.nan) if r.places else r),
    *(EVERY - {SILENCE}),
)
ways("rules are of a measure that was never reported", _rules(lambda r: replace(r, measure="nctr_now") if r.places else r),
     *(EVERY - {SILENCE}))  # fmt: skip
ways("rules are of a measure that is no more", _rules(lambda r: replace(r, measure="gone") if r.places else r),
     *(EVERY - {SILENCE}))  # fmt: skip
ways("rules look back at a time before anything was known",
     _rules(lambda r: replace(r, over=400 * DAY) if r.over else r), "A&E fills")  # fmt: skip
ways(
    "rules do not say what they look back over",
    _rules(lambda r: replace(r, over=None)),
    "A&E fills",
    "A&E full for long",
)


# --- The picture, or the store, vanishes ------------------------------------------------------------


def _distorted(change: Callable[[Picture], Picture]) -> Way:
    def do(world: World) -> None:
        world.at += MINUTE
        world.distort = change

    return do


def _each(**changes: object) -> Way:
    """Every value of the picture is changed."""

    def change(picture: Picture) -> Picture:
        changed = {key: replace(value, **changes) for key, value in picture.values.items()}  # type: ignore[arg-type]
        return replace(picture, values=changed)

    return _distorted(change)


WITHOUT_SILENCE = EVERY - {SILENCE}
ways("every value is no number", _each(value=math.nan), *WITHOUT_SILENCE)
ways("every value is beyond all numbers", _each(value=-math.inf), *WITHOUT_SILENCE)
ways("no value is given, though all are fresh", _each(value=None), *WITHOUT_SILENCE)
ways("every value is stale, and reads 0", _each(value=0.0, state=State.STALE), *WITHOUT_SILENCE)
ways("every value is unknown, and reads 0", _each(value=0.0, state=State.UNKNOWN), *WITHOUT_SILENCE)
ways("nothing has ever come, and all reads 0", _each(value=0.0, state=State.NEVER), *WITHOUT_SILENCE)
ways(
    "every value has turned stale since the picture was made", _each(value=0.0, stale_at=AT + MINUTE), *WITHOUT_SILENCE
)
ways("every value is of some alone", _each(coverage=Coverage(1, 2, "sites", ("southmere",))))
ways("the picture has no values", _distorted(lambda p: replace(p, values={})), *WITHOUT_SILENCE)
ways("the picture has neither values nor feeds", _distorted(lambda p: replace(p, values={}, feeds=())), *EVERY)
ways("the picture is not made anew", _distorted(lambda p: replace(p, known_at=AT - HOUR, at=AT - HOUR)), *EVERY)
ways("the picture is of the past", _distorted(lambda p: replace(p, at=p.known_at - DAY)))


@way("the picture is of an empty store", *WITHOUT_SILENCE)
def _(world: World) -> None:
    world.at += MINUTE
    empty = open_store(f"{world.store.url}.empty")
    try:
        picture = build(empty, world.county, world.at, live=True)
    finally:
        empty.close()
    world.distort = lambda p: replace(picture, known_at=p.known_at)


@way("nothing is known of the time before")
def _(world: World) -> None:
    """What looks back cannot: the rest goes on."""
    world.at += MINUTE
    world.evaluator._past._store = open_store(f"{world.store.url}.empty")


@way("the process has been down for a day", *(EVERY - {SILENCE}))
def _(world: World) -> None:
    world.at += DAY
    world.restart()


@way("the clock is set back an hour")
def _(world: World) -> None:
    world.at -= HOUR


@way("the clock is a year ahead for one look, and is put right", *())
def _(world: World) -> None:
    world.look(365 * DAY)
    world.at -= 365 * DAY


# --- The test ---------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def gone_wrong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which every alert has been raised."""
    file = tmp_path_factory.mktemp("world") / "world.db"
    store = open_store(f"sqlite:///{file}")
    World(store).goes_wrong()
    store.close()
    return file


@pytest.fixture
def world(gone_wrong: Path, tmp_path: Path) -> Iterator[World]:
    file = tmp_path / "world.db"
    shutil.copyfile(gone_wrong, file)
    store: Store = open_store(f"sqlite:///{file}", migrates=False)
    yield World(store)
    store.close()


def test_there_are_sixty_ways_and_more() -> None:
    assert len(WAYS) >= 60


def test_at_first_every_alert_is_raised(world: World) -> None:
    standings = world.standings()
    assert {id: standing.state for id, standing in standings.items()} == dict.fromkeys(EVERY, AlertState.RAISED)


@pytest.mark.parametrize("name", WAYS)
def test_no_alert_is_resolved_by_silence(world: World, name: str) -> None:
    do, blind = WAYS[name]
    before = {id: standing.alert for id, standing in world.standings().items()}
    do(world)
    world.look()
    assert blind <= world.blind()
    for length in (MINUTE, 3 * HOUR, 2 * DAY):
        world.look(length)
        after = {id: s.alert for id, s in world.standings().items() if s.open}
        assert {id: after.get(id) for id in before} == before
    ended = [t.what for a in world.store.open_alerts(world.at) for t in world.store.alert_story(a.id)[0]]
    assert not {What.CLEARED, What.CLOSED} & set(ended)


SLOWLY = [name for name, (_, blind) in WAYS.items() if "ward full, cleared slowly" in blind]


@pytest.mark.parametrize("name", SLOWLY[::3])
def test_an_alert_that_was_clearing_does_not_end_by_silence_either(world: World, name: str) -> None:
    """It was calm, and had been for less than its half hour."""
    world.at += MINUTE
    for ward in ("northgate-a1", "northgate-a2", "southmere-b1"):
        world.beds(ward, 4)
    standing = world.look()["ward full, cleared slowly"]
    assert (standing.state, standing.calm_since) == (AlertState.CLEARING, world.at)
    calm_at = world.at
    WAYS[name][0](world)
    if world.at < calm_at + 2 * MINUTE:
        world.look()  # it goes blind while it is clearing: else it was stale before the first look
    for length in (timedelta(0), 31 * MINUTE, 3 * HOUR, 2 * DAY):
        standing = world.look(length)["ward full, cleared slowly"]
        assert standing.state is AlertState.BLIND


@pytest.mark.parametrize("name", ["every feed stops, for a month", "every rule is gone", "there are no feeds at all"])
def test_it_is_the_same_alert_when_the_figures_are_back_and_it_clears_when_they_are_calm(
    world: World, name: str
) -> None:
    """Or the test above would pass of alerts that never clear at all."""
    before = {id: standing.alert for id, standing in world.standings().items()}
    WAYS[name][0](world)
    world.look()
    fresh = World(world.store, max(world.at, AT + 2 * HOUR) + MINUTE)
    silence = next(each for each in RULES if each.kind is RuleKind.SILENCE)
    looking_back = {each.id for each in RULES if each.over is not None}
    fresh.everything(bad=True)
    standings = fresh.look()
    assert {id: standing.alert for id, standing in standings.items()} == before
    assert fresh.blind() <= looking_back  # an hour ago they could not see
    for _ in range(70):
        fresh.at += MINUTE
        fresh.everything(bad=False)
    said = sighting("southmere", fresh.at, ae_patients_now=3, ae_over_12h_now=0, ae_attendances_today=9)
    tell(fresh.store, "ed-southmere", fresh.at, said)
    fresh.look()
    slow = {"ward full, cleared slowly"}
    assert {id for id, standing in fresh.standings().items() if standing.open} == slow
    fresh.at += 30 * MINUTE
    fresh.everything(bad=False)
    tell(fresh.store, "ed-southmere", fresh.at, replace(said, observed_at=fresh.at))
    fresh.look()
    assert not [standing for standing in fresh.standings().values() if standing.open]
    assert silence.id in fresh.standings()


def test_a_share_of_those_who_still_speak_may_raise_an_alert_and_never_clears_one(world: World) -> None:
    world.with_rules([*RULES, rule("county filling", "ga_occupancy", "westshire", 90, 80)])
    world.at += 2 * HOUR
    world.beds("northgate-a2", 24)  # A1 and Southmere are silent
    standings = world.look()
    assert standings["county filling"].state is AlertState.RAISED
    world.beds("northgate-a2", 2)
    standings = world.look(MINUTE)
    assert (standings["county filling"].state, standings["county filling"].blind_why) == (
        AlertState.BLIND,
        "only 0 of 2 sites report",
    )


def test_a_feed_that_has_another_name_now_clears_what_it_raised_once_it_speaks(world: World) -> None:
    world.at += MINUTE
    feeds = [replace(each, id=f"{each.id}-2") if each.id.startswith("beds") else each for each in FEEDS]
    world.with_feeds(feeds)
    world.look()
    for ward in ("northgate-a1", "northgate-a2", "southmere-b1"):
        said = sighting(ward, world.at, ga_beds_core_open=24, ga_beds_escalation_open=0, ga_beds_occupied=4)
        tell(world.store, f"beds-{ward.split('-')[0]}-2", world.at, said)
    standings = world.look(MINUTE)
    assert {id for id in BEDS if standings[id].open} == {"ward full, cleared slowly"}


def test_an_alert_whose_ward_has_left_is_closed_by_a_person_and_the_next_one_clears_by_itself(world: World) -> None:
    world.at += MINUTE
    world.without_places("northgate-a1")
    standing = world.look()["county occupied"]
    assert standing.blind_why == "northgate-a1 counted in it, and does so no more"
    assert standing.alert is not None
    assert world.store.close_alert(standing.alert, "site manager", world.at, "the ward is closed")
    world.with_rules([replace(each, raise_at=45, stand_down_at=20) for each in RULES if each.id == "county occupied"])
    world.at += HOUR
    for occupied, state in ((24, AlertState.RAISED), (2, AlertState.CLEAR)):
        world.beds("northgate-a2", occupied)
        world.beds("southmere-b1", occupied)
        assert world.look(MINUTE)["county occupied"].state is state
