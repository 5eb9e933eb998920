"""Draw blank forms that nobody has seen, with the ``form.toml`` that says what is asked where.

What reads the shipped form well may read another one badly: how far readings can be trusted is
measured on many layouts. Each draws its labels, its places (rules, dots, boxes, tints, combs, or
nothing at all) and their sizes anew, of print as associations choose it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from pipeline.money import cents_text, format_cents
from pipeline.simulate.asked import NOTES, QUESTIONS, Asked
from pipeline.simulate.contents import pick
from pipeline.simulate.names import HOUSES, TOWNS

_PT_PER_MM = 72 / 25.4
_MARGIN_MM, _FOOT_MM = 15.0, 18.0
_GAP_MM = 6.0
_PLACES = ("rule", "dots", "box", "tint", "nothing")
_FONTS = ("Helvetica", "Times-Roman", "Helvetica", "Courier")
_BANDS = ("#1f3a5f", "#3d3d3d", "#d9dde2", "#e8e4d8", "")
_TARIFFS_CENTS = (800, 1210, 1500, 2500, 3000, 4050, 18500)
_COMB_MM = 5.0
_SHARE = 0.62
"""How many of the questions a form asks."""


@dataclass(frozen=True, slots=True)
class _Style:
    """How one association sets its form."""

    place: str
    font: str
    size_pt: float
    row_mm: float
    band: str
    width_mm: float
    height_mm: float
    box_mm: float
    combs: bool


@dataclass(slots=True)
class _Sheet:
    """A blank being drawn: where the next question goes, and what its zones say so far."""

    canvas: Canvas
    style: _Style
    title: str
    page: int = 1
    x_mm: float = _MARGIN_MM
    y_mm: float = _MARGIN_MM
    zones: list[str] = field(default_factory=list)

    def wide_mm(self, text: str) -> float:
        style = self.style
        return float(pdfmetrics.stringWidth(text, style.font, style.size_pt)) / _PT_PER_MM

    def room(self, width_mm: float, height_mm: float) -> None:
        """Go on to where so much fits: further right, on the next row, or on the next page."""
        if self.x_mm > _MARGIN_MM and self.x_mm + width_mm > self.style.width_mm - _MARGIN_MM:
            self.next_row()
        if self.y_mm + height_mm > self.style.height_mm - _FOOT_MM:
            self.next_page()

    def next_row(self) -> None:
        self.x_mm = _MARGIN_MM
        self.y_mm += self.style.row_mm

    def next_page(self) -> None:
        self.canvas.showPage()
        self.page += 1
        self.text(_MARGIN_MM, _MARGIN_MM, f"{self.title} ({self.page})")
        self.rule(_MARGIN_MM, _MARGIN_MM + 3, self.style.width_mm - 2 * _MARGIN_MM)
        self.x_mm, self.y_mm = _MARGIN_MM, 2 * _MARGIN_MM

    def text(self, x_mm: float, y_mm: float, text: str, *, colour: str = "#000000") -> None:
        """Print on a base line."""
        self.canvas.setFillColor(HexColor(colour))
        self.canvas.setFont(self.style.font, self.style.size_pt)
        self.canvas.drawString(x_mm * _PT_PER_MM, self._up(y_mm), text)

    def rectangle(
        self, x_mm: float, y_mm: float, w_mm: float, h_mm: float, *, tint: Color | None = None
    ) -> None:
        """A frame, or a tint without one; ``y_mm`` is its upper edge."""
        if tint is not None:
            self.canvas.setFillColor(tint)
        self.canvas.rect(
            x_mm * _PT_PER_MM,
            self._up(y_mm + h_mm),
            w_mm * _PT_PER_MM,
            h_mm * _PT_PER_MM,
            stroke=int(tint is None),
            fill=int(tint is not None),
        )

    def rule(self, x_mm: float, y_mm: float, w_mm: float) -> None:
        up = self._up(y_mm)
        self.canvas.line(x_mm * _PT_PER_MM, up, (x_mm + w_mm) * _PT_PER_MM, up)

    def _up(self, y_mm: float) -> float:
        return (self.style.height_mm - y_mm) * _PT_PER_MM


def draw_form(folder: Path, *, seed: int) -> None:
    """Write ``blank.pdf`` and ``form.toml`` of the form of that seed into ``folder``, which is
    named like it. The same seed draws the same form. Raises OSError."""
    rng = np.random.default_rng([seed, 5])
    style = _invent_style(rng)
    folder.mkdir(parents=True)
    size = (style.width_mm * _PT_PER_MM, style.height_mm * _PT_PER_MM)
    canvas = Canvas(str(folder / "blank.pdf"), pagesize=size, invariant=True)
    title = f"{pick(rng, ('Fiche', 'Bulletin', 'Dossier'))} d'inscription, {pick(rng, HOUSES)}"
    sheet = _Sheet(canvas, style, title)
    _head(sheet, title, rng)
    asked = [question for question in QUESTIONS if rng.random() < _SHARE or question.type == "text"]
    tariffs: dict[str, int] = {}
    areas = []
    for question in _in_order(asked, rng):
        label = pick(rng, question.labels)
        if question.type == "count":
            tariffs[question.field] = pick(rng, _TARIFFS_CENTS)
            label = f"{label.rstrip(' :')} x {format_cents(tariffs[question.field])} :"
        if question.area_mm:
            areas.append((question, label))
        else:
            _ask(sheet, question, label, rng)
    if areas:
        _ask_areas(sheet, areas)
    _notes(sheet, rng)
    canvas.save()
    names = {question.field for question in asked}
    (folder / "form.toml").write_text(
        _toml(folder.name, title, sheet.zones, tariffs, names), "utf-8"
    )


def _invent_style(rng: np.random.Generator) -> _Style:
    width, height = (v / _PT_PER_MM for v in (landscape(A4) if rng.random() < 0.15 else A4))
    return _Style(
        place=pick(rng, _PLACES),
        font=pick(rng, _FONTS),
        size_pt=float(rng.uniform(9, 11.5)),
        row_mm=float(rng.uniform(10, 14)),
        band=pick(rng, _BANDS),
        width_mm=width,
        height_mm=height,
        box_mm=float(rng.uniform(3.2, 5.5)),
        combs=bool(rng.random() < 0.35),
    )


def _in_order(asked: Sequence[Asked], rng: np.random.Generator) -> list[Asked]:
    """Who first, then the rest as it comes, money last."""
    last = {"amount": 2, "count": 2}
    keys = rng.random(len(asked))
    ranked = [
        (0 if i < 4 else last.get(question.type, 1), i if i < 4 else keys[i], i)
        for i, question in enumerate(asked)
    ]
    return [asked[i] for *_, i in sorted(ranked)]


def _head(sheet: _Sheet, title: str, rng: np.random.Generator) -> None:
    style = sheet.style
    if style.band:
        sheet.rectangle(0, 0, style.width_mm, 22, tint=HexColor(style.band))
    is_dark = style.band in _BANDS[:2]
    sheet.text(_MARGIN_MM, 13, title, colour="#ffffff" if is_dark else "#000000")
    sheet.text(
        _MARGIN_MM, 28, f"À retourner à : Association {pick(rng, HOUSES)}, {pick(rng, TOWNS)}"
    )
    sheet.text(
        _MARGIN_MM, 33, f"avant le {rng.integers(1, 29)} {pick(rng, ('mai', 'juin', 'août'))}"
    )
    sheet.y_mm = 40.0


def _notes(sheet: _Sheet, rng: np.random.Generator) -> None:
    """Small print below, as far as there is room for it."""
    sheet.y_mm += 2 * sheet.style.row_mm
    for note in rng.permutation(np.array(NOTES, dtype=object))[: rng.integers(1, len(NOTES) + 1)]:
        if sheet.y_mm > sheet.style.height_mm - _FOOT_MM:
            return
        sheet.text(_MARGIN_MM, sheet.y_mm, note)
        sheet.y_mm += 0.55 * sheet.style.size_pt


def _ask(sheet: _Sheet, asked: Asked, label: str, rng: np.random.Generator) -> None:
    """Print a question and its place, and note the zone."""
    if asked.options:
        _ask_options(sheet, asked, label, rng)
    elif asked.comb and sheet.style.combs:
        _ask_comb(sheet, asked, label)
    else:
        _ask_lines(sheet, asked, label)


def _ask_lines(sheet: _Sheet, asked: Asked, label: str) -> None:
    style, indent = sheet.style, sheet.wide_mm(label) + 2
    sheet.room(indent + asked.width_mm, style.row_mm * asked.lines)
    height = min(style.row_mm - 2.5, 9.0)
    lines = []
    for _ in range(asked.lines):
        x, base = sheet.x_mm + indent, sheet.y_mm + style.row_mm - 3
        lines.append((x, base + 1 - height, asked.width_mm, height))
        _draw_place(sheet, *lines[-1])
        if len(lines) == 1:
            sheet.text(sheet.x_mm, base, label)
        if asked.lines > 1:
            sheet.y_mm += style.row_mm
    if asked.lines > 1:
        sheet.x_mm = _MARGIN_MM
    else:
        sheet.x_mm += indent + asked.width_mm + _GAP_MM
    _note(sheet, asked, label, f"lines_mm = {_rounded(lines)}\n")


def _draw_place(sheet: _Sheet, x: float, y: float, w: float, h: float) -> None:
    canvas, base = sheet.canvas, y + h - 1
    canvas.setLineWidth(0.6)
    match sheet.style.place:
        case "rule":
            sheet.rule(x, base + 0.6, w)
        case "dots":
            sheet.text(x, base, "." * int(w / sheet.wide_mm(".")))
        case "box":
            sheet.rectangle(x, y, w, h)
        case "tint":
            sheet.rectangle(x, y, w, h, tint=HexColor("#e9eef5"))


def _ask_comb(sheet: _Sheet, asked: Asked, label: str) -> None:
    width, indent = asked.comb * _COMB_MM, sheet.wide_mm(label) + 2
    sheet.room(indent + width, sheet.style.row_mm)
    x, y, h = sheet.x_mm + indent, sheet.y_mm + 1, min(sheet.style.row_mm - 3, 7.5)
    sheet.canvas.setLineWidth(0.5)
    for n in range(asked.comb):
        sheet.rectangle(x + n * _COMB_MM, y, _COMB_MM, h)
    sheet.text(sheet.x_mm, y + h - 1.5, label)
    sheet.x_mm = x + width + _GAP_MM
    _note(
        sheet, asked, label, f"lines_mm = {_rounded([(x, y, width, h)])}\ncomb = [{asked.comb}]\n"
    )


def _ask_options(sheet: _Sheet, asked: Asked, label: str, rng: np.random.Generator) -> None:
    """Boxes before, or behind, what they say; or the words themselves, to be ringed."""
    style = sheet.style
    ringed = asked.type != "ticks" and rng.random() < 0.2
    box = 0.0 if ringed else style.box_mm
    parts = [(key, text, sheet.wide_mm(text)) for key, text in asked.options]
    indent = sheet.wide_mm(label) + 3
    sheet.room(indent + sum(box + 8 + width for _, _, width in parts), style.row_mm)
    x, base = sheet.x_mm + indent, sheet.y_mm + style.row_mm - 3.5
    sheet.text(sheet.x_mm, base, label)
    places = {}
    for n, (key, text, width) in enumerate(parts):
        if ringed and n:
            sheet.text(x - 4.5, base, "/")
        if box:
            sheet.canvas.setLineWidth(0.6)
            sheet.rectangle(x, base + 0.5 - box, box, box)
        sheet.text(x + box + 1.2, base, text)
        height = 0.36 * style.size_pt
        at = (
            (x + 1.2, base + 0.8 - height, width, height)
            if ringed
            else (x, base + 0.5 - box, box, box)
        )
        places[key] = at
        x += box + width + 8
    sheet.x_mm = x + _GAP_MM
    listed = ", ".join(f"{key} = {_rounded([at])[1:-1]}" for key, at in places.items())
    named = ", ".join(f"{key} = {json.dumps(text, ensure_ascii=False)}" for key, text, _ in parts)
    where = "words_mm" if ringed else "boxes_mm"
    _note(sheet, asked, label, f"{where} = {{ {listed} }}\noptions = {{ {named} }}\n")


def _ask_areas(sheet: _Sheet, asked: Sequence[tuple[Asked, str]]) -> None:
    """Beside each other, as far as there is room."""
    if sheet.x_mm > _MARGIN_MM:
        sheet.next_row()
    height = max(question.area_mm for question, _ in asked)
    sheet.room(0, height + 6)
    for question, label in asked:
        width = max(question.width_mm, sheet.wide_mm(label))
        if sheet.x_mm + width > sheet.style.width_mm - _MARGIN_MM:
            sheet.x_mm = _MARGIN_MM
            sheet.y_mm += height + 8
            sheet.room(0, height + 6)
        sheet.text(sheet.x_mm, sheet.y_mm + 4, label)
        at = (sheet.x_mm, sheet.y_mm + 5.5, question.width_mm, question.area_mm)
        sheet.canvas.setLineWidth(0.6)
        sheet.rectangle(*at)
        sheet.x_mm += width + _GAP_MM
        _note(sheet, question, label, f"boxes_mm = {{ oui = {_rounded([at])[1:-1]} }}\n")
    sheet.y_mm += height + 8
    sheet.x_mm = _MARGIN_MM


def _note(sheet: _Sheet, asked: Asked, label: str, where: str) -> None:
    named = json.dumps(label.rstrip(" :"), ensure_ascii=False)
    sheet.zones.append(
        f'[[zones]]\nfield = "{asked.field}"\ntype = "{asked.type}"\nlabel = {named}\n'
        f"page = {sheet.page}\n{where}{asked.extra}"
    )


def _rounded(boxes: Sequence[tuple[float, ...]]) -> str:
    return json.dumps([[round(v, 2) for v in box] for box in boxes])


def _toml(
    name: str, title: str, zones: Sequence[str], tariffs: dict[str, int], asked: set[str]
) -> str:
    head = f'id = "{name}"\ntitle = {json.dumps(title, ensure_ascii=False)}\n'
    return "\n".join((head, *zones, *_sum(tariffs, asked)))


def _sum(tariffs: dict[str, int], asked: set[str]) -> Iterator[str]:
    if not tariffs:
        return
    priced = ", ".join(f'{name} = "{cents_text(cents)}"' for name, cents in tariffs.items())
    total = 'total = "total"\n' if "total" in asked else ""
    adds = 'adds = ["don"]\n' if "don" in asked else ""
    yield f"[sum]\n{total}tariffs = {{ {priced} }}\n{adds}"
