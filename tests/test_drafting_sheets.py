"""A blank from its file on: form fields first, turned and cropped pages, pictures."""

from contextlib import closing
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image

from pipeline.drafting.records import Place, Shape
from pipeline.drafting.sheets import leaves, sheets, write_blank
from pipeline.engines import tesseract
from pipeline.errors import DamagedError, DocumentError
from pipeline.forms.blank import PX_PER_MM
from pipeline.geometry import BoxMm, BoxPx
from tests.small_blanks import PT_PER_MM, SmallBlank, differ_mm, shapes


def membership(blank: SmallBlank) -> None:
    blank.text(20, 30, "Nom et prénom du responsable légal :")
    blank.rule(85, 31, 150)
    blank.frame(20, 40, 4, 4)
    blank.text(26, 43.5, "J'accepte le règlement")
    blank.text(20, 60, "Fait à ........................ le ......................")
    blank.prose(100)


def drawn(path: Path) -> Path:
    with SmallBlank(path) as blank:
        membership(blank)
    return path


def places(path: Path) -> list[Place]:
    (sheet,) = sheets(path)
    return list(sheet.places)


def assert_same(seen: list[Place], sought: list[Place], *, within_mm: float = 0.3) -> None:
    assert shapes(seen) == shapes(sought)
    assert all(differ_mm(a.box_mm, b.box_mm) < within_mm for a, b in zip(seen, sought, strict=True))


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_page_is_seen_as_a_viewer_turns_it(tmp_path: Path, turns: int) -> None:
    sought = places(drawn(tmp_path / "upright.pdf"))
    path = tmp_path / "turned.pdf"
    width, height = 210 * PT_PER_MM, 297 * PT_PER_MM
    with SmallBlank(path, size_mm=(210, 297)) as blank:
        canvas = blank.canvas
        if turns % 2:
            canvas.setPageSize((height, width))
        # Drawn lying, the other way round, so that the page's own turn makes it upright.
        canvas.translate(*{1: (height, 0), 2: (width, height), 3: (0, width)}[turns])
        canvas.rotate({1: 90, 2: 180, 3: 270}[turns])
        membership(blank)
    with closing(pdfium.PdfDocument(str(path))) as document:
        document[0].set_rotation(90 * turns)
        document.save(str(tmp_path / "shown.pdf"))
    (sheet,) = sheets(tmp_path / "shown.pdf")
    assert (round(sheet.width_mm), round(sheet.height_mm)) == (210, 297)
    assert_same(list(sheet.places), sought)


def test_mm_count_from_the_crop_box(tmp_path: Path) -> None:
    path = drawn(tmp_path / "blank.pdf")
    sought = places(path)
    with closing(pdfium.PdfDocument(str(path))) as document:
        left, top = 10 * PT_PER_MM, 15 * PT_PER_MM
        document[0].set_cropbox(left, 0, 210 * PT_PER_MM, 297 * PT_PER_MM - top)
        document.save(str(tmp_path / "cropped.pdf"))
    (sheet,) = sheets(tmp_path / "cropped.pdf")
    assert (round(sheet.width_mm), round(sheet.height_mm)) == (200, 282)
    for seen, other in zip(sheet.places, sought, strict=True):
        box = other.box_mm
        assert differ_mm(seen.box_mm, BoxMm(box.x - 10, box.y - 15, box.w, box.h)) < 0.3


def fillable(path: Path) -> Path:
    """A blank of which two lines are form fields, beside what is only drawn."""
    with SmallBlank(path) as blank:
        blank.text(20, 30, "Nom de l'adhérent :")
        blank.rule(55, 31, 120)
        form = blank.canvas.acroForm
        at = {"x": 55 * PT_PER_MM, "width": 65 * PT_PER_MM, "height": 6 * PT_PER_MM}
        form.textfield(name="nom", tooltip="Nom de famille", y=blank.up(31), **at)
        form.textfield(name="rue", y=blank.up(45), fieldFlags="readOnly", **at)
        form.textfield(name="cp", y=blank.up(55), maxlen=5, fieldFlags="comb", **at)
        form.choice(name="section", value="judo", options=["judo", "aïkido"], y=blank.up(65), **at)
        form.checkbox(name="image", x=20 * PT_PER_MM, y=blank.up(80), size=12)
        for n, value in enumerate(("oui", "non")):
            form.radio(
                name="licence", value=value, x=(20 + 30 * n) * PT_PER_MM, y=blank.up(90), size=12
            )
        blank.text(20, 120, "Observations du secrétariat :")
        blank.rule(70, 121, 150)
    return path


def test_form_fields_come_first(tmp_path: Path) -> None:
    seen = places(fillable(tmp_path / "blank.pdf"))
    by_name = {place.name: place for place in seen if place.asked}
    assert list(by_name) == ["Nom de famille", "cp", "section", "image", "licence"]
    name, code = by_name["Nom de famille"], by_name["cp"]
    assert (name.shape, name.asked) == (Shape.LINE, "text")
    assert differ_mm(name.box_mm, BoxMm(55, 25, 65, 6)) < 0.5
    assert (code.shape, code.cells) == (Shape.COMB, 5)
    assert by_name["section"].asked == "choice"
    assert by_name["image"].asked == "check"
    radios = [place.option for place in seen if place.asked == "radio"]
    assert radios == ["oui", "non"]


def test_what_is_drawn_apart_from_many_fields_is_less_sure(tmp_path: Path) -> None:
    seen = places(fillable(tmp_path / "blank.pdf"))
    drawn_only = [place for place in seen if not place.asked]
    assert [round(place.box_mm.x) for place in drawn_only] == [70]
    assert drawn_only[0].sure < 0.5


def picture_of(path: Path, to: Path, *, turns: int = 0) -> Path:
    page = pdfium.PdfDocument(str(path))[0]
    grey = page.render(scale=200 / 72, grayscale=True).to_numpy().squeeze()
    Image.fromarray(np.rot90(grey, turns)).save(to, dpi=(200, 200))
    return to


@pytest.mark.parametrize("turns", [0, 2])
def test_a_picture_is_read_whichever_way_it_lies(tmp_path: Path, turns: int) -> None:
    path = drawn(tmp_path / "blank.pdf")
    seen = places(picture_of(path, tmp_path / "scan.png", turns=turns))
    assert_same(seen, places(path), within_mm=1.5)


def test_without_tesseract_the_default_engine_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drawn(tmp_path / "blank.pdf")
    monkeypatch.setattr(tesseract, "is_installed", lambda: False)
    (sheet,) = sheets(picture_of(path, tmp_path / "scan.png"))
    assert_same(list(sheet.places), places(path), within_mm=1.5)
    words = {word.text: word.box_mm for word in sheet.words}
    assert differ_mm(words["responsable"], BoxMm(46, 27.4, 18.5, 3.3)) < 4


def test_what_tesseract_passes_over_the_default_engine_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drawn(tmp_path / "blank.pdf")
    (known,) = sheets(path)
    scale = 1.5 * PX_PER_MM
    seen = [
        (word.text, 0.95, BoxPx(*(scale * v for v in (box.x, box.y + 0.6, box.w, box.h - 1.2))))
        for word in known.words
        if word.text not in ("responsable", "J'accepte")
        for box in [word.box_mm]
    ]
    monkeypatch.setattr(tesseract, "is_installed", lambda: True)
    monkeypatch.setattr(tesseract, "read_print", lambda page: seen)
    (sheet,) = sheets(picture_of(path, tmp_path / "scan.png"))
    texts = [word.text for word in sheet.words]
    assert {"responsable", "J'accepte"} <= {*texts}
    assert texts.count("Nom") == 1


def test_the_mm_of_a_picture_are_of_the_blank_that_is_kept(tmp_path: Path) -> None:
    scan = picture_of(drawn(tmp_path / "blank.pdf"), tmp_path / "scan.png", turns=2)
    read = leaves(scan)
    write_blank(scan, read, tmp_path / "kept.pdf")
    assert_same(places(tmp_path / "kept.pdf"), list(read[0].sheet.places))


def test_a_pdf_is_kept_as_it_is(tmp_path: Path) -> None:
    path = fillable(tmp_path / "blank.pdf")
    write_blank(path, leaves(path), tmp_path / "kept.pdf")
    assert (tmp_path / "kept.pdf").read_bytes() == path.read_bytes()


def test_what_cannot_be_opened_says_so_in_french(tmp_path: Path) -> None:
    text = tmp_path / "blank.docx"
    text.write_bytes(b"PK\x03\x04 no document")
    with pytest.raises(DocumentError):
        sheets(text)
    cut = tmp_path / "cut.pdf"
    cut.write_bytes(drawn(tmp_path / "blank.pdf").read_bytes()[:900])
    with pytest.raises(DamagedError):
        sheets(cut)
