"""Files attached inside a PDF are found, and plain PDFs are not opened for them."""

import zlib
from io import BytesIO

import pypdfium2 as pdfium
import pytest

from pipeline.intake.attached import held_files
from pipeline.intake.pdfnames import FILE_NAMES, holds, scanned
from tests.mails import PDF
from tests.paper import pages_pdf, pdf_bytes


def with_files(*files: tuple[str, bytes], data: bytes = PDF) -> bytes:
    """The PDF with these files attached to the document."""
    document = pdfium.PdfDocument(data)
    for name, content in files:
        document.new_attachment(name).set_data(content)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def with_note(content: bytes) -> bytes:
    """A PDF with a file attached to a note on its page."""
    return pdf_bytes(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 400] /Annots [4 0 R] >>",
        b"<< /Type /Annot /Subtype /FileAttachment /Rect [9 9 29 29] /FS 5 0 R >>",
        b"<< /Type /Filespec /F (fiche 2.pdf) /UF (fiche 2.pdf) /EF << /F 6 0 R >> >>",
        b"<< /Type /EmbeddedFile /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    )


def test_the_files_of_a_document_are_found():
    held = held_files(with_files(("un.pdf", PDF), ("été.jpg", b"\xff\xd8\xff")))
    assert sorted(held.files) == [("un.pdf", PDF), ("été.jpg", b"\xff\xd8\xff")]
    assert not held.is_cover


def test_the_file_of_a_note_is_found():
    assert holds(with_note(PDF), FILE_NAMES)
    assert held_files(with_note(PDF)).files == (("fiche 2.pdf", PDF),)


def test_what_cannot_be_opened_holds_nothing():
    assert held_files(b"%PDF-1.4 /EmbeddedFile").files == ()


def packed(names: bytes) -> bytes:
    stream = zlib.compress(names)
    return (
        b"%%PDF-1.5\n1 0 obj << /Type /ObjStm /Filter /FlateDecode >>\nstream\n%s\nendstream"
        % stream
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (PDF, False),
        (pages_pdf([(b"", b"")]), False),
        (with_files(("a.pdf", PDF)), True),
        (packed(b"<< /Type /Page >>"), False),
        (packed(b"<< /Names 3 0 R /EmbeddedFiles 4 0 R >>"), True),
        (packed(b"x").replace(b"stream\n\x78", b"stream\n\xff"), True),
    ],
)
def test_only_a_pdf_that_may_hold_files_is_opened_for_them(data, expected):
    assert scanned(BytesIO(data))[1] is expected


def test_names_are_found_across_windows(monkeypatch):
    monkeypatch.setattr("pipeline.intake.pdfnames._WINDOW_BYTES", 64)
    monkeypatch.setattr("pipeline.intake.pdfnames._OVERLAP_BYTES", 32)
    assert scanned(BytesIO(bytes(58) + b"/EmbeddedFiles" + bytes(90)))[1]
