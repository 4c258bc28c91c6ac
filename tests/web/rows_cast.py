"""A centre with sign-in as it really runs: a full store, the real books, gate, guard and pages, and somebody of each kind."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from flowcentre.access import displays, sessions
from flowcentre.access.grants import identity_of
from flowcentre.access.strangers import Strangers
from flowcentre.feeds.typed import Desk
from flowcentre.model import Access, Board, County, Grant, Machine, Permission, Role, Scope
from flowcentre.picture import build
from flowcentre.store import Store
from flowcentre.web import FlowServer
from running.books import Books, books_of
from running.glass import glass_of
from running.pages import add_pages, pages_of
from running.server import gated
from tests.feeds.care_cast import COUNTY, LOCALITIES, NORTHGATE, SOUTHMERE, delayed, listed, poll
from tests.picture.packages_cast import AT, SOON, crowd
from tests.web.access_cast import as_screen, callback_headers
from tests.web.cast import Publisher, running

EVERYWHERE = Scope(everywhere=True)
READER, WATCHER = "r" * 40, "w" * 40
# Of each name what they may, and where. Those of MANAGERS see rows.
GRANTED = {
    "viewer": (Role.VIEWER, EVERYWHERE),
    "lead": (Role.LEAD, EVERYWHERE),
    "editor": (Role.EDITOR, EVERYWHERE),
    "admin": (Role.ADMINISTRATOR, EVERYWHERE),
    "all": (Role.MANAGER, EVERYWHERE),
    "mid": (Role.MANAGER, Scope(frozenset({"mid"}))),
    "southmere": (Role.MANAGER, Scope(frozenset({"southmere"}))),
    "northgate": (Role.MANAGER, Scope(frozenset({"northgate"}))),  # on its list are some who wait for care
    "nowhere": (Role.MANAGER, Scope(frozenset({"ashdown-north"}))),  # an organisation with no list
}
ACCESS = Access(
    configured=True,
    public_url="http://127.0.0.1:8050",
    local=True,
    grants=tuple(Grant(f"account:{name}", frozenset({role}), scope) for name, (role, scope) in GRANTED.items()),
    machines=(
        Machine("watcher", "WATCHER_TOKEN", frozenset({Permission.AGGREGATES})),
        Machine(
            "reader", "READER_TOKEN", frozenset({Permission.AGGREGATES, Permission.PEOPLE}), Scope(frozenset({"mid"}))
        ),
    ),
)
SECRETS = {"WATCHER_TOKEN": WATCHER, "READER_TOKEN": READER}
BOARDS = (Board("county", "County", "wall", ("westshire",)),)
NOBODY = ("nobody", "ended", "screen", "watcher", "viewer", "lead", "editor", "admin")  # who may see no row


def settle_people(store: Store) -> None:
    """A day of the localities and hospitals; somebody of Mid lies in each hospital."""
    at = AT
    people = [delayed(f"NG-{4000 + index}", residence=LOCALITIES[index % 3]) for index in range(1, 40, 2)]
    poll(store, listed(people, at, "northgate", people="delays"), at, NORTHGATE)
    there = [delayed(f"SM-{index}", "southmere", residence=(*LOCALITIES, None)[index % 4]) for index in range(8)]
    poll(store, listed(there, at, "southmere", people="delays"), at, SOUTHMERE)
    poll(store, listed(crowd(60, at), at, *LOCALITIES), at)


@dataclass
class Centre:
    """The server with everything that a test asks it."""

    store: Store
    access: Access = ACCESS
    county: County = field(init=False)
    live: Publisher = field(init=False)
    books: Books = field(init=False)
    app: FlowServer = field(init=False)
    desk: Desk | None = None

    def __post_init__(self) -> None:
        self.county = replace(COUNTY, access=self.access, boards=BOARDS)
        self.live = Publisher(build(self.store, self.county, SOON), SOON)
        live: Any = self.live
        self.books = books_of(self.store, live, self.live.now, published=False)
        pages = pages_of(self.store, live, self.books, published=False)
        glass = glass_of(self.books, pages)
        self.app = gated(self.store, live, glass, self.books, now=self.live.now, desk=self.desk, folder=None)
        asker = self.app.policy.asker
        assert asker is not None
        for each in ("strangers", "signing_in", "signing_out"):  # a test comes from one address, and no time passes
            setattr(asker, each, Strangers(self.live.now, at_once=10**9))
        add_pages(self.app, live, pages)
        self._tokens = {name: self.begin(name) for name in GRANTED}
        self._tokens["ended"] = self.begin("all")
        self.store.end_session(sessions.hash_of(self._tokens["ended"][0]), SOON, "signed out")
        self._screen = displays.make(self.store, "county", "the control room", "admin", SOON)[0]

    def begin(self, name: str) -> tuple[str, str]:
        """A new session of somebody: its token, and the key of its forms."""
        identity = identity_of(self.access, "local", name, name)
        assert identity is not None
        token, session = sessions.begin(self.store, identity, SOON)
        return token, session.key

    def sign_in_again(self) -> None:
        """New sessions for everybody, in place of those that they had."""
        for name in GRANTED:
            self.store.end_session(sessions.hash_of(self._tokens[name][0]), SOON, "signed in anew")
        self._tokens |= {name: self.begin(name) for name in GRANTED}

    def headers(self, name: str) -> dict[str, str]:
        """With which somebody asks, forms and questions of pages included."""
        if name == "nobody":
            return {}
        if name == "screen":
            return as_screen(self._screen)
        if name in ("reader", "watcher"):
            return {"authorization": f"Bearer {READER if name == 'reader' else WATCHER}"}
        return callback_headers(*self._tokens[name])

    def token(self, name: str) -> tuple[str, str]:
        """The token and the key of somebody's session."""
        return self._tokens[name]

    def forget(self) -> None:
        """Have the guard forget whom the audit was told of."""
        self.app.people._guard._lately._kept.clear()

    def everybody(self) -> dict[str, tuple[str, str | None]]:
        """Of each ref that any list holds, whose list it is on and the locality that its people are of."""
        found: dict[str, tuple[str, str | None]] = {}
        for people, places in (("delays", ("northgate", "southmere")), ("referrals", LOCALITIES)):
            for place in places:
                for row in self.store.people(people, place, SOON):
                    found[row.ref] = place, place if people == "referrals" else getattr(row, "residence", None)
        return found

    def theirs(self, name: str) -> set[str]:
        """The refs that somebody may see, worked out beside everything that is tested."""
        everybody = self.everybody()
        if name == "all":
            return set(everybody)
        wanted = {"mid": "mid", "reader": "mid", "southmere": "southmere", "northgate": "northgate"}.get(name)
        return (
            {ref for ref, where in everybody.items() if wanted in where} | self.of_inpatients(wanted)
            if wanted
            else set()
        )

    def of_inpatients(self, hospital: str) -> set[str]:
        """The referrals of those who lie in a hospital."""
        lying = {row.ref for row in self.store.people("delays", hospital, SOON)}
        referrals = (row for place in LOCALITIES for row in self.store.people("referrals", place, SOON))
        return {row.ref for row in referrals if getattr(row, "person", None) in lying}


@contextmanager
def served(centre: Centre) -> Iterator[str]:
    """The centre on a real server; its address."""
    with running(centre.app) as url:
        yield url


def question(list_: str, **asked: Any) -> dict[str, Any]:
    """What a page's script asks of a list."""
    return {
        "output": f"{list_}-answer.data",
        "outputs": {"id": f"{list_}-answer", "property": "data"},
        "inputs": [{"id": f"{list_}-question", "property": "data", "value": {"query": "", **asked}}],
        "changedPropIds": [f"{list_}-question.data"],
    }


def page_question(path: str, search: str = "") -> dict[str, Any]:
    """What Dash asks when somebody opens a page."""
    return {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [
            {"id": "url", "property": "pathname", "value": path},
            {"id": "url", "property": "search", "value": search},
        ],
        "changedPropIds": ["url.pathname"],
    }


WHOLE = {"startRow": 0, "endRow": 1000, "sortModel": [], "filterModel": {}}
DASH = "/_dash-update-component"


def text_of(answer: httpx.Response) -> str:
    """All that an answer holds, a workbook's cells and the headers too."""
    head = str(answer.headers)
    if answer.content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
            return head + "".join(packed.read(name).decode() for name in packed.namelist())
    return head + answer.text


def named_in(text: str, everybody: Any) -> set[str]:
    """Whoever of everybody is named in a text."""
    return set(re.findall(r"\b(?:NG|SM|WC|WR|C|P)-\d+\b", text)) & set(everybody)
