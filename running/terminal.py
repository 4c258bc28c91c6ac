"""What the person at the terminal is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowcentre.model import Picture

PAGES = {
    "/": "whole-system demand",
    "/delays": "delayed discharges: who waits, for what, and who must act",
    "/packages": "packages of care: who waits, and for whom",
    "/capacity": "community capacity: who could start today, and what ends when",
    "/alerts": "alerts: what stands, who was told, and who took it up",
    "/pressure": "pressure: what is computed, what is declared, and what each parameter gives",
    "/actions": "actions: what is to be done, by whom and when, and what came of it",
    "/huddle": "the huddle: what changed since the last, minutes, and its sitrep",
    "/rehearsal": "rules of alerts over the weeks before, as they are and as they might be",
    "/type-in": "where a service without a system types its figures",
    "/wall": "the wall board",
    "/feeds": "what each feed has done",
    "/measures": "what each measure means",
    "/api/v1/picture": "the same for machines",
}


def say(words: str) -> None:
    """Tell the person at the terminal."""
    print(words, flush=True)


def counted(number: int, noun: str) -> str:
    """So many of them: "1 board", "12 feeds"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def started(url: str, what: str, pages: Mapping[str, str]) -> None:
    """Say what runs, where to look, and how to stop."""
    look = "\n".join(f"    {url + path:<40}{words}" for path, words in pages.items())
    say(f"\n  {what}\n\n  Look at\n{look}\n\n  Stop with Ctrl-C. What is stored is kept.\n")


def pages_of(picture: Picture) -> Mapping[str, str]:
    """The pages to look at: those on which this county has something to show."""
    from layouts.ways import ways

    there = {"/", "/api/v1/picture", *(path for path, _ in ways(picture))}
    return {path: words for path, words in PAGES.items() if path in there}
