"""Tesseract with its French data, through pytesseract: it reads print, and needs no grammar.

An independent second reader: its network, its segmentation and its dictionary share nothing with
the default engine, so that agreement between the two is evidence.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache

import numpy as np
from PIL import Image

from pipeline.engines import EngineLine
from pipeline.errors import EngineError, StalledError
from pipeline.geometry import BoxPx
from pipeline.language import tr
from pipeline.records import Gray

_GAP_PX = 24
_TIME_LIMIT_S = 60.0
"""By the clock: a page takes it a second or two, where the machine is not overrun."""
_LINES = "--psm 6"
_SPARSE_PAGE = "--psm 11"
_WHOLE_PAGE = "--psm 3"
_Word = tuple[str, float, BoxPx]
"""Text, confidence 0..1, and where it stands."""


@cache
def is_installed() -> bool:
    """Whether Tesseract and its French data are there; asked once a process."""
    program = shutil.which("tesseract")
    if program is None:
        return False
    listed = subprocess.run([program, "--list-langs"], capture_output=True, check=False)
    return b"fra" in listed.stdout.split()  # its first line names a folder, in whatever letters


def read_lines(crops: Sequence[Gray]) -> list[EngineLine]:
    """Read each crop as one line.

    Raises EngineError saying what to install, StalledError where Tesseract does not come back.

    Starting Tesseract costs more than reading a line: all crops go as one page, one below another.
    """
    if not crops:
        return []
    width = max(crop.shape[1] for crop in crops) + 2 * _GAP_PX
    height = sum(crop.shape[0] + _GAP_PX for crop in crops) + _GAP_PX
    sheet = np.full((height, width), 255, np.uint8)
    ends: list[int] = []
    y = _GAP_PX
    for crop in crops:
        sheet[y : y + crop.shape[0], _GAP_PX : _GAP_PX + crop.shape[1]] = crop
        y += crop.shape[0] + _GAP_PX
        ends.append(y - _GAP_PX // 2)
    by_crop: list[list[_Word]] = [[] for _ in crops]
    for word in _words(sheet, _LINES):
        line = int(np.searchsorted(ends, word[2].y + word[2].h / 2))
        by_crop[min(line, len(crops) - 1)].append(word)
    return [_line(words) for words in by_crop]


def read_print(page: Gray) -> list[tuple[str, float, BoxPx]]:
    """The words of a whole page with their confidence, from 0 to 1, and their boxes in px of that
    image. Raises as ``read_lines``."""
    return _words(page, _SPARSE_PAGE)


def read_text(page: Gray) -> list[str]:
    """The lines of a printed page, dark on white, with an empty one between two paragraphs.

    Raises as ``read_lines``.
    """
    data = _data(page, _WHOLE_PAGE)
    lines: list[str] = []
    paragraph = line = None
    columns = (data[key] for key in ("text", "block_num", "par_num", "line_num"))
    for text, *at in zip(*columns, strict=True):
        if not text.strip():
            continue
        if at == line:
            lines[-1] += f" {text}"
            continue
        if lines and at[:2] != paragraph:
            lines.append("")
        lines.append(text)
        paragraph, line = at[:2], at
    return lines


def _line(words: list[_Word]) -> EngineLine:
    if not words:
        return EngineLine("", 0.0)
    words.sort(key=lambda word: word[2].x)
    return EngineLine(" ".join(text for text, *_ in words), min(c for _, c, _ in words))


def _words(image: Gray, config: str) -> list[_Word]:
    data = _data(image, config)
    boxes = zip(*(data[key] for key in ("left", "top", "width", "height")), strict=True)
    # Tesseract reports boxes without text as confidence -1; they are not words.
    return [
        (text, float(confidence) / 100, BoxPx(*(float(edge) for edge in box)))
        for text, confidence, box in zip(data["text"], data["conf"], boxes, strict=True)
        if text.strip() and float(confidence) >= 0
    ]


def _data(image: Gray, config: str) -> dict[str, list[str]]:
    # Imported where it is needed: it brings pandas along, a fifth of a second at every start.
    import pytesseract

    # Documents run in parallel already: Tesseract's own threads would only fight over the cores.
    os.environ["OMP_THREAD_LIMIT"] = "1"
    plain = Image.fromarray(image)
    plain.format = "PPM"  # to make a PNG of a page takes as long as to read it
    try:
        data: dict[str, list[str]] = pytesseract.image_to_data(
            plain,
            lang="fra",
            config=config,
            output_type=pytesseract.Output.DICT,
            timeout=_TIME_LIMIT_S,
        )
    except (pytesseract.TesseractNotFoundError, pytesseract.TesseractError) as err:
        raise EngineError(
            tr(
                "Tesseract or its French data is missing: apt-get install tesseract-ocr "
                "tesseract-ocr-fra ({fault}).",
                fault=type(err).__name__,
            )
        ) from err
    except RuntimeError as err:  # that is how pytesseract says that the time is over
        raise StalledError(
            "Tesseract ne répond plus sur cette page : relancer, ou demander un autre envoi."
        ) from err
    return data
