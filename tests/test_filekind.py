"""What a file is, and what its sender can be asked for."""

from io import BytesIO

import pytest

from pipeline.intake.filekind import Kind, kind_of, refusal
from tests.mails import mail, outlook_message

ZIP = b"PK\x03\x04" + bytes(26)
MAIL = b"From: lea@exemple.fr\nSubject: x\n\nBonjour\n"


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.pages", ZIP + b"Index/Document.iwa" + bytes(90), Kind.APPLE),
        ("a.pages", ZIP + b"index.xmlPK", Kind.APPLE),
        ("a.docx", ZIP + b"word/document.xml", Kind.WORD),
        ("a.zip", ZIP + b"fiche.pdf", Kind.ARCHIVE),
        ("a.pst", b"!BDN" + bytes(90), Kind.MAIL_STORE),
        ("a.dbx", b"\xcf\xad\x12\xfe" + bytes(90), Kind.MAIL_STORE),
        ("a.asc", b"-----BEGIN PGP MESSAGE-----\n", Kind.PGP),
        ("a.pdf.gpg", b"\x85\x01\x0c\x03" + bytes(90), Kind.PGP),
        ("a.p7m", bytes.fromhex("308006092a864886f70d010702a080") + bytes(9), Kind.SIGNED),
        ("a.emlx", b"42        \n" + MAIL, Kind.EML),
        ("a", b"42\n" + MAIL, Kind.EML),
        ("a", b"\xef\xbb\xbf" + MAIL, Kind.EML),
        ("a", MAIL.decode().encode("utf-16"), Kind.EML),
        ("a", MAIL.replace(b"\n", b"\r"), Kind.EML),
        ("a.mbox", b"From \n" + MAIL, Kind.MBOX),
        ("a.txt", b"From now on, all is well.\n", Kind.PLAIN_TEXT),
        ("a.TEXT", b"12\nFrom 12 on\n", Kind.PLAIN_TEXT),
        ("a.csv", b"12\nFrom 12 on\n", Kind.TEXT),
        ("a.html", b"<html><p class='ocr_pages'>page</p></html>", Kind.TEXT),
        ("a.html", b"<html><div id=1 class='ocr_page' title='bbox 0 0 9 9'>", Kind.HOCR),
        ("a.hocr", b'<?xml version="1.0"?><html><div class="x ocr_page">', Kind.HOCR),
        ("a.xml", b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a -->\n<alto xmlns='b'>", Kind.ALTO),
        ("a.xml", b"<a:alto>", Kind.ALTO),
        ("a.xml", b"<altogether>", Kind.TEXT),
    ],
)
def test_a_file_is_told_by_its_content(name, data, kind):
    assert kind_of(BytesIO(data), name) is kind


def test_an_outlook_mail_needs_no_suffix():
    assert kind_of(BytesIO(outlook_message().to_bytes()), "a") is Kind.MSG
    assert kind_of(BytesIO(mail().as_bytes()), "a") is Kind.EML


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in (Kind.PDF, Kind.IMAGE)])
def test_each_refusal_says_what_to_do(kind):
    assert str(refusal(kind)).endswith(".")
    assert any(
        verb in str(refusal(kind))
        for verb in ("demander", "Demander", "déposer", "retirer", "enregistrer")
    )


@pytest.mark.parametrize("kind", [Kind.PROTECTED, Kind.PGP])
def test_what_is_locked_says_so(kind):
    assert refusal(kind).kind == "encrypted"
