"""What a form asks for, and what of it is believed at once, when asked again, or never."""

import json

import pytest
from pydantic import ValidationError

from connectors.typed_in import TypedIn, TypedInSettings
from flowcentre.feeds.contract import Document, PlaceCodes
from flowcentre.model import Fact, Held, Reading
from tests.connectors.cast import WESTSHIRE


def form_of(*services: str) -> TypedIn:
    settings = TypedInSettings(services=services) if services else TypedInSettings()
    return TypedIn(settings, PlaceCodes(WESTSHIRE, ["westshire"]))


def asked(place: str, *services: str) -> dict[str, list[str]]:
    return {each.name: [figure.column for figure in each.figures] for each in form_of(*services).asks(place)}


def parsed(*, sure: bool = False, **cells: str) -> list[Fact]:
    row = {"place_code": "neighbours-north", "service": "voluntary sector"} | cells
    content = {"as_at": "2026-11-22T08:14:00Z", "rows": [row]} | ({"sure": True} if sure else {})
    return list(form_of().parse(Document("form", json.dumps(content).encode())))


def figures(facts: list[Fact]) -> dict[str, float | None]:
    """What was typed."""
    readings = [fact for fact in facts if isinstance(fact, Reading)]
    return {fact.measure: fact.value for fact in readings if not fact.measure.endswith("_free")}


def test_a_place_is_asked_for_the_services_of_its_kind_with_what_is_in_use_first_and_not_for_what_follows() -> None:
    assert asked("neighbours-north") == {"voluntary sector": ["used", "staffed"]}
    assert asked("wect-north") == {
        "reablement hours": ["used", "commissioned", "staffed", "closed", "two_carers_free"],
        "therapy": ["used", "staffed"],
    }
    assert asked("the-limes") == {"care home beds": ["used", "staffed", "reserved", "accepting"]}
    assert asked("northgate") == {}


def test_a_feed_may_ask_for_fewer_services() -> None:
    assert list(asked("wect-north", "therapy")) == ["therapy"]
    assert asked("millbrook", "therapy") == {}
    for services in ((), ("therapy", "dressmaking")):
        with pytest.raises(ValidationError, match="not every one"):
            TypedInSettings(services=services)


def test_a_half_is_a_figure_of_hours_alone() -> None:
    measures = {figure.column: figure.whole for service in form_of().asks("wect-north") for figure in service.figures}
    assert not measures["commissioned"]
    assert [fact.reason for fact in parsed(used="1.5", staffed="4") if isinstance(fact, Held)] == [
        "used is not a count: it is not whole"
    ]


def test_more_used_than_there_is_is_asked_about_and_believed_of_whoever_stands_by_it() -> None:
    held = parsed(used="12", staffed="10")
    assert [type(fact) for fact in held] == [Held]
    assert held[0].place == "neighbours-north"  # type: ignore[union-attr]
    assert figures(parsed(used="12", staffed="10", sure=True)) == {"voluntary_used": 12, "voluntary_capacity": 10}
    assert figures(parsed(used="10", staffed="10")) == {"voluntary_used": 10, "voluntary_capacity": 10}


def test_what_is_left_empty_is_not_known_and_never_nought() -> None:
    assert figures(parsed(used="", staffed="10")) == {"voluntary_used": None, "voluntary_capacity": 10}


def test_what_follows_is_said_to_be_not_given_so_that_no_older_word_of_it_counts() -> None:
    readings = [fact for fact in parsed(used="7", staffed="10") if isinstance(fact, Reading)]
    assert [fact.value for fact in readings if fact.measure == "voluntary_free"] == [None]


def test_nothing_is_ever_fetched() -> None:
    assert form_of().fetch(None).documents == ()
    assert not TypedIn.polled
