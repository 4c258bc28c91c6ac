"""A sitrep as the store keeps it: as it went out, and once."""

from datetime import datetime, timedelta

import pytest

from flowcentre.store import Store


def test_the_first_sitrep_of_a_huddle_is_kept_and_no_other(store: Store, at: datetime) -> None:
    huddle = store.open_huddle("control room", at).id
    with pytest.raises(ValueError, match="a huddle that is closed"):
        store.keep_sitrep(huddle, "too soon", at)
    store.close_huddle(huddle, "control room", at)
    assert store.sitrep(huddle) is None
    assert store.keep_sitrep(huddle, "beds rose by 89", at)
    assert not store.keep_sitrep(huddle, "beds fell", at + timedelta(hours=1))
    assert store.sitrep(huddle) == "beds rose by 89"
    with pytest.raises(ValueError, match="a huddle that is closed"):
        store.keep_sitrep(7, "of none", at)
