"""The glass: layouts draw what the web serves, and neither knows the other."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from running.books import Books
from running.setting import ASSETS, LAYOUTS, ROOT

if TYPE_CHECKING:
    from flowcentre.web import Glass
    from layouts.pages import Pages


def statement_of(root: Path) -> str:
    """The accessibility statement, as it lies among the documents."""
    return (root / "docs" / "safety" / "accessibility.md").read_text(encoding="utf-8")


def glass_of(books: Books, pages: Pages) -> Glass:
    """How each page that the server finishes by itself is drawn, boards, forms and print; and the live parts of ``pages``."""
    from flowcentre.web import AskedPage, Glass, fingerprint_of
    from layouts import (
        access,
        action_card,
        action_page,
        alert_page,
        audit,
        boards,
        huddle,
        pressure_page,
        refused,
        rehearsal,
        shell,
        sign_in,
        silence_new,
        sitrep_pdf,
        type_in,
        wall,
        ward_sheet,
    )
    from layouts.parts.huddle_page import ID as HUDDLE_ID

    fingerprint = fingerprint_of(ASSETS, LAYOUTS)
    live = shell.live_pages(pages)
    if books.huddles is not None:  # a finished page, beside whose forms this is put up
        live[HUDDLE_ID] = partial(huddle.body, books.huddles)
    return Glass(
        fingerprint=fingerprint,
        wall_document=partial(wall.document, fingerprint=fingerprint),
        wall_body=wall.body,
        wall_list=partial(boards.document, fingerprint=fingerprint),
        pages=live,
        asked_pages={id: AskedPage(*parts) for id, parts in shell.asked_pages(pages).items()},
        ward_sheet=partial(ward_sheet.document, fingerprint=fingerprint),
        type_in_list=partial(type_in.list_document, fingerprint=fingerprint),
        type_in_form=partial(type_in.form_document, fingerprint=fingerprint),
        alert_page=partial(alert_page.document, fingerprint=fingerprint),
        silence_page=partial(alert_page.silence_document, fingerprint=fingerprint),
        planned_silence=partial(silence_new.document, fingerprint=fingerprint),
        action_card=partial(action_card.document, fingerprint=fingerprint),
        rehearsal_page=partial(rehearsal.document, fingerprint=fingerprint),
        pressure_page=partial(pressure_page.document, fingerprint=fingerprint),
        action_page=partial(action_page.document, fingerprint=fingerprint),
        new_action=partial(action_page.form_document, fingerprint=fingerprint),
        huddle_page=partial(huddle.document, fingerprint=fingerprint),
        huddle_kept=partial(huddle.kept_document, fingerprint=fingerprint),
        sitrep_pdf=sitrep_pdf.pdf,
        sign_in_page=partial(sign_in.document, fingerprint=fingerprint),
        signed_out_page=partial(sign_in.signed_out_document, fingerprint=fingerprint),
        signed_in_page=partial(access.signed_in_document, fingerprint=fingerprint),
        refused_page=partial(refused.document, fingerprint=fingerprint),
        statement=partial(sign_in.statement_document, text=statement_of(ROOT), fingerprint=fingerprint),
        access_page=partial(access.document, fingerprint=fingerprint),
        audit_page=partial(audit.document, fingerprint=fingerprint),
    )
