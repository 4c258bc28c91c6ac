"""The queue of packages of care: what its grid asks, and one package's life line."""

from __future__ import annotations

from typing import Protocol

from dash.development.base_component import Component

from flowcentre.model import CareReferral, Leaving, Picture
from flowcentre.picture.listed import Chosen
from flowcentre.picture.package_book import PackageLife
from flowcentre.picture.packages import PACKAGES, Package
from layouts import list_answers
from layouts.listed import ListBook, Reply
from layouts.parts.queue_life import life
from layouts.parts.queue_page import PAGE


class PackageBook(ListBook[Package], Protocol):
    """What the page needs of ``flowcentre.picture.package_book.PackageBook``."""

    def package_life(self, ref: str, picture: Picture) -> PackageLife:
        """All that every list had said of the person whose referral it is."""
        ...


def has_lists(picture: Picture) -> bool:
    """Is any locality expected to send a list of referrals?"""
    return bool(PACKAGES.listing(picture))


def answer(book: PackageBook, picture: Picture, question: object) -> tuple[Reply, Leaving]:
    """Answers ``assets/a-list.js`` for this page."""

    def line_of(chosen: Chosen[Package], ref: str) -> tuple[Component, frozenset[str]]:
        told = book.package_life(ref, chosen.picture)
        rows = [one.person for each in told.referrals for one in each if isinstance(one.person, CareReferral)]
        refs = frozenset(name for row in rows for name in (row.ref, row.person))
        return life(ref, told, list_answers.listed_as(chosen, ref), chosen.picture), refs

    return list_answers.answer(PAGE, book, picture, question, line_of)
