"""Papers as a reader of PDFs sees them; an event and a registration of invented people."""

from collections.abc import Iterator
from datetime import date

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from pipeline.ledger import Item, PaidBy
from pipeline.papers.occasion import Occasion, Organiser
from pipeline.papers.receipt import Paid, Receipt

MM_PER_PT = 25.4 / 72
ORGANISER = Organiser(
    "Les Amis du Moulin",
    "Maison des associations\n3 rue des Lilas\n35000 Rennes",
    siren="123456782",
    iban="FR7642559000112102806540308",
    bic="CCOPFRPPXXX",
    email="amis@exemple.fr",
    vat="TVA non applicable, article 293 B du CGI.",
)
OCCASION = Occasion(
    "Journée d'été", ORGANISER, date(2018, 2, 1), "9 h - 17 h", "Salle Émile-Zola, Rennes"
)
RECEIPT = Receipt(
    "2018-0007",
    date(2018, 2, 14),
    "ESAT du Moulin",
    ("Zoé MARTIN", "Luc PETIT", "Éloïse L'HÔTE"),
    (
        Item("adultes", "Adultes", 2, 3000),
        Item("jeunes", "Jeunes", 1, 4000),
        Item("gouters", "Goûters", 3, 1210),
    ),
    13630,
    (
        Paid(date(2018, 1, 20), 10000, PaidBy.TRANSFER),
        Paid(date(2018, 2, 3), 3630, PaidBy.CHEQUE, "1234567"),
    ),
    "RF923FA9C2D41",
)


def texts(data: bytes) -> list[str]:
    """The text of each page, every blank an ordinary one."""
    pages = pdfium.PdfDocument(data)
    return [" ".join(page.get_textpage().get_text_range().split()) for page in pages]


def text(data: bytes) -> str:
    return " ".join(texts(data))


def letters(written: str) -> str:
    """A text without its blanks, wherever its lines were broken."""
    return "".join(written.split())


def sizes_mm(data: bytes) -> set[tuple[int, int]]:
    """Width and height of the pages."""
    sizes = (page.get_size() for page in pdfium.PdfDocument(data))
    return {(round(w * MM_PER_PT), round(h * MM_PER_PT)) for w, h in sizes}


def middle_mm(data: bytes, words: str) -> float:
    """How far above the foot of its page a text stands."""
    for page in pdfium.PdfDocument(data):
        textpage = page.get_textpage()
        if place := textpage.search(words).get_next():
            _, bottom, _, top = textpage.get_charbox(place[0], loose=True)
            return (bottom + top) / 2 * MM_PER_PT
    raise AssertionError(f"{words!r} is on no page")


def beyond_margins(data: bytes) -> list[str]:
    """The letters that stand within 10 mm of an edge, or off the paper."""
    margin = 10 / MM_PER_PT
    seen = []
    for page in pdfium.PdfDocument(data):
        width, height = page.get_size()
        textpage = page.get_textpage()
        for i in range(textpage.count_chars()):
            left, bottom, right, top = textpage.get_charbox(i)
            char = textpage.get_text_range(i, 1)
            inside = left >= margin and right <= width - margin
            if char.strip() and not (inside and bottom >= margin and top <= height - margin):
                seen.append(char)
    return seen


def are_embedded(data: bytes) -> set[bool]:
    """Whether the fonts of all texts are in the file, by pdfium."""
    return set(_embedded(data))


def _embedded(data: bytes) -> Iterator[bool]:
    for page in pdfium.PdfDocument(data):
        for thing in page.get_objects():
            if thing.type == pdfium_c.FPDF_PAGEOBJ_TEXT:
                font = pdfium_c.FPDFTextObj_GetFont(thing.raw)
                yield pdfium_c.FPDFFont_GetIsEmbedded(font) == 1
