"""The page that the benchmark compares with: without it, two of its parts have nothing to measure against."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bench import textbook
from bench.county import CONNECTORS, Life, county
from bench.workplace import IN_PAST, documents
from flowcentre.feeds.past import read_in
from flowcentre.measures.derive import local_day
from flowcentre.picture import expect, keep_derived
from flowcentre.store import open_store

AT = datetime(2026, 11, 26, 9, tzinfo=UTC)
CALLED_BACK = {
    "output": "board.children",
    "outputs": {"id": "board", "property": "children"},
    "inputs": [{"id": "interval", "property": "n_intervals", "value": 1}],
    "changedPropIds": ["interval.n_intervals"],
}


def test_the_textbook_page_is_drawn_of_the_county_of_the_benchmark(tmp_path: Path) -> None:
    """Of the totals that were worked out too, and of a figure that a feed leaves blank and the picture works out."""
    file, here = tmp_path / "flow.db", county()
    with closing(open_store(f"sqlite:///{file}")) as store:
        told = documents(Life(in_emergency=IN_PAST), AT)
        keep_derived(store, here, expect(here, local_day(AT)), read_in(store, here, CONNECTORS, told, until=AT))
    answer = textbook.create(file).server.test_client().post("/_dash-update-component", json=CALLED_BACK)
    assert answer.status_code == 200
    said = answer.get_data(as_text=True)
    assert all(place.label in said for place in textbook.PLACES)
