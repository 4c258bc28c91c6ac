"""Who may ask for what: one decision for each route and method. What is not decided here is refused.

A decision is about the address. Whose rows somebody gets is decided once more where they are read.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from urllib.parse import parse_qs

from flowcentre.model.access import Identity, Permission


class Who(Enum):
    """Whoever may ask without a permission of their own."""

    ANYBODY = "anybody"  # signed in or not
    SIGNED_IN = "signed in"  # any person who is
    WATCHER = "watcher"  # a machine that reads, or an administrator


Needs = Who | Permission
MACHINE, DISPLAY = "machine", "display"  # issuers of ours
NOT_PEOPLE = frozenset({MACHINE, DISPLAY})
BOARD = re.compile(r"/wall/([^/]+)(?:/body)?")
_NUMBER, _NAME, _REST = r"[0-9]{1,12}", r"[a-z0-9_-]{1,200}", r".*"
_LISTS = ("delays", "packages")

# The first that fits decides. What is left out is for nobody.
_READ: tuple[tuple[str, Needs], ...] = (
    # Scripts, styles and fonts of ours hold nothing of a county: the page that asks one to sign in needs them too.
    (rf"/assets/{_REST}|/_favicon\.ico|/healthz|/readyz", Who.ANYBODY),
    (r"/sign-in|/sign-in/(?:provider|callback)|/signed-out|/accessibility", Who.ANYBODY),
    (r"/show/[A-Za-z0-9_-]{20,200}", Who.ANYBODY),
    (r"/signed-in", Who.SIGNED_IN),
    (r"/metrics", Who.WATCHER),
    (r"/live|/wall/[^/]+(?:/body)?", Permission.BOARD),
    (rf"/access(?:/{_REST})?", Permission.ADMINISTER),
    (r"/delays/ward-sheet", Permission.PEOPLE),
    (rf"/type-in/{_NAME}", Permission.TYPE_IN),
    (r"/silences/new|/actions/new", Permission.ACT),
    (rf"/wall/?|/wall/{_REST}|/live/{_REST}", Permission.AGGREGATES),
    (rf"/api/{_REST}|/openapi\.json|/docs(?:/{_REST})?", Permission.AGGREGATES),
    (rf"/_dash-component-suites/{_REST}|/_dash-layout|/_dash-dependencies", Permission.AGGREGATES),
    (r"/|/(?:demand|feeds|measures|explain|published|capacity)/?", Permission.AGGREGATES),
    (rf"/(?:delays|packages)(?:\.csv|\.xlsx|/{_REST})?", Permission.AGGREGATES),
    (
        rf"/(?:alerts|silences|actions|pressure|huddle|rehearsal|action-cards|type-in)(?:/{_REST})?",
        Permission.AGGREGATES,
    ),
)
_SENT: tuple[tuple[str, Needs], ...] = (
    (r"/sign-in|/sign-out/back-channel", Who.ANYBODY),
    (r"/sign-out", Who.SIGNED_IN),
    (rf"/access(?:/{_REST})?", Permission.ADMINISTER),
    (r"/_dash-update-component", Permission.AGGREGATES),
    (rf"/type-in/{_NAME}", Permission.TYPE_IN),
    (
        rf"/(?:alerts|silences)/{_NUMBER}|/silences/new|/pressure/{_NAME}|/actions/(?:new|{_NUMBER})|/huddle(?:/{_NUMBER})?",
        Permission.ACT,
    ),
)
_TABLES = {
    "GET": tuple((re.compile(path), needs) for path, needs in _READ),
    "POST": tuple((re.compile(path), needs) for path, needs in _SENT),
}
# Of a list, with and without its rows of people: which word of the address leaves them out.
_ROWS = {
    **{f"/{each}.{kind}": ("counts", "yes") for each in _LISTS for kind in ("csv", "xlsx")},
    **{f"/api/v1/{each}": ("people", "no") for each in _LISTS},
}


def decision(method: str, path: str, query: str = "") -> Needs | None:
    """What a request needs; None: nobody is let through. HEAD is asked for as GET."""
    found = _of_path(method, path)
    if path in _ROWS and found is Permission.AGGREGATES:
        word, leaves_out = _ROWS[path]
        return found if parse_qs(query, keep_blank_values=True).get(word) == [leaves_out] else Permission.PEOPLE
    return found


@lru_cache(4096)
def _of_path(method: str, path: str) -> Needs | None:
    for pattern, needs in _TABLES.get("GET" if method == "HEAD" else method, ()):
        if pattern.fullmatch(path):
            return needs
    return None


def may(identity: Identity, needs: Needs, path: str) -> bool:
    """Is what is needed permitted to somebody who is signed in? A display has its own board alone."""
    if needs is Who.ANYBODY:
        return True
    if needs is Who.SIGNED_IN:
        return identity.issuer not in NOT_PEOPLE
    if needs is Who.WATCHER:
        return identity.may(Permission.ADMINISTER) or (
            identity.issuer == MACHINE and identity.may(Permission.AGGREGATES)
        )
    board = BOARD.fullmatch(path)
    if identity.board is not None and board is not None and board[1] != identity.board:
        return False
    return identity.may(needs)


# In which words somebody who is signed in is told no.
WORDS = {
    Permission.BOARD: "This is not a board that you may see.",
    Permission.AGGREGATES: "You may not see this.",
    Permission.PEOPLE: "You may not see rows of people. Counts are on the pages, and with counts=yes or people=no.",
    Permission.ACT: "You may look at this, and not do it: acknowledging, declaring and acting are for leads.",
    Permission.TYPE_IN: "You may not type values in.",
    Permission.ADMINISTER: "This is for administrators.",
    Who.SIGNED_IN: "This is for people who are signed in.",
    Who.WATCHER: "The metrics are for administrators and for machines that watch.",
    Who.ANYBODY: "",
}
