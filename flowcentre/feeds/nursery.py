"""Imported in the fork server alone: what every worker process needs, loaded once before it is forked.

A forked worker shares these modules with its brothers, so that a poll costs milliseconds and not
the half second of a fresh Python.
"""

import gc
import multiprocessing.spawn

import flowcentre.feeds.files
import flowcentre.feeds.http
import flowcentre.feeds.tables
import flowcentre.feeds.worker  # noqa: F401
import flowcentre.measures  # noqa: F401


def _leave_main_alone(_path: str) -> None:
    """multiprocessing would run the whole main program (Dash and all) again in every worker; none needs it."""


multiprocessing.spawn._fixup_main_from_path = _leave_main_alone  # type: ignore[attr-defined]

# Objects that no collector visits stay on pages that all workers share.
gc.collect()
gc.freeze()
