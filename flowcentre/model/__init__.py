"""The nouns of a flow centre: frozen, typed, and free of any library.

Every moment is an aware UTC ``datetime``; Europe/London appears only on the glass.
"""

from flowcentre.model.care import (
    CapacityUnit,
    CareContract,
    CareReferral,
    CareService,
    CareTerms,
    NextStep,
    ReferralReason,
    RosterExport,
    Setting,
    Therapy,
    Visit,
    VisitStatus,
)
from flowcentre.model.feeds import EPOCH, Feed, HeldRow, Outcome, Poll, PollCounts
from flowcentre.model.hospital import AmbulanceArrival, DelayedDischarge, EmergencyAttendance, Stream
from flowcentre.model.known import Board, County, Coverage, FeedStatus, Picture, Point, State, Value
from flowcentre.model.lists import Fact, Held, Interval, Listed, PeopleList, Person, RefusedColumn, WholeList
from flowcentre.model.measures import Formula, Measure, Period, Reading, Sighting, StockOrFlow, Summing, Worse
from flowcentre.model.places import LEVELS, Level, Place, PlaceKind, Places
from flowcentre.model.typed import AskedFigure, AskedPlace, AskedService, Figures, Form, Hold, Slip, Taken, Typed

__all__ = [
    "AmbulanceArrival",
    "AskedFigure",
    "AskedPlace",
    "AskedService",
    "Board",
    "CapacityUnit",
    "CareContract",
    "CareReferral",
    "CareService",
    "CareTerms",
    "County",
    "Coverage",
    "DelayedDischarge",
    "EPOCH",
    "EmergencyAttendance",
    "Fact",
    "Feed",
    "FeedStatus",
    "Figures",
    "Form",
    "Formula",
    "Held",
    "HeldRow",
    "Hold",
    "Interval",
    "LEVELS",
    "Level",
    "Listed",
    "Measure",
    "NextStep",
    "Outcome",
    "PeopleList",
    "Period",
    "Person",
    "Picture",
    "Place",
    "PlaceKind",
    "Places",
    "Point",
    "Poll",
    "PollCounts",
    "Reading",
    "ReferralReason",
    "RefusedColumn",
    "RosterExport",
    "Setting",
    "Sighting",
    "Slip",
    "State",
    "StockOrFlow",
    "Stream",
    "Summing",
    "Taken",
    "Therapy",
    "Typed",
    "Value",
    "Visit",
    "VisitStatus",
    "WholeList",
    "Worse",
]
