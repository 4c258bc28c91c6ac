"""The feeds page."""

from dataclasses import replace

from flowcentre.model import Outcome, Picture, Poll, PollCounts
from layouts import feeds
from layouts.finished import to_html
from tests.layouts import cast


def with_doubt(picture: Picture, doubt: Poll) -> Picture:
    first, *others = picture.feeds
    return replace(picture, feeds=(replace(first, last_doubt=doubt), *others))


def test_why_an_answer_was_refused_stands_on_the_page_after_looks_that_found_nothing_newer() -> None:
    picture = cast.picture("normal")
    said = "beds.csv: no column 'occupied'"
    refused = replace(
        cast.poll("beds", 50, cast.NOW, Outcome.REFUSED), message=said, counts=PollCounts(received=3, refused=3)
    )
    page = to_html(feeds.render(with_doubt(picture, refused)))
    assert "Last doubt" in page
    assert "not in the agreed form: beds.csv: no column" in page
    assert "(0 rows held, 3 refused)" in page
    assert "Last doubt" not in to_html(feeds.render(picture))
    last = picture.feeds[0].last_poll
    assert last is not None
    assert "Last doubt" not in to_html(feeds.render(with_doubt(picture, last)))  # it is the last look itself


def test_a_refused_change_of_configuration_stands_on_the_page_until_it_is_put_right() -> None:
    picture = cast.picture("normal")
    mistake = 'feeds.toml line 4: there is no connector "bed_sate_csv". Right: "bed_state_csv"'
    refused = to_html(feeds.render(replace(picture, refused=(mistake,))))
    assert "the change is not in use" in refused
    assert "there is no connector &quot;bed_sate_csv&quot;" in refused or 'no connector "bed_sate_csv"' in refused
    assert "not in use" not in to_html(feeds.render(picture))
