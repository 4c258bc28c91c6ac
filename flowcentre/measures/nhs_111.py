"""NHS 111: calls since midnight, and who waits for a clinician to call back.

What stands here is what local systems are known to collect. No national list of parameters for this pillar has been
found, so nothing here is called one.
"""

from flowcentre.model import Formula, Measure, Period, PlaceKind, StockOrFlow, Summing, Worse

_AT = frozenset({PlaceKind.NHS_111})
_REPORT = "Local situation report of NHS 111; unvalidated. A local choice of figures, not national parameters."


def _since_midnight(id: str, label: str, short: str, definition: str, **more: object) -> Measure:
    settings: dict[str, object] = {"unit": "calls", "over_time": Summing.MAX, "reported_by": _AT} | more
    return Measure(
        id=id,
        label=label,
        short_label=short,
        stock_or_flow=StockOrFlow.FLOW,
        definition=definition,
        source=_REPORT,
        period=Period.SINCE_MIDNIGHT,
        **settings,  # type: ignore[arg-type]
    )


def _share(id: str, label: str, short: str, definition: str, formula: Formula, worse: Worse) -> Measure:
    return _since_midnight(
        id,
        label,
        short,
        definition,
        unit="%",
        decimals=1,
        across_places=Summing.RATIO,
        over_time=Summing.RATIO,
        reported_by=frozenset(),
        worse=worse,
        formula=formula,
        headline=True,
        confirmed=False,
    )


def _now(id: str, label: str, short: str, definition: str, unit: str, **more: object) -> Measure:
    return Measure(
        id=id,
        label=label,
        short_label=short,
        unit=unit,
        stock_or_flow=StockOrFlow.STOCK,
        definition=definition,
        source=_REPORT,
        worse=Worse.HIGH,
        reported_by=_AT,
        headline=True,
        **more,  # type: ignore[arg-type]
    )


CALLS_111_OFFERED_TODAY = _since_midnight(
    "calls_111_offered_today",
    "NHS 111 calls offered since midnight",
    "111 calls",
    "Calls that reached NHS 111 since midnight, Europe/London, answered or not.",
    headline=True,
)
CALLS_111_ANSWERED_TODAY = _since_midnight(
    "calls_111_answered_today",
    "NHS 111 calls answered since midnight",
    "111 answered",
    "Of the calls offered since midnight, those that a person answered.",
    overlaps="calls_111_offered_today",
)
CALLS_111_ANSWERED_60S_TODAY = _since_midnight(
    "calls_111_answered_60s_today",
    "NHS 111 calls answered within 60 seconds since midnight",
    "111 within 60 s",
    "Of the calls answered since midnight, those answered within 60 seconds.",
    overlaps="calls_111_offered_today",
)
CALLS_111_ANSWERED_60S_SHARE = _share(
    "calls_111_answered_60s_share",
    "NHS 111 calls answered within 60 seconds, share since midnight",
    "111 within 60 s %",
    "Calls answered within 60 seconds as a share of calls answered, since midnight. Which calls the national figure is a share "
    "of has not been confirmed; this one is local.",
    Formula(
        plus=("calls_111_answered_60s_today",),
        per=("calls_111_answered_today",),
        scale=100,
        words="answered within 60 seconds / answered",
    ),
    Worse.LOW,
)
CALLS_111_ABANDONED_TODAY = _since_midnight(
    "calls_111_abandoned_today",
    "NHS 111 calls abandoned since midnight",
    "111 abandoned",
    "Of the calls offered since midnight, those in which the caller hung up before anybody answered, after the threshold "
    "that the service's own report sets (often 30 seconds).",
    worse=Worse.HIGH,
    overlaps="calls_111_offered_today",
)
CALLS_111_ABANDONED_SHARE = _share(
    "calls_111_abandoned_share",
    "NHS 111 calls abandoned, share since midnight",
    "111 abandoned %",
    "Calls abandoned as a share of calls offered, since midnight. The threshold and the denominator of the national figure have "
    "not been confirmed; these are local.",
    Formula(
        plus=("calls_111_abandoned_today",), per=("calls_111_offered_today",), scale=100, words="abandoned / offered"
    ),
    Worse.HIGH,
)
CALL_111_LONGEST_WAIT_NOW = _now(
    "call_111_longest_wait_now",
    "Longest wait of a call to NHS 111 now",
    "111 longest wait",
    "For how long the call that has waited longest to be answered has waited; 0 when none waits.",
    "minutes",
    across_places=Summing.MAX,
    over_time=Summing.MAX,
)
CLINICAL_QUEUE_111_NOW = _now(
    "clinical_queue_111_now",
    "Waiting for a clinician of NHS 111 to call back",
    "111 clinical queue",
    "People whose call was answered and who wait now for a clinician of NHS 111 to call them back.",
    "people",
)

MEASURES = (
    CALLS_111_OFFERED_TODAY,
    CALLS_111_ANSWERED_TODAY,
    CALLS_111_ANSWERED_60S_TODAY,
    CALLS_111_ANSWERED_60S_SHARE,
    CALLS_111_ABANDONED_TODAY,
    CALLS_111_ABANDONED_SHARE,
    CALL_111_LONGEST_WAIT_NOW,
    CLINICAL_QUEUE_111_NOW,
)
