"""A sitrep as a PDF: the same sentences as its text, in the pages' own letters."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from flowcentre.model import EPOCH
from flowcentre.picture.sitrep import Sitrep

FONT = Path(__file__).resolve().parents[1] / "assets" / "fonts" / "inter-latin-wght-normal.woff2"
_MARGIN = 18  # mm
_LETTERS = "sitrep"
_PAGES = "\x02"  # stands for how many pages there are: no letter of any font, so that nothing said can hold it


@lru_cache(maxsize=8)
def pdf(sitrep: Sitrep) -> bytes:
    """The whole document, A4, each page numbered. A letter that the font lacks stands as "?"."""
    # Loaded when the first is asked for: it takes long, and most processes never make one.
    from fpdf import FPDF
    from fpdf.enums import XPos, YPos
    from fpdf.fonts import TTFFont

    has = _letters()

    def plain(text: str) -> str:
        return "".join(letter if ord(letter) in has else "?" for letter in text)

    class Paper(FPDF):
        def footer(self) -> None:
            self.set_y(-_MARGIN + 4)
            self.set_font(_LETTERS, "", 8)
            self.cell(0, 5, plain(f"{sitrep.title}, page {self.page_no()} of ") + _PAGES)

    paper = Paper(format="A4", unit="mm")
    paper.alias_nb_pages(_PAGES)
    for style, weight in (("", 400.0), ("B", 700.0)):
        font: Any = BytesIO(_of_one_weight(weight))  # add_font takes a path alone, and what it opens takes either
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


@lru_cache(maxsize=1)
def _letters() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    return frozenset(TTFont(FONT).getBestCmap())


@lru_cache(maxsize=2)
def _of_one_weight(weight: float) -> bytes:
    """The pages' letters in one weight. Cut once: it takes longer than all the rest of a document."""
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    font = TTFont(FONT, recalcTimestamp=False)
    for layout in ("GDEF", "GPOS", "GSUB"):  # kerning and ligatures, which no sitrep uses, are nine tenths of the work
        if layout in font:
            del font[layout]
    instantiateVariableFont(font, {"wght": weight}, inplace=True, static=True)
    font.flavor = None
    file = BytesIO()
    font.save(file)
    return file.getvalue()
