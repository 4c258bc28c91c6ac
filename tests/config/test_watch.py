"""A configuration that is changed while it runs: a good change is taken, a broken one never."""

import pytest

from flowcentre.config import Mistake, Reloader
from tests.config.conftest import CONNECTORS, LAYOUTS, VARIABLES


@pytest.fixture
def reloader(folder):
    return Reloader(folder.path, VARIABLES, CONNECTORS, LAYOUTS, current=folder.load())


def looks(reloader, times=3):
    """The counties that some looks in a row give."""
    return [county for _ in range(times) if (county := reloader.look()) is not None]


def test_an_unchanged_folder_gives_nothing(reloader):
    assert looks(reloader) == []
    assert reloader.mistakes == ()


def test_a_good_change_is_taken_once(folder, reloader):
    folder.change("feeds.toml", 'every = "5m"', 'every = "6m"')
    (county,) = looks(reloader)
    assert county.feed("northgate-beds").every.total_seconds() == 360
    assert reloader.current is county


def test_a_comment_changes_nothing(folder, reloader):
    folder.change("feeds.toml", 'every = "5m"', 'every = "5m" # as agreed')
    assert looks(reloader) == []


def test_a_change_still_being_written_is_not_taken(folder, reloader):
    looks(reloader)
    whole = (folder.path / "feeds.toml").read_text()
    first_half = whole[: whole.index("[[feed]]", 5)]
    folder.write(feeds=first_half)  # sound TOML, one feed short
    assert reloader.look() is None
    folder.write(feeds=whole)
    assert looks(reloader) == []


def test_a_broken_change_leaves_the_old_running_and_is_told_once(folder, reloader):
    before = reloader.current
    folder.change("feeds.toml", '"bed_state_csv"', '"bed_state"')
    assert looks(reloader) == []
    assert reloader.current is before
    assert [m.line for m in reloader.untold()] == [4]
    assert looks(reloader) == []
    assert reloader.untold() == ()
    assert len(reloader.mistakes) == 1, "still shown as long as the folder is broken"
    folder.change("feeds.toml", '"bed_state"', '"bed_sheet"')
    assert looks(reloader) == []
    assert "bed_sheet" in reloader.untold()[0].what


def test_a_change_put_right_is_taken_and_its_mistakes_forgotten(folder, reloader):
    folder.change("feeds.toml", 'every = "5m"', 'every = "5"')
    looks(reloader)
    folder.change("feeds.toml", 'every = "5"', 'every = "4m"')
    (county,) = looks(reloader)
    assert county.feed("northgate-beds").every.total_seconds() == 240
    assert (reloader.mistakes, reloader.untold()) == ((), ())


def test_a_change_taken_back_leaves_no_mistakes(folder, reloader):
    folder.change("feeds.toml", 'every = "5m"', 'every = "5"')
    looks(reloader)
    folder.change("feeds.toml", 'every = "5"', 'every = "5m"')
    assert looks(reloader) == []
    assert reloader.mistakes == ()


def test_a_folder_that_goes_away_leaves_the_old_running(folder, reloader):
    for path in folder.path.iterdir():
        path.unlink()
    folder.path.rmdir()
    assert looks(reloader) == []
    assert reloader.mistakes
    assert reloader.current.name == "Westshire"


def test_a_running_demonstration_does_not_turn_real(folder, reloader):
    folder.change("county.toml", "demonstration = true", "demonstration = false")
    text = (folder.path / "feeds.toml").read_text().replace("demonstration = true", "demonstration = false")
    folder.write(feeds=text.replace("${demo}", "https://feeds.example"))
    assert looks(reloader) == []
    assert "cannot turn" in reloader.mistakes[0].what


def test_a_running_county_does_not_turn_into_another(folder, reloader):
    text = (folder.path / "places.toml").read_text()
    folder.write(places=text.replace('"westshire"', '"eastshire"'))
    assert looks(reloader) == []
    assert 'from "westshire" into "eastshire"' in reloader.mistakes[0].what


def test_a_file_that_vanishes_while_it_is_in_use_is_told_and_the_old_goes_on(folder, reloader):
    (folder.path / "boards.toml").unlink()
    assert looks(reloader) == []
    assert [mistake.what for mistake in reloader.untold()] == ["the file boards.toml is gone while it is in use"]
    assert reloader.current.boards
    folder.write(boards="")
    assert looks(reloader) == []
    assert [mistake.what for mistake in reloader.untold()] == ["the file boards.toml is in use, and empty now"]
    folder.write(boards="# no boards: the screens are away for repair")
    (county,) = looks(reloader)
    assert county.boards == ()


def test_what_only_the_owner_can_judge_is_refused_as_any_mistake(folder):
    def full_of_doubt(county):
        return (
            []
            if county.feed("northgate-beds").every.total_seconds() == 240
            else [Mistake("feeds.toml", None, "no", "yes")]
        )

    reloader = Reloader(folder.path, VARIABLES, CONNECTORS, LAYOUTS, current=folder.load(), also=full_of_doubt)
    folder.change("feeds.toml", 'every = "5m"', 'every = "6m"')
    assert looks(reloader) == []
    assert [mistake.what for mistake in reloader.untold()] == ["no"]
    folder.change("feeds.toml", 'every = "6m"', 'every = "4m"')
    assert len(looks(reloader)) == 1
