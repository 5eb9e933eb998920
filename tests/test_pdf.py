"""PDF pages become pixels and the text the file holds."""

from io import BytesIO
from itertools import product

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from pipeline.config import Settings
from pipeline.errors import DamagedError, EncryptedError, TooLargeError
from pipeline.records import Page, Rejection
from tests.paper import (
    FULL_PAGE,
    HEIGHT,
    WIDTH,
    difference,
    image_object,
    jpeg_object,
    only_page,
    pages_pdf,
    pdf_bytes,
    read_bytes,
    saved,
    sheet,
)

A4 = (595, 842)


def canvas_pdf(draw, *, size=A4, **options) -> bytes:
    file = BytesIO()
    canvas = Canvas(file, pagesize=size, **options)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def texts(page: Page) -> list[str]:
    """The runs that the page shows."""
    return [run.text for run in page.runs if not run.hidden]


def rendered(data: bytes, index: int = 0) -> np.ndarray:
    """The page as pdfium draws it, one pixel a point."""
    with pdfium.PdfDocument(data) as document:
        return document[index].render(scale=1, grayscale=True).to_numpy().copy()


def test_a_scanned_page_is_the_scan_itself(tmp_path):
    big = sheet(1240, 1754)
    page = only_page(tmp_path, pages_pdf([(FULL_PAGE, b"")], image_object(big)))
    assert np.array_equal(page.image, np.asarray(big))
    assert not page.image.flags.writeable
    assert page.image.flags.c_contiguous


def test_a_scanned_jpeg_is_decoded_as_it_is(tmp_path):
    data = saved(sheet(1240, 1754), "JPEG", quality=60)
    page = only_page(tmp_path, pages_pdf([(FULL_PAGE, b"")], jpeg_object(data, 1240, 1754)))
    assert np.array_equal(page.image, np.asarray(Image.open(BytesIO(data))))


def test_the_resolution_of_a_scan_is_that_of_its_place_on_the_page(tmp_path):
    content = b"q 595 0 0 842 0 0 cm /Im Do Q"
    data = pages_pdf([(content, b"")], image_object(sheet(1240, 1754)), box=A4)
    assert only_page(tmp_path, data).dpi == pytest.approx(150, abs=0.2)


MATRICES = [
    (WIDTH, 0, 0, HEIGHT, 0, 0),
    (-WIDTH, 0, 0, HEIGHT, WIDTH, 0),
    (WIDTH, 0, 0, -HEIGHT, 0, HEIGHT),
    (-WIDTH, 0, 0, -HEIGHT, WIDTH, HEIGHT),
    (0, HEIGHT, WIDTH, 0, 0, 0),
    (0, -HEIGHT, WIDTH, 0, 0, HEIGHT),
    (0, HEIGHT, -WIDTH, 0, WIDTH, 0),
    (0, -HEIGHT, -WIDTH, 0, WIDTH, HEIGHT),
]


@pytest.mark.parametrize(("matrix", "rotation"), list(product(MATRICES, (0, 90, 180, 270))))
def test_a_scan_is_turned_and_flipped_as_the_page_shows_it(tmp_path, matrix, rotation):
    picture = sheet() if matrix[0] else sheet(HEIGHT, WIDTH)
    content = b"q %d %d %d %d %d %d cm /Im Do Q" % matrix
    data = pages_pdf([(content, b"/Rotate %d" % rotation)], image_object(picture))
    shown = rendered(data)
    page = only_page(tmp_path, data)
    assert page.image.shape == shown.shape
    assert difference(page.image, shown) < 2
    assert sorted(set(page.image.ravel().tolist())) == [0, 120, 255]  # never interpolated


@pytest.mark.parametrize("stored", ["as it is", "as JPEG"])
def test_a_scan_stored_inverted_is_read_as_shown(tmp_path, stored):
    inverted = Image.eval(sheet(), lambda v: 255 - v)
    picture = image_object(inverted, b"/Decode [1 0]")
    if stored == "as JPEG":
        jpeg = jpeg_object(saved(inverted, "JPEG"), WIDTH, HEIGHT)
        picture = jpeg.replace(b"/DCTDecode", b"/DCTDecode /Decode [1 0]")
    page = only_page(tmp_path, pages_pdf([(FULL_PAGE, b"")], picture))
    assert np.median(page.image) > 200


def test_what_is_written_over_a_scan_is_drawn_with_it_and_is_a_run(tmp_path):
    content = FULL_PAGE + b" BT /F 20 Tf 30 40 Td (12,10) Tj ET"
    page = only_page(tmp_path, pages_pdf([(content, b"")], image_object(sheet())))
    assert texts(page) == ["12,10"]
    box = page.runs[0].box_px
    inked = page.image[int(box.y) : int(box.y + box.h), int(box.x) : int(box.x + box.w)]
    assert (inked < 100).any()


def test_the_invisible_text_of_a_scanner_is_no_run(tmp_path):
    content = FULL_PAGE + b" BT 3 Tr /F 20 Tf 30 40 Td (misread) Tj ET"
    page = only_page(tmp_path, pages_pdf([(content, b"")], image_object(sheet())))
    assert page.runs == ()
    assert np.array_equal(page.image, np.asarray(sheet()))


def test_text_hidden_below_a_scan_is_no_run(tmp_path):
    content = b"BT /F 20 Tf 30 40 Td (misread) Tj ET " + FULL_PAGE
    assert only_page(tmp_path, pages_pdf([(content, b"")], image_object(sheet()))).runs == ()


def test_invisible_text_beside_visible_text_is_left_out(tmp_path):
    content = b"BT /F 20 Tf 30 40 Td (lu) Tj 3 Tr 100 0 Td (cache) Tj ET"
    assert texts(only_page(tmp_path, pages_pdf([(content, b"")]))) == ["lu"]


HIDDEN = {
    "white": b"1 g BT /F 20 Tf 60 300 Td (Petit) Tj ET",
    "nearly white": b".97 .98 .96 rg BT /F 20 Tf 60 300 Td (Petit) Tj ET",
    "covered": b"BT /F 20 Tf 60 300 Td (Petit) Tj ET 1 g 50 290 100 40 re f",
    "below a picture": b"BT /F 20 Tf 60 300 Td (Petit) Tj ET q 100 0 0 40 50 290 cm /Im Do Q",
    "transparent": b"/T gs BT /F 20 Tf 60 300 Td (Petit) Tj ET",
    "invisible": b"BT 3 Tr /F 20 Tf 60 300 Td (Petit) Tj ET",
    "a clip": b"BT 7 Tr /F 20 Tf 60 300 Td (Petit) Tj ET",
    "clipped away": b"q 0 0 9 9 re W n BT /F 20 Tf 60 300 Td (Petit) Tj ET Q",
    "beside the page": b"BT /F 20 Tf 600 300 Td (Petit) Tj ET",
    "tiny": b"BT /F 0.1 Tf 60 300 Td (Petit) Tj ET",
    "switched off": b"/OC /Off BDC BT /F 20 Tf 60 300 Td (Petit) Tj ET EMC",
}


def shown_pdf(content: bytes) -> bytes:
    """A page with a transparent state /T, a layer /Off that is switched off, and a white /Im."""
    resources = (
        b"/Resources << /Font << /F 3 0 R >> /XObject << /Im 4 0 R >> /ExtGState << /T 5 0 R >> "
        b"/Properties << /Off 6 0 R >> >>"
    )
    return pages_pdf(
        [(content, resources)],
        image_object(Image.new("L", (50, 20), 255)),
        b"<< /ca 0 /CA 0 >>",
        b"<< /Type /OCG /Name (o) >>",
        catalogue=b"/OCProperties << /OCGs [6 0 R] /D << /OFF [6 0 R] >> >>",
    )


@pytest.mark.parametrize("content", HIDDEN.values(), ids=HIDDEN)
def test_text_that_the_page_does_not_show_is_hidden(tmp_path, content):
    beside = b" 0 g BT /F 20 Tf 60 100 Td (lu) Tj ET"
    assert texts(only_page(tmp_path, shown_pdf(b"q %s Q" % content + beside))) == ["lu"]


def test_text_erased_in_part_is_shown_in_part(tmp_path):
    content = b"BT /F 20 Tf 60 300 Td (HHHHHH) Tj ET 1 g 103 290 100 40 re f"
    page = only_page(tmp_path, shown_pdf(content))
    assert [(run.text, run.hidden) for run in page.runs] == [("HHH", False), ("HHH", True)]


def test_text_erased_and_typed_anew_counts_as_typed_anew(tmp_path):
    content = b"BT /F 20 Tf 60 300 Td (Roux) Tj ET 1 g 50 290 100 40 re f "
    content += b"0 g BT /F 20 Tf 61 301 Td (Blanc) Tj ET"
    assert texts(only_page(tmp_path, shown_pdf(content))) == ["Blanc"]


def test_text_over_a_ground_of_any_colour_is_shown(tmp_path):
    content = b"1 1 .5 rg 50 290 100 40 re f 0 0 .7 rg BT /F 20 Tf 60 300 Td (Petit) Tj ET"
    assert texts(only_page(tmp_path, shown_pdf(content))) == ["Petit"]


@pytest.mark.parametrize("below", [True, False])
def test_a_copier_s_guess_about_a_scan_in_strips_is_no_text(tmp_path, below):
    guess = b"BT %d Tr /F 20 Tf 60 300 Td (misread) Tj ET " % (0 if below else 3)
    strips = b"".join(b"q 300 0 0 140 0 %d cm /Im Do Q " % y for y in (0, 140, 280))
    content = guess + strips if below else strips + guess
    assert only_page(tmp_path, pages_pdf([(content, b"")], image_object(sheet()))).runs == ()


def test_a_line_of_text_is_cut_at_wide_gaps_only(tmp_path):
    def draw(canvas):
        canvas.setFont("Helvetica", 12)
        canvas.drawString(72, 700, "Nom du service :")
        canvas.drawString(300, 700, "Foyer des Tilleuls")
        canvas.drawString(72, 680, "Téléphone : ............")

    page = only_page(tmp_path, canvas_pdf(draw))
    assert texts(page) == ["Nom du service :", "Foyer des Tilleuls", "Téléphone : ............"]


def test_spaces_used_as_layout_cut_a_line(tmp_path):
    content = b"BT /F 12 Tf 20 40 Td (Nom" + b" " * 12 + b"Emma) Tj ET"
    assert texts(only_page(tmp_path, pages_pdf([(content, b"")]))) == ["Nom", "Emma"]


def test_spaces_before_a_text_are_not_in_its_box(tmp_path):
    content = b"BT /F 20 Tf 20 40 Td (       HH) Tj ET"
    page = only_page(tmp_path, pages_pdf([(content, b"")]))
    (run,) = page.runs
    assert run.box_px.x == pytest.approx(np.nonzero(page.image < 128)[1].min(), abs=8)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_run_stands_where_its_ink_is(tmp_path, rotation):
    content = b"BT /F 20 Tf 60 300 Td (HHHH) Tj ET"
    data = pages_pdf([(content, b"/Rotate %d" % rotation)])
    page = only_page(tmp_path, data)
    rows, columns = np.nonzero(page.image < 128)
    (run,) = page.runs
    box = run.box_px
    assert run.text == "HHHH"
    assert box.x <= columns.min() + 2
    assert box.x + box.w >= columns.max() - 2
    assert box.y <= rows.min() + 2
    assert box.y + box.h >= rows.max() - 2
    assert box.w * box.h < 3 * np.ptp(rows) * np.ptp(columns)


def test_text_that_reads_upright_on_a_turned_page_is_one_run(tmp_path):
    content = b"BT /F 20 Tf 0 1 -1 0 60 60 Tm (Emma Petit) Tj ET"
    assert texts(only_page(tmp_path, pages_pdf([(content, b"/Rotate 90")]))) == ["Emma Petit"]


def test_a_page_outside_the_origin_keeps_its_runs_in_place(tmp_path):
    content = b"BT /F 20 Tf 160 300 Td (HHHH) Tj ET"
    page = only_page(tmp_path, pages_pdf([(content, b"/CropBox [100 200 300 420]")]))
    (run,) = page.runs
    rows, columns = np.nonzero(page.image < 128)
    assert abs(run.box_px.x - columns.min()) < 8
    assert run.box_px.y <= rows.min() <= run.box_px.y + run.box_px.h


def form_pdf(**options) -> bytes:
    def draw(canvas):
        canvas.acroForm.textfield(
            name="mail", value="emma@exemple.fr", x=100, y=600, width=200, height=24, **options
        )
        canvas.acroForm.checkbox(name="a", checked=True, x=100, y=500, size=20)
        canvas.acroForm.checkbox(name="b", checked=False, x=200, y=500, size=20)

    return canvas_pdf(draw)


def test_form_fields_are_runs_once_and_are_drawn(tmp_path):
    page = only_page(tmp_path, form_pdf())
    assert texts(page) == ["emma@exemple.fr", "☒", "☐"]
    box = page.runs[0].box_px
    scale = 200 / 72
    assert (box.x, box.y, box.w, box.h) == pytest.approx(
        (100 * scale, (842 - 624) * scale, 200 * scale, 24 * scale), abs=4
    )
    field = page.image[int(box.y) + 8 : int(box.y + box.h) - 8, int(box.x) + 8 : int(box.x) + 300]
    assert (field < 100).any()


def test_a_hidden_field_is_no_run(tmp_path):
    assert texts(only_page(tmp_path, form_pdf(annotationFlags="hidden"))) == ["☒", "☐"]


def test_a_scan_with_form_fields_is_drawn_with_them(tmp_path):
    field = (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (n) /V (Petit) /DA (/F 20 Tf 0 g) /F 4 "
        b"/Rect [30 30 200 60] >>"
    )
    data = pages_pdf(
        [(FULL_PAGE, b"/Annots [5 0 R]")],
        image_object(sheet()),
        field,
        catalogue=b"/AcroForm << /Fields [5 0 R] /DR << /Font << /F 3 0 R >> >> "
        b"/NeedAppearances true >>",
    )
    page = only_page(tmp_path, data)
    assert texts(page) == ["Petit"]
    box = page.runs[0].box_px
    assert (page.image[int(box.y) : int(box.y + box.h), int(box.x) : int(box.x) + 100] < 100).any()


def test_text_typed_as_a_note_on_the_page_is_one_run_of_several_lines(tmp_path):
    note = (
        b"<< /Type /Annot /Subtype /FreeText /Rect [30 100 200 160] /DA (/F 12 Tf 0 g) /F 4 "
        b"/Contents (Emma Petit\rLou Blanc) >>"
    )
    data = pages_pdf([(b"", b"/Annots [4 0 R]")], note)
    page = only_page(tmp_path, data)
    assert texts(page) == ["Emma Petit\nLou Blanc"]


def test_a_link_does_not_keep_a_scan_from_being_taken(tmp_path):
    link = b"<< /Type /Annot /Subtype /Link /Rect [0 0 100 100] >>"
    data = pages_pdf([(FULL_PAGE, b"/Annots [5 0 R]")], image_object(sheet(1240, 1754)), link)
    assert only_page(tmp_path, data).image.shape == (1754, 1240)


def test_pages_come_in_order_and_lazily(tmp_path):
    data = pages_pdf([(b"BT /F 9 Tf 30 40 Td (%d) Tj ET" % n, b"") for n in (1, 2, 3)])
    pages = read_bytes(tmp_path, data)
    assert [(p.number, *texts(p)) for p in pages] == [(1, "1"), (2, "2"), (3, "3")]


@pytest.mark.parametrize("side", [14_400, 200_000])
def test_a_page_of_enormous_size_is_drawn_within_bounds(tmp_path, side):
    data = pages_pdf([(b"0 0 %d %d re f" % (side // 2, side), b"")], box=(side, side))
    page = only_page(tmp_path, data)
    assert page.image.size <= 16.1e6
    assert page.image[500, 500] == 0
    assert page.image[500, -500] == 255


def test_a_pdf_with_a_password_is_encrypted(tmp_path):
    data = canvas_pdf(lambda c: c.drawString(72, 72, "x"), encrypt=StandardEncryption("secret"))
    with pytest.raises(EncryptedError, match="mot de passe"):
        read_bytes(tmp_path, data)


def test_a_pdf_that_only_forbids_changes_is_read(tmp_path):
    lock = StandardEncryption("", ownerPassword="secret", canModify=0)
    data = canvas_pdf(lambda c: c.drawString(72, 72, "lu"), encrypt=lock)
    assert texts(only_page(tmp_path, data)) == ["lu"]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_cut_pdf_is_damaged(tmp_path, share):
    data = pages_pdf([(FULL_PAGE, b"")] * 40, image_object(sheet()))
    with pytest.raises(DamagedError, match="PDF"):
        read_bytes(tmp_path, data[: int(len(data) * share)])


def test_junk_that_claims_to_be_a_pdf_is_damaged(tmp_path):
    with pytest.raises(DamagedError, match="PDF abîmé"):
        read_bytes(tmp_path, b"%PDF-1.7\n" + b"junk " * 2000 + b"%%EOF")


def test_a_pdf_cut_in_a_later_revision_is_damaged(tmp_path):
    earlier = pages_pdf([(b"", b"")])
    with pytest.raises(DamagedError, match="incomplet"):
        read_bytes(tmp_path, earlier + b"9 0 obj\n<< /Length 9000 >>\nstream\n" + b"x" * 5000)


@pytest.mark.parametrize("lost", [b"%%EOF\n", b"EOF\n", b"startxref\n"])
def test_a_pdf_that_only_lacks_its_last_mark_is_read(tmp_path, lost):
    whole = pages_pdf([(b"BT /F 9 Tf 30 40 Td (%d) Tj ET" % n, b"") for n in (1, 2)])
    cut = whole[: whole.rindex(lost)]
    assert [texts(page) for page in read_bytes(tmp_path, cut)] == [["1"], ["2"]]


def test_a_dynamic_form_is_told_how_to_be_printed(tmp_path):
    page = only_page(
        tmp_path,
        pages_pdf([(b"", b"")], b"<< >>", catalogue=b"/AcroForm << /Fields [] /XFA 4 0 R >>"),
    )
    assert "Acrobat" in page.advice
    assert only_page(tmp_path, pages_pdf([(b"", b"")])).advice == ""


def test_a_pdf_with_a_tail_of_zeros_is_whole(tmp_path):
    assert only_page(tmp_path, pages_pdf([(b"", b"")]) + bytes(6000)).number == 1


def test_a_pdf_without_pages_is_damaged_also_after_an_encrypted_one(tmp_path):
    test_a_pdf_with_a_password_is_encrypted(tmp_path)
    data = pdf_bytes(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>")
    with pytest.raises(DamagedError, match="sans aucune page"):
        read_bytes(tmp_path, data)


def test_a_pdf_of_2000_pages_is_too_large(tmp_path):
    data = pages_pdf([(b"", b"")] * 2000)
    with pytest.raises(TooLargeError, match="2000 pages"):
        read_bytes(tmp_path, data)


def test_a_bad_page_costs_that_page_only(tmp_path):
    cut = saved(sheet(), "JPEG")[:-200]
    pages = [(b"BT /F 9 Tf 30 40 Td (1) Tj ET", b""), (FULL_PAGE, b""), (b"", b"")]
    first, second, third = read_bytes(tmp_path, pages_pdf(pages, jpeg_object(cut, WIDTH, HEIGHT)))
    assert isinstance(first, Page)
    assert isinstance(second, Rejection)
    assert (second.kind, second.page) == ("damaged", 2)
    assert isinstance(third, Page)


@pytest.mark.parametrize("content", [FULL_PAGE, b"q 9 0 0 9 0 0 cm /Im Do Q"])
def test_a_picture_bomb_in_a_pdf_is_refused_undecoded(tmp_path, content):
    bomb = image_object(sheet()).replace(b"/Width 300 /Height 420", b"/Width 40000 /Height 40000")
    (page,) = read_bytes(tmp_path, pages_pdf([(content, b"")], bomb))
    assert isinstance(page, Rejection)
    assert (page.kind, page.page) == ("too-large", 1)


def test_settings_bound_the_pages_and_the_pixels(tmp_path):
    data = pages_pdf([(FULL_PAGE, b"")] * 3, image_object(sheet()))
    with pytest.raises(TooLargeError):
        read_bytes(tmp_path, data, settings=Settings(max_pages=2))
    (page, *_) = read_bytes(tmp_path, data, settings=Settings(max_megapixels=0.1))
    assert isinstance(page, Rejection)


def test_a_run_tells_where_each_of_its_characters_stands(tmp_path):
    def draw(canvas):
        canvas.setFont("Helvetica", 20)
        canvas.drawString(100, 700, " Wil l ")

    (run,) = only_page(tmp_path, canvas_pdf(draw)).runs
    assert run.text == "Wil l"
    wide, narrow, also, blank, last = run.letters_px
    assert blank is None
    assert wide.w > 2 * narrow.w
    assert narrow.x == pytest.approx(wide.x + wide.w, abs=0.5)
    assert last.x > also.x + also.w + 4
    assert last.x + last.w == pytest.approx(run.box_px.x + run.box_px.w)
