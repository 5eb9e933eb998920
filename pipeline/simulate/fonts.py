"""The fonts that pens write with: shipped ones by their name, any others by their file."""

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline import paths

PRINT_FONTS = (
    *("arimo", "carlito", "comic-neue", "courier-prime", "cousine", "eb-garamond", "lato"),
    *("roboto", "source-sans-3", "tinos"),
)
HAND_FONTS = (
    *("architects-daughter", "caveat", "dancing-script", "delius", "gochi-hand", "handlee"),
    *("indie-flower", "kalam", "marck-script", "neucha", "patrick-hand", "schoolbell"),
    *("shadows-into-light", "short-stack"),
)
FONT_FILES = (".ttf", ".otf", ".woff2")
_JOINED = ("caveat", "dancing-script", "marck-script")
"""Shipped fonts whose letters join."""
_SAME_SHAPE = 0.7
"""Small letters of a font that correlate so well with its capitals are capitals."""


@lru_cache(maxsize=512)
def load_font(name: str, size_px: int) -> ImageFont.FreeTypeFont:
    """A shipped font, or one from its file. Raises OSError where that is none."""
    # The basic layout engine draws the same everywhere, with or without libraqm.
    path = Path(name) if Path(name).suffix.lower() in FONT_FILES else paths.FONTS / f"{name}.ttf"
    return ImageFont.truetype(path, size_px, layout_engine=ImageFont.Layout.BASIC)


def font_px(name: str, cap_px: float) -> int:
    """The font size that makes capitals ``cap_px`` high."""
    return max(4, round(cap_px * 200 / _cap_height(name)))


@lru_cache(maxsize=64)
def _cap_height(name: str) -> float:
    return float(-load_font(name, 200).getbbox("E", anchor="ls")[1])


@lru_cache(maxsize=8192)
def draws(name: str, letter: str) -> bool:
    """Whether a font draws the letter, and not what it draws for any that it lacks."""
    font = load_font(name, 40)
    own, missing = (bytes(font.getmask(char)) for char in (letter, "\U0010fffd"))
    return any(own) and own != missing


@lru_cache(maxsize=256)
def in_capitals(name: str) -> bool:
    """Whether a font draws its small letters as capitals, which is then what is written."""
    alike = [np.corrcoef(_shape(name, c), _shape(name, c.upper()))[0, 1] for c in "abdeghnqrt"]
    return float(np.median(alike)) > _SAME_SHAPE


def _shape(name: str, letter: str) -> NDArray[np.float64]:
    left, top, right, bottom = load_font(name, 100).getbbox(letter, anchor="ls")
    image = Image.new("L", (max(1, round(right - left)), max(1, round(bottom - top))))
    pen = ImageDraw.Draw(image)
    pen.text((-left, -top), letter, fill=255, font=load_font(name, 100), anchor="ls")
    return np.asarray(image.resize((16, 16)), dtype=np.float64).ravel()


@lru_cache(maxsize=512)
def is_joined(name: str) -> bool:
    """Whether the letters of a hand join: of a font from elsewhere, some that mostly do."""
    if name in HAND_FONTS:
        return name in _JOINED
    image = Image.new("L", (400, 200))
    font = load_font(name, 80)
    ImageDraw.Draw(image).text((40, 140), "nuum", fill=255, font=font, anchor="ls")
    pieces, _ = cv2.connectedComponents((np.asarray(image) > 64).astype(np.uint8))
    return pieces == 2  # the paper is one
