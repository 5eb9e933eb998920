"""Filled pages of small forms that nobody has described, as a scanner gives them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
from small_blanks import SmallBlank

from pipeline.forms.blank import PX_PER_MM
from pipeline.records import Gray, Page

DPI = PX_PER_MM * 25.4
ASKED = ("Nom", "Prénom", "Adresse", "Code postal", "Ville", "Téléphone", "Courriel")
ANSWERS = (
    "Delacourt",
    "Maëlle",
    "12 rue des Tilleuls",
    "35000",
    "Rennes",
    "02 99 12 34 56",
    "maelle.delacourt@exemple.fr",
)


def picture(path: Path) -> Gray:
    """The first page of a PDF at ``PX_PER_MM``."""
    with pdfium.PdfDocument(str(path)) as document:
        drawn = document[0].render(scale=PX_PER_MM * 25.4 / 72, grayscale=True)
        return np.ascontiguousarray(drawn.to_numpy().squeeze())


def on_lines(
    folder: Path,
    asked: Sequence[str] = ASKED,
    answers: Sequence[str] = ANSWERS,
    *,
    step: float = 14,
) -> Gray:
    """Labels with colons, each before a rule on which somebody typed."""
    with SmallBlank(folder / "lines.pdf") as blank:
        blank.text(20, 22, "Randonneurs du Val", size=15)
        for n, (label, answer) in enumerate(zip(asked, answers, strict=True)):
            y = 45 + 14 * n
            x = blank.text(20, y, f"{label} :") + 2
            blank.rule(x, y + 0.8, 150)
            blank.text(x + 3, y, answer, font="Courier", size=12)
    return picture(folder / "lines.pdf")


def in_frames(folder: Path, asked: Sequence[str], answers: Sequence[str]) -> Gray:
    """Frames below their labels."""
    with SmallBlank(folder / "frames.pdf") as blank:
        blank.text(20, 22, "Bourse aux jouets", size=15)
        for n, (label, answer) in enumerate(zip(asked, answers, strict=True)):
            y = 40 + 22 * n
            blank.text(20, y, label)
            blank.frame(20, y + 2, 120, 8)
            blank.text(23, y + 7.6, answer, font="Courier", size=12)
    return picture(folder / "frames.pdf")


def letter(folder: Path) -> Gray:
    """A page of print that asks nothing."""
    with SmallBlank(folder / "letter.pdf") as blank:
        for n in range(24):
            blank.text(20, 40 + 8 * n, "Le conseil remercie les bénévoles pour leur aide cet été.")
    return picture(folder / "letter.pdf")


def page(image: Gray) -> Page:
    return Page(1, image, DPI)
