"""Times in which nobody looked: what the stored history shows of them, where it shows anything."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from flowcentre.alerts.bygone import lines_of, sight_of
from flowcentre.alerts.lines import draw
from flowcentre.alerts.machine import hold_of, judge, unseen, watches_another
from flowcentre.measures import ALL
from flowcentre.model import County, Feed, Judged, Period, Phase, Picture, Rule, RuleKind, Seen, Standing
from flowcentre.store import Store

_Key = tuple[str, str]  # rule and subject
_LOOKED_BACK = timedelta(days=2)  # at least, for since when something has been in breach; and as long as the rule holds


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


def never_saw(standing: Standing) -> bool:
    """Did nobody ever see anything of it? Then it stands clear because nothing else is known."""
    return standing.phase is Phase.CLEAR and standing.value is None and standing.since is None


def in_breach_since(
    store: Store,
    county: County,
    rules: Iterable[Rule],
    sights: Mapping[_Key, Seen],
    asked: Collection[_Key],
    at: datetime,
) -> dict[_Key, datetime]:
    """Since when each of some that are looked at for the first time has been in breach, as the stored history shows it.

    Only of a level that has to hold for a while, and only from where the history shows a breach without a gap until now: what is
    not known is no breach. Of a total the history keeps the figure and not who was silent, so there only a rise tells.
    """
    found = {}
    for rule in rules:
        hold = hold_of(rule)
        places = [each for each in dict.fromkeys(rule.places) if (rule.id, each) in asked]
        if rule.kind is not RuleKind.LEVEL or not hold or not places:
            continue
        start = at - max(hold, _LOOKED_BACK)
        for place, line in lines_of(store, county, replace(rule, places=tuple(places)), start, at).items():
            seen = sights[rule.id, place]
            if not rule.rising and not any(county.feed(feed) for feed in seen.feeds[:1]):
                continue
            see, since = sight_of(rule, line), None
            for moment in reversed([start, *(point.at for point in line if start < point.at <= at)]):
                if judge(rule, see(moment)) is not Judged.BREACH:
                    break
                since = moment
            if since is not None:
                found[rule.id, place] = since
    return found


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
