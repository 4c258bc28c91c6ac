"""The metrics of alerts, for whoever watches over us: what stands, what is not delivered, and whether anybody looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Protocol

import structlog
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from flowcentre.model import AlertState, Picture, Severity
from flowcentre.picture.looked import last_look
from flowcentre.web.failures import kind_and_place

_OPEN = tuple(state for state in AlertState if state not in (AlertState.CLEAR, AlertState.PENDING))
log = structlog.get_logger(__name__)


class GaugedStore(Protocol):
    """What is read of the store."""

    def mark(self, key: str, /) -> str | None: ...
    def oldest_waiting(self) -> datetime | None: ...


class AlertGauges(Collector):
    """Read at the moment of asking. While the store is away only what the picture has is given, and in trouble nothing."""

    def __init__(
        self,
        store: GaugedStore,
        current: Callable[[], Picture],
        now: Callable[[], datetime],
        trouble: Callable[[], str | None],
    ) -> None:
        self._store = store
        self._current = current
        self._now = now
        self._trouble = trouble

    def describe(self) -> Iterator[Metric]:
        """Nothing needs to be read to register this."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Every metric of alerts."""
        if self._trouble() is not None:
            return
        picture, now = self._current(), self._now()
        stand = Counter((alert.severity, alert.state) for alert in picture.alerts)
        alerts = GaugeMetricFamily("flowcentre_alerts_open", "Alerts that stand.", labels=["severity", "state"])
        for severity in Severity:
            for state in _OPEN:
                alerts.add_metric([severity.value, state.value], stand[severity, state])
        yield alerts
        words = "Messages of the last day that reached nobody."
        yield GaugeMetricFamily("flowcentre_messages_undelivered", words, picture.undelivered)
        try:
            looked_at, waiting_since = last_look(self._store), self._store.oldest_waiting()
        except Exception as error:
            log.error("the metrics of alerts could not be read", **kind_and_place(error))
            return
        if looked_at is not None:  # none is given where nobody ever looked: an alarm on its absence tells
            since = (now - looked_at).total_seconds()
            yield GaugeMetricFamily("flowcentre_alerts_looked_seconds", "Since all rules were last looked at.", since)
        waited = max((now - waiting_since).total_seconds(), 0.0) if waiting_since is not None else 0.0
        yield GaugeMetricFamily(
            "flowcentre_message_oldest_waiting_seconds",
            "For how long the oldest has waited that is to be told.",
            waited,
        )
