"""A blank being drawn: what is printed on it, and where people write, said once.

Everything is in mm from the paper's top-left corner; text stands on its baseline. What is drawn
goes to reportlab, what is asked goes to ``form.toml`` and to whoever fills copies in.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from io import BytesIO
from math import cos, radians, sin
from typing import Any

from reportlab.lib.colors import Color
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

A4_MM = (210.0, 297.0)
PT_PER_MM = 72 / 25.4
BLACK, WHITE, GREY = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (0.45, 0.45, 0.45)
_ABOVE_MM, _BELOW_MM = 6.0, 2.0
"""How far a line people write on reaches above its baseline, and below."""
_LABEL_GAP_MM = 1.5
_GROUP_GAP_MM = 3.6
_SIGN_SHARE, _SIGN_BEFORE = 0.692, 0.035
"""Of the size of ZapfDingbats, how large its shadowed squares are, and what stands before them."""
_SIGN_SQUARE = 0.83
"""Of such a square with its shadow, the square."""

Box = tuple[float, float, float, float]
"""Left, top, width, height."""
Rgb = tuple[float, float, float]
Overlay = Callable[[Canvas, int], None]
"""What is laid over a page before it is finished: the text of who filled it in on screen."""


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to write or to mark. ``name`` is as readings name it, ``field.2`` in row 2."""

    name: str
    type: str
    page: int
    lines: tuple[Box, ...] = ()
    boxes: Mapping[str, Box] = field(default_factory=dict)
    words: Mapping[str, Box] = field(default_factory=dict)
    comb: tuple[int, ...] = ()
    strike: bool = False
    """« Rayer la mention inutile »: the words that are not meant are struck out."""
    unit: str = ""
    fillable: bool = False
    """A PDF viewer fills it in: an AcroForm's field."""
    choices: tuple[str, ...] = ()
    """What the viewer offers, where one cannot type anything else."""

    @property
    def field(self) -> str:
        return self.name.split(".")[0]

    @property
    def row(self) -> int:
        """Of a table or a repeated field, from 1; 0 where there is but one place."""
        return int(self.name.partition(".")[2] or 0)

    def tilted(self, by_deg: float, size_mm: tuple[float, float]) -> "Place":
        """Where it is on a sheet that lies askew: each box is as level as before."""
        tilt = partial(_tilted, by_deg=by_deg, size_mm=size_mm)
        return replace(
            self,
            lines=tuple(map(tilt, self.lines)),
            boxes={option: tilt(box) for option, box in self.boxes.items()},
            words={option: tilt(box) for option, box in self.words.items()},
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """What a blank asks: its places, and its ``form.toml`` as data."""

    id: str
    places: tuple[Place, ...]
    form: Mapping[str, Any]
    offices: Mapping[int, tuple[Box, ...]]
    sizes_mm: tuple[tuple[float, float], ...]


class Sheet:
    """The pen of a blank."""

    def __init__(
        self,
        form_id: str,
        title: str,
        *,
        size_mm: tuple[float, float] = A4_MM,
        font: str = "Helvetica",
        overlay: Overlay | None = None,
    ) -> None:
        self.raw = BytesIO()
        self.size_mm = size_mm
        self.font = font
        self.page = 1
        self._overlay = overlay
        self._sizes = [size_mm]
        self._form: dict[str, Any] = {"id": form_id, "title": title}
        self._places: list[Place] = []
        self._offices: dict[int, list[Box]] = {}
        size_pt = (size_mm[0] * PT_PER_MM, size_mm[1] * PT_PER_MM)
        self.canvas = Canvas(self.raw, pagesize=size_pt, invariant=1, initialFontName=font)
        self.canvas.setTitle(title)

    # --- what is printed ----------------------------------------------------------------------

    def width_mm(self, text: str, size_pt: float, font: str = "") -> float:
        return float(stringWidth(text, font or self.font, size_pt)) / PT_PER_MM

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size_pt: float = 10,
        *,
        font: str = "",
        colour: Rgb = BLACK,
        align: str = "left",
    ) -> float:
        """Print text; gives where it ends."""
        width = self.width_mm(text, size_pt, font)
        left = x - {"left": 0, "middle": width / 2, "right": width}[align]
        self.canvas.setFillColor(Color(*colour))
        self.canvas.setFont(font or self.font, size_pt)
        self.canvas.drawString(left * PT_PER_MM, self._up(y), text)
        return left + width

    def rule(
        self, x: float, y: float, to_x: float, to_y: float, *, wide: float = 0.2, dots: bool = False
    ) -> None:
        self.canvas.setStrokeColor(Color(*BLACK))
        self.canvas.setLineWidth(wide * PT_PER_MM)
        self.canvas.setLineCap(1 if dots else 0)
        self.canvas.setDash([0.1, 1.1 * PT_PER_MM] if dots else [])
        self.canvas.line(x * PT_PER_MM, self._up(y), to_x * PT_PER_MM, self._up(to_y))
        self.canvas.setDash([])

    def box(
        self,
        box: Box,
        *,
        fill: Rgb | None = None,
        edge: Rgb | None = BLACK,
        wide: float = 0.2,
        round_mm: float = 0.0,
    ) -> None:
        x, y, w, h = box
        if fill:
            self.canvas.setFillColor(Color(*fill))
        if edge:
            self.canvas.setStrokeColor(Color(*edge))
        self.canvas.setLineWidth(wide * PT_PER_MM)
        corners = (x * PT_PER_MM, self._up(y + h), w * PT_PER_MM, h * PT_PER_MM)
        self.canvas.roundRect(
            *corners, round_mm * PT_PER_MM, stroke=int(edge is not None), fill=int(fill is not None)
        )

    def white_cells(
        self,
        at: tuple[float, float],
        groups: Sequence[int],
        cell_mm: tuple[float, float],
        *,
        colour: Rgb,
        between: str = "",
    ) -> list[Box]:
        """Cells in groups of so many, with a sign ``between``; gives the box of each group."""
        (left, y), (wide, high) = at, cell_mm
        boxes: list[Box] = []
        for n, count in enumerate(groups):
            if n:
                sign = (left + _GROUP_GAP_MM / 2, y + 0.68 * high)
                self.text(*sign, between, 11, colour=colour, align="middle")
                left += _GROUP_GAP_MM
            for cell in range(count):
                box = (left + cell * wide, y, wide, high)
                self.box(box, fill=WHITE, edge=colour, wide=0.15)
            boxes.append((left, y, count * wide, high))
            left += count * wide
        return boxes

    def _up(self, y: float) -> float:
        return (self.size_mm[1] - y) * PT_PER_MM

    def next_page(self) -> None:
        self._finish_page()
        self.page += 1
        self._sizes.append(self.size_mm)

    def _finish_page(self) -> None:
        if self._overlay:
            self._overlay(self.canvas, self.page)
        self.canvas.showPage()

    # --- what is asked ------------------------------------------------------------------------

    def entry(
        self,
        x: float,
        y: float,
        to_x: float,
        label: str,
        name: str,
        kind: str,
        *,
        called: str = "",
        size_pt: float = 10,
        rule: str = "dots",
        after: str = "",
        more: Sequence[tuple[float, float, float]] = (),
        **keys: Any,
    ) -> None:
        """A label, and the line behind it up to ``to_x``. ``rule``: dots, line, none, or a
        character that is typed again and again; ``after`` is printed behind; ``more`` are further
        lines of the same value (left, baseline, right)."""
        start = self.text(x, y, label, size_pt) + _LABEL_GAP_MM
        if after:
            to_x -= self.width_mm(after, size_pt) + 1
            self.text(to_x + 1, y, after, size_pt)
        spans = [(start, y, to_x), *more]
        for left, base, right in spans:
            if len(rule) == 1:
                many = int((right - left) / self.width_mm(rule, size_pt))
                self.text(left, base, rule * many, size_pt)
            elif rule != "none":
                self.rule(left, base + 0.5, right, base + 0.5, dots=rule == "dots")
        boxes = [(left, base - _ABOVE_MM, right - left, _ABOVE_MM + _BELOW_MM)
                 for left, base, right in spans]  # fmt: skip
        self.lines(name, kind, boxes, label=called or label.strip(" :"), **keys)

    def lines(self, name: str, kind: str, boxes: Sequence[Box], *, label: str, **keys: Any) -> None:
        """A field of the form that is written; nothing is printed."""
        viewed = {key: keys.pop(key) for key in ("fillable", "choices") if key in keys}
        zone = {"field": name, "type": kind, "label": label, "page": self.page, **keys}
        zone["lines_mm"] = [_rounded(box) for box in boxes]
        self._zone(zone)
        made: dict[str, Any] = {"type": kind, "page": self.page, "unit": keys.get("unit", "")}
        if keys.get("repeated"):
            for row, box in enumerate(boxes, 1):
                self._places.append(Place(f"{name}.{row}", lines=(box,), **made))
            return
        made |= {"comb": tuple(keys.get("comb", ())), **viewed}
        self._places.append(Place(name, lines=tuple(boxes), **made))

    def marks(
        self, name: str, kind: str, boxes: Mapping[str, Box], *, label: str, **keys: Any
    ) -> None:
        """A field of the form whose boxes are marked; nothing is printed."""
        zone = {"field": name, "type": kind, "label": label, "page": self.page}
        zone["boxes_mm"] = {option: _rounded(box) for option, box in boxes.items()}
        fillable = bool(keys.pop("fillable", False))
        self._zone(zone | keys)
        place = Place(name, kind, self.page, boxes=dict(boxes), fillable=fillable)
        self._places.append(place)

    def ticks(
        self,
        name: str,
        kind: str,
        options: Iterable[tuple[str, str, float, float]],
        *,
        label: str,
        side: float = 4.0,
        size_pt: float = 10,
        sign: str = "",
        **keys: Any,
    ) -> None:
        """Little squares with their words behind: option, words, left and baseline of each. They
        are drawn, or typed: a ``sign`` of ZapfDingbats."""
        boxes: dict[str, Box] = {}
        words: dict[str, str] = {}
        for option, said, x, y in options:
            if sign:
                boxes[option] = self._signed(sign, x, y, side)
            else:
                boxes[option] = (x, y - side + 0.4, side, side)
                self.box(boxes[option], wide=0.25)
            self.text(x + side + 1.5, y, said, size_pt)
            words[option] = said
        self.marks(name, kind, boxes, label=label, options=words, **keys)

    def _signed(self, sign: str, x: float, y: float, side: float) -> Box:
        """A square that is a character, and its shadow; gives where the square's edges are."""
        size_pt = side * PT_PER_MM / _SIGN_SHARE
        self.text(x - _SIGN_BEFORE * size_pt / PT_PER_MM, y, sign, size_pt, font="ZapfDingbats")
        return (x, y - side, _SIGN_SQUARE * side, _SIGN_SQUARE * side)

    def words(
        self,
        name: str,
        kind: str,
        options: Sequence[tuple[str, str]],
        at: tuple[float, float],
        *,
        label: str,
        between: str = "  /  ",
        strike: bool = False,
        size_pt: float = 11,
        **keys: Any,
    ) -> float:
        """Printed words in a row, to ring or to strike out; gives where they end."""
        x, y = at
        boxes: dict[str, Box] = {}
        for n, (option, said) in enumerate(options):
            x = self.text(x, y, between, size_pt, colour=GREY) if n else x
            end = self.text(x, y, said, size_pt)
            boxes[option] = (x, y - 0.3 * size_pt, end - x, 0.4 * size_pt)
            x = end
        zone = {"field": name, "type": kind, "label": label, "page": self.page}
        zone["words_mm"] = {option: _rounded(box) for option, box in boxes.items()}
        if kind != "yes_no":
            zone["options"] = dict(options)
        self._zone(zone | keys)
        self._places.append(Place(name, kind, self.page, words=boxes, strike=strike))
        return x

    def table(
        self, rows: Sequence[tuple[float, float]], columns: Sequence[Mapping[str, Any]]
    ) -> None:
        """Rows (top, height) by columns (``x_mm`` or ``boxes_mm``); nothing is printed."""
        table = {"page": self.page, "rows_mm": [list(row) for row in rows]}
        self._form.setdefault("tables", []).append(table | {"columns": [dict(c) for c in columns]})
        for n, (top, high) in enumerate(rows, 1):
            for column in columns:
                made = (f"{column['field']}.{n}", str(column["type"]), self.page)
                if "x_mm" in column:
                    left, wide = column["x_mm"]
                    place = Place(*made, lines=((left, top, wide, high),))
                else:
                    boxes = {o: (x, top, w, high) for o, (x, w) in column["boxes_mm"].items()}
                    place = Place(*made, boxes=boxes)
                self._places.append(place)

    def office(self, box: Box) -> None:
        """A part where the association writes; nothing is printed."""
        self._offices.setdefault(self.page, []).append(box)

    def says(self, **keys: Any) -> None:
        """More of ``form.toml``: its event, organiser, sum, people, constraints."""
        self._form |= keys

    def _zone(self, zone: Mapping[str, Any]) -> None:
        self._form.setdefault("zones", []).append(dict(zone))

    def finish(self) -> Asked:
        self._finish_page()
        self.canvas.save()
        areas = [
            {"kind": "office", "page": page, "boxes_mm": [_rounded(box) for box in boxes]}
            for page, boxes in self._offices.items()
        ]
        form = self._form | ({"areas": areas} if areas else {})
        offices = {page: tuple(boxes) for page, boxes in self._offices.items()}
        return Asked(form["id"], tuple(self._places), form, offices, tuple(self._sizes))


def _tilted(box: Box, *, by_deg: float, size_mm: tuple[float, float]) -> Box:
    """The box where its left edge comes to be: there people begin to write."""
    x, y, w, h = box
    across, down = x - size_mm[0] / 2, y + h / 2 - size_mm[1] / 2
    cosine, sine = cos(radians(by_deg)), sin(radians(by_deg))
    left = size_mm[0] / 2 + across * cosine - down * sine
    return (left, size_mm[1] / 2 + across * sine + down * cosine - h / 2, w, h)


def _rounded(box: Box) -> list[float]:
    return [round(mm, 2) for mm in box]
