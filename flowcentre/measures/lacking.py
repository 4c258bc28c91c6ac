"""Whether what is missing of a figure may make it less as well as more."""

from __future__ import annotations

from functools import lru_cache

from flowcentre.measures.catalogue import ALL
from flowcentre.measures.counted import COUNTED_FROM_PEOPLE
from flowcentre.model import Value


def lacks(value: Value) -> bool:
    """May what is missing make it less as well as more: places that are silent, people whose rows are held back?

    Of what is ``at_least`` the same is missing, and can only make it more: ask that first.
    """
    return not value.coverage.complete or (value.held > 0 and value.derived and _of_people(value.measure))


@lru_cache(maxsize=1024)
def _of_people(measure_id: str) -> bool:
    formula = ALL[measure_id].formula
    inputs = formula.inputs if formula is not None else ()
    return measure_id in COUNTED_FROM_PEOPLE or any(_of_people(each) for each in inputs)
