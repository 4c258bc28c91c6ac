"""Community capacity as the JSON API gives it. Hours are of carers, a week."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from flowcentre.web.shapes import TypedShape, ValueShape


class RoomShape(TypedDict):
    """What one service or provider could give. null: not known, which is no capacity."""

    place: str
    service: Annotated[str, Field(description="whose referrals it takes")]
    free_hours: float | None
    promised_hours: Annotated[float, Field(description="to people who have not started: taken off first")]
    left_hours: float | None
    two_carers_hours: Annotated[float | None, Field(description="for two carers together; null: it does not say")]
    therapy_places: float | None


class StartShape(TypedDict):
    """A person who could start today, and where."""

    ref: str
    waited_hours: float
    service: str
    weekly_hours: float | None
    carers: int | None
    therapy: str | None
    hours: Annotated[float, Field(description="of carers, taken; 0 of therapy only")]
    hours_at: str | None
    hours_left: float | None
    therapy_at: str | None
    therapy_left: float | None


class ReasonShape(TypedDict):
    """Why some could not start."""

    reason: str
    people: int


class LocalityShape(TypedDict):
    """What could start in one locality."""

    place: str
    listed_at: Annotated[datetime | None, Field(description="of its list of referrals; null: none of the present")]
    could_start: Annotated[int | None, Field(description="null: not known")]
    at_least: Annotated[bool, Field(description="the capacity of somebody is not known, so more could start")]
    values: list[ValueShape]
    rooms: list[RoomShape]
    silent: Annotated[list[str], Field(description="ids of places whose capacity is not known, and not counted")]
    starts: list[StartShape]
    not_started: list[ReasonShape]


class ServiceShape(TypedDict):
    """A team with its figures."""

    place: str
    organisation: str | None
    values: list[ValueShape]


class SideShape(TypedDict):
    """A locality's services side by side."""

    locality: str
    services: list[ServiceShape]
    totals: list[ValueShape]


class DriftShape(TypedDict):
    """A package whose visits regularly run over or short, of the last 28 days, with the evidence."""

    package: str
    service: str
    pattern: str
    compared: Annotated[int, Field(description="visits made, with both actual times")]
    planned_minutes: float | None
    actual_minutes: float | None
    outside: int
    untold: Annotated[int, Field(description="visits that were to have begun, and nothing is told of how they went")]
    untimed: Annotated[int, Field(description="visits made, without both actual times")]
    missed: int
    cancelled: int
    hours_a_week: Annotated[float, Field(description="of carers; below 0 where visits run short")]


class StayShape(TypedDict):
    """A running stay."""

    ref: str
    day: int
    ends_on: date
    planned: Annotated[bool, Field(description="false: no end is planned, so it is the last day allowed")]
    days_left: Annotated[int, Field(description="below 0: past that day")]
    limit_days: Annotated[int, Field(description="how long the stay may last")]
    over_limit: bool


class ContractShape(TypedDict):
    """Capacity that is bought."""

    provider: str
    locality: str
    unit: str
    amount: float
    valid_from: date
    last_day: date | None
    contract_end: date | None
    funding: str | None
    funding_end: date | None


class RecoveryShape(TypedDict):
    """A recovery unit, or a community hospital in which somebody stays."""

    place: str
    stay_limit_days: Annotated[
        int, Field(description="the unit's own or, where it has none, that of any short-term care")
    ]
    values: list[ValueShape]
    stays: list[StayShape]
    ending_in_7_days: int
    ending_in_14_days: int
    contracts: list[ContractShape]


class ChangeShape(TypedDict):
    """A day from which a provider gives more or less in a locality."""

    day: date
    provider: str
    locality: str
    before: float
    after: float
    cause: str
    doubted: Annotated[bool, Field(description="a contract of the locality that is not known may make up for it")]


class StepShape(TypedDict):
    """An amount, and the day from which it stands."""

    day: date
    amount: float


class AheadShape(TypedDict):
    """What blocks buy of one unit from today on."""

    unit: str
    until: date
    steps: list[StepShape]
    changes: list[ChangeShape]
    at_least: Annotated[bool, Field(description="contracts are not known, so every amount is this or more")]


class TeamShape(TypedDict):
    """A single point of access."""

    place: str
    locality: str | None
    values: list[ValueShape]


class TypedPlaceShape(TypedShape):
    """A place whose numbers somebody typed in."""

    place: str


class UncontractedShape(TypedDict):
    """Packages that run at a provider with whom no contract is in force."""

    locality: str
    provider: str
    packages: int


class UnplacedShape(TypedDict):
    """Home care that runs and of which no list says who gives it: its hours are in no provider's use."""

    locality: str
    packages: int
    hours: Annotated[float, Field(description="of carers, a week")]


class CapacityShape(TypedDict):
    """Community capacity at one picture. Lists that are too old are in no count."""

    version: Annotated[int, Field(description="of the store: it goes up with every poll")]
    at: datetime
    county: str
    demonstration: Annotated[bool, Field(description="true: every figure is invented")]
    rule: Annotated[list[str], Field(description="by which people are matched with what is free")]
    could_start: Annotated[int | None, Field(description="people; null: no list is of the present")]
    at_least: bool
    referrals: Annotated[list[ValueShape], Field(description="how many wait by each list, with its age and state")]
    contracts: Annotated[list[ValueShape], Field(description="how many contracts each list has in force")]
    localities: list[LocalityShape]
    side_by_side: list[SideShape]
    drift: Annotated[list[DriftShape], Field(description="most hours first")]
    recovery: list[RecoveryShape]
    ahead: list[AheadShape]
    access_points: list[TeamShape]
    uncontracted: Annotated[
        list[UncontractedShape], Field(description="of localities whose contracts are all known: none is held back")
    ]
    provider_unknown: list[UnplacedShape]
    services: Annotated[list[ValueShape], Field(description="every figure of capacity, place by place, and the sums")]
    typed_in: list[TypedPlaceShape]
