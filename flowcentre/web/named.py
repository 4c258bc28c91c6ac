"""Pages of counts that name somebody here and there, narrowed to those of whom the asker may be told.

Such a page is drawn and compressed once for all. Where a tag of it names somebody, in ``data-life`` or ``data-of``, whoever may
not be told of them gets it without that row: the figures above are everybody's and stay as they are. Words that somebody typed
are in no tag, whatever they say: every text and every attribute is written without a bare <, > or ".
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from html import unescape
from typing import Any, TypeVar

import structlog

from flowcentre.access.rows import NOT_SCOPED, Audit, Books, Guard, NoRows
from flowcentre.model import Leaving, Picture, RowScope
from flowcentre.web.finished import Finished, finish

A = TypeVar("A")
log = structlog.get_logger(__name__)
# The list of whose people a page tells. A page that is not here and names somebody goes to nobody: see ``Named.html``.
LIST_OF = {"packages": "packages", "capacity": "packages", "delays": "delays"}
_NAME = re.compile(r'\sdata-(?:life|of)="([^"]*)"')
_HEADS = re.compile(r"<thead>.*?</thead>", re.DOTALL)
_ROWS = ("<tr>", "<tr ", "<li>", "<li ")
_EMPTY = "<tbody></tbody>"
_CUT = "<!--cut-->"  # where a row was taken out, until it is said: no text of a page holds a <
_LISTS = re.compile(r"<(tbody|ul|ol)\b[^>]*>(?:(?!<(?:tbody|ul|ol)\b).)*?</\1>", re.DOTALL)
_FOLDS = re.compile(r"<details\b[^>]*>(?:(?!<details\b).)*?</details>", re.DOTALL)  # rows beyond the first few
_MOST_KEPT = 64
NONE_OF_THEIRS = "None of them is of the places whose rows you may see."
NOT_NARROWED = (
    "This page cannot be shown: it could not be narrowed to what you may see. It is in the log of the server: please "
    "tell whoever runs it."
)


def _named(html: str) -> Iterator[re.Match[str]]:
    """Wherever a tag names somebody."""
    return (found for found in _NAME.finditer(html) if _in_a_tag(html, found.start()))


def _in_a_tag(html: str, at: int) -> bool:
    return html.rfind("<", 0, at) > html.rfind(">", 0, at)


def names_in(html: str) -> frozenset[str]:
    """Who is named in a page."""
    return frozenset(unescape(found[1]) for found in _named(html)) if "data-" in html else frozenset()


def names_somebody(finished: Finished) -> bool:
    """Is anybody named in it?"""
    content = finished.content
    if b'data-life="' not in content and b'data-of="' not in content:  # as nearly every page
        return False
    return next(_named(content.decode()), None) is not None


def without_others(html: str, theirs: Collection[str], words: str) -> str:
    """A page without the rows of whoever is not among ``theirs``; ``words`` stand where a table has none left, and where some are left how many are not.

    Nothing of a page on which somebody is named outside a row.
    """
    kept, at = [], 0
    for found in _named(html):
        if unescape(found[1]) in theirs:
            continue
        if found.start() < at:  # in a row that is out already
            continue
        begins, tag = max((html.rfind(tag, at, found.start(1)), tag[1:3]) for tag in _ROWS)
        end = f"</{tag}>"
        ends = html.find(end, found.end())
        if begins < 0 or ends < 0 or end in html[begins : found.start()]:
            return ""
        kept += [html[at:begins], _CUT]
        at = ends + len(end)
    if not kept and not at:
        return html
    kept.append(html[at:])
    nobody = f'<tbody><tr><td colspan="9" class="what">{words}</td></tr></tbody>'
    return _LISTS.sub(_with_number, _FOLDS.sub(_unless_empty, "".join(kept))).replace(_CUT, "").replace(_EMPTY, nobody)


def _unless_empty(found: re.Match[str]) -> str:
    """A fold; nothing where all that named somebody in it was taken out, and only that was in it."""
    rest = _HEADS.sub("", found[0])
    return found[0] if _CUT not in rest or any(tag in rest for tag in _ROWS) else ""


def _with_number(found: re.Match[str]) -> str:
    """A table or list with how many of its rows were taken out, at its end; as it is where none were, or none are left."""
    cut, tag = found[0].count(_CUT), found[1]
    left, end = found[0].replace(_CUT, ""), f"</{tag}>"
    if not cut or "<tr" not in left and "<li" not in left:
        return left
    said = f"{cut} more {'row here is' if cut == 1 else 'rows here are'} not yours to see."
    row = f'<tr><td colspan="9" class="what">{said}</td></tr>' if tag == "tbody" else f'<li class="what">{said}</li>'
    return left.removesuffix(end) + row + end


def whole_lists(audit: Audit, books: Books, current: Callable[[], Picture], now: Callable[[], datetime]) -> Guard:
    """A guard that has the books of the whole county alone: it gives nothing to whoever may see a part of it."""

    def of(scope: RowScope) -> Books:
        if not scope.everywhere:
            raise NoRows(503, NOT_SCOPED)
        return books

    return Guard(audit, of, lambda: current().county.places, now)


class Named:
    """Narrows what names somebody to whoever asks. It blocks: call it in a thread."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, frozenset[str], str], Finished] = {}

    def refused(self) -> str | None:
        """Why whoever asks sees no rows, in plain words; None where they see some."""
        return self._guard.refused()

    def whose(self) -> str:
        """Of which places they see rows, in words; "" of the whole county. Raises NoRows."""
        return self._guard.whose()

    def give(self, list_: str, draw: Callable[[Any], tuple[A, Leaving]]) -> A:
        """See ``Guard.give``."""
        return self._guard.give(list_, draw)

    def html(self, page: str, query: str, html: str) -> str:
        """A page, or a part of one, as the asker may see it. Raises NoRows."""
        names = names_in(html)
        if not names:
            return html
        theirs = self.theirs(page, query, names)
        return html if theirs is None else self._without(page, html, theirs)

    def finished(self, page: str, query: str, finished: Finished) -> Finished:
        """The same of finished bytes: what comes of them is kept for whoever may see the same. Raises NoRows."""
        html = finished.content.decode()
        theirs = self.theirs(page, query, names_in(html))
        if theirs is None:
            return finished
        words = self._words()
        key = (finished.etag, theirs, words)
        with self._lock:
            kept = self._kept.pop(key, None)
        kept = kept or finish(self._without(page, html, theirs).encode(), finished.media_type)
        with self._lock:
            self._kept[key] = kept
            while len(self._kept) > _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
        return kept

    def _without(self, page: str, html: str, theirs: frozenset[str]) -> str:
        left = without_others(html, theirs, self._words())
        if not left:
            log.error("a page names somebody outside a row: it is shown to nobody who may not see them", page=page)
            raise NoRows(500, NOT_NARROWED)
        return left

    def _words(self) -> str:
        return self._guard.refused() or NONE_OF_THEIRS

    def theirs(self, page: str, query: str, names: frozenset[str]) -> frozenset[str] | None:
        """Who of some may be named to the asker; None: all. The audit has them. Raises NoRows."""
        if page not in LIST_OF:
            log.error("a page names somebody, and nothing says of which list", page=page)
            return frozenset()
        asked = query.lstrip("?")
        what = f"{page}{'?' if asked else ''}{asked}, named on the page"
        return self._guard.among(LIST_OF[page], query, names, what)
