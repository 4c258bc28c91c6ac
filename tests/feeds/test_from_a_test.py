"""Figures that say themselves that they are a test's are refused in plain words, and no others are."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from flowcentre.feeds.answers import Answer, parse_documents
from flowcentre.feeds.contract import Bookmark, Connector, Document, FeedSettings, Payload, PlaceCodes
from flowcentre.feeds.doors import open_doors
from flowcentre.feeds.http import HttpSettings
from flowcentre.model import Fact, Reading
from tests.feeds.cast import AT, PLACES


class Beds(Connector):
    provides = ("ga_beds_occupied",)
    Settings = FeedSettings

    def fetch(self, since: Bookmark | None) -> Payload:
        raise NotImplementedError

    def parse(self, document: Document) -> Iterator[Fact]:
        yield Reading("ga_beds_occupied", "northgate-a1", 20, AT)


def answered(name: str, content: bytes = b"{}", why: str | None = None) -> Answer:
    connector = Beds(FeedSettings(from_a_test=why), PlaceCodes(PLACES, ["northgate"]))
    return parse_documents(connector, [Document(name, content)], None)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("TEST_beds_20261122.csv", b"", 'its name says that it comes of a test system ("test")'),
        ("beds-uat.json", b"{}", '"uat"'),
        ("beds.json", json.dumps({"Environment": "Training"}).encode(), 'its environment is "training"'),
        ("beds.json", b'{"made_at": 1,\n "environment" : "pre-live test"}', 'its environment is "test"'),
    ],
)
def test_what_says_that_it_comes_of_a_test_system_is_refused_whole(name: str, content: bytes, said: str) -> None:
    answer = answered(name, content)
    assert answer.documents == ()
    (refused,) = answer.refused
    assert said in refused.reason
    assert 'from_a_test = "why its figures are wanted here"' in refused.reason
    assert "a file has to be written again" in refused.reason
    wanted = answered(name, content, why="our own test of Flow Centre, until March")
    assert (len(wanted.documents), wanted.refused) == (1, ())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("latest_beds.csv", b""),
        ("northgate-testing-house.csv", b""),
        ("beds.json", b'{"environment": "live"}'),
        ("beds.csv", b"ward,test\n"),
    ],
)
def test_what_does_not_say_so_is_read(name: str, content: bytes) -> None:
    assert answered(name, content).refused == ()


def test_an_address_of_a_test_system_is_a_mistake_unless_somebody_says_why() -> None:
    with pytest.raises(ValidationError, match='the address says that it is a test system\'s \\("uat"\\)'):
        HttpSettings(url="https://engine-uat.northgate.example/beds")
    why = "our own test of Flow Centre, until March"
    let = HttpSettings(url="https://engine-uat.northgate.example/beds", from_a_test=why)
    (told,) = open_doors("beds", let)
    assert told.endswith(f"said of it: {why}")
    assert HttpSettings(url="https://latest.northgate.example/test/beds").from_a_test is None
