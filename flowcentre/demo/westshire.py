"""Westshire in numbers: what the simulation knows of the invented county.

Names and codes stand in ``config/defaults/westshire/places.toml``; here stands how big each place
is and how busy, by its id. Everything is invented, in magnitudes of an English county of 600,000.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

RESIDENTS = {"north": 0.36, "mid": 0.25, "south": 0.39}  # how the people of the county spread over it
LOCALITIES = tuple(RESIDENTS)


class Care(StrEnum):
    """What a ward is for; people go where they belong while there is room."""

    ASSESSMENT = "assessment"  # short stays
    MEDICINE = "medicine"
    OLDER_PEOPLE = "older people"
    SURGERY = "surgery"
    CRITICAL = "critical care"


@dataclass(frozen=True, slots=True)
class WardSize:
    """A ward: its core beds, and how many more it can open under pressure."""

    place: str
    care: Care
    core: int
    escalation: int = 0


@dataclass(frozen=True, slots=True)
class HospitalSize:
    """An acute hospital: its wards, and a day's demand on it."""

    place: str
    attendances: float  # a day, on average
    spaces: int  # in the majors and resuscitation area, cubicles and trolleys
    planned: float  # planned admissions on a working day
    referred: float  # admissions a day straight from general practice and clinics
    critical: float  # admissions to critical care a day
    residents: Mapping[str, float]  # how its patients spread over the localities
    wards: tuple[WardSize, ...]


@dataclass(frozen=True, slots=True)
class BedUnit:
    """Community hospital or recovery beds: how many, how long people stay."""

    place: str
    locality: str
    beds: int
    days: float


@dataclass(frozen=True, slots=True)
class HoursUnit:
    """Reablement or home care: weekly hours, and how long a package runs."""

    place: str
    locality: str
    hours: float
    days: float


@dataclass(frozen=True, slots=True)
class VirtualWardSize:
    """A virtual ward: for how many it is staffed, and who comes without having been in a ward."""

    place: str
    locality: str
    staffed: int
    referred: float  # a day


@dataclass(frozen=True, slots=True)
class HomeSize:
    """A care home, and on which days of the month's weeks it sends its return."""

    place: str
    locality: str
    beds: int
    weekdays: tuple[int, ...]  # on which it says how it stands; Monday is 0
    monthly: bool = False  # only from the 8th to the 14th, as the law asks


@dataclass(frozen=True, slots=True)
class ExtraCareSize:
    """An extra-care scheme: flats with care on site."""

    place: str
    locality: str
    flats: int


@dataclass(frozen=True, slots=True)
class VoluntarySize:
    """A voluntary service: how many it can help at one time."""

    place: str
    locality: str
    people: int


@dataclass(frozen=True, slots=True)
class MentalHealthSize:
    """A mental health unit: its beds, for how many a day one is wanted, and the suites to which people are brought."""

    place: str
    locality: str
    beds: int
    wanted: float  # a day
    suites: int  # of section 136
    brought: float  # a day


@dataclass(frozen=True, slots=True)
class TelephoneSize:
    """A service of NHS 111, for the whole county."""

    place: str
    locality: str | None
    calls: float  # on an ordinary Monday


@dataclass(frozen=True, slots=True)
class CountySize:
    """Everything that the simulation needs to know of a county."""

    hospitals: tuple[HospitalSize, ...]
    community_beds: tuple[BedUnit, ...]
    recovery_beds: tuple[BedUnit, ...]
    reablement: tuple[HoursUnit, ...]
    home_care: tuple[HoursUnit, ...]
    virtual_wards: tuple[VirtualWardSize, ...]
    care_homes: tuple[HomeSize, ...]
    extra_care: tuple[ExtraCareSize, ...]
    voluntary: tuple[VoluntarySize, ...]
    mental_health: tuple[MentalHealthSize, ...]
    nhs_111: tuple[TelephoneSize, ...]


def _wards(site: str, *rows: tuple[str, Care, int, int]) -> tuple[WardSize, ...]:
    return tuple(WardSize(f"{site}-{ward}", care, core, escalation) for ward, care, core, escalation in rows)


_A, _M, _O, _S = Care.ASSESSMENT, Care.MEDICINE, Care.OLDER_PEOPLE, Care.SURGERY

NORTHGATE = HospitalSize(
    place="northgate",
    attendances=300,
    spaces=36,
    planned=17,
    referred=8,
    critical=1.7,
    residents={"north": 0.60, "mid": 0.34, "south": 0.06},
    wards=_wards(
        "northgate",
        ("a1", _A, 42, 6),
        ("a2", _A, 28, 4),
        ("a3", _O, 30, 4),
        ("a4", _O, 28, 0),
        ("a5", _M, 28, 4),
        ("a6", _M, 28, 0),
        ("b1", _M, 28, 0),
        ("b2", _M, 26, 4),
        ("b3", _M, 24, 0),
        ("b4", _O, 28, 2),
        ("b5", _M, 28, 6),
        ("c1", _S, 20, 0),
        ("c2", _S, 28, 4),
        ("c3", _S, 26, 0),
        ("c4", _S, 28, 4),
        ("c5", _S, 22, 0),
        ("1e5", _M, 20, 0),
        ("007", _S, 18, 2),
        ("critical-care", Care.CRITICAL, 16, 2),
    ),
)
SOUTHMERE = HospitalSize(
    place="southmere",
    attendances=190,
    spaces=22,
    planned=12,
    referred=9,
    critical=1.0,
    residents={"north": 0.04, "mid": 0.32, "south": 0.64},
    wards=_wards(
        "southmere",
        ("m1", _A, 34, 6),
        ("m2", _M, 28, 0),
        ("m3", _M, 26, 4),
        ("m4", _O, 28, 2),
        ("m5", _O, 28, 0),
        ("m6", _O, 28, 0),
        ("m7", _M, 28, 4),
        ("m8", _M, 28, 4),
        ("s1", _S, 28, 4),
        ("s2", _S, 28, 0),
        ("s3", _S, 18, 4),
        ("na", _M, 18, 0),
        ("critical-care", Care.CRITICAL, 10, 1),
    ),
)

_EVERY_DAY, _WORKING = tuple(range(7)), tuple(range(5))

WESTSHIRE = CountySize(
    hospitals=(NORTHGATE, SOUTHMERE),
    community_beds=(BedUnit("eastfield", "mid", 44, 25), BedUnit("hartwell", "south", 34, 25)),
    recovery_beds=(BedUnit("millbrook", "north", 28, 27), BedUnit("orchard-house", "mid", 22, 27)),
    reablement=(
        HoursUnit("wupi-north", "north", 760, 31),
        HoursUnit("wupi-mid", "mid", 620, 31),
        HoursUnit("wupi-south", "south", 690, 31),
        HoursUnit("wect-north", "north", 470, 26),
        HoursUnit("wect-mid", "mid", 400, 26),
        HoursUnit("wect-south", "south", 430, 26),
    ),
    home_care=(
        HoursUnit("ashdown-north", "north", 4650, 310),
        HoursUnit("ashdown-mid", "mid", 3320, 310),
        HoursUnit("ashdown-south", "south", 2980, 310),
        HoursUnit("bramble-north", "north", 3890, 310),
        HoursUnit("bramble-mid", "mid", 3640, 310),
        HoursUnit("bramble-south", "south", 4210, 310),
        HoursUnit("clover-north", "north", 2870, 310),
        HoursUnit("clover-mid", "mid", 2450, 310),
        HoursUnit("clover-south", "south", 3760, 310),
    ),
    virtual_wards=(
        VirtualWardSize("virtual-ward-north", "north", 90, 7.2),
        VirtualWardSize("virtual-ward-mid", "mid", 65, 5.2),
        VirtualWardSize("virtual-ward-south", "south", 80, 6.3),
    ),
    care_homes=(
        HomeSize("alder-court", "north", 48, _EVERY_DAY),
        HomeSize("beechcroft", "north", 36, _WORKING),
        HomeSize("cedar-lodge", "north", 62, (0, 3)),
        HomeSize("damson-house", "north", 28, (1,)),
        HomeSize("elm-view", "mid", 54, _WORKING),
        HomeSize("fernleigh", "mid", 40, (0, 2, 4)),
        HomeSize("gorse-hill", "mid", 32, (2,)),
        HomeSize("hawthorn-grange", "mid", 70, _EVERY_DAY),
        HomeSize("ivy-bank", "south", 44, _WORKING),
        HomeSize("juniper-house", "south", 38, (1, 4)),
        HomeSize("kingfisher-court", "south", 58, _EVERY_DAY),
        HomeSize("larch-end", "south", 24, (3,), monthly=True),
    ),
    extra_care=(ExtraCareSize("maple-gardens", "mid", 46),),
    voluntary=(
        VoluntarySize("neighbours-north", "north", 30),
        VoluntarySize("neighbours-mid", "mid", 20),
        VoluntarySize("neighbours-south", "south", 32),
    ),
    mental_health=(
        MentalHealthSize("larkfield", "north", 84, 3.1, 2, 1.5),
        MentalHealthSize("heron-house", "south", 62, 2.3, 1, 0.8),
    ),
    nhs_111=(TelephoneSize("nhs-111", None, 620),),
)
