"""The counties that come with Flow Centre are sound, by the real connectors."""

import pytest

from connectors import find_connectors
from flowcentre.config import DEFAULTS, load

VARIABLES = {"drop": "drops", "demo": "http://127.0.0.1:8051", "published": "published"}


@pytest.mark.parametrize("folder", sorted(path for path in DEFAULTS.iterdir() if path.is_dir()), ids=lambda p: p.name)
def test_a_default_county_has_no_mistakes(folder):
    county = load(folder, VARIABLES, find_connectors())
    assert county.feeds
    assert county.demonstration == (folder.name == "westshire")
