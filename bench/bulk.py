"""Long histories, written straight into the store's own tables: through polls they would take hours.

Everything that exists stands as if it had been said again each minute, with a change every so often.
The store must be closed; when it is opened again it cannot tell.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

MINUTE_MS = 60_000
_MINUTES = """
    CREATE TEMP TABLE at AS
    WITH RECURSIVE minute(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM minute WHERE n < :minutes) SELECT n FROM minute
"""
# In the order of the keys: page after page is filled.
_SIGHTINGS = """
    INSERT INTO sighting SELECT source.id, :begin + n * :minute, 1, :begin + n * :minute
    FROM source CROSS JOIN at ORDER BY source.id, n
"""
_READINGS = """
    INSERT INTO reading
    SELECT latest.series, :begin + n * :minute, 1, :begin + n * :minute, latest.value + ((:minutes - n) / :every) % 2
    FROM latest CROSS JOIN at WHERE (:minutes - n) % :every = 0 ORDER BY latest.series, n
"""
_PEOPLE = """
    WITH RECURSIVE change(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM change WHERE k < :changes)
    INSERT INTO person (feed, people, place, ref, observed_at, known_from, left_at, known_to, row)
    SELECT feed, people, place, 'gone-' || n || '-' || k, began, began, began + :minute, began + :minute, row
    FROM (
        SELECT feed, people, place, max(row) AS row, max(observed_at) + n * :minute AS began, n, k
        FROM person JOIN at JOIN change GROUP BY feed, people, place, n, k
    )
"""


def grow(file: Path, minutes: int, *, change_every: int) -> int:
    """Let minutes pass in a store that has had one poll a feed; how many readings were written.

    Each series changes every ``change_every`` minutes, to and fro, and ends at what it was.
    """
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for pragma in ("synchronous = OFF", "cache_size = -200000", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        begin = connection.execute("SELECT max(observed_at) FROM sighting").fetchone()[0]
        with_these = {"begin": begin, "minutes": minutes, "every": change_every, "minute": MINUTE_MS}
        end = {"end": begin + minutes * MINUTE_MS}
        connection.execute("BEGIN")
        connection.execute(_MINUTES, with_these)
        connection.execute(_SIGHTINGS, with_these)
        written = connection.execute(_READINGS, with_these).rowcount
        connection.execute("UPDATE latest_sighting SET observed_at = :end, received_at = :end", end)
        connection.execute("UPDATE people_list SET observed_at = :end", end)
        connection.execute("UPDATE feed SET observed_at = :end, received_at = :end WHERE observed_at IS NOT NULL", end)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("ANALYZE")
    return written


def grow_people(file: Path, minutes: int, *, changes: int) -> None:
    """Let people come and go in the same past: so many rows a minute opened and closed on each list."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        connection.execute(_MINUTES, {"minutes": minutes})
        connection.execute(_PEOPLE, {"changes": changes, "minute": MINUTE_MS})
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
