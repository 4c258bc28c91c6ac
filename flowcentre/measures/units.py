"""Units as they are said beside a figure: of one in the singular."""

_OF_ONE = {
    "ambulances": "ambulance",
    "bed days": "bed day",
    "beds": "bed",
    "calls": "call",
    "contracts": "contract",
    "days": "day",
    "flats": "flat",
    "hours": "hour",
    "hours a week": "hour a week",
    "levels": "level",
    "people": "person",
    "points": "point",
    "pounds": "pound",
    "pounds a week": "pound a week",
    "suites": "suite",
    "visits": "visit",
}


def unit_of(unit: str, number: str) -> str:
    """A unit beside a figure that is written so: "1 level", "2 levels", "1.0 hours"."""
    return _OF_ONE.get(unit, unit) if number.lstrip("+-\N{MINUS SIGN}") == "1" else unit
