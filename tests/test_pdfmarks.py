"""Form fields, text typed over a page, and notes."""

import pytest

from pipeline.records import Page
from tests.paper import FULL_PAGE, image_object, only_page, pages_pdf, sheet, stream


def marked(
    tmp_path, *annotations: bytes, content: bytes = b"", more: tuple[bytes, ...] = ()
) -> Page:
    """A page with these annotations (subtype and entries), which begin at object 5."""
    first = 5
    bodies = [b"<< /Type /Annot /Subtype %s >>" % one for one in annotations]
    numbers = b" ".join(b"%d 0 R" % (first + i) for i in range(len(bodies)))
    data = pages_pdf(
        [(content, b"/Annots [%s]" % numbers)],
        image_object(sheet()),
        *bodies,
        *more,
        catalogue=b"/AcroForm << /Fields [%s] /DR << /Font << /F 3 0 R >> >> >>" % numbers,
    )
    return only_page(tmp_path, data)


def note(kind: bytes, text: bytes = b"(sans repas)", more: bytes = b"") -> bytes:
    return b"/%s /F 4 /Rect [200 300 220 320] /Contents %s %s" % (kind, text, more)


def field(value: bytes, more: bytes = b"/DA (/F 14 Tf 0 g)") -> bytes:
    return b"/Widget /FT /Tx /T (n) /F 4 /Rect [30 30 200 60] /V (%s) %s" % (value, more)


@pytest.mark.parametrize(
    "kind", [b"Text", b"Highlight", b"Square", b"Stamp", b"Ink", b"StrikeOut", b"Caret", b"Popup"]
)
def test_what_a_note_says_is_kept(tmp_path, kind):
    assert marked(tmp_path, note(kind)).notes == ("sans repas",)


def test_a_note_is_kept_once_and_in_any_script(tmp_path):
    utf16 = b"<%s>" % ("\ufeffarrive\rà midi".encode("utf-16-be").hex().encode())
    page = marked(tmp_path, note(b"Text", utf16), note(b"Popup", utf16), note(b"Text"))
    assert page.notes == ("arrive à midi", "sans repas")


def test_a_note_kept_with_its_styles_only_is_read(tmp_path):
    styled = b"/Text /F 4 /Rect [0 0 9 9] /RC (<body><p>sans <b>repas</b></p></body>)"
    assert marked(tmp_path, styled).notes == ("sans repas",)


@pytest.mark.parametrize(
    "other",
    [
        note(b"Text", b"()"),
        note(b"Text", b"( \r )"),
        note(b"Link"),
        note(b"Text").replace(b"/F 4", b"/F 2"),
        note(b"Text", b"(Accepted set by Emma)", b"/StateModel (Review)"),
        field(b"Petit", b"/DA (/F 14 Tf 0 g) /Contents (votre nom)"),
    ],
)
def test_what_says_nothing_to_a_reader_is_no_note(tmp_path, other):
    assert marked(tmp_path, other).notes == ()


def test_the_icon_of_a_note_covers_nothing(tmp_path):
    at = b"/Text /F 4 /Rect [40 340 60 360] /Contents (lu)"
    page = marked(tmp_path, at, content=FULL_PAGE)
    assert (
        page.image
        == only_page(tmp_path, pages_pdf([(FULL_PAGE, b"")], image_object(sheet()))).image
    ).all()


def test_a_note_of_a_hundred_thousand_letters_is_cut(tmp_path):
    (text,) = marked(tmp_path, note(b"Text", b"(%s)" % (b"x" * 100_000))).notes
    assert len(text) < 500


def test_a_field_in_the_colour_of_the_paper_is_hidden(tmp_path):
    (run,) = marked(tmp_path, field(b"Petit", b"/DA (/F 14 Tf 1 g)")).runs
    assert run.hidden
    (run,) = marked(tmp_path, field(b"Petit")).runs
    assert not run.hidden
    assert run.sure


def test_a_field_that_a_drawing_covers_is_not_sure(tmp_path):
    white = b"/Square /F 4 /Rect [20 20 120 70] /C [1 1 1] /IC [1 1 1]"
    run = next(run for run in marked(tmp_path, field(b"Petit"), white).runs if run.text == "Petit")
    assert not run.sure
    highlight = b"/Highlight /F 4 /Rect [20 20 120 70] /C [1 1 0]"
    assert marked(tmp_path, field(b"Petit"), highlight).runs[0].sure


def test_text_typed_over_a_page_may_be_a_note(tmp_path):
    drawn = stream(
        b"BT /F 14 Tf 2 4 Td (Petit) Tj ET",
        b"/Type /XObject /Subtype /Form /BBox [0 0 170 30] /Resources << /Font << /F 3 0 R >> >>",
    )
    typed = b"/FreeText /F 4 /Rect [30 30 200 60] /Contents (Petit) /AP << /N 6 0 R >>"
    page = marked(tmp_path, typed, more=(drawn,))
    assert [(run.text, run.is_note, run.hidden) for run in page.runs] == [("Petit", True, False)]
    assert page.notes == ()


def test_a_box_whose_value_nothing_shows_is_unsure(tmp_path):
    box = b"/Widget /FT /Btn /T (b) /F 4 /Rect [30 30 40 40] /V /Oui"
    assert [run.text for run in marked(tmp_path, box).runs] == ["◪"]
    assert [run.text for run in marked(tmp_path, box + b" /AS /Oui").runs] == ["☒"]
