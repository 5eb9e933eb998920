"""A piece is left out in silence only where it is proven to be decoration."""

import pytest

from pipeline.errors import DocumentError
from pipeline.intake.filekind import DOCUMENTS
from pipeline.intake.mail import Piece
from pipeline.intake.pieces import document_kind
from tests.mails import PDF
from tests.paper import saved, sheet

PAGE = (
    b"<html><head><style>p {color: red}</style></head><body>Connectez-vous pour voir ce document."
)


def fax(width: int, height: int) -> bytes:
    """A page of few bytes, as a fax or a bilevel scan is."""
    return saved(sheet(width, height).convert("1"), "PNG")


def verdict(name: str, data: bytes, **told: object) -> str:
    """What becomes of a piece: "document", "nothing", or what its line says."""
    try:
        kind = document_kind(Piece(name, data, **told), data)
    except DocumentError as err:
        return str(err)
    return "document" if kind in DOCUMENTS else "nothing"


@pytest.mark.parametrize(
    ("size", "told", "expected"),
    [
        ((864, 1100), {"inline": True}, "document"),
        ((864, 1100), {"inline": True, "shown": True}, "document"),
        ((600, 850), {"inline": True, "shown": True}, "document"),
        ((480, 640), {"inline": True}, "document"),
        ((600, 420), {"inline": True, "shown": True}, "nothing"),
        ((1000, 320), {"inline": True, "shown": True}, "nothing"),
        ((250, 80), {"inline": True}, "nothing"),
        ((250, 80), {}, "document"),
    ],
)
def test_a_picture_is_judged_by_its_pixels_not_its_bytes(size, told, expected):
    data = fax(*size)
    assert len(data) < 12_000
    assert verdict("image.png", data, **told) == expected


def test_outlook_names_the_pictures_of_its_texts():
    assert verdict("image001.png", fax(500, 320)) == "nothing"
    assert verdict("image001.png", fax(1240, 1754)) == "document"


@pytest.mark.parametrize("name", ["fiche.pdf", "scan.jpg", "fiche.docx", "fiche.tif"])
def test_a_web_page_called_like_a_document_is_told(name):
    assert "nom" in verdict(name, PAGE)


@pytest.mark.parametrize("name", ["inscription.html", "liste.csv"])
def test_a_text_that_may_hold_a_fiche_is_told(name):
    assert verdict(name, b"Inscription de Marie Petit et de Paul Blanc, deux repas.") not in (
        "nothing",
        "document",
    )


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("participants.txt", b"Inscription de Marie Petit et de Paul Blanc, deux repas."),
        ("fiche.hocr", b"<html><div class='ocr_page'><span class='ocr_line'>a</span></div>"),
        ("fiche.xml", b"<?xml version='1.0'?><alto><Layout/></alto>"),
    ],
)
def test_a_text_that_can_be_read_is_a_document(name, data):
    assert verdict(name, data) == "document"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("ATT00001.htm", PAGE),
        ("signature.txt", b"\n--\n"),
        ("vide.txt", b""),
        ("rdv.ics", b"BEGIN:VCALENDAR\nSUMMARY:the removed attachment\n"),
        ("carte.vcf", b"\xef\xbb\xbfBEGIN:VCARD\n"),
        ("signature.asc", b"-----BEGIN PGP SIGNATURE-----\n"),
        ("smime.p7s", b"\x30\x80\x06\x00"),
        ("factur-x.xml", b"<?xml version='1.0'?><invoice>" + b"<total>30</total>" * 9),
    ],
)
def test_decoration_is_left_out(name, data):
    assert verdict(name, data) == "nothing"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("deleted.txt", "The file fiche.pdf was infected and has been deleted."),
        ("Malware Alert Text.txt", "Malware was detected in one or more attachments: removed."),
        ("Supprimé.txt", "La pièce jointe « fiche.pdf » a été supprimée par l'antivirus."),
        ("ATT00001.txt", "Ce fichier a été bloqué, puis mis en quarantaine."),
        ("fiche.pdf", "Attachment removed"),
    ],
)
def test_the_note_of_an_antivirus_is_told(name, text):
    assert "retirée" in verdict(name, text.encode())


def test_a_pdf_is_a_document_whatever_it_is_called():
    assert verdict("smime.p7s", PDF, media_type="text/calendar") == "document"
