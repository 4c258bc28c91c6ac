"""What the server draws, handed in from outside, so that the server knows no layout."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from flowcentre.model import (
    AccessNow,
    AskedPlace,
    AuditShown,
    Board,
    Form,
    Picture,
    Refusal,
    Rehearsal,
    SignedIn,
    SignedOut,
    SignIn,
    Silence,
)
from flowcentre.picture.actions_now import ActionForm, ActionStory, Draft
from flowcentre.picture.alerts_now import AlertForm, AlertStory, PlannedSilence
from flowcentre.picture.delays import Delay
from flowcentre.picture.huddle import HuddleForm, HuddleKept, HuddleNow
from flowcentre.picture.listed import Chosen
from flowcentre.picture.pressure_book import DeclareForm, PlacePressure
from flowcentre.picture.sitrep import Sitrep


@dataclass(frozen=True)
class AskedPage:
    """A live page whose content depends on the query of its address."""

    canonical: Callable[[Picture, str], str | None]  # one spelling for all that ask the same; None: not live
    draw: Callable[[Picture, str], str]  # the HTML of the live part, for a canonical query
    draw_theirs: Callable[[Any, Picture, str], str]  # the same of the book of somebody who may see a part of its rows
    draw_rough: Callable[[Picture, str], str]  # the same for those who may see none
    narrowed: Callable[[Picture, str], bool]  # does it ask for what is not told to these?


@dataclass(frozen=True)
class Glass:
    """How pictures become what a display needs. Every function is pure.

    ``fingerprint`` stands for the version of script, styles and layouts: a display that was drawn
    with another one loads its whole page again.
    """

    wall_document: Callable[[Picture, Board], str]  # the whole HTML page of a board
    wall_body: Callable[[Picture, Board], str]  # the part of it that changes with the picture
    wall_list: Callable[[Picture], str]  # the whole HTML page that lists the boards
    pages: Mapping[str, Callable[[Picture], str]] = field(default_factory=dict)  # the HTML of a page's live part
    asked_pages: Mapping[str, AskedPage] = field(default_factory=dict)
    fingerprint: str = ""
    # The sheets for wards of the people chosen, to be printed; the past moment that was asked for, if any; and whose rows
    # they hold, in words, where these are not everybody's.
    ward_sheet: Callable[[Chosen[Delay], datetime | None, str], str] | None = None
    # Where values are typed in: the list of its places, and the form of one; each with the moment of asking.
    type_in_list: Callable[[Picture, Sequence[AskedPlace], datetime], str] | None = None
    type_in_form: Callable[[Picture, Form, datetime], str] | None = None
    # An alert with its forms, a silence with the form that ends it, and an action card by its name and its Markdown.
    alert_page: Callable[[AlertStory, AlertForm], str] | None = None
    silence_page: Callable[[Picture, Silence, AlertForm, datetime], str] | None = None
    planned_silence: Callable[[Picture, PlannedSilence, datetime], str] | None = None
    # The page of the huddle that is open, one huddle with its sitrep, and a sitrep as PDF.
    huddle_page: Callable[[HuddleNow, HuddleForm], str] | None = None
    huddle_kept: Callable[[HuddleKept, HuddleForm], str] | None = None
    sitrep_pdf: Callable[[Sitrep], bytes] | None = None
    action_card: Callable[[Picture, str, str], str] | None = None
    # Pressure at a place, with the form that declares a level.
    pressure_page: Callable[[PlacePressure, DeclareForm], str] | None = None
    # What a rule would have done, beside what it would do if it were changed.
    rehearsal_page: Callable[[Picture, Rehearsal], str] | None = None
    # An action with its forms, and the form that logs one.
    action_page: Callable[[ActionStory, ActionForm], str] | None = None
    new_action: Callable[[Draft, ActionForm], str] | None = None
    # Signing in and out, what one may, that there is no such page or none for the asker, and the page of administrators.
    sign_in_page: Callable[[SignIn], str] | None = None
    signed_out_page: Callable[[SignedOut], str] | None = None
    signed_in_page: Callable[[Picture, SignedIn], str] | None = None
    refused_page: Callable[[Picture, Refusal], str] | None = None
    statement: Callable[[str, bool], str] | None = None  # of accessibility: county, demonstration
    access_page: Callable[[Picture, AccessNow], str] | None = None
    # The audit: what was asked of it, the number and hash of its newest entry, and the mark of its forms.
    audit_page: Callable[[Picture, AuditShown, tuple[int, str], str], str] | None = None


def fingerprint_of(*folders: Path) -> str:
    """A short mark of everything in these folders: it changes when any file does."""
    digest = hashlib.sha256()
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                content = file.read_bytes()
                digest.update(f"{file.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
                digest.update(content)
    return digest.hexdigest()[:12]
