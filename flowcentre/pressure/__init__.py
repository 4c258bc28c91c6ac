"""Scores of pressure: pure arithmetic on values and on the rules that a county has written down."""

from flowcentre.pressure.score import CountyScores, points_of, score_county, score_mean, score_place

__all__ = ["CountyScores", "points_of", "score_county", "score_mean", "score_place"]
