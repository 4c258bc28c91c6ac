"""For how long a county keeps what: read as written, and a period that would lose what is still needed is refused with the reason."""

from datetime import timedelta

import pytest

from flowcentre.config.document import Document
from flowcentre.config.retention import read_retention
from flowcentre.model import FOR_GOOD, Kept, Retention


def retention(folder, *lines: str) -> None:
    folder.write(county="\n".join(['name = "Westshire"', "demonstration = true", "[retention]", *lines]) + "\n")


def test_periods_are_read_as_they_are_written_and_the_others_are_those_of_the_model(folder):
    folder.write(county='name = "Westshire"\ndemonstration = true\n')
    assert folder.load().retention == Retention()
    retention(folder, 'people = "120d"', 'readings = "for good"')
    kept = folder.load().retention
    assert (kept.people, kept.letters) == (timedelta(days=120), Retention().letters)
    # Whatever hangs together with what is kept for longer is kept as long.
    assert (kept.readings, kept.typed, kept.rollups) == (FOR_GOOD, FOR_GOOD, FOR_GOOD)


def test_a_real_county_that_says_nothing_of_it_keeps_all_but_what_was_polled_and_who_was_signed_in():
    document = Document("county.toml")
    unsaid = read_retention(document)
    assert {kept for kept in Kept if getattr(unsaid, kept) != FOR_GOOD} == {Kept.POLLS, Kept.SESSIONS}
    assert not unsaid.said
    document.tables = {"retention": {}}  # written, though it gives no period
    assert read_retention(document) == Retention()


@pytest.mark.parametrize(
    ("line", "what", "right"),
    [
        ('people = "99d"', "people 99d is too short: the lists of the last 28 days", 'people = "100d" or longer'),
        ('readings = "28d"', "rehearsals look back over 92 days", 'or "for good"'),
        ('audit = "365d"', "for two years at least", 'audit = "731d" or longer'),
        ('typed = "700d"', "would pass for a feed's own", 'typed = "800d" or longer'),
        ('rollups = "700d"', "hours and days are made of them", 'rollups = "800d" or longer'),
        ('people = "for ever"', '"for ever" is not a length of time', 'people = "400d"'),
        ('person = "400d"', 'unknown key "person"', "people"),
    ],
)
def test_a_period_that_is_none_or_too_short_is_refused_with_the_reason(folder, line, what, right):
    retention(folder, line)
    (mistake,) = folder.mistakes()
    assert (mistake.file, mistake.line) == ("county.toml", 4)
    assert what in mistake.what
    assert right in mistake.right
