"""The catalogue of measures: each defined once, with how it is summed and where it comes from."""

from flowcentre.measures.catalogue import ALL, HOUSES, by_id, find
from flowcentre.measures.sums import WrongSum, across_places, figure, over_time

__all__ = ["ALL", "HOUSES", "WrongSum", "across_places", "by_id", "figure", "find", "over_time"]
