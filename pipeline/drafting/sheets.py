"""A blank looked through from its file on: every page, with the places to write on."""

import shutil
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pypdfium2 as pdfium
from PIL import Image

from pipeline.config import Settings
from pipeline.drafting.acroform import fields_of_pdf
from pipeline.drafting.held import enlarged
from pipeline.drafting.pixels import sheet_of_pixels, without_strokes
from pipeline.drafting.places import with_fields
from pipeline.drafting.records import Place, Print, Sheet
from pipeline.drafting.seen_print import words_held, words_on
from pipeline.drafting.straight import straightened
from pipeline.drafting.vectors import pages_of_pdf
from pipeline.errors import DamagedError
from pipeline.forms.blank import PX_PER_MM
from pipeline.geometry import BoxMm
from pipeline.intake.filekind import Kind, kind_of
from pipeline.intake.ingest import open_pages
from pipeline.records import Gray, Page, Source, TextRun

_DPI = PX_PER_MM * 25.4
_PT_PER_MM = 72 / 25.4
_LEGIBLE, _LEAST_SURE, _LEAST_WORD = 40, 0.6, 3
"""With fewer letters in words that are surely read, a picture may lie on its side."""
_QUALITY = 85
_LARGE_MM, _A5 = 4.5, 0.5**0.5
"""Print of most words is smaller (13 pt); A5 is so much of A4."""


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A page of a blank with its places, and, where it is only a picture, that picture made
    straight, at ``PX_PER_MM``: the mm of the sheet are of it, not of the file's page."""

    sheet: Sheet
    picture: Gray | None = None
    runs: tuple[TextRun, ...] = ()
    """The text that the file holds, on that picture."""


def sheets(path: Path) -> tuple[Sheet, ...]:
    """Every page of a PDF or a picture, with its places. Raises as ``leaves``."""
    return tuple(leaf.sheet for leaf in leaves(path))


def leaves(path: Path) -> tuple[Leaf, ...]:
    """Every page, see ``Leaf``.

    Raises a DocumentError, in French, where the file cannot be opened, is damaged, or is neither a
    PDF nor a picture; EngineError or StalledError where its print cannot be read.
    """
    pages = open_pages(Source(path.name, path, ""), Settings())
    with closing(pages), path.open("rb") as file:
        if kind_of(file, path.name) is not Kind.PDF:
            whole = (_whole(pages.page(n)) for n in range(1, pages.count + 1))
            return tuple(as_large_as_print(seen(page), page) for page in whole)
        vectors, fields = _vectors(path)
        return tuple(
            seen(_whole(pages.page(sheet.number)))
            if is_picture
            else Leaf(with_fields(sheet, fields.get(sheet.number, ())))
            for sheet, is_picture in vectors
        )


def _vectors(
    path: Path,
) -> tuple[Sequence[tuple[Sheet, bool]], dict[int, tuple[Place, ...]]]:
    try:
        return pages_of_pdf(path), dict(fields_of_pdf(path))
    except MemoryError:
        raise
    except Exception as err:  # damaged objects make pdfminer raise anything
        raise DamagedError("PDF abîmé : l'enregistrer à nouveau, et déposer ce PDF.") from err


def _whole(page: object) -> Page:
    """A page that can be seen. Raises DamagedError where the file has it damaged."""
    if isinstance(page, Page):
        return page
    raise DamagedError("Page abîmée : enregistrer le document à nouveau.")


def seen(page: Page, *, turns: Sequence[int] = (1, 2, 3)) -> Leaf:
    """A picture read as it stands; where little can be read so, as it can best, turned by so many
    quarters.

    Raises EngineError or StalledError where its print cannot be read.
    """
    best = _read(page.image, page)
    if _legible(best.sheet.words) < _LEGIBLE:
        turned = (_read(np.rot90(page.image, turn), page) for turn in turns)
        best = max((best, *turned), key=lambda leaf: _legible(leaf.sheet.words))
    return replace(best, sheet=with_fields(best.sheet, ()))


def _read(image: Gray, page: Page) -> Leaf:
    straight = straightened(np.ascontiguousarray(image), page.dpi)
    bare = sheet_of_pixels(straight, _DPI, page.number)
    words = words_on(without_strokes(straight, _DPI, bare))
    return Leaf(sheet_of_pixels(straight, _DPI, page.number, words), straight)


def held(page: Page, words: Sequence[Print]) -> Leaf:
    """A page of a PDF, with the words that it holds, see ``held_words``; no engine reads any."""
    large = enlarged(page)
    bare = sheet_of_pixels(large.image, _DPI, page.number)
    print_ = words_held(words, without_strokes(large.image, _DPI, bare))
    return Leaf(sheet_of_pixels(large.image, _DPI, page.number, print_), large.image, large.runs)


def as_large_as_print(leaf: Leaf, page: Page) -> Leaf:
    """The sheet that was cut out of a photo, and taken for A4, as one of A5 where its print would
    be too large for that."""
    sizes = sorted(word.size_mm for word in leaf.sheet.words)
    if leaf.picture is None or not sizes or sizes[len(sizes) // 2] < _LARGE_MM:
        return leaf
    scale = _DPI / page.dpi
    if {round(scale * side) for side in page.image.shape} == {*leaf.picture.shape}:
        return leaf  # all of the picture is the page, whose size its file tells
    picture = np.asarray(
        cv2.resize(leaf.picture, None, fx=_A5, fy=_A5, interpolation=cv2.INTER_AREA), np.uint8
    )
    words = tuple(
        replace(
            word,
            box_mm=BoxMm(*(_A5 * v for v in (box.x, box.y, box.w, box.h))),
            size_mm=_A5 * word.size_mm,
        )
        for word, box in ((word, word.box_mm) for word in leaf.sheet.words)
    )
    sheet = sheet_of_pixels(picture, _DPI, leaf.sheet.number, words)
    return Leaf(with_fields(sheet, ()), picture)


def _legible(words: Sequence[Print]) -> int:
    read = (word.text for word in words if word.sure >= _LEAST_SURE)
    return sum(len(text) for text in read if len(text) >= _LEAST_WORD and text.isalpha())


def write_blank(path: Path, read: Sequence[Leaf], to: Path) -> None:
    """The PDF to which the mm of the ``leaves`` of a file belong: that file, or, of its pictures,
    the straight ones. Raises OSError."""
    if all(leaf.picture is None for leaf in read):
        shutil.copyfile(path, to)
        return
    with closing(pdfium.PdfDocument.new()) as blank:
        for leaf in read:
            if leaf.picture is None:
                with closing(pdfium.PdfDocument(str(path))) as drawn:
                    blank.import_pages(drawn, [leaf.sheet.number - 1])
            else:
                _add_picture(blank, leaf.picture, leaf.sheet)
        blank.save(str(to))


def _add_picture(blank: pdfium.PdfDocument, picture: Gray, sheet: Sheet) -> None:
    data = BytesIO()
    Image.fromarray(picture).save(data, "JPEG", quality=_QUALITY)
    data.seek(0)
    width, height = sheet.width_mm * _PT_PER_MM, sheet.height_mm * _PT_PER_MM
    page = blank.new_page(width, height)
    image = pdfium.PdfImage.new(blank)
    image.load_jpeg(data, inline=True)
    image.set_matrix(pdfium.PdfMatrix().scale(width, height))
    page.insert_obj(image)
    page.gen_content()
