"""Blanks as associations draw them, invented: solid bands, frames, tables, tints, a picture, hardly
any print. Each comes as a folder with its ``form.toml``."""

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from pipeline.forms.schema import Form, load_form

_MM = 72 / 25.4
_WIDE, _HIGH = 210.0, 297.0
_TYPES = ("person", "organisation", "email", "phone")
_LABELS = (
    *("Nom", "Prénom", "Adresse", "Commune", "Code postal", "Téléphone", "Courriel", "Profession"),
    *("Né(e) le", "Licence", "Nombre de places", "Signature", "Montant", "Observations", "Club"),
)
_TITLES = ("Bulletin d'adhésion", "Sortie du 14 mai", "Fiche sanitaire", "Stage d'été", "Loto")
KINDS = ("bands", "frames", "table", "tint", "picture", "sparse")


class Layout:
    """A blank of one page that is being drawn, in mm from its upper left corner."""

    def __init__(self) -> None:
        self._data = BytesIO()
        self._canvas = Canvas(self._data, pagesize=(_WIDE * _MM, _HIGH * _MM), invariant=1)
        self._zones: list[tuple[float, float, float, float]] = []

    def box(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        *,
        gray: float | None = None,
        rule_mm: float = 0.0,
    ) -> None:
        if gray is not None:
            self._canvas.setFillGray(gray)
        self._canvas.setLineWidth(rule_mm * _MM)
        self._canvas.rect(
            x * _MM,
            (_HIGH - y - h) * _MM,
            w * _MM,
            h * _MM,
            int(rule_mm > 0),
            int(gray is not None),
        )

    def text(self, x: float, y: float, text: str, *, size: float = 10, gray: float = 0.0) -> None:
        self._canvas.setFillGray(gray)
        self._canvas.setFont("Helvetica", size)
        self._canvas.drawString(x * _MM, (_HIGH - y) * _MM, text)

    def picture(self, y: float, h: float, rng: np.random.Generator) -> None:
        """Soft and without edges, as a photo of a sky is."""
        spots = Image.fromarray(rng.integers(0, 256, (6, 9)).astype(np.uint8))
        soft = ImageReader(spots.resize((630, 420), Image.Resampling.BICUBIC))
        self._canvas.drawImage(soft, 0, (_HIGH - y - h) * _MM, _WIDE * _MM, h * _MM)

    def zone(self, x: float, y: float, w: float, h: float) -> None:
        self._zones.append((x, y, w, h))

    def form(self, folder: Path) -> Form:
        folder.mkdir()
        self._canvas.save()
        (folder / "blank.pdf").write_bytes(self._data.getvalue())
        lines = [f'id = "{folder.name}"', 'title = "Fiche"']
        for i, (x, y, w, h) in enumerate(self._zones):
            lines += ["[[zones]]", f'field = "champ_{i}"', f'label = "Champ {i}"']
            lines += [f'type = "{_TYPES[i % len(_TYPES)]}"', f"lines_mm = [[{x}, {y}, {w}, {h}]]"]
        (folder / "form.toml").write_text("\n".join(lines), "utf-8")
        return load_form(folder)


def banded() -> Layout:
    """White titles on solid bands, from edge to edge and from margin to margin; framed fields."""
    layout = Layout()
    layout.box(0, 0, _WIDE, 26, gray=0.1)
    layout.text(18, 17, "CLUB ALPIN DE LA VALLEE - INSCRIPTION", size=16, gray=1)
    titles = ("VOTRE IDENTITE", "VOTRE SEJOUR", "VOTRE REGLEMENT", "AUTORISATIONS")
    for k, title in enumerate(titles):
        y = 34 + 62 * k
        layout.box(12, y, 186, 9, gray=0.15)
        layout.text(16, y + 6.3, title, size=11, gray=1)
        for n in range(3):
            top = y + 12 + 15 * n
            layout.box(12, top, 186, 12, rule_mm=0.4)
            layout.text(14, top + 4, _LABELS[3 * k + n], size=7)
            layout.zone(40, top + 1, 150, 10)
    layout.box(0, 287, _WIDE, 10, gray=0.1)
    return layout


def invented(kind: str, seed: int) -> Layout:
    """Any layout of that kind."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    layout = Layout()
    labels = [str(label) for label in rng.permutation(_LABELS)]
    tint = float(rng.uniform(0.75, 0.93))
    if kind == "tint":
        layout.box(0, 0, _WIDE, _HIGH, gray=tint)
    top = 20.0
    if kind == "picture":
        layout.picture(0, 110, rng)
        top = 122.0
    title = f"{rng.choice(_TITLES)} {rng.integers(2010, 2030)}"
    layout.text(float(rng.uniform(15, 60)), top, title, size=15)
    layout.text(15, 288, "À renvoyer au secrétariat de l'association avant le 1er mai.", size=9)
    left, step = float(rng.uniform(10, 16)), float(rng.uniform(17, 26))
    wide = _WIDE - 2 * left
    rows = 3 if kind == "sparse" else int((270 - top) / step)
    if kind == "table":
        layout.box(left, top + 8, wide, 9, gray=tint, rule_mm=0.3)
        for column in range(4):
            layout.text(left + 2 + column * wide / 4, top + 14, labels[column], size=9)
    for row in range(rows):
        y = top + 17 + row * (70 if kind == "sparse" else step)
        label = labels[row % len(labels)]
        match kind:
            case "table":
                for column in range(4):
                    layout.box(left + column * wide / 4, y, wide / 4, step, rule_mm=0.3)
                layout.zone(left + 0.5, y + 0.5, wide / 4 - 1, step - 1)
                continue
            case "bands" if row % 3 == 0:
                layout.box(left, y - 8, wide, 7, gray=float(rng.uniform(0, 0.4)))
                layout.text(left + 3, y - 3, label.upper(), gray=1)
            case "frames":
                layout.box(left, y - 7, wide, step - 3, rule_mm=0.5)
                layout.box(left - 2, y - 9, wide + 4, step + 1, rule_mm=0.25)
            case "tint":
                for cell in range(20):
                    layout.box(60 + 6 * cell, y - 5, 6, 8, gray=1, rule_mm=0.25)
        layout.text(left + 2, y + 4 if kind == "bands" else y, label, size=9)
        layout.zone(60, y - 5, 120, 8)
    return layout
