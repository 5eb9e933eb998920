"""Tesseract with its French data, through pytesseract: it reads print, and needs no grammar.

An independent second reader: its network, its segmentation and its dictionary share nothing with
the default engine, so that agreement between the two is evidence.
"""

import os
import shutil
from collections.abc import Sequence

import numpy as np
import pytesseract

from pipeline.engines import EngineLine
from pipeline.errors import EngineError
from pipeline.geometry import BoxPx
from pipeline.records import Gray

_MARGIN_PX = 10
_LINE = "--psm 7"
_SPARSE_PAGE = "--psm 11"


def is_installed() -> bool:
    return shutil.which("tesseract") is not None


def read_lines(crops: Sequence[Gray]) -> list[EngineLine]:
    """Read each crop as one line. Raises EngineError saying what to install."""
    return [_read_line(crop) for crop in crops]


def read_words(page: Gray) -> list[tuple[str, BoxPx]]:
    """The words of a whole page, with their boxes in px of that image.

    Raises EngineError saying what to install.
    """
    data = _run(page, _SPARSE_PAGE)
    boxes = zip(*(data[key] for key in ("left", "top", "width", "height")), strict=True)
    return [
        (text, BoxPx(*(float(edge) for edge in box)))
        for text, box in zip(data["text"], boxes, strict=True)
        if text.strip()
    ]


def _read_line(crop: Gray) -> EngineLine:
    data = _run(np.pad(crop, _MARGIN_PX, constant_values=255), _LINE)
    # Tesseract reports boxes without text as confidence -1; they are not words.
    words = [
        (text, float(confidence) / 100)
        for text, confidence in zip(data["text"], data["conf"], strict=True)
        if text.strip() and float(confidence) >= 0
    ]
    if not words:
        return EngineLine("", 0.0)
    return EngineLine(" ".join(text for text, _ in words), min(c for _, c in words))


def _run(image: Gray, config: str) -> dict[str, list[str]]:
    # Documents run in parallel already: Tesseract's own threads would only fight over the cores.
    os.environ["OMP_THREAD_LIMIT"] = "1"
    try:
        data: dict[str, list[str]] = pytesseract.image_to_data(
            image, lang="fra", config=config, output_type=pytesseract.Output.DICT
        )
    except (pytesseract.TesseractNotFoundError, pytesseract.TesseractError) as err:
        raise EngineError(
            "Tesseract or its French data is missing: apt-get install tesseract-ocr "
            f"tesseract-ocr-fra ({type(err).__name__})."
        ) from err
    return data
