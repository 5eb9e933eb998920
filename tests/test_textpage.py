"""Text, hOCR and ALTO become pages that people can look at."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import Settings
from pipeline.errors import DamagedError, TooLargeError
from pipeline.intake.filekind import Kind
from pipeline.intake.textpage import text_pages
from pipeline.records import Page

HOCR = """<!DOCTYPE html><html><body>
<div class='ocr_page' title='image "a.png"; bbox 0 0 2480 3508; ppageno 0'>
<p class='ocr_par'><span class='ocr_line' title='bbox 100 200 900 240; baseline 0 0'>
<span class='ocrx_word' title='bbox 100 200 300 240; x_wconf 91'>Journ&eacute;e</span>
<span class='ocrx_word'><strong>d'&#233;tude</strong></span><br></span></p>
<p class="ocr_par"><span class="ocr_line" title="bbox 100 400 600 440">Tarif : 25 €</span></p>
</div><div class='ocr_page' title='bbox 0 0 2480 3508'>
<span class='ocr_header' title='bbox 10 10 90 40'>Page 2</span></div></body></html>"""
ALTO = """<?xml version="1.0" encoding="UTF-8"?>
<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#"><Layout>
<Page WIDTH="2100" HEIGHT="2970"><PrintSpace>
<TextBlock><TextLine HPOS="100" VPOS="200" WIDTH="900" HEIGHT="50">
<String CONTENT="Journée" HPOS="100"/><SP/><String CONTENT="régio"/><HYP CONTENT="-"/></TextLine>
</TextBlock><TextBlock><TextLine HPOS="100" VPOS="500" WIDTH="300" HEIGHT="50">
<String CONTENT="Programme"/></TextLine></TextBlock></PrintSpace></Page></Layout></alto>"""


def pages(data: bytes | str, kind: Kind = Kind.PLAIN_TEXT, **settings: int) -> list[Page]:
    raw = data.encode() if isinstance(data, str) else data
    drawn = text_pages(raw, kind, Settings(**settings))  # type: ignore[arg-type]
    return [draw(number) for number, draw in enumerate(drawn, start=1)]


def texts(page: Page) -> list[str]:
    return [run.text for run in page.runs]


def test_form_feeds_end_the_pages_of_a_text_file() -> None:
    first, second = pages("Une annonce\n\nle 2 février\fFiche\n\f\n")
    assert texts(first) == ["Une annonce", "", "le 2 février"]
    assert (second.number, texts(second)) == (2, ["Fiche"])
    assert first.drawn


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_accents_come_through_whatever_wrote_them(encoding: str) -> None:
    (page,) = pages("Téléphone : été, 30 €".encode(encoding))
    assert texts(page) == ["Téléphone : été, 30 €"]


@given(st.lists(st.text("abcdéE0 .:-", max_size=300), min_size=1, max_size=30))
def test_every_line_is_kept_and_stands_on_the_page_where_its_ink_is(lines: list[str]) -> None:
    (page,) = pages("x\n" + "\n".join(lines) + "\nx")
    assert texts(page) == ["x", *(line.rstrip() for line in lines), "x"]
    height, width = page.image.shape
    for run in page.runs:
        box = run.box_px
        assert box.x >= 0
        assert box.x + box.w <= width
        assert box.y + box.h <= height
        crop = page.image[round(box.y) : round(box.y + box.h)]
        assert bool((crop < 128).any()) == bool(run.text.strip())


def test_an_endless_text_is_cut_into_pages_and_a_book_is_refused() -> None:
    assert len(pages("ligne\n" * 450)) == 2
    first, _ = pages("ligne\n" * 350 + "\n" + "fiche\n" * 200)
    assert "fiche" not in texts(first)
    with pytest.raises(TooLargeError, match="pages"):
        pages("ligne\n" * 9000, max_pages=20)
    with pytest.raises(TooLargeError):
        pages(b"a" * 20_000_001)


def test_the_lines_of_hocr_stand_where_they_were_read() -> None:
    first, second = pages(HOCR, Kind.HOCR)
    assert texts(first) == ["Journée d'étude", "", "Tarif : 25 €"]
    assert texts(second) == ["Page 2"]
    scale = first.image.shape[1] / 2480
    assert first.runs[0].box_px.y == pytest.approx(200 * scale, abs=1)
    there = first.image[round(195 * scale) : round(250 * scale)]
    assert (there < 128).any()
    assert not (first.image[: round(190 * scale)] < 255).any()


def test_the_lines_of_alto_stand_where_they_were_read() -> None:
    (page,) = pages(ALTO, Kind.ALTO)
    assert texts(page) == ["Journée régio-", "", "Programme"]
    assert page.runs[2].box_px.y / page.image.shape[0] == pytest.approx(500 / 2970, abs=0.01)


def test_hocr_without_places_is_set_line_by_line() -> None:
    (page,) = pages(
        "<div class='ocr_page'><span class='ocr_line'>Une ligne</span></div>", Kind.HOCR
    )
    assert texts(page) == ["Une ligne"]
    assert np.asarray(page.image).min() < 128


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('WIDTH="2100"', 'WIDTH="inf"'),
        ('WIDTH="2100"', 'WIDTH="1"'),
        ('HEIGHT="50"', 'HEIGHT="1e300"'),
        ('HPOS="100"', 'HPOS="nan"'),
        ('VPOS="200"', 'VPOS="-50"'),
    ],
)
def test_a_line_without_a_possible_place_is_set_below_another(before: str, after: str) -> None:
    (page,) = pages(ALTO.replace(before, after, 1), Kind.ALTO)
    assert texts(page) == ["Journée régio-", "", "Programme"]
    height, width = page.image.shape
    for run in page.runs:
        assert 0 <= run.box_px.x < width
        assert 0 <= run.box_px.y < height


def test_hocr_that_was_cut_keeps_its_last_line() -> None:
    (page,) = pages(HOCR[: HOCR.index("</span></p>\n</div>")], Kind.HOCR)
    assert texts(page)[-1] == "Tarif : 25 €"


def test_a_damaged_byte_does_not_spoil_the_other_accents() -> None:
    text = ("Téléphone des Genêts, à côté. " * 20).encode() + b"\xff"
    (page,) = pages(text)
    assert "Téléphone des Genêts, à côté." in page.runs[0].text


def test_control_signs_are_not_kept() -> None:
    (page,) = pages("Foy\x07er \u202eLes")
    assert page.runs[0].text == "Foy er  Les"


def test_a_line_without_end_does_not_make_an_endless_picture() -> None:
    made = pages("a b " * 300_000, max_pages=200)
    assert max(page.image.shape[0] for page in made) < 300_000
    assert len(made) > 1


@pytest.mark.parametrize(
    "data",
    [
        ALTO[:200],
        ALTO.replace("2100", "large"),
        '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
        + "".join(
            f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
        )
        + "]><alto><Page>&i;</Page></alto>",
    ],
)
def test_a_damaged_or_hostile_alto_is_told(data: str) -> None:
    with pytest.raises(DamagedError, match="nouvel envoi"):
        pages(data, Kind.ALTO)
