"""The text layer of a PDF page: its characters, and the runs that they make."""

import ctypes
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from pipeline.geometry import BoxPx
from pipeline.intake.pdfshown import Box, Piece, Trace
from pipeline.records import TextRun

_GAP_EM = 1.5
"""A wider gap in a line of text ends a run."""
_LINE_END_HYPHEN = 2
"""The code pdfium gives a hyphen that ends a line."""


@dataclass(frozen=True, slots=True)
class View:
    """Where a part of a page, in its own points from the bottom left, is seen.

    ``rect_pt`` (left, bottom, right, top), turned clockwise, fills ``width`` x ``height``.
    """

    rect_pt: tuple[float, float, float, float]
    rotation_deg: int
    width: float
    height: float

    @property
    def width_pt(self) -> float:
        """Width as seen, so after the turn."""
        left, bottom, right, top = self.rect_pt
        return top - bottom if self.rotation_deg in (90, 270) else right - left

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        x0, y0, x1, y1 = self.rect_pt
        u0, u1 = (left - x0) / (x1 - x0), (right - x0) / (x1 - x0)
        v0, v1 = (y1 - top) / (y1 - y0), (y1 - bottom) / (y1 - y0)
        for _ in range(self.rotation_deg // 90):
            u0, v0, u1, v1 = 1 - v1, u0, 1 - v0, u1
        return (
            u0 * self.width,
            v0 * self.height,
            (u1 - u0) * self.width,
            (v1 - v0) * self.height,
        )


@dataclass(frozen=True, slots=True)
class Character:
    """A character of the text layer; ``owner`` tells its text object (see ``address``).

    ``box`` is as high as its font, ``glyph`` around its ink; ``turns``: quarters clockwise. What
    pdfium infers, spaces and line ends, has no box.
    """

    char: str
    owner: int = 0
    box: Box | None = None
    glyph: Box = (0.0, 0.0, 0.0, 0.0)
    turns: int = 0


def address(raw: object) -> int:
    """What tells one pdfium object from another."""
    return ctypes.cast(raw, ctypes.c_void_p).value or 0  # type: ignore[arg-type]


def characters(page: pdfium.PdfPage, view: View, owners: frozenset[int]) -> list[Character]:
    """The text layer character by character, of these text objects only."""
    return list(_characters(page, view, owners)) if owners else []


def pieces(characters: Sequence[Character]) -> list[Piece]:
    """The text objects that the characters belong to."""
    owned: dict[int, list[Character]] = {}
    for character in characters:
        if character.box is not None:
            owned.setdefault(character.owner, []).append(character)
    letters_by_owner = {
        owner: [c for c in all_ if c.char.isalnum()] for owner, all_ in owned.items()
    }
    return [
        Piece(owner, "".join(c.char for c in letters), tuple(c.glyph for c in letters))
        for owner, letters in letters_by_owner.items()
    ]


class _Run:
    """Characters of one line, either all of them shown or none; ``ink`` is around their glyphs."""

    def __init__(self, first: Character, box: Box, *, shown: bool) -> None:
        self.text, self.box, self.ink = first.char, box, first.glyph
        self.owner, self.turns, self.shown = first.owner, first.turns, shown
        self.boxes: list[Box | None] = [box]

    def takes(self, character: Character, box: Box, *, shown: bool) -> bool:
        alike = (self.turns, self.shown) == (character.turns, shown)
        return alike and "\n" not in self.text and _continues(self.box, box, self.turns)

    def add_blank(self, char: str) -> None:
        self.text += char
        self.boxes.append(None)

    def add(self, character: Character, box: Box) -> None:
        self.text += character.char
        self.boxes.append(box)
        self.box, self.ink = _around(self.box, box), _around(self.ink, character.glyph)


def text_runs(characters: Sequence[Character], traces: Mapping[int, Trace]) -> list[TextRun]:
    """The text layer in runs: characters of one line with no wide gap between them.

    ``traces``: what the page's rendering owes to each text object.
    """
    shown = _shown(characters, traces)
    runs: list[_Run] = []
    for i, character in enumerate(characters):
        # A gap is measured between what stands around it.
        if character.box is None or character.char == " ":
            if runs:
                runs[-1].add_blank(character.char)
            continue
        is_shown = i in shown
        if runs and not character.char.isalnum():  # of leader dots, no two need be covered alike
            is_shown = runs[-1].shown
        if runs and runs[-1].takes(character, character.box, shown=is_shown):
            runs[-1].add(character, character.box)
        else:
            runs.append(_Run(character, character.box, shown=i in shown))
    return [
        _text_run(run, sure=not traces[run.owner].is_over_ink(run.ink))
        for run in runs
        if run.text.strip()
    ]


def _text_run(run: _Run, *, sure: bool) -> TextRun:
    start = len(run.text) - len(run.text.lstrip())
    text = run.text.strip()
    boxes = run.boxes[start : start + len(text)]
    letters = tuple(box and BoxPx(*box) for box in boxes)
    return TextRun(text, BoxPx(*run.box), hidden=not run.shown, sure=sure, letters_px=letters)


def _shown(characters: Sequence[Character], traces: Mapping[int, Trace]) -> set[int]:
    """Which of the characters the page shows."""
    by_trace: dict[int, list[int]] = {}
    for i, character in enumerate(characters):
        if character.box is not None:
            by_trace.setdefault(id(traces[character.owner]), []).append(i)
    shown: set[int] = set()
    for indices in by_trace.values():
        some = [characters[i] for i in indices]
        boxes = [character.box or character.glyph for character in some]
        seen = traces[some[0].owner].shows([character.glyph for character in some], boxes)
        shown |= {i for i, is_seen in zip(indices, seen, strict=True) if is_seen}
    return shown


def printable(text: str) -> str:
    """Line ends as they are, other control characters and odd spaces as plain spaces."""
    return "".join(c if c.isprintable() else "\n" if c in "\r\n" else " " for c in text)


def _characters(page: pdfium.PdfPage, view: View, owners: frozenset[int]) -> Iterator[Character]:
    with closing(page.get_textpage()) as layer:
        rect = pdfium_c.FS_RECTF()
        edges = [ctypes.c_double() for _ in range(4)]
        left, right, bottom, top = edges
        for index in range(layer.count_chars()):
            code = pdfium_c.FPDFText_GetUnicode(layer, index)
            char = "-" if code == _LINE_END_HYPHEN else printable(chr(code))
            if pdfium_c.FPDFText_IsGenerated(layer, index):
                yield Character(char)
                continue
            owner = address(pdfium_c.FPDFText_GetTextObject(layer, index))
            if owner in owners:
                pdfium_c.FPDFText_GetLooseCharBox(layer, index, rect)
                box = view.box(rect.left, rect.bottom, rect.right, rect.top)
                pdfium_c.FPDFText_GetCharBox(layer, index, *edges)
                glyph = view.box(left.value, bottom.value, right.value, top.value)
                angle_deg = math.degrees(pdfium_c.FPDFText_GetCharAngle(layer, index))
                turns = round((angle_deg + view.rotation_deg) / 90) % 4
                yield Character(char, owner, box, glyph if min(glyph[2:]) > 0 else box, turns)


def _continues(box: Box, at: Box, turns: int) -> bool:
    """Whether a character at ``at`` stands on the run's line, not far behind its end."""
    x, y, width, height = _upright(box, turns)
    at_x, at_y, _, em = _upright(at, turns)
    level = abs((y + height / 2) - (at_y + em / 2)) < em / 2
    return level and -em < at_x - (x + width) < _GAP_EM * em


def _upright(box: Box, turns: int) -> Box:
    """The box in a frame where the text runs to the right; its origin does not matter."""
    x, y, width, height = box
    for _ in range(turns):
        x, y, width, height = y, -x - width, height, width
    return x, y, width, height


def _around(box: Box, at: Box) -> Box:
    x, y = min(box[0], at[0]), min(box[1], at[1])
    right = max(box[0] + box[2], at[0] + at[2])
    return x, y, right - x, max(box[1] + box[3], at[1] + at[3]) - y
