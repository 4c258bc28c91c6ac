"""The ways from every page to the others: the same on Dash's pages and on finished ones."""

from __future__ import annotations

from flowcentre.model import Picture
from flowcentre.picture.typed import may_be_typed
from layouts import actions, alerts, capacity, delays, pressure, queue
from layouts.parts import huddle_page, links
from layouts.parts.delay_page import PAGE as DELAYS
from layouts.parts.queue_page import PAGE as PACKAGES
from layouts.services import acute_sites

PUBLISHED = "/published"
# What the server finishes by itself; the others are Dash's, and lead somewhere where such a page is on the server.
FINISHED = frozenset({huddle_page.PATH, links.rehearsal(), links.type_in(), "/wall"})


def ways(picture: Picture, *, published: bool = False) -> list[tuple[str, str]]:
    """The address and the name of every page that this county has something to show on, in order.

    ``published`` says that there is a page of published figures; a county of these alone has it as its first page.
    """
    county = picture.county
    only_published = published and not acute_sites(county)
    # A county without a hospital has no page of demand: what it has instead stands at the same address.
    first = "Demand" if acute_sites(county) else "First page"
    shown = (
        ("/", first, not only_published),
        (alerts.PATH, alerts.TITLE, alerts.has_alerts(picture)),
        (pressure.PATH, pressure.TITLE, pressure.has_pressure(picture)),
        (actions.PATH, actions.TITLE, actions.shows_actions(picture)),
        (huddle_page.PATH, huddle_page.TITLE, huddle_page.has_huddles(picture)),
        (PUBLISHED, "Published figures", published),
        (DELAYS.path, "Delays", delays.has_lists(picture)),
        (PACKAGES.path, "Packages", queue.has_lists(picture)),
        (capacity.PATH, capacity.TITLE, capacity.has_services(picture)),
        (links.rehearsal(), "Rehearsal", bool(county.alerting.rules)),
        ("/feeds", "Feeds", True),
        ("/measures", "Measures", True),
        (links.type_in(), "Type in", may_be_typed(county)),
        ("/wall", "Walls", bool(county.boards)),
    )
    return [(href, name) for href, name, there in shown if there]
