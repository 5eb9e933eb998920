"""What a blank is, and how it becomes a folder of forms: ``form.toml`` beside ``blank.pdf``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2
import tomlkit
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from associations.people import Invention
from associations.sheet import A4_MM, PT_PER_MM, Asked, Overlay, Sheet

Value = str | int | list[str] | None
"""A field's truth as ``fiches evaluate`` takes it."""
SCAN_DPI = 200


@dataclass(frozen=True, slots=True)
class Blank:
    """A form of some association. ``invent`` gives what one copy says: the value of each field, a
    list of them where rows or lines repeat, and cents for amounts. ``scanned``: the association
    has it as a picture only; ``acroform``: it is filled in by a PDF viewer."""

    id: str
    title: str
    layout: str
    """What is particular about it, in a word or two."""
    draw: Callable[[Sheet], None]
    invent: Callable[[Invention], dict[str, Any]]
    size_mm: tuple[float, float] = A4_MM
    font: str = "Helvetica"
    scanned: bool = False
    acroform: bool = False
    tilt_deg: float = 0.0
    """How far askew, clockwise, it lay on the scanner; copies on paper are not made of the scan."""
    paper: float = 0.97
    """How light the scanned paper is, at its middle."""

    def make(self, *, overlay: Overlay | None = None, tilted: bool = False) -> tuple[bytes, Asked]:
        """The PDF and what it asks; with what is laid over it. ``tilted``: as it was scanned, where
        what is asked is still said of the sheet as it was drawn."""
        drawn = Sheet(
            self.id,
            self.title,
            size_mm=self.size_mm,
            font=self.font,
            overlay=None if self.scanned else overlay,
        )
        self.draw(drawn)
        asked = drawn.finish()
        raw = drawn.raw.getvalue()
        return (self._scan(raw, overlay, tilted=tilted) if self.scanned else raw), asked

    def lay_out(self, folder: Path) -> Asked:
        """Write the form into a folder of forms."""
        raw, asked = self.make()
        place = folder / self.id
        place.mkdir(parents=True, exist_ok=True)
        (place / "blank.pdf").write_bytes(raw)
        (place / "form.toml").write_text(_toml(asked.form), "utf-8", newline="\n")
        return asked

    def _scan(self, raw: bytes, overlay: Overlay | None, *, tilted: bool) -> bytes:
        tilt = self.tilt_deg if tilted else 0.0
        return _scanned(raw, self.size_mm, overlay, tilt_deg=tilt, paper=self.paper)


def render(raw: bytes, page: int, dpi: int) -> np.ndarray:
    """A page of a PDF as RGB, its fields with it."""
    document = pypdfium2.PdfDocument(raw)
    document.init_forms()
    bitmap = document[page - 1].render(scale=dpi / 72, rev_byteorder=True)
    image = np.array(bitmap.to_numpy()[:, :, :3], dtype=np.uint8)
    document.close()
    return image


def _scanned(
    raw: bytes, size_mm: tuple[float, float], overlay: Overlay | None, *, tilt_deg: float,
    paper: float,
) -> bytes:  # fmt: skip
    """The sheet as the association's own scanner saw it: a picture, and no text."""
    rng = np.random.default_rng(20)
    image = _turned(render(raw, 1, SCAN_DPI), tilt_deg)
    image = cv2.GaussianBlur(image, (0, 0), 0.7).astype(np.float32)
    light = np.linspace(paper + 0.015, paper - 0.015, image.shape[1], dtype=np.float32)
    image = image * light[None, :, None] + rng.normal(0, 2.5, image.shape)
    for _ in range(60):
        at = (int(rng.integers(image.shape[1])), int(rng.integers(image.shape[0])))
        cv2.circle(image, at, int(rng.integers(0, 2)), (120, 120, 120), -1)
    jpeg, made = BytesIO(), BytesIO()
    Image.fromarray(image.clip(0, 255).astype(np.uint8)).save(jpeg, "JPEG", quality=72)
    jpeg.seek(0)
    size_pt = (size_mm[0] * PT_PER_MM, size_mm[1] * PT_PER_MM)
    canvas = Canvas(made, pagesize=size_pt, invariant=1)
    canvas.drawImage(ImageReader(jpeg), 0, 0, *size_pt)
    if overlay:
        overlay(canvas, 1)
    canvas.showPage()
    canvas.save()
    return made.getvalue()


def _turned(image: np.ndarray, clockwise_deg: float) -> np.ndarray:
    """The sheet askew on white, about its middle."""
    if not clockwise_deg:
        return image
    high, wide = image.shape[:2]
    turn = cv2.getRotationMatrix2D((wide / 2, high / 2), -clockwise_deg, 1.0)
    white = (255, 255, 255)
    return np.asarray(cv2.warpAffine(image, turn, (wide, high), borderValue=white))


def _toml(form: Mapping[str, Any]) -> str:
    """``form.toml`` as a person would lay it out: a zone a block, its boxes on one line."""
    document = tomlkit.document()
    plain = {key: value for key, value in form.items() if key not in ("zones", "tables", "areas")}
    for key in sorted(plain, key=lambda k: isinstance(plain[k], (dict, list))):
        document[key] = plain[key]
    for key in ("zones", "tables", "areas"):
        if key in form:
            document[key] = tomlkit.aot()
        for entry in form.get(key, ()):
            document[key].append(_block(entry))  # type: ignore[union-attr]
    return tomlkit.dumps(document)


def _block(entry: Mapping[str, Any]) -> tomlkit.items.Table:
    block = tomlkit.table()
    for key, value in entry.items():
        if key == "columns":
            block[key] = tomlkit.aot()
            for column in value:
                block[key].append(_block(column))  # type: ignore[union-attr]
        elif isinstance(value, dict):
            block[key] = tomlkit.inline_table()
            block[key].update(value)
        else:
            block[key] = value
    return block
