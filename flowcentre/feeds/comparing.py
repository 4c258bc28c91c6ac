"""Each feed's places with their codes and what was last said of each, to be held beside the source itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from difflib import get_close_matches

from flowcentre.feeds.contract import in_figures
from flowcentre.feeds.tables import LONDON
from flowcentre.measures import ALL
from flowcentre.model import County, Feed, Place
from flowcentre.store import Known

_HEAD = "Hold each place's figures beside its source: a code that stands at the wrong place in places.toml looks right everywhere else."


def comparing_words(county: County, known: Iterable[Known], feed_id: str | None = None) -> str:
    """Every feed's places, or those of one, and their newest figures as text. Raises ValueError where there is no such feed."""
    feeds = [feed for feed in county.feeds if feed_id is None or feed.id == feed_id]
    if feed_id is not None and not feeds:
        near = get_close_matches(feed_id, [feed.id for feed in county.feeds], 1)
        raise ValueError(f'there is no feed "{feed_id}"' + (f': did you mean "{near[0]}"?' if near else ""))
    said: dict[tuple[str, str], list[Known]] = {}
    for row in known:
        said.setdefault((row.feed, row.place), []).append(row)
    return "\n\n".join([_HEAD, *("\n".join(_feed_words(county, feed, said)) for feed in feeds)])


def _feed_words(county: County, feed: Feed, said: dict[tuple[str, str], list[Known]]) -> Iterator[str]:
    yield f"{feed.name} ({feed.id}, by {feed.connector})"
    silent = []
    for place in {each.id: each for top in feed.places for each in county.places.within(top)}.values():
        rows = said.get((feed.id, place.id))
        if rows is None:
            silent.append(place.id)
            continue
        yield f"  {_place_words(place)}"
        for row in sorted(rows, key=lambda row: row.measure):
            yield f"    {_label(row.measure)}: {_figure(row)}, as at {_moment(row.observed_at)}"
    if silent:
        yield f"  Of these it has said nothing: {', '.join(silent)}"


def _place_words(place: Place) -> str:
    codes = [code for code in (place.ods, *place.codes) if code]
    by = f"by the {'code' if len(codes) == 1 else 'codes'} {', '.join(codes)}" if codes else "by its id alone"
    return f"{place.name} ({place.id}), {by}"


def _label(measure: str) -> str:
    return ALL[measure].label if measure in ALL else measure


def _figure(row: Known) -> str:
    if row.value is None:
        return "no figure"
    unit = ALL[row.measure].unit if row.measure in ALL else ""
    return f"{in_figures(row.value)} {unit}".rstrip()


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%H:%M on %d %b %Y}"
