"""Pages that are drawn once for all, without the ways to what whoever asks may not do.

A layout marks such a way by what it needs: ``data-needs="act northgate"`` goes with all that is in it, and of
``data-link-needs`` the words stay and the link goes. The second word is of which place or feed; "*" is the whole county,
and without one it is needed anywhere. It is a kindness and no lock: what is sent is decided on where it is taken in.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flowcentre.access.acts import Acts
from flowcentre.model import Permission
from flowcentre.web.finished import Finished, finish
from flowcentre.web.glass import Glass

# What holds a marked way holds no other of its kind.
_GOES = re.compile(r'<(a|li|p)\b[^>]*\sdata-needs="([^"]*)"[^>]*>.*?</\1>', re.DOTALL)
_LINK_GOES = re.compile(r'<a\b[^>]*\sdata-link-needs="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_ACTS = {
    "act": Permission.ACT,
    "rows": Permission.PEOPLE,
    "type-in": Permission.TYPE_IN,
    "administer": Permission.ADMINISTER,
}
_MOST_KEPT = 64
# Of the glass, the pages that are drawn for each who asks; boards and live parts are drawn once for all.
_PAGES = (
    "wall_list",
    "type_in_list",
    "type_in_form",
    "alert_page",
    "silence_page",
    "planned_silence",
    "huddle_page",
    "huddle_kept",
    "action_card",
    "pressure_page",
    "rehearsal_page",
    "action_page",
    "new_action",
    "signed_in_page",
    "refused_page",
    "access_page",
    "audit_page",
)


def leads_somewhere(finished: Finished) -> bool:
    """Is there a way in it that is not for everybody?"""
    return b"-needs=" in finished.content


class Own:
    """Takes out of a page what its asker may not do."""

    def __init__(self, acts: Acts) -> None:
        self._acts = acts
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, frozenset[str]], Finished] = {}

    def may(self, needs: str) -> bool:
        """Whether whoever asks may do what a way needs. What is not known is for nobody."""
        what, _, of = needs.partition(" ")
        permission = _ACTS.get(what)
        return permission is not None and self._acts.may(permission, [] if not of else ["" if of == "*" else of])

    def html(self, html: str) -> str:
        """A page without the ways that are not its asker's."""
        return _without(html, self._not_theirs(html))

    def finished(self, finished: Finished) -> Finished:
        """The same of finished bytes; what comes of them is kept for whoever may do the same, and for nobody else."""
        html = finished.content.decode()
        not_theirs = self._not_theirs(html)
        if not not_theirs:
            return finished
        key = (finished.etag, not_theirs)
        with self._lock:
            kept = self._kept.pop(key, None)
        kept = kept or finish(_without(html, not_theirs).encode(), finished.media_type)
        with self._lock:
            self._kept[key] = kept
            while len(self._kept) > _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
        return kept

    def glass(self, glass: Glass) -> Glass:
        """A glass whose pages, where they are drawn for one who asks, are drawn for them."""
        drawn: dict[str, Any] = {name: self._of(draw) for name in _PAGES if (draw := getattr(glass, name)) is not None}
        return replace(glass, **drawn)

    def _of(self, draw: Callable[..., str]) -> Callable[..., str]:
        def drawn(*args: Any, **named: Any) -> str:
            return self.html(draw(*args, **named))

        return drawn

    def _not_theirs(self, html: str) -> frozenset[str]:
        if "-needs=" not in html:
            return frozenset()
        return frozenset(needs for needs in set(_needs_in(html)) if not self.may(needs))


def _needs_in(html: str) -> list[str]:
    return [*(found[2] for found in _GOES.finditer(html)), *(found[1] for found in _LINK_GOES.finditer(html))]


def _without(html: str, not_theirs: frozenset[str]) -> str:
    if not not_theirs:
        return html
    html = _GOES.sub(lambda found: "" if found[2] in not_theirs else found[0], html)
    return _LINK_GOES.sub(lambda found: found[2] if found[1] in not_theirs else found[0], html)
