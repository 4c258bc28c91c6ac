"""Each feed's places with their codes and what was last said of each, to be held beside the source itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from difflib import get_close_matches

from flowcentre.feeds.contract import in_figures
from flowcentre.feeds.tables import LONDON
from flowcentre.measures import ALL
from flowcentre.measures.units import unit_of
from flowcentre.model import County, Feed, Place
from flowcentre.store import Known

_ZEROS = 3  # so many figures of 0 at a place are said one by one
_PLACE_IN_CATALOGUE = {measure: number for number, measure in enumerate(ALL)}
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
            # What a site's wards say is said of the site.
            if not any((feed.id, each.id) in said for each in county.places.within(place.id)):
                silent.append(f"{place.name} ({place.id})")
            continue
        yield f"  {_place_words(place)}"
        yield from _rows_words(rows)
    if silent:
        yield f"  Of these it has said nothing: {', '.join(silent)}"


def _rows_words(rows: Iterable[Known]) -> Iterator[str]:
    """The figures of a place in the order of the catalogue, which begins with the headlines; many of 0 as their number."""
    ordered = sorted(rows, key=lambda row: (_PLACE_IN_CATALOGUE.get(row.measure, len(ALL)), row.measure))
    zeros = [row for row in ordered if row.value == 0]
    fold = len(zeros) > _ZEROS
    for row in ordered:
        if not (fold and row.value == 0):
            yield f"    {_label(row.measure)}: {_figure(row)}, as at {_moment(row.observed_at)}"
    if fold:
        more = " more" if len(zeros) < len(ordered) else ""
        yield f"    and {len(zeros)}{more}: 0"


def _place_words(place: Place) -> str:
    codes = [code for code in (place.ods, *place.codes) if code]
    by = f"by the {'code' if len(codes) == 1 else 'codes'} {', '.join(codes)}" if codes else "by its id alone"
    return f"{place.name} ({place.id}), {by}"


def _label(measure: str) -> str:
    return ALL[measure].label if measure in ALL else measure


def _figure(row: Known) -> str:
    if row.value is None:
        return "no figure"
    unit, figure = ALL[row.measure].unit if row.measure in ALL else "", in_figures(row.value)
    return f"{figure} {unit_of(unit, figure)}".rstrip()


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%H:%M on %d %b %Y}"
