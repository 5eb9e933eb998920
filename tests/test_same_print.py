"""Another edition of a form, with its own date or tariffs, is told from the one that is known."""

import shutil
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.forms.blank import PX_PER_MM, Word, blank_pages
from pipeline.forms.schema import Form, load_form
from pipeline.geometry import BoxMm
from pipeline.paper.align import align_all
from pipeline.paper.dropout import drop_print
from pipeline.paper.same_print import check_print
from pipeline.paths import FORMS
from pipeline.records import Gray
from tests.pages import blanks, drawn, fiche, flat, page, words


def _word(text: str) -> Word:
    return next(w for w in fiche().words if w.text == text)


def _cut(box: BoxMm) -> tuple[slice, slice]:
    x, y, right, bottom = (round(v * PX_PER_MM) for v in (box.x, box.y, box.right, box.bottom))
    return slice(y - 2, bottom + 2), slice(x - 1, right + 1)


def _with_digit(image: Gray, word: str, at: int, *, taken_from: tuple[str, int]) -> Gray:
    """The page with one printed digit replaced by another of the same size."""
    source = _cut(_word(taken_from[0]).char_boxes[taken_from[1]])
    digit = fiche().image[source]
    rows, columns = _cut(_word(word).char_boxes[at])
    changed = image.copy()
    changed[rows, columns] = 255
    height, width = digit.shape
    changed[rows.start : rows.start + height, columns.start : columns.start + width] = digit
    return changed


def _next_edition() -> Gray:
    """Members pay 70 instead of 30."""
    return _with_digit(fiche().image, "30", 0, taken_from=("75", 0))


def test_the_known_edition_is_itself() -> None:
    assert _findings(flat(fiche().image)) == ()
    for style in ("typed", "hand", "photo", "fax"):
        image = drawn(style, 3)[0].image
        gray = image if image.ndim == 2 else np.asarray(Image.fromarray(image).convert("L"))
        aligned = align_all(page(gray), blanks())[0]
        assert _findings(aligned) == ()


def test_another_tariff_is_noticed() -> None:
    (finding,) = _findings(flat(_next_edition()))
    assert "« 30 »" in words(finding)


def _edition_folder(tmp_path: Path, image: Gray) -> Form:
    folder = tmp_path / "edition-2019"
    shutil.copytree(FORMS / "mais-2018-02-02", folder)
    text = (folder / "form.toml").read_text("utf-8").replace("mais-2018-02-02", folder.name)
    (folder / "form.toml").write_text(text, "utf-8")
    pages = [Image.fromarray(i) for i in (blanks()[0].image, image)]
    pages[0].save(
        folder / "blank.pdf", save_all=True, append_images=pages[1:], resolution=PX_PER_MM * 25.4
    )
    return load_form(folder)


def test_of_two_known_editions_the_right_one_is_taken(tmp_path: Path) -> None:
    other = blank_pages(_edition_folder(tmp_path, _next_edition()))
    known = (*blanks(), *other)
    assert align_all(page(fiche().image), known)[0].form_id == "mais-2018-02-02"
    assert align_all(page(_next_edition()), known)[0].form_id == "edition-2019"
    photo = drawn("photo", 3)[0].image
    gray = photo if photo.ndim == 2 else np.asarray(Image.fromarray(photo).convert("L"))
    assert align_all(page(gray), known)[0].form_id == "mais-2018-02-02"
