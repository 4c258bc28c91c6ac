"""That two people agreed to a critical rule is checked against its very text."""

from __future__ import annotations

import re

import pytest

from flowcentre.config import ConfigurationMistakes, Reloader
from tests.config.conftest import CONNECTORS, LAYOUTS, VARIABLES

TWO = 'agreed_by = ["clinical lead for urgent care", "head of operations"]\n'


def asks_for_two(alerting) -> None:
    alerting.change("leads.toml", 'test_at = "mon 10:00"', 'two_people = true\ntest_at = "mon 10:00"')


def says(alerting, more: str) -> None:
    alerting.change("alerts.toml", 'title = "Beds full"\n', f'title = "Beds full"\n{more}')


def mistakes(alerting) -> list[str]:
    try:
        alerting.load()
    except ConfigurationMistakes as wrong:
        return [str(mistake) for mistake in wrong.mistakes]
    return []


def agreed(alerting) -> None:
    """As two people would who have read it: with the mark that the check names."""
    asks_for_two(alerting)
    says(alerting, TWO)
    (told,) = mistakes(alerting)
    mark = re.search(r'agreed = "([0-9a-f]{12})"', told)
    assert mark is not None
    says(alerting, f"{mark[0]}\n")


def test_a_critical_rule_needs_two_where_a_county_asks_for_that_and_no_other_rule_does(alerting):
    assert mistakes(alerting) == []
    asks_for_two(alerting)
    (told,) = mistakes(alerting)
    assert '"beds-full" says of nobody that they agreed to it' in told


@pytest.mark.parametrize("names", ['["head of operations"]', '["Head of operations", "head of operations"]'])
def test_one_person_is_not_two(alerting, names):
    asks_for_two(alerting)
    says(alerting, f'agreed_by = {names}\nagreed = "3f9a1c2b4d5e"\n')
    (told,) = mistakes(alerting)
    assert "agreed to by fewer than two" in told


def test_a_rule_that_two_agreed_to_is_taken_and_a_change_of_it_is_not_until_they_agree_again(alerting):
    agreed(alerting)
    county = alerting.load()
    reloader = Reloader(alerting.path, VARIABLES, CONNECTORS, LAYOUTS, current=county)
    alerting.change("alerts.toml", "raise_at = 28", "raise_at = 29")
    assert [reloader.look() for _ in range(3)] == [None, None, None]  # the old rule goes on
    (told,) = map(str, reloader.mistakes)
    assert '"beds-full" was changed since clinical lead for urgent care and head of operations agreed to it' in told
    alerting.change("alerts.toml", "raise_at = 29", "raise_at = 28  # as it was")
    assert mistakes(alerting) == []  # a remark is no change


def test_where_nobody_asks_for_two_an_agreement_that_is_written_is_checked_all_the_same(alerting):
    says(alerting, TWO + 'agreed = "3f9a1c2b4d5e"\n')
    (told,) = mistakes(alerting)
    assert "was changed since" in told
