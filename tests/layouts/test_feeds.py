"""The feeds page."""

from dataclasses import replace

from layouts import feeds
from layouts.finished import to_html
from tests.layouts import cast


def test_a_refused_change_of_configuration_stands_on_the_page_until_it_is_put_right() -> None:
    picture = cast.picture("normal")
    mistake = 'feeds.toml line 4: there is no connector "bed_sate_csv". Right: "bed_state_csv"'
    refused = to_html(feeds.render(replace(picture, refused=(mistake,))))
    assert "the change is not in use" in refused
    assert "there is no connector &quot;bed_sate_csv&quot;" in refused or 'no connector "bed_sate_csv"' in refused
    assert "not in use" not in to_html(feeds.render(picture))
