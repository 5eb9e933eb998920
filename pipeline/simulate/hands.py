"""In whose hands drawn forms are written: the shipped fonts, those of a folder, or real ink."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from pipeline.errors import InputError
from pipeline.forms.schema import Form
from pipeline.language import tr, why
from pipeline.simulate.contents import Filling
from pipeline.simulate.fonts import FONT_FILES, draws, in_capitals, load_font
from pipeline.simulate.ink_folder import InInk, fill_in, load_folder
from pipeline.simulate.pen import Pen

_SIZE_PX = 40
_MEASURED = "E"
"""The letter that tells how high a font's capitals are."""


@dataclass(frozen=True, slots=True)
class Hands:
    """Who writes what is written by hand.

    ``ink`` is a folder of lines in real ink (``ink_folder``), ``fonts`` one of fonts to write with
    in place of the shipped hands. Each writes on that ``share`` of the forms, up to a half of them
    never both on one form; where both do, the fonts write what the ink cannot.
    """

    ink: Path | None = None
    fonts: Path | None = None
    share: float = 1.0

    def check(self) -> None:
        """Raises InputError where a folder cannot be written with."""
        if self.ink:
            load_folder(self.ink)
        if self.fonts:
            load_fonts(self.fonts)

    def take_up(
        self, form: Form, filling: Filling, pen: Pen, rng: np.random.Generator
    ) -> tuple[Filling, Pen, InInk]:
        """What stands on a form, the pen that writes it, and what real ink does in its place."""
        draw = rng.random()
        inked: InInk = {}
        if self.ink and not pen.printed and draw < self.share:
            filling, inked = fill_in(form, filling, self.ink, rng)
        if self.fonts and not pen.printed and draw >= 1 - self.share:
            texts = [text for texts in filling.written.values() for text in texts]
            pen = replace(pen, font=_choose_font(self.fonts, texts, rng) or pen.font)
        return filling, pen, inked


SHIPPED = Hands()


@lru_cache(maxsize=8)
def load_fonts(folder: Path) -> tuple[str, ...]:
    """The fonts of a folder, as pens name them. Raises InputError for what is none."""
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix.lower() in FONT_FILES)
    except OSError as err:
        raise InputError(tr("{path}: {why}.", path=folder, why=why(err))) from err
    if not files:
        raise InputError(
            tr("{folder}: there is no font (.ttf, .otf or .woff2). Put one there.", folder=folder)
        )
    for file in files:
        try:
            load_font(str(file.absolute()), _SIZE_PX)
        except OSError as err:
            raise InputError(
                tr("{path} is no font that can be drawn with: take it out of there.", path=file)
            ) from err
    return tuple(str(file.absolute()) for file in files)


def _choose_font(folder: Path, texts: Iterable[str], rng: np.random.Generator) -> str | None:
    """A font of the folder that can write all of it; None where there is none."""
    letters = {_MEASURED, *"".join(texts)} - {" "}
    fonts = load_fonts(folder)
    drawn = (fonts[int(i)] for i in rng.permutation(len(fonts)))
    return next((font for font in drawn if all(map(partial(_can_write, font), letters))), None)


def _can_write(font: str, letter: str) -> bool:
    return draws(font, letter) and not (letter.islower() and in_capitals(font))
