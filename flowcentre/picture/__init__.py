"""The picture: what is known now, or was known at a moment, from the store alone."""

from flowcentre.picture.build import build
from flowcentre.picture.care_book import CareBook
from flowcentre.picture.delay_book import DelayBook
from flowcentre.picture.derived import DerivedHistory, derived_readings, keep_derived, keep_what_aged
from flowcentre.picture.expected import Expected, expect
from flowcentre.picture.live import LivePicture
from flowcentre.picture.visits import VisitBook

__all__ = [
    "CareBook",
    "DelayBook",
    "DerivedHistory",
    "Expected",
    "LivePicture",
    "VisitBook",
    "build",
    "derived_readings",
    "expect",
    "keep_derived",
    "keep_what_aged",
]
