"""Times in which nobody looked: what the stored history shows of them, where it shows anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from flowcentre.alerts.bygone import sight_of
from flowcentre.alerts.lines import draw
from flowcentre.alerts.machine import judge, unseen, watches_another
from flowcentre.measures import ALL
from flowcentre.model import County, Feed, Judged, Period, Picture, Rule, RuleKind, Standing
from flowcentre.store import Store

_Key = tuple[str, str]  # rule and subject


def calm_all_along(
    store: Store, picture: Picture, rules: Iterable[Rule], standings: Mapping[_Key, Standing], at: datetime
) -> frozenset[_Key]:
    """The clearings that nobody looked at for a while, and of which the history shows that it was calm all that time.

    Only of a level of a figure that a feed reports, and only where news came about as often as the feed should bring it: of a
    total the history keeps the figure and not who was silent.
    """
    found = set()
    for rule in rules:
        for subject in rule.subjects:
            standing = standings.get((rule.id, subject))
            if standing is None or not unseen(standing, at) or watches_another(rule, standing):
                continue
            if _was_calm(store, picture, rule, standing, at):
                found.add((rule.id, subject))
    return frozenset(found)


def _was_calm(store: Store, picture: Picture, rule: Rule, standing: Standing, at: datetime) -> bool:
    value = picture.value(standing.subject, rule.measure)
    since, begun = standing.looked_at, standing.calm_since
    feed = _feed(picture.county, value.feeds) if not value.derived else None
    if rule.kind is not RuleKind.LEVEL or feed is None or since is None or begun is None:
        return False
    key = (standing.subject, rule.measure)
    points = store.history([key], since, at).get(key, ())
    since_midnight = rule.measure in ALL and ALL[rule.measure].period is Period.SINCE_MIDNIGHT
    line = draw(points, at, feed.late_after, since_midnight=since_midnight)
    see = sight_of(rule, line)
    moments = [since, *(point.at for point in line if since < point.at < at)]
    return all(judge(rule, see(moment)) is Judged.CALM for moment in moments)


def _feed(county: County, feeds: Iterable[str]) -> Feed | None:
    return next((feed for each in feeds if (feed := county.feed(each)) is not None), None)
