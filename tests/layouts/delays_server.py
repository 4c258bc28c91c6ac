"""The page of delayed discharges on the real server, behind the real gate, with lists that a test can change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from flowcentre.model import Interval, Picture, Point
from flowcentre.picture.list_book import Answered
from flowcentre.picture.listed import Chosen
from flowcentre.web import Glass, create_server, fingerprint_of
from flowcentre.web.front import Front
from flowcentre.web.glass import AskedPage
from flowcentre.web.named import whole_lists
from layouts import access, boards, list_drawn, refused, shell, sign_in, wall
from layouts.delays import DELAYS_PAGE
from tests.layouts import cast
from tests.layouts.delays_cast import Book
from tests.web.cast import Publisher, QuietStore, running

ASSETS = Path(__file__).parents[2] / "assets"


class Shown:
    """A book on the server's glass; another can be put in its place."""

    def __init__(self) -> None:
        self.book = Book()
        self.live = Publisher(self.book.current(), self.book.at)
        self.store = QuietStore(self.book.version, beat_at=self.book.at)

    def show(self, book: Book) -> None:
        self.book = book
        self.publish()

    def publish(self) -> None:
        """Tell every display what the book says now."""
        self.store.versions = self.book.version
        self.live.at = self.store.beat_at = self.book.at
        self.live.publish(self.book.current())

    # What the page asks goes to the book of the moment.
    def choose(self, query: str, _picture: Picture | None = None) -> Chosen:
        return self.book.choose(query)

    def answer(self, query: str, _picture: Picture | None = None) -> Answered:
        return self.book.answer(query)

    def life(self, ref: str, known_at: datetime) -> list[Interval]:
        return self.book.life(ref, known_at)


@contextmanager
def serving(shown: Shown, port: int = 0, *, front: Front | None = None) -> Iterator[str]:
    """The whole server; its address. With a ``front`` people sign in to it."""
    pages = cast.pages(
        list_drawn.page(DELAYS_PAGE, shown),
        history=_history,
        polls=lambda feed: [cast.poll(feed, 1, shown.live.at)],
    )
    fingerprint = fingerprint_of(ASSETS)  # a page that tells of another is loaded again, in the middle of a test
    glass = Glass(
        wall_document=lambda picture, board: wall.document(picture, board, fingerprint=fingerprint),
        wall_body=wall.body,
        wall_list=lambda picture: boards.document(picture, fingerprint=fingerprint),
        pages=shell.live_pages(pages),
        asked_pages={id: AskedPage(*parts) for id, parts in shell.asked_pages(pages).items()},
        fingerprint=fingerprint,
        sign_in_page=lambda page: sign_in.document(page, fingerprint=fingerprint),
        signed_out_page=lambda page: sign_in.signed_out_document(page, fingerprint=fingerprint),
        signed_in_page=lambda picture, page: access.signed_in_document(picture, page, fingerprint=fingerprint),
        refused_page=lambda picture, refusal: refused.document(picture, refusal, fingerprint=fingerprint),
        statement=lambda county, invented: sign_in.statement_document(
            county, invented, "# Accessibility", fingerprint=fingerprint
        ),
        access_page=lambda picture, now: access.document(picture, now, fingerprint=fingerprint),
    )
    audited = front.store if front is not None else shown.store
    guard = whole_lists(audited, {"delays": shown}, shown.live.current, shown.live.now)  # type: ignore[arg-type]
    server = create_server(shown.live, shown.store, glass, now=shown.live.now, delays=shown, guard=guard, front=front)  # type: ignore[arg-type]
    dash = shell.create_pages(server, pages, assets=ASSETS, current=shown.live.current, people=server.people)
    server.allow_pages(dash.csp_hashes(), dash.callback_map, pages)
    with running(server, port) as url:
        yield url


def _history(_place: str, _measure: str, start: datetime, end: datetime) -> list[Point]:
    return [Point(start, 40.0), Point(end, 42.0)]
