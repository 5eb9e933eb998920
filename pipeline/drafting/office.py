"""Where only the office writes: « Cadre réservé à l'association »."""

import re
from collections.abc import Sequence

from pipeline.drafting.drafted import DraftArea
from pipeline.drafting.phrases import Phrase, phrases_of
from pipeline.drafting.records import Sheet
from pipeline.geometry import BoxMm
from pipeline.text import fold

_OFFICE = (
    r"(?:club|association|administration|organisat\w+|organisme|secretariat|bureau|tresor\w+"
    r"|service|comite|mairie|ecole|accueil|structure|directi\w+|gestion\w*|ligue|federation"
    r"|comptab\w+|personnel|amicale|section|centre|instructeur|conservatoire|la commission|usage)"
)
_RESERVED = re.compile(
    rf"\breserve(?:e|s|es)?\s+(?:a|au|aux|pour|par)\b.{{0,14}}\b{_OFFICE}"
    r"|\b(?:cadre|partie|espace|zone|case|cadres)\s+(?:strictement\s+)?reserve"
    r"|\bne\s+(?:rien\s+(?:inscrire|ecrire|remplir)|pas\s+(?:remplir|ecrire|compléter|completer))"
    rf"|\b(?:rempli\w*|complet\w*)\s+par\b.{{0,14}}\b{_OFFICE}"
    rf"|\bpartie\s+(?:administrative|a l'usage)|\ba l'usage\b.{{0,12}}\b{_OFFICE}"
    r"|\bcadre\s+administrati\w+|\breserve\s*(?:club|association|administration|bureau)\b"
)
_LARGEST_SHARE = 0.5
"""Of the page: what is larger is the frame around the form."""
_UNDER_MM = 6.0
_ALONE_MM = 22.0
"""Without a frame the office writes so far below its title, or up to the paper's edge."""
_EDGE_MM = 8.0


def areas_of(sheet: Sheet) -> tuple[DraftArea, ...]:
    """The parts of a page that are the office's: the frame or tint around such words, or the one
    below them."""
    phrases = phrases_of(sheet)
    return tuple(
        DraftArea("office", sheet.number, _around(phrase, sheet, phrases), phrase.text)
        for phrase in phrases
        if _RESERVED.search(fold(phrase.text))
    )


def _around(phrase: Phrase, sheet: Sheet, phrases: Sequence[Phrase]) -> BoxMm:
    page_mm2 = sheet.width_mm * sheet.height_mm
    boxes = [b for b in (*sheet.frames, *sheet.tints) if b.w * b.h < _LARGEST_SHARE * page_mm2]
    high = [box for box in boxes if box.h > 2.5 * phrase.box_mm.h]
    around = [box for box in high if box.contains(phrase.box_mm.x + 1, phrase.middle_mm)]
    if around:
        return min(around, key=lambda box: box.w * box.h)
    below = [
        box
        for box in high
        if -2 <= box.y - phrase.box_mm.bottom <= _UNDER_MM
        and box.x < phrase.box_mm.right
        and box.right > phrase.box_mm.x
    ]
    if below:
        box = min(below, key=lambda box: box.y)
        top = phrase.box_mm.y
        return BoxMm(box.x, top, box.w, box.bottom - top)
    left, top = max(phrase.box_mm.x - 2, 0.0), phrase.box_mm.y - 1
    bottom = min(_end(phrase, phrases), sheet.height_mm - _EDGE_MM)
    return BoxMm(left, top, sheet.width_mm - _EDGE_MM - left, max(bottom - top, 4.0))


def _end(phrase: Phrase, phrases: Sequence[Phrase]) -> float:
    """Where the next title below begins, or so far as an office usually needs."""
    below = [p.box_mm.y - 1 for p in phrases if p.bold and p.middle_mm > phrase.box_mm.bottom + 2]
    return min([*below, phrase.box_mm.bottom + _ALONE_MM])
