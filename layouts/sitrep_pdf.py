"""A sitrep as a PDF: the same sentences as its text, in the whole of the pages' letters.

Pages load Inter's Latin letters alone, in which "≥", "→" and "Łódź" are missing. What is printed has no second font to fall
back on, so two files of the whole family stand beside it, which no page loads: Latin, Greek, Cyrillic, signs and arrows.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from flowcentre.model import EPOCH
from flowcentre.picture.sitrep import Sitrep

_FONTS = Path(__file__).resolve().parents[1] / "assets" / "fonts"
FONTS = {
    "": _FONTS / "Inter-Regular.woff2",
    "B": _FONTS / "Inter-Bold.woff2",
}  # by style; inter-ui 4.1.1 of npm, OFL-1.1
LACKING = "\N{WHITE SQUARE}"  # stands for a letter that the font lacks: "?" would be read as a question
_MARGIN = 18  # mm
_LETTERS = "sitrep"
# Stands for how many pages there are, and keeps room for three figures: no letter of any font, so that nothing said can hold it.
_PAGES = "\x02" * 3


@lru_cache(maxsize=8)
def pdf(sitrep: Sitrep) -> bytes:
    """The whole document, A4, each page numbered. A letter that the font lacks stands as a square, and the head says so."""
    # Loaded when the first is asked for: it takes long, and most processes never make one.
    from fpdf import FPDF
    from fpdf.enums import XPos, YPos
    from fpdf.fonts import TTFFont

    has = _letters()

    def plain(text: str) -> str:
        return "".join(letter if ord(letter) in has else LACKING for letter in unicodedata.normalize("NFC", text))

    said = [sitrep.title, *sitrep.head, *(words for part in sitrep.parts for words in (part.title, *part.lines))]
    lacking = sum(plain(words).count(LACKING) for words in said)

    class Paper(FPDF):
        def footer(self) -> None:
            self.set_y(-_MARGIN + 4)
            self.set_font(_LETTERS, "", 8)
            self.cell(0, 5, plain(f"{sitrep.title}, page {self.page_no()} of ") + _PAGES)

    paper = Paper(format="A4", unit="mm")
    paper.alias_nb_pages(_PAGES)
    for style in FONTS:
        font: Any = BytesIO(_unpacked(style))  # add_font takes a path alone, and what it opens takes either
        paper.fonts[f"{_LETTERS}{style}"] = TTFFont(paper, font, f"{_LETTERS}{style}", style)
    paper.set_margin(_MARGIN)
    paper.set_auto_page_break(True, margin=_MARGIN)
    paper.set_title(plain(sitrep.title))
    paper.set_lang("en-GB")
    paper.set_creation_date(sitrep.at or EPOCH)  # two servers make the same, to the byte
    paper.add_page()

    def say(text: str, size: float, height: float, *, bold: bool = False, indent: float = 0) -> None:
        paper.set_font(_LETTERS, "B" if bold else "", size)
        paper.set_x(_MARGIN + indent)
        paper.multi_cell(0, height, plain(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    say(sitrep.title, 17, 8, bold=True)
    paper.ln(2)
    for line in sitrep.head:
        say(line, 9.5, 4.8)
    if lacking:
        say(lacking_words(lacking), 9.5, 4.8, bold=True)
    for part in sitrep.parts:
        paper.ln(2.5 if part.small else 5)
        if paper.will_page_break(18):  # a title is not left alone at the foot of a page
            paper.add_page()
        say(part.title, 10.5 if part.small else 13, 6, bold=True)
        for line in part.lines:
            top = paper.get_y()
            if paper.will_page_break(4.8):
                paper.add_page()
                top = paper.get_y()
            paper.set_font(_LETTERS, "", 9.5)
            paper.set_xy(_MARGIN, top)
            paper.cell(4, 4.8, plain("\N{BULLET}"))
            say(line, 9.5, 4.8, indent=4)
            paper.ln(0.8)
    return bytes(paper.output())


def lacking_words(letters: int) -> str:
    """What is said where a document could not show everything."""
    stands = "1 letter" if letters == 1 else f"{letters:,} letters"
    return f"{stands} cannot be printed here and stand{'s' if letters == 1 else ''} as {LACKING}: read the page or the text."


@lru_cache(maxsize=1)
def _letters() -> frozenset[int]:
    """What both files can show."""
    from fontTools.ttLib import TTFont

    regular, bold = (frozenset(TTFont(path).getBestCmap()) for path in FONTS.values())
    return regular & bold


@lru_cache(maxsize=2)
def _unpacked(style: str) -> bytes:
    """A font as it is put into documents. Unpacked once: it takes longer than all the rest of one."""
    from fontTools.ttLib import TTFont

    font = TTFont(FONTS[style], recalcTimestamp=False)
    for layout in ("GDEF", "GPOS", "GSUB"):  # kerning and ligatures, which no sitrep uses
        if layout in font:
            del font[layout]
    font.flavor = None
    file = BytesIO()
    font.save(file)
    return file.getvalue()
