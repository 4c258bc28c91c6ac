"""A silence that is pending speaks for what it blinds, but not for long."""

from __future__ import annotations

from flowcentre.alerts.blinded import tells_of_silence
from flowcentre.model import Phase, Standing
from tests.alerts.telling_cast import AT, MINUTE, SILENT


def test_a_silence_that_is_pending_for_long_keeps_nobody_from_hearing_of_blindness() -> None:
    pending = Standing(SILENT.id, "beds", phase=Phase.PENDING, since=AT, breach_since=AT)
    assert tells_of_silence(SILENT, pending, (), AT + 29 * MINUTE)
    assert not tells_of_silence(SILENT, pending, (), AT + 30 * MINUTE)
