"""Backups and pages to fall back on: read as written, and every slip told with its line and what is right."""

from datetime import timedelta

import pytest

from flowcentre.model import Backups, Fallback


def written(folder, *lines: str) -> None:
    folder.write(county="\n".join(['name = "Westshire"', "demonstration = true", *lines]) + "\n")


def test_a_county_that_says_nothing_makes_neither(folder):
    written(folder)
    assert (folder.load().backups, folder.load().fallback) == (None, None)


def test_what_is_said_is_taken_and_the_rest_is_as_the_model_has_it(folder):
    written(folder, "[backup]", 'folder = "/srv/b"', 'every = "12h"', "[fallback]", 'folder = "/srv/f"')
    assert folder.load().backups == Backups("/srv/b", timedelta(hours=12), 14)
    assert folder.load().fallback == Fallback("/srv/f", timedelta(minutes=1))


@pytest.mark.parametrize(
    ("lines", "what", "right"),
    [
        (["[backup]"], '[backup] has no "folder"', 'folder = "/srv/flow-backups"'),
        (["[backup]", 'folder = "b"'], 'folder "b" is not the same wherever', "a whole path"),
        (["[backup]", 'folder = "/b"', 'every = "5m"'], "every 5m is not from an hour to a week", 'every = "24h"'),
        (["[backup]", 'folder = "/b"', "keep = 0"], "keep 0 is no number of backups", "keep = 14"),
        (["[fallback]", 'folder = "/f"', 'every = "5s"'], "every 5s is not from a minute to an hour", 'every = "1m"'),
        (["[fallback]", 'folder = "/f"', "keep = 3"], 'unknown key "keep"', "folder"),
        (['fallback = "/f"'], '"fallback" is no table', "[fallback]"),
    ],
)
def test_a_slip_is_told_with_its_line_and_what_is_right(folder, lines, what, right):
    written(folder, *lines)
    (mistake,) = folder.mistakes()
    assert what in mistake.what
    assert right in mistake.right
    assert mistake.line is not None
