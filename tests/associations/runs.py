"""Where on the sheet a text comes to stand, for a pen and for a PDF editor alike, in mm."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from associations.sheet import Box, Place

Measure = Callable[[str, float], float]
"""How wide a text is at a height of capitals."""
_BASE_SHARE = 0.75
"""Of a line's height: there stands the text."""
_CAP_SHARE = 0.52
_CELL_SHARE = 0.62
"""Capitals are at most this share of a line's height, and of a cell's."""
_NARROWEST = 0.75
_OVERSHOOTS, _OVERSHOOT_MM = 0.08, 4.0
"""So many lines by hand go on over the edge of their place, by so much at most."""


@dataclass(frozen=True, slots=True)
class Run:
    """A text from ``x`` on its baseline ``y``; ``squeeze`` is its width over the font's own."""

    text: str
    x: float
    y: float
    cap: float
    squeeze: float = 1.0


def runs(
    place: Place,
    text: str,
    measure: Measure,
    rng: np.random.Generator,
    *,
    cap: float,
    by_hand: bool,
) -> list[Run]:
    """The text in its place: a letter a cell in combs, else over its lines."""
    if not text:
        return []
    if place.comb:
        return list(_in_cells(place, text, measure, rng, cap=cap, by_hand=by_hand))
    if len(place.lines) == 1:
        return [_on(place.lines[0], text, measure, rng, cap=cap, by_hand=by_hand)]
    pieces = _wrapped(place, text, measure, cap)
    return [
        _on(box, piece, measure, rng, cap=cap, by_hand=by_hand)
        for box, piece in zip(place.lines, pieces, strict=False)
        if piece
    ]


def _on(
    box: Box, text: str, measure: Measure, rng: np.random.Generator, *, cap: float, by_hand: bool
) -> Run:
    x, y, w, h = box
    cap = min(cap, _CAP_SHARE * h)
    left = min(float(rng.uniform(0.5, 4.0)) if by_hand else 1.0, 0.15 * w)
    room = w - left - 0.5
    if by_hand and rng.random() < _OVERSHOOTS:
        room += float(rng.uniform(0, _OVERSHOOT_MM))
    squeeze = min(1.0, room / measure(text, cap))
    if squeeze < _NARROWEST:  # who has too little room writes smaller
        cap *= squeeze / _NARROWEST
        squeeze = _NARROWEST
    base = y + _BASE_SHARE * h + (float(rng.normal(0, 0.35)) if by_hand else -0.2)
    return Run(text, x + left, base, cap, squeeze)


def _in_cells(
    place: Place,
    text: str,
    measure: Measure,
    rng: np.random.Generator,
    *,
    cap: float,
    by_hand: bool,
) -> Iterator[Run]:
    cells = [
        (x + n * w / count, y, w / count, h)
        for (x, y, w, h), count in zip(place.lines, place.comb, strict=True)
        for n in range(count)
    ]
    cap = min(cap, _CELL_SHARE * cells[0][3])
    for letter, (x, y, w, h) in zip(text, cells, strict=False):
        if letter == " ":
            continue
        jitter = rng.normal(0, 0.35, 2) if by_hand else np.zeros(2)
        wide = measure(letter, cap)
        squeeze = min(1.0, 0.95 * w / wide)
        left = x + (w - wide * squeeze) / 2 + float(jitter[0])
        yield Run(letter, left, y + (h + cap) / 2 + float(jitter[1]), cap, squeeze)


def _wrapped(place: Place, text: str, measure: Measure, cap: float) -> list[str]:
    """The words over the lines; the last line takes what is left, however long."""
    pieces, words = [], text.split()
    for n, (_, _, wide, high) in enumerate(place.lines):
        taken = 0
        while taken < len(words):
            longer = " ".join(words[: taken + 1])
            fits = measure(longer, min(cap, _CAP_SHARE * high)) < wide - 5
            if taken and not fits and n < len(place.lines) - 1:
                break
            taken += 1
        pieces.append(" ".join(words[:taken]))
        words = words[taken:]
    return pieces
