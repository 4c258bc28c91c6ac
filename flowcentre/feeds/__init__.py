"""Feeds: the connector contract, one poll, plausibility, held rows, and the schedule."""
